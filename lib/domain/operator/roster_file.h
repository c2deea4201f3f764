/* roster_file.h - reads a roster as the society's system exports it: CSV in, valid lines out.
 *
 * roster_columns.h says what the columns are, roster_line.h what a valid line is. Beside commas,
 * a file may have tabs between its fields, as what spreadsheets call Unicode text has. Behind the
 * last line there may be empty ones, or lines of commas alone, and the end mark of old (Ctrl-Z);
 * between lines an empty one is an error, as a person may be missing there. */

#ifndef ROSTER_FILE_H
#define ROSTER_FILE_H

#include "bounds.h"
#include "result.h"
#include "roster_line.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>

struct roster_file;

/* Reads the header of a regular file, which is open, stays the caller's, and has columns of these
 * names. NULL: `errbuf` has the reason, or is empty where the header has errors, which were
 * reported. Descriptor and reporter are borrowed until roster_file_close(), the names for the
 * call. */
struct roster_file *roster_file_open(int fd, const struct roster_columns *,
    const struct roster_reporter *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Closes, and wipes every copy of a line that it held. NULL is fine. */
void roster_file_close(struct roster_file *);

/* Reads the next valid line; lines with errors before it are reported and skipped. False: no
 * more. */
bool roster_file_next(struct roster_file *, struct roster_line *ret) MUST_USE;

/* How much of the file was read, in thousandths. */
unsigned roster_file_read_permille(const struct roster_file *);

/* After the last line: lines behind the header, and how many of them had errors. */
uint64_t roster_file_lines(const struct roster_file *);
uint64_t roster_file_invalid_lines(const struct roster_file *);

/* After the last line: SHA-256 of all that was read. False: the file was changed while it was
 * read. */
bool roster_file_finish(struct roster_file *, uint8_t ret_hash[static SECRET_SHA256_SIZE]) MUST_USE;

#endif
