/* limit_local_test.c - limits in the process: how many are granted, when they are forgotten, and
 * that their room is bounded. */

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
count_try(enum limit_id limit_id, const char *subject, int64_t now_ms)
{
	return limit_local_count(
	    limit_local, limit_subject_of(limit_id, subject, strlen(subject)), now_ms);
}

/* How many of a subject are granted at one moment, up to `most`. */
static int64_t
granted_up_to(struct limit_subject subject, int64_t most)
{
	int64_t granted = 0;

	while (granted < most && limit_local_count(limit_local, subject, NOW).granted)
		granted++;
	return granted;
}

static int64_t
granted_of(enum limit_id limit_id, const char *subject)
{
	return granted_up_to(limit_subject_of(limit_id, subject, strlen(subject)), INT64_MAX);
}

/* asvs 2.4.1 */
static void
each_limit_of_the_process_grants_its_count_and_no_more(void **state)
{
	(void)state;
	for (enum limit_id limit_id = LIMIT_SOURCE_REQUESTS; limit_id < LIMIT__MAX; limit_id++) {
		const struct limit *const limit = limit_of(limit_id);

		assert_int_equal(limit->counted_in, LIMIT_IN_PROCESS);
		if (granted_of(limit_id, SOURCE) != limit->max)
			fail_msg("%s", limit->name);
		assert_false(count_try(limit_id, SOURCE, NOW + limit->window_s * 1000 - 1).granted);
		assert_true(count_try(limit_id, SOURCE, NOW + limit->window_s * 1000).granted);
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
		{ "the first", NOW, limit->max - 1, limit->window_s },
		{ "a moment later", NOW + 1, limit->max - 2, limit->window_s },
		{ "a second later", NOW + 1000, limit->max - 3, limit->window_s - 1 },
		{ "the last moment", NOW + window_ms - 1, limit->max - 4, 1 },
		{ "a new window begins with it", NOW + window_ms, limit->max - 1, limit->window_s },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct limit_state got = count_try(
		    LIMIT_SOURCE_MAILS, SOURCE, rows[i].now_ms);

		if (!got.granted || got.max != limit->max || got.left != rows[i].left ||
		    got.wait_s != rows[i].wait_s)
			fail_msg("%s: %d left, %d s", rows[i].why, (int)got.left, (int)got.wait_s);
	}
}

static void
a_rejected_try_prolongs_nothing(void **state)
{
	const int64_t window_ms = limit_of(LIMIT_SOURCE_MAILS)->window_s * 1000;

	(void)state;
	granted_of(LIMIT_SOURCE_MAILS, SOURCE);
	for (int i = 0; i < 1000; i++) {
		const struct limit_state got = count_try(LIMIT_SOURCE_MAILS, SOURCE, NOW + 5000);

		assert_false(got.granted);
		assert_int_equal(got.left, 0);
		assert_int_equal(got.wait_s, window_ms / 1000 - 5);
	}
	assert_true(count_try(LIMIT_SOURCE_MAILS, SOURCE, NOW + window_ms).granted);
}

static void
subjects_and_limits_do_not_meet(void **state)
{
	(void)state;
	granted_of(LIMIT_SOURCE_MAILS, SOURCE);
	assert_false(count_try(LIMIT_SOURCE_MAILS, SOURCE, NOW).granted);
	assert_true(count_try(LIMIT_SOURCE_MAILS, OTHER, NOW).granted);
	assert_true(count_try(LIMIT_SOURCE_MAILS, "", NOW).granted);
	assert_true(count_try(LIMIT_SOURCE_REQUESTS, SOURCE, NOW).granted);
	assert_true(count_try(LIMIT_SERVICE_MAILS, SOURCE, NOW).granted);
}

static void
many_behind_one_address_have_many_times_the_limit(void **state)
{
	const int64_t max = limit_of(LIMIT_SOURCE_MAILS)->max;
	const struct client client = { .source = SOURCE,
		.shared_network_factor = SHARED_NETWORK_FACTOR };

	(void)state;
	assert_int_equal(
	    granted_up_to(limit_subject_of_source(LIMIT_SOURCE_MAILS, &client), INT64_MAX),
	    SHARED_NETWORK_FACTOR * max);
}

/* However many sources there are, and though they push each other out, who has used up a limit is
 * not forgotten for those who come once. */
