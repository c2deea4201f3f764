/* insured_number_test.c - one person, however the number is typed; and what is none. */

#include "insured_number.h"

#include "fold_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NINE(text) text text text text text text text text text
#define N36(text)  NINE(text) NINE(text) NINE(text) NINE(text)
#define N38(text)  N36(text) text text
#define TEN(text)  NINE(text) text
#define N510(text) TEN(N36(text) NINE(text) text text text text text text)

static const struct folding folding = { insured_number_fold, INSURED_NUMBER_SIZE_MAX + 1 };

/* clang-format off */
static const struct fold_row accepted[] = {
	{ "plain",                             "56789100",           FIELD_OK, "56789100" },
	{ "full width",                        "５６７８９１００",      FIELD_OK, "56789100" },
	{ "half and full width mixed",         "56789１００",          FIELD_OK, "56789100" },
	{ "hyphen",                            "56789-100",          FIELD_OK, "56789100" },
	{ "full-width hyphen",                 "56789－100",          FIELD_OK, "56789100" },
	{ "long vowel mark for a hyphen",      "56789ー100",          FIELD_OK, "56789100" },
	{ "half-width long vowel mark",        "56789ｰ100",          FIELD_OK, "56789100" },
	{ "middle dot",                        "56789・100",          FIELD_OK, "56789100" },
	{ "half-width middle dot",             "56789･100",          FIELD_OK, "56789100" },
	{ "Latin middle dot",                  "56789·100",          FIELD_OK, "56789100" },
	{ "space",                             "56789 100",          FIELD_OK, "56789100" },
	{ "ideographic space",                 "５６７８９　１００",    FIELD_OK, "56789100" },
	{ "no-break space",                    "56789\u00A0100",     FIELD_OK, "56789100" },
	{ "spaces around and within",          "  5 6 7 8 9 1 0 0 ", FIELD_OK, "56789100" },
	{ "slash",                             "56789/100",          FIELD_OK, "56789100" },
	{ "full-width slash",                  "56789／100",          FIELD_OK, "56789100" },
	{ "full stop",                         "56789.100",          FIELD_OK, "56789100" },
	{ "ideographic full stop",             "56789。100",          FIELD_OK, "56789100" },
	{ "comma",                             "56,789,100",         FIELD_OK, "56789100" },
	{ "ideographic comma",                 "56789、100",          FIELD_OK, "56789100" },
	{ "half-width ideographic comma",      "56789､100",          FIELD_OK, "56789100" },
	{ "hyphen U+2010",                     "56789\u2010100",     FIELD_OK, "56789100" },
	{ "no-break hyphen U+2011",            "56789\u2011100",     FIELD_OK, "56789100" },
	{ "figure dash U+2012",                "56789\u2012100",     FIELD_OK, "56789100" },
	{ "en dash U+2013",                    "56789\u2013100",     FIELD_OK, "56789100" },
	{ "em dash U+2014",                    "56789\u2014100",     FIELD_OK, "56789100" },
	{ "horizontal bar U+2015",             "56789\u2015100",     FIELD_OK, "56789100" },
	{ "minus U+2212",                      "56789\u2212100",     FIELD_OK, "56789100" },
	{ "ruled line U+2500",                 "56789─100",          FIELD_OK, "56789100" },
	{ "small hyphen U+FE63",               "56789\uFE63100",     FIELD_OK, "56789100" },
	{ "katakana double hyphen",            "56789゠100",          FIELD_OK, "56789100" },
	{ "hyphens at both ends",              "-56789100-",         FIELD_OK, "56789100" },
	{ "long vowel marks at both ends",     "ー56789100ー",        FIELD_OK, "56789100" },
	{ "separators in a row",               "56789 - ー・100",     FIELD_OK, "56789100" },
	{ "long vowel mark after a kanji",     "健ー100",             FIELD_OK, "健100" },
	{ "long vowel mark after a letter",    "Aー100",              FIELD_OK, "A100" },
	{ "one digit",                         "1",                  FIELD_OK, "1" },
	{ "zeros in front stay",               "000100",             FIELD_OK, "000100" },
	{ "small letters",                     "123ab",              FIELD_OK, "123AB" },
	{ "full-width small letters",          "１２３ａｂ",           FIELD_OK, "123AB" },
	{ "the last small letter",             "123z",               FIELD_OK, "123Z" },
	{ "the corners of the alphabet",       "09AZaz",             FIELD_OK, "09AZAZ" },
	{ "circled digit",                     "①23",                FIELD_OK, "123" },
	{ "kana",                              "123ケーヒン",          FIELD_OK, "123ケーヒン" },
	{ "half-width kana",                   "123ｹｰﾋﾝ",            FIELD_OK, "123ケーヒン" },
	{ "full-width digits, half-width kana", "１２３ｹｰﾋﾝ",          FIELD_OK, "123ケーヒン" },
	{ "hyphen before the kana",            "123-ケーヒン",         FIELD_OK, "123ケーヒン" },
	{ "long vowel mark as that hyphen",    "123ーケーヒン",        FIELD_OK, "123ケーヒン" },
	{ "half-width mark as that hyphen",    "123ｰｹｰﾋﾝ",           FIELD_OK, "123ケーヒン" },
	{ "voiced half-width kana",            "123ｶﾞﾊﾟｰﾄ",          FIELD_OK, "123ガパート" },
	{ "voiced mark in a code point of its own", "123カ\u3099ー",  FIELD_OK, "123ガー" },
	{ "hiragana",                          "123けーひん",          FIELD_OK, "123けーひん" },
	{ "hiragana is not katakana",          "123ケひ",             FIELD_OK, "123ケひ" },
	{ "two long vowel marks after a kana", "123ケーー",           FIELD_OK, "123ケーー" },
	{ "long vowel mark behind a space",    "123ケ ーヒン",         FIELD_OK, "123ケヒン" },
	{ "long vowel mark behind a hyphen",   "123ケ-ーヒン",         FIELD_OK, "123ケヒン" },
	{ "small kana and iteration mark",     "123ッーヽー",          FIELD_OK, "123ッーヽー" },
	{ "kanji",                             "123東京",             FIELD_OK, "123東京" },
	{ "kanji one is no hyphen",            "123一",               FIELD_OK, "123一" },
	{ "digraph of katakana",               "ヿ",                 FIELD_OK, "コト" },
	{ "iteration mark of kanji",           "123佐々",             FIELD_OK, "123佐々" },
	{ "kanji of plane 2",                  "123𠮷",               FIELD_OK, "123𠮷" },
	{ "38 digits",                         N38("7"),             FIELD_OK, N38("7") },
	{ "38 digits in full width",           N38("７"),             FIELD_OK, N38("7") },
	{ "38 digits and as many hyphens",     N38("7-"),            FIELD_OK, N38("7") },
	{ "38 kana",                           N38("ケ"),             FIELD_OK, N38("ケ") },
	{ "28 kanji of plane 2 are 112 bytes",
	  NINE("𠮷") NINE("𠮷") TEN("𠮷"), FIELD_OK, NINE("𠮷") NINE("𠮷") TEN("𠮷") },
	{ "36 digits and an era that NFKC makes two", N36("7") "㍻", FIELD_OK, N36("7") "平成" },
	{ "512 bytes as typed",                N510(" ") "12",       FIELD_OK, "12" },
};

