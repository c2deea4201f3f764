/* encoded_word_test.c - whatever goes in, one header value comes out, and it means what went in. */

#include "encoded_word.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OUT_MAX     1024
#define TEN(text)   text text text text text text text text text text
#define HEAD        "=?UTF-8?B?"
#define TAIL        "?="
#define SUSHI       "\xF0\x9F\x8D\xA3" /* four bytes */
#define SIXTY_FOUR  TEN("abcdef") "ghij"
#define LINE_LENGTH 76 /* RFC 2047 2, of a line with an encoded word */

/* clang-format off */
static const struct { const char *why, *text, *words; } exact[] = {
	{ "nothing stays nothing",                 "",                    "" },
	{ "a short ASCII text stays readable",     "Your link",           "Your link" },
	{ "what marks words up in addresses stays", "a <b@c>, (d); e:f",  "a <b@c>, (d); e:f" },
	{ "the longest text that is left alone",   SIXTY_FOUR,            SIXTY_FOUR },
	{ "a question mark alone is no word",      "why? =",              "why? =" },
	{ "CR LF cannot start a header",           "a\r\nBcc: x@y",       "a  Bcc: x@y" },
	{ "a bare CR cannot",                      "a\rBcc: x@y",         "a Bcc: x@y" },
	{ "a bare LF cannot",                      "a\nBcc: x@y",         "a Bcc: x@y" },
	{ "an empty line cannot end the headers",  "\r\n\r\nbody",        "    body" },
	{ "tab, escape and DEL are spaces",        "a\tb\x1B" "c\x7F" "d", "a b c d" },
	{ "what looks encoded is encoded",         "=?UTF-8?B?QQ==?=",
	  HEAD "PT9VVEYtOD9CP1FRPT0/PQ==" TAIL },
	{ "a quote cannot end a quoted name",      "a\" <x@y>",          HEAD "YSIgPHhAeT4=" TAIL },
	{ "a backslash cannot escape one",         "a\\",                 HEAD "YVw=" TAIL },
	{ "Japanese",                              "健康",                HEAD "5YGl5bq3" TAIL },
	{ "CR LF between Japanese",                "健\r\n康",            HEAD "5YGlICDlurc=" TAIL },
	{ "13 characters fill one word",           TEN("健") "康保険",
	  HEAD "5YGl5YGl5YGl5YGl5YGl5YGl5YGl5YGl5YGl5YGl5bq35L+d6Zm6" TAIL },
	{ "the 14th goes to the next line",        TEN("健") "康保険組",
	  HEAD "5YGl5YGl5YGl5YGl5YGl5YGl5YGl5YGl5YGl5YGl5bq35L+d6Zm6" TAIL "\r\n "
	  HEAD "57WE" TAIL },
};

static const struct { const char *why, *text; } long_ones[] = {
	{ "ASCII one character too long to be left",    SIXTY_FOUR "k" },
	{ "long ASCII",                                 TEN(TEN("ab ")) },
	{ "three bytes never cut: shifted by none",     TEN(TEN("健")) },
	{ "three bytes never cut: shifted by one",      "a" TEN(TEN("健")) },
	{ "three bytes never cut: shifted by two",      "ab" TEN(TEN("健")) },
	{ "four bytes never cut: shifted by none",      TEN(TEN(SUSHI)) },
	{ "four bytes never cut: shifted by one",       "a" TEN(TEN(SUSHI)) },
	{ "four bytes never cut: shifted by two",       "ab" TEN(TEN(SUSHI)) },
	{ "four bytes never cut: shifted by three",     "abc" TEN(TEN(SUSHI)) },
	{ "two bytes, mixed with one",                  "a" TEN(TEN("é")) },
};
/* clang-format on */

static unsigned
digit_value(char digit)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = strchr(digits, digit);

	assert_non_null(found);
	return (unsigned)(found - digits);
}

