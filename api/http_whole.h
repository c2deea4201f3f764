/* http_whole.h - are these the bytes of a whole request, or is there something to wait for? Pure.
 *
 * It says when, never what: whether a request is taken, http_guard.c decides, on the parser's own
 * reading. So everything doubtful counts as whole: two lengths, a Transfer-Encoding, a length over
 * BODY_MAX and whatever the parser refuses at sight are answered without a wait for more. */

#ifndef HTTP_WHOLE_H
#define HTTP_WHOLE_H

#include <stdbool.h>
#include <stddef.h>

enum http_wholeness {
	HTTP_WHOLE,        /* the parser and http_guard.c will not have to wait for a byte */
	HTTP_HEAD_MISSING, /* the end of the head did not come yet */
	HTTP_BODY_MISSING, /* the head is there; `size` bytes in all are the whole request */
	HTTP_HEAD_ENDLESS, /* over HTTP_HEAD_SIZE_MAX without an end */
};

/* What is known once the head is there. */
struct http_extent {
	size_t size;       /* of head and body */
	bool is_held_back; /* Expect: 100-continue (RFC 9110 10.1.1): the body is held back */
};

/* Looks at what came so far. The first `known` bytes (0 at first) were looked at before and had no
 * end of a head in them. `ret_extent` is set with HTTP_BODY_MISSING. */
enum http_wholeness http_whole(
    const char *bytes, size_t size, size_t known, struct http_extent *ret_extent);

#endif
