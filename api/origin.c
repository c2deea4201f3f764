/* origin.c - which pages' requests are ours. */

#include "origin.h"

#include <string.h>

bool
origin_is_listed(const char *origins, const char *origin)
{
	const size_t length = strlen(origin);

	for (const char *at = origins; length > 0 && *at != '\0';) {
		const size_t word = strcspn(at, ", ");

		if (word == length && strncmp(at, origin, length) == 0)
			return true;
		at += word;
		at += strspn(at, ", ");
	}
	return false;
}
