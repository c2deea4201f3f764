/* encoded_word.h - RFC 2047: any text as the value of a mail header, and nothing more than a value.
 */

#ifndef ENCODED_WORD_H
#define ENCODED_WORD_H

#include <stdbool.h>
#include <stddef.h>

#define ENCODED_WORD_LINE_MAX \
	64 /* one word, or a text left as it is: "Subject: " still fits before it */

/* Room for the encoded form of `length` bytes of UTF-8: at least 36 of them go into each word. */
#define ENCODED_WORD_MAX(length) (((length) / 36 + 1) * (ENCODED_WORD_LINE_MAX + 3))

/* Encodes UTF-8 `text` as =?UTF-8?B?...?= words, split between characters and folded with "\r\n "
 * (RFC 2047 2), or leaves it as it is when it is short printable ASCII without "=?" and without
 * quotes or backslashes, so that a caller may put it between quotes. ASCII control characters, CR
 * and LF among them, become spaces first. False, and `ret` empty, if the result does not fit. */
bool encoded_word(const char *text, char *ret, size_t ret_size) __attribute__((warn_unused_result));

#endif
