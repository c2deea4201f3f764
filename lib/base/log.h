/* log.h - JSON lines on standard error.
 *
 * One line is one write, at most LOG_LINE_MAX bytes, always valid JSON whatever the values hold
 * (ASVS 16.4.1). The library layers return results and stay silent; api/gate.c writes one line a
 * request, main and the workers speak at start, stop and when something outside changes state.
 * No personal data: never an address, number, name, token, key or password. */

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

/* Writes {"time":...,"event":event,...values} and a newline; a value with name NULL ends the list.
 * A line that would be too long loses its last values, never its form. */
void log_event(const char *event, const struct log_value *values);

#endif
