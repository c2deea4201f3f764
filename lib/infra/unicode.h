/* unicode.h - utf8proc: what a character is, and its folded forms.
 *
 * Inputs are NUL-terminated; outputs are bounded buffers of the caller. BAD_FIELD throughout means:
 * not UTF-8 (overlong forms and surrogates included), an unassigned code point (its normal form
 * could change), or the result does not fit. Output on failure: empty. */

#ifndef UNICODE_H
#define UNICODE_H

#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NFC (passwords, nicknames). */
enum result unicode_nfc(const char *text, char *ret, size_t ret_size) MUST_USE;

/* NFKC (numbers, names in kana): full width becomes ASCII, half-width kana become full width. */
enum result unicode_nfkc(const char *text, char *ret, size_t ret_size) MUST_USE;

/* Folds only full-width ASCII (U+FF01-FF5E) and the ideographic space (U+3000) to ASCII, as a
 * Japanese input method types addresses; all else stays. */
enum result unicode_fold_width(const char *text, char *ret, size_t ret_size) MUST_USE;

/* Number of code points; of user-perceived characters (extended grapheme clusters, UAX 29).
 * 0 for invalid UTF-8, as for the empty text. */
size_t unicode_code_points(const char *text);
size_t unicode_graphemes(const char *text);

enum unicode_kind {
	UNICODE_LETTER,    /* L*, and digits N* */
	UNICODE_COMBINING, /* M*: sits on what is before it */
	UNICODE_SPACE,     /* Zs */
	UNICODE_MARKUP,    /* bidi controls U+061C, 200E-200F, 202A-202E, 2066-2069 */
	UNICODE_CONTROL,   /* Cc, Zl, Zp, NUL */
	UNICODE_JOINER,    /* U+200C, U+200D, variation selectors, emoji tags: legal inside emoji */
	UNICODE_FORMAT,    /* any other Cf, and invisible fillers (U+3164, ...) */
	UNICODE_UNASSIGNED, /* Cn, Cs, Co: without an agreed meaning, private use included */
	UNICODE_OTHER       /* P*, S* */
};

/* Steps through code points: reads the one at *at, moves *at behind it. False at the end of text
 * or at a broken byte. */
bool unicode_next(const char **at, int32_t *ret_code_point);

enum unicode_kind unicode_kind(int32_t code_point);

/* Writes one code point; returns its bytes (1-4). */
size_t unicode_put(int32_t code_point, char ret[static 4]);

/* Simple lower case of one code point. */
int32_t unicode_lower(int32_t code_point);

#endif
