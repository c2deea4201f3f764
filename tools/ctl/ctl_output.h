/* ctl_output.h - what a command prints: records and lists, as aligned text or as one JSON document.
 *
 *   ctl_put_id(out, "account", id);                account:     0123...
 *   ctl_put_text(out, "state", "active");          state:       active
 *   ctl_put_time(out, "last_login", time_s);       last login:  2026-11-22T01:02:03Z
 *   ctl_begin_list(out, "sessions");
 *   for (...) {                                    sessions:
 *           ctl_begin_row(out);                      DEVICE   USED
 *           ctl_put_text(out, "device", name);       Firefox  2026-11-22T01:02:03Z
 *           ctl_put_time(out, "used", used_at);
 *           ctl_end(out);
 *   }
 *   ctl_end(out);
 *
 *   {"account":"0123...","state":"active","last_login":"2026-11-22T01:02:03Z",
 *    "sessions":[{"device":"Firefox","used":"2026-11-22T01:02:03Z"}]}
 *
 * Names are literals of a-z, 0-9 and "_", which text shows as blanks. What a row does not have is
 * an empty cell. Values are copied and wiped when they were printed. Nothing is printed before the
 * command has returned: one document, whole or not at all. What fails on the way (no memory) is
 * told there.
 *
 * In text, columns stand beneath one another whatever the script, and what could steer a terminal
 * or hide (controls, marks of direction, joiners, bytes that are not UTF-8) is shown as <U+202E> or
 * <1B>: the value came from a stranger. JSON has the value itself; bytes that are not UTF-8 become
 * U+FFFD. */

#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include "ids.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct ctl_output;

/* How good a value is; a terminal shows it in colour. */
enum ctl_mark { CTL_PLAIN, CTL_GOOD, CTL_DOUBTFUL, CTL_BAD };

void ctl_put_text(struct ctl_output *, const char *name, const char *value); /* "": "-", null */
void ctl_put_marked(struct ctl_output *, const char *name, const char *value, enum ctl_mark);
void ctl_put_number(struct ctl_output *, const char *name, int64_t value);
void ctl_put_bool(struct ctl_output *, const char *name, bool value);     /* "yes", true */
void ctl_put_time(struct ctl_output *, const char *name, int64_t time_s); /* 0: "-", null */
void ctl_put_id(struct ctl_output *, const char *name, const uint8_t id[static ID_SIZE]);
void ctl_put_null(struct ctl_output *, const char *name); /* "-", null */

/* A text with lines of its own, shown beneath its name. */
void ctl_put_lines(struct ctl_output *, const char *name, const char *value);

/* A sentence about what was done: a line of text; the member "message" of JSON. One a command. */
void ctl_say(struct ctl_output *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A record within the document, a list of records, a record of a list; each is ended by ctl_end().
 * In text the values of a list's record are the columns of a table; records and lists in it are in
 * JSON only. */
void ctl_begin_record(struct ctl_output *, const char *name);
void ctl_begin_list(struct ctl_output *, const char *name);
void ctl_begin_row(struct ctl_output *);
void ctl_end(struct ctl_output *);

/* How far a long work is: "rows: 120,000 of 1,000,000" on standard error, in one line that is
 * written over and gone at the end; only where that is a terminal, and ten times a second at most.
 * `all` 0: nobody knows. */
void ctl_progress(struct ctl_output *, const char *what, uint64_t done, uint64_t all);
void ctl_progress_end(struct ctl_output *);

/* For main. `json`: as JSON. `colour`: as text with colours. */
struct ctl_output *ctl_output_new(bool json, bool colour);
void ctl_output_free(struct ctl_output **); /* for CLEANUP; wipes */

/* Prints all that was put, if anything. False: memory failed, and nothing was printed. (Whether it
 * could be written, main asks standard_streams_flush().) */
bool ctl_output_print(struct ctl_output *, FILE *) MUST_USE;

/* Shall this stream have colours: is it a terminal, and NO_COLOR empty? */
bool ctl_colour_is_wanted(FILE *);

#endif
