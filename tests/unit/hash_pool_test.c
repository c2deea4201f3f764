/* hash_pool_test.c - right answers under contention, rejection at the bound, an orderly end. */

#include "hash_pool.h"

#include "cleanup.h"
#include "clock.h"
#include "deadline.h"
#include "mappings.h"
#include "start_secret.h"
#include "text.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define MIB         (1024 * 1024)
#define CALLERS_MAX 32
#define ODD         ((size_t)12300 * 1024) /* memory of a hash; nobody else maps so much */

/* clang-format off */
#define M65536 "$argon2id$v=19$m=65536,t=12,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
#define M19456 "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
#define M12288 "$argon2id$v=19$m=12288,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
#define M7168  "$argon2id$v=19$m=7168,t=5,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
#define M8     "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
/* clang-format on */

static const struct secret_cost cheap = { .passes = 3, .memory_bytes = 12 * MIB };

/* One who wants a hash of its own password, and wants it verified. */
struct caller {
	pthread_t thread;
	struct hash_pool *pool;
	_Atomic unsigned *called;
	struct secret password;
	char hash[PASSWORD_HASH_MAX + 1];
	enum result result;
};

static void *
hash_in_thread(void *argument)
{
	struct caller *const caller = argument;

	atomic_fetch_add(caller->called, 1);
	caller->result = hash_pool_hash(caller->pool, &caller->password, caller->hash);
	return NULL;
}

static void
callers_start(
    struct hash_pool *pool, struct caller *callers, unsigned count, _Atomic unsigned *called)
{
	char password[PASSWORD_MAX + 1];

	for (unsigned i = 0; i < count; i++) {
		callers[i] = (struct caller){ .pool = pool, .called = called };
		assert_true(text_format(password, sizeof password, "hoken2026kenko%u", i));
		assert_true(secret_set(&callers[i].password, password));
		assert_int_equal(
		    pthread_create(&callers[i].thread, NULL, hash_in_thread, &callers[i]), 0);
	}
}

static unsigned
callers_join(struct caller *callers, unsigned count, enum result wanted)
{
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
		found += callers[i].result == wanted;
		assert_int_equal(callers[i].result == OK, callers[i].hash[0] != '\0');
	}
	return found;
}

/* asvs 15.4.1 */
static void
each_caller_gets_its_own_answer(void **state)
{
	static struct caller callers[12];
	struct hash_pool *const pool = hash_pool_open(2, LENGTH(callers), &cheap);
	_Atomic unsigned called = 0;
	struct hash_pool_totals totals;
	bool equal;

	(void)state;
	assert_non_null(pool);
	assert_int_equal(hash_pool_wait_ms(pool, 1000), 0); /* nobody knows */
	callers_start(pool, callers, LENGTH(callers), &called);
	assert_int_equal(callers_join(callers, LENGTH(callers), OK), LENGTH(callers));
	for (size_t i = 0; i < LENGTH(callers); i++) {
		const struct caller *const other = &callers[(i + 1) % LENGTH(callers)];

		assert_int_equal(
		    hash_pool_verify(pool, &callers[i].password, callers[i].hash, &equal), OK);
		assert_true(equal);
		assert_int_equal(
		    hash_pool_verify(pool, &callers[i].password, other->hash, &equal), OK);
		assert_false(equal);
	}

	hash_pool_totals(pool, &totals);
	assert_int_equal(totals.jobs, 3 * LENGTH(callers));
	assert_int_equal(hash_pool_wait_ms(pool, 0), 0);
	/* Two at a time, and none takes less than its CPU time. */
	assert_true(hash_pool_wait_ms(pool, 2000) >= totals.cpu_us / totals.jobs / 2);
	assert_in_range(hash_pool_wait_ms(pool, 4000), 2 * hash_pool_wait_ms(pool, 2000),
	    2 * hash_pool_wait_ms(pool, 2000) + 1);
	assert_true(totals.cpu_us > totals.jobs * 1000); /* no machine passes 36 MiB in 1 ms */
	/* Of twelve at once two workers take two: the last waited for what five took. */
	assert_true(totals.waited_us > 5000);
	assert_int_equal(totals.queued, 0);
	hash_pool_close(pool);
}

