/* deadline_test.c - until when a thread must be done: none, one, and what is put in order behind
 * it. */

#include "deadline.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define LONG_MS 1000000

static void
rest_ms(int ms)
{
	nanosleep(&(const struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static void
without_one_a_wait_is_as_long_as_it_may(void **state)
{
	(void)state;
	assert_int_equal(deadline_left_ms(LONG_MS), LONG_MS);
	assert_false(deadline_tidy(true));
	assert_int_equal(deadline_left_ms(LONG_MS), LONG_MS);
	assert_true(deadline_tidy(false));
}

static void
a_wait_ends_with_the_deadline(void **state)
{
	(void)state;
	deadline_begin(2000);
	assert_in_range(deadline_left_ms(LONG_MS), 1, 2000);
	assert_int_equal(deadline_left_ms(10), 10);
	deadline_begin(1);
	rest_ms(5);
	assert_int_equal(deadline_left_ms(LONG_MS), 0);
	deadline_end();
	assert_int_equal(deadline_left_ms(LONG_MS), LONG_MS);
}

static void
what_is_put_in_order_may_take_longer_once(void **state)
{
	(void)state;
	deadline_begin(1);
	rest_ms(5);
	const bool before = deadline_tidy(true);
	assert_in_range(deadline_left_ms(LONG_MS), 1, DEADLINE_TIDY_MS);
	assert_true(deadline_tidy(true));
	assert_in_range(deadline_left_ms(LONG_MS), 1, DEADLINE_TIDY_MS);
	assert_true(deadline_tidy(before));
	assert_int_equal(deadline_left_ms(LONG_MS), 0);
	assert_false(deadline_tidy(true));
	deadline_begin(0); /* of the next request: nothing is put in order any more */
	assert_int_equal(deadline_left_ms(LONG_MS), 0);
	deadline_end();
}

static void *
read_left(void *ret)
{
	*(int64_t *)ret = deadline_left_ms(LONG_MS);
	return NULL;
}

static void
it_is_the_threads_own(void **state)
{
	pthread_t thread;
	int64_t left_ms = 0;

	(void)state;
	deadline_begin(0);
	assert_int_equal(pthread_create(&thread, NULL, read_left, &left_ms), 0);
	pthread_join(thread, NULL);
	assert_int_equal(deadline_left_ms(LONG_MS), 0);
	deadline_end();
	assert_int_equal(left_ms, LONG_MS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_one_a_wait_is_as_long_as_it_may),
		cmocka_unit_test(a_wait_ends_with_the_deadline),
		cmocka_unit_test(what_is_put_in_order_may_take_longer_once),
		cmocka_unit_test(it_is_the_threads_own),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
