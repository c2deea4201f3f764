/* limit_db_test.c - tries are counted, locked, given back and reset, one by one and sixteen at
 * once: against a real server with the tables of schema/.
 *
 * An argument chooses tests by name: limit_db_test 'locks*'. */

#include "limit_db.h"

#include "keys_folder.h"
#include "private_db.h"
#include "service_tables.h"
#include "statements.h"
#include "tcp_proxy.h"
#include "text.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW             INT64_C(1795309323)
#define MAIL_INTERVAL_S INT64_C(60)
#define YEAR_S          INT64_C(31536000)
#define POOL            8
#define SUBJECT         "ada@example.org"

/* What the service itself never asks: how a row stands, whatever the time. */
enum { KEPT_READ, KEPT_COUNT, KEPT_CLEAR, KEPT__MAX };

static const struct statement kept_statements[KEPT__MAX] = {
	[KEPT_READ] = { "SELECT count, window_ends_at, locked_until, holder FROM limit_counter"
			" WHERE limit_id = :limit_id AND subject_hash = :subject_hash",
	    .columns = 4 },
	[KEPT_COUNT] = { "SELECT COUNT(*) FROM limit_counter", .columns = 1 },
	[KEPT_CLEAR] = { "DELETE FROM limit_counter" },
};

static struct private_db server;
static struct db *db;        /* as the service has it */
static struct db *inspector; /* with the statements above */
static struct keyring *keyring;

/* A database with the service's tables --------------------------------------------------------- */

static int
set_up(void **state)
{
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	if (!secret_start() || !db_start() || !private_db_open(&server))
		return -1;
	if (!service_tables_make(&server, SCHEMA_FOLDER))
		return -1;
	struct db_options options = private_db_options(&server, POOL);
	options.constants = sql_constants;
	if (!limit_table_set("", MAIL_INTERVAL_S, errbuf))
		return -1;
	keyring = keyring_of_new_keys();
	db = db_open(&options, statements, STATEMENTS__MAX);
	inspector = db_open(&options, kept_statements, KEPT__MAX);
	return keyring != NULL && db != NULL && inspector != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(inspector);
	db_close(db);
	private_db_remove(&server);
	db_stop();
	keyring_close(keyring);
	return 0;
}

/* Bodies --------------------------------------------------------------------------------------- */

struct call {
	enum result (*run)(struct db_tx *, const struct limit_try *);
	const struct limit_try *limit_try;
	int left;
	int64_t wait_s;
	unsigned runs;
};

static enum result
count_tx(struct db_tx *tx, void *context)
{
	struct call *const call = context;

	call->runs++;
	return limit_db_count(tx, call->limit_try, &call->left, &call->wait_s);
}

static enum result
peek_alone(struct call *call)
{
	struct db_tx alone = db_alone(db);

	return limit_db_peek(&alone, call->limit_try, &call->left, &call->wait_s);
}

static enum result
change_tx(struct db_tx *tx, void *context)
{
	const struct call *const call = context;

	return call->run(tx, call->limit_try);
}

static struct limit_try
try_at(enum limit_id limit_id, const char *subject, int64_t now)
{
	return limit_try_of(keyring, limit_subject_of(limit_id, subject, strlen(subject)), now);
}

/* How many are granted in a window. */
static int
max_of(enum limit_id limit_id)
{
	return try_at(limit_id, "", 0).max;
}

/* How many are left behind it, or -1; and how long what was rejected has to wait. */
static int
count_waiting(const struct limit_try *limit_try, int64_t *ret_wait_s)
{
	struct call call = { .limit_try = limit_try, .left = 999, .wait_s = -999 };

	assert_int_equal(db_transaction(db, count_tx, &call), OK);
	*ret_wait_s = call.wait_s;
	return call.left;
}

static int
count_try(const struct limit_try *limit_try)
{
	int64_t wait_s;

	return count_waiting(limit_try, &wait_s);
}

/* A try of its own. */
static int
count_at(enum limit_id limit_id, const char *subject, int64_t now)
{
	const struct limit_try limit_try = try_at(limit_id, subject, now);

	return count_try(&limit_try);
}

static void
count_times(enum limit_id limit_id, const char *subject, int64_t now, int times)
{
	for (int i = 0; i < times; i++)
		assert_in_range(count_at(limit_id, subject, now), 0, max_of(limit_id));
}

static int
peek_waiting(enum limit_id limit_id, const char *subject, int64_t now, int64_t *ret_wait_s)
{
	const struct limit_try limit_try = try_at(limit_id, subject, now);
	struct call call = { .limit_try = &limit_try, .left = 999, .wait_s = -999 };

	assert_int_equal(peek_alone(&call), OK);
	*ret_wait_s = call.wait_s;
	return call.left;
}

static int
peek_at(enum limit_id limit_id, const char *subject, int64_t now)
{
	int64_t wait_s;

	return peek_waiting(limit_id, subject, now, &wait_s);
}

static void
change(enum result (*run)(struct db_tx *, const struct limit_try *), enum limit_id limit_id,
    const char *subject)
{
	const struct limit_try limit_try = try_at(limit_id, subject, NOW);
	struct call call = { .run = run, .limit_try = &limit_try };

	assert_int_equal(db_transaction(db, change_tx, &call), OK);
}

/* How a row stands. */
struct kept {
	bool there;
	int64_t count, window_ends_at, locked_until;
	uint8_t holder[LIMIT_HOLDER_SIZE];
};

