/* unicode_test.c - what unicode.h promises of characters and normal forms. */

#include "unicode.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

typedef enum result fold_function(const char *text, char *ret, size_t ret_size);

struct fold_row {
	const char *why;
	const char *typed;
	const char *nfc, *nfkc, *width; /* NULL: refused */
};

/* clang-format off */
static const struct fold_row folds[] = {
	/* why                              typed            NFC              NFKC            
	 * width */
	{ "the empty text", "", "", "", "" },
	{ "plain ASCII", "abc 123", "abc 123", "abc 123", "abc 123" },
	{ "full-width ASCII", "Ａｂ１＠．", "Ａｂ１＠．", "Ab1@.", "Ab1@." },
	{ "the first and last full-width", "！～", "！～", "!~", "!~" },
	{ "one before and behind them", "\uFF00", NULL, NULL, NULL },
	{ "white parenthesis U+FF5F", "\uFF5F", "\uFF5F", "\u2985", "\uFF5F" },
	{ "ideographic space", "a\u3000b", "a\u3000b", "a b", "a b" },
	{ "no-break space", "a\u00A0b", "a\u00A0b", "a b", "a\u00A0b" },
	{ "half-width kana stay but in NFKC", "ｱｶﾞﾊﾟ", "ｱｶﾞﾊﾟ", "アガパ", "ｱｶﾞﾊﾟ" },
	{ "half-width long vowel mark", "ｹｰﾋﾝ", "ｹｰﾋﾝ", "ケーヒン", "ｹｰﾋﾝ" },
	{ "a letter and its accent", "e\u0301", "\u00E9", "\u00E9", "e\u0301" },
	{ "kana and its voiced mark", "か\u3099", "が", "が", "か\u3099" },
	{ "marks out of order", "a\u0301\u0323", "\u1EA1\u0301", "\u1EA1\u0301", "a\u0301\u0323" },
	{ "composition exclusion grows", "\uFB1D", "\u05D9\u05B4", "\u05D9\u05B4", "\uFB1D" },
	{ "ligature", "\uFB01", "\uFB01", "fi", "\uFB01" },
	{ "ideographic company sign", "㈱", "㈱", "(株)", "㈱" },
	{ "emoji", "\U0001F363", "\U0001F363", "\U0001F363", "\U0001F363" },
	{ "private use is not our question", "\uE000", "\uE000", "\uE000", "\uE000" },
	{ "newline is not our question", "a\nb", "a\nb", "a\nb", "a\nb" },
	{ "unassigned code point", "a\u0378", NULL, NULL, NULL },
	{ "noncharacter U+FFFE", "a\xEF\xBF\xBE", NULL, NULL, NULL },
	{ "noncharacter U+FDD0", "\xEF\xB7\x90", NULL, NULL, NULL },
	{ "overlong slash", "\xC0\xAF", NULL, NULL, NULL },
	{ "overlong NUL", "a\xC0\x80", NULL, NULL, NULL },
	{ "overlong in three bytes", "\xE0\x80\xAF", NULL, NULL, NULL },
	{ "overlong in four bytes", "\xF0\x80\x80\xAF", NULL, NULL, NULL },
	{ "high surrogate", "\xED\xA0\x80", NULL, NULL, NULL },
	{ "CESU-8 pair", "\xED\xA0\xBD\xED\xB8\x80", NULL, NULL, NULL },
	{ "beyond U+10FFFF", "\xF4\x90\x80\x80", NULL, NULL, NULL },
	{ "five-byte lead", "\xF8\x88\x80\x80\x80", NULL, NULL, NULL },
	{ "lone continuation", "a\x80", NULL, NULL, NULL },
	{ "cut in the middle", "a\xE3\x81", NULL, NULL, NULL },
	{ "cut after the lead of four", "\xF0", NULL, NULL, NULL },
	{ "Shift_JIS", "\x82\xA0", NULL, NULL, NULL },
};

/* In every function one byte less than the result needs is an error. */
static const struct { const char *why,
    *typed; fold_function *fold; size_t result_bytes; } sizes[] = {
	{ "NFC in its exact size",          "e\u0301",       unicode_nfc,        2 },
	{ "NFC that grows",                 "\uFB1D",        unicode_nfc,        4 },
	{ "NFKC in its exact size",         "ＡＢＣ",         unicode_nfkc,       3 },
	{ "NFKC that grows 18 letters",     "\uFDFA",        unicode_nfkc,       33 },
	{ "width in its exact size",        "ＡＢ あ",        unicode_fold_width, 6 },
};

