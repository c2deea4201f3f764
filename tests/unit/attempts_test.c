/* attempts_test.c - tries are counted, locked, given back and forgotten, one by one and sixteen at
 * once: against a real server with the tables of schema/.
 *
 * An argument chooses tests by name: attempts_test 'locks*'. */

#include "attempts.h"

#include "keys_folder.h"
#include "private_db.h"
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

#define NOW        INT64_C(1795309323)
#define COOLDOWN_S INT64_C(60)
#define YEAR_S     INT64_C(31536000)
#define POOL       8
#define SCHEMA_MAX 65536
#define THING      "ada@example.org"

/* What the service itself never asks: how a counter stands, whatever the time. */
enum { KEPT_READ, KEPT_COUNT, KEPT_CLEAR, LOOKS__MAX };

static const struct statement looks[LOOKS__MAX] = {
	[KEPT_READ] = { "SELECT tries, ends_at, locked_until, taker FROM attempt"
			" WHERE scope = ? AND thing = ?",
	    2, 4 },
	[KEPT_COUNT] = { "SELECT COUNT(*) FROM attempt", 0, 1 },
	[KEPT_CLEAR] = { "DELETE FROM attempt", 0, 0 },
};

static struct private_db server;
static struct db *db;     /* as the service has it */
static struct db *looker; /* with the statements above */
static struct keyring *keyring;

/* A database with the service's tables --------------------------------------------------------- */

/* Each statement of a schema file ends its line. */
static bool
apply(const char *file)
{
	static char text[SCHEMA_MAX];
	FILE *const from = fopen(file, "re");

	if (from == NULL)
		return false;
	const size_t length = fread(text, 1, sizeof text - 1, from);
	fclose(from);
	text[length] = '\0';
	bool applied = length > 0 && length < sizeof text - 1;
	for (char *at = text, *end; applied && (end = strstr(at, ";\n")) != NULL; at = end + 2) {
		*end = '\0';
		applied = private_db_administer(&server, at) == OK;
	}
	return applied;
}

static int
set_up(void **state)
{
	(void)state;
	if (!secret_start() || !db_start() || !private_db_open(&server))
		return -1;
	if (private_db_administer(&server, migration_table_sql) != OK ||
	    !apply(SCHEMA_FOLDER "/0001_registration.sql") ||
	    !apply(SCHEMA_FOLDER "/0002_accounts.sql"))
		return -1;
	const struct db_options options = private_db_options(&server, POOL);
	keyring = keyring_of_new_keys();
	db = db_open(&options, statements, STATEMENTS__MAX);
	looker = db_open(&options, looks, LOOKS__MAX);
	return keyring != NULL && db != NULL && looker != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(looker);
	db_close(db);
	private_db_remove(&server);
	db_stop();
	keyring_close(keyring);
	return 0;
}

/* Bodies --------------------------------------------------------------------------------------- */

struct call {
	enum result (*run)(struct db_tx *, const struct attempt *);
	const struct attempt *attempt;
	int left;
	int64_t wait_s;
	unsigned runs;
};

static enum result
take_tx(struct db_tx *tx, void *context)
{
	struct call *const call = context;

	call->runs++;
	return attempt_take(tx, call->attempt, &call->left, &call->wait_s);
}

static enum result
left_tx(struct db_tx *tx, void *context)
{
	struct call *const call = context;

	return attempt_left(tx, call->attempt, &call->left, &call->wait_s);
}

static enum result
change_tx(struct db_tx *tx, void *context)
{
	const struct call *const call = context;

	return call->run(tx, call->attempt);
}

static struct attempt
try_at(enum policy_scope scope, const char *thing, int64_t now)
{
	return attempt_of(keyring, scope, thing, strlen(thing), now, COOLDOWN_S);
}

/* How many are granted, of letters too. */
static int
count_of(enum policy_scope scope)
{
	return try_at(scope, "", 0).count;
}

/* How many are left behind it, or -1; and how long what was refused has to wait. */
static int
take_waiting(const struct attempt *attempt, int64_t *ret_wait_s)
{
	struct call call = { .attempt = attempt, .left = 999, .wait_s = -999 };

	assert_int_equal(db_transaction(db, take_tx, &call), OK);
	*ret_wait_s = call.wait_s;
	return call.left;
}

static int
take(const struct attempt *attempt)
{
	int64_t wait_s;

	return take_waiting(attempt, &wait_s);
}

/* A try of its own. */
static int
take_at(enum policy_scope scope, const char *thing, int64_t now)
{
	const struct attempt attempt = try_at(scope, thing, now);

	return take(&attempt);
}

static void
take_times(enum policy_scope scope, const char *thing, int64_t now, int times)
{
	for (int i = 0; i < times; i++)
		assert_in_range(take_at(scope, thing, now), 0, count_of(scope));
}

static int
left_waiting(enum policy_scope scope, const char *thing, int64_t now, int64_t *ret_wait_s)
{
	const struct attempt attempt = try_at(scope, thing, now);
	struct call call = { .attempt = &attempt, .left = 999, .wait_s = -999 };

	assert_int_equal(db_each_committed(db, left_tx, &call), OK);
	*ret_wait_s = call.wait_s;
	return call.left;
}

