/* limit_local_test.c - counters in the process: how many are granted, when they are forgotten, and that
 * their room is bounded. */

#include "limit_local.h"

#include "secret.h"
#include "start_secret.h"
#include "client.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW    ((int64_t)1000000)
#define SOURCE "192.0.2.1"
#define OTHER  "192.0.2.2"

static struct limit_local *limit_local;

static int
open_one(void **state)
{
	(void)state;
	limit_local = limit_local_open();
	return limit_local != NULL ? 0 : -1;
}

static int
close_one(void **state)
{
	(void)state;
	limit_local_close(limit_local);
	return 0;
}

static struct limit_state
take(enum limit_id scope, const char *thing, int64_t now_ms)
{
	return limit_local_count(limit_local, scope, thing, strlen(thing), 1, now_ms);
}

/* How many of a thing are granted at one moment, up to `most`. */
static int64_t
granted_of(enum limit_id scope, const char *thing, unsigned shared_network_factor, int64_t now_ms,
    int64_t most)
{
	int64_t count = 0;

	while (count < most && limit_local_count(limit_local, scope, thing, strlen(thing),
				   shared_network_factor, now_ms)
				   .granted)
		count++;
	return count;
}

/* asvs 2.4.1 */
static void
each_limit_of_the_process_grants_its_count_and_no_more(void **state)
{
	(void)state;
	for (enum limit_id scope = LIMIT_SOURCE_REQUESTS; scope < LIMIT__MAX; scope++) {
		const struct limit *const limit = limit_of(scope);

		assert_int_equal(limit->counted_in, LIMIT_IN_PROCESS);
		if (granted_of(scope, SOURCE, 1, NOW, INT64_MAX) != limit->count)
			fail_msg("%s", limit->name);
		assert_false(take(scope, SOURCE, NOW + limit->window_s * 1000 - 1).granted);
		assert_true(take(scope, SOURCE, NOW + limit->window_s * 1000).granted);
	}
}

static void
what_is_left_and_how_long_to_wait_is_told(void **state)
{
	const struct limit *const limit = limit_of(LIMIT_SOURCE_MAILS);
	const int64_t window_ms = limit->window_s * 1000;
	/* clang-format off */
	const struct {
		const char *why;
		int64_t now_ms;
		int64_t left, wait_s;
	} rows[] = {
		{ "the first",                  NOW,                 limit->count - 1, limit->window_s },
		{ "a moment later",             NOW + 1,             limit->count - 2, limit->window_s },
		{ "a second later",             NOW + 1000,          limit->count - 3, limit->window_s - 1 },
		{ "the last moment",            NOW + window_ms - 1, limit->count - 4, 1 },
		{ "a new window begins with it", NOW + window_ms,    limit->count - 1, limit->window_s },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct limit_state got = take(LIMIT_SOURCE_MAILS, SOURCE, rows[i].now_ms);

		if (!got.granted || got.limit != limit->count || got.left != rows[i].left ||
		    got.wait_s != rows[i].wait_s)
			fail_msg("%s: %d left, %d s", rows[i].why, (int)got.left, (int)got.wait_s);
	}
}

static void
a_refused_one_prolongs_nothing(void **state)
{
	const int64_t window_ms = limit_of(LIMIT_SOURCE_MAILS)->window_s * 1000;

	(void)state;
	granted_of(LIMIT_SOURCE_MAILS, SOURCE, 1, NOW, INT64_MAX);
	for (int i = 0; i < 1000; i++) {
		const struct limit_state got = take(LIMIT_SOURCE_MAILS, SOURCE, NOW + 5000);

		assert_false(got.granted);
		assert_int_equal(got.left, 0);
		assert_int_equal(got.wait_s, window_ms / 1000 - 5);
	}
	assert_true(take(LIMIT_SOURCE_MAILS, SOURCE, NOW + window_ms).granted);
}

static void
things_and_scopes_do_not_meet(void **state)
{
	(void)state;
	granted_of(LIMIT_SOURCE_MAILS, SOURCE, 1, NOW, INT64_MAX);
	assert_false(take(LIMIT_SOURCE_MAILS, SOURCE, NOW).granted);
	assert_true(take(LIMIT_SOURCE_MAILS, OTHER, NOW).granted);
	assert_true(take(LIMIT_SOURCE_MAILS, "", NOW).granted);
	assert_true(take(LIMIT_SOURCE_REQUESTS, SOURCE, NOW).granted);
	assert_true(take(LIMIT_SERVICE_MAILS, SOURCE, NOW).granted);
}

