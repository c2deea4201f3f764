/* posted_code.c - the code that a society posts to a person. */

#include "posted_code.h"

#include <string.h>

struct posted_code_hash
posted_code_hash(const struct keyring *keyring, const char *code)
{
	struct posted_code_hash hash = { .is_given = code[0] != '\0' };

	if (hash.is_given)
		keyring_hash(keyring, KEYRING_POSTED_CODE, code, strlen(code), hash.bytes);
	return hash;
}