static int
left_at(enum policy_scope scope, const char *thing, int64_t now)
{
	int64_t wait_s;

	return left_waiting(scope, thing, now, &wait_s);
}

static void
change(enum result (*run)(struct db_tx *, const struct attempt *), enum policy_scope scope,
    const char *thing)
{
	const struct attempt attempt = try_at(scope, thing, NOW);
	struct call call = { .run = run, .attempt = &attempt };

	assert_int_equal(db_transaction(db, change_tx, &call), OK);
}

/* How a counter stands. */
struct kept {
	bool there;
	int64_t tries, ends_at, locked_until;
	uint8_t taker[ATTEMPT_TAKER_SIZE];
};

struct look {
	enum policy_scope scope;
	uint8_t thing[KEYED_HASH_SIZE];
	struct kept kept;
};

static enum result
look_tx(struct db_tx *tx, void *context)
{
	struct look *const look = context;
	const struct db_value in[] = { db_number_at(look->scope),
		db_bytes_at(look->thing, sizeof look->thing), { 0 } };
	const struct db_slot out[] = { db_to_number(&look->kept.tries),
		db_to_number(&look->kept.ends_at), db_to_number(&look->kept.locked_until),
		db_to_bytes(look->kept.taker, sizeof look->kept.taker), { 0 } };
	const enum result result = db_row(tx, KEPT_READ, in, out);

	look->kept.there = result == OK;
	return result == NO_ROW ? OK : result;
}

static struct kept
kept_of(enum policy_scope scope, const char *thing)
{
	struct look look = { .scope = scope };

	keyring_hash(keyring, KEYRING_ATTEMPT, thing, strlen(thing), look.thing);
	assert_int_equal(db_each_committed(looker, look_tx, &look), OK);
	return look.kept;
}

static bool
kept_equal(const struct kept *one, const struct kept *other)
{
	return one->there == other->there && one->tries == other->tries &&
	       one->ends_at == other->ends_at && one->locked_until == other->locked_until &&
	       memcmp(one->taker, other->taker, sizeof one->taker) == 0;
}

static enum result
count_tx(struct db_tx *tx, void *context)
{
	const struct db_slot out[] = { db_to_number(context), { 0 } };

	return db_row(tx, KEPT_COUNT, NULL, out);
}

static int64_t
count_kept(void)
{
	int64_t count = -1;

	assert_int_equal(db_each_committed(looker, count_tx, &count), OK);
	return count;
}

static enum result
clear_tx(struct db_tx *tx, void *context)
{
	(void)context;
	return db_change(tx, KEPT_CLEAR, NULL, NULL);
}

static int
clear(void **state)
{
	(void)state;
	return db_each_committed(looker, clear_tx, NULL) == OK ? 0 : -1;
}

/* What is counted ------------------------------------------------------------------------------ */

static void
every_scope_has_a_limit_of_its_own(void **state)
{
	(void)state;
	for (enum policy_scope scope = 1; scope < POLICY_SCOPE__MAX; scope++) {
		const struct policy *const policy = policy_of(scope);

		if (policy->name == NULL || policy->what_happens == NULL)
			fail_msg("%d has no row", (int)scope);
		if (policy->count < 1 || policy->window_s < 0)
			fail_msg("%s: no limit", policy->name);
		/* Letters have no window, and the setting for the first pauses. */
		if ((policy->window_s == 0) != (policy->lock_from == 1))
			fail_msg("%s: no pauses", policy->name);
		if (policy->lock_from > 1 && policy->lock_s < 1)
			fail_msg("%s: no lock", policy->name);
		if (policy->lock_from > 0 && (policy->lock_max_s < policy->lock_s ||
						 policy->doubles_from < policy->lock_from))
			fail_msg("%s: no longest lock", policy->name);
		for (enum policy_scope other = 1; other < scope; other++)
			assert_string_not_equal(policy->name, policy_of(other)->name);
	}
}

static void
a_try_is_of_its_thing_and_its_own(void **state)
{
	const struct attempt one = try_at(POLICY_LOGIN_FAILURES, THING, NOW);
	const struct attempt other = try_at(POLICY_LOGIN_FAILURES, THING, NOW);
	const struct attempt mail = try_at(POLICY_INVITATION_MAIL, THING, NOW + 7);
	uint8_t hash[KEYED_HASH_SIZE];

	(void)state;
	keyring_hash(keyring, KEYRING_ATTEMPT, THING, strlen(THING), hash);
	assert_memory_equal(one.thing, hash, sizeof hash);
	assert_memory_equal(other.thing, hash, sizeof hash);
	assert_memory_not_equal(one.taker, other.taker, sizeof one.taker);
	assert_int_equal(one.scope, POLICY_LOGIN_FAILURES);
	assert_int_equal(one.now, NOW);
	assert_int_equal(one.window_s, policy_of(POLICY_LOGIN_FAILURES)->window_s);
	assert_int_equal(mail.scope, POLICY_INVITATION_MAIL);
	assert_int_equal(mail.now, NOW + 7);
	assert_int_equal(mail.window_s, 86400);
	assert_int_equal(mail.lock_s, COOLDOWN_S);
	assert_int_equal(one.lock_s, policy_of(POLICY_LOGIN_FAILURES)->lock_s);
}