static void
many_behind_one_address_have_many_times_the_limit(void **state)
{
	const int64_t count = limit_of(LIMIT_SOURCE_MAILS)->count;

	(void)state;
	assert_int_equal(
	    granted_of(LIMIT_SOURCE_MAILS, SOURCE, SHARED_NETWORK_FACTOR, NOW, INT64_MAX),
	    SHARED_NETWORK_FACTOR * count);
}

/* However many sources there are, and though they push each other out, who has used up a limit is
 * not forgotten for those who come once. */
static void
a_flood_of_sources_does_not_wash_out_the_busy(void **state)
{
	char stranger[32];

	(void)state;
	granted_of(LIMIT_SOURCE_MAILS, SOURCE, 1, NOW, INT64_MAX);
	for (int i = 0; i < 1000000; i++) {
		const int length = snprintf(stranger, sizeof stranger, "stranger %d", i);

		assert_true(limit_local_count(
		    limit_local, LIMIT_SOURCE_MAILS, stranger, (size_t)length, 1, NOW)
				.granted);
	}
	assert_false(take(LIMIT_SOURCE_MAILS, SOURCE, NOW).granted);
}

/* What was taken and not needed is there for another; beyond its window it is nobody's. */
static void
what_is_given_back_is_granted_again(void **state)
{
	const int64_t limit = limit_of(LIMIT_SOURCE_MAILS)->count;
	const int64_t window_ms = limit_of(LIMIT_SOURCE_MAILS)->window_s * 1000;
	struct limit_state last = { 0 };

	(void)state;
	for (int64_t i = 0; i < limit; i++)
		last = take(LIMIT_SOURCE_MAILS, "ada", NOW);
	const struct limit_state refused = take(LIMIT_SOURCE_MAILS, "ada", NOW);
	assert_false(refused.granted);
	limit_local_give_back(limit_local, LIMIT_SOURCE_MAILS, "ada", 3, &refused);
	limit_local_give_back(limit_local, LIMIT_SOURCE_MAILS, "bob", 3, &last);
	assert_false(take(LIMIT_SOURCE_MAILS, "ada", NOW).granted);
	limit_local_give_back(limit_local, LIMIT_SOURCE_MAILS, "ada", 3, &last);
	assert_int_equal(take(LIMIT_SOURCE_MAILS, "ada", NOW).left, 0);
	assert_false(take(LIMIT_SOURCE_MAILS, "ada", NOW).granted);
	assert_int_equal(take(LIMIT_SOURCE_MAILS, "ada", NOW + window_ms).left, limit - 1);
	limit_local_give_back(limit_local, LIMIT_SOURCE_MAILS, "ada", 3, &last);
	assert_int_equal(take(LIMIT_SOURCE_MAILS, "ada", NOW + window_ms).left, limit - 2);
}

static void *
count_in_a_shared_network(void *granted)
{
	int64_t *const count = granted;

	*count = granted_of(LIMIT_SERVICE_MAILS, "", 1, NOW, INT64_MAX);
	return NULL;
}

/* asvs 15.4.1 15.4.2 */
static void
many_at_once_get_the_count_together(void **state)
{
	pthread_t threads[8];
	int64_t granted[LENGTH(threads)], sum = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, count_in_a_shared_network, &granted[i]), 0);
	for (size_t i = 0; i < LENGTH(threads); i++) {
		pthread_join(threads[i], NULL);
		sum += granted[i];
	}
	assert_int_equal(sum, limit_of(LIMIT_SERVICE_MAILS)->count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    each_limit_of_the_process_grants_its_count_and_no_more, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    what_is_left_and_how_long_to_wait_is_told, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    a_refused_one_prolongs_nothing, open_one, close_one),
		cmocka_unit_test_setup_teardown(things_and_scopes_do_not_meet, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    many_behind_one_address_have_many_times_the_limit, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    a_flood_of_sources_does_not_wash_out_the_busy, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    what_is_given_back_is_granted_again, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    many_at_once_get_the_count_together, open_one, close_one),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