static const struct { const char *why, *text; size_t code_points, graphemes; } counts[] = {
	{ "nothing",                          "",                                   0, 0 },
	{ "ASCII",                            "abc",                                3, 3 },
	{ "kana",                             "あいう",                              3, 3 },
	{ "letter and accent",                "e\u0301",                            2, 1 },
	{ "carriage return and newline",      "\r\n",                               2, 1 },
	{ "family joined by ZWJ",             "👨\u200D👩\u200D👧\u200D👦",           7, 1 },
	{ "two families",                     "👨\u200D👩\u200D👧👨\u200D👩\u200D👧", 10, 2 },
	{ "woman health worker, skin tone",   "👩🏽\u200D⚕\uFE0F",                   5, 1 },
	{ "thumb with skin tone",             "👍🏿",                                2, 1 },
	{ "heart with emoji selector",        "❤\uFE0F",                            2, 1 },
	{ "heart on fire",                    "❤\uFE0F\u200D🔥",                    4, 1 },
	{ "flag of Japan",                    "🇯🇵",                                2, 1 },
	{ "two flags",                        "🇯🇵🇫🇷",                              4, 2 },
	{ "three flag letters",               "🇯🇵🇫",                               3, 2 },
	{ "flag of Scotland by tags",
	  "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", 7, 1 },
	{ "keycap one",                       "1\uFE0F\u20E3",                      3, 1 },
	{ "Hangul by its parts",              "\u1112\u1161\u11AB",                 3, 1 },
	{ "ideograph with its variant",       "葛\U000E0100",                        2, 1 },
	{ "ZWJ between letters joins no more", "a\u200Db",                          3, 2 },
	{ "broken at the end",                "abc\xFF",                            0, 0 },
	{ "broken at once",                   "\x80",                               0, 0 },
	{ "surrogate",                        "a\xED\xA0\x80",                      0, 0 },
};