/* Limits and windows --------------------------------------------------------------------------- */

/* Later than the one before, and after its lock. */
static int64_t
step_of(const struct policy *policy)
{
	return policy->lock_from > 0 ? policy->lock_max_s : 1;
}

static void
check_limit(enum policy_scope scope)
{
	const struct policy *const policy = policy_of(scope);
	const int64_t window_s = policy->window_s;
	int64_t now = NOW, wait_s;

	for (int i = 0; i < policy->count; i++, now += step_of(policy)) {
		const struct attempt attempt = try_at(scope, THING, now);

		if (take_waiting(&attempt, &wait_s) != policy->count - 1 - i)
			fail_msg("%s: try %d", policy->name, i + 1);
		assert_int_equal(wait_s, 0); /* granted: there is nothing to wait for */
		assert_int_equal(left_waiting(scope, THING, now, &wait_s), policy->count - 1 - i);
		assert_int_equal(wait_s, i + 1 < policy->count ? 0 : NOW + window_s - now);
		if (policy->lock_from == 0)
			assert_int_equal(kept_of(scope, THING).locked_until, 0);
	}
	const struct attempt one_more = try_at(scope, THING, now);
	if (take_waiting(&one_more, &wait_s) != -1)
		fail_msg("%s: one more than %d", policy->name, policy->count);
	assert_int_equal(wait_s, NOW + window_s - now);
	assert_int_equal(left_waiting(scope, THING, now, &wait_s), 0);
	assert_int_equal(wait_s, NOW + window_s - now);
}

/* asvs 2.3.2 */
static void
tries_are_granted_up_to_the_limit_of_each_scope(void **state)
{
	int checked = 0;

	(void)state;
	for (enum policy_scope scope = 1; scope < POLICY_SOURCE_REQUESTS; scope++) {
		assert_int_equal(policy_of(scope)->keeper, POLICY_IN_DATABASE);
		if (policy_of(scope)->window_s == 0)
			continue;
		check_limit(scope);
		checked++;
	}
	assert_int_equal(count_kept(), checked);
}

/* Letters to one address: each pause as long as the setting, from the sixth on twice as long as the
 * one before up to an hour, and after a day as at first. */
static void
letters_become_more_and_more_seldom(void **state)
{
	static const int64_t pauses_s[] = { COOLDOWN_S, COOLDOWN_S, COOLDOWN_S, COOLDOWN_S,
		COOLDOWN_S, 2 * COOLDOWN_S, 4 * COOLDOWN_S, 8 * COOLDOWN_S, 16 * COOLDOWN_S,
		32 * COOLDOWN_S, 3600, 3600, 3600 };
	int64_t now = NOW;
	int letters = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(pauses_s); i++) {
		assert_in_range(take_at(POLICY_INVITATION_MAIL, THING, now), 0,
		    count_of(POLICY_INVITATION_MAIL));
		if (take_at(POLICY_INVITATION_MAIL, THING, now + pauses_s[i] - 1) != -1)
			fail_msg("letter %zu: the pause is shorter", i + 2);
		now += pauses_s[i];
	}
	assert_int_equal(clear(NULL), 0);
	for (now = NOW; now < NOW + 86400;
	     now = kept_of(POLICY_INVITATION_MAIL, THING).locked_until)
		letters += take_at(POLICY_INVITATION_MAIL, THING, now) >= 0;
	assert_in_range(letters, 24, 41);
	assert_in_range(take_at(POLICY_INVITATION_MAIL, THING, NOW + 86400 + 3600), 0,
	    count_of(POLICY_INVITATION_MAIL));
	assert_int_equal(kept_of(POLICY_INVITATION_MAIL, THING).tries, 1);
	assert_int_equal(
	    kept_of(POLICY_INVITATION_MAIL, THING).locked_until, NOW + 86400 + 3600 + COOLDOWN_S);
}

static void
what_was_never_tried_is_all_left(void **state)
{
	int64_t wait_s;

	(void)state;
	assert_int_equal(left_waiting(POLICY_KEY_TRIES, THING, NOW, &wait_s), 5);
	assert_int_equal(wait_s, 0);
	assert_int_equal(count_kept(), 0); /* to ask is no try */
}

static enum result
without_wait_tx(struct db_tx *tx, void *context)
{
	const struct attempt *const attempt = context;
	int left = 999;

	TRY(attempt_take(tx, attempt, &left, NULL));
	assert_int_equal(left, 4);
	TRY(attempt_left(tx, attempt, &left, NULL));
	assert_int_equal(left, 4);
	return OK;
}

static void
nobody_has_to_ask_for_the_wait(void **state)
{
	struct attempt attempt = try_at(POLICY_KEY_TRIES, THING, NOW);

	(void)state;
	assert_int_equal(db_transaction(db, without_wait_tx, &attempt), OK);
}

