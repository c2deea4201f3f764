/* base64.h - base64 with padding (RFC 4648 4) of what a mail says. Secrets go through secret.h,
 * whose encoder takes the same time for all of them. */

#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>

#define BASE64_MAX(size) (((size) + 2) / 3 * 4) /* without the NUL */

/* Encodes. `ret` has room for BASE64_MAX(size) + 1. Returns the length, without the NUL. */
size_t base64_encode(const char *bytes, size_t size, char *ret);

#endif
