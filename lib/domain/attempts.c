/* attempts.c - how often something was tried. */

#include "attempts.h"

#include "statements.h"

#include <string.h>

struct attempt
attempt_of(const struct keyring *keyring, enum policy_scope scope, const void *thing, size_t size,
    int64_t now, int64_t cooldown_s)
{
	const int64_t window_s = policy_of(scope)->window_s;
	struct attempt attempt = {
		.scope = scope,
		.now = now,
		.window_s = window_s > 0 ? window_s : cooldown_s,
	};

	/* The scope is part of the row's key, so one hash of the thing serves them all. */
	keyring_hash(keyring, KEYRING_ATTEMPT, thing, size, attempt.thing);
	return attempt;
}

enum result
attempt_left(struct db_tx *tx, const struct attempt *attempt, int *ret_left)
{
	int64_t tries = 0;
	const struct db_value in[] = { db_number(attempt->scope),
		db_bytes(attempt->thing, sizeof attempt->thing), db_number(attempt->now), { 0 } };
	const struct db_slot out[] = { db_to_number(&tries), { 0 } };
	const enum result result = db_row(tx, ATTEMPT_READ, in, out);

	if (result != OK && result != NO_ROW)
		return result;
	*ret_left = policy_of(attempt->scope)->count - (int)tries;
	return OK;
}

static enum result
begin(struct db_tx *tx, const struct attempt *attempt)
{
	const struct db_value in[] = { db_number(attempt->scope),
		db_bytes(attempt->thing, sizeof attempt->thing),
		db_number(attempt->now + attempt->window_s), { 0 } };

	return db_change(tx, ATTEMPT_BEGIN, in, NULL);
}

static enum result
restart(struct db_tx *tx, const struct attempt *attempt, uint64_t *ret_rows)
{
	const struct db_value in[] = { db_number(attempt->now + attempt->window_s),
		db_number(attempt->scope), db_bytes(attempt->thing, sizeof attempt->thing),
		db_number(attempt->now), { 0 } };

	return db_change(tx, ATTEMPT_RESTART, in, ret_rows);
}

static enum result
count(struct db_tx *tx, const struct attempt *attempt, uint64_t *ret_rows)
{
	const struct db_value in[] = { db_number(attempt->scope),
		db_bytes(attempt->thing, sizeof attempt->thing),
		db_number(policy_of(attempt->scope)->count), { 0 } };

	return db_change(tx, ATTEMPT_COUNT, in, ret_rows);
}

enum result
attempt_take(struct db_tx *tx, const struct attempt *attempt, int *ret_left)
{
	uint64_t rows = 0;
	const enum result begun = begin(tx, attempt);

	if (begun != DUPLICATE) {
		*ret_left = policy_of(attempt->scope)->count - 1;
		return begun;
	}
	TRY(restart(tx, attempt, &rows));
	if (rows == 0)
		TRY(count(tx, attempt, &rows));
	if (rows == 0) {
		*ret_left = -1;
		return OK;
	}
	return attempt_left(tx, attempt, ret_left);
}