static struct kept
kept_of(enum limit_id limit_id, const char *subject)
{
	uint8_t hash[KEYED_HASH_SIZE];
	struct kept kept = { .count = 0 };
	struct db_tx alone = db_alone(inspector);
	const struct db_value in[] = { db_number("limit_id", limit_id),
		db_bytes("subject_hash", hash, sizeof hash), { 0 } };
	const struct db_slot out[] = { db_to_number(&kept.count),
		db_to_number(&kept.window_ends_at), db_to_number(&kept.locked_until),
		db_to_bytes(kept.holder, sizeof kept.holder), { 0 } };

	keyring_hash(keyring, KEYRING_LIMIT, subject, strlen(subject), hash);
	const enum result result = db_row(&alone, KEPT_READ, in, out);
	assert_true(result == OK || result == NO_ROW);
	kept.there = result == OK;
	return kept;
}

static bool
kept_equal(const struct kept *one, const struct kept *other)
{
	return one->there == other->there && one->count == other->count &&
	       one->window_ends_at == other->window_ends_at &&
	       one->locked_until == other->locked_until &&
	       memcmp(one->holder, other->holder, sizeof one->holder) == 0;
}

static int64_t
count_kept(void)
{
	int64_t count = -1;
	struct db_tx alone = db_alone(inspector);
	const struct db_slot out[] = { db_to_number(&count), { 0 } };

	assert_int_equal(db_row(&alone, KEPT_COUNT, NULL, out), OK);
	return count;
}

static int
clear(void **state)
{
	struct db_tx alone = db_alone(inspector);

	(void)state;
	return db_change(&alone, KEPT_CLEAR, NULL, NULL) == OK ? 0 : -1;
}

/* What is counted ------------------------------------------------------------------------------ */

static void
every_limit_has_a_row(void **state)
{
	(void)state;
	for (enum limit_id limit_id = LIMIT_INVITATION_MAIL; limit_id < LIMIT__MAX; limit_id++) {
		const struct limit *const limit = limit_of(limit_id);

		if (limit->name == NULL || limit->what_happens == NULL)
			fail_msg("%d has no row", (int)limit_id);
		if (limit->max < 1 || limit->window_s < 1)
			fail_msg("%s: no limit", limit->name);
		/* MAIL_INTERVAL_S, not LIMITS, says how far mails are apart. */
		if ((limit->max_allowed == 0) != (limit->lock_from == 1))
			fail_msg("%s: no mail interval", limit->name);
		if (limit->lock_from > 1 && limit->lock_s < 1)
			fail_msg("%s: no lock", limit->name);
		if (limit->lock_from > 0 &&
		    (limit->lock_max_s < limit->lock_s || limit->doubles_from < limit->lock_from))
			fail_msg("%s: no longest lock", limit->name);
		for (enum limit_id other = 1; other < limit_id; other++)
			assert_string_not_equal(limit->name, limit_of(other)->name);
	}
}

static void
a_try_has_its_subject_and_a_holder_of_its_own(void **state)
{
	const struct limit_try one = try_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW);
	const struct limit_try other = try_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW);
	const struct limit_try mail = try_at(LIMIT_INVITATION_MAIL, SUBJECT, NOW + 7);
	uint8_t hash[KEYED_HASH_SIZE];

	(void)state;
	keyring_hash(keyring, KEYRING_LIMIT, SUBJECT, strlen(SUBJECT), hash);
	assert_memory_equal(one.subject_hash, hash, sizeof hash);
	assert_memory_equal(other.subject_hash, hash, sizeof hash);
	assert_memory_not_equal(one.holder, other.holder, sizeof one.holder);
	assert_int_equal(one.limit_id, LIMIT_LOGIN_FAILURES);
	assert_int_equal(one.now, NOW);
	assert_int_equal(one.window_s, limit_of(LIMIT_LOGIN_FAILURES)->window_s);
	assert_int_equal(mail.limit_id, LIMIT_INVITATION_MAIL);
	assert_int_equal(mail.now, NOW + 7);
	assert_int_equal(mail.window_s, 86400);
	assert_int_equal(mail.max, 100);
}

/* Limits and windows --------------------------------------------------------------------------- */

/* Later than the one before, and after its lock. */
static int64_t
step_of(const struct limit *limit)
{
	return limit->lock_from > 0 ? limit->lock_max_s : 1;
}

static void
check_limit(enum limit_id limit_id)
{
	const struct limit *const limit = limit_of(limit_id);
	const int64_t window_s = limit->window_s;
	int64_t now = NOW, wait_s;

	for (int i = 0; i < limit->max; i++, now += step_of(limit)) {
		const struct limit_try limit_try = try_at(limit_id, SUBJECT, now);

		if (count_waiting(&limit_try, &wait_s) != limit->max - 1 - i)
			fail_msg("%s: try %d", limit->name, i + 1);
		assert_int_equal(wait_s, 0); /* granted: there is nothing to wait for */
		assert_int_equal(peek_waiting(limit_id, SUBJECT, now, &wait_s), limit->max - 1 - i);
		assert_int_equal(wait_s, i + 1 < limit->max ? 0 : NOW + window_s - now);
		if (limit->lock_from == 0)
			assert_int_equal(kept_of(limit_id, SUBJECT).locked_until, 0);
	}
	const struct limit_try one_more = try_at(limit_id, SUBJECT, now);
	if (count_waiting(&one_more, &wait_s) != -1)
		fail_msg("%s: one more than %d", limit->name, limit->max);
	assert_int_equal(wait_s, NOW + window_s - now);
	assert_int_equal(peek_waiting(limit_id, SUBJECT, now, &wait_s), 0);
	assert_int_equal(wait_s, NOW + window_s - now);
}

