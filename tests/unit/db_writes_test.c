/* db_writes_test.c - since when changes have been failing, and when that is forgotten: a replica
 * that gets no requests while it is not ready would else never be ready again. And what the log
 * says of it. */

#include "db_writes.h"

#include "bounds.h"
#include "clock.h"
#include "log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

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

/* Logs what `events` stand for, as (f)ailed by a full disk, failed because it is (r)ead-only, and
 * (s)ucceeded; `ret` gets what the lines say. */
static void
tell(struct db_writes *writes, const char *events, size_t size, char *ret)
{
	int ends[2] = { -1, -1 };
	const int real = dup(STDERR_FILENO);

	assert_true(real >= 0 && pipe(ends) == 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	dup2(ends[1], STDERR_FILENO);
	for (; *events != '\0'; events++)
		if (*events == 's')
			db_writes_succeeded(writes);
		else
			db_writes_failed(writes, *events == 'f' ? DISK_FULL : READ_ONLY);
	dup2(real, STDERR_FILENO);
	const ssize_t length = read(ends[0], ret, size - 1);
	ret[length > 0 ? length : 0] = '\0';
	close(real);
	close(ends[0]);
	close(ends[1]);
}

/* How often the text stands in it. */
static unsigned
count_of(const char *in, const char *text)
{
	unsigned count = 0;

	for (; (in = strstr(in, text)) != NULL; in += strlen(text))
		count++;
	return count;
}

/* A disk that is nearly full: some changes find room. */
static void
one_pair_of_lines_is_enough_for_a_while(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *before; /* and then `told_ago_ms` pass */
		int64_t told_ago_ms;
		const char *events;
		unsigned fail, back;
		const char *holds;
	} rows[] = {
		{ "the first at once",             "",        0, "ffff",     1, 0, "\"times\":1}" },
		{ "both at once",                  "",        0, "fffs",     1, 1, "1021" },
		{ "success is nothing to tell",    "",        0, "sss",      0, 0, "" },
		{ "one pair, however often",       "",        0, "fsfsfsfs", 1, 1, "" },
		{ "no line soon after",            "fs",   9000, "fsff",     0, 0, "" },
		{ "in a while all that came",      "fsfsf", 10000, "sfff",   1, 0, "\"times\":3}" },
		{ "also where they go on to fail", "fsf", 10000, "f",        1, 0, "\"times\":1}" },
		{ "the end of what was told",      "f",    1000, "s",        0, 1, "" },
		{ "the end, once",                 "f",   20000, "sss",      0, 1, "" },
		{ "another cause",                 "fs",   1000, "r",        1, 0, "1290" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct db_writes writes = { 0 };
		char text[4096];

		tell(&writes, rows[i].before, sizeof text, text);
		if (rows[i].told_ago_ms > 0)
			atomic_fetch_sub(&writes.told_at_ms, rows[i].told_ago_ms);
		tell(&writes, rows[i].events, sizeof text, text);
		if (count_of(text, "db_writes_fail") != rows[i].fail ||
		    count_of(text, "db_writes_back") != rows[i].back ||
		    strstr(text, rows[i].holds) == NULL)
			fail_msg("%s: %s", rows[i].why, text);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_pair_of_lines_is_enough_for_a_while),
		cmocka_unit_test(what_nobody_has_tried_for_a_while_is_forgotten),
		cmocka_unit_test(failures_go_on_until_one_succeeds),
		cmocka_unit_test(a_server_that_takes_changes_ends_what_a_read_only_one_began),
	};

	return cmocka_run_group_tests_name("db_writes", tests, NULL, NULL);
}
