/* email_test.c - addresses as members type them, and as attackers would like to. */

#include "email.h"

#include "fold_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN(text) text text text text text text text text text text
#define A60       TEN("aaaaaa")
#define A63       A60 "aaa"
#define L64       A60 "aaaa"
/* 64 + 1 + 189 = 254 */
#define D189 A63 "." A63 "." A60 "a"
/* 1 + 1 + 252 = 254 */
#define D252 A63 "." A63 "." A63 "." A60

static const struct folding folding = { email_fold, EMAIL_MAX + 1 };

/* clang-format off */
static const struct fold_row accepted[] = {
	{ "plain", "taro@example.jp", FIELD_OK, "taro@example.jp" },
	{ "only the domain is lower-cased", "Taro@Example.JP", FIELD_OK, "Taro@example.jp" },
	{ "the shortest",                      "a@b.c",                   FIELD_OK, "a@b.c" },
	{ "dots within", "a.b.c@example.jp", FIELD_OK, "a.b.c@example.jp" },
	{ "every atext mark of RFC 5322",
	  "!#$%&'*+-/=?^_`{|}~@example.jp", FIELD_OK, "!#$%&'*+-/=?^_`{|}~@example.jp" },
	{ "every letter",
	  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@example.jp", FIELD_OK,
	  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@example.jp" },
	{ "digits alone", "0123456789@example.jp", FIELD_OK, "0123456789@example.jp" },
	{ "plus address", "taro+kenpo@example.jp", FIELD_OK, "taro+kenpo@example.jp" },
	{ "hyphen first", "-taro@example.jp", FIELD_OK, "-taro@example.jp" },
	{ "full width throughout",             "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ",  FIELD_OK, "taro@example.jp" },
	{ "full-width at sign alone", "taro＠example.jp", FIELD_OK, "taro@example.jp" },
	{ "full-width full stop in both parts", "ta．ro@example．jp", FIELD_OK, "ta.ro@example.jp" },
	{ "full-width hyphen and low line", "ta－ro＿1@example.jp", FIELD_OK, "ta-ro_1@example.jp" },
	{ "ideographic full stops in domain",
	  "taro@example。co。jp", FIELD_OK, "taro@example.co.jp" },
	{ "half-width ideographic full stop", "taro@example｡jp", FIELD_OK, "taro@example.jp" },
	{ "spaces around", "  taro@example.jp ", FIELD_OK, "taro@example.jp" },
	{ "ideographic spaces around", "　taro@example.jp　", FIELD_OK, "taro@example.jp" },
	{ "no-break space from a web page", "taro@example.jp\u00A0", FIELD_OK, "taro@example.jp" },
	{ "byte order mark before", "\uFEFFtaro@example.jp", FIELD_OK, "taro@example.jp" },
	{ "left-to-right mark at the end", "taro@example.jp\u200E", FIELD_OK, "taro@example.jp" },
	{ "line ends and tabs around",
	  "\r\n\ttaro@example.jp\t\n\xC2\x85\u2028\u2029", FIELD_OK, "taro@example.jp" },
	{ "bidi, fillers, selectors around",
	  "\u202A\u3164taro@example.jp\uFE0F\U000E007F\u202C", FIELD_OK, "taro@example.jp" },
	{ "Japanese domain", "taro@日本語.jp", FIELD_OK, "taro@xn--wgv71a119e.jp" },
	{ "Japanese domain in punycode",
	  "taro@XN--wgv71a119e.JP", FIELD_OK, "taro@xn--wgv71a119e.jp" },
	{ "number as a middle label", "taro@163.com", FIELD_OK, "taro@163.com" },
	{ "top level with a digit in it", "taro@example.a1", FIELD_OK, "taro@example.a1" },
	{ "the longest local part", L64 "@example.jp", FIELD_OK, L64 "@example.jp" },
	{ "exactly the longest address",       L64 "@" D189,              FIELD_OK, L64 "@" D189 },
	{ "the longest domain there is room for", "a@" D252,              FIELD_OK, "a@" D252 },
	{ "docomo, dots together", "a..b@docomo.ne.jp", FIELD_OK, "a..b@docomo.ne.jp" },
	{ "docomo, dot last", "ab.@docomo.ne.jp", FIELD_OK, "ab.@docomo.ne.jp" },
	{ "docomo, capitals and full width", "a..b.＠ＤＯＣＯＭＯ.ne.jp", FIELD_OK, "a..b.@docomo.ne.jp" },
	{ "docomo by ideographic full stops", "a..b@docomo。ne。jp", FIELD_OK, "a..b@docomo.ne.jp" },
	{ "au, a whole row of dots",
	  "a......b...@ezweb.ne.jp", FIELD_OK, "a......b...@ezweb.ne.jp" },
	{ "au.com",                            "a.@au.com",               FIELD_OK, "a.@au.com" },
	{ "SoftBank", "a..b@softbank.ne.jp", FIELD_OK, "a..b@softbank.ne.jp" },
	{ "SoftBank's iPhone domain", "a.@i.softbank.jp", FIELD_OK, "a.@i.softbank.jp" },
	{ "Disney", "a.@disney.ne.jp", FIELD_OK, "a.@disney.ne.jp" },
	{ "Vodafone", "a.@vodafone.ne.jp", FIELD_OK, "a.@vodafone.ne.jp" },
	{ "Vodafone, Tokai", "a..b@c.vodafone.ne.jp", FIELD_OK, "a..b@c.vodafone.ne.jp" },
	{ "Vodafone, Kyushu", "a..b@q.vodafone.ne.jp", FIELD_OK, "a..b@q.vodafone.ne.jp" },
	{ "J-PHONE", "a.@jp-t.ne.jp", FIELD_OK, "a.@jp-t.ne.jp" },
};

static const struct fold_row refused[] = {
	{ "nothing",                           "",                        FIELD_REQUIRED, "" },
	{ "only spaces",                       " 　\u00A0",               FIELD_REQUIRED, "" },
	{ "only what nobody sees",             "\uFEFF\n\u200B",        FIELD_REQUIRED, "" },
	{ "no at sign",                        "taro.example.jp",         FIELD_BAD_FORMAT, "" },
	{ "an at sign alone",                  "@",                       FIELD_BAD_FORMAT, "" },
	{ "two at signs",                      "taro@b@example.jp",       FIELD_BAD_FORMAT, "" },
	{ "two at signs, one full width",      "taro@＠example.jp",        FIELD_BAD_FORMAT, "" },
	{ "two addresses",                     "a@b.jp,c@d.jp",           FIELD_BAD_FORMAT, "" },
	{ "no local part",                     "@example.jp",             FIELD_BAD_FORMAT, "" },
	{ "no domain",                         "taro@",                   FIELD_BAD_FORMAT, "" },
	{ "dot first",                         ".taro@example.jp",        FIELD_BAD_FORMAT, "" },
	{ "dot first at a carrier's too",      ".taro@docomo.ne.jp",      FIELD_BAD_FORMAT, "" },
	{ "a dot alone at a carrier's",        ".@docomo.ne.jp",          FIELD_BAD_FORMAT, "" },
	{ "dots together elsewhere",           "a..b@example.jp",         FIELD_BAD_FORMAT, "" },
	{ "dot last elsewhere",                "ab.@example.jp",          FIELD_BAD_FORMAT, "" },
	{ "dots at what only ends as docomo",  "a..b@xdocomo.ne.jp",      FIELD_BAD_FORMAT, "" },
	{ "dots at what only begins as docomo", "a..b@docomo.ne.jp.evil.jp", FIELD_BAD_FORMAT, "" },
	{ "dots below docomo",                 "a..b@mail.docomo.ne.jp",  FIELD_BAD_FORMAT, "" },
	{ "dots at a Vodafone of no region",   "a..b@x.vodafone.ne.jp",   FIELD_BAD_FORMAT, "" },
	{ "dots at gmail",                     "a..b@gmail.com",          FIELD_BAD_FORMAT, "" },
	{ "domain without a dot",              "taro@localhost",          FIELD_BAD_FORMAT, "" },
	{ "IDN without a dot",                 "taro@日本語",              FIELD_BAD_FORMAT, "" },
	{ "domain ends in a dot",              "taro@example.jp.",        FIELD_BAD_FORMAT, "" },
	{ "domain begins with a dot",          "taro@.example.jp",        FIELD_BAD_FORMAT, "" },
	{ "dots together in the domain",       "taro@example..jp",        FIELD_BAD_FORMAT, "" },
	{ "ideographic full stops together",   "taro@example。。jp",       FIELD_BAD_FORMAT, "" },
	{ "hyphen at a label's beginning",     "taro@-example.jp",        FIELD_BAD_FORMAT, "" },
	{ "hyphen at a label's end",           "taro@example-.jp",        FIELD_BAD_FORMAT, "" },
	{ "low line in the domain",            "taro@exam_ple.jp",        FIELD_BAD_FORMAT, "" },
	{ "label of 64",                       "taro@" A63 "a.jp",        FIELD_BAD_FORMAT, "" },
	{ "bare IP address",                   "taro@192.0.2.1",          FIELD_BAD_FORMAT, "" },
	{ "address literal",                   "taro@[192.0.2.1]",        FIELD_BAD_FORMAT, "" },
	{ "IPv6 literal",                      "taro@[IPv6:::1]",         FIELD_BAD_FORMAT, "" },
	{ "port behind the domain",            "taro@example.jp:25",      FIELD_BAD_FORMAT, "" },
	{ "emoji domain",                      "taro@🍣.jp",              FIELD_BAD_FORMAT, "" },
	{ "angle brackets",                    "<taro@example.jp>",       FIELD_BAD_FORMAT, "" },
	{ "mailto",                            "mailto:taro@example.jp",  FIELD_BAD_CHARACTER, "" },
	{ "quoted local part",                 "\"taro\"@example.jp",     FIELD_BAD_CHARACTER, "" },
	{ "comment",                           "taro(me)@example.jp",     FIELD_BAD_CHARACTER, "" },
	{ "backslash",                         "ta\\ro@example.jp",       FIELD_BAD_CHARACTER, "" },
	{ "comma for a dot",                   "ta,ro@example.jp",        FIELD_BAD_CHARACTER, "" },
	{ "space within",                      "ta ro@example.jp",        FIELD_BAD_CHARACTER, "" },
	{ "ideographic space within",          "ta　ro@example.jp",        FIELD_BAD_CHARACTER, "" },
	{ "space before the at sign",          "taro @example.jp",        FIELD_BAD_CHARACTER, "" },
	{ "space in an IDN",                   "taro@日 本.jp",            FIELD_BAD_CHARACTER, "" },
	{ "Japanese local part",               "太郎@example.jp",          FIELD_BAD_CHARACTER, "" },
	{ "kana in the local part",            "たろう@example.jp",        FIELD_BAD_CHARACTER, "" },
	{ "half-width kana",                   "ﾀﾛｳ@example.jp",          FIELD_BAD_CHARACTER, "" },
	{ "long vowel mark for a hyphen",      "taーro@example.jp",        FIELD_BAD_CHARACTER, "" },
	{ "ideographic full stop, local part", "ta。ro@example.jp",        FIELD_BAD_CHARACTER, "" },
	{ "accent",                            "tar\u00F4@example.jp",    FIELD_BAD_CHARACTER, "" },
	{ "Cyrillic a",                        "t\u0430ro@example.jp",    FIELD_BAD_CHARACTER, "" },
	{ "Kelvin sign",                       "\u212Aen@example.jp",     FIELD_BAD_CHARACTER, "" },
	{ "header injection",                  "a@b.jp\r\nBcc: x",        FIELD_BAD_CHARACTER, "" },
	{ "second recipient", "a@b.jp>\r\nRCPT TO:<c@d.jp", FIELD_BAD_CHARACTER, "" },
	{ "carriage return in the local part", "ta\rro@example.jp",       FIELD_BAD_CHARACTER, "" },
	{ "newline in an IDN",                 "taro@日\n本.jp",           FIELD_BAD_CHARACTER, "" },
	{ "DEL",                               "ta\x7Fro@example.jp",     FIELD_BAD_CHARACTER, "" },
	{ "escape",                            "\x1B[2Jtaro@example.jp",  FIELD_BAD_CHARACTER, "" },
	{ "bell last",                         "taro@example.jp\a",       FIELD_BAD_CHARACTER, "" },
	{ "right-to-left override",            "taro@\u202Eexample.jp",   FIELD_BAD_CHARACTER, "" },
	{ "zero width space UTS 46 would drop", "taro@exam\u200Bple.jp",  FIELD_BAD_CHARACTER, "" },
	{ "soft hyphen UTS 46 would drop",     "taro@exam\u00ADple.jp",   FIELD_BAD_CHARACTER, "" },
	{ "ZWJ that IDNA would keep", "taro@क्\u200Dष.jp", FIELD_BAD_CHARACTER, "" },
	{ "selector UTS 46 would drop",        "taro@日\uFE00本.jp",       FIELD_BAD_CHARACTER, "" },
	{ "Hangul filler",                     "taro@\u3164.jp",          FIELD_BAD_CHARACTER, "" },
	{ "private use",                       "taro@\uE000.jp",          FIELD_BAD_CHARACTER, "" },
	{ "unassigned",                        "taro@\u0378.jp",          FIELD_BAD_CHARACTER, "" },
	{ "no UTF-8",                          "taro\xFF@example.jp",     FIELD_BAD_CHARACTER, "" },
	{ "overlong at sign", "taro\xC1\x80" "example.jp", FIELD_BAD_CHARACTER, "" },
	{ "surrogate",                         "taro@\xED\xA0\x80.jp",    FIELD_BAD_CHARACTER, "" },
	{ "local part of 65",                  L64 "a@example.jp",        FIELD_BAD_FORMAT, "" },
	{ "local part of 65, full width last", L64 "ａ@example.jp",        FIELD_BAD_FORMAT, "" },
	{ "one byte more than the longest",    L64 "@" D189 "a",          FIELD_TOO_LONG, "" },
	{ "one byte more in a short one's domain", "a@" D252 "a",         FIELD_TOO_LONG, "" },
	{ "an IDN that grows beyond the bound",
	  L64 "@" A63 "." A63 "." A60 ".日本", FIELD_TOO_LONG, "" },
};

static const struct { const char *why, *email, *masked; } masks[] = {
	{ "plain",                  "taro@example.jp",      "t***@example.jp" },
	{ "one letter",             "t@example.jp",         "t***@example.jp" },
	{ "carrier's dots",         "a..b.@docomo.ne.jp",   "a***@docomo.ne.jp" },
	{ "short part, longest domain grows", "a@" D252,    "a***@" D252 },
	{ "not an address",         "taro",                 "***" },
	{ "no local part",          "@example.jp",          "***" },
	{ "empty",                  "",                     "***" },
};
/* clang-format on */

static void
addresses_are_folded(void **state)
{
	(void)state;
	assert_folds(&folding, accepted, LENGTH(accepted));
}

/* asvs 2.2.1 */
static void
addresses_are_refused(void **state)
{
	(void)state;
	assert_folds(&folding, refused, LENGTH(refused));
}

/* asvs 1.3.11 */
static void
no_control_character_passes(void **state)
{
	(void)state;
	for (unsigned char c = 1; c <= 0x7F; c = (unsigned char)(c == 0x1F ? 0x7F : c + 1)) {
		char typed[] = "ta_ro@exam_ple.jp";
		char ret[EMAIL_MAX + 1];

		typed[2] = (char)c;
		if (email_fold(typed, ret, sizeof ret) != FIELD_BAD_CHARACTER)
			fail_msg("control %02x passed in the local part", c);
		typed[2] = 'x';
		typed[10] = (char)c;
		if (email_fold(typed, ret, sizeof ret) != FIELD_BAD_CHARACTER)
			fail_msg("control %02x passed in the domain", c);
	}
}

static void
input_has_a_bound_of_its_own(void **state)
{
	char typed[EMAIL_INPUT_MAX + 2], ret[EMAIL_MAX + 1];

	(void)state;
	memset(typed, ' ', sizeof typed);
	memcpy(typed, "taro@example.jp", 15);
	typed[EMAIL_INPUT_MAX] = '\0';
	assert_int_equal(email_fold(typed, ret, sizeof ret), FIELD_OK);
	assert_string_equal(ret, "taro@example.jp");
	typed[EMAIL_INPUT_MAX] = ' ';
	typed[EMAIL_INPUT_MAX + 1] = '\0';
	assert_int_equal(email_fold(typed, ret, sizeof ret), FIELD_TOO_LONG);
	assert_string_equal(ret, "");
}

static void
login_ids_ignore_case(void **state)
{
	char ret[EMAIL_MAX + 1];

	(void)state;
	assert_int_equal(login_id_fold("Ｔaro.YAMADA@Example.JP ", ret, sizeof ret), FIELD_OK);
	assert_string_equal(ret, "taro.yamada@example.jp");
	assert_int_equal(login_id_fold("TARO@EXAMPLE", ret, sizeof ret), FIELD_BAD_FORMAT);
	assert_string_equal(ret, "");
}

static void
keys_join_spellings(void **state)
{
	char one[EMAIL_MAX + 1], other[EMAIL_MAX + 1];

	(void)state;
	email_key("Taro@example.jp", one);
	email_key("tARO@example.jp", other);
	assert_string_equal(one, "taro@example.jp");
	assert_string_equal(one, other);
	email_key("jiro@example.jp", other);
	assert_string_not_equal(one, other);
	email_key("Taro+news@example.jp", other);
	assert_string_equal(one, other);
	email_key("taro+a+b@example.jp", other);
	assert_string_equal(one, other);
	email_key("+taro@example.jp", other); /* nothing before it: no tag */
	assert_string_equal(other, "+taro@example.jp");
	email_key(L64 "@" D189, one);
	assert_string_equal(one, L64 "@" D189);
}

static void
masks_show_one_letter(void **state)
{
	char ret[EMAIL_MASKED_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(masks); i++) {
		email_mask(masks[i].email, ret);
		if (strcmp(ret, masks[i].masked) != 0)
			fail_msg("%s: shown as '%s'", masks[i].why, ret);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_folded),
		cmocka_unit_test(addresses_are_refused),
		cmocka_unit_test(no_control_character_passes),
		cmocka_unit_test(input_has_a_bound_of_its_own),
		cmocka_unit_test(login_ids_ignore_case),
		cmocka_unit_test(keys_join_spellings),
		cmocka_unit_test(masks_show_one_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
