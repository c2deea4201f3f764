/* http_guard.h - rejects the head of a request that two parsers could read differently. Pure.
 *
 * (RFC 9112 2.2, 3, 5, 6.3; ASVS 4.2.1.) Rejected are any Transfer-Encoding, a Content-Length that
 * is not one string of 1-15 digits, a Host missing or given twice, white space before the method or
 * a header's colon, folded lines, bare LF, more than 64 headers, targets that are not a path of
 * visible ASCII, alone or behind "http://" and what Host says. The parser checks methods and
 * versions, and for what is before a path the port. */

#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include "result.h"

#include <stddef.h>

#define HTTP_HEAD_SIZE_MAX  16384 /* request line and headers; more is 431 */
#define HTTP_HEAD_LINES_MAX 64    /* more is 431 */

struct http_line {
	const char *name;
	char *value; /* http_guard() cuts off blanks behind it */
};

/* A head as the parser leaves it: one buffer, cut into strings by NULs that it wrote over what was
 * between them. Every pointer is into that buffer, in which two bytes behind the head can be
 * read. */
struct http_head {
	const char *buffer; /* where it begins; NULL: not known, and every head is rejected */
	const char *method;
	const char *path;
	const char *query;   /* behind a '?', or NULL */
	const char *version; /* behind "HTTP/" */
	size_t line_count;
	struct http_line lines[HTTP_HEAD_LINES_MAX];
};

/* The headers that are looked at. */
enum http_header {
	HTTP_CONNECTION,
	HTTP_CONTENT_ENCODING,
	HTTP_CONTENT_LENGTH,
	HTTP_HOST,
	HTTP_TRANSFER_ENCODING,
	HTTP_ACCEPT_LANGUAGE,
	HTTP_AUTHORIZATION,
	HTTP_CONTENT_TYPE,
	HTTP_ORIGIN,
	HTTP_PREFLIGHT_METHOD, /* Access-Control-Request-Method */
	HTTP_COOKIE,
	HTTP_USER_AGENT,
	HTTP_FORWARDED_FOR, /* X-Forwarded-For */
	HTTP_IF_NONE_MATCH,
	HTTP_HEADER__MAX
};

struct http_headers {
	const char *value[HTTP_HEADER__MAX]; /* NULL: absent; the last, if there are several */
	unsigned times[HTTP_HEADER__MAX];
};

/* Finds the headers of enum http_header, whatever is wrong with the head; borrows its strings. */
void http_headers_find(const struct http_head *, struct http_headers *ret);

/* OK: the head is unambiguous; its values have no blanks behind them any more, and its path begins
 * with the slash. LENGTH_REQUIRED: it is, but the body is chunked. HEADERS_TOO_LARGE: it is over
 * one of the two bounds. MALFORMED: it is not unambiguous. `headers` are those of the same head. */
enum result http_guard(struct http_head *, const struct http_headers *headers) MUST_USE;

#endif
