/* limit_db.c - limits that are counted in the database. */

#include "limit_db.h"

#include "secret.h"
#include "statements.h"

#include <assert.h>
#include <limits.h>

struct limit_try
limit_try_of(const struct keyring *keyring, struct limit_subject subject, int64_t now)
{
	const struct limit *limit = limit_of(subject.limit_id);
	struct limit_try limit_try = {
		.limit_id = subject.limit_id,
		.now = now,
		.window_s = limit->window_s,
		.max = limit->max * subject.factor,
		.uncounted = subject.uncounted,
	};

	assert(limit->counted_in == LIMIT_IN_DATABASE);
	/* The limit is part of the row's key, so one hash of the subject serves them all. */
	keyring_hash(keyring, KEYRING_LIMIT, subject.bytes, subject.size, limit_try.subject_hash);
	secret_random(limit_try.holder, sizeof limit_try.holder);
	return limit_try;
}

static struct db_value
limit_id_value(const struct limit_try *limit_try)
{
	return db_number("limit_id", limit_try->limit_id);
}

static struct db_value
subject_hash_value(const struct limit_try *limit_try)
{
	return db_bytes("subject_hash", limit_try->subject_hash, sizeof limit_try->subject_hash);
}

static struct db_value
holder_value(const struct limit_try *limit_try)
{
	return db_bytes("holder", limit_try->holder, sizeof limit_try->holder);
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
limit_db_peek(
    struct db_tx *tx, const struct limit_try *limit_try, int *ret_left, int64_t *ret_wait_s)
{
	int64_t count = 0, window_ends_at = 0;
	const struct db_value in[] = { limit_id_value(limit_try), subject_hash_value(limit_try),
		db_number("now", limit_try->now), { 0 } };
	const struct db_slot out[] = { db_to_number(&count), db_to_number(&window_ends_at), { 0 } };

	if (limit_try->uncounted)
		return grant_uncounted(ret_left, ret_wait_s);
	const enum result result = db_row(tx, LIMIT_READ, in, out);
	if (result != OK && result != NO_ROW)
		return result;
	*ret_left = limit_try->max - (int)count;
	if (ret_wait_s != NULL)
		*ret_wait_s = *ret_left > 0 ? 0 : window_ends_at - limit_try->now;
	return OK;
}

enum result
limit_db_count(
    struct db_tx *tx, const struct limit_try *limit_try, int *ret_left, int64_t *ret_wait_s)
{
	const struct limit *limit = limit_of(limit_try->limit_id);
	const bool first_locks = limit->lock_from == 1;
	int64_t count = 0, granted = 0, wait_s = 0;
	const struct db_value in[] = {
		limit_id_value(limit_try),
		subject_hash_value(limit_try),
		db_number("window_ends_at", limit_try->now + limit_try->window_s),
		db_number("first_locked_until", first_locks ? limit_try->now + limit->lock_s : 0),
		holder_value(limit_try),
		db_number("now", limit_try->now),
		db_number("max", limit_try->max),
		db_number("lock_from", limit->lock_from > 0 ? limit->lock_from : INT32_MAX),
		db_number("lock_max_s", limit->lock_max_s),
		db_number("lock_s", limit->lock_s),
		db_number("doubles_from", limit->doubles_from),
		{ 0 },
	};
	const struct db_slot out[] = { db_to_number(&count), db_to_number(&granted),
		db_to_number(&wait_s), { 0 } };

	if (limit_try->uncounted)
		return grant_uncounted(ret_left, ret_wait_s);
	TRY(db_row(tx, LIMIT_COUNT, in, out));
	*ret_left = granted != 0 ? limit_try->max - (int)count : -1;
	if (ret_wait_s != NULL)
		*ret_wait_s = granted != 0 ? 0 : wait_s;
	return OK;
}

enum result
limit_db_give_back(struct db_tx *tx, const struct limit_try *limit_try)
{
	const struct db_value in[] = { holder_value(limit_try), limit_id_value(limit_try),
		subject_hash_value(limit_try), db_first_run("first_run"), { 0 } };

	if (limit_try->uncounted)
		return OK;
	return db_change(tx, LIMIT_GIVE_BACK, in, NULL);
}

enum result
limit_db_give_back_after(struct db_tx *tx, const struct limit_try *limit_try, enum result ended)
{
	const enum result given_back = limit_db_give_back(tx, limit_try);

	(void)given_back; /* the caller is told how the call itself ended */
	return ended;
}

enum result
limit_db_reset(struct db_tx *tx, const struct limit_try *limit_try)
{
	const struct db_value in[] = { limit_id_value(limit_try), subject_hash_value(limit_try),
		{ 0 } };

	return db_change(tx, LIMIT_RESET, in, NULL);
}
