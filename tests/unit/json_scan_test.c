/* json_scan_test.c - which bytes are one strict JSON object. Rows named n_, y_ and i_ are the kinds
 * of the JSON Parsing Test Suite, put into an object; what it leaves open (i_) is decided here. */

#include "json_scan.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *why;
	const char *text;
	size_t size;
};

/* clang-format off */
#define ROW(why, literal)    { why, literal, sizeof(literal) - 1 }
#define VALUE(why, literal)  ROW(why, "{\"a\":" literal "}")
#define STRING(why, literal) ROW(why, "{\"a\":\"" literal "\"}")

static const struct row accepted[] = {
	ROW("y_object_empty",                          "{}"),
	ROW("y_object_basic",                          "{\"asd\":\"sdf\"}"),
	ROW("y_object_two_members",                    "{\"asd\":\"sdf\",\"dfg\":\"fgh\"}"),
	ROW("y_object_empty_key",                      "{\"\":0}"),
	ROW("y_object_escaped_key",                    "{\"fo\\no\\u0062ar\":42}"),
	ROW("y_object_with_newlines",                  "{\n\"a\": \"b\"\n}"),
	ROW("y_object_duplicated_key: json.c refuses", "{\"a\":\"b\",\"a\":\"c\"}"),
	ROW("white space of all four kinds everywhere",
	    " \t\r\n{ \t\r\n\"a\" \t\r\n: \t\r\n[ 1 , 2 ] \t\r\n} \t\r\n"),
	VALUE("y_array_empty",                         "[]"),
	VALUE("y_array_arraysWithSpaces",              "[[]   ]"),
	VALUE("y_array_empty-string",                  "[\"\"]"),
	VALUE("y_array_heterogeneous",                 "[null, 1, \"1\", {}, true, false]"),
	VALUE("y_array_with_several_null",             "[1,null,null,null,2]"),
	VALUE("an object with an object",              "{\"b\":{\"c\":{}}}"),
	VALUE("y_number_minus_zero",                   "-0"),
	VALUE("y_number",                              "123e65"),
	VALUE("y_number_0e+1",                         "0e+1"),
	VALUE("y_number_0e1",                          "0e1"),
	VALUE("y_number_after_space",                  " 4"),
	VALUE("y_number_double_close_to_zero",
	    "-0.000000000000000000000000000000000000000000000000000000000000000000000000000001"),
	VALUE("y_number_real_capital_e_neg_exp",       "1E-2"),
	VALUE("y_number_real_capital_e_pos_exp",       "1E+2"),
	VALUE("y_number_real_fraction_exponent",       "123.456e78"),
	VALUE("i_number_double_huge_neg_exp",          "123.456e-789"),
	VALUE("i_number_huge_exp: the grammar has no bound", "1e999"),
	VALUE("i_number_too_big_pos_int",              "100000000000000000000"),
	VALUE("y_structure_true",                      "true"),
	VALUE("y_structure_false",                     "false"),
	VALUE("y_structure_null",                      "null"),
	STRING("y_string_empty",                       ""),
	STRING("y_string_allowed_escapes",             "\\\"\\\\\\/\\b\\f\\n\\r\\t"),
	STRING("y_string_backslash_doublequotes",      "\\\\\\\""),
	STRING("y_string_1_2_3_bytes_UTF-8_sequences", "\\u0060\\u012a\\u12AB"),
	STRING("y_string_last_surrogates",             "\\uDBFF\\uDFFF"),
	STRING("first surrogates, lower case",         "\\ud800\\udc00"),
	STRING("y_string_backslash_and_u_escaped_zero", "\\\\u0000"),
	STRING("y_string_escaped_control_character",   "\\u0012"),
	STRING("the first escape that is let through", "\\u0001"),
	STRING("just under and over the surrogates",   "\\uD7FF\\uE000"),
	STRING("y_string_escaped_noncharacter",        "\\uFFFF"),
	STRING("y_string_unescaped_char_delete",       "\x7F"),
	STRING("y_string_space",                       " "),
	STRING("y_string_u+2028_line_sep",             "\xE2\x80\xA8"),
	STRING("y_string_nonCharacterInUTF-8_U+FFFF",  "\xEF\xBF\xBF"),
	STRING("U+FEFF inside a string is no BOM",     "\xEF\xBB\xBF"),
	STRING("y_string_utf8, Japanese",              "健康保険"),
	STRING("y_string_surrogates_U+1D11E raw",      "\xF0\x9D\x84\x9E"),
	STRING("brackets and commas in a string",      "{[,:]}"),
	ROW("depth 8, arrays",                         "{\"a\":[[[[[[[]]]]]]]}"),
	ROW("depth 8, objects",
	    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}"),
	ROW("depth 8, again after closing",
	    "{\"a\":[[[[[[[]]]]]]],\"b\":[[[[[[[],[]]]]]]]}"),
};

