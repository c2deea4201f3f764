/* faults_test.c - which faults are kept, and that every one has its stable word. */

#include "faults.h"

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
		"too_short", "too_long", "bad_format", "bad_character", "not_offered",
		"needs_letter_and_digit", "common_password", "context_password", "not_equal" };

	_Static_assert(LENGTH(codes) == FAULT__MAX, "a word for every fault");
	(void)state;
	for (size_t i = 0; i < LENGTH(codes); i++)
		assert_string_equal(fault_code((enum fault)i), codes[i]);
}

static void
no_fault_adds_nothing(void **state)
{
	struct faults faults = { 0 };

	(void)state;
	faults_add(&faults, "email", FAULT_NONE);
	assert_int_equal(faults.count, 0);
	assert_false(faults_has(&faults, "email"));
}

static void
faults_keep_their_order_and_a_field_its_first(void **state)
{
	struct faults faults = { 0 };

	(void)state;
	faults_add(&faults, "password", FAULT_TOO_SHORT);
	faults_add(&faults, "email", FAULT_REQUIRED);
	faults_add(&faults, "password", FAULT_COMMON_PASSWORD);
	assert_int_equal(faults.count, 2);
	assert_string_equal(faults.list[0].field, "password");
	assert_int_equal(faults.list[0].fault, FAULT_TOO_SHORT);
	assert_string_equal(faults.list[1].field, "email");
	assert_int_equal(faults.list[1].fault, FAULT_REQUIRED);
	assert_true(faults_has(&faults, "email"));
	assert_false(faults_has(&faults, "emai"));
	assert_false(faults_has(&faults, "email2"));
	assert_false(faults_has(&faults, "Email"));
	assert_false(faults_has(&faults, ""));
}

static void
beyond_the_bound_nothing_more_is_kept(void **state)
{
	struct faults faults = { 0 };
	char name[] = "a";

	(void)state;
	for (; faults.count < FAULTS_MAX; name[0]++)
		faults_add(&faults, name, FAULT_UNKNOWN_FIELD);
	assert_true(faults_has(&faults, "a") && faults_has(&faults, "l"));
	for (; name[0] <= 'z'; name[0]++)
		faults_add(&faults, name, FAULT_UNKNOWN_FIELD);
	assert_int_equal(faults.count, FAULTS_MAX);
	assert_false(faults_has(&faults, "m"));
	assert_string_equal(faults.list[FAULTS_MAX - 1].field, "l");
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
		{ "exactly the longest",                 FORTY,                           FORTY },
		{ "one byte longer",                     FORTY "k",                       FORTY },
		{ "a character that ends at the bound",  TEN TEN TEN "abcdefg\u3042x",    TEN TEN TEN "abcdefg\u3042" },
		{ "a character across the bound",        TEN TEN TEN "abcdefghi\u3042",   TEN TEN TEN "abcdefghi" },
		{ "the empty name",                      "",                              "" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct faults faults = { 0 };

		faults_add(&faults, rows[i].field, FAULT_UNKNOWN_FIELD);
		faults_add(&faults, rows[i].field, FAULT_WRONG_TYPE);
		if (faults.count != 1)
			fail_msg("%s: named twice", rows[i].why);
		if (strcmp(faults.list[0].field, rows[i].kept) != 0)
			fail_msg("%s: kept as \"%s\"", rows[i].why, faults.list[0].field);
		if (faults.list[0].fault != FAULT_UNKNOWN_FIELD)
			fail_msg("%s: lost its first fault", rows[i].why);
		if (!faults_has(&faults, rows[i].field))
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
