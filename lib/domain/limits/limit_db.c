/* limit_db.c - limits that are counted in the database. */

#include "limit_db.h"

#include "deadline.h"
#include "secret.h"
#include "statements.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>

#define RUN_LATER_MS 1000

/* Tries that are given back later: a ring, in which the oldest give way. */
static struct {
	pthread_mutex_t mutex;
	struct limit_try tries[LIMIT_LATER_MAX];
	size_t first, count;
} later = { .mutex = PTHREAD_MUTEX_INITIALIZER };

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
	const enum result counted = db_row(tx, LIMIT_COUNT, in, out);
	if (counted != OK && db_may_be_done(tx))
		limit_db_give_back_later(limit_try);
	TRY(counted);
	*ret_left = granted != 0 ? limit_try->max - (int)count : -1;
	if (ret_wait_s != NULL)
		*ret_wait_s = granted != 0 ? 0 : wait_s;
	return OK;
}

static enum result
give_try_back(struct db_tx *tx, const struct limit_try *limit_try, struct db_value first_run)
{
	const struct db_value in[] = { holder_value(limit_try), limit_id_value(limit_try),
		subject_hash_value(limit_try), first_run, { 0 } };

	if (limit_try->uncounted)
		return OK;
	const bool tidies = deadline_tidy(true);
	const enum result given_back = db_change(tx, LIMIT_GIVE_BACK, in, NULL);
	deadline_tidy(tidies);
	return given_back;
}

enum result
limit_db_give_back(struct db_tx *tx, const struct limit_try *limit_try)
{
	return give_try_back(tx, limit_try, db_first_run("first_run"));
}

enum result
limit_db_give_back_held(struct db_tx *tx, const struct limit_try *limit_try)
{
	return give_try_back(tx, limit_try, db_number("first_run", 0));
}

enum result
limit_db_give_back_after(struct db_tx *tx, const struct limit_try *limit_try, enum result ended)
{
	if (limit_db_give_back(tx, limit_try) != OK)
		limit_db_give_back_later(limit_try);
	return ended;
}

void
limit_db_give_back_later(const struct limit_try *limit_try)
{
	if (limit_try->uncounted)
		return;
	pthread_mutex_lock(&later.mutex);
	later.tries[(later.first + later.count) % LIMIT_LATER_MAX] = *limit_try;
	if (later.count < LIMIT_LATER_MAX)
		later.count++;
	else
		later.first = (later.first + 1) % LIMIT_LATER_MAX;
	pthread_mutex_unlock(&later.mutex);
}

/* Takes the oldest try out. False: there is none. */
static bool
take_later(struct limit_try *ret)
{
	pthread_mutex_lock(&later.mutex);
	const bool taken = later.count > 0;
	if (taken) {
		*ret = later.tries[later.first];
		later.first = (later.first + 1) % LIMIT_LATER_MAX;
		later.count--;
	}
	pthread_mutex_unlock(&later.mutex);
	return taken;
}

void
limit_db_run_later(struct db *db)
{
	struct db_tx alone = db_alone(db);
	struct limit_try limit_try;

	deadline_begin(RUN_LATER_MS);
	while (take_later(&limit_try)) {
		if (limit_db_give_back_held(&alone, &limit_try) == OK)
			continue;
		limit_db_give_back_later(&limit_try);
		break;
	}
	deadline_end();
}

enum result
limit_db_reset(struct db_tx *tx, const struct limit_try *limit_try)
{
	const struct db_value in[] = { limit_id_value(limit_try), subject_hash_value(limit_try),
		{ 0 } };

	return db_change(tx, LIMIT_RESET, in, NULL);
}
