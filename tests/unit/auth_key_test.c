/* auth_key_test.c - what a key looks like, and every way in which people type one. */

#include "auth_key.h"

#include "fold_rows.h"
#include "start_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SPACES_10 "          "
#define SPACES_60 SPACES_10 SPACES_10 SPACES_10 SPACES_10 SPACES_10 SPACES_10

/* clang-format off */
static const struct fold_row accepted[] = {
	{ "as shown",                   "K7QM-4TXD-9P",                 FIELD_OK, "K7QM4TXD9P" },
	{ "without hyphens",            "K7QM4TXD9P",                   FIELD_OK, "K7QM4TXD9P" },
	{ "lower case",                 "k7qm-4txd-9p",                 FIELD_OK, "K7QM4TXD9P" },
	{ "mixed case",                 "k7Qm4tXd9P",                   FIELD_OK, "K7QM4TXD9P" },
	{ "lower-case L is the letter", "llll-LLLL-ll",                 FIELD_OK, "LLLLLLLLLL" },
	{ "first and last of the alphabet", "AZ29-az29-AZ",             FIELD_OK, "AZ29AZ29AZ" },
	{ "full width",                 "Ｋ７ＱＭ－４ＴＸＤ－９Ｐ",     FIELD_OK, "K7QM4TXD9P" },
	{ "full width, lower case",     "ｋ７ｑｍ４ｔｘｄ９ｐ",         FIELD_OK, "K7QM4TXD9P" },
	{ "half the width of each",     "K７QM-4ＴXD－9Ｐ",             FIELD_OK, "K7QM4TXD9P" },
	{ "spaces for hyphens",         "K7QM 4TXD 9P",                 FIELD_OK, "K7QM4TXD9P" },
	{ "spaces around",              "  K7QM-4TXD-9P  ",             FIELD_OK, "K7QM4TXD9P" },
	{ "ideographic spaces",         "\u3000K7QM\u30004TXD\u30009P", FIELD_OK, "K7QM4TXD9P" },
	{ "no-break and thin spaces",   "K7QM\u00A04TXD\u2009\u202F9P", FIELD_OK, "K7QM4TXD9P" },
	{ "hyphens in other places",    "-K-7-QM4TXD9--P-",             FIELD_OK, "K7QM4TXD9P" },
	{ "U+2010 hyphen",              "K7QM\u20104TXD\u20109P",       FIELD_OK, "K7QM4TXD9P" },
	{ "U+2011 no-break hyphen",     "K7QM\u20114TXD\u20119P",       FIELD_OK, "K7QM4TXD9P" },
	{ "U+2012 figure dash",         "K7QM\u20124TXD\u20129P",       FIELD_OK, "K7QM4TXD9P" },
	{ "en dash",                    "K7QM–4TXD–9P",                 FIELD_OK, "K7QM4TXD9P" },
	{ "em dash",                    "K7QM—4TXD—9P",                 FIELD_OK, "K7QM4TXD9P" },
	{ "U+2015 horizontal bar",      "K7QM\u20154TXD\u20159P",       FIELD_OK, "K7QM4TXD9P" },
	{ "U+2043 hyphen bullet",       "K7QM\u20434TXD\u20439P",       FIELD_OK, "K7QM4TXD9P" },
	{ "minus",                      "K7QM−4TXD−9P",                 FIELD_OK, "K7QM4TXD9P" },
	{ "U+2500 box drawing",         "K7QM─4TXD━9P",                 FIELD_OK, "K7QM4TXD9P" },
	{ "U+30A0 katakana double hyphen", "K7QM゠4TXD゠9P",            FIELD_OK, "K7QM4TXD9P" },
	{ "long vowel mark",            "Ｋ７ＱＭー４ＴＸＤー９Ｐ",     FIELD_OK, "K7QM4TXD9P" },
	{ "half-width long vowel mark", "K7QMｰ4TXDｰ9P",                 FIELD_OK, "K7QM4TXD9P" },
	{ "small and vertical forms",   "K7QM\uFE634TXD\uFE58\uFE319P", FIELD_OK, "K7QM4TXD9P" },
	{ "superscript minus is a minus", "K7QM\u207B4TXD\u208B9P",     FIELD_OK, "K7QM4TXD9P" },
	{ "as many bytes as are read",
	  SPACES_60 "K7QM4TXD" SPACES_10 SPACES_10 SPACES_10 SPACES_10 SPACES_10 "        9P",
	  FIELD_OK, "K7QM4TXD9P" },
};

