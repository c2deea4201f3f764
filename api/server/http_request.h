/* http_request.h - one request in memory: the parts of its head that the edge reads, and its
 * body. */

#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "bounds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_head;
struct http_headers;
struct mg_connection;

/* Pointers are valid while the request is served. An absent header is NULL; so is one that came
 * twice. */
struct http_request {
	const char *method;
	const char *path;  /* before the '?', undecoded */
	const char *query; /* behind it, or NULL */
	const char *authorization;
	bool authorization_twice;
	const char *content_type;
	bool encoded; /* Content-Encoding says something else than identity */
	const char *accept_language;
	const char *origin;
	const char *preflight_method; /* Access-Control-Request-Method */
	const char *cookie;           /* HTTP/1.1 clients send one (RFC 6265 5.4) */
	const char *user_agent;
	const char *if_none_match;
	const char *forwarded_for;   /* X-Forwarded-For: true as far as source_of() says */
	bool keeps;                  /* the client would keep the connection */
	char source[SOURCE_MAX + 1]; /* the socket's address */
	int64_t content_length;      /* -1: none announced */
	size_t body_size;            /* after http_read_body */
	bool body_failed;            /* http_read_body failed; it does not try again */
	struct mg_connection *connection;
	char body[BODY_MAX + 1]; /* NUL-terminated */
};

/* Makes an empty request; the bytes of an earlier body stay where they are. */
void http_request_clear(struct http_request *);

/* Wipes the body. */
void http_request_wipe(struct http_request *);

/* Fills in who reads the answer, `origin` and `accept_language`; borrows the strings. */
void http_request_fill_reader(struct http_request *, const struct http_headers *);

/* Fills in what a head says that passed http_guard(); borrows its strings. */
void http_request_fill(
    struct http_request *, const struct http_head *, const struct http_headers *);

/* The value of one cookie out of a Cookie header (RFC 6265 4.2.1); NULL has none. Letters of a name
 * count as they are. False, and `ret` empty: it is not there; it is there twice, as when a
 * neighbouring host planted a second one and which is which cannot be told; it does not fit into
 * ret_size with its NUL; it has other bytes than a plain cookie's (RFC 6265 4.1.1): visible ASCII
 * without quotes, comma or backslash. An empty value is one. */
bool http_cookie_value(const char *cookie_header, const char *name, char *ret, size_t ret_size)
    __attribute__((warn_unused_result));

#endif