/* asvs 2.3.2 */
static void
tries_are_granted_up_to_each_limit(void **state)
{
	int checked = 0;

	(void)state;
	for (enum limit_id limit_id = LIMIT_INVITATION_MAIL; limit_id < LIMIT_SOURCE_REQUESTS;
	     limit_id++) {
		assert_int_equal(limit_of(limit_id)->counted_in, LIMIT_IN_DATABASE);
		if (limit_of(limit_id)->lock_from == 1)
			continue;
		check_limit(limit_id);
		checked++;
	}
	assert_int_equal(count_kept(), checked);
}

/* Mails to one address: each pause as long as the setting, from the sixth on twice as long as the
 * one before up to an hour, and after a day as at first. */
static void
mails_become_more_and_more_seldom(void **state)
{
	static const int64_t pauses_s[] = { MAIL_INTERVAL_S, MAIL_INTERVAL_S, MAIL_INTERVAL_S,
		MAIL_INTERVAL_S, MAIL_INTERVAL_S, 2 * MAIL_INTERVAL_S, 4 * MAIL_INTERVAL_S,
		8 * MAIL_INTERVAL_S, 16 * MAIL_INTERVAL_S, 32 * MAIL_INTERVAL_S, 3600, 3600, 3600 };
	int64_t now = NOW;
	int mails = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(pauses_s); i++) {
		assert_in_range(count_at(LIMIT_INVITATION_MAIL, SUBJECT, now), 0,
		    max_of(LIMIT_INVITATION_MAIL));
		if (count_at(LIMIT_INVITATION_MAIL, SUBJECT, now + pauses_s[i] - 1) != -1)
			fail_msg("mail %zu: the pause is shorter", i + 2);
		now += pauses_s[i];
	}
	assert_int_equal(clear(NULL), 0);
	for (now = NOW; now < NOW + 86400;
	     now = kept_of(LIMIT_INVITATION_MAIL, SUBJECT).locked_until)
		mails += count_at(LIMIT_INVITATION_MAIL, SUBJECT, now) >= 0;
	assert_in_range(mails, 24, 41);
	assert_in_range(count_at(LIMIT_INVITATION_MAIL, SUBJECT, NOW + 86400 + 3600), 0,
	    max_of(LIMIT_INVITATION_MAIL));
	assert_int_equal(kept_of(LIMIT_INVITATION_MAIL, SUBJECT).count, 1);
	assert_int_equal(kept_of(LIMIT_INVITATION_MAIL, SUBJECT).locked_until,
	    NOW + 86400 + 3600 + MAIL_INTERVAL_S);
}

static void
without_a_try_all_are_left(void **state)
{
	int64_t wait_s;

	(void)state;
	assert_int_equal(peek_waiting(LIMIT_KEY_TRIES, SUBJECT, NOW, &wait_s), 5);
	assert_int_equal(wait_s, 0);
	assert_int_equal(count_kept(), 0); /* to ask is no try */
}

static enum result
without_wait_tx(struct db_tx *tx, void *context)
{
	const struct limit_try *const limit_try = context;
	int left = 999;

	TRY(limit_db_count(tx, limit_try, &left, NULL));
	assert_int_equal(left, 4);
	TRY(limit_db_peek(tx, limit_try, &left, NULL));
	assert_int_equal(left, 4);
	return OK;
}

static void
the_wait_is_optional(void **state)
{
	struct limit_try limit_try = try_at(LIMIT_KEY_TRIES, SUBJECT, NOW);

	(void)state;
	assert_int_equal(db_transaction(db, without_wait_tx, &limit_try), OK);
}

static void
a_rejected_try_changes_nothing(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum limit_id limit_id;
		int counted;   /* all at NOW */
		int64_t later_s;
	} rows[] = {
		{ "at the limit",                    LIMIT_IDENTITY_TRIES,   5, 0 },
		{ "later in the window",             LIMIT_IDENTITY_TRIES,   5, 40000 },
		{ "in the window's last second",     LIMIT_IDENTITY_TRIES,   5, 86399 },
		{ "a limit of one",                  LIMIT_INVITATION_MAIL,  1, 0 },
		{ "the last second of a mail interval",
		  LIMIT_INVITATION_MAIL, 1, MAIL_INTERVAL_S - 1 },
		{ "another server's clock is behind", LIMIT_INVITATION_MAIL, 1, -3 },
		{ "while it is locked",              LIMIT_LOGIN_FAILURES,   5, 0 },
		{ "the lock's last second",          LIMIT_LOGIN_FAILURES,   5, 29 },
		{ "locked, by a clock that is behind", LIMIT_LOGIN_FAILURES, 5, -3 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(clear(NULL), 0);
		count_times(rows[i].limit_id, SUBJECT, NOW, rows[i].counted);
		const struct kept before = kept_of(rows[i].limit_id, SUBJECT);
		for (int again = 0; again < 3; again++)
			if (count_at(rows[i].limit_id, SUBJECT, NOW + rows[i].later_s) != -1)
				fail_msg("%s: granted", rows[i].why);
		const struct kept after = kept_of(rows[i].limit_id, SUBJECT);
		if (!before.there || !kept_equal(&before, &after))
			fail_msg("%s: changed", rows[i].why);
	}
}

