/* roster_text.c - the text of one field of a roster, in UTF-8 and in its plain form. */

#include "roster_text.h"

#include "text.h"
#include "unicode.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static bool
field_is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

bool
roster_text_is_utf8(const char *field)
{
	int32_t code_point;

	while (unicode_next(&field, &code_point))
		;
	return *field == '\0';
}

static const char *
decode_cp932(iconv_t from_cp932, const char *field, char ret[static ROSTER_FIELD_MAX + 1])
{
	char *in = (char *)(uintptr_t)field; /* iconv() only reads, but wants it without const */
	char *out = ret;
	size_t in_left = strlen(field), out_left = ROSTER_FIELD_MAX;

	if (iconv(from_cp932, &in, &in_left, &out, &out_left) != (size_t)-1) {
		*out = '\0';
		return NULL;
	}
	const bool too_long = errno == E2BIG;
	iconv(from_cp932, NULL, NULL, NULL, NULL);
	return too_long ? "too long" : "has bytes that are not Shift_JIS (CP932)";
}

static const char *
decode_field(iconv_t from_cp932, const char *field, char ret[static ROSTER_FIELD_MAX + 1])
{
	if (from_cp932 != NULL && !field_is_ascii(field))
		return decode_cp932(from_cp932, field, ret);
	if (!roster_text_is_utf8(field))
		return "has bytes that are not UTF-8";
	return text_copy(ret, ROSTER_FIELD_MAX + 1, field) ? NULL : "too long";
}

/* ="0123" in quotes of its own: a text that a spreadsheet shall not take for a number. */
static void
unwrap_equals(char *text)
{
	const size_t length = strlen(text);

	if (length < 3 || text[0] != '=' || text[1] != '"' || text[length - 1] != '"')
		return;
	memmove(text, text + 2, length - 3);
	text[length - 3] = '\0';
}

static void
trim_spaces(char *text)
{
	const size_t spaces = strspn(text, " ");
	size_t length = strlen(text + spaces);

	while (length > 0 && text[spaces + length - 1] == ' ')
		length--;
	memmove(text, text + spaces, length);
	text[length] = '\0';
}

const char *
roster_text_read(iconv_t from_cp932, const char *field, char ret[static ROSTER_FIELD_MAX + 1])
{
	char text[ROSTER_FIELD_MAX + 1];
	const char *reason = decode_field(from_cp932, field, text);

	if (reason != NULL)
		return reason;
	if (field_is_ascii(text))
		memcpy(ret, text, strlen(text) + 1);
	else if (unicode_nfkc(text, ret, ROSTER_FIELD_MAX + 1) != OK)
		return "has a character that Unicode does not know";
	unwrap_equals(ret);
	trim_spaces(ret);
	return NULL;
}
