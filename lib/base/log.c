/* log.c - JSON lines on standard error. */

#include "log.h"

#include "clock.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* What is written so far; `room` keeps space for the closing brace and newline. */
struct line {
	char text[LOG_LINE_MAX];
	size_t length;
};

#define LINE_TAIL "}\n"
#define LINE_ROOM (LOG_LINE_MAX - sizeof LINE_TAIL)

static bool
line_put(struct line *line, const char *text, size_t length)
{
	if (length > LINE_ROOM - line->length)
		return false;
	memcpy(line->text + line->length, text, length);
	line->length += length;
	return true;
}

static bool
line_put_escaped(struct line *line, unsigned char byte)
{
	char escape[8];

	/* DEL, C1, U+2028 and broken UTF-8 are all outside printable ASCII: one rule escapes them.
	 */
	if (byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\')
		return line_put(line, (const char[]){ (char)byte }, 1);
	if (!text_format(escape, sizeof escape, "\\u%04x", byte))
		return false;
	return line_put(line, escape, strlen(escape));
}

static bool
line_put_string(struct line *line, const char *text)
{
	if (!line_put(line, "\"", 1))
		return false;
	for (; *text != '\0'; text++)
		if (!line_put_escaped(line, (unsigned char)*text))
			return false;
	return line_put(line, "\"", 1);
}

static bool
line_put_value(struct line *line, const struct log_value *value)
{
	char number[24];

	if (!line_put(line, ",", 1) || !line_put_string(line, value->name) ||
	    !line_put(line, ":", 1))
		return false;
	if (value->type == LOG_TEXT)
		return line_put_string(line, value->text != NULL ? value->text : "");
	return text_format(number, sizeof number, "%" PRId64, value->number) &&
	       line_put(line, number, strlen(number));
}

struct log_value
log_text(const char *name, const char *text)
{
	return (struct log_value){ .name = name, .type = LOG_TEXT, .text = text };
}

struct log_value
log_int(const char *name, int64_t number)
{
	return (struct log_value){ .name = name, .type = LOG_INT, .number = number };
}

void
log_event(const char *event, const struct log_value *values)
{
	struct line line = { .length = 0 };
	char now[CLOCK_TEXT_MAX + 1];

	clock_text(clock_now(), now);
	const struct log_value head = log_text("event", event);
	if (!line_put(&line, "{\"time\":", 8) || !line_put_string(&line, now) ||
	    !line_put_value(&line, &head))
		return;
	for (; values->name != NULL; values++) {
		const size_t before = line.length;

		if (!line_put_value(&line, values)) {
			line.length = before;
			break;
		}
	}
	memcpy(line.text + line.length, LINE_TAIL, strlen(LINE_TAIL));
	line.length += strlen(LINE_TAIL);
	/* A full or closed log must never stop a request. */
	if (write(STDERR_FILENO, line.text, line.length) < 0)
		return;
}
