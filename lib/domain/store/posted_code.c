/* posted_code.c - the code that a society posts to a person. */

#include "posted_code.h"

#include "statements.h"

#include <string.h>

struct posted_code_hash
posted_code_hash(const struct keyring *keyring, const char *code)
{
	struct posted_code_hash hash = { .is_given = code[0] != '\0' };

	if (hash.is_given)
		keyring_hash(keyring, KEYRING_POSTED_CODE, code, strlen(code), hash.bytes);
	return hash;
}

enum result
posted_code_use(struct db_tx *tx, struct person_id person_id, int64_t issue, int64_t now)
{
	const struct db_value in[] = {
		db_number("used_at", now),
		db_bytes("person_id", person_id.bytes, sizeof person_id.bytes),
		db_number("issue", issue),
		{ 0 },
	};

	return db_change_one(tx, POSTED_CODE_USE, in);
}
