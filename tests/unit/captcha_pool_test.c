/* captcha_pool_test.c - each picture is handed out once, also to many takers at a time; the pool
 * refills and no more. What happens when none can be drawn is picture_stock_starved_test.c's. */

#include "captcha_pool.h"

#include "auth_key.h"
#include "clock.h"
#include "picture.h"
#include "start_secret.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define TAKERS      8
#define TAKES       16 /* by each */
#define PATIENCE_MS 30000

struct taken {
	struct secret answer;
	uint8_t png[CAPTCHA_PNG_MAX];
	size_t size;
};

struct taker {
	pthread_t thread;
	struct captcha_pool *pool;
	struct taken *taken; /* TAKES of them */
	unsigned count;
};

/* Until `count` are ready; no longer than a machine may be busy. */
static void
wait_until_ready(struct captcha_pool *pool, unsigned count)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	const int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	unsigned ready, waiting;

	for (;;) {
		captcha_pool_levels(pool, &ready, &waiting);
		if (ready == count)
			return;
		if (clock_monotonic_ms() > until_ms)
			fail_msg("%u pictures ready, not %u", ready, count);
		nanosleep(&moment, NULL);
	}
}

static void
assert_is_whole(const struct taken *taken)
{
	assert_int_equal(taken->answer.length, CAPTCHA_LENGTH);
	assert_int_equal(strlen(taken->answer.text), CAPTCHA_LENGTH);
	assert_int_equal(strspn(taken->answer.text, AUTH_KEY_ALPHABET), CAPTCHA_LENGTH);
	assert_in_range(taken->size, 1000, CAPTCHA_PNG_MAX);
	assert_memory_equal(taken->png, "\x89PNG", 4);
}

/* Takes TAKES pictures, however often the pool is empty for a while (under a sanitizer it is). */
static void *
take_many(void *argument)
{
	struct taker *const taker = argument;
	const int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (taker->count < TAKES && clock_monotonic_ms() < until_ms) {
		struct taken *const taken = &taker->taken[taker->count];
		if (captcha_pool_take(taker->pool, &taken->answer, taken->png, &taken->size) == OK)
			taker->count++;
	}
	return NULL;
}

static void
each_picture_is_handed_out_once(void **state)
{
	static struct taken taken[TAKERS * TAKES];
	struct taker taker[TAKERS];
	struct captcha_pool *const pool = captcha_pool_open(4);

	(void)state;
	assert_non_null(pool);
	for (size_t i = 0; i < TAKERS; i++) {
		taker[i] = (struct taker){ .pool = pool, .taken = &taken[i * TAKES] };
		assert_int_equal(pthread_create(&taker[i].thread, NULL, take_many, &taker[i]), 0);
	}
	for (size_t i = 0; i < TAKERS; i++) {
		assert_int_equal(pthread_join(taker[i].thread, NULL), 0);
		assert_int_equal(taker[i].count, TAKES);
	}
	captcha_pool_close(pool);

	for (size_t i = 0; i < LENGTH(taken); i++) {
		assert_is_whole(&taken[i]);
		for (size_t j = 0; j < i; j++)
			if (taken[i].size == taken[j].size)
				assert_memory_not_equal(taken[i].png, taken[j].png, taken[i].size);
	}
}

static void
it_fills_up_and_refills(void **state)
{
	static struct taken taken;
	struct captcha_pool *const pool = captcha_pool_open(3);

	(void)state;
	assert_non_null(pool);
	for (int i = 0; i < 7; i++) { /* more than once around the ring */
		wait_until_ready(pool, 3);
		assert_int_equal(
		    captcha_pool_take(pool, &taken.answer, taken.png, &taken.size), OK);
		assert_is_whole(&taken);
	}
	wait_until_ready(pool, 3);
	captcha_pool_close(pool);
}

static void
a_pool_of_one_still_serves(void **state)
{
	static struct taken taken;
	struct captcha_pool *const pool = captcha_pool_open(1);

	(void)state;
	assert_non_null(pool);
	for (int i = 0; i < 3; i++) {
		wait_until_ready(pool, 1);
		assert_int_equal(
		    captcha_pool_take(pool, &taken.answer, taken.png, &taken.size), OK);
		assert_is_whole(&taken);
	}
	captcha_pool_close(pool);
}

/* The painter is in the middle of a picture. */
static void
it_closes_at_any_time(void **state)
{
	(void)state;
	captcha_pool_close(NULL);
	for (int i = 0; i < 20; i++) {
		struct captcha_pool *const pool = captcha_pool_open(32);
		assert_non_null(pool);
		nanosleep(&(struct timespec){ .tv_nsec = 300000L * i }, NULL);
		captcha_pool_close(pool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_picture_is_handed_out_once),
		cmocka_unit_test(it_fills_up_and_refills),
		cmocka_unit_test(a_pool_of_one_still_serves),
		cmocka_unit_test(it_closes_at_any_time),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