static void
a_window_that_is_over_begins_again(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum limit_id limit_id;
		int64_t last_at; /* of the last of `counted`; the first was at NOW */
		int counted;
		int64_t counted_at;
		int left;
	} rows[] = {
		{ "its last second",        LIMIT_KEY_TRIES,       NOW,      5,  NOW + 172979, -1 },
		{ "its end",                LIMIT_KEY_TRIES,       NOW,      5,  NOW + 172980, 4 },
		{ "long after",             LIMIT_KEY_TRIES,       NOW,      5,  NOW + YEAR_S, 4 },
		{ "the first try counts",
		  LIMIT_KEY_TRIES, NOW + 172979, 5, NOW + 172980, 4 },
		{ "before the limit",       LIMIT_ACCOUNT_TRIES,   NOW,      3,  NOW + 172980, 9 },
		{ "a quarter of an hour",   LIMIT_SOURCE_FAILURES, NOW,      100, NOW + 900,  99 },
		{ "a second less",          LIMIT_SOURCE_FAILURES, NOW,      100, NOW + 899,  -1 },
		{ "in the middle of a lock",
		  LIMIT_LOGIN_FAILURES, NOW + YEAR_S - 10, 5, NOW + YEAR_S, 99 },
		{ "a second less, locked",
		  LIMIT_LOGIN_FAILURES, NOW + YEAR_S - 10, 5, NOW + YEAR_S - 1, -1 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const enum limit_id limit_id = rows[i].limit_id;
		const struct limit_try limit_try = try_at(limit_id, SUBJECT, rows[i].counted_at);

		assert_int_equal(clear(NULL), 0);
		count_times(limit_id, SUBJECT, NOW, 1);
		count_times(limit_id, SUBJECT, rows[i].last_at, rows[i].counted - 1);
		const int before = peek_at(limit_id, SUBJECT, rows[i].counted_at);
		const int left = count_try(&limit_try);
		const struct kept kept = kept_of(limit_id, SUBJECT);
		if (left != rows[i].left)
			fail_msg("%s: %d left", rows[i].why, left);
		if (left < 0)
			continue;
		if (before != left + 1 || kept.count != 1 || kept.locked_until != 0)
			fail_msg("%s: it was not forgotten", rows[i].why);
		if (kept.window_ends_at != rows[i].counted_at + limit_try.window_s)
			fail_msg("%s: not a whole window", rows[i].why);
	}
}

/* Locks ---------------------------------------------------------------------------------------- */

static int64_t
lock_after(int tries)
{
	static const int64_t first[] = { 0, 0, 0, 0, 0, 30, 60, 120, 240, 480 };

	return tries < (int)LENGTH(first) ? first[tries] : 900;
}

/* Taken at the last lock's end; returns the end of its own. */
static int64_t
check_lock(int tries, int64_t now)
{
	const int64_t until = now + lock_after(tries);
	const int left = count_at(LIMIT_LOGIN_FAILURES, SUBJECT, now);

	if (left != 100 - tries)
		fail_msg("try %d: %d left", tries, left);
	if (tries == 100)
		return until;
	if (until > now && count_at(LIMIT_LOGIN_FAILURES, SUBJECT, now) != -1)
		fail_msg("not locked after try %d", tries);
	if (until > now && count_at(LIMIT_LOGIN_FAILURES, SUBJECT, until - 1) != -1)
		fail_msg("try %d locks less than %d s", tries, (int)(until - now));
	assert_int_equal(peek_at(LIMIT_LOGIN_FAILURES, SUBJECT, now), 100 - tries);
	return until;
}

/* asvs 6.3.1 */
static void
locks_begin_with_the_fifth_and_double_up_to_a_quarter_of_an_hour(void **state)
{
	int64_t now = NOW;

	(void)state;
	for (int tries = 1; tries <= 100; tries++)
		now = check_lock(tries, now);
	/* A hundred in a row: no lock ends any more. */
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, now), -1);
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW + YEAR_S - 1), -1);
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW + YEAR_S), 99);
}

/* The same try again
 * ------------------------------------------------------------------------------------ */

/* As when the answer to a COMMIT is lost, and the body is run again: it counts once. */
static void
the_same_try_is_granted_again_and_counts_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum limit_id limit_id;
		int counted; /* by others */
	} rows[] = {
		{ "the first",                 LIMIT_KEY_TRIES,       0 },
		{ "one in the middle",         LIMIT_KEY_TRIES,       2 },
		{ "the last",                  LIMIT_KEY_TRIES,       4 },
		{ "the only one",              LIMIT_INVITATION_MAIL, 0 },
		{ "the last of many",          LIMIT_SOURCE_FAILURES, 99 },
		{ "the first that locks",      LIMIT_LOGIN_FAILURES,  4 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct limit_try limit_try = try_at(rows[i].limit_id, SUBJECT, NOW);
		const int expected = limit_try.max - rows[i].counted - 1;

		assert_int_equal(clear(NULL), 0);
		count_times(rows[i].limit_id, SUBJECT, NOW, rows[i].counted);
		const int first = count_try(&limit_try);
		const struct kept once = kept_of(rows[i].limit_id, SUBJECT);
		if (first != expected)
			fail_msg("%s: %d left", rows[i].why, first);
		for (int again = 0; again < 7; again++) {
			if (count_try(&limit_try) != expected)
				fail_msg("%s: counted again", rows[i].why);
			const struct kept kept = kept_of(rows[i].limit_id, SUBJECT);
			if (!kept_equal(&once, &kept))
				fail_msg("%s: changed", rows[i].why);
		}
		if (once.locked_until > NOW)
			continue;
		for (int left = expected; left > 0; left--)
			if (count_at(rows[i].limit_id, SUBJECT, NOW) != left - 1)
				fail_msg("%s: not all the others", rows[i].why);
		if (count_at(rows[i].limit_id, SUBJECT, NOW) != -1)
			fail_msg("%s: it made room for another", rows[i].why);
	}
}

