/* metrics_text.h - writes metrics in Prometheus' text format 0.0.4. */

#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text being written. Once something did not fit, nothing more is written. */
struct metrics_text {
	char *at;
	size_t room;
	bool full;
};

/* Adds lines as they are. */
void metrics_text_add(struct metrics_text *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds HELP and TYPE ("counter", "gauge", "histogram") of a metric, which comes before its first
 * line. Here and below `name` is without "myportal_". */
void metrics_text_head(struct metrics_text *, const char *name, const char *type, const char *help);

/* Adds a metric that has no labels, with its head. */
void metrics_text_number(
    struct metrics_text *, const char *name, const char *type, const char *help, int64_t value);

/* The same of a time, which is told in seconds. */
void metrics_text_seconds(
    struct metrics_text *, const char *name, const char *type, const char *help, int64_t value_us);

#endif
