/* metrics_text.c - writes metrics in Prometheus' text format. */

#include "metrics_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void
metrics_text_add(struct metrics_text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int length = vsnprintf(text->at, text->room, format, arguments);
	va_end(arguments);
	text->full |= length < 0 || (size_t)length >= text->room;
	if (text->full)
		return;
	text->at += length;
	text->room -= (size_t)length;
}

void
metrics_text_head(struct metrics_text *text, const char *name, const char *type, const char *help)
{
	metrics_text_add(
	    text, "# HELP myportal_%s %s\n# TYPE myportal_%s %s\n", name, help, name, type);
}

void
metrics_text_number(
    struct metrics_text *text, const char *name, const char *type, const char *help, int64_t value)
{
	metrics_text_head(text, name, type, help);
	metrics_text_add(text, "myportal_%s %" PRId64 "\n", name, value);
}

void
metrics_text_seconds(struct metrics_text *text, const char *name, const char *type,
    const char *help, int64_t value_us)
{
	metrics_text_head(text, name, type, help);
	metrics_text_add(text, "myportal_%s %.6f\n", name, (double)value_us / 1e6);
}