static const struct row refused[] = {
	ROW("n_structure_no_data",                     ""),
	ROW("only white space",                        " \n"),
	ROW("n_structure_UTF8_BOM_no_data",            "\xEF\xBB\xBF"),
	ROW("i_structure_UTF-8_BOM_empty_object",      "\xEF\xBB\xBF{}"),
	ROW("UTF-16 little end first",                 "\xFF\xFE{\0}\0"),
	ROW("i_string_utf16BE_no_BOM",                 "\0{\0}"),
	ROW("i_string_UTF-16LE without BOM",           "{\0}\0"),
	ROW("y_structure_lonely_string is no object",  "\"asd\""),
	ROW("y_structure_lonely_int is no object",     "42"),
	ROW("y_structure_lonely_null is no object",    "null"),
	ROW("y_array is no object",                    "[]"),
	ROW("n_structure_open_array_object",           "[{\"\":[{\"\":"),
	ROW("n_structure_ascii-unicode-identifier",    "a\xC3\xA5"),
	ROW("n_structure_single_eacute",               "\xE9"),

	ROW("n_object_trailing_comment",               "{\"a\":\"b\"}/**/"),
	ROW("n_object_trailing_comment_slash_open",    "{\"a\":\"b\"}//"),
	ROW("n_structure_object_with_comment",         "{\"a\":/*comment*/\"b\"}"),
	ROW("n_structure_trailing_#",                  "{\"a\":\"b\"}#{}"),
	ROW("n_structure_object_followed_by_closing",  "{}}"),
	ROW("n_structure_double_array: two objects",   "{}{}"),
	ROW("n_object_with_trailing_garbage",          "{\"a\":\"b\"}xyz"),
	ROW("n_structure_null-byte-outside-string",    "{\"a\":\0}"),
	ROW("a NUL behind the object",                 "{}\0"),
	ROW("n_structure_whitespace_formfeed",         "{\f}"),
	ROW("vertical tab as white space",             "{\v}"),
	ROW("byte 0x01 as white space",                "{\x01}"),
	ROW("n_structure_U+2060_word_joined",          "{\xE2\x81\xA0}"),
	ROW("no-break space as white space",           "{\xC2\xA0}"),
	ROW("ideographic space as white space",        "{\xE3\x80\x80}"),

	ROW("n_structure_open_object",                 "{"),
	ROW("n_object_bracket_key",                    "{[: \"x\"}"),
	ROW("n_object_comma_instead_of_colon",         "{\"x\", null}"),
	ROW("n_object_double_colon",                   "{\"x\"::\"b\"}"),
	ROW("n_object_emoji",                          "{\xF0\x9F\x87\xA8\xF0\x9F\x87\xAD}"),
	ROW("n_object_garbage_at_end",                 "{\"a\":\"a\" 123}"),
	ROW("n_object_key_with_single_quotes",         "{key: 'value'}"),
	ROW("n_object_missing_colon",                  "{\"a\" b}"),
	ROW("n_object_missing_key",                    "{:\"b\"}"),
	ROW("n_object_missing_semicolon",              "{\"a\" \"b\"}"),
	ROW("n_object_missing_value",                  "{\"a\":"),
	ROW("value missing, closed",                   "{\"a\":}"),
	ROW("n_object_no-colon",                       "{\"a\""),
	ROW("name alone, closed",                      "{\"a\"}"),
	ROW("n_object_non_string_key",                 "{1:1}"),
	ROW("null as a name",                          "{null:null}"),
	ROW("n_object_several_trailing_commas",        "{\"id\":0,,,,,}"),
	ROW("n_object_single_quote",                   "{'a':0}"),
	ROW("n_object_trailing_comma",                 "{\"id\":0,}"),
	ROW("n_object_two_commas_in_a_row",            "{\"a\":\"b\",,\"c\":\"d\"}"),
	ROW("n_object_comma_first",                    "{,\"a\":0}"),
	ROW("only a comma",                            "{,}"),
	ROW("n_object_unquoted_key",                   "{a: \"b\"}"),
	ROW("n_object_unterminated-value",             "{\"a\":\"a"),
	ROW("closed by a bracket",                     "{\"a\":1]"),
	ROW("n_object_repeated_null_null",             "{null:null,null:null}"),

	VALUE("n_array_1_true_without_comma",          "[1 true]"),
	VALUE("n_array_comma_after_close",             "[\"\"],"),
	VALUE("n_array_comma_and_number",              "[,1]"),
	VALUE("n_array_double_comma",                  "[1,,2]"),
	VALUE("n_array_extra_close",                   "[\"x\"]]"),
	VALUE("n_array_extra_comma",                   "[\"\",]"),
	VALUE("n_array_just_comma",                    "[,]"),
	VALUE("n_array_just_minus",                    "[-]"),
	VALUE("n_array_inner_array_no_comma",          "[3[4]]"),
	VALUE("n_array_colon_instead_of_comma",        "[\"\": 1]"),
	VALUE("n_array_incomplete",                    "[\"x\""),
	VALUE("n_array_star_inside",                   "[*]"),
	VALUE("array closed by a brace",               "[1}"),
	VALUE("n_array_unclosed",                      "["),

	VALUE("n_structure_capitalized_True",          "True"),
	VALUE("n_incomplete_true",                     "tru"),
	VALUE("n_incomplete_false",                    "fals"),
	VALUE("n_incomplete_null",                     "nul"),
	VALUE("a word too long",                       "nullx"),
	VALUE("two words",                             "true false"),
	VALUE("n_structure_angle_bracket",             "<null>"),
	VALUE("undefined",                             "undefined"),

	VALUE("n_number_++",                           "++1234"),
	VALUE("n_number_+1",                           "+1"),
	VALUE("n_number_+Inf",                         "+Inf"),
	VALUE("n_number_-01",                          "-01"),
	VALUE("n_number_-1.0.",                        "-1.0."),
	VALUE("n_number_-2.",                          "-2."),
	VALUE("n_number_-NaN",                         "-NaN"),
	VALUE("n_number_.-1",                          ".-1"),
	VALUE("n_number_.2e-3",                        ".2e-3"),
	VALUE("n_number_0.1.2",                        "0.1.2"),
	VALUE("n_number_0.3e+",                        "0.3e+"),
	VALUE("n_number_0.3e",                         "0.3e"),
	VALUE("n_number_0.e1",                         "0.e1"),
	VALUE("n_number_0_capital_E",                  "0E"),
	VALUE("n_number_0e+",                          "0e+"),
	VALUE("n_number_1.0e-",                        "1.0e-"),
	VALUE("n_number_1_000",                        "1 000.0"),
	VALUE("n_number_1eE2",                         "1eE2"),
	VALUE("n_number_expression",                   "1+2"),
	VALUE("n_number_hex_2_digits",                 "0x42"),
	VALUE("n_number_infinity",                     "Infinity"),
	VALUE("n_number_NaN",                          "NaN"),
	VALUE("n_number_invalid-utf-8-in-exponent",    "1e1\xE5"),
	VALUE("n_number_minus_space_1",                "- 1"),
	VALUE("n_number_neg_with_garbage_at_end",      "-1x"),
	VALUE("n_number_neg_int_starting_with_zero",   "-012"),
	VALUE("n_number_with_leading_zero",            "012"),
	VALUE("leading zero, short",                   "01"),
	VALUE("two zeros",                             "00"),
	VALUE("n_number_real_without_fractional_part", "1."),
	VALUE("n_number_U+FF11_fullwidth_digit_one",   "１"),
	VALUE("n_number_with_alpha",                   "1.2a-3"),

	STRING("n_string_1_surrogate_then_escape",     "\\uD800\\"),
	STRING("n_string_1_surrogate_then_escape_u",   "\\uD800\\u"),
	STRING("n_string_1_surrogate_then_escape_u1x", "\\uD800\\u1x"),
	STRING("i_string_1st_valid_surrogate_2nd_invalid", "\\uD888\\u1234"),
	STRING("i_string_1st_surrogate_but_2nd_missing", "\\uDADA"),
	STRING("high surrogate before another escape", "\\uDADA\\n"),
	STRING("high surrogate before a letter",       "\\uDADAa"),
	STRING("i_string_incomplete_surrogates_escape: two high", "\\uD800\\uD800"),
	STRING("i_string_lone_second_surrogate",       "\\uDFAA"),
	STRING("i_string_inverted_surrogates_U+1D11E", "\\uDd1e\\uD834"),
	STRING("a pair and a high one",                "\\uD834\\uDD1E\\uD834"),
	STRING("y_string_null_escape: it would end the C string", "\\u0000"),
	STRING("U+0000 in the middle",                 "x\\u0000y"),
	STRING("n_string_escape_x",                    "\\x00"),
	STRING("n_string_escaped_ctrl_char_tab",       "\\\t"),
	STRING("n_string_escaped_emoji",               "\\\xF0\x9F\x8C\x80"),
	STRING("n_string_escaped_backslash_bad",       "\\\\\\"),
	STRING("n_string_incomplete_escaped_character", "\\u00A"),
	STRING("n_string_invalid_backslash_esc",       "\\a"),
	STRING("an escaped NUL byte",                  "\\\0"),
	STRING("n_string_invalid_unicode_escape",      "\\uqqqq"),
	STRING("a sign in the hex digits",             "\\u+123"),
	STRING("a space in the hex digits",            "\\u 123"),
	STRING("a NUL byte in the hex digits",         "\\u12\0" "3"),
	STRING("capital U",                            "\\U0041"),
	STRING("an apostrophe needs no escape",        "\\'"),
	STRING("n_string_unescaped_newline",           "new\nline"),
	STRING("n_string_unescaped_tab",               "\t"),
	ROW("n_string_single_doublequote",             "{\"a\":\"}"),
	ROW("n_string_with_trailing_garbage",          "{\"a\":\"\"x}"),
	ROW("n_string_single_quote",                   "{\"a\":'single quote'}"),
	ROW("n_string_no_quotes_with_bad_escape",      "{\"a\":\\n}"),
	ROW("the same is asked of names: control",     "{\"a\nb\":1}"),
	ROW("the same is asked of names: U+0000",      "{\"a\\u0000\":1}"),
	ROW("the same is asked of names: UTF-8",       "{\"\xFF\":1}"),
	ROW("ends in a backslash",                     "{\"a\":\"\\"),
	ROW("ends in an escape",                       "{\"a\":\"\\u00"),
	ROW("ends in a character",                     "{\"a\":\"\xE5\x81"),

	STRING("n_string_iso_latin_1",                 "\xE9"),
	STRING("n_string_lone_utf8_continuation_byte", "\x81"),
	STRING("last continuation byte alone",         "\xBF"),
	STRING("lead of two alone",                    "\xC3"),
	STRING("lead of two and a letter",             "\xC3" "a"),
	STRING("lead of two and a lead",               "\xC3\xC3"),
	STRING("i_string_overlong_sequence_2_bytes",   "\xC0\xAF"),
	STRING("overlong NUL (modified UTF-8)",        "\xC0\x80"),
	STRING("overlong, the last of two bytes",      "\xC1\xBF"),
	STRING("overlong, the last of three bytes",    "\xE0\x9F\xBF"),
	STRING("overlong slash in three bytes",        "\xE0\x80\xAF"),
	STRING("three bytes, the third missing",       "\xE3\x81"),
	STRING("three bytes, the third a letter",      "\xE3\x81" "a"),
	STRING("three bytes, the third over BF",       "\xE3\x81\xC0"),
	STRING("i_string_UTF8_surrogate_U+D800",       "\xED\xA0\x80"),
	STRING("the last surrogate",                   "\xED\xBF\xBF"),
	STRING("a surrogate pair in CESU-8",           "\xED\xA0\xB4\xED\xB4\x9E"),
	STRING("overlong, the last of four bytes",     "\xF0\x8F\xBF\xBF"),
	STRING("four bytes, the fourth missing",       "\xF0\x9F\x8C"),
	STRING("four bytes, the third a letter",       "\xF0\x9F" "a\x80"),
	STRING("four bytes, the fourth a letter",      "\xF0\x9F\x8C" "a"),
	STRING("i_string_not_in_unicode_range",        "\xF4\x90\x80\x80"),
	STRING("lead F5",                              "\xF5\x80\x80\x80"),
	STRING("i_string_overlong_sequence_6_bytes",   "\xFC\x83\xBF\xBF\xBF\xBF"),
	STRING("five bytes",                           "\xF8\x88\x80\x80\x80"),
	STRING("i_string_invalid_utf-8",               "\xFF"),
	STRING("FE",                                   "\xFE"),

	ROW("depth 9, arrays",                         "{\"a\":[[[[[[[[]]]]]]]]}"),
	ROW("depth 9, objects",
	    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}"),
	ROW("depth 9 in the second member",            "{\"a\":1,\"b\":[[[[[[[[]]]]]]]]}"),
};
/* clang-format on */

