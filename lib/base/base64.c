/* base64.c - base64 with padding (RFC 4648 4). */

#include "base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three bytes become four characters. */
static void
write_group(const unsigned char group[static 3], char ret[static 4])
{
	const uint32_t bits = (uint32_t)group[0] << 16 | (uint32_t)group[1] << 8 | group[2];

	ret[0] = digits[bits >> 18];
	ret[1] = digits[bits >> 12 & 63];
	ret[2] = digits[bits >> 6 & 63];
	ret[3] = digits[bits & 63];
}

size_t
base64_encode(const char *bytes, size_t size, char *ret)
{
	const unsigned char *at = (const unsigned char *)bytes;
	const size_t rest = size % 3;
	char *to = ret;

	for (const unsigned char *end = at + size - rest; at < end; at += 3, to += 4)
		write_group(at, to);
	if (rest > 0) {
		unsigned char group[3] = { 0 };

		memcpy(group, at, rest);
		write_group(group, to);
		memset(to + rest + 1, '=', 3 - rest);
		to += 4;
	}
	*to = '\0';
	return (size_t)(to - ret);
}
