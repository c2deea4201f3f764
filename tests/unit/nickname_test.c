/* nickname_test.c - names people give themselves, and what hides in one. */

#include "nickname.h"

#include "fold_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NINE(text) text text text text text text text text text
#define N19(text)  NINE(text) NINE(text) text
#define N20(text)  NINE(text) NINE(text) text text
#define FAMILY     "👨\u200D👩\u200D👧\u200D👦" /* 25 bytes */
#define SCOTLAND   "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"

static const struct folding folding = { nickname_fold, NICKNAME_MAX + 1 };

/* clang-format off */
static const struct fold_row accepted[] = {
	{ "plain",                            "Taro",              FIELD_OK, "Taro" },
	{ "kanji",                            "山田太郎",           FIELD_OK, "山田太郎" },
	{ "kana with long vowel mark",        "サッカー",           FIELD_OK, "サッカー" },
	{ "half-width kana stay",             "ﾀﾛｳ",               FIELD_OK, "ﾀﾛｳ" },
	{ "full-width letters stay",          "Ｔａｒｏ",           FIELD_OK, "Ｔａｒｏ" },
	{ "case stays",                       "tArO",              FIELD_OK, "tArO" },
	{ "one character",                    "あ",                FIELD_OK, "あ" },
	{ "one mark of punctuation",          "!",                 FIELD_OK, "!" },
	{ "markup is the reader's affair",    "<b>\"&'</b>",       FIELD_OK, "<b>\"&'</b>" },
	{ "spaces around",                    "  Taro ",           FIELD_OK, "Taro" },
	{ "a run of spaces within",           "Taro   Y",          FIELD_OK, "Taro Y" },
	{ "ideographic space",                "山田　太郎",          FIELD_OK, "山田 太郎" },
	{ "spaces of many kinds", "\u00A0a\u2003\u3000\u202F b\u205F", FIELD_OK, "a b" },
	{ "line ends and tabs around",        "\r\nTaro\t\n",      FIELD_OK, "Taro" },
	{ "byte order mark and its like around", "\uFEFFTaro\u200B\u2060", FIELD_OK, "Taro" },
	{ "bidi marks around",                "\u202E\u2066Taro\u2069\u202C", FIELD_OK, "Taro" },
	{ "joiners around",                   "\u200DTaro\u200C",  FIELD_OK, "Taro" },
	{ "joiner behind an emoji",           "👩\u200D",          FIELD_OK, "👩" },
	{ "a second selector",                "❤\uFE0F\uFE0F",     FIELD_OK, "❤\uFE0F" },
	{ "selectors that nothing has around", "\uFE0FTaro\U000E0100", FIELD_OK, "Taro" },
	{ "tags that make no flag",           "🏴\U000E0021\U000E007F", FIELD_OK, "🏴" },
	{ "an emoji's look stays before what is dropped",
	  "❤\uFE0F \uFEFF\n",               FIELD_OK, "❤\uFE0F" },
	{ "accent composes",                  "Rene\u0301",        FIELD_OK, "Ren\u00E9" },
	{ "voiced mark composes",             "か\u3099",          FIELD_OK, "が" },
	{ "mark that does not compose",       "x\u0301",           FIELD_OK, "x\u0301" },
	{ "five marks on one character",      "x\u0301\u0302\u0303\u0304\u0305", FIELD_OK,
	  "x\u0301\u0302\u0303\u0304\u0305" },
	{ "Burmese with five",                "မြှို့",                FIELD_OK, "မြှို့" },
	{ "Tibetan",                          "བསྒྲུབས",              FIELD_OK, "བསྒྲུབས" },
	{ "marks of each character are counted apart",
	  "x\u0301\u0302\u0303\u0304\u0305y\u0301\u0302\u0303\u0304\u0305", FIELD_OK,
	  "x\u0301\u0302\u0303\u0304\u0305\u00FD\u0302\u0303\u0304\u0305" },
	{ "Arabic",                           "محمد",              FIELD_OK, "محمد" },
	{ "Persian with ZWNJ",                "می\u200Cخواهم",     FIELD_OK, "می\u200Cخواهم" },
	{ "Hindi with ZWJ",                   "क्\u200Dष",          FIELD_OK, "क्\u200Dष" },
	{ "Thai with marks",                  "น้ำ",                FIELD_OK, "น้ำ" },
	{ "Hangul",                           "한글",              FIELD_OK, "한글" },
	{ "emoji",                            "🍣",                FIELD_OK, "🍣" },
	{ "family",                           FAMILY,              FIELD_OK, FAMILY },
	{ "woman health worker, skin tone",   "👩🏽\u200D⚕\uFE0F",  FIELD_OK, "👩🏽\u200D⚕\uFE0F" },
	{ "heart on fire",                    "❤\uFE0F\u200D🔥",   FIELD_OK, "❤\uFE0F\u200D🔥" },
	{ "rainbow flag",                     "🏳\uFE0F\u200D🌈",   FIELD_OK, "🏳\uFE0F\u200D🌈" },
	{ "two hands, two skin tones",        "🫱🏻\u200D🫲🏿",       FIELD_OK, "🫱🏻\u200D🫲🏿" },
	{ "black cat",                        "🐈\u200D⬛",         FIELD_OK, "🐈\u200D⬛" },
	{ "head shaking",                     "🙂\u200D↔\uFE0F",   FIELD_OK, "🙂\u200D↔\uFE0F" },
	{ "flag of Japan",                    "🇯🇵",               FIELD_OK, "🇯🇵" },
	{ "flag of Scotland",                 SCOTLAND,            FIELD_OK, SCOTLAND },
	{ "keycaps", "1\uFE0F\u20E3#\uFE0F\u20E3", FIELD_OK, "1\uFE0F\u20E3#\uFE0F\u20E3" },
	{ "text look",                        "☺\uFE0E",           FIELD_OK, "☺\uFE0E" },
	{ "copyright sign with emoji look",   "©\uFE0F",           FIELD_OK, "©\uFE0F" },
	{ "kanji variant of a name",          "渡邉\U000E0100",     FIELD_OK, "渡邉\U000E0100" },
	{ "20 letters",                       N20("a"),            FIELD_OK, N20("a") },
	{ "20 kanji",                         N20("漢"),           FIELD_OK, N20("漢") },
	{ "20 flags",                         N20("🇯🇵"),           FIELD_OK, N20("🇯🇵") },
	{ "20 letters with accents apart",    N20("x\u0301"),      FIELD_OK, N20("x\u0301") },
	{ "20 after spaces are dropped",      "   " N20("a") "   ", FIELD_OK, N20("a") },
	{ "20 with a space that counts",      N19("a") " ",        FIELD_OK, N19("a") },
	{ "16 families of 25 bytes are 400",
	  NINE(FAMILY) FAMILY FAMILY FAMILY FAMILY FAMILY FAMILY FAMILY, FIELD_OK,
	      NINE(FAMILY) FAMILY FAMILY FAMILY FAMILY FAMILY FAMILY FAMILY },
};

