/* http_guard_fuzz.c - heads: what the guard lets through, no two parsers read differently.
 *
 * The input is the bytes of a head. They are cut as civetweb 1.15 does it, with all its leniency,
 * and shown to the guard; what passes, strict_head.c must take, and read the same. */

#include "http_guard.h"

#include "fuzz.h"
#include "http_request.h"
#include "strict_head.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SPARE 2 /* bytes behind a head that can be read */

/* How long it is up to its empty line, of CRLF or of bare LF. 0: it has none, or a control
 * character before it. */
static size_t
head_size(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const unsigned char c = (unsigned char)bytes[i];

		if (c < 128 && c != '\r' && c != '\n' && !isprint(c))
			return 0;
		if (i + 1 < size && memcmp(bytes + i, "\n\n", 2) == 0)
			return i + 2;
		if (i + 3 < size && memcmp(bytes + i, "\r\n\r\n", 4) == 0)
			return i + 4;
	}
	return 0;
}

static bool
is_white(char byte)
{
	return byte != '\0' && strchr(" \t\r\n\v\f", byte) != NULL;
}

/* Cuts off a word; all white space behind it becomes NULs. NULL: it does not end as it should. */
static char *
cut_word(char **at, const char *ends)
{
	char *const word = *at;

	while (**at > ' ' && **at < 0x7F)
		(*at)++;
	if (**at == '\0' || strchr(ends, **at) == NULL)
		return NULL;
	while (is_white(**at))
		*(*at)++ = '\0';
	return word;
}

/* Cuts off a line's value. False: a CR that no LF follows. */
static bool
cut_value(char **at)
{
	*at += strcspn(*at, "\r\n");
	if (**at == '\r') {
		*(*at)++ = '\0';
		if (**at != '\n')
			return false;
	}
	if (**at == '\n')
		*(*at)++ = '\0';
	return true;
}

static bool
cut_line(char **at, struct http_line *ret)
{
	char *const name = *at;

	while (**at > ' ' && **at < 0x7F && **at != ':')
		(*at)++;
	while (**at == ' ')
		*(*at)++ = '\0';
	if (**at != ':')
		return false;
	*(*at)++ = '\0';
	*at += strspn(*at, " \t");
	*ret = (struct http_line){ name, *at };
	return cut_value(at);
}

static bool
cut_lines(char *at, struct http_head *head)
{
	while (head->line_count<HTTP_HEAD_LINES_MAX && * at> ' ' && *at < 0x7F && *at != ':')
		if (!cut_line(&at, &head->lines[head->line_count++]))
			return false;
	return true;
}

/* False: civetweb itself refuses it. */
static bool
cut(char *buffer, size_t size, struct http_head *head)
{
	char *at = buffer;

	while (size > 0 && is_white(*at))
		at++, size--;
	const size_t whole = head_size(at, size);
	if (whole == 0)
		return false;
	at[whole - 1] = '\0';
	head->buffer = buffer;
	head->method = cut_word(&at, " ");
	char *const target = head->method != NULL ? cut_word(&at, " ") : NULL;
	const char *const version = target != NULL ? cut_word(&at, "\r\n") : NULL;
	if (version == NULL || strspn(head->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 0 ||
	    head->method[strspn(head->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0' ||
	    (strcmp(version, "HTTP/1.0") != 0 && strcmp(version, "HTTP/1.1") != 0))
		return false;
	char *const query = strchr(target, '?');
	if (query != NULL)
		*query = '\0';
	head->path = target;
	head->query = query != NULL ? query + 1 : NULL;
	head->version = version + strlen("HTTP/");
	return cut_lines(at, head);
}

/* A head that ends in two bare LF with CR NUL behind it is, once the parser has written its NULs,
 * byte for byte one that ends as it should. The guard can not tell; http_read_body() refuses the
 * NUL if it is a body's, and the parser if it is the next request's. With CR as the last byte that
 * came, the NUL is the parser's own; a proxy, which waits for whole lines, does not send that. */
static bool
is_beyond_telling(const char *bytes, size_t size)
{
	const size_t whole = head_size(bytes, size);

	return whole >= 2 && whole < size && memcmp(bytes + whole - 2, "\n\n\r", 3) == 0 &&
	       (whole + 1 == size || bytes[whole + 1] == '\0');
}

static bool
ends_blank(const char *value)
{
	return value[0] != '\0' && value[strlen(value) - 1] == ' ';
}

static void
check_passed(const uint8_t *data, size_t size, const struct http_head *head,
    const struct http_headers *headers)
{
	static struct http_request request;
	struct strict_head strict = { 0 };

	FUZZ_CHECK(strict_head((const char *)data, size, &strict), "what passes is unambiguous");
	FUZZ_CHECK(strict.size <= HTTP_HEAD_SIZE_MAX, "and has its bound");
	FUZZ_CHECK(strict.lines == head->line_count, "no line of it was dropped");
	const char *const length = headers->value[HTTP_CONTENT_LENGTH];
	FUZZ_CHECK(strict.body_size == (length != NULL ? strtoull(length, NULL, 10) : 0),
	    "its body ends where everybody says");
	for (size_t i = 0; i < head->line_count; i++)
		FUZZ_CHECK(!ends_blank(head->lines[i].value), "no value ends with a blank");
	http_request_clear(&request);
	http_request_fill(&request, head, headers);
	FUZZ_CHECK(request.path[0] == '/' && fuzz_is_visible_ascii(request.path) &&
		       memcmp(data + (request.path - head->buffer), request.path,
			   strlen(request.path)) == 0,
	    "its path is as it came");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *buffer = calloc(1, size + SPARE);
	struct http_headers headers;
	struct http_head head = { 0 };

	if (buffer == NULL)
		abort();
	if (size > 0)
		memcpy(buffer, data, size);
	if (is_beyond_telling((const char *)data, size) || !cut(buffer, size, &head))
		return 0;
	http_headers_find(&head, &headers);
	if (http_guard(&head, &headers) == OK)
		check_passed(data, size, &head, &headers);
	return 0;
}
