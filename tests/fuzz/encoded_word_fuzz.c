/* encoded_word_fuzz.c - mail headers: one value, short lines of ASCII, and the text comes back. */

#include "encoded_word.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define WORD_BEGIN "=?UTF-8?B?"
#define WORD_END   "?="

static int
sextet(char digit)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *const at = strchr(digits, digit);

	FUZZ_CHECK(digit != '\0' && at != NULL, "a word holds base64 only");
	return (int)(at - digits);
}

/* Decodes one word's text of whole groups of four; returns what is behind the bytes. */
static char *
decode(const char *from, const char *end, char *to)
{
	FUZZ_CHECK((end - from) % 4 == 0, "base64 comes in groups of four");
	for (; from < end; from += 4) {
		const int padding = (from[3] == '=') + (from[2] == '=');
		const int a = sextet(from[0]), b = sextet(from[1]);
		const int c = padding > 1 ? 0 : sextet(from[2]);
		const int d = padding > 0 ? 0 : sextet(from[3]);

		FUZZ_CHECK(padding == 0 || from + 4 == end, "padding comes last");
		*to++ = (char)(a << 2 | b >> 4);
		if (padding < 2)
			*to++ = (char)(b << 4 | c >> 2);
		if (padding < 1)
			*to++ = (char)(c << 6 | d);
	}
	return to;
}

/* The words on their lines, into `ret`, which is as long as they are. */
static void
unfold(const char *value, char *ret)
{
	while (*value != '\0') {
		const char *const end = strstr(value, "\r\n");
		const size_t length = end != NULL ? (size_t)(end - value) : strlen(value);

		FUZZ_CHECK(length > 12 && length <= ENCODED_WORD_LINE_MAX, "a line has its bound");
		FUZZ_CHECK(strncmp(value, WORD_BEGIN, 10) == 0 &&
			       strncmp(value + length - 2, WORD_END, 2) == 0,
		    "it is one word");
		ret = decode(value + 10, value + length - 2, ret);
		FUZZ_CHECK(end == NULL || (end[2] == ' ' && end[3] != '\0'), "a fold goes on");
		value += length + (end != NULL ? 3 : 0);
	}
	*ret = '\0';
}

static void
blank_controls(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			*text = ' ';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *text = fuzz_text(&input);
	const size_t room = ENCODED_WORD_MAX(strlen(text));
	CLEANUP(cleanup_free) char *value = malloc(room);
	CLEANUP(cleanup_free) char *back = malloc(room);

	if (value == NULL || back == NULL)
		abort();
	FUZZ_CHECK(encoded_word(text, value, room), "the room that is promised is enough");
	blank_controls(text);
	const bool is_word = strncmp(value, "=?", 2) == 0;
	if (is_word)
		unfold(value, back);
	else
		FUZZ_CHECK(strlen(value) <= ENCODED_WORD_LINE_MAX && fuzz_is_visible_ascii(value) &&
			       strpbrk(value, "\"\\") == NULL,
		    "what is left as it is may stand between quotes");
	FUZZ_CHECK(strcmp(text, is_word ? back : value) == 0, "the text comes back");

	const size_t little = fuzz_byte(&input) + 1U;
	const bool fits = strlen(value) < little;
	CLEANUP(cleanup_free) char *small = malloc(little);
	FUZZ_CHECK(small != NULL && encoded_word(text, small, little) == fits, "it fits or not");
	FUZZ_CHECK(strcmp(small, fits ? value : "") == 0, "and then nothing is left of it");
	return 0;
}
