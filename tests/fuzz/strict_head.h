/* strict_head.h - a second opinion of heads: is this, to the letter of RFC 9112, one request of
 * which every parser reads the same?
 *
 * Written for the fuzz targets from the bytes as they come, without looking at how http_guard.c or
 * civetweb do it: what they take, this must take. It asks less of a request than they do: not how
 * long it is, nor how many lines it has. */

#ifndef STRICT_HEAD_H
#define STRICT_HEAD_H

#include <stdbool.h>
#include <stddef.h>

struct strict_head {
	size_t size; /* with its empty line */
	size_t body_size;
	size_t lines; /* of headers */
	bool is_head; /* method HEAD: its answer has no body */
};

/* False: not whole, or ambiguous; `ret` is then of no use. */
bool strict_head(const char *bytes, size_t size, struct strict_head *ret);

#endif