_Static_assert(JSON_DEPTH_MAX == 8, "the rows of depth 8 and 9 are at the edge");

/* Scans a copy that ends where the text ends, so that a sanitizer sees a step too far. */
static bool
scan(const char *text, size_t size)
{
	char *copy = malloc(size + (size == 0));

	assert_non_null(copy);
	memcpy(copy, text, size);
	const bool fine = json_scan(copy, size);
	free(copy);
	return fine;
}

static void
strict_json_objects_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(accepted); i++)
		if (!scan(accepted[i].text, accepted[i].size))
			fail_msg("refused: %s", accepted[i].why);
}

/* asvs 1.5.3 */
static void
everything_else_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refused); i++)
		if (scan(refused[i].text, refused[i].size))
			fail_msg("accepted: %s", refused[i].why);
}

static void
no_object_is_whole_before_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(accepted); i++) {
		size_t end = accepted[i].size;

		while (accepted[i].text[end - 1] != '}')
			end--;
		for (size_t size = 0; size < end; size++)
			if (scan(accepted[i].text, size))
				fail_msg("%zu bytes are enough: %s", size, accepted[i].why);
	}
}

static void
raw_control_characters_are_refused_in_strings(void **state)
{
	char text[] = "{\"a\":\"x?y\"}";

	(void)state;
	for (int byte = 0x00; byte < 0x80; byte++) {
		text[7] = (char)byte;
		const bool fine = byte >= 0x20 && byte != '"' && byte != '\\';
		if (scan(text, sizeof text - 1) != fine)
			fail_msg("byte %02X in a string", (unsigned)byte);
	}
}