static const struct fold_row refused[] = {
	{ "nothing",                           "",                   FIELD_REQUIRED, "" },
	{ "spaces",                            " 　",                FIELD_REQUIRED, "" },
	{ "separators",                        "-・/.,ー",            FIELD_REQUIRED, "" },
	{ "39 digits",                         N38("7") "7",         FIELD_TOO_LONG, "" },
	{ "39 digits, the last full width",    N38("7") "７",         FIELD_TOO_LONG, "" },
	{ "39 kana",                           N38("ケ") "ケ",         FIELD_TOO_LONG, "" },
	{ "38 characters that NFKC makes 39",  N36("7") "7㍻",        FIELD_TOO_LONG, "" },
	{ "29 kanji of plane 2 are 116 bytes", NINE("𠮷") TEN("𠮷") TEN("𠮷"), FIELD_TOO_LONG, "" },
	{ "513 bytes as typed",                N510(" ") "123",      FIELD_TOO_LONG, "" },
	{ "NFKC beyond all bounds",            TEN(NINE("\uFDFA")),  FIELD_BAD_CHARACTER, "" },
	{ "plus",                              "56789+100",          FIELD_BAD_CHARACTER, "" },
	{ "low line",                          "56789_100",          FIELD_BAD_CHARACTER, "" },
	{ "asterisk, beside the comma's range", "56789*100",         FIELD_BAD_CHARACTER, "" },
	{ "parentheses",                       "(56789)100",         FIELD_BAD_CHARACTER, "" },
	{ "wave dash",                         "56789〜100",          FIELD_BAD_CHARACTER, "" },
	{ "per cent, for LIKE",                "56789%",             FIELD_BAD_CHARACTER, "" },
	{ "quote, for SQL",                    "1' OR '1'='1",       FIELD_BAD_CHARACTER, "" },
	{ "backslash",                         "56789\\100",         FIELD_BAD_CHARACTER, "" },
	{ "newline last",                      "56789100\n",         FIELD_BAD_CHARACTER, "" },
	{ "carriage return within",            "56789\r100",         FIELD_BAD_CHARACTER, "" },
	{ "tab",                               "56789\t100",         FIELD_BAD_CHARACTER, "" },
	{ "DEL",                               "56789\x7F",          FIELD_BAD_CHARACTER, "" },
	{ "line separator",                    "56789\u2028100",     FIELD_BAD_CHARACTER, "" },
	{ "soft hyphen",                       "56789\u00AD100",     FIELD_BAD_CHARACTER, "" },
	{ "zero width space",                  "56789\u200B100",     FIELD_BAD_CHARACTER, "" },
	{ "ZWJ",                               "56789\u200D100",     FIELD_BAD_CHARACTER, "" },
	{ "byte order mark",                   "\uFEFF56789100",     FIELD_BAD_CHARACTER, "" },
	{ "right-to-left override",            "\u202E56789100",     FIELD_BAD_CHARACTER, "" },
	{ "left-to-right mark",                "56789100\u200E",     FIELD_BAD_CHARACTER, "" },
	{ "variation selector",                "葛\U000E0100" "1",    FIELD_BAD_CHARACTER, "" },
	{ "Hangul filler",                     "1\u3164",            FIELD_BAD_CHARACTER, "" },
	{ "keycap",                            "1\uFE0F\u20E3",      FIELD_BAD_CHARACTER, "" },
	{ "accent that does not compose",      "1\u0301",            FIELD_BAD_CHARACTER, "" },
	{ "voiced mark after a digit",         "1ﾞ",                 FIELD_BAD_CHARACTER, "" },
	{ "voiced mark behind a separator",    "カ-\u3099",           FIELD_BAD_CHARACTER, "" },
	{ "emoji",                             "56789🍣",            FIELD_BAD_CHARACTER, "" },
	{ "company sign has parentheses",      "㈱123",              FIELD_BAD_CHARACTER, "" },
	{ "Cyrillic capital that looks Latin", "123\u0410",          FIELD_BAD_CHARACTER, "" },
	{ "Greek",                             "123\u03B1",          FIELD_BAD_CHARACTER, "" },
	{ "accent",                            "123\u00E9",          FIELD_BAD_CHARACTER, "" },
	{ "Arabic digit",                      "\u0663",             FIELD_BAD_CHARACTER, "" },
	{ "Hangul parts that would join",      "\u1100-\u1161",      FIELD_BAD_CHARACTER, "" },
	{ "colon behind the nine",             ":",                  FIELD_BAD_CHARACTER, "" },
	{ "at sign before A",                  "@",                  FIELD_BAD_CHARACTER, "" },
	{ "bracket behind Z",                  "[",                  FIELD_BAD_CHARACTER, "" },
	{ "grave before a",                    "`",                  FIELD_BAD_CHARACTER, "" },
	{ "brace behind z",                    "{",                  FIELD_BAD_CHARACTER, "" },
	{ "private use",                       "\uE000",             FIELD_BAD_CHARACTER, "" },
	{ "unassigned",                        "\u0378",             FIELD_BAD_CHARACTER, "" },
	{ "no UTF-8",                          "56789\xFF",          FIELD_BAD_CHARACTER, "" },
	{ "Shift_JIS",                         "123\x83\x50",        FIELD_BAD_CHARACTER, "" },
	{ "overlong digit",                    "5678\xC0\xB9",       FIELD_BAD_CHARACTER, "" },
};