/* Decodes `length` characters of base64 behind what `ret` holds. */
static void
decode(const char *base64, size_t length, char *ret)
{
	unsigned bits = 0, held = 0;

	ret += strlen(ret);
	for (size_t i = 0; i < length && base64[i] != '='; i++) {
		bits = bits << 6 | digit_value(base64[i]);
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		*ret++ = (char)(bits >> held & 0xFF);
		bits &= (1U << held) - 1;
	}
	*ret = '\0';
}

/* Decodes folded words as a reader does, holding each line to the rules on the way. */
static void
decode_words(const char *why, const char *words, char *ret)
{
	size_t room = LINE_LENGTH - strlen("Subject: ");

	for (ret[0] = '\0';; room = LINE_LENGTH - 1) {
		const char *end = strstr(words + strlen(HEAD), TAIL);
		const char *before = ret + strlen(ret);

		if (strncmp(words, HEAD, strlen(HEAD)) != 0 || end == NULL) {
			fail_msg("%s: no word at \"%s\"", why, words);
			return;
		}
		if ((size_t)(end + strlen(TAIL) - words) > room)
			fail_msg("%s: line too long at \"%s\"", why, words);
		decode(words + strlen(HEAD), (size_t)(end - words) - strlen(HEAD), ret);
		if (((unsigned char)*before & 0xC0) == 0x80)
			fail_msg("%s: a character cut at \"%s\"", why, words);
		words = end + strlen(TAIL);
		if (*words == '\0')
			return;
		if (strncmp(words, "\r\n ", 3) != 0)
			fail_msg("%s: not folded at \"%s\"", why, words);
		words += 3;
	}
}

static void
short_texts_become_exactly_this(void **state)
{
	char words[OUT_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(exact); i++)
		if (!encoded_word(exact[i].text, words, sizeof words) ||
		    strcmp(words, exact[i].words) != 0)
			fail_msg("%s: \"%s\"", exact[i].why, words);
}

static void
long_texts_come_back_as_they_were(void **state)
{
	char words[OUT_MAX], back[OUT_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(long_ones); i++) {
		if (!encoded_word(long_ones[i].text, words, sizeof words))
			fail_msg("%s: does not fit", long_ones[i].why);
		decode_words(long_ones[i].why, words, back);
		if (strcmp(back, long_ones[i].text) != 0)
			fail_msg("%s: came back as \"%s\"", long_ones[i].why, back);
		if (strlen(words) > ENCODED_WORD_MAX(strlen(long_ones[i].text)))
			fail_msg("%s: longer than ENCODED_WORD_MAX", long_ones[i].why);
	}
}

/* Broken UTF-8 must not loop, overrun, or break the line. */
static void
broken_utf8_is_only_bytes(void **state)
{
	char words[OUT_MAX], text[OUT_MAX / 4];

	(void)state;
	memset(text, 0x80, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_true(encoded_word(text, words, sizeof words));
	assert_true(strlen(words) <= ENCODED_WORD_MAX(sizeof text - 1));
	for (const char *at = words; *at != '\0'; at++)
		assert_true((unsigned char)*at < 0x7F);
}

static void
what_does_not_fit_leaves_nothing(void **state)
{
	static const char *const texts[] = { "Your link", "健康", TEN("健康保険組合") };
	char words[OUT_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		assert_true(encoded_word(texts[i], words, sizeof words));
		const size_t length = strlen(words);

		for (size_t size = 1; size <= length; size++) {
			words[0] = 'x';
			if (encoded_word(texts[i], words, size) || words[0] != '\0')
				fail_msg("%s in %zu bytes: \"%s\"", texts[i], size, words);
		}
		if (!encoded_word(texts[i], words, length + 1))
			fail_msg("%s must fit %zu bytes", texts[i], length + 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_texts_become_exactly_this),
		cmocka_unit_test(long_texts_come_back_as_they_were),
		cmocka_unit_test(broken_utf8_is_only_bytes),
		cmocka_unit_test(what_does_not_fit_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
