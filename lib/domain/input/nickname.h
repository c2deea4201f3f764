/* nickname.h - nicknames: PRECIS Nickname profile (RFC 8266) as far as storing needs it. Pure.
 *
 * The padding of a pasted value (unicode.h) is dropped. NFC; every space character becomes U+0020,
 * runs of spaces one. 1 to NICKNAME_GRAPHEMES_MAX user-perceived characters and at most
 * NICKNAME_MAX bytes, any script, emoji with their joiners. No control character, no bidi control,
 * no other invisible format character, no unassigned or private-use one. A joiner, variation
 * selector or emoji tag only where it changes what is seen (table in nickname.c). A combining mark
 * needs something to sit on: none first or behind a space, and at most NICKNAME_MARKS_MAX on one
 * character, so that a nickname stays within its line. Folding what is folded changes nothing. */

#ifndef NICKNAME_H
#define NICKNAME_H

#include "bounds.h"
#include "field_errors.h"
#include "text_rule.h"

#include <stddef.h>

/* FIELD_REQUIRED (only padding), FIELD_TOO_LONG, FIELD_INVISIBLE_CHARACTER, FIELD_BAD_CHARACTER;
 * `ret` is then empty. ret_size is NICKNAME_MAX + 1. */
enum field_error nickname_fold(const char *typed, char *ret, size_t ret_size);

extern const struct text_rule nickname_rule;

#endif