static void
floods_of_openers_end_at_the_depth(void **state)
{
	static const struct {
		const char *why, *head, *unit;
	} rows[] = {
		{ "1,000 x [ at the top", "", "[" },
		{ "1,000 x [ in a member", "{\"a\":", "[" },
		{ "1,000 objects in each other", "", "{\"a\":" },
		{ "1,000 x {", "", "{" },
	};
	char text[6000];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *end = stpcpy(text, rows[i].head);

		for (int n = 0; n < 1000; n++)
			end = stpcpy(end, rows[i].unit);
		if (scan(text, (size_t)(end - text)))
			fail_msg("accepted: %s", rows[i].why);
	}
}

static size_t
encode(uint32_t code_point, char ret[4])
{
	static const unsigned char leads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	const size_t length = code_point < 0x80      ? 1
			      : code_point < 0x800   ? 2
			      : code_point < 0x10000 ? 3
						     : 4;

	for (size_t i = length; i-- > 1; code_point >>= 6)
		ret[i] = (char)(0x80 | (code_point & 0x3F));
	ret[0] = (char)(leads[length] | code_point);
	return length;
}

static void
every_code_point_but_the_surrogates_is_utf8(void **state)
{
	char bytes[4];

	(void)state;
	for (uint32_t c = 0; c < 0x140000; c++) {
		const size_t length = encode(c, bytes);
		const bool fine = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);

		if (json_scan_utf8(bytes, length) != (fine ? length : 0))
			fail_msg("U+%04X", (unsigned)c);
		if (json_scan_utf8(bytes, length - 1) != 0)
			fail_msg("U+%04X without its last byte", (unsigned)c);
	}
}

/* With the test before: as many as there are code points, so there is nothing beside them. */
static void
nothing_else_is_utf8(void **state)
{
	size_t two = 0, three = 0, four = 0;

	(void)state;
	for (unsigned i = 0; i < 0x10000; i++) {
		const char bytes[] = { (char)(i >> 8), (char)(i & 0xFF), (char)0x80, (char)0x80 };
		const size_t length = json_scan_utf8(bytes, sizeof bytes);

		two += length == 2;
		three += length == 3;
		four += length == 4;
	}
	assert_int_equal(two, 0x800 - 0x80);
	assert_int_equal(three, (0x10000 - 0x800 - 0x800) / 64);
	assert_int_equal(four, (0x110000 - 0x10000) / (64 * 64));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_json_objects_pass),
		cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(no_object_is_whole_before_its_end),
		cmocka_unit_test(raw_control_characters_are_refused_in_strings),
		cmocka_unit_test(floods_of_openers_end_at_the_depth),
		cmocka_unit_test(every_code_point_but_the_surrogates_is_utf8),
		cmocka_unit_test(nothing_else_is_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
