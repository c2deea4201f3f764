/* hash_pool_test.c - right answers under contention, refusal at the bound, an orderly end. */

#include "hash_pool.h"

#include "start_secret.h"
#include "text.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define MIB         (1024 * 1024)
#define CALLERS_MAX 32

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
call(void *argument)
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
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
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

static void
each_caller_gets_its_own_answer(void **state)
{
	static struct caller callers[12];
	struct hash_pool *const pool = hash_pool_open(2, LENGTH(callers), &cheap);
	_Atomic unsigned called = 0;
	int64_t cpu_us, jobs;
	bool equal;

	(void)state;
	assert_non_null(pool);
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

	hash_pool_totals(pool, &cpu_us, &jobs);
	assert_int_equal(jobs, 3 * LENGTH(callers));
	assert_true(cpu_us > jobs * 1000); /* no machine passes 36 MiB in a millisecond */
	hash_pool_close(pool);
}

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
closing_answers_those_who_wait(void **state)
{
	static const struct secret_cost slow = { .passes = 3, .memory_bytes = 64 * MIB };
	static struct caller callers[4];
	struct hash_pool *const pool = hash_pool_open(1, LENGTH(callers), &slow);
	const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
	_Atomic unsigned called = 0;

	(void)state;
	assert_non_null(pool);
	callers_start(pool, callers, LENGTH(callers), &called);
	while (atomic_load(&called) < LENGTH(callers))
		sched_yield();
	nanosleep(&moment, NULL); /* from the count into the queue */
	hash_pool_close(pool);
	assert_int_equal(callers_join(callers, LENGTH(callers), OK), LENGTH(callers));
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
		cmocka_unit_test(what_does_not_fit_the_queue_is_refused_at_once),
		cmocka_unit_test(closing_answers_those_who_wait),
		cmocka_unit_test(a_broken_hash_is_told_from_a_wrong_password),
		cmocka_unit_test(a_pool_that_could_not_hash_does_not_open),
	};

	return cmocka_run_group_tests_name("hash_pool", tests, start_secret, NULL);
}