static const struct fold_row refused[] = {
	{ "nothing",                   "",                      FIELD_TOO_SHORT, "" },
	{ "hyphens and spaces alone",  "--\u3000ー --",         FIELD_TOO_SHORT, "" },
	{ "one character",             "K",                     FIELD_TOO_SHORT, "" },
	{ "one character less",        "K7QM-4TXD-9",           FIELD_TOO_SHORT, "" },
	{ "a CAPTCHA's answer",        "K7QM4T",                FIELD_TOO_SHORT, "" },
	{ "one character more",        "K7QM-4TXD-9PA",         FIELD_TOO_LONG, "" },
	{ "twice",                     "K7QM4TXD9PK7QM4TXD9P",  FIELD_TOO_LONG, "" },
	{ "one byte more than is read",
	  SPACES_60 "K7QM4TXD" SPACES_10 SPACES_10 SPACES_10 SPACES_10 SPACES_10 "         9P",
	  FIELD_TOO_LONG, "" },
	{ "zero, which looks like O",  "K7QM-4TXD-0P",          FIELD_BAD_CHARACTER, "" },
	{ "one, which looks like I",   "K7QM-4TXD-1P",          FIELD_BAD_CHARACTER, "" },
	{ "I, which looks like one",   "K7QM-4TXD-IP",          FIELD_BAD_CHARACTER, "" },
	{ "O, which looks like zero",  "K7QM-4TXD-OP",          FIELD_BAD_CHARACTER, "" },
	{ "i",                         "k7qm-4txd-ip",          FIELD_BAD_CHARACTER, "" },
	{ "o",                         "k7qm-4txd-op",          FIELD_BAD_CHARACTER, "" },
	{ "full-width zero",           "Ｋ７ＱＭ４ＴＸＤ０Ｐ",  FIELD_BAD_CHARACTER, "" },
	{ "full-width I",              "Ｋ７ＱＭ４ＴＸＤＩＰ",  FIELD_BAD_CHARACTER, "" },
	{ "a bad one among too few",   "K7QM-0",                FIELD_BAD_CHARACTER, "" },
	{ "a bad one first",           "0K7QM4TXD9",            FIELD_BAD_CHARACTER, "" },
	{ "a bad one last",            "K7QM4TXD9P!",           FIELD_BAD_CHARACTER, "" },
	{ "Cyrillic К",                "К7QM4TXD9P",            FIELD_BAD_CHARACTER, "" },
	{ "Greek Χ",                   "K7QM4TΧD9P",            FIELD_BAD_CHARACTER, "" },
	{ "dotless i",                 "K7QM4TXD9ı",            FIELD_BAD_CHARACTER, "" },
	{ "an accent",                 "K7QM4TXD9Á",            FIELD_BAD_CHARACTER, "" },
	{ "a combining accent",        "K7QM4TXD9P\u0301",      FIELD_BAD_CHARACTER, "" },
	{ "Arabic digits",             "K\u0667QM4TXD9P",       FIELD_BAD_CHARACTER, "" },
	{ "kana",                      "K7QM4TXD9か",           FIELD_BAD_CHARACTER, "" },
	{ "kanji one is no dash",      "K7QM一4TXD一9P",        FIELD_BAD_CHARACTER, "" },
	{ "underscore",                "K7QM_4TXD_9P",          FIELD_BAD_CHARACTER, "" },
	{ "full stop",                 "K7QM.4TXD.9P",          FIELD_BAD_CHARACTER, "" },
	{ "middle dot",                "K7QM・4TXD・9P",        FIELD_BAD_CHARACTER, "" },
	{ "tilde",                     "K7QM~4TXD~9P",          FIELD_BAD_CHARACTER, "" },
	{ "between Z and a",           "K7QM[4TXD`9P",          FIELD_BAD_CHARACTER, "" },
	{ "before A",                  "K7QM@4TXD@9P",          FIELD_BAD_CHARACTER, "" },
	{ "tab",                       "K7QM\t4TXD\t9P",        FIELD_BAD_CHARACTER, "" },
	{ "line end",                  "K7QM-4TXD-9P\n",        FIELD_BAD_CHARACTER, "" },
	{ "soft hyphen",               "K7QM\u00AD4TXD\u00AD9P", FIELD_BAD_CHARACTER, "" },
	{ "zero width space",          "K7QM\u200B4TXD9P",      FIELD_BAD_CHARACTER, "" },
	{ "bidi override",             "\u202EK7QM4TXD9P\u202C", FIELD_BAD_CHARACTER, "" },
	{ "emoji",                     "K7QM4TXD9P😀",          FIELD_BAD_CHARACTER, "" },
	{ "not UTF-8",                 "K7QM4TXD9P\xFF",        FIELD_BAD_CHARACTER, "" },
	{ "an overlong A",             "K7QM4TXD9\xC1\x81",     FIELD_BAD_CHARACTER, "" },
	{ "half a character",          "K7QM4TXD9P\xE3\x83",    FIELD_BAD_CHARACTER, "" },
	{ "a ligature that NFKC makes long",
	  "\uFDFA\uFDFA\uFDFA\uFDFA\uFDFA", FIELD_BAD_CHARACTER, "" },
};