/* A process that begins gets its memory and its cores late. */
static void
a_slow_first_job_says_little_about_the_next_ones(void **state)
{
	struct hash_pool *const pool = hash_pool_open(1, 1, &cheap);
	CLEANUP(secret_wipe) struct secret password = { 0 };
	bool equal;

	(void)state;
	assert_non_null(pool);
	assert_true(secret_set(&password, "hoken2026kenko"));
	const int64_t began_ms = clock_monotonic_ms();
	/* Some hash of that cost: how long it takes is what counts. */
	assert_int_equal(hash_pool_verify(pool, &password,
			     M65536 "g3HSW/Oa6/cFVyP6hPC5ZfXC+rCJpgDANCZ/7CfKokc", &equal),
	    OK);
	for (unsigned i = 1; i < HASH_POOL_MEAN_OF; i++) {
		assert_int_equal(hash_pool_wait_ms(pool, 1000), 0);
		assert_int_equal(hash_pool_verify(pool, &password, NULL, &equal), OK);
	}
	/* In microseconds: no more than the mean of all. */
	const int64_t took_us = 1000 * (clock_monotonic_ms() + 1 - began_ms);
	assert_in_range(hash_pool_wait_ms(pool, 1000), 1, took_us / HASH_POOL_MEAN_OF);
	hash_pool_close(pool);
}

/* asvs 15.2.2 */
static void
what_does_not_fit_the_queue_is_refused_at_once(void **state)
{
	static const struct {
		const char *why;
		unsigned threads;
		unsigned queue_max;
	} rows[] = {
		{ "one worker, one waiting", 1, 1 },
		{ "one worker, nobody may wait", 1, 0 },
		{ "two workers, three waiting", 2, 3 },
	};
	/* Slow enough for every caller to come while the first is served. */
	static const struct secret_cost slow = { .passes = 3, .memory_bytes = 64 * MIB };
	static struct caller callers[CALLERS_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const unsigned room = rows[i].threads + rows[i].queue_max;
		struct hash_pool *const pool = hash_pool_open(
		    rows[i].threads, rows[i].queue_max, &slow);
		_Atomic unsigned called = 0;

		assert_non_null(pool);
		callers_start(pool, callers, LENGTH(callers), &called);
		const unsigned refused = callers_join(callers, LENGTH(callers), OVERLOADED);
		hash_pool_close(pool);
		if (refused == 0 || refused > LENGTH(callers) - room)
			fail_msg("%s: %u refused", rows[i].why, refused);
	}
}

static void
pause_ms(long ms)
{
	const struct timespec moment = { .tv_nsec = ms * 1000 * 1000 };

	nanosleep(&moment, NULL);
}

static void
closing_answers_those_who_wait(void **state)
{
	static const struct secret_cost slow = { .passes = 3, .memory_bytes = 64 * MIB };
	static struct caller callers[12];
	struct hash_pool *const pool = hash_pool_open(1, LENGTH(callers), &slow);
	struct hash_pool_totals totals;
	_Atomic unsigned called = 0;

	(void)state;
	assert_non_null(pool);
	callers_start(pool, callers, LENGTH(callers), &called);
	while (atomic_load(&called) < LENGTH(callers))
		pause_ms(1);
	pause_ms(
	    250); /* from the count into the queue, on a machine that is busy; some wait still */
	hash_pool_totals(pool, &totals);
	assert_in_range(totals.queued, 1, LENGTH(callers) - 1);
	hash_pool_close(pool);
	assert_int_equal(callers_join(callers, LENGTH(callers), OK), LENGTH(callers));
}

static void *
hash_with_a_deadline(void *argument)
{
	deadline_begin(200);
	hash_in_thread(argument);
	deadline_end();
	return NULL;
}

/* Until a worker has one of two jobs, and the other waits. Looks once in a while: Linux gives who
 * yields without end no time at all, once others want it. */
static void
wait_for_one_queued(struct hash_pool *pool, const _Atomic unsigned *called)
{
	struct hash_pool_totals totals;

	do {
		pause_ms(1);
		hash_pool_totals(pool, &totals);
	} while ((atomic_load(called) < 2 || totals.queued != 1) && totals.jobs == 0);
	assert_int_equal(totals.queued, 1);
}

/* One at the end of the queue, and one with another behind it. The others get their answers. */
static void
who_has_no_time_leaves_the_queue(void **state)
{
	static const struct secret_cost slow = { .passes = 20, .memory_bytes = 64 * MIB };
	static struct caller patient[2], hurried;
	struct hash_pool *const pool = hash_pool_open(1, 8, &slow);
	CLEANUP(secret_wipe) struct secret password = { 0 };
	_Atomic unsigned called = 0;
	struct hash_pool_totals totals;
	bool equal = true;

	(void)state;
	assert_non_null(pool);
	assert_true(secret_set(&password, "password"));
	callers_start(pool, patient, LENGTH(patient), &called);
	wait_for_one_queued(pool, &called);
	deadline_begin(20);
	assert_int_equal(hash_pool_verify(pool, &password, NULL, &equal), UNAVAILABLE);
	deadline_end();
	assert_true(equal); /* as it was */
	hash_pool_totals(pool, &totals);
	assert_int_equal(totals.queued, 1);

	hurried = (struct caller){ .pool = pool, .called = &called, .password = password };
	assert_int_equal(pthread_create(&hurried.thread, NULL, hash_with_a_deadline, &hurried), 0);
	while (atomic_load(&called) <= LENGTH(patient))
		pause_ms(1);
	equal = false;
	assert_int_equal(hash_pool_verify(pool, &password,
			     M12288 "g3HSW/Oa6/cFVyP6hPC5ZfXC+rCJpgDANCZ/7CfKokc", &equal),
	    OK);
	assert_true(equal);
	assert_int_equal(callers_join(&hurried, 1, UNAVAILABLE), 1);
	assert_int_equal(callers_join(patient, LENGTH(patient), OK), LENGTH(patient));
	hash_pool_totals(pool, &totals);
	assert_int_equal(totals.jobs, LENGTH(patient) + 1);
	assert_int_equal(totals.queued, 0);
	hash_pool_close(pool);
}