static void
what_is_refused_changes_nothing(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum policy_scope scope;
		int taken;     /* all at NOW */
		int64_t later_s;
	} rows[] = {
		{ "at the limit",                    POLICY_IDENTITY_TRIES,   5, 0 },
		{ "later in the window",             POLICY_IDENTITY_TRIES,   5, 40000 },
		{ "in the window's last second",     POLICY_IDENTITY_TRIES,   5, 86399 },
		{ "a limit of one",                  POLICY_INVITATION_MAIL,  1, 0 },
		{ "the last second of a cool-down",  POLICY_INVITATION_MAIL,  1, COOLDOWN_S - 1 },
		{ "another server's clock is behind", POLICY_INVITATION_MAIL, 1, -3 },
		{ "while it is locked",              POLICY_LOGIN_FAILURES,   5, 0 },
		{ "the lock's last second",          POLICY_LOGIN_FAILURES,   5, 29 },
		{ "locked, by a clock that is behind", POLICY_LOGIN_FAILURES, 5, -3 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(clear(NULL), 0);
		take_times(rows[i].scope, THING, NOW, rows[i].taken);
		const struct kept before = kept_of(rows[i].scope, THING);
		for (int again = 0; again < 3; again++)
			if (take_at(rows[i].scope, THING, NOW + rows[i].later_s) != -1)
				fail_msg("%s: granted", rows[i].why);
		const struct kept after = kept_of(rows[i].scope, THING);
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
		enum policy_scope scope;
		int64_t taken_at;  /* the last, of `taken`; the first was at NOW */
		int taken;
		int64_t asked_at;
		int left;
	} rows[] = {
		{ "its last second",        POLICY_KEY_TRIES,       NOW,      5,  NOW + 86519, -1 },
		{ "its end",                POLICY_KEY_TRIES,       NOW,      5,  NOW + 86520, 4 },
		{ "long after",             POLICY_KEY_TRIES,       NOW,      5,  NOW + YEAR_S, 4 },
		{ "the first try counts",   POLICY_KEY_TRIES,       NOW + 86519, 5, NOW + 86520, 4 },
		{ "before the limit",       POLICY_ACCOUNT_TRIES,   NOW,      3,  NOW + 86520, 9 },
		{ "a quarter of an hour",   POLICY_SOURCE_FAILURES, NOW,      100, NOW + 900,  99 },
		{ "a second less",          POLICY_SOURCE_FAILURES, NOW,      100, NOW + 899,  -1 },
		{ "in the middle of a lock", POLICY_LOGIN_FAILURES, NOW + YEAR_S - 10, 5, NOW + YEAR_S, 99 },
		{ "a second less, locked",  POLICY_LOGIN_FAILURES,  NOW + YEAR_S - 10, 5, NOW + YEAR_S - 1, -1 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const enum policy_scope scope = rows[i].scope;
		const struct attempt attempt = try_at(scope, THING, rows[i].asked_at);

		assert_int_equal(clear(NULL), 0);
		take_times(scope, THING, NOW, 1);
		take_times(scope, THING, rows[i].taken_at, rows[i].taken - 1);
		const int before = left_at(scope, THING, rows[i].asked_at);
		const int left = take(&attempt);
		const struct kept kept = kept_of(scope, THING);
		if (left != rows[i].left)
			fail_msg("%s: %d left", rows[i].why, left);
		if (left < 0)
			continue;
		if (before != left + 1 || kept.tries != 1 || kept.locked_until != 0)
			fail_msg("%s: it was not forgotten", rows[i].why);
		if (kept.ends_at != rows[i].asked_at + attempt.window_s)
			fail_msg("%s: not a whole window", rows[i].why);
	}
}

/* Locks ---------------------------------------------------------------------------------------- */

static int64_t
lock_behind(int tries)
{
	static const int64_t first[] = { 0, 0, 0, 0, 0, 30, 60, 120, 240, 480 };

	return tries < (int)LENGTH(first) ? first[tries] : 900;
}

/* Taken at the last lock's end; returns the end of its own. */
static int64_t
check_lock(int tries, int64_t now)
{
	const int64_t until = now + lock_behind(tries);
	const int left = take_at(POLICY_LOGIN_FAILURES, THING, now);

	if (left != 100 - tries)
		fail_msg("try %d: %d left", tries, left);
	if (tries == 100)
		return until;
	if (until > now && take_at(POLICY_LOGIN_FAILURES, THING, now) != -1)
		fail_msg("not locked after try %d", tries);
	if (until > now && take_at(POLICY_LOGIN_FAILURES, THING, until - 1) != -1)
		fail_msg("try %d locks less than %d s", tries, (int)(until - now));
	assert_int_equal(left_at(POLICY_LOGIN_FAILURES, THING, now), 100 - tries);
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
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, now), -1);
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW + YEAR_S - 1), -1);
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW + YEAR_S), 99);
}

/* Once more ------------------------------------------------------------------------------------ */

