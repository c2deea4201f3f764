/* http_guard.c - is this the head of a request that no two parsers can read differently?
 *
 * The parser is lenient, and shows only the strings it has cut out. Their places show what was
 * between them: if that was CRLF and nothing else, each begins at exactly one place. */

#include "http_guard.h"

#include "text.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define CONTENT_LENGTH_DIGITS 15 /* far over BODY_MAX, far under an overflow */

static const char *const header_names[HTTP_HEADER__MAX] = {
	[HTTP_CONNECTION] = "Connection",
	[HTTP_CONTENT_ENCODING] = "Content-Encoding",
	[HTTP_CONTENT_LENGTH] = "Content-Length",
	[HTTP_HOST] = "Host",
	[HTTP_TRANSFER_ENCODING] = "Transfer-Encoding",
	[HTTP_ACCEPT_LANGUAGE] = "Accept-Language",
	[HTTP_AUTHORIZATION] = "Authorization",
	[HTTP_CONTENT_TYPE] = "Content-Type",
	[HTTP_ORIGIN] = "Origin",
	[HTTP_PREFLIGHT_METHOD] = "Access-Control-Request-Method",
	[HTTP_COOKIE] = "Cookie",
	[HTTP_USER_AGENT] = "User-Agent",
	[HTTP_FORWARDED_FOR] = "X-Forwarded-For",
	[HTTP_IF_NONE_MATCH] = "If-None-Match",
};

/* Between the strings ------------------------------------------------------------------------- */

static const char *
end_of(const char *text)
{
	return text + strlen(text);
}

/* RFC 9112 2.2 lets a server skip empty lines before a request. civetweb then takes the body from
 * the wrong place, and goes on into what an earlier client left in the buffer. */
static bool
begins_buffer(const struct http_head *head)
{
	return head->method == head->buffer;
}

static bool
request_line_is_exact(const struct http_head *head)
{
	const char *target_end = end_of(head->query != NULL ? head->query : head->path);

	return head->path == end_of(head->method) + 1 &&
	       head->version == target_end + strlen(" HTTP/");
}

static bool
is_blank(const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	return from == to;
}

/* Where the empty line after the headers should be; NULL if a line before it is not exact (bare LF,
 * white space before a name or a colon). */
static const char *
lines_end(const struct http_head *head)
{
	const char *at = end_of(head->version) + strlen("\r\n");

	for (size_t i = 0; i < head->line_count; i++) {
		const struct http_line *line = &head->lines[i];

		if (line->name != at || !is_blank(end_of(line->name) + 1, line->value))
			return NULL;
		at = end_of(line->value) + strlen("\r\n");
	}
	return at;
}

/* civetweb stops without a word at a folded line, a line it does not understand, and after 64. */
static bool
is_empty_line(const char *line, bool after_header)
{
	return line[-1] == '\0' && line[0] == (after_header ? '\r' : '\0') && line[1] == '\0';
}

static enum result
head_is_exact(const struct http_head *head)
{
	if (!begins_buffer(head) || !request_line_is_exact(head))
		return MALFORMED;
	const char *end = lines_end(head);
	if (end == NULL)
		return MALFORMED;
	if (end - head->method > HTTP_HEAD_SIZE_MAX)
		return HEADERS_TOO_LARGE;
	if (is_empty_line(end, head->line_count > 0))
		return OK;
	return head->line_count == HTTP_HEAD_LINES_MAX ? HEADERS_TOO_LARGE : MALFORMED;
}

/* The strings --------------------------------------------------------------------------------- */

static void
headers_note(struct http_headers *headers, const struct http_line *line)
{
	for (int name = 0; name < HTTP_HEADER__MAX; name++) {
		if (!text_equal_ignoring_case(line->name, header_names[name]))
			continue;
		headers->value[name] = line->value;
		headers->times[name]++;
		return;
	}
}