static const struct { const char *why; int32_t code_point; enum unicode_kind kind; } kinds[] = {
	{ "capital A",                        'A',      UNICODE_LETTER },
	{ "digit",                            '7',      UNICODE_LETTER },
	{ "roman numeral (Nl)",               0x2160,   UNICODE_LETTER },
	{ "circled one (No)",                 0x2460,   UNICODE_LETTER },
	{ "hiragana",                         0x3042,   UNICODE_LETTER },
	{ "long vowel mark (Lm)",             0x30FC,   UNICODE_LETTER },
	{ "half-width voiced mark (Lm)",      0xFF9E,   UNICODE_LETTER },
	{ "kanji",                            0x6F22,   UNICODE_LETTER },
	{ "kanji of plane 2",                 0x20BB7,  UNICODE_LETTER },
	{ "combining acute (Mn)",             0x0301,   UNICODE_COMBINING },
	{ "combining voiced mark",            0x3099,   UNICODE_COMBINING },
	{ "vowel sign (Mc)",                  0x093E,   UNICODE_COMBINING },
	{ "keycap (Me)",                      0x20E3,   UNICODE_COMBINING },
	{ "space",                            ' ',      UNICODE_SPACE },
	{ "no-break space",                   0x00A0,   UNICODE_SPACE },
	{ "ideographic space",                0x3000,   UNICODE_SPACE },
	{ "hyphen",                           '-',      UNICODE_OTHER },
	{ "low line (Pc)",                    '_',      UNICODE_OTHER },
	{ "at sign",                          '@',      UNICODE_OTHER },
	{ "plus (Sm)",                        '+',      UNICODE_OTHER },
	{ "yen (Sc)",                         0x00A5,   UNICODE_OTHER },
	{ "skin tone (Sk)",                   0x1F3FB,  UNICODE_OTHER },
	{ "sushi (So)",                       0x1F363,  UNICODE_OTHER },
	{ "NUL",                              0,        UNICODE_CONTROL },
	{ "newline",                          '\n',     UNICODE_CONTROL },
	{ "tab",                              '\t',     UNICODE_CONTROL },
	{ "DEL",                              0x7F,     UNICODE_CONTROL },
	{ "next line, a C1 control",          0x85,     UNICODE_CONTROL },
	{ "line separator",                   0x2028,   UNICODE_CONTROL },
	{ "paragraph separator",              0x2029,   UNICODE_CONTROL },
	{ "Arabic letter mark",               0x061C,   UNICODE_MARKUP },
	{ "left-to-right mark",               0x200E,   UNICODE_MARKUP },
	{ "right-to-left mark",               0x200F,   UNICODE_MARKUP },
	{ "first embedding",                  0x202A,   UNICODE_MARKUP },
	{ "right-to-left override",           0x202E,   UNICODE_MARKUP },
	{ "first isolate",                    0x2066,   UNICODE_MARKUP },
	{ "pop isolate",                      0x2069,   UNICODE_MARKUP },
	{ "ZWNJ",                             0x200C,   UNICODE_JOINER },
	{ "ZWJ",                              0x200D,   UNICODE_JOINER },
	{ "first selector",                   0xFE00,   UNICODE_JOINER },
	{ "emoji selector",                   0xFE0F,   UNICODE_JOINER },
	{ "first emoji tag",                  0xE0020,  UNICODE_JOINER },
	{ "cancel tag",                       0xE007F,  UNICODE_JOINER },
	{ "first ideographic selector",       0xE0100,  UNICODE_JOINER },
	{ "last ideographic selector",        0xE01EF,  UNICODE_JOINER },
	{ "zero width space",                 0x200B,   UNICODE_FORMAT },
	{ "word joiner",                      0x2060,   UNICODE_FORMAT },
	{ "narrow space of U+202F is one",    0x202F,   UNICODE_SPACE },
	{ "soft hyphen",                      0x00AD,   UNICODE_FORMAT },
	{ "byte order mark",                  0xFEFF,   UNICODE_FORMAT },
	{ "language tag",                     0xE0001,  UNICODE_FORMAT },
	{ "combining grapheme joiner",        0x034F,   UNICODE_FORMAT },
	{ "Hangul filler",                    0x3164,   UNICODE_FORMAT },
	{ "half-width Hangul filler",         0xFFA0,   UNICODE_FORMAT },
	{ "Hangul choseong filler",           0x115F,   UNICODE_FORMAT },
	{ "empty braille cell",               0x2800,   UNICODE_FORMAT },
	{ "braille that has dots",            0x2801,   UNICODE_OTHER },
	{ "Mongolian selector",               0x180B,   UNICODE_FORMAT },
	{ "unassigned",                       0x0378,   UNICODE_UNASSIGNED },
	{ "ignorable, not assigned yet",      0x2065,   UNICODE_FORMAT },
	{ "place of an object",               0xFFFC,   UNICODE_FORMAT },
	{ "replacement character is seen",    0xFFFD,   UNICODE_OTHER },
	{ "note without a head",              0x1D159,  UNICODE_FORMAT },
	{ "noncharacter",                     0xFFFF,   UNICODE_UNASSIGNED },
	{ "private use",                      0xE000,   UNICODE_UNASSIGNED },
	{ "private use of plane 16",          0x10FFFD, UNICODE_UNASSIGNED },
	{ "surrogate",                        0xD800,   UNICODE_UNASSIGNED },
	{ "beyond Unicode",                   0x110000, UNICODE_UNASSIGNED },
	{ "negative",                         -1,       UNICODE_UNASSIGNED },
};

static const struct { const char *why; int32_t code_point, lower; } lowers[] = {
	{ "capital",              'A',    'a' },
	{ "small already",        'a',    'a' },
	{ "digit",                '1',    '1' },
	{ "full-width capital",   0xFF21, 0xFF41 },
	{ "Greek",                0x03A9, 0x03C9 },
	{ "Turkish dotted I",     0x0130, 'i' },
	{ "kanji",                0x6F22, 0x6F22 },
};

static const struct { const char *why, *text; int32_t code_point; } points[] = {
	{ "one byte",            "A",                'A' },
	{ "last of one byte",    "\x7F",             0x7F },
	{ "first of two",        "\xC2\x80",         0x80 },
	{ "last of two",         "\u07FF",           0x7FF },
	{ "first of three",      "\u0800",           0x800 },
	{ "last before surrogates", "\uD7FF",        0xD7FF },
	{ "last of three",       "\xEF\xBF\xBF",     0xFFFF },
	{ "first of four",       "\U00010000",       0x10000 },
	{ "the last",            "\xF4\x8F\xBF\xBF", 0x10FFFF },
};
/* clang-format on */

