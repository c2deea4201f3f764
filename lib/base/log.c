/* log.c - JSON lines on standard error, without waiting for their reader.
 *
 * O_NONBLOCK belongs to the open file description, which every process that inherited the same pipe
 * or terminal shares: set on descriptor 2, it would break their writes. So a pipe and a terminal
 * are opened once more, for this process alone. A pipe takes at most PIPE_BUF bytes whole or not at
 * all (pipe(7)), and a line is shorter. All others may take a part: the rest goes before the next
 * line. */

#include "log.h"

#include "clock.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(LOG_LINE_MAX <= PIPE_BUF, "a pipe takes a line whole or not at all");

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

/* False: not even the event fits. */
static bool
format_log_event(const char *event, const struct log_value *values, struct line *ret)
{
	struct line line = { .length = 0 };
	char now[CLOCK_TEXT_MAX + 1];
	const struct log_value head = log_text("event", event);

	clock_text(clock_now(), now);
	if (!line_put(&line, "{\"time\":", 8) || !line_put_string(&line, now) ||
	    !line_put_value(&line, &head))
		return false;
	for (; values->name != NULL; values++) {
		const size_t before = line.length;

		if (!line_put_value(&line, values)) {
			line.length = before;
			break;
		}
	}
	memcpy(line.text + line.length, LINE_TAIL, strlen(LINE_TAIL));
	line.length += strlen(LINE_TAIL);
	*ret = line;
	return true;
}

/* Writing ------------------------------------------------------------------------------------- */

/* Where lines go, and what did not get there. */
static struct {
	pthread_mutex_t lock;
	int own;          /* standard error, opened once more; -1: it is not */
	struct line rest; /* of a line that was written in part */
	uint64_t dropped;
	uint64_t reported; /* of them */
} out = { .lock = PTHREAD_MUTEX_INITIALIZER, .own = -1 };

/* Descriptor 2 itself. A pipe that could not be opened once more is asked first: with room for one
 * buffer (PIPE_BUF or more) it does not wait, unless another process writes into the same pipe at
 * this moment. Files are always ready. */
static ssize_t
write_standard_error(const char *text, size_t length)
{
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
	const ssize_t sent = send(STDERR_FILENO, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent >= 0 || errno != ENOTSOCK)
		return sent;
	return poll(&ready, 1, 0) == 1 ? write(STDERR_FILENO, text, length) : -1;
}

/* Writes the line, or what goes of it now; ret_rest is what does not. */
static void
write_line(const struct line *line, struct line *ret_rest)
{
	const ssize_t written = out.own >= 0 ? write(out.own, line->text, line->length)
					     : write_standard_error(line->text, line->length);
	const size_t gone = written > 0 ? (size_t)written : 0;

	ret_rest->length = line->length - gone;
	memmove(ret_rest->text, line->text + gone, ret_rest->length);
}

/* Ends the line that was written in part. False: there is no room yet. */
static bool
write_rest(void)
{
	if (out.rest.length > 0)
		write_line(&out.rest, &out.rest);
	return out.rest.length == 0;
}

/* False: there is no room, and nothing of the line was written. */
static bool
take_line(const struct line *line)
{
	struct line rest;

	if (!write_rest())
		return false;
	write_line(line, &rest);
	if (rest.length == line->length)
		return false;
	out.rest = rest;
	return true;
}

/* Says how many lines were dropped since it was said last. False: there is no room yet. */
static bool
report_dropped(void)
{
	struct line line;
	const int64_t count = (int64_t)(out.dropped - out.reported);

	if (count == 0)
		return write_rest();
	if (!format_log_event("log_lines_dropped",
		(const struct log_value[]){ log_int("count", count), { 0 } }, &line) ||
	    !take_line(&line))
		return false;
	out.reported = out.dropped;
	return true;
}

void
log_open(void)
{
	struct stat status;
	int own = -1;

	if (fstat(STDERR_FILENO, &status) == 0 &&
	    (S_ISFIFO(status.st_mode) || isatty(STDERR_FILENO)))
		own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	pthread_mutex_lock(&out.lock);
	if (out.own >= 0)
		close(out.own);
	out.own = own;
	pthread_mutex_unlock(&out.lock);
}

static const char *const level_words[] = {
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_NOTICE] = "notice",
	[LOG_LEVEL_WARNING] = "warning",
};

static atomic_uint least_level = LOG_LEVEL_INFO;

void
log_set_level(const char *word)
{
	for (enum log_level level = LOG_LEVEL_INFO; level <= LOG_LEVEL_WARNING; level++)
		if (strcmp(level_words[level], word) == 0)
			atomic_store(&least_level, level);
}

const char *
log_level(void)
{
	return level_words[atomic_load(&least_level)];
}

void
log_event_at(enum log_level level, const char *event, const struct log_value *values)
{
	if (level >= atomic_load_explicit(&least_level, memory_order_relaxed))
		log_event(event, values);
}

static const char *const nothing[] = { NULL };
static const char *const *left_out = nothing;

void
log_leave_out(const char *const *events)
{
	left_out = events;
}

static bool
is_left_out(const char *event)
{
	for (const char *const *name = left_out; *name != NULL; name++)
		if (strcmp(*name, event) == 0)
			return true;
	return false;
}

void
log_event(const char *event, const struct log_value *values)
{
	struct line line;

	if (is_left_out(event))
		return;
	if (!format_log_event(event, values, &line))
		return;
	pthread_mutex_lock(&out.lock);
	if (!report_dropped() || !take_line(&line))
		out.dropped++;
	pthread_mutex_unlock(&out.lock);
}

void
log_report_dropped(void)
{
	pthread_mutex_lock(&out.lock);
	(void)report_dropped(); /* or with the next line */
	pthread_mutex_unlock(&out.lock);
}

uint64_t
log_dropped(void)
{
	pthread_mutex_lock(&out.lock);
	const uint64_t dropped = out.dropped;
	pthread_mutex_unlock(&out.lock);
	return dropped;
}
