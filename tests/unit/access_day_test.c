/* access_day_test.c - on which day a person is eligible, and until which day they have access: the
 * conditions of the statements, asked of a real server. */

#include "access_day.h"

#include "db.h"
#include "private_db.h"
#include "secret.h"
#include "statement_parts.h"
#include "statements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The first second of 2026-12-01 in Japan. */
#define MIDNIGHT INT64_C(1796050800)
#define TODAY    "2026-12-01"
#define DAY_S    INT64_C(86400)
#define BEGUN    "2001-04-01" /* long ago */

/* A person with these dates, as the statements of the service ask about one. */
static const struct statement inspections[] = {
	{ "SELECT " SQL_ELIGIBLE ", " SQL_HAS_ACCESS ", " SQL_ACCESS_UNTIL
	  " FROM (SELECT CAST(:from AS DATE) eligible_from, CAST(:until AS DATE) eligible_until) p",
	    .columns = 3 },
};

static struct private_db server;
static struct db *db;

static int
set_up(void **state)
{
	(void)state;
	if (!secret_start() || !db_start() || !private_db_open(&server))
		return -1;
	struct db_options options = private_db_options(&server, 1);
	options.constants = sql_constants;
	db = db_open(&options, inspections, 1);
	return db != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(db);
	private_db_remove(&server);
	db_stop();
	return 0;
}

/* clang-format off */
static const struct row {
	const char *why;
	const char *from, *until;
	int64_t days;
	int64_t now;
	bool eligible, has_access;
	const char *access_until;
} rows[] = {
	{ "no end",
	  BEGUN, "", 0, MIDNIGHT, true, true, "" },
	{ "no end, and days",
	  BEGUN, "", 90, MIDNIGHT, true, true, "" },
	{ "begins today",
	  TODAY, "", 0, MIDNIGHT, true, true, "" },
	{ "begins tomorrow",
	  "2026-12-02", "", 0, MIDNIGHT, false, false, "" },
	{ "the second before it begins",
	  TODAY, "", 0, MIDNIGHT - 1, false, false, "" },
	{ "days let nobody in earlier",
	  "2026-12-02", "", 90, MIDNIGHT, false, false, "" },

	{ "0 days: the last second",
	  BEGUN, TODAY, 0, MIDNIGHT - 1, true, true, TODAY },
	{ "0 days: the first without",
	  BEGUN, TODAY, 0, MIDNIGHT, false, false, TODAY },
	{ "1 day: the last second of eligibility",
	  BEGUN, TODAY, 1, MIDNIGHT - 1, true, true, "2026-12-02" },
	{ "1 day: its first second",
	  BEGUN, TODAY, 1, MIDNIGHT, false, true, "2026-12-02" },
	{ "1 day: its last second",
	  BEGUN, TODAY, 1, MIDNIGHT + DAY_S - 1, false, true, "2026-12-02" },
	{ "1 day: over",
	  BEGUN, TODAY, 1, MIDNIGHT + DAY_S, false, false, "2026-12-02" },
	{ "90 days, over a year's end: the last",
	  BEGUN, TODAY, 90, MIDNIGHT + 90 * DAY_S - 1, false, true, "2027-03-01" },
	{ "90 days: over",
	  BEGUN, TODAY, 90, MIDNIGHT + 90 * DAY_S, false, false, "2027-03-01" },
	{ "over a leap day",
	  BEGUN, "2024-02-28", 2, MIDNIGHT, false, false, "2024-03-01" },
	{ "the most days",
	  BEGUN, "2016-12-04", 3650, MIDNIGHT, false, true, "2026-12-02" },
	{ "the most days, over",
	  BEGUN, "2016-12-03", 3650, MIDNIGHT, false, false, TODAY },
	{ "ended on the day it began",
	  TODAY, TODAY, 3, MIDNIGHT, false, true, "2026-12-04" },
	{ "the last year that a roster may have",
	  BEGUN, "2199-12-31", 3650, MIDNIGHT, true, true, "2209-12-29" },
};
/* clang-format on */

static void
access_ends_days_after_eligibility(void **state)
{
	(void)state;
	for (const struct row *row = rows; row < rows + LENGTH(rows); row++) {
		const struct access_day day = access_day_of(row->now, row->days);
		struct db_tx alone = db_alone(db);
		char access_until[CLOCK_DATE_MAX + 1] = "";
		int64_t eligible = -1, has_access = -1;
		const struct db_value in[] = {
			access_day_today(&day),
			access_day_days(&day),
			db_text("from", row->from),
			db_text_or_null("until", row->until),
			{ 0 },
		};
		const struct db_slot out[] = {
			db_to_number(&eligible),
			db_to_number(&has_access),
			db_to_text(access_until, sizeof access_until),
			{ 0 },
		};

		assert_int_equal(db_row(&alone, 0, in, out), OK);
		if (eligible != row->eligible || has_access != row->has_access ||
		    strcmp(access_until, row->access_until) != 0)
			fail_msg("%s: eligible %d, access %d until \"%s\"", row->why, (int)eligible,
			    (int)has_access, access_until);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(access_ends_days_after_eligibility),
	};

	return cmocka_run_group_tests_name("access_day", tests, set_up, tear_down);
}