static void
check_fold(fold_function *fold, const char *why, const char *typed, const char *expected)
{
	char ret[64] = "stale";
	const enum result result = fold(typed, ret, sizeof ret);

	if (expected == NULL && (result != BAD_FIELD || ret[0] != '\0'))
		fail_msg("%s: not refused, or something left: '%s'", why, ret);
	if (expected != NULL && (result != OK || strcmp(ret, expected) != 0))
		fail_msg("%s: result %d, '%s' instead of '%s'", why, (int)result, ret, expected);
}

static void
normal_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(folds); i++) {
		check_fold(unicode_nfc, folds[i].why, folds[i].typed, folds[i].nfc);
		check_fold(unicode_nfkc, folds[i].why, folds[i].typed, folds[i].nfkc);
		check_fold(unicode_fold_width, folds[i].why, folds[i].typed, folds[i].width);
	}
}

static void
results_fit_or_are_refused(void **state)
{
	char ret[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		const size_t bytes = sizes[i].result_bytes;

		memset(ret, 'x', sizeof ret);
		if (sizes[i].fold(sizes[i].typed, ret, bytes + 1) != OK || strlen(ret) != bytes)
			fail_msg("%s: refused or %zu bytes", sizes[i].why, strlen(ret));
		memset(ret, 'x', sizeof ret);
		if (sizes[i].fold(sizes[i].typed, ret, bytes) != BAD_FIELD || ret[0] != '\0')
			fail_msg("%s: accepted in one byte less", sizes[i].why);
		if (ret[bytes] != 'x')
			fail_msg("%s: wrote behind the buffer", sizes[i].why);
		memset(ret, 'x', sizeof ret);
		if (sizes[i].fold(sizes[i].typed, ret, 1) != BAD_FIELD || ret[0] != '\0')
			fail_msg("%s: accepted in no room at all", sizes[i].why);
	}
}

static void
repeat(char *to, size_t size, const char *piece)
{
	to[0] = '\0';
	while (strlen(to) + strlen(piece) < size)
		memcpy(to + strlen(to), piece, strlen(piece) + 1);
}

/* A password may be PASSWORD_INPUT_MAX bytes of whatever decomposes furthest. */
static void
the_longest_input_has_a_normal_form(void **state)
{
	char typed[PASSWORD_INPUT_MAX + 1], ret[3 * PASSWORD_INPUT_MAX + 1];

	(void)state;
	repeat(typed, sizeof typed, "\u0390"); /* two bytes, three code points decomposed */
	assert_int_equal(strlen(typed), PASSWORD_INPUT_MAX);
	assert_int_equal(unicode_nfc(typed, ret, sizeof ret), OK);
	assert_string_equal(ret, typed);

	repeat(typed, sizeof typed, "\U0001D160"); /* four bytes become twelve */
	assert_int_equal(unicode_nfc(typed, ret, sizeof ret), OK);
	assert_int_equal(strlen(ret), 3 * PASSWORD_INPUT_MAX);
	assert_int_equal(unicode_nfc(typed, ret, sizeof ret - 1), BAD_FIELD);
	assert_string_equal(ret, "");
}

static void
texts_beyond_the_work_space_are_refused(void **state)
{
	char typed[2 * PASSWORD_INPUT_MAX + 1], ret[4 * PASSWORD_INPUT_MAX];

	(void)state;
	repeat(typed, sizeof typed, "a");
	assert_int_equal(unicode_nfc(typed, ret, sizeof ret), BAD_FIELD);
	assert_string_equal(ret, "");
	typed[PASSWORD_INPUT_MAX * 3 / 2] = '\0';
	assert_int_equal(unicode_nfc(typed, ret, sizeof ret), OK);

	repeat(typed, PASSWORD_INPUT_MAX, "\uFDFA"); /* 18 letters each */
	assert_int_equal(unicode_nfkc(typed, ret, sizeof ret), BAD_FIELD);
	assert_string_equal(ret, "");
}

static void
characters_are_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(counts); i++) {
		const size_t code_points = unicode_code_points(counts[i].text);
		const size_t graphemes = unicode_graphemes(counts[i].text);

		if (code_points != counts[i].code_points || graphemes != counts[i].graphemes)
			fail_msg("%s: %zu code points and %zu graphemes", counts[i].why,
			    code_points, graphemes);
	}
}