/* As when the answer to a COMMIT is lost, and the body is run again: it counts once. */
static void
the_same_try_is_granted_again_and_counts_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum policy_scope scope;
		int taken; /* by others */
	} rows[] = {
		{ "the first",                 POLICY_KEY_TRIES,       0 },
		{ "one in the middle",         POLICY_KEY_TRIES,       2 },
		{ "the last",                  POLICY_KEY_TRIES,       4 },
		{ "the only one",              POLICY_INVITATION_MAIL, 0 },
		{ "the last of many",          POLICY_SOURCE_FAILURES, 99 },
		{ "the first that locks",      POLICY_LOGIN_FAILURES,  4 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct attempt attempt = try_at(rows[i].scope, THING, NOW);
		const int expected = attempt.count - rows[i].taken - 1;

		assert_int_equal(clear(NULL), 0);
		take_times(rows[i].scope, THING, NOW, rows[i].taken);
		const int first = take(&attempt);
		const struct kept once = kept_of(rows[i].scope, THING);
		if (first != expected)
			fail_msg("%s: %d left", rows[i].why, first);
		for (int again = 0; again < 7; again++) {
			if (take(&attempt) != expected)
				fail_msg("%s: counted again", rows[i].why);
			const struct kept kept = kept_of(rows[i].scope, THING);
			if (!kept_equal(&once, &kept))
				fail_msg("%s: changed", rows[i].why);
		}
		if (once.locked_until > NOW)
			continue;
		for (int left = expected; left > 0; left--)
			if (take_at(rows[i].scope, THING, NOW) != left - 1)
				fail_msg("%s: not all the others", rows[i].why);
		if (take_at(rows[i].scope, THING, NOW) != -1)
			fail_msg("%s: it made room for another", rows[i].why);
	}
}

/* Its own lock is nothing that the one who was granted the try has to wait for... */
static void
the_same_try_is_not_locked_out_by_itself(void **state)
{
	const struct attempt fifth = try_at(POLICY_LOGIN_FAILURES, THING, NOW);

	(void)state;
	take_times(POLICY_LOGIN_FAILURES, THING, NOW, 4);
	assert_int_equal(take(&fifth), 95);
	assert_int_equal(take(&fifth), 95);
	assert_true(kept_of(POLICY_LOGIN_FAILURES, THING).locked_until >= NOW + 30);
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW), -1);
}

/* ... but what was refused stays refused, however often it is asked. */
static void
a_try_that_was_refused_is_refused_again(void **state)
{
	const struct attempt sixth = try_at(POLICY_KEY_TRIES, THING, NOW);

	(void)state;
	take_times(POLICY_KEY_TRIES, THING, NOW, 5);
	for (int again = 0; again < 4; again++)
		assert_int_equal(take(&sixth), -1);
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
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct attempt last = try_at(POLICY_KEY_TRIES, THING, NOW);
		struct call call = { .attempt = &last, .left = 999 };

		assert_int_equal(clear(NULL), 0);
		take_times(POLICY_KEY_TRIES, THING, NOW, 4);
		struct db *const pool = db_open(&options, statements, STATEMENTS__MAX);
		assert_non_null(pool);
		tcp_proxy_cut(proxy, "\003COMMIT", rows[i].cut);
		const enum result result = db_transaction(pool, take_tx, &call);
		db_close(pool);
		if (result != OK || call.runs != 2)
			fail_msg(
			    "%s: %s after %u runs", rows[i].why, result_code(result), call.runs);
		if (call.left != 0)
			fail_msg("%s: %d left", rows[i].why, call.left);
		assert_int_equal(kept_of(POLICY_KEY_TRIES, THING).tries, 5);
		assert_int_equal(take_at(POLICY_KEY_TRIES, THING, NOW), -1);
	}
	tcp_proxy_close(proxy);
}

/* A taker is eight bytes: no letter's case, no space and no zero at the end makes two of them one. */
static void
takers_that_look_alike_are_two(void **state)
{
	/* clang-format off */
	static const struct { const char *why, *one, *other; } rows[] = {
		{ "another case",          "aaaaaaaa",         "aaaaaaaA" },
		{ "spaces or zeros",       "a       ",         "a\0\0\0\0\0\0" },
		{ "all zeros or spaces",   "\0\0\0\0\0\0\0",   "        " },
		{ "the last bit",          "\xff\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xfe" },
		{ "no UTF-8, another",     "\x80zzzzzzz",      "\x81zzzzzzz" },
		{ "numbers, as texts go",  "1e1     ",         "10      " },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct attempt one = try_at(POLICY_INVITATION_MAIL, THING, NOW);
		struct attempt other = one;

		assert_int_equal(clear(NULL), 0);
		memcpy(one.taker, rows[i].one, sizeof one.taker);
		memcpy(other.taker, rows[i].other, sizeof other.taker);
		if (take(&one) < 0 || take(&other) != -1 || take(&one) < 0)
			fail_msg("%s: one took the other's", rows[i].why);
	}
}

/* Given back, forgotten ------------------------------------------------------------------------ */

