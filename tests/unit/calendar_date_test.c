/* calendar_date_test.c - which writings of a date are one, and which are none. */

#include "calendar_date.h"

#include "bounds.h"
#include "clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct date_row {
	const char *why, *typed, *folded; /* "": refused */
} dates[] = {
	{ "hyphens",                       "2026-11-22",   "2026-11-22" },
	{ "slashes",                       "2026/11/22",   "2026-11-22" },
	{ "digits alone",                  "20261122",     "2026-11-22" },
	{ "full-width digits",             "２０２６１１２２", "2026-11-22" },
	{ "full-width slashes",            "２０２６／１１／２２", "2026-11-22" },
	{ "full-width hyphens",            "２０２６－１１－２２", "2026-11-22" },
	{ "leap day",                      "2024-02-29",   "2024-02-29" },
	{ "leap day of a century",         "2000/02/29",   "2000-02-29" },
	{ "the first year",                "1850-01-01",   "1850-01-01" },
	{ "the last year",                 "2199-12-31",   "2199-12-31" },
	{ "nothing",                       "",             "" },
	{ "no leap year",                  "2026-02-29",   "" },
	{ "no leap year of a century",     "1900-02-29",   "" },
	{ "month 0",                       "2026-00-10",   "" },
	{ "month 13",                      "2026-13-10",   "" },
	{ "day 0",                         "2026-11-00",   "" },
	{ "31 November",                   "2026-11-31",   "" },
	{ "before the first year",         "1849-12-31",   "" },
	{ "after the last year",           "2200-01-01",   "" },
	{ "the end of time",               "9999-12-31",   "" },
	{ "zeros",                         "0000-00-00",   "" },
	{ "two kinds of separators",       "2026-11/22",   "" },
	{ "full stops",                    "2026.11.22",   "" },
	{ "letters for separators",        "2026a11a22",   "" },
	{ "no leading zeros",              "2026-1-2",     "" },
	{ "no leading zeros, ten long",    "2026-1-022",   "" },
	{ "day first",                     "22-11-2026",   "" },
	{ "seven digits",                  "2026112",      "" },
	{ "nine digits",                   "202611220",    "" },
	{ "a space behind",                "2026-11-22 ",  "" },
	{ "a time behind",                 "2026-11-22T00:00:00Z", "" },
	{ "a sign",                        "+026-11-22",   "" },
	{ "an era in kanji",               "令和8年11月22日", "" },
	{ "an era in letters",             "R8.11.22",     "" },
	{ "an era in letters, ten long",   "R08/11/22.",   "" },
	{ "an era in digits",              "5081122",      "" },
	{ "kanji for year, month, day",    "2026年11月22日", "" },
	{ "longer than any date",
	  "2026-11-22" "2026-11-22" "2026-11-22" "2026-11-22" "2026-11-22" "2026-11-22"
	  "2026-11-22", "" },
};
/* clang-format on */

static void
dates_are_folded_to_one_form(void **state)
{
	char folded[CLOCK_DATE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(dates); i++) {
		const enum field_error field_error = calendar_date_fold(
		    dates[i].typed, folded, sizeof folded);
		const enum field_error wanted = dates[i].folded[0] != '\0' ? FIELD_OK
									   : FIELD_BAD_FORMAT;

		if (field_error != wanted || strcmp(folded, dates[i].folded) != 0)
			fail_msg("%s: fault %d, \"%s\"", dates[i].why, field_error, folded);
	}
}

/* A caller who gives less room gets nothing rather than half a date. */
static void
a_date_is_whole_or_not_there(void **state)
{
	char folded[CLOCK_DATE_MAX] = "before";

	(void)state;
	assert_int_equal(calendar_date_fold("20261122", folded, sizeof folded), FIELD_BAD_FORMAT);
	assert_string_equal(folded, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_folded_to_one_form),
		cmocka_unit_test(a_date_is_whole_or_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