static void
kinds_of_characters(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (unicode_kind(kinds[i].code_point) != kinds[i].kind)
			fail_msg("%s is of kind %d", kinds[i].why,
			    (int)unicode_kind(kinds[i].code_point));
}

static void
padding_is_cut_at_both_ends(void **state)
{
	/* clang-format off */
	static const struct { const char *why, *text, *trimmed; } rows[] = {
		{ "nothing",                    "",                          "" },
		{ "nothing around",             "a b",                       "a b" },
		{ "spaces and tabs",            " \t a \t ",                 "a" },
		{ "spaces of many kinds",       "\u00A0\u3000a\u2003\u202F", "a" },
		{ "line ends",                  "\r\n\va\f\xC2\x85\u2028\u2029", "a" },
		{ "byte order mark, word joiner", "\uFEFFa\u2060",           "a" },
		{ "bidi controls",              "\u202E\u2066a\u2069\u061C",  "a" },
		{ "joiners, selectors, tags",   "\u200Da\uFE0F\U000E007F",   "a" },
		{ "fillers",                    "\u3164\u2800a\uFFA0\uFFFC",  "a" },
		{ "ignorables of no use yet",   "\u2065a\U000E0FFF",         "a" },
		{ "padding alone",              " \uFEFF\n\u200B",           "" },
		{ "what is within stays",       " a \u200B b ",              "a \u200B b" },
		{ "a control is no padding",    " \a a\x7F ",                "\a a\x7F" },
		{ "a combining mark is none",   " \u0301a\u0301 ",           "\u0301a\u0301" },
		{ "a broken byte",              " a\xFF ",                   " a\xFF " },
		{ "broken behind padding",      " \xFF",                     " \xFF" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[64];

		strcpy(text, rows[i].text);
		const char *const trimmed = unicode_trim(text);
		if (strcmp(trimmed, rows[i].trimmed) != 0)
			fail_msg("%s: '%s'", rows[i].why, trimmed);
		assert_true(trimmed >= text && trimmed <= text + strlen(rows[i].text));
	}
}

static void
a_text_is_looked_through_for_what_nobody_sees(void **state)
{
	(void)state;
	assert_false(unicode_has_invisible(""));
	assert_false(unicode_has_invisible("a \u3000\u0301漢🍣"));
	assert_true(unicode_has_invisible("a\u200B"));
	assert_true(unicode_has_invisible("\nb"));
	assert_true(unicode_has_invisible("❤\uFE0F"));
}

static void
lower_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(lowers); i++)
		if (unicode_lower(lowers[i].code_point) != lowers[i].lower)
			fail_msg("%s becomes %x", lowers[i].why,
			    (unsigned)unicode_lower(lowers[i].code_point));
}

static void
code_points_are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(points); i++) {
		const char *at = points[i].text;
		int32_t code_point = -1;
		char bytes[4];

		if (!unicode_next(&at, &code_point) || code_point != points[i].code_point)
			fail_msg("%s: read as %x", points[i].why, (unsigned)code_point);
		if (*at != '\0' || unicode_next(&at, &code_point))
			fail_msg("%s: does not end", points[i].why);
		const size_t size = unicode_put(code_point, bytes);
		if (size != strlen(points[i].text) || memcmp(bytes, points[i].text, size) != 0)
			fail_msg("%s: written otherwise than read", points[i].why);
	}
}

static void
a_broken_byte_stops_where_it_is(void **state)
{
	const char *const text = "a\xE3\x81";
	const char *at = text;
	int32_t code_point = 0;

	(void)state;
	assert_true(unicode_next(&at, &code_point));
	assert_false(unicode_next(&at, &code_point));
	assert_ptr_equal(at, text + 1);
	assert_int_equal(code_point, 'a');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_forms),
		cmocka_unit_test(results_fit_or_are_refused),
		cmocka_unit_test(the_longest_input_has_a_normal_form),
		cmocka_unit_test(texts_beyond_the_work_space_are_refused),
		cmocka_unit_test(characters_are_counted),
		cmocka_unit_test(kinds_of_characters),
		cmocka_unit_test(padding_is_cut_at_both_ends),
		cmocka_unit_test(a_text_is_looked_through_for_what_nobody_sees),
		cmocka_unit_test(lower_case),
		cmocka_unit_test(code_points_are_read_and_written),
		cmocka_unit_test(a_broken_byte_stops_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