/* Its own lock is nothing that the one who was granted the try has to wait for... */
static void
the_same_try_is_not_locked_out_by_itself(void **state)
{
	const struct limit_try fifth = try_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW);

	(void)state;
	count_times(LIMIT_LOGIN_FAILURES, SUBJECT, NOW, 4);
	assert_int_equal(count_try(&fifth), 95);
	assert_int_equal(count_try(&fifth), 95);
	assert_true(kept_of(LIMIT_LOGIN_FAILURES, SUBJECT).locked_until >= NOW + 30);
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW), -1);
}

/* ... but what was rejected stays rejected, however often it is asked. */
static void
a_rejected_try_is_rejected_again(void **state)
{
	const struct limit_try sixth = try_at(LIMIT_KEY_TRIES, SUBJECT, NOW);

	(void)state;
	count_times(LIMIT_KEY_TRIES, SUBJECT, NOW, 5);
	for (int again = 0; again < 4; again++)
		assert_int_equal(count_try(&sixth), -1);
}

static void
a_commit_without_an_answer_grants_the_last_try_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum tcp_cut cut;
	} rows[] = {
		{ "committed, and nobody heard of it", TCP_CUT_AFTER },
		{ "the COMMIT never arrived",          TCP_CUT_BEFORE },
	};
	/* clang-format on */
	struct db_options options = private_db_options(&server, POOL);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.constants = sql_constants;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct limit_try last = try_at(LIMIT_KEY_TRIES, SUBJECT, NOW);
		struct call call = { .limit_try = &last, .left = 999 };

		assert_int_equal(clear(NULL), 0);
		count_times(LIMIT_KEY_TRIES, SUBJECT, NOW, 4);
		struct db *const pool = db_open(&options, statements, STATEMENTS__MAX);
		assert_non_null(pool);
		tcp_proxy_cut(proxy, "\003COMMIT", rows[i].cut);
		const enum result result = db_transaction(pool, count_tx, &call);
		db_close(pool);
		if (result != OK || call.runs != 2)
			fail_msg(
			    "%s: %s after %u runs", rows[i].why, result_code(result), call.runs);
		if (call.left != 0)
			fail_msg("%s: %d left", rows[i].why, call.left);
		assert_int_equal(kept_of(LIMIT_KEY_TRIES, SUBJECT).count, 5);
		assert_int_equal(count_at(LIMIT_KEY_TRIES, SUBJECT, NOW), -1);
	}
	tcp_proxy_close(proxy);
}

/* A holder is eight bytes: no case, no space and no zero at the end makes two of them one. */
static void
holders_that_look_alike_are_two(void **state)
{
	/* clang-format off */
	static const struct { const char *why, *one, *other; } rows[] = {
		{ "another case",          "aaaaaaaa",         "aaaaaaaA" },
		{ "spaces or zeros",       "a       ",         "a\0\0\0\0\0\0" },
		{ "all zeros or spaces",   "\0\0\0\0\0\0\0",   "        " },
		{ "the last bit",
		  "\xff\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xfe" },
		{ "no UTF-8, another",     "\x80zzzzzzz",      "\x81zzzzzzz" },
		{ "numbers, as texts go",  "1e1     ",         "10      " },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct limit_try one = try_at(LIMIT_INVITATION_MAIL, SUBJECT, NOW);
		struct limit_try other = one;

		assert_int_equal(clear(NULL), 0);
		memcpy(one.holder, rows[i].one, sizeof one.holder);
		memcpy(other.holder, rows[i].other, sizeof other.holder);
		if (count_try(&one) < 0 || count_try(&other) != -1 || count_try(&one) < 0)
			fail_msg("%s: one took the other's", rows[i].why);
	}
}

/* Given back, forgotten ------------------------------------------------------------------------ */

static void
what_is_given_back_does_not_count(void **state)
{
	(void)state;
	count_times(LIMIT_CURRENT_PASSWORD, SUBJECT, NOW, 5);
	const struct kept before = kept_of(LIMIT_CURRENT_PASSWORD, SUBJECT);
	change(limit_db_give_back, LIMIT_CURRENT_PASSWORD, SUBJECT);
	assert_int_equal(peek_at(LIMIT_CURRENT_PASSWORD, SUBJECT, NOW), 1);
	assert_int_equal(
	    kept_of(LIMIT_CURRENT_PASSWORD, SUBJECT).window_ends_at, before.window_ends_at);
	assert_int_equal(count_at(LIMIT_CURRENT_PASSWORD, SUBJECT, NOW + 1), 0);
	assert_int_equal(count_at(LIMIT_CURRENT_PASSWORD, SUBJECT, NOW + 1), -1);
}

