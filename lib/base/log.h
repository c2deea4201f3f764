/* log.h - JSON lines on standard error.
 *
 * One line is one write, at most LOG_LINE_MAX bytes, always valid JSON whatever the values hold
 * (ASVS 16.4.1). The library layers return results and stay silent; api/gate.c writes one line a
 * request, main and the workers speak at start, stop and when something outside changes state. No
 * personal data: never an address, number, name, token, key or password.
 *
 * Nothing waits for who reads the log. A line that finds no room (a full pipe, a stopped terminal,
 * a full disk, nobody there) is dropped and counted; when there is room again, one line
 * "log_lines_dropped" says how many. What is written are whole lines: where a part of a line was
 * taken (a stream socket, a terminal, a disk that became full), its rest comes before anything
 * else.
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

/* Opens the pipe or terminal that standard error is once more, so that writing to it need not wait
 * and no other process that has it notices (log.c). Once, at start, before a sandbox forbids it.
 * Where it is refused (no /proc, a pipe of another user, a pipe without a reader), and before, a
 * pipe or terminal is asked for room before each line: only a line of another process at the same
 * moment can then make it wait. Sockets and files need none of this. */
void log_open(void);

/* Writes {"time":...,"event":event,...values} and a newline; a value with name NULL ends the list.
 * A line that would be too long loses its last values, never its form. */
void log_event(const char *event, const struct log_value *values);

/* Says what was dropped, if anything was and there is room; every line does so before itself. For
 * who has nothing to log, now and then. */
void log_report_dropped(void);

/* How many lines were dropped since the start. */
uint64_t log_dropped(void);

#endif
