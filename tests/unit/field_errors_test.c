/* field_errors_test.c - which faults are kept, and that every one has its stable word. */

#include "field_errors.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN   "abcdefghij"
#define FORTY TEN TEN TEN TEN

static void
every_fault_has_its_word(void **state)
{
	/* The contract's: a change here is a change of the API. */
	static const char *const codes[] = { "none", "required", "unknown_field", "wrong_type",
		"too_short", "too_long", "bad_format", "bad_character", "invisible_character",
		"not_offered", "needs_letter_and_digit", "common_password", "context_password",
		"not_equal" };

	_Static_assert(LENGTH(codes) == FIELD_ERROR__MAX, "a word for every fault");
	(void)state;
	for (size_t i = 0; i < LENGTH(codes); i++)
		assert_string_equal(field_error_code((enum field_error)i), codes[i]);
}

static void
no_fault_adds_nothing(void **state)
{
	struct field_errors field_errors = { 0 };

	(void)state;
	field_errors_add(&field_errors, "email", FIELD_OK);
	assert_int_equal(field_errors.count, 0);
	assert_false(field_errors_has(&field_errors, "email"));
}

static void
faults_keep_their_order_and_a_field_its_first(void **state)
{
	struct field_errors field_errors = { 0 };

	(void)state;
	field_errors_add_length(
	    &field_errors, "password", FIELD_TOO_SHORT, (struct length_bounds){ 8, 128 });
	field_errors_add(&field_errors, "email", FIELD_REQUIRED);
	field_errors_add(&field_errors, "password", FIELD_COMMON_PASSWORD);
	assert_int_equal(field_errors.count, 2);
	assert_string_equal(field_errors.list[0].field, "password");
	assert_int_equal(field_errors.list[0].field_error, FIELD_TOO_SHORT);
	assert_int_equal(field_errors.list[0].length.min, 8);
	assert_int_equal(field_errors.list[0].length.max, 128);
	assert_string_equal(field_errors.list[1].field, "email");
	assert_int_equal(field_errors.list[1].length.max, 0);
	assert_int_equal(field_errors.list[1].field_error, FIELD_REQUIRED);
	assert_true(field_errors_has(&field_errors, "email"));
	assert_false(field_errors_has(&field_errors, "emai"));
	assert_false(field_errors_has(&field_errors, "email2"));
	assert_false(field_errors_has(&field_errors, "Email"));
	assert_false(field_errors_has(&field_errors, ""));
}

static void
beyond_the_bound_nothing_more_is_kept(void **state)
{
	struct field_errors field_errors = { 0 };
	char name[] = "a";

	(void)state;
	for (; field_errors.count < FIELD_ERRORS_MAX; name[0]++)
		field_errors_add(&field_errors, name, FIELD_UNKNOWN_FIELD);
	assert_true(field_errors_has(&field_errors, "a") && field_errors_has(&field_errors, "l"));
	for (; name[0] <= 'z'; name[0]++)
		field_errors_add(&field_errors, name, FIELD_UNKNOWN_FIELD);
	assert_int_equal(field_errors.count, FIELD_ERRORS_MAX);
	assert_false(field_errors_has(&field_errors, "m"));
	assert_string_equal(field_errors.list[FIELD_ERRORS_MAX - 1].field, "l");
}

static void
long_names_are_cut_and_still_found(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *field;
		const char *kept;
	} rows[] = {
		{ "exactly the longest",
		  FORTY,                         FORTY },
		{ "one byte longer",
		  FORTY "k",                     FORTY },
		{ "a character that ends at the bound",
		  TEN TEN TEN "abcdefg\u3042x",  TEN TEN TEN "abcdefg\u3042" },
		{ "a character across the bound",
		  TEN TEN TEN "abcdefghi\u3042", TEN TEN TEN "abcdefghi" },
		{ "the empty name",
		  "",                            "" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct field_errors field_errors = { 0 };

		field_errors_add(&field_errors, rows[i].field, FIELD_UNKNOWN_FIELD);
		field_errors_add(&field_errors, rows[i].field, FIELD_WRONG_TYPE);
		if (field_errors.count != 1)
			fail_msg("%s: named twice", rows[i].why);
		if (strcmp(field_errors.list[0].field, rows[i].kept) != 0)
			fail_msg("%s: kept as \"%s\"", rows[i].why, field_errors.list[0].field);
		if (field_errors.list[0].field_error != FIELD_UNKNOWN_FIELD)
			fail_msg("%s: lost its first fault", rows[i].why);
		if (!field_errors_has(&field_errors, rows[i].field))
			fail_msg("%s: not found again", rows[i].why);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_has_its_word),
		cmocka_unit_test(no_fault_adds_nothing),
		cmocka_unit_test(faults_keep_their_order_and_a_field_its_first),
		cmocka_unit_test(beyond_the_bound_nothing_more_is_kept),
		cmocka_unit_test(long_names_are_cut_and_still_found),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
