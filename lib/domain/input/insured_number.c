/* insured_number.c - 番号 then 記号 as one string, as people type it. */

#include "insured_number.h"

#include "unicode.h"

#include <string.h>

#define INSURER_NUMBER_LENGTH 8

enum role {
	NEITHER,
	SEPARATOR,
	LONG_VOWEL, /* kana behind kana, separator elsewhere */
	KANA,
	LETTER
};

struct role_range {
	enum role role;
	int32_t first, last;
};

/* By what is left after NFKC, which makes full-width and half-width forms one, and the many spaces.
 * No two of the letters compose, so what a separator parted does not change when it is gone. */
/* clang-format off */
static const struct role_range roles[] = {
	{ LETTER,     '0',     '9' },
	{ LETTER,     'A',     'Z' },
	{ LETTER,     'a',     'z' },
	{ KANA,       0x3041,  0x3096 },   /* hiragana */
	{ KANA,       0x309D,  0x309E },   /* its iteration marks */
	{ KANA,       0x30A1,  0x30FA },   /* katakana */
	{ KANA,       0x30FD,  0x30FE },   /* its iteration marks */
	{ KANA,       0x31F0,  0x31FF },   /* small letters for Ainu */
	{ LONG_VOWEL, 0x30FC,  0x30FC },
	{ LETTER,     0x3005,  0x3007 },   /* kanji: iteration mark, closing mark, zero */
	{ LETTER,     0x3400,  0x4DBF },
	{ LETTER,     0x4E00,  0x9FFF },
	{ LETTER,     0xF900,  0xFAFF },
	{ LETTER,     0x20000, 0x3FFFF },
	{ SEPARATOR,  ' ',     ' ' },
	{ SEPARATOR,  ',',     '/' },      /* comma, hyphen, full stop, slash */
	{ SEPARATOR,  0x00B7,  0x00B7 },   /* middle dot */
	{ SEPARATOR,  0x02D7,  0x02D7 },   /* modifier minus */
	{ SEPARATOR,  0x2010,  0x2015 },   /* hyphens and dashes */
	{ SEPARATOR,  0x2022,  0x2022 },   /* bullet */
	{ SEPARATOR,  0x2027,  0x2027 },   /* hyphenation point */
	{ SEPARATOR,  0x2043,  0x2044 },   /* hyphen bullet, fraction slash */
	{ SEPARATOR,  0x2212,  0x2212 },   /* minus */
	{ SEPARATOR,  0x2215,  0x2215 },   /* division slash */
	{ SEPARATOR,  0x2219,  0x2219 },   /* bullet operator */
	{ SEPARATOR,  0x22C5,  0x22C5 },   /* dot operator */
	{ SEPARATOR,  0x2500,  0x2501 },   /* ruled lines, which input methods offer for a dash */
	{ SEPARATOR,  0x2796,  0x2796 },   /* heavy minus */
	{ SEPARATOR,  0x3001,  0x3002 },   /* ideographic comma and full stop */
	{ SEPARATOR,  0x30A0,  0x30A0 },   /* katakana double hyphen */
	{ SEPARATOR,  0x30FB,  0x30FB },   /* katakana middle dot */
};
/* clang-format on */

static enum role
role_of(int32_t code_point, bool in_kana)
{
	for (size_t i = 0; i < LENGTH(roles); i++) {
		if (code_point < roles[i].first || code_point > roles[i].last)
			continue;
		if (roles[i].role == LONG_VOWEL)
			return in_kana ? KANA : SEPARATOR;
		return roles[i].role;
	}
	return NEITHER;
}

static int32_t
upper_ascii(int32_t code_point)
{
	return code_point >= 'a' && code_point <= 'z' ? code_point - 'a' + 'A' : code_point;
}

/* `text` is in NFKC. */
static enum field_error
drop_separators(const char *text, char *ret, size_t ret_size)
{
	size_t characters = 0, length = 0;
	bool in_kana = false; /* is the character before a kana, or a long vowel mark behind one? */
	int32_t code_point;
	char bytes[4];

	while (unicode_next(&text, &code_point)) {
		const enum role role = role_of(code_point, in_kana);

		in_kana = role == KANA;
		if (role == SEPARATOR)
			continue;
		if (role == NEITHER)
			return FIELD_BAD_CHARACTER;
		const size_t count = unicode_put(upper_ascii(code_point), bytes);
		if (++characters > INSURED_NUMBER_MAX || length + count >= ret_size)
			return FIELD_TOO_LONG;
		memcpy(ret + length, bytes, count);
		length += count;
	}
	ret[length] = '\0';
	return length == 0 ? FIELD_REQUIRED : FIELD_OK;
}

enum field_error
insured_number_fold(const char *typed, char *ret, size_t ret_size)
{
	/* No honest number grows by NFKC; an absurd one (U+FDFA is 18 letters) need not fit. */
	char text[2 * INSURED_NUMBER_INPUT_MAX + 1];

	ret[0] = '\0';
	if (strlen(typed) > INSURED_NUMBER_INPUT_MAX)
		return FIELD_TOO_LONG;
	if (unicode_nfkc(typed, text, sizeof text) != OK)
		return FIELD_BAD_CHARACTER;
	const enum field_error field_error = drop_separators(text, ret, ret_size);
	if (field_error != FIELD_OK)
		ret[0] = '\0';
	return field_error;
}

const struct text_rule insured_number_rule = { insured_number_fold, INSURED_NUMBER_INPUT_MAX,
	{ 1, INSURED_NUMBER_MAX } };

/* 保険者番号等設定要領 (Ministry of Health): with the check digit the sum ends in 0. */
bool
insurer_number_is_valid(const char *number)
{
	unsigned sum = 0;

	if (strlen(number) != INSURER_NUMBER_LENGTH)
		return false;
	for (size_t i = 0; i < INSURER_NUMBER_LENGTH; i++) {
		const unsigned digit = (unsigned)(number[i] - '0');
		const unsigned product = i % 2 == 0 ? digit * 2 : digit;

		if (number[i] < '0' || number[i] > '9')
			return false;
		sum += product / 10 + product % 10;
	}
	return sum % 10 == 0;
}

#define TOLD 2 /* characters of a masked number */

/* A star is no longer than a character. */
void
insured_number_mask(const char *number, char *ret)
{
	const size_t length = unicode_code_points(number);
	size_t hidden = length > TOLD ? length - TOLD : length;
	bool hides = false;

	for (; *number != '\0'; number++) {
		const bool begins = ((unsigned char)*number & 0xC0) != 0x80;

		if (begins) {
			hides = hidden > 0;
			hidden -= hides;
		}
		if (!hides || begins)
			*ret++ = hides ? '*' : *number;
	}
	*ret = '\0';
}