static void
no_more_is_given_back_than_was_counted(void **state)
{
	(void)state;
	change(limit_db_give_back, LIMIT_CURRENT_PASSWORD, SUBJECT);
	assert_int_equal(count_kept(), 0);
	count_times(LIMIT_CURRENT_PASSWORD, SUBJECT, NOW, 1);
	for (int i = 0; i < 3; i++)
		change(limit_db_give_back, LIMIT_CURRENT_PASSWORD, SUBJECT);
	assert_int_equal(kept_of(LIMIT_CURRENT_PASSWORD, SUBJECT).count, 0);
	assert_int_equal(peek_at(LIMIT_CURRENT_PASSWORD, SUBJECT, NOW), 5);
	assert_int_equal(count_at(LIMIT_CURRENT_PASSWORD, SUBJECT, NOW), 4);
}

/* The answer to the statement is lost, and it is run again. */
static void
a_lost_answer_gives_a_try_back_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum tcp_cut cut;
		bool another; /* was counted since */
		int tries;
	} rows[] = {
		{ "it was done",                             TCP_CUT_AFTER,  false, 2 },
		{ "it never arrived",                        TCP_CUT_BEFORE, false, 2 },
		{ "it was done, and another tries, too",     TCP_CUT_AFTER,  true,  3 },
		/* Nobody can know: it goes on counting. */
		{ "it never arrived, and another tries, too", TCP_CUT_BEFORE, true, 4 },
	};
	/* clang-format on */
	struct db_options options = private_db_options(&server, POOL);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.constants = sql_constants;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct limit_try limit_try = try_at(LIMIT_KEY_TRIES, SUBJECT, NOW);
		struct db *const pool = db_open(&options, statements, STATEMENTS__MAX);
		const unsigned cuts = tcp_proxy_cuts(proxy);

		assert_non_null(pool);
		assert_int_equal(clear(NULL), 0);
		memcpy(limit_try.holder, "the word", sizeof limit_try.holder);
		count_times(LIMIT_KEY_TRIES, SUBJECT, NOW, 2);
		struct db_tx alone = db_alone(pool);

		assert_int_equal(count_try(&limit_try), 2);
		if (rows[i].another)
			count_times(LIMIT_KEY_TRIES, SUBJECT, NOW, 1);
		tcp_proxy_cut(proxy, "the word", rows[i].cut);
		assert_int_equal(
		    limit_db_give_back_after(&alone, &limit_try, LINK_EXHAUSTED), LINK_EXHAUSTED);
		db_close(pool);
		if (tcp_proxy_cuts(proxy) != cuts + 1)
			fail_msg("%s: the wire was not cut", rows[i].why);
		const int64_t tries = kept_of(LIMIT_KEY_TRIES, SUBJECT).count;
		if (tries != rows[i].tries)
			fail_msg("%s: %d count", rows[i].why, (int)tries);
	}
	tcp_proxy_close(proxy);
}

static void
a_try_given_back_leaves_no_lock(void **state)
{
	(void)state;
	count_times(LIMIT_LOGIN_FAILURES, SUBJECT, NOW, 5);
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW), -1);
	change(limit_db_give_back, LIMIT_LOGIN_FAILURES, SUBJECT);
	assert_int_equal(kept_of(LIMIT_LOGIN_FAILURES, SUBJECT).locked_until, 0);
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW), 95); /* the fifth again */
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW), -1);
}

static void
a_reset_forgets_every_try(void **state)
{
	(void)state;
	change(limit_db_reset, LIMIT_LOGIN_FAILURES, SUBJECT);
	count_times(LIMIT_LOGIN_FAILURES, SUBJECT, NOW, 5);
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW), -1);
	change(limit_db_reset, LIMIT_LOGIN_FAILURES, SUBJECT);
	assert_int_equal(count_kept(), 0);
	for (int i = 1; i <= 5; i++)
		assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW), 100 - i);
	assert_int_equal(count_at(LIMIT_LOGIN_FAILURES, SUBJECT, NOW), -1);
}

/* One and another ------------------------------------------------------------------------------ */

static void
two_counters_do_not_touch(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum limit_id limit_id;
		const char *subject;
	} rows[] = {
		{ "another limit",          LIMIT_KEY_TRIES,      SUBJECT },
		{ "another subject",         LIMIT_IDENTITY_TRIES, "bob@example.org" },
		{ "a capital",              LIMIT_IDENTITY_TRIES, "Ada@example.org" },
		{ "a space at the end",     LIMIT_IDENTITY_TRIES, SUBJECT " " },
		{ "its beginning",          LIMIT_IDENTITY_TRIES, "ada@example.or" },
		{ "nothing",                LIMIT_IDENTITY_TRIES, "" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(clear(NULL), 0);
		count_times(LIMIT_IDENTITY_TRIES, SUBJECT, NOW, 5);
		const struct kept before = kept_of(LIMIT_IDENTITY_TRIES, SUBJECT);
		if (peek_at(rows[i].limit_id, rows[i].subject, NOW) != 5)
			fail_msg("%s: read", rows[i].why);
		if (count_at(rows[i].limit_id, rows[i].subject, NOW + 1) != 4)
			fail_msg("%s: counted", rows[i].why);
		change(limit_db_give_back, rows[i].limit_id, rows[i].subject);
		change(limit_db_reset, rows[i].limit_id, rows[i].subject);
		const struct kept after = kept_of(LIMIT_IDENTITY_TRIES, SUBJECT);
		if (!kept_equal(&before, &after))
			fail_msg("%s: changed", rows[i].why);
	}
}

/* All at once ---------------------------------------------------------------------------------- */

#define THREADS    16
#define TRIES_EACH 8 /* of a thread; together they are more than any limit */
#define MAX_MAX    100

