/* statistics_test.c - months, shares, and a picture that is whole whatever was counted. (Flow test
 * 68 reads counts from the database, and the picture as XML.) */

#include "statistics.h"
#include "statistics_svg.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
a_month_has_its_days(void **state)
{
	static const struct {
		const char *month, *first, *last; /* NULL: it is none */
	} rows[] = {
		{ "2026-11", "2026-11-01", "2026-11-30" },
		{ "2026-12", "2026-12-01", "2026-12-31" },
		{ "2026-02", "2026-02-01", "2026-02-28" },
		{ "2028-02", "2028-02-01", "2028-02-29" },
		{ "2026-13", NULL, NULL },
		{ "2026-00", NULL, NULL },
		{ "2026-1", NULL, NULL },
		{ "2026-011", NULL, NULL },
		{ "2026/11", NULL, NULL },
		{ "11-2026", NULL, NULL },
		{ "", NULL, NULL },
		{ "2026-1x", NULL, NULL },
		{ "%s%s%s%", NULL, NULL },
	};
	char first[CLOCK_DATE_MAX + 1], last[CLOCK_DATE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (statistics_month(rows[i].month, first, last) != (rows[i].first != NULL))
			fail_msg("%s", rows[i].month);
		if (rows[i].first == NULL)
			continue;
		assert_string_equal(first, rows[i].first);
		assert_string_equal(last, rows[i].last);
	}
}

static void
count(struct statistics *statistics, enum step step, const char *outcome, int64_t times)
{
	struct statistics_row *row = &statistics->rows[statistics->count++];

	row->step = step;
	strcpy(row->outcome, outcome);
	row->count = times;
}

static void
shares_are_of_the_first_step(void **state)
{
	static struct statistics statistics = { .first_day = "2026-11-01",
		.last_day = "2026-11-30" };

	(void)state;
	assert_int_equal(statistics_percent(&statistics, STEP_ACCOUNT), 0); /* of nobody */
	count(&statistics, STEP_EMAIL, "ok", 3);
	count(&statistics, STEP_CAPTCHA, "ok", 4);
	count(&statistics, STEP_IDENTITY, "identity_mismatch", 9);
	count(&statistics, STEP_IDENTITY, "ok", 2);
	assert_int_equal(statistics_percent(&statistics, STEP_EMAIL), 100);
	assert_int_equal(statistics_percent(&statistics, STEP_CAPTCHA), 133);
	assert_int_equal(statistics_percent(&statistics, STEP_IDENTITY), 67);
	assert_int_equal(statistics_ok(&statistics, STEP_IDENTITY), 2);
	assert_int_equal(statistics_percent(&statistics, STEP_ACCOUNT), 0);
}

/* How often `part` is in `text`. */
static int
times_in(const char *text, const char *part)
{
	int times = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
		times++;
	return times;
}

static void
a_picture_says_in_words_what_it_shows(void **state)
{
	static struct statistics statistics = { .first_day = "2026-11-01",
		.last_day = "2026-11-30" };
	static char picture[STATISTICS_SVG_MAX + 1];

	(void)state;
	/* Of nothing it is whole, too. */
	assert_int_equal(statistics_svg_write(&statistics, picture), OK);
	assert_int_equal(times_in(picture, "class=\"bar\""), 5);
	assert_int_equal(times_in(picture, "width=\"0.0\""), 5);
	assert_null(strstr(picture, "Why steps failed"));

	count(&statistics, STEP_EMAIL, "ok", 40);
	count(&statistics, STEP_IDENTITY, "ok", 20);
	count(&statistics, STEP_IDENTITY, "captcha_wrong", 7);
	count(&statistics, STEP_LOGIN, "login_failed", 99); /* no step of a registration */
	assert_int_equal(statistics_svg_write(&statistics, picture), OK);
	assert_non_null(strstr(picture, "<title id=\"title\">登録の段階 2026-11-01 ～ 2026-11-30"));
	assert_non_null(
	    strstr(picture, "メールアドレスの入力 (e-mail address entered): 40, 100 %."));
	assert_non_null(strstr(picture, "番号・記号の確認 (number was right): 20, 50 %."));
	assert_non_null(strstr(picture, "width=\"340.0\"")); /* the longest bar, and half of it */
	assert_non_null(strstr(picture, "width=\"170.0\""));
	assert_non_null(strstr(picture, "captcha_wrong, 7<"));
	assert_null(strstr(picture, "99"));
	assert_int_equal(strcmp(picture + strlen(picture) - 7, "</svg>\n"), 0);
}

/* A row of the database that is not of ours: nothing of it becomes markup. And the most that there
 * can be fits. */
static void
no_row_breaks_a_picture(void **state)
{
	static struct statistics statistics = { .first_day = "2026-11-01",
		.last_day = "2026-11-30" };
	static char picture[STATISTICS_SVG_MAX + 1];

	(void)state;
	count(&statistics, STEP_EMAIL, "<script>alert(1)</script>&", 5);
	while (statistics.count < STATISTICS_ROWS_MAX)
		count(&statistics, STEP_AUTHENTICATION_KEY,
		    "authentication_key_wrong_and_forty_of_it", INT64_MAX);
	assert_int_equal(statistics_svg_write(&statistics, picture), OK);
	assert_null(strstr(picture, "script"));
	assert_non_null(strstr(picture, ": ?, 5<"));
	assert_int_equal(times_in(picture, "forty_of_it"), 7); /* eight reasons are shown */
}

static void
each_step_has_a_name_in_both_languages(void **state)
{
	(void)state;
	for (enum step step = STEP_EMAIL; step < STEP__MAX; step++) {
		assert_true(strlen(statistics_step(step).ja) > 0);
		assert_true(strlen(statistics_step(step).en) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_month_has_its_days),
		cmocka_unit_test(shares_are_of_the_first_step),
		cmocka_unit_test(a_picture_says_in_words_what_it_shows),
		cmocka_unit_test(no_row_breaks_a_picture),
		cmocka_unit_test(each_step_has_a_name_in_both_languages),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
