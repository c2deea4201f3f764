/* json_scan.h - a strict linear scan of a body before any parser sees it. Pure, fuzzed.
 *
 * cJSON takes trailing bytes, raw control characters, broken UTF-8, a BOM, leading zeros, \u0000
 * and recurses; this refuses them (RFC 8259, RFC 7493 I-JSON; ASVS 1.5.3). It uses no recursion and
 * constant memory. Duplicate members are refused by json.c, which knows the names. */

#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Is this exactly one JSON object, strictly by the grammar of RFC 8259: UTF-8 without BOM, overlong
 * forms and surrogates (raw, or escaped and unpaired); no control character in a string; no \u0000;
 * nesting of at most JSON_DEPTH_MAX; numbers without leading zeros or plus; white space only space,
 * tab, CR, LF; nothing behind the object? */
bool json_scan(const char *text, size_t size) __attribute__((warn_unused_result));

/* The bytes of the UTF-8 character at the start of `text`: 1 to 4, or 0 if there is no well-formed
 * one within `size` (Unicode table 3-7: no overlong form, no surrogate, nothing over U+10FFFF). */
size_t json_scan_utf8(const char *text, size_t size);

#endif