/* Its memory is the caller's, who may not leave before the worker does. */
static void
a_job_that_a_worker_has_is_waited_for(void **state)
{
	static const struct secret_cost slow = { .passes = 40, .memory_bytes = 64 * MIB };
	struct hash_pool *const pool = hash_pool_open(1, 1, &slow);
	CLEANUP(secret_wipe) struct secret password = { 0 };
	char hash[PASSWORD_HASH_MAX + 1];

	(void)state;
	assert_non_null(pool);
	assert_true(secret_set(&password, "password"));
	deadline_begin(200);
	const enum result made = hash_pool_hash(pool, &password, hash);
	const int64_t left_ms = deadline_left_ms(1);
	deadline_end();
	assert_int_equal(made, OK);
	assert_int_equal(left_ms, 0);
	hash_pool_close(pool);
}

/* Until there are `count` mappings of that size; false after five seconds. */
static bool
mappings_become(unsigned count, size_t size)
{
	const int64_t until_ms = clock_monotonic_ms() + 5000;

	while (mappings_of(size) != count) {
		if (clock_monotonic_ms() > until_ms)
			return false;
		pause_ms(5);
	}
	return true;
}

static void
hash_once(struct hash_pool *pool)
{
	struct secret password;
	char hash[PASSWORD_HASH_MAX + 1];

	assert_true(secret_set(&password, "hoken2026kenko"));
	assert_int_equal(hash_pool_hash(pool, &password, hash), OK);
}

static void
memory_is_kept_for_the_lull_and_no_longer(void **state)
{
	const struct secret_cost odd = { .passes = 3, .memory_bytes = ODD };
	struct hash_pool *const pool = hash_pool_open(1, 0, &odd);
	unsigned kept = 0;

	(void)state;
	assert_non_null(pool);
	assert_int_equal(mappings_of(ODD), 0);
	for (int round = 0; round < 3; round++) {
		/* More than one try: on a busy machine the lull may pass before we look. */
		for (int i = 0; i < 20 && kept == 0; i++) {
			hash_once(pool);
			kept = mappings_of(ODD);
		}
		assert_int_equal(kept, 1);
		assert_true(mappings_become(0, ODD));
		kept = 0;
	}

	hash_once(pool);
	hash_pool_close(pool);
	assert_int_equal(mappings_of(ODD), 0);
}

static void
one_caller_after_another_needs_one_workers_memory(void **state)
{
	const struct secret_cost odd = { .passes = 3, .memory_bytes = ODD };
	struct hash_pool *const pool = hash_pool_open(4, 0, &odd);

	(void)state;
	assert_non_null(pool);
	for (int i = 0; i < 12; i++) {
		hash_once(pool);
		assert_true(mappings_of(ODD) <= 1);
	}
	hash_pool_close(pool);
}

static void
all_workers_are_called_when_all_are_needed(void **state)
{
	const struct secret_cost odd = { .passes = 3, .memory_bytes = ODD };
	static struct caller callers[24];
	struct hash_pool *const pool = hash_pool_open(3, LENGTH(callers), &odd);
	bool seen = false;

	(void)state;
	assert_non_null(pool);
	for (int i = 0; i < 5 && !seen; i++) { /* we may be the ones who stand still meanwhile */
		_Atomic unsigned called = 0;

		callers_start(pool, callers, LENGTH(callers), &called);
		seen = mappings_become(3, ODD);
		assert_int_equal(callers_join(callers, LENGTH(callers), OK), LENGTH(callers));
		assert_true(mappings_become(0, ODD));
	}
	assert_true(seen);
	hash_pool_close(pool);
}

