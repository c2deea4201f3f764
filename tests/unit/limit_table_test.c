/* limit_table_test.c - the table of limits, and what the setting LIMITS may change of it. */

#include "limit_table.h"

#include "cleanup.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAIL_INTERVAL_S 90

static struct limit defaults[LIMIT__MAX];

/* The table is the program's own: what a test changed is set back by name. */
static int
keep_defaults(void **state)
{
	char reason[ERRBUF_MAX + 1];

	(void)state;
	if (!limit_table_set("", MAIL_INTERVAL_S, reason))
		return -1;
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
		defaults[limit_id] = *limit_of(limit_id);
	return 0;
}

static void
set_back(enum limit_id limit_id)
{
	const struct limit *const was = &defaults[limit_id];
	char word[80], reason[ERRBUF_MAX + 1];

	assert_true(was->window_allowed_s == 0
			? text_format(word, sizeof word, "%s=%d", was->name, was->max)
			: text_format(word, sizeof word, "%s=%d/%d", was->name, was->max,
			      (int)was->window_s));
	assert_true(limit_table_set(word, MAIL_INTERVAL_S, reason));
}

static bool
is_default(enum limit_id limit_id)
{
	return memcmp(&defaults[limit_id], limit_of(limit_id), sizeof defaults[limit_id]) == 0;
}

static void
limits_are_changed_by_name(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *limits;
		enum limit_id limit_id;
		int max;
		int64_t window_s; /* 0: as it was */
	} rows[] = {
		{ "a count",
		  "key_tries=3", LIMIT_KEY_TRIES, 3, 0 },
		{ "the most",
		  "login_failures=100", LIMIT_LOGIN_FAILURES, 100, 0 },
		{ "of a known source",
		  "known_source_failures=100", LIMIT_KNOWN_SOURCE_FAILURES, 100, 0 },
		{ "the least",
		  "login_failures=1", LIMIT_LOGIN_FAILURES, 1, 0 },
		{ "count and window",
		  "source_mails=5/60", LIMIT_SOURCE_MAILS, 5, 60 },
		{ "right numbers",
		  "source_persons=1000000/60", LIMIT_SOURCE_PERSONS, 1000000, 60 },
		{ "among others",
		  "key_tries=5, source_failures=7/10,source_mails=30", LIMIT_SOURCE_FAILURES, 7,
		  10 },
		{ "a line each",
		  "key_tries=5\nsource_requests=9\n", LIMIT_SOURCE_REQUESTS, 9, 0 },
		{ "the last word holds",
		  "source_mails=5,source_mails=6", LIMIT_SOURCE_MAILS, 6, 0 },
		{ "spaces all around",
		  "  source_mails=8 ,, ", LIMIT_SOURCE_MAILS, 8, 0 },
		{ "nothing",
		  "", LIMIT_SOURCE_MAILS, 30, 0 },
	};
	/* clang-format on */
	char reason[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct limit *const limit = limit_of(rows[i].limit_id);
		const int64_t window_s = rows[i].window_s > 0 ? rows[i].window_s
							      : defaults[rows[i].limit_id].window_s;

		if (!limit_table_set(rows[i].limits, MAIL_INTERVAL_S, reason))
			fail_msg("%s: %s", rows[i].why, reason);
		if (limit->max != rows[i].max || limit->window_s != window_s)
			fail_msg("%s: %d in %d s", rows[i].why, limit->max, (int)limit->window_s);
		set_back(rows[i].limit_id);
	}
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
		assert_true(is_default(limit_id));
}