static void
what_is_given_back_does_not_count(void **state)
{
	(void)state;
	take_times(POLICY_CURRENT_PASSWORD, THING, NOW, 5);
	const struct kept before = kept_of(POLICY_CURRENT_PASSWORD, THING);
	change(attempt_give_back, POLICY_CURRENT_PASSWORD, THING);
	assert_int_equal(left_at(POLICY_CURRENT_PASSWORD, THING, NOW), 1);
	assert_int_equal(kept_of(POLICY_CURRENT_PASSWORD, THING).ends_at, before.ends_at);
	assert_int_equal(take_at(POLICY_CURRENT_PASSWORD, THING, NOW + 1), 0);
	assert_int_equal(take_at(POLICY_CURRENT_PASSWORD, THING, NOW + 1), -1);
}

static void
no_more_is_given_back_than_was_taken(void **state)
{
	(void)state;
	change(attempt_give_back, POLICY_CURRENT_PASSWORD, THING);
	assert_int_equal(count_kept(), 0);
	take_times(POLICY_CURRENT_PASSWORD, THING, NOW, 1);
	for (int i = 0; i < 3; i++)
		change(attempt_give_back, POLICY_CURRENT_PASSWORD, THING);
	assert_int_equal(kept_of(POLICY_CURRENT_PASSWORD, THING).tries, 0);
	assert_int_equal(left_at(POLICY_CURRENT_PASSWORD, THING, NOW), 5);
	assert_int_equal(take_at(POLICY_CURRENT_PASSWORD, THING, NOW), 4);
}

/* The answer to the statement is lost, and it is run again. */
static void
a_lost_answer_gives_a_try_back_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum tcp_cut cut;
		bool another; /* has taken one since */
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
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct attempt attempt = try_at(POLICY_KEY_TRIES, THING, NOW);
		struct db *const pool = db_open(&options, statements, STATEMENTS__MAX);
		const unsigned cuts = tcp_proxy_cuts(proxy);

		assert_non_null(pool);
		assert_int_equal(clear(NULL), 0);
		memcpy(attempt.taker, "the word", sizeof attempt.taker);
		take_times(POLICY_KEY_TRIES, THING, NOW, 2);
		assert_int_equal(take(&attempt), 2);
		if (rows[i].another)
			take_times(POLICY_KEY_TRIES, THING, NOW, 1);
		tcp_proxy_cut(proxy, "the word", rows[i].cut);
		assert_int_equal(attempt_unjudged(pool, &attempt, OVER), OVER);
		db_close(pool);
		if (tcp_proxy_cuts(proxy) != cuts + 1)
			fail_msg("%s: the wire was not cut", rows[i].why);
		const int64_t tries = kept_of(POLICY_KEY_TRIES, THING).tries;
		if (tries != rows[i].tries)
			fail_msg("%s: %d count", rows[i].why, (int)tries);
	}
	tcp_proxy_close(proxy);
}

static void
a_try_given_back_leaves_no_lock(void **state)
{
	(void)state;
	take_times(POLICY_LOGIN_FAILURES, THING, NOW, 5);
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW), -1);
	change(attempt_give_back, POLICY_LOGIN_FAILURES, THING);
	assert_int_equal(kept_of(POLICY_LOGIN_FAILURES, THING).locked_until, 0);
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW), 95); /* the fifth again */
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW), -1);
}

static void
what_is_forgotten_was_never_tried(void **state)
{
	(void)state;
	change(attempt_forget, POLICY_LOGIN_FAILURES, THING);
	take_times(POLICY_LOGIN_FAILURES, THING, NOW, 5);
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW), -1);
	change(attempt_forget, POLICY_LOGIN_FAILURES, THING);
	assert_int_equal(count_kept(), 0);
	for (int i = 1; i <= 5; i++)
		assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW), 100 - i);
	assert_int_equal(take_at(POLICY_LOGIN_FAILURES, THING, NOW), -1);
}

/* One and another ------------------------------------------------------------------------------ */

static void
two_counters_do_not_touch(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum policy_scope scope;
		const char *thing;
	} rows[] = {
		{ "another scope",          POLICY_KEY_TRIES,      THING },
		{ "another thing",          POLICY_IDENTITY_TRIES, "bob@example.org" },
		{ "a capital",              POLICY_IDENTITY_TRIES, "Ada@example.org" },
		{ "a space at the end",     POLICY_IDENTITY_TRIES, THING " " },
		{ "its beginning",          POLICY_IDENTITY_TRIES, "ada@example.or" },
		{ "nothing",                POLICY_IDENTITY_TRIES, "" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(clear(NULL), 0);
		take_times(POLICY_IDENTITY_TRIES, THING, NOW, 5);
		const struct kept before = kept_of(POLICY_IDENTITY_TRIES, THING);
		if (left_at(rows[i].scope, rows[i].thing, NOW) != 5)
			fail_msg("%s: read", rows[i].why);
		if (take_at(rows[i].scope, rows[i].thing, NOW + 1) != 4)
			fail_msg("%s: counted", rows[i].why);
		change(attempt_give_back, rows[i].scope, rows[i].thing);
		change(attempt_forget, rows[i].scope, rows[i].thing);
		const struct kept after = kept_of(POLICY_IDENTITY_TRIES, THING);
		if (!kept_equal(&before, &after))
			fail_msg("%s: changed", rows[i].why);
	}
}

/* All at once ---------------------------------------------------------------------------------- */

#define THREADS    16
#define TRIES_EACH 8 /* of a thread; together they are more than any limit */
#define COUNT_MAX  100

