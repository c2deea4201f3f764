/* insured_number.h - 番号 then 記号 as one string, as people type it. Pure.
 *
 * The roster's columns are folded by the same function, so that both sides meet: NFKC (full width
 * to half, half-width kana to full), upper case for ASCII letters, and hyphens of every kind
 * (U+002D, 2010-2015, 2212, FF0D, ...), middle dots, slashes, full stops, commas and spaces
 * dropped. The long vowel mark (U+30FC) is a hyphen, too, unless it directly follows a kana: people
 * type 56789ー100, and ケーヒン is a 記号. What is left is ASCII letters and digits, kana and kanji
 * (some 記号 have them); any other script is rejected. Folding what is folded changes nothing.
 *
 * Numbers are secrets by law (健康保険法 第194条の2): never logged, shown only masked. */

#ifndef INSURED_NUMBER_H
#define INSURED_NUMBER_H

#include "bounds.h"
#include "field_errors.h"
#include "text_rule.h"

#include <stdbool.h>
#include <stddef.h>

/* Folds; 1 to INSURED_NUMBER_MAX characters must be left. FIELD_REQUIRED (nothing left),
 * FIELD_TOO_LONG, FIELD_BAD_CHARACTER; `ret` is then empty. ret_size is
 * INSURED_NUMBER_SIZE_MAX + 1. */
enum field_error insured_number_fold(const char *typed, char *ret, size_t ret_size);

extern const struct text_rule insured_number_rule;

/* A star for each character but the last two (for each, where there are no more), as members and
 * operators are shown it (ASVS 14.2.6). `ret` is as large as `number`, and not the same. */
void insured_number_mask(const char *number, char *ret);

/* 保険者番号: 8 digits whose last is the check digit (weights 2,1,2,1,2,1,2 from the right, digits
 * of the products summed, (10 - sum mod 10) mod 10). */
bool insurer_number_is_valid(const char *number);

#endif