static void
hashes_of_another_cost_verify_and_are_to_be_renewed(void **state)
{
	/* "password", from the reference implementation; see secret_test.c. */
	static const struct {
		const char *why;
		const char *hash;
		bool is_old;
	} rows[] = {
		/* clang-format off */
		{ "more memory, fewer passes",
		  M19456 "T95q7S205tf9WI4HhYOZDIQmMMAbntacGXTIku0gXT8", true },
		{ "the pool's own cost",
		  M12288 "g3HSW/Oa6/cFVyP6hPC5ZfXC+rCJpgDANCZ/7CfKokc", false },
		{ "less memory, more passes",
		  M7168  "dasDsAfPPgDZGMqnJKZCZGHF02bv9jBKvpGCgJgTqEY", true },
		{ "hardly any memory",
		  M8     "dxM42BlXPGcRaznheIro4EsOsM+d+7/i5tdGzz5GT8c", true },
		/* clang-format on */
	};
	struct hash_pool *const pool = hash_pool_open(1, 0, &cheap);
	struct secret password;

	(void)state;
	assert_non_null(pool);
	assert_true(secret_set(&password, "password"));
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		const size_t row = i % LENGTH(rows);
		bool equal = false;

		assert_int_equal(hash_pool_verify(pool, &password, rows[row].hash, &equal), OK);
		if (!equal || hash_pool_needs_rehash(pool, rows[row].hash) != rows[row].is_old)
			fail_msg("%s", rows[row].why);
	}
	assert_true(hash_pool_needs_rehash(pool, ""));
	hash_pool_close(pool);
}

/* Microseconds of CPU of the cheapest of five verifications. */
static int64_t
verification_cpu_us(struct hash_pool *pool, const char *hash_or_null, bool equal_wanted)
{
	struct hash_pool_totals before, after;
	int64_t least_us = INT64_MAX;
	struct secret password;

	assert_true(secret_set(&password, "password"));
	for (int i = 0; i < 5; i++) {
		bool equal = !equal_wanted;

		hash_pool_totals(pool, &before);
		assert_int_equal(hash_pool_verify(pool, &password, hash_or_null, &equal), OK);
		assert_int_equal(equal, equal_wanted);
		hash_pool_totals(pool, &after);
		if (after.cpu_us - before.cpu_us < least_us)
			least_us = after.cpu_us - before.cpu_us;
	}
	return least_us;
}

/* asvs 6.3.8 */
static void
nobodys_hash_costs_what_somebodys_does_and_is_never_equal(void **state)
{
	struct hash_pool *const pool = hash_pool_open(1, 0, &cheap);

	(void)state;
	assert_non_null(pool);
	const int64_t somebodys_us = verification_cpu_us(
	    pool, M12288 "g3HSW/Oa6/cFVyP6hPC5ZfXC+rCJpgDANCZ/7CfKokc", true);
	const int64_t nobodys_us = verification_cpu_us(pool, NULL, false);
	hash_pool_close(pool);
	if (nobodys_us < somebodys_us / 2 || nobodys_us > somebodys_us * 2)
		fail_msg(
		    "%ld us for nobody, %ld us for somebody", (long)nobodys_us, (long)somebodys_us);
}

static void
a_broken_hash_is_told_from_a_wrong_password(void **state)
{
	struct hash_pool *const pool = hash_pool_open(1, 0, &cheap);
	struct secret password;
	bool equal = true;

	(void)state;
	assert_non_null(pool);
	assert_true(secret_set(&password, "hoken2026kenko"));
	assert_int_equal(hash_pool_verify(pool, &password, "", &equal), INTERNAL);
	assert_true(equal); /* untouched */
	hash_pool_close(pool);
}

static void
a_pool_that_could_not_hash_does_not_open(void **state)
{
	static const struct secret_cost weak = { .passes = 2, .memory_bytes = 19 * MIB - 1 };

	(void)state;
	assert_null(hash_pool_open(0, 8, &cheap));
	assert_null(hash_pool_open(1, 8, &weak));
	hash_pool_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_caller_gets_its_own_answer),
		cmocka_unit_test(a_slow_first_job_says_little_about_the_next_ones),
		cmocka_unit_test(what_does_not_fit_the_queue_is_refused_at_once),
		cmocka_unit_test(closing_answers_those_who_wait),
		cmocka_unit_test(who_has_no_time_leaves_the_queue),
		cmocka_unit_test(a_job_that_a_worker_has_is_waited_for),
		cmocka_unit_test(memory_is_kept_for_the_lull_and_no_longer),
		cmocka_unit_test(one_caller_after_another_needs_one_workers_memory),
		cmocka_unit_test(all_workers_are_called_when_all_are_needed),
		cmocka_unit_test(hashes_of_another_cost_verify_and_are_to_be_renewed),
		cmocka_unit_test(nobodys_hash_costs_what_somebodys_does_and_is_never_equal),
		cmocka_unit_test(a_broken_hash_is_told_from_a_wrong_password),
		cmocka_unit_test(a_pool_that_could_not_hash_does_not_open),
	};

	return cmocka_run_group_tests_name("hash_pool", tests, start_secret, NULL);
}
