/* clock_test.c - how moments are written, which day it is in Japan, which days there are. */

#include "clock.h"

#include "bounds.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
a_moment_is_written_in_utc(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		int64_t time_s;
		const char *expected; /* GNU date -u -d @TIME */
	} rows[] = {
		{ "the beginning",                    0,            "1970-01-01T00:00:00Z" },
		{ "one second later",                 1,            "1970-01-01T00:00:01Z" },
		{ "one second before it",             -1,           "1969-12-31T23:59:59Z" },
		{ "some moment",                      1795309323,   "2026-11-22T01:02:03Z" },
		{ "the last second of February 28",   1709164799,   "2024-02-28T23:59:59Z" },
		{ "a leap day",                       1709164800,   "2024-02-29T00:00:00Z" },
		{ "the end of signed 32 bits",        2147483647,   "2038-01-19T03:14:07Z" },
		{ "one second beyond it",             2147483648,   "2038-01-19T03:14:08Z" },
		{ "2100 has no leap day",             4107542400,   "2100-03-01T00:00:00Z" },
		{ "the last that has twenty letters", 253402300799, "9999-12-31T23:59:59Z" },
		{ "one second later does not fit",    253402300800, "" },
		{ "no calendar has that year",        INT64_MAX,    "" },
		{ "nor that one",                     INT64_MIN,    "" },
	};
	/* clang-format on */
	char text[CLOCK_TEXT_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		memset(text, 'x', sizeof text);
		clock_text(rows[i].time_s, text);
		if (strcmp(text, rows[i].expected) != 0)
			fail_msg("%s: \"%.20s\"", rows[i].why, text);
	}
}

static void
the_day_changes_when_it_does_in_japan(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		int64_t time_s;
		const char *expected;
	} rows[] = {
		{ "14:59:59 UTC is the same day's end",   1795359599, "2026-11-22" },
		{ "15:00:00 UTC is the next day",         1795359600, "2026-11-23" },
		{ "23:59:59 UTC is still that day",       1795391999, "2026-11-23" },
		{ "New Year comes nine hours early",      1798729200, "2027-01-01" },
		{ "one second before it",                 1798729199, "2026-12-31" },
		{ "a leap day begins",                    1709132400, "2024-02-29" },
		{ "summer has no other time",             1782054000, "2026-06-22" },
		{ "one second before",                    1782053999, "2026-06-21" },
	};
	/* clang-format on */
	char date[CLOCK_DATE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		clock_date_japan(rows[i].time_s, date);
		if (strcmp(date, rows[i].expected) != 0)
			fail_msg("%s: \"%s\"", rows[i].why, date);
		if (!clock_date_is_valid(date))
			fail_msg("%s: \"%s\" is no day", rows[i].why, date);
	}
}

static void
only_days_of_the_calendar_are_dates(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *text;
		bool valid;
	} rows[] = {
		{ "a birthday",                        "1970-01-31",  true },
		{ "the first day taken",               "1850-01-01",  true },
		{ "the last day taken",                "2199-12-31",  true },
		{ "a leap day",                        "1996-02-29",  true },
		{ "2000 was a leap year",              "2000-02-29",  true },
		{ "the day before",                    "1849-12-31",  false },
		{ "the day behind",                    "2200-01-01",  false },
		{ "1900 was none",                     "1900-02-29",  false },
		{ "2100 will be none",                 "2100-02-29",  false },
		{ "1997 was none",                     "1997-02-29",  false },
		{ "February never has thirty",         "1996-02-30",  false },
		{ "the 32nd",                          "1970-01-32",  false },
		{ "April has thirty",                  "1970-04-31",  false },
		{ "June has thirty",                   "1970-06-31",  false },
		{ "September has thirty",              "1970-09-31",  false },
		{ "November has thirty",               "1970-11-31",  false },
		{ "day nought",                        "1970-01-00",  false },
		{ "month nought",                      "1970-00-01",  false },
		{ "month thirteen",                    "1970-13-01",  false },
		{ "MySQL's no date",                   "0000-00-00",  false },
		{ "nothing",                           "",            false },
		{ "one digit short",                   "1970-1-01",   false },
		{ "one character short",               "1970-01-3",   false },
		{ "one too many",                      "1970-01-311", false },
		{ "another order",                     "31-01-1970",  false },
		{ "slashes",                           "1970/01/31",  false },
		{ "no separators",                     "1970013100",  false },
		{ "the first separator",               "1970 01-31",  false },
		{ "the second separator",              "1970-01 31",  false },
		{ "a letter for a digit",              "197O-01-31",  false },
		{ "a sign for a digit",                "+970-01-31",  false },
		{ "a space for a digit",               "1970- 1-31",  false },
		{ "a space for a day's digit",         "1970-01- 1",  false },
		{ "a newline behind",                  "1970-01-3\n", false },
		{ "a byte beyond ASCII",               "1970-01-3\xb1", false },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (clock_date_is_valid(rows[i].text) != rows[i].valid)
			fail_msg("%s: \"%s\"", rows[i].why, rows[i].text);
}

