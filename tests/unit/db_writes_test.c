/* db_writes_test.c - since when changes have been failing, and when that is forgotten: a replica
 * that gets no requests while it is not ready would else never be ready again. */

#include "db_writes.h"

#include "bounds.h"
#include "clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DISK_FULL 1021
#define READ_ONLY 1290

/* What was noted that many milliseconds ago: the first and the last of the failures. */
static struct db_writes
failed_ago(unsigned number, int64_t first_ms, int64_t last_ms)
{
	const int64_t now_ms = clock_monotonic_ms();
	struct db_writes writes = { 0 };

	atomic_store(&writes.failing_since_ms, now_ms - first_ms);
	atomic_store(&writes.failed_at_ms, now_ms - last_ms);
	atomic_store(&writes.number, number);
	return writes;
}

static void
what_nobody_has_tried_for_a_while_is_forgotten(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		int64_t first_ms, last_ms;
		int64_t failing_ms;
	} rows[] = {
		{ "one failed, just now",        0,     0,                          0 },
		{ "one failed, a while ago",     5000,  5000,                       0 },
		{ "from the first to the last",  6000,  1000,                       5000 },
		{ "all the time",                60000, 0,                          60000 },
		{ "nearly forgotten",            60000, DB_WRITES_FORGET_MS - 1000,
		  60000 - DB_WRITES_FORGET_MS + 1000 },
		{ "forgotten",                   60000, DB_WRITES_FORGET_MS + 1,    0 },
		{ "forgotten for long",          60000, 59000,                      0 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct db_writes writes = failed_ago(
		    DISK_FULL, rows[i].first_ms, rows[i].last_ms);
		const int64_t failing_ms = db_writes_failing_ms(&writes);

		if (failing_ms != rows[i].failing_ms)
			fail_msg("%s: %lld ms", rows[i].why, (long long)failing_ms);
	}
}

/* It began when the first one failed, and it is over with the first one that succeeds. */
static void
failures_go_on_until_one_succeeds(void **state)
{
	struct db_writes writes = failed_ago(DISK_FULL, 3000, 2000);

	(void)state;
	db_writes_failed(&writes, DISK_FULL);
	assert_in_range(db_writes_failing_ms(&writes), 3000, 4000);
	db_writes_succeeded(&writes);
	assert_int_equal(db_writes_failing_ms(&writes), 0);
	db_writes_failed(&writes, DISK_FULL);
	assert_in_range(db_writes_failing_ms(&writes), 0, 1000);
}

/* A server that says that it is not read-only says nothing of its disk. */
static void
a_server_that_takes_changes_ends_what_a_read_only_one_began(void **state)
{
	struct db_writes full = failed_ago(DISK_FULL, 3000, 0);
	struct db_writes read_only = failed_ago(READ_ONLY, 3000, 0);

	(void)state;
	db_writes_allowed(&full);
	db_writes_allowed(&read_only);
	assert_int_equal(db_writes_failing_ms(&full), 3000);
	assert_int_equal(db_writes_failing_ms(&read_only), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_has_tried_for_a_while_is_forgotten),
		cmocka_unit_test(failures_go_on_until_one_succeeds),
		cmocka_unit_test(a_server_that_takes_changes_ends_what_a_read_only_one_began),
	};

	return cmocka_run_group_tests_name("db_writes", tests, NULL, NULL);
}
