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

/* How many cells of a terminal it takes: two for what is as wide as kanji, none for a mark that
 * sits on another character. */
size_t unicode_width(const char *text);

enum unicode_kind {
	UNICODE_LETTER,    /* L*, and digits N* */
	UNICODE_COMBINING, /* M*: sits on what is before it */
	UNICODE_SPACE,     /* Zs */
	UNICODE_MARKUP,    /* bidi controls U+061C, 200E-200F, 202A-202E, 2066-2069 */
	UNICODE_CONTROL,   /* Cc, Zl, Zp, NUL */
	UNICODE_JOINER,    /* U+200C, U+200D, variation selectors, emoji tags: legal inside emoji */
	UNICODE_FORMAT,    /* any other Cf and Default_Ignorable_Code_Point, fillers (U+2800 ...) */
	UNICODE_UNASSIGNED, /* Cn, Cs, Co: without an agreed meaning, private use included */
	UNICODE_OTHER       /* P*, S* */
};

/* Steps through code points: reads the one at *at, moves *at behind it. False at the end of text
 * or at a broken byte. */
bool unicode_next(const char **at, int32_t *ret_code_point);

/* The code point at a place; 0 at the end, and where there is none. */
int32_t unicode_at(const char *at);

enum unicode_kind unicode_kind(int32_t code_point);

/* Is a code point of the text one of these? */
bool unicode_has(const char *text, bool (*is_one)(int32_t code_point));

/* Is it a character that nobody sees: control, line end, bidi control, joiner, filler? A space is
 * seen. */
bool unicode_is_invisible(int32_t code_point);
bool unicode_has_invisible(const char *text);

/* Does it come along when a value is copied: a space of any kind, a tab, a line end, or another
 * invisible character that is no control? */
bool unicode_is_padding(int32_t code_point);

/* Cuts the padding at both ends, in place; returns the new beginning within `text`. A text that is
 * not UTF-8 stays as it is. */
char *unicode_trim(char *text);

/* The same, but for padding that belongs to what is beside it. `before` and `behind` are 0 at the
 * ends of the text. */
typedef bool unicode_is_kept(int32_t code_point, int32_t before, int32_t behind);
char *unicode_trim_unless(unicode_is_kept *, char *text); /* NULL: none does */

/* Writes one code point; returns its bytes (1-4). */
size_t unicode_put(int32_t code_point, char ret[static 4]);

/* Simple lower case of one code point. */
int32_t unicode_lower(int32_t code_point);

#endif
