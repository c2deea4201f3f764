/* encoded_word.c - RFC 2047 encoded words, always in UTF-8 and base64. */

#include "encoded_word.h"

#include "base64.h"
#include "text.h"

#include <string.h>

/* 39 bytes are 52 characters of base64 and, with "=?UTF-8?B?" and "?=", a word of 64. RFC 2047
 * allows 75, but 76 for the whole line, and the name of the header stands on the first one. */
#define WORD_BYTES    39
#define CHARACTER_MAX 4

static char
without_control(char c)
{
	const bool control = (unsigned char)c < 0x20 || c == 0x7F;

	return (char)(control ? ' ' : c);
}

static bool
is_plain(const char *text)
{
	if (strlen(text) > ENCODED_WORD_LINE_MAX || strstr(text, "=?") != NULL)
		return false;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 0x7F || *text == '"' || *text == '\\')
			return false;
	return true;
}

/* How many bytes of `text` the next word takes: whole characters. A run of continuation bytes
 * that no character has is cut anywhere. */
static size_t
word_bytes(const char *text)
{
	const size_t length = strnlen(text, WORD_BYTES + 1);
	size_t bytes = WORD_BYTES;

	if (length <= WORD_BYTES)
		return length;
	while (bytes > WORD_BYTES - CHARACTER_MAX && ((unsigned char)text[bytes] & 0xC0) == 0x80)
		bytes--;
	return bytes > WORD_BYTES - CHARACTER_MAX ? bytes : WORD_BYTES;
}

/* Encodes so many bytes, control characters as spaces. */
static void
encode(const char *text, size_t bytes, char ret[static BASE64_MAX(WORD_BYTES) + 1])
{
	char clean[WORD_BYTES];

	for (size_t i = 0; i < bytes; i++)
		clean[i] = without_control(text[i]);
	base64_encode(clean, bytes, ret);
}

static bool
put_plain(const char *text, char *ret, size_t ret_size)
{
	if (!text_copy(ret, ret_size, text))
		return false;
	for (; *ret != '\0'; ret++)
		*ret = without_control(*ret);
	return true;
}

bool
encoded_word(const char *text, char *ret, size_t ret_size)
{
	char word[BASE64_MAX(WORD_BYTES) + 1];
	size_t at = 0;

	if (is_plain(text))
		return put_plain(text, ret, ret_size);
	while (*text != '\0') {
		const size_t bytes = word_bytes(text);

		encode(text, bytes, word);
		if (!text_format(ret + at, ret_size - at,
			"%s=?UTF-8?B?%s?=", at == 0 ? "" : "\r\n ", word)) {
			ret[0] = '\0';
			return false;
		}
		at += strlen(ret + at);
		text += bytes;
	}
	return true;
}
