/* text_test.c - what fits, what is cut and where, and what counts as a number. */

#include "text.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GUARD 0x5A

/* A buffer with bytes behind it that nobody may touch. */
struct guarded {
	char text[16];
	char guard[8];
};

static void
guarded_fill(struct guarded *guarded)
{
	memset(guarded, GUARD, sizeof *guarded);
}

static bool
guard_is_whole(const struct guarded *guarded, size_t size)
{
	const char *const bytes = (const char *)guarded;

	for (size_t i = size; i < sizeof *guarded; i++)
		if (bytes[i] != GUARD)
			return false;
	return true;
}

/* asvs 1.4.1 */
static void
a_copy_is_whole_or_empty(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *from;
		size_t size;
		bool fits;
	} rows[] = {
		{ "the empty text needs one byte",     "",                           1, true },
		{ "one byte in no room but its NUL's", "a",                          1, false },
		{ "exactly as long as fits",           "abcd",                       5, true },
		{ "one byte too long",                 "abcde",                      5, false },
		{ "much too long",                     "abcdefghijklmnopqrstuvwxyz", 5, false },
		{ "bytes that are no UTF-8 are bytes", "\xff\x80",                   3, true },
	};
	/* clang-format on */
	struct guarded to;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		guarded_fill(&to);
		if (text_copy(to.text, rows[i].size, rows[i].from) != rows[i].fits)
			fail_msg("%s: verdict", rows[i].why);
		if (strcmp(to.text, rows[i].fits ? rows[i].from : "") != 0)
			fail_msg("%s: got \"%s\"", rows[i].why, to.text);
		if (!guard_is_whole(&to, rows[i].size))
			fail_msg("%s: wrote behind the buffer", rows[i].why);
	}
}

static void
a_cut_falls_between_characters(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *from;
		size_t size;
		const char *expected;
	} rows[] = {
		{ "what fits stays whole",                     "abc",                4, "abc" },
		{ "exactly full",                              "abcd",               5, "abcd" },
		{ "ASCII is cut anywhere",                     "abcdef",             5, "abcd" },
		{ "room for the NUL only",                     "abc",                1, "" },
		{ "the empty text",                            "",                   1, "" },
		{ "a character of three fits exactly",         "a\u3042",            5, "a\u3042" },
		{ "its last byte does not fit",                "a\u3042",            4, "a" },
		{ "its last two do not",                       "a\u3042",            3, "a" },
		{ "none of it does",                           "a\u3042",            2, "a" },
		{ "cut right behind a character",              "\u3042\u3044",       4, "\u3042" },
		{ "cut within the second",                     "\u3042\u3044",       6, "\u3042" },
		{ "a character of four, one byte short",       "\U0001F363",         4, "" },
		{ "a character of two, one byte short",        "ab\u00e9",           4, "ab" },
		{ "a first character that does not fit",       "\u3042",             2, "" },
		{ "nothing but continuation bytes is dropped", "\x80\x80\x80\x80",   3, "" },
	};
	/* clang-format on */
	struct guarded to;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		guarded_fill(&to);
		text_copy_cut(to.text, rows[i].size, rows[i].from);
		if (strcmp(to.text, rows[i].expected) != 0)
			fail_msg("%s: got \"%s\"", rows[i].why, to.text);
		if (!guard_is_whole(&to, rows[i].size))
			fail_msg("%s: wrote behind the buffer", rows[i].why);
	}
}

/* asvs 1.4.1 */
static void
a_format_fits_or_is_empty(void **state)
{
	struct guarded to;

	(void)state;
	guarded_fill(&to);
	assert_true(text_format(to.text, 5, "%s-%d", "ab", 7));
	assert_string_equal(to.text, "ab-7");
	assert_true(guard_is_whole(&to, 5));

	guarded_fill(&to);
	assert_false(text_format(to.text, 4, "%s-%d", "ab", 7)); /* the NUL does not fit */
	assert_string_equal(to.text, "");
	assert_true(guard_is_whole(&to, 4));

	assert_true(text_format(to.text, 1, "%s", ""));
	assert_string_equal(to.text, "");
	assert_false(text_format(to.text, 1, "%s", "a"));
	assert_string_equal(to.text, "");
}

static void
only_ascii_letters_have_a_case(void **state)
{
	/* Around the letters: @ and [, ` and {; then bytes of UTF-8 and Latin-1. */
	char text[] = "@AZ[`az{09 \xc3\x84\xe9\xc9";

	(void)state;
	text_lower_ascii(text);
	assert_string_equal(text, "@az[`az{09 \xc3\x84\xe9\xc9");
}

static void
case_is_all_that_is_ignored(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "the same",                         "Bearer",   "Bearer",   true },
		{ "another case",                     "bEARER",   "Bearer",   true },
		{ "two empty ones",                   "",         "",         true },
		{ "a prefix",                         "Bear",     "Bearer",   false },
		{ "the other way round",              "Bearer",   "Bear",     false },
		{ "the empty one and another",        "",         "a",        false },
		{ "a space behind",                   "Bearer ",  "Bearer",   false },
		{ "@ is no upper-case `",             "@",        "`",        false },
		{ "[ is no upper-case {",             "[",        "{",        false },
		{ "accented letters have no case",    "\xc3\x84", "\xc3\xa4", false },
		{ "the Kelvin sign is no k",          "\u212a",   "k",        false },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (text_equal_ignoring_case(rows[i].a, rows[i].b) != rows[i].equal)
			fail_msg("%s: \"%s\" and \"%s\"", rows[i].why, rows[i].a, rows[i].b);
}

