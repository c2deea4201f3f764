/* text.c - bounded C strings. */

#include "text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool
text_copy(char *to, size_t size, const char *from)
{
	const size_t length = strlen(from);

	to[0] = '\0';
	if (length >= size)
		return false;
	memcpy(to, from, length + 1);
	return true;
}

void
text_copy_cut(char *to, size_t size, const char *from)
{
	size_t length = strnlen(from, size);

	if (length == size)
		for (length = size - 1; length > 0 && ((unsigned char)from[length] & 0xC0) == 0x80;)
			length--;
	memcpy(to, from, length);
	to[length] = '\0';
}

bool
text_format(char *to, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int length = vsnprintf(to, size, format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t)length < size)
		return true;
	to[0] = '\0';
	return false;
}

void
text_lower_ascii(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

bool
text_equal_ignoring_case(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0; /* the process keeps the C locale: ASCII only */
}

bool
text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void
text_hex(const uint8_t *bytes, size_t size, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*ret++ = digits[bytes[i] >> 4];
		*ret++ = digits[bytes[i] & 15];
	}
	*ret = '\0';
}

static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

bool
text_unhex(const char *hex, uint8_t *ret, size_t size)
{
	if (strlen(hex) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const int high = hex_value(hex[2 * i]);
		const int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool
text_number(const char *text, int64_t min, int64_t max, int64_t *ret)
{
	int64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*ret = value;
	return true;
}