struct concurrent_ctx {
	bool alone; /* each try is a statement alone, or a transaction */
	enum limit_id limit_id;
	pthread_barrier_t start;
	int granted[MAX_MAX]; /* by how many were left after it */
	int rejected, failed;
};

/* On a busy machine a try may not get its turn in time. Asked for again it is the same try. */
static enum result
count_once(const struct concurrent_ctx *ctx, struct call *call)
{
	struct db_tx alone = db_alone(db);
	enum result result = UNAVAILABLE;

	for (int i = 0; i < 10 && result == UNAVAILABLE; i++)
		result = ctx->alone ? count_tx(&alone, call) : db_transaction(db, count_tx, call);
	return result;
}

static void *
count_concurrently(void *argument)
{
	struct concurrent_ctx *const ctx = argument;

	pthread_barrier_wait(&ctx->start);
	for (int i = 0; i < TRIES_EACH; i++) {
		const struct limit_try limit_try = try_at(ctx->limit_id, SUBJECT, NOW);
		struct call call = { .limit_try = &limit_try, .left = -1 };
		int *counted = &ctx->rejected;

		if (count_once(ctx, &call) != OK || call.left >= MAX_MAX)
			counted = &ctx->failed;
		else if (call.left >= 0)
			counted = &ctx->granted[call.left];
		__atomic_add_fetch(counted, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void
run_concurrently(struct concurrent_ctx *ctx)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&ctx->start, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_concurrently, ctx), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&ctx->start);
}

/* asvs 2.3.2 15.4.2 */
static void
of_many_at_once_exactly_so_many_are_granted(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum limit_id limit_id;
		int granted;
	} rows[] = {
		{ "one",                         LIMIT_INVITATION_MAIL, 1 },
		{ "five",                        LIMIT_IDENTITY_TRIES,  5 },
		{ "ten",                         LIMIT_ACCOUNT_TRIES,   10 },
		{ "a hundred",                   LIMIT_SOURCE_FAILURES, 100 },
		{ "of a hundred the fifth locks", LIMIT_LOGIN_FAILURES, 5 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		const int granted = rows[i / 2].granted;
		struct concurrent_ctx ctx = { .alone = i % 2 == 1,
			.limit_id = rows[i / 2].limit_id };

		assert_int_equal(clear(NULL), 0);
		run_concurrently(&ctx);
		if (ctx.failed != 0 || ctx.rejected != THREADS * TRIES_EACH - granted)
			fail_msg("%s: %d rejected, %d failed", rows[i / 2].why, ctx.rejected,
			    ctx.failed);
		/* One after the other: each was told what was left after it alone. */
		for (int n = 1; n <= granted; n++)
			assert_int_equal(ctx.granted[max_of(ctx.limit_id) - n], 1);
		assert_int_equal(kept_of(ctx.limit_id, SUBJECT).count, granted);
	}
}

/* A source and the prefix around it ------------------------------------------------------------ */

static struct client
client_at(const char *source, const char *prefix, unsigned shared_network_factor)
{
	struct client client = { .shared_network_factor = shared_network_factor };

	text_copy_cut(client.source, sizeof client.source, source);
	text_copy_cut(client.prefix, sizeof client.prefix, prefix);
	return client;
}

static void
around_a_source_sixteen_times_as_many_are_granted(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *source;
		const char *prefix;
		unsigned shared_network_factor;
		int times; /* the limit's max; 0: nothing is counted */
	} rows[] = {
		{ "IPv4",
		  "192.0.2.1",         "",                1,                     0 },
		{ "IPv4 that many share",
		  "192.0.2.1",         "",                SHARED_NETWORK_FACTOR, 0 },
		{ "IPv6",
		  "2001:db8:1:2::/64", "2001:db8:1::/48", 1,                     16 },
		{ "IPv6 that many share",
		  "2001:db8:1:2::/64", "2001:db8:1::/48", SHARED_NETWORK_FACTOR, 1600 },
	};
	static const enum limit_id limit_ids[] = { LIMIT_SOURCE_FAILURES, LIMIT_SOURCE_IDENTITIES,
		LIMIT_SOURCE_PERSONS };
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(limit_ids) * LENGTH(rows); i++) {
		const size_t row = i / LENGTH(limit_ids);
		const enum limit_id limit_id = limit_ids[i % LENGTH(limit_ids)];
		const struct client client = client_at(
		    rows[row].source, rows[row].prefix, rows[row].shared_network_factor);
		const struct limit_try of = limit_try_of(
		    keyring, limit_subject_of_source(limit_id, &client), NOW);
		const struct limit_try around = limit_try_of(
		    keyring, limit_subject_of_prefix(limit_id, &client), NOW);

		if (of.uncounted || around.uncounted != (rows[row].times == 0) ||
		    around.max != limit_of(limit_id)->max * rows[row].times)
			fail_msg("%s: %d", rows[row].why, around.max);
		assert_int_equal(
		    of.max, limit_of(limit_id)->max * (int)client.shared_network_factor);
	}
}

