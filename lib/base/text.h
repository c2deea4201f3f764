/* text.h - bounded C strings, as bytes and ASCII; infra/unicode.h knows characters. */

#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies `from` with its NUL into `to` of `size` bytes. False, and `to` empty, if it does not fit.
 */
bool text_copy(char *to, size_t size, const char *from) __attribute__((warn_unused_result));

/* Copies as much of `from` as fits, always NUL-terminated; cuts between UTF-8 characters. */
void text_copy_cut(char *to, size_t size, const char *from);

/* snprintf() that says whether all of it fitted. If not, `to` is empty. */
bool text_format(char *to, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result));

/* Lower-cases A-Z in place; other bytes stay. */
void text_lower_ascii(char *text);

/* Are they equal, if A-Z and a-z are the same letters? */
bool text_equal_ignoring_case(const char *, const char *);

/* Does `text` begin with `prefix`? */
bool text_starts_with(const char *text, const char *prefix);

/* Writes 2 * size lower-case hex digits and a NUL to `ret`. */
void text_hex(const uint8_t *bytes, size_t size, char *ret);

/* Reads exactly 2 * size hex digits, nothing before or behind. */
bool text_unhex(const char *hex, uint8_t *ret, size_t size) __attribute__((warn_unused_result));

/* Reads a whole decimal number, digits only (no sign, space, point), within min..max. */
bool text_number(const char *text, int64_t min, int64_t max, int64_t *ret)
    __attribute__((warn_unused_result));

#endif