static void
every_month_ends_where_it_does(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	char text[] = "2025-00-00";

	(void)state;
	for (int month = 1; month <= 12; month++)
		for (int day = 1; day <= 31; day++) {
			text[5] = (char)('0' + month / 10);
			text[6] = (char)('0' + month % 10);
			text[8] = (char)('0' + day / 10);
			text[9] = (char)('0' + day % 10);
			if (clock_date_is_valid(text) != (day <= lengths[month - 1]))
				fail_msg("%s", text);
		}
}

static void
clocks_tell_the_time(void **state)
{
	const int64_t now = clock_now();
	const int64_t us = clock_monotonic_us();
	const int64_t ms = clock_monotonic_ms();

	(void)state;
	assert_in_range(time(NULL) - now + 1, 0, 2); /* time() may be a tick behind */
	assert_true(ms - us / 1000 >= 0 && ms - us / 1000 < 1000);
	nanosleep(&(const struct timespec){ .tv_nsec = 20000000 }, NULL);
	assert_true(clock_monotonic_us() - us >= 20000);
	assert_true(clock_monotonic_us() - us < 5000000);
	assert_true(clock_monotonic_ms() - ms >= 19);
}

static int64_t
ms_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* 999 ms: nearly always the one that carries into the seconds. */
static void
a_deadline_is_as_far_off_as_it_says(void **state)
{
	static const int64_t waits_ms[] = { 0, 1, 250, 999, 1000, 1001, 2500, 600000 };

	(void)state;
	for (size_t i = 0; i < LENGTH(waits_ms); i++) {
		const int64_t before = clock_monotonic_ms();
		const struct timespec then = clock_monotonic_in(waits_ms[i]);
		const int64_t after = clock_monotonic_ms();

		assert_in_range(then.tv_nsec, 0, 999999999);
		assert_true(ms_of(&then) >= before + waits_ms[i]);
		assert_true(ms_of(&then) <= after + waits_ms[i]);
	}
}

/* The one use there is: a condition that waits on the monotonic clock. */
static void
a_condition_waits_for_it(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t condition;

	(void)state;
	clock_condition_init(&condition);
	pthread_mutex_lock(&mutex);
	const int64_t before = clock_monotonic_ms();
	const struct timespec then = clock_monotonic_in(50);
	while (pthread_cond_timedwait(&condition, &mutex, &then) == 0)
		;
	const int64_t waited = clock_monotonic_ms() - before;
	pthread_mutex_unlock(&mutex);
	pthread_cond_destroy(&condition);
	assert_in_range(waited, 49, 5000);
}

/* Whatever is written by a clock that is behind or ahead lives as long as it says, by any other. */
static void
nothing_is_over_before_it_is_on_every_clock(void **state)
{
	(void)state;
	assert_false(clock_is_over(1000, 999));
	assert_false(clock_is_over(1000, 1000));
	assert_false(clock_is_over(1000, 1000 + CLOCK_SKEW_S - 1));
	assert_true(clock_is_over(1000, 1000 + CLOCK_SKEW_S));
	assert_true(clock_is_over(1000, INT64_MAX));
	assert_false(clock_is_over(1000, 0));
}

static void
a_moment_is_read_as_it_is_written_and_no_otherwise(void **state)
{
	static const char *const others[] = { "", "2026-11-22T01:02:03", "2026-11-22T01:02:03z",
		"2026-11-22 01:02:03Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-11-22T24:00:00Z", "2026-11-22T01:60:03Z", "2026-11-22T01:02:60Z",
		"2026-11-22T01:02:03Z ", "+026-11-22T01:02:03Z" };
	static const int64_t times[] = { 0, 1, 1795309323, 951782400, INT64_C(253402300799) };
	char text[CLOCK_TEXT_MAX + 1];
	int64_t time = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(others); i++)
		if (clock_text_read(others[i], &time) || time != 7)
			fail_msg("read: %s", others[i]);
	for (size_t i = 0; i < LENGTH(times); i++) {
		clock_text(times[i], text);
		assert_true(clock_text_read(text, &time) && time == times[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_is_written_in_utc),
		cmocka_unit_test(the_day_changes_when_it_does_in_japan),
		cmocka_unit_test(only_days_of_the_calendar_are_dates),
		cmocka_unit_test(every_month_ends_where_it_does),
		cmocka_unit_test(clocks_tell_the_time),
		cmocka_unit_test(a_deadline_is_as_far_off_as_it_says),
		cmocka_unit_test(a_condition_waits_for_it),
		cmocka_unit_test(nothing_is_over_before_it_is_on_every_clock),
		cmocka_unit_test(a_moment_is_read_as_it_is_written_and_no_otherwise),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
