/* limit_db.c - how often something was tried. */

#include "limit_db.h"

#include "secret.h"
#include "statements.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define MAILS_WINDOW_S 86400
#define MAILS_MAX      100 /* not met: the pauses between them allow for 41 at most */

struct limit_try
limit_try_of(const struct keyring *keyring, enum limit_id limit_id, const void *subject,
    size_t size, int64_t now, int64_t mail_interval_s)
{
	const struct limit *limit = limit_of(limit_id);
	const bool is_letter = limit->window_s == 0;
	struct limit_try limit_try = {
		.limit_id = limit_id,
		.now = now,
		.window_s = is_letter ? MAILS_WINDOW_S : limit->window_s,
		.lock_s = is_letter ? mail_interval_s : limit->lock_s,
		.count = is_letter ? MAILS_MAX : limit->count,
	};

	/* The scope is part of the row's key, so one hash of the thing serves them all. */
	keyring_hash(keyring, KEYRING_LIMIT, subject, size, limit_try.subject);
	secret_random(limit_try.holder, sizeof limit_try.holder);
	return limit_try;
}

struct limit_try
limit_try_of_source(
    const struct keyring *keyring, enum limit_id limit_id, const struct client *client, int64_t now)
{
	struct limit_try limit_try = limit_try_of(
	    keyring, limit_id, client->source, strlen(client->source), now, 0);

	limit_try.count *= (int)client->shared_network_factor;
	return limit_try;
}

struct limit_try
limit_try_of_prefix(
    const struct keyring *keyring, enum limit_id limit_id, const struct client *client, int64_t now)
{
	if (client->prefix[0] == '\0')
		return (struct limit_try){ .limit_id = limit_id, .now = now, .uncounted = true };

	struct limit_try limit_try = limit_try_of(
	    keyring, limit_id, client->prefix, strlen(client->prefix), now, 0);

	limit_try.count *= (int)client->shared_network_factor * PREFIX_FACTOR;
	return limit_try;
}

struct limit_try
limit_try_of_service(const struct keyring *keyring, enum limit_id limit_id, int64_t now)
{
	return limit_try_of(keyring, limit_id, "", 0, now, 0);
}

static enum result
allow_uncounted(int *ret_left, int64_t *ret_wait_s)
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
	int64_t tries = 0, ends_at = 0;
	const struct db_value in[] = { db_number_at(limit_try->limit_id),
		db_bytes_at(limit_try->subject, sizeof limit_try->subject),
		db_number_at(limit_try->now), { 0 } };
	const struct db_slot out[] = { db_to_number(&tries), db_to_number(&ends_at), { 0 } };

	if (limit_try->uncounted)
		return allow_uncounted(ret_left, ret_wait_s);
	const enum result result = db_row(tx, LIMIT_READ, in, out);
	if (result != OK && result != NO_ROW)
		return result;
	*ret_left = limit_try->count - (int)tries;
	if (ret_wait_s != NULL)
		*ret_wait_s = *ret_left > 0 ? 0 : ends_at - limit_try->now;
	return OK;
}

enum result
limit_db_count(
    struct db_tx *tx, const struct limit_try *limit_try, int *ret_left, int64_t *ret_wait_s)
{
	const struct limit *limit = limit_of(limit_try->limit_id);
	const struct db_value now = db_number_at(limit_try->now);
	const struct db_value count = db_number_at(limit_try->count);
	const struct db_value holder = db_bytes_at(limit_try->holder, sizeof limit_try->holder);
	const struct db_value lock_from = db_number_at(
	    limit->lock_from > 0 ? limit->lock_from : INT32_MAX);
	const struct db_value first_lock = db_number_at(
	    limit->lock_from == 1 ? limit_try->now + limit_try->lock_s : 0);
	/* clang-format off */
	const struct db_value in[] = { /* a line for each of the statement's */
		/* VALUES */       db_number_at(limit_try->limit_id), db_bytes_at(limit_try->subject, sizeof limit_try->subject),
				   db_number_at(limit_try->now + limit_try->window_s), first_lock, holder,
		/* taker */        now, count, now,
		/* tries */        now, count,
		/* locked_until */ lock_from, now, db_number_at(limit->lock_max_s), db_number_at(limit_try->lock_s), db_number_at(limit->doubles_from),
		/* ends_at */      now,
		/* RETURNING */    holder, now,
		{ 0 },
	};
	/* clang-format on */
	int64_t tries = 0, granted = 0, wait_s = 0;
	const struct db_slot out[] = { db_to_number(&tries), db_to_number(&granted),
		db_to_number(&wait_s), { 0 } };

	if (limit_try->uncounted)
		return allow_uncounted(ret_left, ret_wait_s);
	TRY(db_row(tx, LIMIT_COUNT, in, out));
	*ret_left = granted != 0 ? limit_try->count - (int)tries : -1;
	if (ret_wait_s != NULL)
		*ret_wait_s = granted != 0 ? 0 : wait_s;
	return OK;
}

enum result
limit_db_give_back(struct db_tx *tx, const struct limit_try *limit_try)
{
	const struct db_value holder = db_bytes_at(limit_try->holder, sizeof limit_try->holder);
	const struct db_value in[] = { holder, db_number_at(limit_try->limit_id),
		db_bytes_at(limit_try->subject, sizeof limit_try->subject),
		db_number_at(!db_may_be_committed(tx)), holder, { 0 } };

	if (limit_try->uncounted)
		return OK;
	return db_change(tx, LIMIT_GIVE_BACK, in, NULL);
}

enum result
limit_db_reset(struct db_tx *tx, const struct limit_try *limit_try)
{
	const struct db_value in[] = { db_number_at(limit_try->limit_id),
		db_bytes_at(limit_try->subject, sizeof limit_try->subject), { 0 } };

	return db_change(tx, LIMIT_RESET, in, NULL);
}

/* Committed for themselves. */

struct taking {
	const struct limit_try *limit_try;
	int *left;
	int64_t *wait_s;
};

static enum result
take_tx(struct db_tx *tx, void *context)
{
	const struct taking *taking = context;

	return limit_db_count(tx, taking->limit_try, taking->left, taking->wait_s);
}

enum result
limit_db_count_committed(
    struct db *db, const struct limit_try *limit_try, int *ret_left, int64_t *ret_wait_s)
{
	struct taking taking = { .limit_try = limit_try, .left = ret_left, .wait_s = ret_wait_s };

	return db_each_committed(db, take_tx, &taking);
}

static enum result
give_back_tx(struct db_tx *tx, void *context)
{
	return limit_db_give_back(tx, context);
}

enum result
limit_db_give_back_committed(struct db *db, const struct limit_try *limit_try, enum result result)
{
	struct limit_try taken = *limit_try;
	const enum result given_back = db_each_committed(db, give_back_tx, &taken);

	(void)given_back; /* what went wrong first is what is told */
	return result;
}