static void
a_flood_of_sources_does_not_push_out_the_busy(void **state)
{
	char stranger[32];

	(void)state;
	granted_of(LIMIT_SOURCE_MAILS, SOURCE);
	for (int i = 0; i < 1000000; i++) {
		const int length = snprintf(stranger, sizeof stranger, "stranger %d", i);

		assert_true(limit_local_count(limit_local,
		    limit_subject_of(LIMIT_SOURCE_MAILS, stranger, (size_t)length), NOW)
				.granted);
	}
	assert_false(count_try(LIMIT_SOURCE_MAILS, SOURCE, NOW).granted);
}

static void
give_back(const char *subject, const struct limit_state *counted)
{
	limit_local_give_back(
	    limit_local, limit_subject_of(LIMIT_SOURCE_MAILS, subject, strlen(subject)), counted);
}

/* A try given back is there for another, in its window alone. */
static void
what_is_given_back_is_granted_again(void **state)
{
	const int64_t limit = limit_of(LIMIT_SOURCE_MAILS)->max;
	const int64_t window_ms = limit_of(LIMIT_SOURCE_MAILS)->window_s * 1000;
	struct limit_state last = { 0 };

	(void)state;
	for (int64_t i = 0; i < limit; i++)
		last = count_try(LIMIT_SOURCE_MAILS, "ada", NOW);
	const struct limit_state rejected = count_try(LIMIT_SOURCE_MAILS, "ada", NOW);
	assert_false(rejected.granted);
	give_back("ada", &rejected);
	give_back("bob", &last);
	assert_false(count_try(LIMIT_SOURCE_MAILS, "ada", NOW).granted);
	give_back("ada", &last);
	assert_int_equal(count_try(LIMIT_SOURCE_MAILS, "ada", NOW).left, 0);
	assert_false(count_try(LIMIT_SOURCE_MAILS, "ada", NOW).granted);
	assert_int_equal(count_try(LIMIT_SOURCE_MAILS, "ada", NOW + window_ms).left, limit - 1);
	give_back("ada", &last);
	assert_int_equal(count_try(LIMIT_SOURCE_MAILS, "ada", NOW + window_ms).left, limit - 2);
}

/* Around an IPv6 source sixteen times as many are granted; around an IPv4 one nothing is
 * counted. */
static void
the_prefix_of_a_source_is_counted_where_there_is_one(void **state)
{
	const int64_t max = limit_of(LIMIT_SOURCE_MAILS)->max;
	const struct client ipv6 = { .source = "2001:db8:1:2::/64",
		.prefix = "2001:db8:1::/48",
		.shared_network_factor = 1 };
	const struct client ipv4 = { .source = SOURCE, .shared_network_factor = 1 };
	const struct limit_subject uncounted = limit_subject_of_prefix(LIMIT_SOURCE_MAILS, &ipv4);

	(void)state;
	assert_int_equal(
	    granted_up_to(limit_subject_of_prefix(LIMIT_SOURCE_MAILS, &ipv6), INT64_MAX), 16 * max);
	assert_int_equal(granted_up_to(uncounted, 100 * max), 100 * max);
	const struct limit_state state_after = limit_local_count(limit_local, uncounted, NOW);
	assert_true(state_after.left > 0);
	/* What was not counted is not given back to those who share its empty key. */
	assert_int_equal(granted_of(LIMIT_SOURCE_MAILS, ""), max);
	limit_local_give_back(limit_local, uncounted, &state_after);
	assert_false(count_try(LIMIT_SOURCE_MAILS, "", NOW).granted);
}

static void *
count_until_rejected(void *granted)
{
	int64_t *const count = granted;

	*count = granted_of(LIMIT_SERVICE_MAILS, "");
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
		    pthread_create(&threads[i], NULL, count_until_rejected, &granted[i]), 0);
	for (size_t i = 0; i < LENGTH(threads); i++) {
		pthread_join(threads[i], NULL);
		sum += granted[i];
	}
	assert_int_equal(sum, limit_of(LIMIT_SERVICE_MAILS)->max);
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
		    a_rejected_try_prolongs_nothing, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    subjects_and_limits_do_not_meet, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    many_behind_one_address_have_many_times_the_limit, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    the_prefix_of_a_source_is_counted_where_there_is_one, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    a_flood_of_sources_does_not_push_out_the_busy, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    what_is_given_back_is_granted_again, open_one, close_one),
		cmocka_unit_test_setup_teardown(
		    many_at_once_get_the_count_together, open_one, close_one),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
