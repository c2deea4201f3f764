/* attempts.c - how often something was tried. */

#include "attempts.h"

#include "secret.h"
#include "statements.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define LETTERS_WINDOW_S 86400
#define LETTERS_MAX      100 /* not met: the pauses between them allow for 41 at most */

struct attempt
attempt_of(const struct keyring *keyring, enum policy_scope scope, const void *thing, size_t size,
    int64_t now, int64_t cooldown_s)
{
	const struct policy *policy = policy_of(scope);
	const bool is_letter = policy->window_s == 0;
	struct attempt attempt = {
		.scope = scope,
		.now = now,
		.window_s = is_letter ? LETTERS_WINDOW_S : policy->window_s,
		.lock_s = is_letter ? cooldown_s : policy->lock_s,
		.count = is_letter ? LETTERS_MAX : policy->count,
	};

	/* The scope is part of the row's key, so one hash of the thing serves them all. */
	keyring_hash(keyring, KEYRING_ATTEMPT, thing, size, attempt.thing);
	secret_random(attempt.taker, sizeof attempt.taker);
	return attempt;
}

struct attempt
attempt_of_source(const struct keyring *keyring, enum policy_scope scope,
    const struct visitor *visitor, int64_t now)
{
	struct attempt attempt = attempt_of(
	    keyring, scope, visitor->source, strlen(visitor->source), now, 0);

	attempt.count *= (int)visitor->crowd;
	return attempt;
}

struct attempt
attempt_of_prefix(const struct keyring *keyring, enum policy_scope scope,
    const struct visitor *visitor, int64_t now)
{
	if (visitor->prefix[0] == '\0')
		return (struct attempt){ .scope = scope, .now = now, .uncounted = true };

	struct attempt attempt = attempt_of(
	    keyring, scope, visitor->prefix, strlen(visitor->prefix), now, 0);

	attempt.count *= (int)visitor->crowd * PREFIX_SOURCES;
	return attempt;
}

struct attempt
attempt_of_service(const struct keyring *keyring, enum policy_scope scope, int64_t now)
{
	return attempt_of(keyring, scope, "", 0, now, 0);
}

static enum result
grant_uncounted(int *ret_left, int64_t *ret_wait_s)
{
	*ret_left = INT_MAX;
	if (ret_wait_s != NULL)
		*ret_wait_s = 0;
	return OK;
}

enum result
attempt_left(struct db_tx *tx, const struct attempt *attempt, int *ret_left, int64_t *ret_wait_s)
{
	int64_t tries = 0, ends_at = 0;
	const struct db_value in[] = { db_number_at(attempt->scope),
		db_bytes_at(attempt->thing, sizeof attempt->thing), db_number_at(attempt->now),
		{ 0 } };
	const struct db_slot out[] = { db_to_number(&tries), db_to_number(&ends_at), { 0 } };

	if (attempt->uncounted)
		return grant_uncounted(ret_left, ret_wait_s);
	const enum result result = db_row(tx, ATTEMPT_READ, in, out);
	if (result != OK && result != NO_ROW)
		return result;
	*ret_left = attempt->count - (int)tries;
	if (ret_wait_s != NULL)
		*ret_wait_s = *ret_left > 0 ? 0 : ends_at - attempt->now;
	return OK;
}

enum result
attempt_take(struct db_tx *tx, const struct attempt *attempt, int *ret_left, int64_t *ret_wait_s)
{
	const struct policy *policy = policy_of(attempt->scope);
	const struct db_value now = db_number_at(attempt->now);
	const struct db_value count = db_number_at(attempt->count);
	const struct db_value taker = db_bytes_at(attempt->taker, sizeof attempt->taker);
	const struct db_value lock_from = db_number_at(
	    policy->lock_from > 0 ? policy->lock_from : INT32_MAX);
	const struct db_value first_lock = db_number_at(
	    policy->lock_from == 1 ? attempt->now + attempt->lock_s : 0);
	/* clang-format off */
	const struct db_value in[] = { /* a line for each of the statement's */
		/* VALUES */       db_number_at(attempt->scope), db_bytes_at(attempt->thing, sizeof attempt->thing),
				   db_number_at(attempt->now + attempt->window_s), first_lock, taker,
		/* taker */        now, count, now,
		/* tries */        now, count,
		/* locked_until */ lock_from, now, db_number_at(policy->lock_max_s), db_number_at(attempt->lock_s), db_number_at(policy->doubles_from),
		/* ends_at */      now,
		/* RETURNING */    taker, now,
		{ 0 },
	};
	/* clang-format on */
	int64_t tries = 0, granted = 0, wait_s = 0;
	const struct db_slot out[] = { db_to_number(&tries), db_to_number(&granted),
		db_to_number(&wait_s), { 0 } };

	if (attempt->uncounted)
		return grant_uncounted(ret_left, ret_wait_s);
	TRY(db_row(tx, ATTEMPT_TAKE, in, out));
	*ret_left = granted != 0 ? attempt->count - (int)tries : -1;
	if (ret_wait_s != NULL)
		*ret_wait_s = granted != 0 ? 0 : wait_s;
	return OK;
}

enum result
attempt_give_back(struct db_tx *tx, const struct attempt *attempt)
{
	const struct db_value taker = db_bytes_at(attempt->taker, sizeof attempt->taker);
	const struct db_value in[] = { taker, db_number_at(attempt->scope),
		db_bytes_at(attempt->thing, sizeof attempt->thing),
		db_number_at(!db_may_be_committed(tx)), taker, { 0 } };

	if (attempt->uncounted)
		return OK;
	return db_change(tx, ATTEMPT_GIVE_BACK, in, NULL);
}

enum result
attempt_forget(struct db_tx *tx, const struct attempt *attempt)
{
	const struct db_value in[] = { db_number_at(attempt->scope),
		db_bytes_at(attempt->thing, sizeof attempt->thing), { 0 } };

	return db_change(tx, ATTEMPT_FORGET, in, NULL);
}

/* Committed for themselves. */

struct taking {
	const struct attempt *attempt;
	int *left;
	int64_t *wait_s;
};

static enum result
take_tx(struct db_tx *tx, void *context)
{
	const struct taking *taking = context;

	return attempt_take(tx, taking->attempt, taking->left, taking->wait_s);
}

enum result
attempt_take_committed(
    struct db *db, const struct attempt *attempt, int *ret_left, int64_t *ret_wait_s)
{
	struct taking taking = { .attempt = attempt, .left = ret_left, .wait_s = ret_wait_s };

	return db_each_committed(db, take_tx, &taking);
}

static enum result
give_back_tx(struct db_tx *tx, void *context)
{
	return attempt_give_back(tx, context);
}

enum result
attempt_unjudged(struct db *db, const struct attempt *attempt, enum result why)
{
	struct attempt taken = *attempt;
	const enum result given_back = db_each_committed(db, give_back_tx, &taken);

	(void)given_back; /* what went wrong first is what is told */
	return why;
}
