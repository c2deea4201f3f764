/* auth_key.c - the alphabet without look-alikes, the authentication key and the CAPTCHA answer. */

#include "auth_key.h"

#include "cleanup.h"
#include "unicode.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define INPUT_MAX (AUTH_KEY_INPUT_MAX > CAPTCHA_INPUT_MAX ? AUTH_KEY_INPUT_MAX : CAPTCHA_INPUT_MAX)

#define CHARACTER_BITS 5 /* 32 characters */
#define GROUP_LENGTH   4

_Static_assert(
    sizeof AUTH_KEY_ALPHABET - 1 == 1 << CHARACTER_BITS, "a character is a whole number of bits");
_Static_assert(AUTH_KEY_LENGTH *CHARACTER_BITS <= 8 * (KEYED_HASH_SIZE - 1), "the hash is enough");

/* NFKC of what was typed. Nothing that NFKC makes longer is in the alphabet or a hyphen. */
struct typed {
	char text[INPUT_MAX + 1];
};

static void
typed_wipe(struct typed *typed)
{
	secret_wipe_bytes(typed, sizeof *typed);
}

/* What people and input methods type between groups, after NFKC. */
static bool
is_hyphen(int32_t code_point)
{
	static const struct {
		int32_t first, last;
	} hyphens[] = {
		{ '-', '-' },
		{ 0x2010, 0x2015 }, /* hyphen, figure dash, en and em dash, horizontal bar */
		{ 0x2043, 0x2043 }, /* hyphen bullet */
		{ 0x2212, 0x2212 }, /* minus: what Japanese keyboards of phones type */
		{ 0x2500, 0x2501 }, /* box drawings, from conversions of ー */
		{ 0x30A0, 0x30A0 }, /* katakana double hyphen */
		{ 0x30FC, 0x30FC }, /* long vowel mark: the hyphen key in kana mode */
	};

	for (size_t i = 0; i < LENGTH(hyphens); i++)
		if (code_point >= hyphens[i].first && code_point <= hyphens[i].last)
			return true;
	return false;
}

static bool
is_passed_over(int32_t code_point)
{
	return is_hyphen(code_point) || unicode_kind(code_point) == UNICODE_SPACE;
}

/* The character of the alphabet, or NUL. */
static char
alphabet_character(int32_t code_point)
{
	const int32_t upper = code_point >= 'a' && code_point <= 'z' ? code_point - 'a' + 'A'
								     : code_point;

	if (upper > 'Z' || strchr(AUTH_KEY_ALPHABET, (int)upper) == NULL)
		return '\0';
	return (char)upper;
}

/* Writes the characters of `text` to `ret`, which has room for `length` and a NUL. */
static enum field_error
characters_of(const char *text, size_t length, char *ret)
{
	int32_t code_point;
	size_t count = 0;

	while (unicode_next(&text, &code_point)) {
		if (is_passed_over(code_point))
			continue;
		const char character = alphabet_character(code_point);

		if (character == '\0')
			return FIELD_BAD_CHARACTER;
		if (count == length)
			return FIELD_TOO_LONG;
		ret[count++] = character;
	}
	ret[count] = '\0';
	return count == length ? FIELD_OK : FIELD_TOO_SHORT;
}

static enum field_error
fold_characters(const char *typed, size_t input_max, size_t length, char *ret)
{
	CLEANUP(typed_wipe) struct typed narrow;

	narrow.text[0] = '\0';
	if (strnlen(typed, input_max + 1) > input_max)
		return FIELD_TOO_LONG;
	if (unicode_nfkc(typed, narrow.text, sizeof narrow.text) != OK)
		return FIELD_BAD_CHARACTER;
	return characters_of(narrow.text, length, ret);
}

static enum field_error
fold_or_empty(const char *typed, size_t input_max, size_t length, char *ret, size_t ret_size)
{
	assert(ret_size > length);
	const enum field_error field_error = fold_characters(typed, input_max, length, ret);

	if (field_error != FIELD_OK)
		secret_wipe_bytes(ret, ret_size);
	return field_error;
}

enum field_error
auth_key_fold(const char *typed, char *ret, size_t ret_size)
{
	return fold_or_empty(typed, AUTH_KEY_INPUT_MAX, AUTH_KEY_LENGTH, ret, ret_size);
}

const struct text_rule auth_key_rule = { auth_key_fold, AUTH_KEY_INPUT_MAX,
	{ AUTH_KEY_LENGTH, AUTH_KEY_LENGTH } };

enum field_error
captcha_answer_fold(const char *typed, char *ret, size_t ret_size)
{
	return fold_or_empty(typed, CAPTCHA_INPUT_MAX, CAPTCHA_LENGTH, ret, ret_size);
}

/* Five bits of the hash from `bit` on, counted from the first byte's high end. */
static unsigned
bits_at(const uint8_t *hash, size_t bit)
{
	const unsigned two_bytes = (unsigned)hash[bit / 8] << 8 | hash[bit / 8 + 1];

	return two_bytes >> (16 - CHARACTER_BITS - bit % 8) & ((1U << CHARACTER_BITS) - 1);
}

void
auth_key_from_hash(const uint8_t hash[static KEYED_HASH_SIZE], struct secret *ret)
{
	secret_wipe(ret);
	for (size_t i = 0; i < AUTH_KEY_LENGTH; i++)
		ret->text[i] = AUTH_KEY_ALPHABET[bits_at(hash, CHARACTER_BITS * i)];
	ret->length = AUTH_KEY_LENGTH;
}

void
auth_key_shown(const struct secret *key, char ret[static AUTH_KEY_SHOWN_MAX + 1])
{
	size_t length = 0;

	for (size_t i = 0; i < AUTH_KEY_LENGTH; i++) {
		if (i > 0 && i % GROUP_LENGTH == 0)
			ret[length++] = '-';
		ret[length++] = key->text[i];
	}
	ret[length] = '\0';
}

void
captcha_answer_random(char ret[static CAPTCHA_LENGTH + 1])
{
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		ret[i] = AUTH_KEY_ALPHABET[secret_random_below(sizeof AUTH_KEY_ALPHABET - 1)];
	ret[CAPTCHA_LENGTH] = '\0';
}

void
auth_key_derive(const struct keyring *keyring, const uint8_t invitation_jti[static JTI_SIZE],
    struct secret *ret)
{
	uint8_t hash[KEYED_HASH_SIZE];

	keyring_hash(keyring, KEYRING_AUTHENTICATION_KEY, invitation_jti, JTI_SIZE, hash);
	auth_key_from_hash(hash, ret);
	secret_wipe_bytes(hash, sizeof hash);
}