/* asvs 6.1.1 */
static void
no_setting_makes_a_limit_worthless(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *limits, *named;
	} rows[] = {
		{ "more failures than NIST allows", "login_failures=101", "login_failures=101" },
		{ "their window", "login_failures=100/60", "login_failures=100/60" },
		{ "more of a known source",
		  "known_source_failures=101", "known_source_failures=101" },
		{ "for how long it is known",
		  "known_source_failures=100/60", "known_source_failures=100/60" },
		{ "more tries of a key",            "key_tries=11",            "key_tries=11" },
		{ "a window shorter than a link",   "key_tries=5/1",           "key_tries=5/1" },
		{ "more right numbers", "source_persons=1000001", "source_persons=1000001" },
		{ "as many as one likes",           "source_persons=0",        "source_persons=0" },
		{ "a day and more", "source_failures=1/86401", "source_failures=1/86401" },
		{ "none at all",                    "source_mails=0",          "source_mails=0" },
		{ "no window",                      "source_mails=1/0",        "source_mails=1/0" },
		{ "less than none",                 "source_mails=-1",         "source_mails=-1" },
		{ "no number", "source_mails=many", "source_mails=many" },
		{ "nothing behind the name",        "source_mails=",           "source_mails=" },
		{ "nothing behind the slash",       "source_mails=5/",         "source_mails=5/" },
		{ "two slashes", "source_mails=5/6/7", "source_mails=5/6/7" },
		{ "no equals sign",                 "source_mails",            "source_mails" },
		{ "no such limit",                  "source_mail=5",           "source_mail=5" },
		{ "the beginning of a name",        "source=5",                "source=5" },
		{ "no name",                        "=5",                      "=5" },
		{ "a mail interval", "reset_mail=2", "MAIL_INTERVAL_S" },
		{ "one of several",                 "key_tries=4,x=1",         "x=1" },
		{ "a word without end",
		  "source_mails=1111111111111111111111111111111111111111111111111111111111111111"
		  "1111111111111111111111", "source_mails=111" },
	};
	/* clang-format on */
	char reason[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		reason[0] = '\0';
		if (limit_table_set(rows[i].limits, MAIL_INTERVAL_S, reason))
			fail_msg("%s: taken", rows[i].why);
		if (strstr(reason, "LIMITS") == NULL || strstr(reason, rows[i].named) == NULL)
			fail_msg("%s: %s", rows[i].why, reason);
		for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
			if (!is_default(limit_id))
				fail_msg("%s: changed %s", rows[i].why, defaults[limit_id].name);
	}
}

/* Every mail is followed by a time without mails; the setting says how long it is at first. */
static void
the_mail_interval_is_the_lock_of_every_mail(void **state)
{
	static const enum limit_id mails[] = { LIMIT_INVITATION_MAIL, LIMIT_SECOND_MAIL,
		LIMIT_LOGIN_IDS_MAIL, LIMIT_RESET_MAIL, LIMIT_CONFIRMATION_MAIL,
		LIMIT_UNPROVEN_LOGIN_ID_MAIL, LIMIT_ACCOUNT_DELETION_MAIL };
	char reason[ERRBUF_MAX + 1];
	size_t locked = 0;

	(void)state;
	assert_false(limit_table_set("key_tries=11", 7, reason)); /* all or nothing */
	for (size_t i = 0; i < LENGTH(mails); i++)
		assert_int_equal(limit_of(mails[i])->lock_s, MAIL_INTERVAL_S);
	assert_true(limit_table_set("", 7, reason));
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
		locked += limit_of(limit_id)->lock_s == 7;
	assert_int_equal(locked, LENGTH(mails));
	for (size_t i = 0; i < LENGTH(mails); i++) {
		const struct limit *const limit = limit_of(mails[i]);

		assert_int_equal(limit->lock_s, 7);
		assert_int_equal(limit->lock_from, 1);
		assert_int_equal(limit->doubles_from, 5);
		assert_int_equal(limit->lock_max_s, 3600);
	}
	assert_true(limit_table_set("", MAIL_INTERVAL_S, reason));
}

static void
the_table_is_printed_as_it_is_in_force(void **state)
{
	CLEANUP(cleanup_free) char *text = NULL;
	char reason[ERRBUF_MAX + 1];
	size_t size = 0;
	FILE *const out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	assert_true(limit_table_set("source_mails=5/60", MAIL_INTERVAL_S, reason));
	limit_table_print(out);
	assert_int_equal(fclose(out), 0);
	set_back(LIMIT_SOURCE_MAILS);
	assert_non_null(strstr(text, "\n| `source_mails` | source, mails asked for | 5 | 60 s | "
				     "429 with Retry-After | process |\n"));
	assert_non_null(strstr(text, "\n| `key_tries` | second link | 5 | 172980 s | "
				     "410: start again | database |\n"));
	assert_non_null(strstr(text, "\n| `reset_mail` | login ID, known or not | 1 | "
				     "`MAIL_INTERVAL_S`; longer from the 6th of a day on | "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_changed_by_name),
		cmocka_unit_test(no_setting_makes_a_limit_worthless),
		cmocka_unit_test(the_mail_interval_is_the_lock_of_every_mail),
		cmocka_unit_test(the_table_is_printed_as_it_is_in_force),
	};

	return cmocka_run_group_tests(tests, keep_defaults, NULL);
}
