/* limit_db.c - limits that are counted in the database. */

#include "limit_db.h"

#include "deadline.h"
#include "secret.h"
#include "statements.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

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

void
limit_db_params(const struct limit_try *limit_try, const struct limit_names *names,
    enum limit_params count, struct db_values *values)
{
	const struct limit *limit = limit_of(limit_try->limit_id);
	const bool first_locks = limit->lock_from == 1;
	struct db_value params[LIMIT_LOCK_PARAMS + 1] = {
		db_number(names->limit, limit_try->uncounted ? LIMIT_NONE : limit_try->limit_id),
		db_bytes(names->hash, limit_try->subject_hash, sizeof limit_try->subject_hash),
		db_bytes(names->holder, limit_try->holder, sizeof limit_try->holder),
		db_number(names->window_ends_at, limit_try->now + limit_try->window_s),
		db_number(names->max, limit_try->max),
		db_number(
		    names->first_locked_until, first_locks ? limit_try->now + limit->lock_s : 0),
		db_number(names->lock_from, limit->lock_from > 0 ? limit->lock_from : INT32_MAX),
		db_number(names->lock_max_s, limit->lock_max_s),
		db_number(names->lock_s, limit->lock_s),
		db_number(names->doubles_from, limit->doubles_from),
	};

	params[count] = (struct db_value){ 0 };
	db_values_add(values, params);
}

void
limit_db_level_slots(struct limit_level *level, struct db_slot ret[static LIMIT_LEVEL_SLOTS])
{
	ret[0] = db_to_number(&level->count);
	ret[1] = db_to_number(&level->window_ends_at);
}

int
limit_db_left(
    const struct limit_try *limit_try, const struct limit_level *level, int64_t *ret_wait_s)
{
	const int left = limit_try->uncounted ? INT_MAX : limit_try->max - (int)level->count;

	if (ret_wait_s != NULL)
		*ret_wait_s = left > 0 ? 0 : level->window_ends_at - limit_try->now;
	return left;
}

enum result
limit_db_peek(
    struct db_tx *tx, const struct limit_try *limit_try, int *ret_left, int64_t *ret_wait_s)
{
	struct limit_level level = { .count = 0 };
	struct db_values in = { { db_number("now", limit_try->now) } };
	struct db_slot out[LIMIT_LEVEL_SLOTS + 1] = { 0 };

	limit_db_params(limit_try, &LIMIT_NAMES("try"), LIMIT_KEY_PARAMS, &in);
	limit_db_level_slots(&level, out);
	const enum result result = limit_try->uncounted ? OK : db_row(tx, LIMIT_READ, in.list, out);
	if (result != OK && result != NO_ROW)
		return result;
	*ret_left = limit_db_left(limit_try, &level, ret_wait_s);
	return OK;
}

enum result
limit_db_count(
    struct db_tx *tx, const struct limit_try *limit_try, int *ret_left, int64_t *ret_wait_s)
{
	int64_t count = 0, granted = 1, wait_s = 0;
	struct db_values in = { { db_number("now", limit_try->now) } };
	const struct db_slot out[] = { db_to_number(&count), db_to_number(&granted),
		db_to_number(&wait_s), { 0 } };

	limit_db_params(limit_try, &LIMIT_NAMES("try"), LIMIT_LOCK_PARAMS, &in);
	const enum result counted = limit_try->uncounted ? OK
							 : db_row(tx, LIMIT_COUNT, in.list, out);
	if (counted != OK && db_may_be_done(tx))
		limit_db_give_back_later(limit_try);
	TRY(counted);
	const struct limit_level level = { .count = count };
	*ret_left = granted != 0 ? limit_db_left(limit_try, &level, NULL) : -1;
	if (ret_wait_s != NULL)
		*ret_wait_s = granted != 0 ? 0 : wait_s;
	return OK;
}

static enum result
give_try_back(struct db_tx *tx, const struct limit_try *limit_try, struct db_value first_run)
{
	struct db_values in = { { first_run } };

	if (limit_try->uncounted)
		return OK;
	limit_db_params(limit_try, &LIMIT_NAMES("try"), LIMIT_HELD_PARAMS, &in);
	const bool tidies = deadline_tidy(true);
	const enum result given_back = db_change(tx, LIMIT_GIVE_BACK, in.list, NULL);
	deadline_tidy(tidies);
	return given_back;
}

enum result
limit_db_give_back(struct db_tx *tx, const struct limit_try *limit_try)
{
	return give_try_back(tx, limit_try, db_first_run("try_first_run"));
}

enum result
limit_db_give_back_held(struct db_tx *tx, const struct limit_try *limit_try)
{
	return give_try_back(tx, limit_try, db_number("try_first_run", 0));
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
	struct db_values in = { 0 };

	limit_db_params(limit_try, &LIMIT_NAMES("try"), LIMIT_KEY_PARAMS, &in);
	return db_change(tx, LIMIT_RESET, in.list, NULL);
}