static const struct fold_row captcha[] = {
	{ "as drawn",               "K7QM4T",          FIELD_OK, "K7QM4T" },
	{ "lower case",             "k7qm4t",          FIELD_OK, "K7QM4T" },
	{ "full width",             "ｋ７ｑｍ４ｔ",    FIELD_OK, "K7QM4T" },
	{ "as one dictates it",     "K7Q M4T",         FIELD_OK, "K7QM4T" },
	{ "nothing",                "",                FIELD_TOO_SHORT, "" },
	{ "one character less",     "K7QM4",           FIELD_TOO_SHORT, "" },
	{ "one character more",     "K7QM4TX",         FIELD_TOO_LONG, "" },
	{ "an authentication key",  "K7QM-4TXD-9P",    FIELD_TOO_LONG, "" },
	{ "64 bytes",
	  "K7QM4" SPACES_10 SPACES_10 SPACES_10 SPACES_10 SPACES_10 "        T",
	  FIELD_OK, "K7QM4T" },
	{ "65 bytes",
	  "K7QM4" SPACES_10 SPACES_10 SPACES_10 SPACES_10 SPACES_10 "         T",
	  FIELD_TOO_LONG, "" },
	{ "zero",                   "K7QM40",          FIELD_BAD_CHARACTER, "" },
	{ "I",                      "K7QM4I",          FIELD_BAD_CHARACTER, "" },
	{ "not UTF-8",              "K7QM4\xE3",       FIELD_BAD_CHARACTER, "" },
};
/* clang-format on */

static const struct folding keys = { auth_key_fold, AUTH_KEY_LENGTH + 1 };
static const struct folding answers = { captcha_answer_fold, CAPTCHA_LENGTH + 1 };

static void
keys_are_read_as_people_type_them(void **state)
{
	(void)state;
	assert_folds(&keys, accepted, LENGTH(accepted));
}

static void
what_is_no_key_is_refused(void **state)
{
	(void)state;
	assert_folds(&keys, refused, LENGTH(refused));
}

static void
captcha_answers_are_read_in_the_same_way(void **state)
{
	(void)state;
	assert_folds(&answers, captcha, LENGTH(captcha));
}

static void
the_alphabet_is_all_of_ascii_that_is_taken(void **state)
{
	(void)state;
	for (int byte = '!'; byte <= '~'; byte++) {
		const int upper = byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte;
		const char *const found = strchr(AUTH_KEY_ALPHABET, upper);
		char typed[AUTH_KEY_LENGTH + 1], folded[AUTH_KEY_LENGTH + 1];

		if (byte == '-')
			continue;
		memset(typed, byte, AUTH_KEY_LENGTH);
		typed[AUTH_KEY_LENGTH] = '\0';
		assert_int_equal(auth_key_fold(typed, folded, sizeof folded),
		    found != NULL ? FIELD_OK : FIELD_BAD_CHARACTER);
		assert_int_equal(folded[0], found != NULL ? *found : '\0');
	}
}

