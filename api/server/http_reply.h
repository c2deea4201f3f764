/* http_reply.h - one answer in memory: its lines, and the head that goes before its body. */

#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "bounds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of extra header lines of one answer. The longest that there are, with the longest Origin,
 * have 1,021 (gate_test.c makes them). */
#define HTTP_REPLY_HEADERS_MAX 2048
#define HTTP_REPLY_HEAD_MAX    (1024 + HTTP_REPLY_HEADERS_MAX)

/* A body that is a part of the program: sent from where it is, so that it costs no room and may be
 * larger than REPLY_MAX. */
struct http_document {
	const char *bytes;
	size_t size;
	const char *media_type;
	const char *entity_tag; /* of these bytes, with its quotes (RFC 9110 8.8.3) */
};

/* Everything in it has a bound, and one write sends it all, but for a document, which is sent
 * behind the head. The gate or a handler writes `body`, or names a document. */
struct http_reply {
	int status;
	const char *media_type; /* NULL: no body */
	size_t body_size;
	const struct http_document *document; /* instead of `body`; NULL: none */
	int64_t max_age_s; /* how long anybody may keep it (caching.h); 0: nobody may */
	bool close;        /* end the connection after this answer */
	size_t headers_size;
	char
	    headers[HTTP_REPLY_HEADERS_MAX + 1]; /* "Name: value\r\n" lines beside the fixed ones */
	char head[HTTP_REPLY_HEAD_MAX + 1];      /* http_reply_head()'s own */
	char body[REPLY_MAX + 1];
};

/* Makes an empty reply; the bytes of an earlier body stay where they are. */
void http_reply_clear(struct http_reply *);

/* Wipes head, header lines and body. */
void http_reply_wipe(struct http_reply *);

/* Adds a header line. Values come from us, never from a client as they are; a CR or LF in one, or
 * a line that does not fit, is a bug and ends in assert(). */
void http_reply_add(struct http_reply *, const char *name, const char *value);

/* Writes the head so that it ends where the body begins, and returns where it begins: both leave in
 * one piece. */
const char *http_reply_head(struct http_reply *, bool keep_alive);

#endif
