/* operator_act_test.c - what an act of an operator may say, where a page of the trail ends, and by
 * which words something was found. */

#include "audit_trail.h"
#include "member_find.h"
#include "operator_act.h"
#include "start_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* `count` times a character. */
static const char *
many(const char *character, size_t count)
{
	static char text[4096];

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		strcat(text, character);
	return text;
}

static void
a_name_and_a_reason_are_one_line_of_what_is_seen(void **state)
{
	struct operator_act act;
	char longest[OPERATOR_UTF8_MAX * OPERATOR_REASON_MAX + 1];

	(void)state;
	strcpy(longest, many("𠮷", OPERATOR_REASON_MAX));
	assert_null(operator_act_begin(many("𠮷", OPERATOR_NAME_MAX), longest, &act));
	assert_string_equal(act.reason, longest);
	assert_string_equal(act.client.network, "operator");
	assert_null(operator_act_begin("hanako", "　ticket 12 ", &act));
	assert_string_equal(act.reason, "ticket 12");

	static const char *const wrong[] = { "", " ", "a\nb", "a\tb", "a\x7F", "\xFF", "a\u202Eb",
		"a\u200Bb" };
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		assert_non_null(operator_act_begin("hanako", wrong[i], &act));
		if (strcmp(wrong[i], " ") != 0)
			assert_non_null(operator_act_begin(wrong[i], "why", &act));
	}
	assert_non_null(operator_act_begin("hanako", many("a", OPERATOR_REASON_MAX + 1), &act));
	assert_non_null(operator_act_begin("hanako", many("𠮷", OPERATOR_REASON_MAX + 1), &act));
	assert_non_null(operator_act_begin(many("a", OPERATOR_NAME_MAX + 1), "why", &act));
}

static void
a_cursor_is_read_as_it_was_written(void **state)
{
	static const int64_t times[] = { 0, 1, 1795309323, INT64_MAX };
	struct trail_cursor read;
	char text[TRAIL_CURSOR_TEXT + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		const struct trail_cursor cursor = { .happened_at = times[i],
			.request_id = { { 0, 1, 2, 3, 0xFC, 0xFD, 0xFE, 0xFF } },
			.event = AUDIT_MAIL_RESENT };

		trail_cursor_text(&cursor, text);
		assert_int_equal(strlen(text), TRAIL_CURSOR_TEXT);
		assert_true(trail_cursor_read(text, &read));
		assert_int_equal(read.happened_at, cursor.happened_at);
		assert_memory_equal(&read.request_id, &cursor.request_id, sizeof read.request_id);
		assert_int_equal(read.event, cursor.event);
	}
	static const char *const wrong[] = { "", "0", "000000006b0c3b94364518b0a5e4768c1",
		"000000006b0c3b94364518b0a5e4768c1g", "000000006b0c3b94364518b0a5e4768c1900",
		"800000006b0c3b94364518b0a5e4768c19" };
	for (size_t i = 0; i < LENGTH(wrong); i++)
		assert_false(trail_cursor_read(wrong[i], &read));
}

static void
what_was_found_by_several_has_all_words(void **state)
{
	char words[MEMBER_MATCHES_MAX + 1];

	(void)state;
	member_match_words(1U << MATCH_EMAIL, words);
	assert_string_equal(words, "address");
	member_match_words(1U << MATCH_PENDING_EMAIL | 1U << MATCH_LOGIN_ID, words);
	assert_string_equal(words, "login ID, unconfirmed address");
	member_match_words(~0U, words);
	assert_string_equal(words, "login ID, address, unconfirmed address, number, registration");
}

static void
what_a_caller_says_is_an_address_or_a_number(void **state)
{
	struct member_query query;

	(void)state;
	assert_true(member_query_read("Ｔａｒｏ＠Example.JP ", &query));
	assert_string_equal(query.email, "Taro@example.jp");
	assert_string_equal(query.login_id, "taro@example.jp");
	assert_string_equal(query.number, "");
	assert_true(member_query_read("１２３４-５６７", &query));
	assert_string_equal(query.number, "1234567");
	assert_string_equal(query.email, "");
	assert_false(member_query_read("@", &query));
	assert_false(member_query_read("taro@", &query));
	assert_false(member_query_read("", &query));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_and_a_reason_are_one_line_of_what_is_seen),
		cmocka_unit_test(a_cursor_is_read_as_it_was_written),
		cmocka_unit_test(what_was_found_by_several_has_all_words),
		cmocka_unit_test(what_a_caller_says_is_an_address_or_a_number),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
