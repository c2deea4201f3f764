/* log.h - JSON lines on standard error.
 *
 * One line is one write, at most LOG_LINE_MAX bytes, always valid JSON whatever the values hold
 * (ASVS 16.4.1). The library layers return results and stay silent; api/gate.c writes one line a
 * request, main and the workers speak at start, stop and when something outside changes state. No
 * personal data: never an address, number, name, token, key or password.
 *
 * Nothing waits for the reader of the log. A line that finds no room (a full pipe, a stopped
 * terminal, a full disk, no reader) is dropped and counted; when there is room again, one line
 * "log_lines_dropped" says how many. Lines stay whole: where only a part of a line could be written
 * (a stream socket, a terminal, a disk that became full), its rest is written before the next.
 *
 * The process ignores SIGPIPE and SIGXFSZ. Thread-safe. */

#ifndef LOG_H
#define LOG_H

#include <stdint.h>

#define LOG_LINE_MAX 1024

enum log_type { LOG_TEXT, LOG_INT };

struct log_value {
	const char *name;
	enum log_type type;
	const char *text;
	int64_t number;
};

struct log_value log_text(const char *name, const char *text);
struct log_value log_int(const char *name, int64_t number);

/* How much an event is worth: a request that was answered; what the service did; something that is
 * wrong, or that an operator asked for. */
enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_NOTICE, LOG_LEVEL_WARNING };

/* Opens standard error once more if it is a pipe or a terminal, so that writing to it need not wait
 * and other processes that share it are not affected (log.c). Called once, at the start, before a
 * sandbox forbids it. Where that fails (no /proc, a pipe of another user or without a reader), and
 * before, a pipe or terminal is asked for room before each line: then only a line that another
 * process writes at the same moment can make it wait. Sockets and files need none of this.
 * standard_streams_open() comes before it. */
void log_open(void);

/* Writes {"time":...,"event":event,...values} and a newline; a value with name NULL ends the list.
 * A line that would be too long loses its last values, never its form. LOG_LEVEL_WARNING: it is
 * always written. */
void log_event(const char *event, const struct log_value *values);

/* The same of another level. Below that of log_set_level() nothing is done. */
void log_event_at(enum log_level, const char *event, const struct log_value *values);

/* From which level on events are written: "info" (all, as at the start), "notice", "warning". Any
 * other word changes nothing. */
void log_set_level(const char *word);

/* The word. */
const char *log_level(void);

/* Events of these names are not written from now on: for a program that tells them in words of its
 * own. The list ends with NULL and stays; called before there are threads. */
void log_leave_out(const char *const *events);

/* Writes "log_lines_dropped" if lines were dropped and there is room again. log_event() does the
 * same before its own line; a thread that logs seldom calls this now and then. */
void log_report_dropped(void);

/* How many lines were dropped since the start. */
uint64_t log_dropped(void);

#endif