static void
sources_of_one_prefix_are_counted_together(void **state)
{
	const struct client one = client_at("2001:db8:1:2::/64", "2001:db8:1::/48", 1);
	const struct client other = client_at("2001:db8:1:3::/64", "2001:db8:1::/48", 1);
	const struct limit_try tries[] = {
		limit_try_of(keyring, limit_subject_of_prefix(LIMIT_SOURCE_FAILURES, &one), NOW),
		limit_try_of(keyring, limit_subject_of_prefix(LIMIT_SOURCE_FAILURES, &other), NOW),
		limit_try_of(keyring, limit_subject_of_source(LIMIT_SOURCE_FAILURES, &one), NOW),
		limit_try_of(keyring, limit_subject_of_source(LIMIT_SOURCE_FAILURES, &other), NOW),
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(tries); i++)
		assert_int_equal(count_try(&tries[i]), tries[i].max - (i == 1 ? 2 : 1));
	assert_int_equal(kept_of(LIMIT_SOURCE_FAILURES, "2001:db8:1::/48").count, 2);
	assert_int_equal(count_kept(), 3);
}

/* The source's place and that of its prefix, one after the other. */
static void
a_place_given_back_is_there_again_for_source_and_prefix(void **state)
{
	const struct client client = client_at("2001:db8:1:2::/64", "2001:db8:1::/48", 1);
	const struct limit_try tries[] = {
		limit_try_of(keyring, limit_subject_of_source(LIMIT_SOURCE_PERSONS, &client), NOW),
		limit_try_of(keyring, limit_subject_of_prefix(LIMIT_SOURCE_PERSONS, &client), NOW),
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(tries); i++) {
		struct call call = { .run = limit_db_give_back, .limit_try = &tries[i] };

		assert_int_equal(count_try(&tries[i]), tries[i].max - 1);
		assert_int_equal(db_transaction(db, change_tx, &call), OK);
		assert_int_equal(count_try(&tries[i]), tries[i].max - 1);
	}
}

static void
an_uncounted_try_is_granted_and_never_written(void **state)
{
	const struct client client = client_at("192.0.2.1", "", 1);
	const struct limit_try limit_try = limit_try_of(
	    keyring, limit_subject_of_prefix(LIMIT_SOURCE_FAILURES, &client), NOW);
	struct call call = { .limit_try = &limit_try };

	(void)state;
	for (int i = 0; i < 3; i++) {
		int64_t wait_s = -1;

		assert_true(count_waiting(&limit_try, &wait_s) > 0);
		assert_int_equal(wait_s, 0);
		call = (struct call){ .limit_try = &limit_try, .wait_s = -1 };
		assert_int_equal(peek_alone(&call), OK);
		assert_true(call.left > 0 && call.wait_s == 0);
	}
	assert_int_equal(count_kept(), 0);

	/* Nor is anything given back: not even where a row has its empty key. */
	struct limit_try of_empty_key = limit_try;
	of_empty_key.uncounted = false;
	of_empty_key.max = 5;
	of_empty_key.window_s = 60;
	memset(of_empty_key.holder, 1, sizeof of_empty_key.holder);
	assert_int_equal(count_try(&of_empty_key), 4);
	call = (struct call){ .run = limit_db_give_back, .limit_try = &limit_try };
	assert_int_equal(db_transaction(db, change_tx, &call), OK);
	memset(of_empty_key.holder, 2, sizeof of_empty_key.holder); /* another try */
	assert_int_equal(count_try(&of_empty_key), 3);
}

int
main(int argc, char **argv)
{
#define WITH_NOTHING_COUNTED(test) cmocka_unit_test_setup(test, clear)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_limit_has_a_row),
		cmocka_unit_test(a_try_has_its_subject_and_a_holder_of_its_own),
		WITH_NOTHING_COUNTED(tries_are_granted_up_to_each_limit),
		WITH_NOTHING_COUNTED(mails_become_more_and_more_seldom),
		WITH_NOTHING_COUNTED(without_a_try_all_are_left),
		WITH_NOTHING_COUNTED(the_wait_is_optional),
		WITH_NOTHING_COUNTED(a_rejected_try_changes_nothing),
		WITH_NOTHING_COUNTED(a_window_that_is_over_begins_again),
		WITH_NOTHING_COUNTED(
		    locks_begin_with_the_fifth_and_double_up_to_a_quarter_of_an_hour),
		WITH_NOTHING_COUNTED(the_same_try_is_granted_again_and_counts_once),
		WITH_NOTHING_COUNTED(the_same_try_is_not_locked_out_by_itself),
		WITH_NOTHING_COUNTED(a_rejected_try_is_rejected_again),
		WITH_NOTHING_COUNTED(a_commit_without_an_answer_grants_the_last_try_once),
		WITH_NOTHING_COUNTED(holders_that_look_alike_are_two),
		WITH_NOTHING_COUNTED(what_is_given_back_does_not_count),
		WITH_NOTHING_COUNTED(no_more_is_given_back_than_was_counted),
		WITH_NOTHING_COUNTED(a_lost_answer_gives_a_try_back_once),
		WITH_NOTHING_COUNTED(a_try_given_back_leaves_no_lock),
		WITH_NOTHING_COUNTED(a_reset_forgets_every_try),
		WITH_NOTHING_COUNTED(two_counters_do_not_touch),
		WITH_NOTHING_COUNTED(of_many_at_once_exactly_so_many_are_granted),
		cmocka_unit_test(around_a_source_sixteen_times_as_many_are_granted),
		WITH_NOTHING_COUNTED(sources_of_one_prefix_are_counted_together),
		WITH_NOTHING_COUNTED(a_place_given_back_is_there_again_for_source_and_prefix),
		WITH_NOTHING_COUNTED(an_uncounted_try_is_granted_and_never_written),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("limit_db", tests, set_up, tear_down);
}
