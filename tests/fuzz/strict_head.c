/* strict_head.c - a second opinion of heads, from RFC 9110 and 9112. */

#include "strict_head.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define LENGTH_DIGITS_MAX 15

struct span {
	const char *at;
	size_t size;
};

struct reading {
	struct span left;
	struct strict_head head;
	struct span authority, host; /* of the target, empty if it is only a path; of the header */
	unsigned hosts, lengths;
	bool is_1_1;
};

/* RFC 9110 5.6.2 */
static size_t
token_size(struct span span)
{
	size_t size = 0;

	while (size < span.size && span.at[size] != '\0' &&
	       strchr("!#$%&'*+-.^_`|~0123456789"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		   span.at[size]) != NULL)
		size++;
	return size;
}

static bool
take(struct span *span, size_t size)
{
	if (size == 0 || size > span->size)
		return false;
	span->at += size;
	span->size -= size;
	return true;
}

static bool
take_text(struct span *span, const char *text)
{
	return span->size >= strlen(text) && memcmp(span->at, text, strlen(text)) == 0 &&
	       take(span, strlen(text));
}

/* Up to CRLF, with no control character but tabs. */
static bool
take_line(struct span *left, struct span *ret)
{
	size_t size = 0;

	while (size < left->size &&
	       ((unsigned char)left->at[size] >= 0x20 || left->at[size] == '\t') &&
	       left->at[size] != 0x7F)
		size++;
	*ret = (struct span){ left->at, size };
	left->at += size;
	left->size -= size;
	return take_text(left, "\r\n");
}

/* Those bytes of visible ASCII that are not among `ends`. */
static size_t
visible_size(struct span span, const char *ends)
{
	size_t size = 0;

	while (size < span.size && span.at[size] > ' ' && span.at[size] < 0x7F &&
	       strchr(ends, span.at[size]) == NULL)
		size++;
	return size;
}

/* A path of visible ASCII, and whatever query; before it there may be "http://" and a host. */
static bool
take_target(struct reading *reading)
{
	static const char scheme[] = "http://";
	struct span *const left = &reading->left;

	if (left->size > strlen(scheme) && strncasecmp(left->at, scheme, strlen(scheme)) == 0) {
		take(left, strlen(scheme));
		reading->authority = (struct span){ left->at, visible_size(*left, "/?") };
		if (!take(left, reading->authority.size))
			return false;
	}
	return left->size > 0 && left->at[0] == '/' && take(left, visible_size(*left, ""));
}

/* It should be CRLF. But civetweb has overwritten all white space behind the version before anybody
 * can look: CR or LF, and another of them or a space, pass for CRLF. No proxy sends such a line
 * on. */
static bool
take_line_end(struct span *left)
{
	return left->size >= 2 && memchr("\r\n", left->at[0], 2) != NULL &&
	       memchr("\r\n ", left->at[1], 3) != NULL && take(left, 2);
}

static bool
is_end(const char *at)
{
	return memcmp(at + 2, "\n\n", 2) == 0 || memcmp(at, "\r\n\r\n", 4) == 0;
}

/* The same of a head without any header: four such bytes, and then nobody looks any further. */
static bool
take_blank(struct span *left)
{
	size_t size = 0;

	while (size < 4 && size < left->size && memchr("\r\n ", left->at[size], 3) != NULL)
		if (size++ > 0 && memcmp(left->at + size - 2, "\n\n", 2) == 0)
			return take(left, size);
	if (size < 4)
		return false;
	while (size <= left->size && !is_end(left->at + size - 4))
		size++;
	return take(left, size);
}

static bool
request_line(struct reading *reading)
{
	struct span *const left = &reading->left;

	reading->head.is_head = token_size(*left) == 4 && memcmp(left->at, "HEAD", 4) == 0;
	if (!take(left, token_size(*left)) || !take_text(left, " ") || !take_target(reading))
		return false;
	reading->is_1_1 = take_text(left, " HTTP/1.1");
	return (reading->is_1_1 || take_text(left, " HTTP/1.0"));
}

static bool
is_named(struct span name, const char *wanted)
{
	return name.size == strlen(wanted) && strncasecmp(name.at, wanted, name.size) == 0;
}

static bool
length_read(struct span value, size_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < value.size; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return false;
		*ret = *ret * 10 + (size_t)(value.at[i] - '0');
	}
	return value.size > 0 && value.size <= LENGTH_DIGITS_MAX;
}

static bool
header_line(struct reading *reading, struct span line)
{
	const struct span name = { line.at, token_size(line) };

	if (!take(&line, name.size) || !take_text(&line, ":"))
		return false;
	while (take_text(&line, " ") || take_text(&line, "\t"))
		;
	while (line.size > 0 && strchr(" \t", line.at[line.size - 1]) != NULL)
		line.size--;
	reading->head.lines++;
	if (is_named(name, "Transfer-Encoding"))
		return false;
	if (is_named(name, "Host")) {
		reading->host = line;
		reading->hosts++;
	}
	if (!is_named(name, "Content-Length"))
		return true;
	reading->lengths++;
	return length_read(line, &reading->head.body_size);
}

/* RFC 9112 3.2: a client says the host twice, and alike. */
static bool
authority_is_host(const struct reading *reading)
{
	const struct span *const authority = &reading->authority;

	return authority->size == 0 ||
	       (authority->size == reading->host.size &&
		   strncasecmp(authority->at, reading->host.at, authority->size) == 0);
}

bool
strict_head(const char *bytes, size_t size, struct strict_head *ret)
{
	struct reading reading = { .left = { bytes, size } };
	struct span line = { 0 };

	if (!request_line(&reading))
		return false;
	bool whole = take_blank(&reading.left);
	if (!whole)
		whole = take_line_end(&reading.left) && take_line(&reading.left, &line);
	for (; whole && line.size > 0; whole = take_line(&reading.left, &line))
		if (!header_line(&reading, line))
			return false;
	reading.head.size = (size_t)(reading.left.at - bytes);
	*ret = reading.head;
	return whole && reading.lengths <= 1 && reading.hosts <= 1 &&
	       (reading.hosts == 1 || !reading.is_1_1) && authority_is_host(&reading);
}