static const struct { const char *why, *number; bool valid; } insurers[] = {
	{ "national association, Tokyo",    "01130012",  true },
	{ "police society, Chiba",          "33120015",  true },
	{ "check digit 0 of no sum",        "00000000",  true },
	{ "check digit 0 of a sum of 10",   "09000050",  true },
	{ "product 10 counted as 1 + 0",    "00000059",  true },
	{ "product 10 counted whole",       "00000050",  false },
	{ "one more",                       "01130013",  false },
	{ "one less",                       "01130011",  false },
	{ "neighbours exchanged",           "01310012",  false },
	{ "first digit wrong",              "11130012",  false },
	{ "seven digits",                   "0113001",   false },
	{ "nine digits",                    "011300120", false },
	{ "nothing",                        "",          false },
	{ "full width",                     "０１１３００１２", false },
	{ "a letter",                       "0113001A",  false },
	{ "a slash that would add up",      "0600000/",  false },
	{ "a colon that would add up",      "0900000:",  false },
	{ "spaces around",                  " 113001 ",  false },
	{ "minus",                          "-1130012",  false },
	{ "newline last",                   "0113001\n", false },
};

/* As members are shown their own; what is short is hidden whole. */
static const struct { const char *why, *number, *masked; } masks[] = {
	{ "plain",                          "56789100",        "******00" },
	{ "three",                          "123",             "*23" },
	{ "two would be all of it",         "12",              "**" },
	{ "one",                            "1",               "*" },
	{ "nothing",                        "",                "" },
	{ "letters",                        "123AB",           "***AB" },
	{ "kana are characters, not bytes", "123ケーヒン",     "*****ヒン" },
	{ "kana alone",                     "ケーヒン",        "**ヒン" },
	{ "two kana",                       "ケヒ",            "**" },
	{ "kanji before digits",            "健100",           "**00" },
	{ "kanji and a digit are told",     "12健3",           "**健3" },
	{ "four bytes each",                "𠮷𠮷𠮷",          "*𠮷𠮷" },
	{ "two of four bytes",              "𠮷𠮷",            "**" },
	{ "38 digits",                      N36("7") "12",     N36("*") "12" },
	{ "38 kana",                        N38("ケ"),         N36("*") "ケケ" },
	{ "a star told is no star hidden",  "1**",             "***" },
};
/* clang-format on */

