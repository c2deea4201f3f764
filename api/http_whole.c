/* http_whole.c - are these the bytes of a whole request, or is there something to wait for? */

#include "http_whole.h"

#include "bounds.h"
#include "http_guard.h"
#include "text.h"

#include <string.h>
#include <strings.h>

#define BLANK_LINE_SIZE 2 /* what http_guard.c does not count as the head's */
#define DIGITS_MAX      15

/* What the lines of a head say about its body. */
struct framing {
	unsigned lengths;
	bool doubtful;
	bool asks;
	int64_t length;
};

/* A line without its end, which is at `end` of the head. */
struct line {
	const char *text;
	size_t size;
	size_t end;
};

/* Heads */

/* civetweb 1.15 gives up at such a byte (get_http_header_len). */
static bool
is_refused(char byte)
{
	const unsigned char c = (unsigned char)byte;

	return (c < ' ' && c != '\r' && c != '\n') || c == 0x7F;
}

/* And takes either for the end of a head. `at` is a line feed. */
static bool
ends_head(const char *bytes, size_t at)
{
	return (at >= 1 && bytes[at - 1] == '\n') ||
	       (at >= 3 && memcmp(bytes + at - 3, "\r\n\r", 3) == 0);
}

/* How many bytes the head has; 0: its end is not there. `ret_refused`: nor is it waited for. */
static size_t
head_size(const char *bytes, size_t size, size_t known, bool *ret_refused)
{
	*ret_refused = false;
	for (size_t i = known; i < size; i++) {
		if (is_refused(bytes[i])) {
			*ret_refused = true;
			return 0;
		}
		if (bytes[i] == '\n' && ends_head(bytes, i))
			return i + 1;
	}
	return 0;
}

/* Bodies */

/* What is behind "name:" and spaces, if the line has that name. */
static bool
value_of(struct line line, const char *name, struct line *ret_value)
{
	const size_t length = strlen(name);

	if (line.size <= length || line.text[length] != ':' ||
	    strncasecmp(line.text, name, length) != 0)
		return false;
	size_t at = length + 1;
	while (at < line.size && line.text[at] == ' ')
		at++;
	*ret_value = (struct line){ line.text + at, line.size - at, line.end };
	return true;
}

static void
note_length(struct framing *framing, struct line value)
{
	char digits[DIGITS_MAX + 1] = "";

	framing->lengths++;
	if (value.size < sizeof digits)
		memcpy(digits, value.text, value.size);
	framing->doubtful |= framing->lengths > 1 ||
			     !text_number(digits, 0, BODY_MAX, &framing->length);
}

static void
note_line(struct framing *framing, struct line line)
{
	static const char go_on[] = "100-continue";
	struct line value;

	if (value_of(line, "Content-Length", &value))
		note_length(framing, value);
	if (value_of(line, "Transfer-Encoding", &value))
		framing->doubtful = true;
	if (value_of(line, "Expect", &value))
		framing->asks = value.size == strlen(go_on) &&
				strncasecmp(value.text, go_on, value.size) == 0;
}

/* The line at `at`, without LF and the CR before it. */
static struct line
line_at(const char *head, size_t size, size_t at)
{
	const char *feed = memchr(head + at, '\n', size - at);
	const size_t end = (size_t)(feed - head) + 1;
	struct line line = { head + at, end - 1 - at, end };

	if (line.size > 0 && line.text[line.size - 1] == '\r')
		line.size--;
	return line;
}

static bool
is_http_1_1(struct line request)
{
	static const char version[] = " HTTP/1.1";
	const size_t length = strlen(version);

	return request.size > length &&
	       memcmp(request.text + request.size - length, version, length) == 0;
}

/* A head ends with a line feed, so every line of it does. */
static struct framing
framing_of(const char *head, size_t size)
{
	struct framing framing = { 0 };
	const struct line request = line_at(head, size, 0);
	size_t at = request.end;

	while (at < size) {
		const struct line line = line_at(head, size, at);

		note_line(&framing, line);
		at = line.end;
	}
	framing.asks &= is_http_1_1(request);
	return framing;
}

enum http_wholeness
http_whole(const char *bytes, size_t size, size_t known, struct http_extent *ret_extent)
{
	bool refused;
	const size_t head = head_size(bytes, size, known, &refused);

	if (refused)
		return HTTP_WHOLE;
	if (head == 0)
		return size >= HTTP_HEAD_SIZE_MAX + BLANK_LINE_SIZE ? HTTP_HEAD_ENDLESS
								    : HTTP_HEAD_MISSING;
	if (head > HTTP_HEAD_SIZE_MAX + BLANK_LINE_SIZE)
		return HTTP_WHOLE; /* and refused for its size */
	const struct framing framing = framing_of(bytes, head);
	if (framing.doubtful || head + (size_t)framing.length <= size)
		return HTTP_WHOLE;
	*ret_extent = (struct http_extent){ head + (size_t)framing.length, framing.asks };
	return HTTP_BODY_MISSING;
}
