/* http_request.h - one request in memory: what of its head the edge looks at, and its body. */

#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "bounds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_head;
struct http_headers;
struct mg_connection;

/* Pointers are valid while the request is served. Absent headers are NULL; so is one that came
 * twice. */
struct http_request {
	const char *method;
	const char *path;  /* before the '?', undecoded */
	const char *query; /* behind it, or NULL */
	const char *authorization;
	bool authorization_twice;
	const char *content_type;
	const char *accept_language;
	const char *origin;
	const char *preflight_method; /* Access-Control-Request-Method */
	bool keeps;                   /* the client would keep the connection */
	char source[SOURCE_MAX + 1];  /* the socket's address */
	int64_t content_length;       /* -1: none announced */
	size_t body_size;             /* after http_read_body */
	bool body_failed;             /* http_read_body failed; it does not try again */
	struct mg_connection *connection;
	char body[BODY_MAX + 1]; /* NUL-terminated */
};

/* Nothing is known, and there is no body. What the last one's held is http_request_wipe()'s. */
void http_request_clear(struct http_request *);
void http_request_wipe(struct http_request *);

/* Takes over what a head says that passed the guard; the strings stay where they are. */
void http_request_fill(
    struct http_request *, const struct http_head *, const struct http_headers *);

#endif