typedef enum result (*run_function)(struct db *, enum result (*)(struct db_tx *, void *), void *);

struct crowd {
	run_function run;
	enum policy_scope scope;
	pthread_barrier_t start;
	int granted[COUNT_MAX]; /* by how many were left behind it */
	int refused, failed;
};

static void *
crowd_in(void *argument)
{
	struct crowd *const crowd = argument;

	pthread_barrier_wait(&crowd->start);
	for (int i = 0; i < TRIES_EACH; i++) {
		const struct attempt attempt = try_at(crowd->scope, THING, NOW);
		struct call call = { .attempt = &attempt, .left = -1 };
		int *counted = &crowd->refused;

		if (crowd->run(db, take_tx, &call) != OK || call.left >= COUNT_MAX)
			counted = &crowd->failed;
		else if (call.left >= 0)
			counted = &crowd->granted[call.left];
		__atomic_add_fetch(counted, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void
run_crowd(struct crowd *crowd)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&crowd->start, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, crowd_in, crowd), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&crowd->start);
}

/* asvs 2.3.2 15.4.2 */
static void
of_many_at_once_exactly_so_many_are_granted(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum policy_scope scope;
		int granted;
	} rows[] = {
		{ "one",                         POLICY_INVITATION_MAIL, 1 },
		{ "five",                        POLICY_IDENTITY_TRIES,  5 },
		{ "ten",                         POLICY_ACCOUNT_TRIES,   10 },
		{ "a hundred",                   POLICY_SOURCE_FAILURES, 100 },
		{ "of a hundred the fifth locks", POLICY_LOGIN_FAILURES, 5 },
	};
	/* clang-format on */
	static const run_function runs[] = { db_transaction, db_each_committed };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows) * LENGTH(runs); i++) {
		const int granted = rows[i / 2].granted;
		struct crowd crowd = { .run = runs[i % 2], .scope = rows[i / 2].scope };

		assert_int_equal(clear(NULL), 0);
		run_crowd(&crowd);
		if (crowd.failed != 0 || crowd.refused != THREADS * TRIES_EACH - granted)
			fail_msg("%s: %d refused, %d failed", rows[i / 2].why, crowd.refused,
			    crowd.failed);
		/* One after the other: each was told what was left behind it alone. */
		for (int n = 1; n <= granted; n++)
			assert_int_equal(crowd.granted[count_of(crowd.scope) - n], 1);
		assert_int_equal(kept_of(crowd.scope, THING).tries, granted);
	}
}

/* A source and the prefix around it ------------------------------------------------------------ */

static struct visitor
visitor_at(const char *source, const char *prefix, unsigned crowd)
{
	struct visitor visitor = { .crowd = crowd };

	text_copy_cut(visitor.source, sizeof visitor.source, source);
	text_copy_cut(visitor.prefix, sizeof visitor.prefix, prefix);
	return visitor;
}

static void
around_a_source_sixteen_times_as_many_are_granted(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *source;
		const char *prefix;
		unsigned crowd;
		int times; /* the policy's count; 0: nothing is counted */
	} rows[] = {
		{ "IPv4",                     "192.0.2.1",         "",                1,     0 },
		{ "IPv4 that many share",     "192.0.2.1",         "",                CROWD, 0 },
		{ "IPv6",                     "2001:db8:1:2::/64", "2001:db8:1::/48", 1,     16 },
		{ "IPv6 that many share",     "2001:db8:1:2::/64", "2001:db8:1::/48", CROWD, 1600 },
	};
	static const enum policy_scope scopes[] = { POLICY_SOURCE_FAILURES, POLICY_SOURCE_IDENTITIES,
		POLICY_SOURCE_PERSONS };
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(scopes) * LENGTH(rows); i++) {
		const size_t row = i / LENGTH(scopes);
		const enum policy_scope scope = scopes[i % LENGTH(scopes)];
		const struct visitor visitor = visitor_at(
		    rows[row].source, rows[row].prefix, rows[row].crowd);
		const struct attempt of = attempt_of_source(keyring, scope, &visitor, NOW);
		const struct attempt around = attempt_of_prefix(keyring, scope, &visitor, NOW);

		if (of.uncounted || around.uncounted != (rows[row].times == 0) ||
		    around.count != policy_of(scope)->count * rows[row].times)
			fail_msg("%s: %d", rows[row].why, around.count);
		assert_int_equal(of.count, policy_of(scope)->count * (int)visitor.crowd);
	}
}

static void
sources_of_one_prefix_are_counted_together(void **state)
{
	const struct visitor one = visitor_at("2001:db8:1:2::/64", "2001:db8:1::/48", 1);
	const struct visitor other = visitor_at("2001:db8:1:3::/64", "2001:db8:1::/48", 1);
	const struct attempt tries[] = {
		attempt_of_prefix(keyring, POLICY_SOURCE_FAILURES, &one, NOW),
		attempt_of_prefix(keyring, POLICY_SOURCE_FAILURES, &other, NOW),
		attempt_of_source(keyring, POLICY_SOURCE_FAILURES, &one, NOW),
		attempt_of_source(keyring, POLICY_SOURCE_FAILURES, &other, NOW),
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(tries); i++)
		assert_int_equal(take(&tries[i]), tries[i].count - (i == 1 ? 2 : 1));
	assert_int_equal(kept_of(POLICY_SOURCE_FAILURES, "2001:db8:1::/48").tries, 2);
	assert_int_equal(count_kept(), 3);
}