/* The expected keys were computed with Python's integers, not with this code. */
static void
known_hashes_give_known_keys(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		uint8_t hash[KEYED_HASH_SIZE];
		const char *key, *shown;
	} rows[] = {
		{ "all zero", { 0 }, "AAAAAAAAAA", "AAAA-AAAA-AA" },
		{ "SHA-256 of nothing", { 0xE3, 0xB0, 0xC4, 0x42, 0x98, 0xFC, 0x1C, 0x14 },
		  "6Q2NJSW29S", "6Q2N-JSW2-9S" },
		{ "SHA-256 of abc", { 0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA },
		  "ZK6BPR6RAH", "ZK6B-PR6R-AH" },
		{ "bytes that count", { 0, 1, 2, 3, 4, 5, 6, 7 }, "AAASEA2EAW", "AAAS-EA2E-AW" },
		{ "50 bits set", { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xC0 },
		  "9999999999", "9999-9999-99" },
		{ "the others set", { 0, 0, 0, 0, 0, 0, 0x3F, 0xFF, 0xFF },
		  "AAAAAAAAAA", "AAAA-AAAA-AA" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char shown[AUTH_KEY_SHOWN_MAX + 1];
		struct secret key;

		auth_key_from_hash(rows[i].hash, &key);
		auth_key_shown(&key, shown);
		if (strcmp(key.text, rows[i].key) != 0 || strcmp(shown, rows[i].shown) != 0)
			fail_msg("%s: %s, %s", rows[i].why, key.text, shown);
		assert_int_equal(key.length, AUTH_KEY_LENGTH);
	}
}

/* asvs 6.5.4 */
static void
each_of_the_first_50_bits_changes_one_character(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * (size_t)KEYED_HASH_SIZE; bit++) {
		uint8_t hash[KEYED_HASH_SIZE] = { 0 };
		char expected[] = "AAAAAAAAAA";
		struct secret key;

		hash[bit / 8] = (uint8_t)(0x80 >> bit % 8);
		if (bit < 50)
			expected[bit / 5] = AUTH_KEY_ALPHABET[16 >> bit % 5];
		auth_key_from_hash(hash, &key);
		assert_string_equal(key.text, expected);
	}
}

static void
a_key_that_is_shown_is_read_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		char shown[AUTH_KEY_SHOWN_MAX + 1], folded[AUTH_KEY_LENGTH + 1];
		uint8_t hash[KEYED_HASH_SIZE];
		struct secret key;

		secret_random(hash, sizeof hash);
		auth_key_from_hash(hash, &key);
		auth_key_shown(&key, shown);
		assert_int_equal(auth_key_fold(shown, folded, sizeof folded), FIELD_OK);
		assert_string_equal(folded, key.text);
	}
}

static void
what_the_key_was_before_is_gone(void **state)
{
	static const uint8_t hash[KEYED_HASH_SIZE];
	struct secret key;

	(void)state;
	memset(&key, 'x', sizeof key);
	auth_key_from_hash(hash, &key);
	for (size_t i = AUTH_KEY_LENGTH; i < sizeof key.text; i++)
		assert_int_equal(key.text[i], '\0');
}

/* 6,400 answers: each character is expected 200 times in each place, with a deviation of 14; the
 * bounds are seven deviations off, so that chance alone fails about once in 10^9 runs. */
static void
captcha_answers_are_uniform(void **state)
{
	static const char alphabet[] = AUTH_KEY_ALPHABET;
	unsigned seen[CAPTCHA_LENGTH][sizeof alphabet - 1] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 6400; i++) {
		char answer[CAPTCHA_LENGTH + 1];

		memset(answer, 'x', sizeof answer);
		captcha_answer_random(answer);
		assert_int_equal(strlen(answer), CAPTCHA_LENGTH);
		for (size_t place = 0; place < CAPTCHA_LENGTH; place++) {
			const char *const at = strchr(alphabet, answer[place]);

			assert_non_null(at);
			seen[place][at - alphabet]++;
		}
	}
	for (size_t place = 0; place < CAPTCHA_LENGTH; place++)
		for (size_t i = 0; i < LENGTH(seen[0]); i++)
			assert_in_range(seen[place][i], 100, 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read_as_people_type_them),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(captcha_answers_are_read_in_the_same_way),
		cmocka_unit_test(the_alphabet_is_all_of_ascii_that_is_taken),
		cmocka_unit_test(known_hashes_give_known_keys),
		cmocka_unit_test(each_of_the_first_50_bits_changes_one_character),
		cmocka_unit_test(a_key_that_is_shown_is_read_back),
		cmocka_unit_test(what_the_key_was_before_is_gone),
		cmocka_unit_test(captcha_answers_are_uniform),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