static void
numbers_are_folded(void **state)
{
	(void)state;
	assert_folds(&folding, accepted, LENGTH(accepted));
}

/* asvs 2.2.1 */
static void
numbers_are_refused(void **state)
{
	(void)state;
	assert_folds(&folding, refused, LENGTH(refused));
}

/* 番号 1 記号 23 and 番号 12 記号 3 are one string: the import has to find such pairs. */
static void
two_pairs_can_be_one_string(void **state)
{
	char one[INSURED_NUMBER_SIZE_MAX + 1], other[INSURED_NUMBER_SIZE_MAX + 1];

	(void)state;
	assert_int_equal(insured_number_fold("1-23", one, sizeof one), FIELD_OK);
	assert_int_equal(insured_number_fold("12-3", other, sizeof other), FIELD_OK);
	assert_string_equal(one, other);
}

/* The output is a block as large as the number: a byte too many is seen by AddressSanitizer. */
/* asvs 14.2.6 */
static void
numbers_are_shown_masked(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(masks); i++) {
		const size_t size = strlen(masks[i].number) + 1;
		char *const ret = malloc(size);

		assert_non_null(ret);
		memset(ret, 'x', size);
		insured_number_mask(masks[i].number, ret);
		if (memchr(ret, '\0', size) == NULL || strcmp(ret, masks[i].masked) != 0)
			fail_msg("%s: %.*s", masks[i].why, (int)size, ret);
		free(ret);
	}
}

static void
insurer_numbers_have_a_check_digit(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(insurers); i++)
		if (insurer_number_is_valid(insurers[i].number) != insurers[i].valid)
			fail_msg("%s: %s", insurers[i].why, insurers[i].number);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_folded),
		cmocka_unit_test(numbers_are_refused),
		cmocka_unit_test(two_pairs_can_be_one_string),
		cmocka_unit_test(numbers_are_shown_masked),
		cmocka_unit_test(insurer_numbers_have_a_check_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
