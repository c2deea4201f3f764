/* captcha_pool_starved_test.c - the pool when nothing can be drawn, and whose answer is whose.
 *
 * Linked with the picture.c below instead of ours: one without memory until it is told otherwise,
 * whose pictures are their answers in plain letters. */

#include "captcha_pool.h"

#include "clock.h"
#include "picture.h"
#include "start_secret.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define TAKERS      6
#define PATIENCE_MS 30000

static atomic_bool has_memory;

struct painting *
painting_new(void)
{
	return malloc(1);
}

void
painting_free(struct painting *painting)
{
	free(painting);
}

enum result
picture_draw(struct painting *painting, const char *answer, uint8_t ret_png[static CAPTCHA_PNG_MAX],
    size_t *ret_size)
{
	(void)painting;
	if (!atomic_load(&has_memory))
		return UNAVAILABLE;
	memcpy(ret_png, answer, CAPTCHA_LENGTH);
	*ret_size = CAPTCHA_LENGTH;
	return OK;
}

struct taker {
	pthread_t thread;
	struct captcha_pool *pool;
	enum result result;
	int64_t waited_ms;
	struct secret answer;
	uint8_t png[CAPTCHA_PNG_MAX];
	size_t size;
};

static void *
take(void *argument)
{
	struct taker *const taker = argument;
	const int64_t before_ms = clock_monotonic_ms();

	taker->result = captcha_pool_take(taker->pool, &taker->answer, taker->png, &taker->size);
	taker->waited_ms = clock_monotonic_ms() - before_ms;
	return NULL;
}

static struct captcha_pool *
open_pool(bool memory)
{
	atomic_store(&has_memory, memory);
	struct captcha_pool *const pool = captcha_pool_open(4);
	assert_non_null(pool);
	return pool;
}

static void
an_empty_pool_is_overloaded_after_the_wait(void **state)
{
	static struct taker taker;
	struct captcha_pool *const pool = open_pool(false);

	(void)state;
	taker = (struct taker){ .pool = pool, .size = 77, .png = { 0xaa } };
	take(&taker);
	assert_int_equal(taker.result, OVERLOADED);
	assert_in_range(taker.waited_ms, CAPTCHA_POOL_WAIT_MS, PATIENCE_MS);
	assert_int_equal(taker.answer.length, 0);
	assert_int_equal(taker.png[0], 0xaa);
	assert_int_equal(taker.size, 77);
	captcha_pool_close(pool);
}

static void
it_draws_again_when_memory_is_back(void **state)
{
	static struct taker taker;
	struct captcha_pool *const pool = open_pool(false);
	const int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

	(void)state;
	taker = (struct taker){ .pool = pool };
	take(&taker);
	assert_int_equal(taker.result, OVERLOADED);
	atomic_store(&has_memory, true);
	do
		take(&taker);
	while (taker.result != OK && clock_monotonic_ms() < until_ms);
	assert_int_equal(taker.result, OK);
	captcha_pool_close(pool);
}

static void
an_answer_belongs_to_its_picture(void **state)
{
	static struct taker taker;
	struct captcha_pool *const pool = open_pool(true);
	const int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		taker = (struct taker){ .pool = pool };
		do
			take(&taker);
		while (taker.result == OVERLOADED && clock_monotonic_ms() < until_ms);
		assert_int_equal(taker.result, OK);
		assert_int_equal(taker.size, CAPTCHA_LENGTH);
		assert_int_equal(taker.answer.length, CAPTCHA_LENGTH);
		assert_memory_equal(taker.png, taker.answer.text, CAPTCHA_LENGTH);
	}
	captcha_pool_close(pool);
}

/* Until all takers wait at once; false if some had waited to the end before. */
static bool
all_wait(struct captcha_pool *pool)
{
	const int64_t until_ms = clock_monotonic_ms() + CAPTCHA_POOL_WAIT_MS;
	unsigned ready, waiting;

	do {
		captcha_pool_levels(pool, &ready, &waiting);
		if (waiting == TAKERS)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
	} while (clock_monotonic_ms() < until_ms);
	return false;
}

/* True if every taker was sent away before its wait was over: then closing has done it. A taker
 * that had not begun when the pool closes would be our fault, so none is closed under it. */
static bool
closing_sends_all_away(void)
{
	static struct taker taker[TAKERS];
	struct captcha_pool *const pool = open_pool(false);
	bool early = true;

	for (size_t i = 0; i < TAKERS; i++) {
		taker[i] = (struct taker){ .pool = pool };
		assert_int_equal(pthread_create(&taker[i].thread, NULL, take, &taker[i]), 0);
	}
	const bool all = all_wait(pool);
	if (all)
		captcha_pool_close(pool);
	for (size_t i = 0; i < TAKERS; i++) {
		assert_int_equal(pthread_join(taker[i].thread, NULL), 0);
		assert_int_equal(taker[i].result, OVERLOADED);
		early = early && taker[i].waited_ms < CAPTCHA_POOL_WAIT_MS;
	}
	if (!all)
		captcha_pool_close(pool);
	return all && early;
}

static void
closing_sends_away_who_waits(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) /* again where a busy machine was too slow to tell */
		if (closing_sends_all_away())
			return;
	fail_msg("takers waited to the end although the pool closed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_pool_is_overloaded_after_the_wait),
		cmocka_unit_test(it_draws_again_when_memory_is_back),
		cmocka_unit_test(an_answer_belongs_to_its_picture),
		cmocka_unit_test(closing_sends_away_who_waits),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