/* The source's place and that of its prefix, one after the other. */
static void
a_place_given_back_is_there_again_for_source_and_prefix(void **state)
{
	const struct visitor visitor = visitor_at("2001:db8:1:2::/64", "2001:db8:1::/48", 1);
	const struct attempt tries[] = {
		attempt_of_source(keyring, POLICY_SOURCE_PERSONS, &visitor, NOW),
		attempt_of_prefix(keyring, POLICY_SOURCE_PERSONS, &visitor, NOW),
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(tries); i++) {
		struct call call = { .run = attempt_give_back, .attempt = &tries[i] };

		assert_int_equal(take(&tries[i]), tries[i].count - 1);
		assert_int_equal(db_transaction(db, change_tx, &call), OK);
		assert_int_equal(take(&tries[i]), tries[i].count - 1);
	}
}

static void
what_is_not_counted_is_always_granted_and_never_written(void **state)
{
	const struct visitor visitor = visitor_at("192.0.2.1", "", 1);
	const struct attempt attempt = attempt_of_prefix(
	    keyring, POLICY_SOURCE_FAILURES, &visitor, NOW);
	struct call call = { .attempt = &attempt };

	(void)state;
	for (int i = 0; i < 3; i++) {
		int64_t wait_s = -1;

		assert_true(take_waiting(&attempt, &wait_s) > 0);
		assert_int_equal(wait_s, 0);
		call = (struct call){ .attempt = &attempt, .wait_s = -1 };
		assert_int_equal(db_each_committed(db, left_tx, &call), OK);
		assert_true(call.left > 0 && call.wait_s == 0);
	}
	assert_int_equal(count_kept(), 0);

	/* Nor is anything given back: not even where a row has its empty key. */
	struct attempt of_empty_key = attempt;
	of_empty_key.uncounted = false;
	of_empty_key.count = 5;
	of_empty_key.window_s = 60;
	memset(of_empty_key.taker, 1, sizeof of_empty_key.taker);
	assert_int_equal(take(&of_empty_key), 4);
	call = (struct call){ .run = attempt_give_back, .attempt = &attempt };
	assert_int_equal(db_transaction(db, change_tx, &call), OK);
	memset(of_empty_key.taker, 2, sizeof of_empty_key.taker); /* another try */
	assert_int_equal(take(&of_empty_key), 3);
}

int
main(int argc, char **argv)
{
#define WITH_NOTHING_COUNTED(test) cmocka_unit_test_setup(test, clear)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scope_has_a_limit_of_its_own),
		cmocka_unit_test(a_try_is_of_its_thing_and_its_own),
		WITH_NOTHING_COUNTED(tries_are_granted_up_to_the_limit_of_each_scope),
		WITH_NOTHING_COUNTED(letters_become_more_and_more_seldom),
		WITH_NOTHING_COUNTED(what_was_never_tried_is_all_left),
		WITH_NOTHING_COUNTED(nobody_has_to_ask_for_the_wait),
		WITH_NOTHING_COUNTED(what_is_refused_changes_nothing),
		WITH_NOTHING_COUNTED(a_window_that_is_over_begins_again),
		WITH_NOTHING_COUNTED(
		    locks_begin_with_the_fifth_and_double_up_to_a_quarter_of_an_hour),
		WITH_NOTHING_COUNTED(the_same_try_is_granted_again_and_counts_once),
		WITH_NOTHING_COUNTED(the_same_try_is_not_locked_out_by_itself),
		WITH_NOTHING_COUNTED(a_try_that_was_refused_is_refused_again),
		WITH_NOTHING_COUNTED(a_commit_without_an_answer_grants_the_last_try_once),
		WITH_NOTHING_COUNTED(takers_that_look_alike_are_two),
		WITH_NOTHING_COUNTED(what_is_given_back_does_not_count),
		WITH_NOTHING_COUNTED(no_more_is_given_back_than_was_taken),
		WITH_NOTHING_COUNTED(a_lost_answer_gives_a_try_back_once),
		WITH_NOTHING_COUNTED(a_try_given_back_leaves_no_lock),
		WITH_NOTHING_COUNTED(what_is_forgotten_was_never_tried),
		WITH_NOTHING_COUNTED(two_counters_do_not_touch),
		WITH_NOTHING_COUNTED(of_many_at_once_exactly_so_many_are_granted),
		cmocka_unit_test(around_a_source_sixteen_times_as_many_are_granted),
		WITH_NOTHING_COUNTED(sources_of_one_prefix_are_counted_together),
		WITH_NOTHING_COUNTED(a_place_given_back_is_there_again_for_source_and_prefix),
		WITH_NOTHING_COUNTED(what_is_not_counted_is_always_granted_and_never_written),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("attempts", tests, set_up, tear_down);
}