static void
a_prefix_is_whole(void **state)
{
	(void)state;
	assert_true(text_starts_with("stage-1.key", "stage-"));
	assert_true(text_starts_with("stage-", "stage-"));
	assert_true(text_starts_with("", ""));
	assert_true(text_starts_with("x", ""));
	assert_false(text_starts_with("stage", "stage-"));
	assert_false(text_starts_with("Stage-", "stage-"));
	assert_false(text_starts_with("", "s"));
}

static void
hex_goes_there_and_back(void **state)
{
	uint8_t bytes[256], back[256];
	char hex[2 * sizeof bytes + 1];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	text_hex(bytes, sizeof bytes, hex);
	assert_int_equal(strlen(hex), 2 * sizeof bytes);
	assert_memory_equal(hex, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_string_equal(hex + 2 * 253, "fdfeff");
	assert_true(text_unhex(hex, back, sizeof back));
	assert_memory_equal(back, bytes, sizeof bytes);

	text_hex(bytes, 0, hex);
	assert_string_equal(hex, "");
	assert_true(text_unhex("", back, 0));
}

static void
hex_is_exactly_hex(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *hex;
		bool right;
	} rows[] = {
		{ "two bytes",                "00ff",   true },
		{ "upper case",               "AbFf",   true },
		{ "nothing",                  "",       false },
		{ "one digit too few",        "00f",    false },
		{ "one digit too many",       "00ff0",  false },
		{ "a byte too many",          "00ff00", false },
		{ "g is no digit",            "00fg",   false },
		{ "/ is before 0",            "/0ff",   false },
		{ ": is behind 9",            ":0ff",   false },
		{ "@ is before A",            "@0ff",   false },
		{ "` is before a",            "`0ff",   false },
		{ "a space before",           " 0ff",   false },
		{ "a sign",                   "+0ff",   false },
		{ "0x",                       "0x0f",   false },
		{ "a newline behind",         "00f\n",  false },
		{ "full-width digits",        "\uff10", false },
	};
	/* clang-format on */
	uint8_t bytes[2];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (text_unhex(rows[i].hex, bytes, sizeof bytes) != rows[i].right)
			fail_msg("%s: \"%s\"", rows[i].why, rows[i].hex);
}

/* asvs 1.4.2 */
static void
a_number_is_digits_within_bounds(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *text;
		int64_t min, max;
		int64_t expected; /* -1: refused */
	} rows[] = {
		{ "the least", "1", 1, 65535, 1 },
		{ "the most", "65535", 1, 65535, 65535 },
		{ "nought", "0", 0, 9, 0 },
		{ "leading noughts say nothing", "0080", 1, 65535, 80 },
		{ "the greatest there is", "9223372036854775807", 0, INT64_MAX, INT64_MAX },
		{ "one below the least", "0", 1, 65535, -1 },
		{ "one above the most", "65536", 1, 65535, -1 },
		{ "one above the greatest there is", "9223372036854775808", 0, INT64_MAX, -1 },
		{ "a digit more than there are", "92233720368547758070", 0, INT64_MAX, -1 },
		{ "2^64 is not 0", "18446744073709551616", 0, INT64_MAX, -1 },
		{ "a hundred nines",
		  "99999999999999999999999999999999999999999999999999999999999999999999999999999"
		  "99999"
		  "999999999999999999",                                         0, INT64_MAX, -1 },
		{ "nothing",                            "",                     0, 9,         -1 },
		{ "a minus",                            "-1",                   -5, 9,        -1 },
		{ "a plus",                             "+1",                   0, 9,         -1 },
		{ "a space before",                     " 1",                   0, 9,         -1 },
		{ "a space behind",                     "1 ",                   0, 9,         -1 },
		{ "a newline behind",                   "1\n",                  0, 9,         -1 },
		{ "a point",                            "1.0",                  0, 9,         -1 },
		{ "an exponent",                        "1e3",                  0, 9999,      -1 },
		{ "hex",                                "0x1",                  0, 9,         -1 },
		{ "a separator",                        "1,000",                0, 9999,      -1 },
		{ "a unit",                             "5s",                   0, 9,         -1 },
		{ "/ is before 0",                      "/",                    0, 99,        -1 },
		{ ": is behind 9",                      ":",                    0, 99,        -1 },
		{ "full-width digits",                  "\uff11",               0, 9,         -1 },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t number = -1;
		const bool right = text_number(rows[i].text, rows[i].min, rows[i].max, &number);

		if (right != (rows[i].expected != -1) || number != rows[i].expected)
			fail_msg(
			    "%s: \"%s\" gave %lld", rows[i].why, rows[i].text, (long long)number);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_whole_or_empty),
		cmocka_unit_test(a_cut_falls_between_characters),
		cmocka_unit_test(a_format_fits_or_is_empty),
		cmocka_unit_test(only_ascii_letters_have_a_case),
		cmocka_unit_test(case_is_all_that_is_ignored),
		cmocka_unit_test(a_prefix_is_whole),
		cmocka_unit_test(hex_goes_there_and_back),
		cmocka_unit_test(hex_is_exactly_hex),
		cmocka_unit_test(a_number_is_digits_within_bounds),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
