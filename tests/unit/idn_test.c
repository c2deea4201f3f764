/* idn_test.c - what becomes of a domain name on its way to the mail. */

#include "idn.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN(text) text text text text text text text text text text
#define A60       TEN("aaaaaa")
#define A63       A60 "aaa"
#define D253      A63 "." A63 "." A63 "." A60 "a"

struct row {
	const char *why;
	const char *domain;
	const char *ascii; /* NULL: refused */
};

/* clang-format off */
static const struct row rows[] = {
	{ "plain",                              "example.jp",        "example.jp" },
	{ "capitals",                           "Example.JP",        "example.jp" },
	{ "one label is a domain here",         "localhost",         "localhost" },
	{ "digits and hyphens",                 "3-4.ne.jp",         "3-4.ne.jp" },
	{ "two hyphens in an ASCII name",       "ab--cd.jp",         "ab--cd.jp" },
	{ "punycode as typed",                  "XN--wgv71a119e.jp", "xn--wgv71a119e.jp" },
	{ "Japanese label",                     "日本語.jp",            "xn--wgv71a119e.jp" },
	{ "Japanese top level",                 "例え.テスト",            "xn--r8jz45g.xn--zckzah" },
	{ "ideographic full stops",             "日本語。jp",            "xn--wgv71a119e.jp" },
	{ "half-width ideographic full stop",   "example｡jp",        "example.jp" },
	{ "full-width letters and full stop",   "ｅｘａｍｐｌｅ．ＪＰ",        "example.jp" },
	{ "sharp s is kept (non-transitional)", "faß.de",            "xn--fa-hia.de" },
	{ "accent in two code points",          "e\u0301.jp",        "xn--9ca.jp" },
	{ "accent in one",                      "\u00E9.jp",         "xn--9ca.jp" },
	{ "mixed with a punycode label",        "xn--wgv71a119e.日本", "xn--wgv71a119e.xn--wgv71a" },
	{ "Hebrew, written from the right",     "אא.jp",             "xn--4dba.jp" },
	{ "soft hyphen vanishes by UTS 46",     "ex\u00ADample.jp",  "example.jp" },
	{ "the longest label",                  A63 ".jp",           A63 ".jp" },
	{ "the longest domain",                 D253,                D253 },

	{ "nothing",                            "",                      NULL },
	{ "a dot",                              ".",                     NULL },
	{ "an ideographic full stop",           "。",                     NULL },
	{ "dot first",                          ".example.jp",           NULL },
	{ "dot last",                           "example.jp.",           NULL },
	{ "ideographic full stop last",         "日本語.jp。",             NULL },
	{ "dots together",                      "example..jp",           NULL },
	{ "dots together in an IDN",            "日本語..jp",             NULL },
	{ "hyphen first",                       "-example.jp",           NULL },
	{ "hyphen last",                        "example-.jp",           NULL },
	{ "hyphen last of the top level",       "example.jp-",           NULL },
	{ "hyphen first in an IDN",             "-日本語.jp",             NULL },
	{ "label of 64",                        A63 "a.jp",              NULL },
	{ "domain of 254",                      D253 "a",                NULL },
	{ "IDN label of 64 and more",           "日" A63 ".jp",           NULL },
	{ "space",                              "exam ple.jp",           NULL },
	{ "low line",                           "exam_ple.jp",           NULL },
	{ "at sign",                            "exam@ple.jp",           NULL },
	{ "address literal",                    "[192.0.2.1]",           NULL },
	{ "newline",                            "example.jp\n",          NULL },
	{ "carriage return and command",        "a.jp\r\nRCPT TO:<b>",   NULL },
	{ "DEL",                                "a\x7F.jp",              NULL },
	/* libidn2 with STD3 rules would drop these and answer OK */
	{ "space in an IDN",                    "日 本.jp",               NULL },
	{ "low line in an IDN",                 "日_本.jp",               NULL },
	{ "at sign in an IDN",                  "日@本.jp",               NULL },
	{ "newline in an IDN",                  "日\n本.jp",              NULL },
	{ "newline behind an IDN",              "日本.jp\n",              NULL },
	{ "slash in an IDN",                    "日/本.jp",               NULL },
	{ "full-width at sign",                 "日＠本.jp",              NULL },
	{ "ideographic space",                  "日　本.jp",              NULL },
	{ "no-break space",                     "日\u00A0本.jp",          NULL },
	{ "account-of sign holds a slash",      "\u2100.jp",             NULL },
	{ "one dot leader",                     "a\u2024b.jp",           NULL },
	{ "fraction slash",                     "a\u2044b.jp",           NULL },
	{ "emoji",                              "🍣.jp",                 NULL },
	{ "snowman",                            "☃.net",                 NULL },
	{ "right-to-left override",             "a\u202Eb.jp",           NULL },
	{ "ZWJ without a virama",               "a\u200Db.日本",          NULL },
	{ "combining mark first",               "\u0301a.jp",            NULL },
	{ "mixed directions",                   "1א.jp",                 NULL },
	{ "unassigned",                         "\u0378.jp",             NULL },
	{ "private use",                        "\uE000.jp",             NULL },
	{ "two hyphens in third place",         "ab--cd.日本",            NULL },
	{ "false punycode beside an IDN",       "xn--999999.日本",        NULL },
	{ "no UTF-8",                           "\xFF.jp",               NULL },
	{ "overlong full stop",                 "a\xC0\xAEjp",           NULL },
	{ "surrogate",                          "\xED\xA0\x80.jp",       NULL },
	{ "cut in the middle",                  "日\xE6\x9C",            NULL },
};

static const struct { const char *why, *domain; size_t ascii_bytes; } sizes[] = {
	{ "ASCII domain", "example.jp", 10 },
	{ "IDN",          "日本語.jp",    17 },
};
/* clang-format on */

static void
domains_become_ascii_or_are_refused(void **state)
{
	char ret[EMAIL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *const row = &rows[i];

		strcpy(ret, "stale");
		const enum result result = idn_to_ascii(row->domain, ret, sizeof ret);
		if (row->ascii == NULL && (result != BAD_FIELD || ret[0] != '\0'))
			fail_msg("%s: not refused, or something left: '%s'", row->why, ret);
		if (row->ascii != NULL && (result != OK || strcmp(ret, row->ascii) != 0))
			fail_msg("%s: result %d, '%s'", row->why, (int)result, ret);
	}
}

static void
results_fit_or_are_refused(void **state)
{
	char ret[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		const size_t bytes = sizes[i].ascii_bytes;

		if (idn_to_ascii(sizes[i].domain, ret, bytes + 1) != OK)
			fail_msg("%s: refused in its exact size", sizes[i].why);
		memset(ret, 'x', sizeof ret);
		if (idn_to_ascii(sizes[i].domain, ret, bytes) != BAD_FIELD || ret[0] != '\0')
			fail_msg("%s: accepted in one byte less", sizes[i].why);
		if (ret[bytes] != 'x')
			fail_msg("%s: wrote behind the buffer", sizes[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domains_become_ascii_or_are_refused),
		cmocka_unit_test(results_fit_or_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