void
http_headers_find(const struct http_head *head, struct http_headers *ret)
{
	*ret = (struct http_headers){ 0 };
	for (size_t i = 0; i < head->line_count; i++)
		headers_note(ret, &head->lines[i]);
}

/* RFC 9110 5.5: blanks behind a value are none of it. (The parser takes no tabs.) */
static void
cut_blanks(char *value)
{
	size_t length = strlen(value);

	while (length > 0 && value[length - 1] == ' ')
		value[--length] = '\0';
}

/* RFC 9112 6.1, 6.3: chunked is the proxy's to undo. Where a length is given, too, one parser
 * believes the one, and another the other. */
static enum result
transfer_is_clear(const struct http_headers *headers, const char *version)
{
	if (headers->times[HTTP_TRANSFER_ENCODING] == 0)
		return OK;
	const bool chunked = headers->times[HTTP_TRANSFER_ENCODING] == 1 &&
			     text_equal_ignoring_case(
				 headers->value[HTTP_TRANSFER_ENCODING], "chunked");
	return chunked && headers->times[HTTP_CONTENT_LENGTH] == 0 && strcmp(version, "1.1") == 0
		   ? LENGTH_REQUIRED
		   : MALFORMED;
}

/* RFC 9112 6.3: one length, or none. */
static bool
length_is_clear(const struct http_headers *headers)
{
	const char *length = headers->value[HTTP_CONTENT_LENGTH];

	if (length == NULL)
		return true;
	const size_t digits = strspn(length, "0123456789");
	return headers->times[HTTP_CONTENT_LENGTH] == 1 && digits > 0 &&
	       digits <= CONTENT_LENGTH_DIGITS && length[digits] == '\0';
}

/* RFC 9112 3.2 */
static bool
host_is_clear(const struct http_headers *headers, const char *version)
{
	const char *host = headers->value[HTTP_HOST];

	if (host == NULL)
		return strcmp(version, "1.0") == 0;
	return headers->times[HTTP_HOST] == 1 && host[0] != '\0' &&
	       host[strcspn(host, " ,/?#@\\")] == '\0';
}

static bool
is_visible_ascii(const char *text)
{
	while (*text > ' ' && *text < 0x7F)
		text++;
	return *text == '\0';
}

/* RFC 9112 3.2.2: a proxy is asked with the whole address. What that says of the host counts, so
 * Host has to say the same: a parser before us may have looked at either. */
static void
cut_authority(struct http_head *head, const char *host)
{
	static const char scheme[] = "http://";
	const size_t start = strlen(scheme);

	if (host == NULL || strncasecmp(head->path, scheme, start) != 0)
		return;
	const size_t length = strcspn(head->path + start, "/");
	if (length == strlen(host) && strncasecmp(head->path + start, host, length) == 0)
		head->path += start + length;
}

static bool
target_is_plain(const struct http_head *head)
{
	return head->path[0] == '/' && is_visible_ascii(head->path) &&
	       (head->query == NULL || is_visible_ascii(head->query));
}

/* RFC 9110 5.6.2. Parsers differ in what they do with a line that has another name: they drop it,
 * pass it on, or reject the request. */
static bool
is_token(const char *text)
{
	static const char characters[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz";

	return text[0] != '\0' && text[strspn(text, characters)] == '\0';
}

static bool
names_are_tokens(const struct http_head *head)
{
	for (size_t i = 0; i < head->line_count; i++)
		if (!is_token(head->lines[i].name))
			return false;
	return true;
}

enum result
http_guard(struct http_head *head, const struct http_headers *headers)
{
	TRY(head_is_exact(head));
	for (size_t i = 0; i < head->line_count; i++)
		cut_blanks(head->lines[i].value);
	cut_authority(head, headers->value[HTTP_HOST]);
	if (!names_are_tokens(head) || !length_is_clear(headers) ||
	    !host_is_clear(headers, head->version) || !target_is_plain(head))
		return MALFORMED;
	return transfer_is_clear(headers, head->version);
}