static const struct fold_row refused[] = {
	{ "nothing",                          "",                  FIELD_REQUIRED, "" },
	{ "spaces",                           " 　\u00A0",          FIELD_REQUIRED, "" },
	{ "21 letters",                       N20("a") "a",        FIELD_TOO_LONG, "" },
	{ "21 kanji",                         N20("漢") "漢",       FIELD_TOO_LONG, "" },
	{ "21 with the space between",        N19("a") " a",       FIELD_TOO_LONG, "" },
	{ "21 flags",                         N20("🇯🇵") "🇯🇵",      FIELD_TOO_LONG, "" },
	{ "16 families and a letter are 401 bytes",
	  NINE(FAMILY) FAMILY FAMILY FAMILY FAMILY FAMILY FAMILY FAMILY "a", FIELD_TOO_LONG, "" },
	{ "one letter under 400 marks",       "x" N20(N20("\u0301")), FIELD_BAD_CHARACTER, "" },
	{ "newline",                          "Ta\nro",            FIELD_INVISIBLE_CHARACTER, "" },
	{ "header injection",                 "Taro\r\nBcc: x",    FIELD_INVISIBLE_CHARACTER, "" },
	{ "tab",                              "Ta\tro",            FIELD_INVISIBLE_CHARACTER, "" },
	{ "DEL",                              "Ta\x7Fro",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "escape",                           "\x1B[31m",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "next line, a C1 control",          "a\xC2\x85" "b",     FIELD_INVISIBLE_CHARACTER, "" },
	{ "line separator",                   "a\u2028b",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "paragraph separator",              "a\u2029b",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "zero width space alone",           "\u200B",            FIELD_REQUIRED, "" },
	{ "zero width space",                 "a\u200Bb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "word joiner",                      "a\u2060b",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "soft hyphen",                      "a\u00ADb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "combining grapheme joiner",        "a\u034Fb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "Hangul filler, a letter unseen",   "\u3164",            FIELD_REQUIRED, "" },
	{ "half-width Hangul filler",         "\uFFA0",            FIELD_REQUIRED, "" },
	{ "empty braille",                    "\u2800",            FIELD_REQUIRED, "" },
	{ "ZWJ alone",                        "\u200D",            FIELD_REQUIRED, "" },
	{ "ZWJ between letters",              "a\u200Db",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWNJ between letters",             "a\u200Cb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWJ between kanji",                "山\u200D田",         FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWJ between digits",               "1\u200D2",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWJ between number signs",         "#\u200D#",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "two ZWJ",                          "👩\u200D\u200D👧",  FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWJ from emoji to letter",         "👩\u200Da",         FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWJ from letter to emoji",         "a\u200D👩",         FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWNJ between emoji",               "👩\u200C👧",        FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWNJ from Persian to Latin",       "م\u200Ca",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "ZWJ before a selector",            "👩\u200D\uFE0F",    FIELD_INVISIBLE_CHARACTER, "" },
	{ "selector alone",                   "\uFE0F",            FIELD_REQUIRED, "" },
	{ "tag alone",                        "\U000E0067",        FIELD_REQUIRED, "" },
	{ "tags after a letter: hidden text",
	  "a\U000E0068\U000E0069\U000E007F", FIELD_INVISIBLE_CHARACTER, "" },
	{ "tags that are not closed",
	  "🏴\U000E0067\U000E0062", FIELD_INVISIBLE_CHARACTER, "" },
	{ "tags on another emoji",
	  "🍣\U000E0067\U000E007F", FIELD_INVISIBLE_CHARACTER, "" },
	{ "tag no flag has",
	  "🏴\U000E0021\U000E007Fa", FIELD_INVISIBLE_CHARACTER, "" },
	{ "marks alone",                      "\u0301\u0302",      FIELD_BAD_CHARACTER, "" },
	{ "mark first",                       "\u0301a",           FIELD_BAD_CHARACTER, "" },
	{ "mark behind leading spaces",       "  \u0301",          FIELD_BAD_CHARACTER, "" },
	{ "mark behind a space",              "a \u0301b",         FIELD_BAD_CHARACTER, "" },
	{ "mark behind an ideographic space", "a　\u3099",          FIELD_BAD_CHARACTER, "" },
	{ "keycap alone",                     "\u20E3",            FIELD_BAD_CHARACTER, "" },
	{ "right-to-left override",           "a\u202Egpj.exe",    FIELD_INVISIBLE_CHARACTER, "" },
	{ "right-to-left mark",               "a\u200Fb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "isolates",                         "a\u2066b\u2069c",   FIELD_INVISIBLE_CHARACTER, "" },
	{ "Arabic letter mark",               "م\u061Cم",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "byte order mark",                  "a\uFEFFb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "Hangul filler",                    "a\u3164b",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "object replacement character",     "a\uFFFCb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "selector after a letter",          "a\uFE0Fb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "selector after a digit, no keycap", "1\uFE0Fb",         FIELD_INVISIBLE_CHARACTER, "" },
	{ "two selectors",                    "❤\uFE0F\uFE0Fb",    FIELD_INVISIBLE_CHARACTER, "" },
	{ "text and emoji look at once",      "❤\uFE0E\uFE0Fb",    FIELD_INVISIBLE_CHARACTER, "" },
	{ "ideographic selector on kana",     "あ\U000E0100い",     FIELD_INVISIBLE_CHARACTER, "" },
	{ "two ideographic selectors",
	  "邉\U000E0100\U000E0101辺", FIELD_INVISIBLE_CHARACTER, "" },
	{ "selector of Mongolian",            "a\u180Bb",          FIELD_INVISIBLE_CHARACTER, "" },
	{ "language tag",                     "a\U000E0001b",      FIELD_INVISIBLE_CHARACTER, "" },
	{ "bell last",                        "a\a",               FIELD_INVISIBLE_CHARACTER, "" },
	{ "six marks on one character",
	  "x\u0301\u0302\u0303\u0304\u0305\u0306", FIELD_BAD_CHARACTER, "" },
	{ "joiners between marks begin no new character",
	  "क\u093E\u093E\u093E\u200D\u093E\u093E\u093E", FIELD_BAD_CHARACTER, "" },
	{ "private use, as old phones' emoji", "\uE63E",           FIELD_BAD_CHARACTER, "" },
	{ "private use of plane 15",          "\U000F0000",        FIELD_BAD_CHARACTER, "" },
	{ "unassigned",                       "a\u0378",           FIELD_BAD_CHARACTER, "" },
	{ "noncharacter",                     "\xEF\xBF\xBE",      FIELD_BAD_CHARACTER, "" },
	{ "no UTF-8",                         "Ta\xFFro",          FIELD_BAD_CHARACTER, "" },
	{ "Shift_JIS",                        "\x82\xA0",          FIELD_BAD_CHARACTER, "" },
	{ "surrogate pair",                   "\xED\xA0\xBC\xED\xBD\xA3", FIELD_BAD_CHARACTER, "" },
	{ "overlong newline",                 "a\xC0\x8A",         FIELD_BAD_CHARACTER, "" },
	{ "cut in the middle",                "山\xE7\x94",         FIELD_BAD_CHARACTER, "" },
};
/* clang-format on */

static void
nicknames_are_folded(void **state)
{
	(void)state;
	assert_folds(&folding, accepted, LENGTH(accepted));
}

/* asvs 2.2.1 */
static void
nicknames_are_refused(void **state)
{
	(void)state;
	assert_folds(&folding, refused, LENGTH(refused));
}

static void
no_control_character_passes(void **state)
{
	(void)state;
	for (unsigned char c = 1; c <= 0x7F; c = (unsigned char)(c == 0x1F ? 0x7F : c + 1)) {
		const char typed[] = { 'a', (char)c, 'b', '\0' };
		char ret[NICKNAME_MAX + 1];

		if (nickname_fold(typed, ret, sizeof ret) != FIELD_INVISIBLE_CHARACTER)
			fail_msg("control %02x passed", c);
	}
}

static void
input_has_a_bound_of_its_own(void **state)
{
	char typed[NICKNAME_INPUT_MAX + 2], ret[NICKNAME_MAX + 1];

	(void)state;
	memset(typed, ' ', sizeof typed);
	typed[0] = 'a';
	typed[NICKNAME_INPUT_MAX] = '\0';
	assert_int_equal(nickname_fold(typed, ret, sizeof ret), FIELD_OK);
	assert_string_equal(ret, "a");
	typed[NICKNAME_INPUT_MAX] = ' ';
	typed[NICKNAME_INPUT_MAX + 1] = '\0';
	assert_int_equal(nickname_fold(typed, ret, sizeof ret), FIELD_TOO_LONG);
	assert_string_equal(ret, "");
}

static void
what_nfc_makes_longest_is_too_long_not_bad(void **state)
{
	char typed[NICKNAME_INPUT_MAX + 1] = "", ret[NICKNAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < NICKNAME_INPUT_MAX; i += 4)
		memcpy(typed + i, "\U0001D160", 5);
	assert_int_equal(nickname_fold(typed, ret, sizeof ret), FIELD_TOO_LONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nicknames_are_folded),
		cmocka_unit_test(nicknames_are_refused),
		cmocka_unit_test(no_control_character_passes),
		cmocka_unit_test(input_has_a_bound_of_its_own),
		cmocka_unit_test(what_nfc_makes_longest_is_too_long_not_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
