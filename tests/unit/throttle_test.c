/* throttle_test.c - counters in the process: how many are granted, when they are forgotten, and that
 * their room is bounded. */

#include "throttle.h"

#include "secret.h"
#include "start_secret.h"
#include "visitor.h"

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

static struct throttle *throttle;

static int
open_one(void **state)
{
	(void)state;
	throttle = throttle_open();
	return throttle != NULL ? 0 : -1;
}

static int
close_one(void **state)
{
	(void)state;
	throttle_close(throttle);
	return 0;
}

static struct throttle_state
take(enum policy_scope scope, const char *thing, int64_t now_ms)
{
	return throttle_take(throttle, scope, thing, strlen(thing), 1, now_ms);
}

/* How many of a thing are granted at one moment, up to `most`. */
static int64_t
granted_of(enum policy_scope scope, const char *thing, unsigned crowd, int64_t now_ms, int64_t most)
{
	int64_t count = 0;

	while (count < most &&
	       throttle_take(throttle, scope, thing, strlen(thing), crowd, now_ms).granted)
		count++;
	return count;
}

/* asvs 2.4.1 */
static void
each_limit_of_the_process_grants_its_count_and_no_more(void **state)
{
	(void)state;
	for (enum policy_scope scope = POLICY_SOURCE_REQUESTS; scope < POLICY_SCOPE__MAX; scope++) {
		const struct policy *const policy = policy_of(scope);

		assert_int_equal(policy->keeper, POLICY_IN_PROCESS);
		if (granted_of(scope, SOURCE, 1, NOW, INT64_MAX) != policy->count)
			fail_msg("%s", policy->name);
		assert_false(take(scope, SOURCE, NOW + policy->window_s * 1000 - 1).granted);
		assert_true(take(scope, SOURCE, NOW + policy->window_s * 1000).granted);
	}
}

static void
what_is_left_and_how_long_to_wait_is_told(void **state)
{
	const struct policy *const policy = policy_of(POLICY_SOURCE_MAILS);
	const int64_t window_ms = policy->window_s * 1000;
	/* clang-format off */
	const struct {
		const char *why;
		int64_t now_ms;
		int64_t left, wait_s;
	} rows[] = {
		{ "the first",                  NOW,                 policy->count - 1, policy->window_s },
		{ "a moment later",             NOW + 1,             policy->count - 2, policy->window_s },
		{ "a second later",             NOW + 1000,          policy->count - 3, policy->window_s - 1 },
		{ "the last moment",            NOW + window_ms - 1, policy->count - 4, 1 },
		{ "a new window begins with it", NOW + window_ms,    policy->count - 1, policy->window_s },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct throttle_state got = take(POLICY_SOURCE_MAILS, SOURCE, rows[i].now_ms);

		if (!got.granted || got.limit != policy->count || got.left != rows[i].left ||
		    got.wait_s != rows[i].wait_s)
			fail_msg("%s: %d left, %d s", rows[i].why, (int)got.left, (int)got.wait_s);
	}
}

static void
a_refused_one_prolongs_nothing(void **state)
{
	const int64_t window_ms = policy_of(POLICY_SOURCE_MAILS)->window_s * 1000;

	(void)state;
	granted_of(POLICY_SOURCE_MAILS, SOURCE, 1, NOW, INT64_MAX);
	for (int i = 0; i < 1000; i++) {
		const struct throttle_state got = take(POLICY_SOURCE_MAILS, SOURCE, NOW + 5000);

		assert_false(got.granted);
		assert_int_equal(got.left, 0);
		assert_int_equal(got.wait_s, window_ms / 1000 - 5);
	}
	assert_true(take(POLICY_SOURCE_MAILS, SOURCE, NOW + window_ms).granted);
}

static void
things_and_scopes_do_not_meet(void **state)
{
	(void)state;
	granted_of(POLICY_SOURCE_MAILS, SOURCE, 1, NOW, INT64_MAX);
	assert_false(take(POLICY_SOURCE_MAILS, SOURCE, NOW).granted);
	assert_true(take(POLICY_SOURCE_MAILS, OTHER, NOW).granted);
	assert_true(take(POLICY_SOURCE_MAILS, "", NOW).granted);
	assert_true(take(POLICY_SOURCE_REQUESTS, SOURCE, NOW).granted);
	assert_true(take(POLICY_SERVICE_MAILS, SOURCE, NOW).granted);
}

static void
many_behind_one_address_have_many_times_the_limit(void **state)
{
	const int64_t count = policy_of(POLICY_SOURCE_MAILS)->count;

	(void)state;
	assert_int_equal(
	    granted_of(POLICY_SOURCE_MAILS, SOURCE, CROWD, NOW, INT64_MAX), CROWD * count);
}

/* However many sources there are, and though they push each other out, who has used up a limit is
 * not forgotten for those who come once. */
static void
a_flood_of_sources_does_not_wash_out_the_busy(void **state)
{
	char stranger[32];

	(void)state;
	granted_of(POLICY_SOURCE_MAILS, SOURCE, 1, NOW, INT64_MAX);
	for (int i = 0; i < 1000000; i++) {
		const int length = snprintf(stranger, sizeof stranger, "stranger %d", i);

		assert_true(
		    throttle_take(throttle, POLICY_SOURCE_MAILS, stranger, (size_t)length, 1, NOW)
			.granted);
	}
	assert_false(take(POLICY_SOURCE_MAILS, SOURCE, NOW).granted);
}

/* What was taken and not needed is there for another; beyond its window it is nobody's. */
static void
what_is_given_back_is_granted_again(void **state)
{
	const int64_t limit = policy_of(POLICY_SOURCE_MAILS)->count;
	const int64_t window_ms = policy_of(POLICY_SOURCE_MAILS)->window_s * 1000;
	struct throttle_state last = { 0 };

	(void)state;
	for (int64_t i = 0; i < limit; i++)
		last = take(POLICY_SOURCE_MAILS, "ada", NOW);
	const struct throttle_state refused = take(POLICY_SOURCE_MAILS, "ada", NOW);
	assert_false(refused.granted);
	throttle_give_back(throttle, POLICY_SOURCE_MAILS, "ada", 3, &refused);
	throttle_give_back(throttle, POLICY_SOURCE_MAILS, "bob", 3, &last);
	assert_false(take(POLICY_SOURCE_MAILS, "ada", NOW).granted);
	throttle_give_back(throttle, POLICY_SOURCE_MAILS, "ada", 3, &last);
	assert_int_equal(take(POLICY_SOURCE_MAILS, "ada", NOW).left, 0);
	assert_false(take(POLICY_SOURCE_MAILS, "ada", NOW).granted);
	assert_int_equal(take(POLICY_SOURCE_MAILS, "ada", NOW + window_ms).left, limit - 1);
	throttle_give_back(throttle, POLICY_SOURCE_MAILS, "ada", 3, &last);
	assert_int_equal(take(POLICY_SOURCE_MAILS, "ada", NOW + window_ms).left, limit - 2);
}

static void *
take_in_a_crowd(void *granted)
{
	int64_t *const count = granted;

	*count = granted_of(POLICY_SERVICE_MAILS, "", 1, NOW, INT64_MAX);
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
		    pthread_create(&threads[i], NULL, take_in_a_crowd, &granted[i]), 0);
	for (size_t i = 0; i < LENGTH(threads); i++) {
		pthread_join(threads[i], NULL);
		sum += granted[i];
	}
	assert_int_equal(sum, policy_of(POLICY_SERVICE_MAILS)->count);
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
