/* json_scan.c - a strict linear scan of one JSON object: a state machine over its bytes.
 *
 * The input is a pointer and an end; every reader goes through next_byte() and scan_byte(), which
 * know the end, or counts the bytes that are left first. */

#include "json_scan.h"

#include "bounds.h"
#include "text.h"

#include <stdint.h>
#include <string.h>

#define AT_END (-1)

struct scan {
	const char *at;
	const char *end;
	size_t depth;
	char closers[JSON_DEPTH_MAX]; /* '}' or ']' of every container now open */
};

enum state {
	WANT_NAME_OR_CLOSER,
	WANT_NAME,
	WANT_VALUE_OR_CLOSER,
	WANT_VALUE,
	WANT_COMMA_OR_CLOSER,
	BROKEN,
};

static int
next_byte(const struct scan *scan)
{
	return scan->at < scan->end ? (unsigned char)*scan->at : AT_END;
}

static bool
scan_byte(struct scan *scan, int byte)
{
	if (next_byte(scan) != byte)
		return false;
	scan->at++;
	return true;
}

static void
skip_space(struct scan *scan)
{
	while (scan_byte(scan, ' ') || scan_byte(scan, '\t') || scan_byte(scan, '\n') ||
	       scan_byte(scan, '\r'))
		;
}

/* Unicode 15.0, table 3-7. Overlong forms, surrogates and what is over U+10FFFF show in the second
 * byte; the third and the fourth are always 80..BF. */
struct utf8_form {
	unsigned char first, last; /* lead bytes */
	unsigned char length;
	unsigned char second_min, second_max;
};

static const struct utf8_form *
utf8_form_of(unsigned char lead)
{
	static const struct utf8_form forms[] = {
		{ 0x00, 0x7F, 1, 0x00, 0x00 },
		{ 0xC2, 0xDF, 2, 0x80, 0xBF },
		{ 0xE0, 0xE0, 3, 0xA0, 0xBF },
		{ 0xE1, 0xEC, 3, 0x80, 0xBF },
		{ 0xED, 0xED, 3, 0x80, 0x9F },
		{ 0xEE, 0xEF, 3, 0x80, 0xBF },
		{ 0xF0, 0xF0, 4, 0x90, 0xBF },
		{ 0xF1, 0xF3, 4, 0x80, 0xBF },
		{ 0xF4, 0xF4, 4, 0x80, 0x8F },
	};

	for (size_t i = 0; i < LENGTH(forms); i++)
		if (lead >= forms[i].first && lead <= forms[i].last)
			return &forms[i];
	return NULL;
}

size_t
json_scan_utf8(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (size == 0)
		return 0;
	const struct utf8_form *form = utf8_form_of(bytes[0]);
	if (form == NULL || size < form->length)
		return 0;
	if (form->length > 1 && (bytes[1] < form->second_min || bytes[1] > form->second_max))
		return 0;
	for (size_t i = 2; i < form->length; i++)
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
	return form->length;
}

/* Four hex digits: one UTF-16 code unit. */
static bool
scan_unit(struct scan *scan, unsigned *ret_unit)
{
	char hex[5] = "";
	uint8_t bytes[2];

	if (scan->end - scan->at < 4)
		return false;
	memcpy(hex, scan->at, 4);
	if (!text_unhex(hex, bytes, sizeof bytes))
		return false;
	scan->at += 4;
	*ret_unit = (unsigned)bytes[0] << 8 | bytes[1];
	return true;
}

static bool
is_high_surrogate(unsigned unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool
is_low_surrogate(unsigned unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Behind "\u". A U+0000 would end the C string that cJSON makes: "x\u0000y" would be "x". */
static bool
scan_code_point(struct scan *scan)
{
	unsigned unit, second;

	if (!scan_unit(scan, &unit) || unit == 0 || is_low_surrogate(unit))
		return false;
	if (!is_high_surrogate(unit))
		return true;
	return scan_byte(scan, '\\') && scan_byte(scan, 'u') && scan_unit(scan, &second) &&
	       is_low_surrogate(second);
}

/* Behind the backslash. */
static bool
scan_escape(struct scan *scan)
{
	if (scan_byte(scan, 'u'))
		return scan_code_point(scan);
	for (const char *letter = "\"\\/bfnrt"; *letter != '\0'; letter++)
		if (scan_byte(scan, *letter))
			return true;
	return false;
}

static bool
scan_character(struct scan *scan)
{
	if (scan_byte(scan, '\\'))
		return scan_escape(scan);
	if (next_byte(scan) < 0x20) /* AT_END, too */
		return false;
	const size_t length = json_scan_utf8(scan->at, (size_t)(scan->end - scan->at));
	scan->at += length;
	return length > 0;
}

static bool
scan_string(struct scan *scan)
{
	if (!scan_byte(scan, '"'))
		return false;
	while (!scan_byte(scan, '"'))
		if (!scan_character(scan))
			return false;
	return true;
}

static bool
scan_digits(struct scan *scan)
{
	const char *const start = scan->at;

	while (next_byte(scan) >= '0' && next_byte(scan) <= '9')
		scan->at++;
	return scan->at > start;
}

/* Behind a leading zero the number is over: of "01" the 1 is left, where no value may be. */
static bool
scan_number(struct scan *scan)
{
	scan_byte(scan, '-');
	if (!scan_byte(scan, '0') && !scan_digits(scan))
		return false;
	if (scan_byte(scan, '.') && !scan_digits(scan))
		return false;
	if (!scan_byte(scan, 'e') && !scan_byte(scan, 'E'))
		return true;
	if (!scan_byte(scan, '+'))
		scan_byte(scan, '-');
	return scan_digits(scan);
}

static bool
scan_word(struct scan *scan, const char *word)
{
	for (; *word != '\0'; word++)
		if (!scan_byte(scan, *word))
			return false;
	return true;
}

static enum state
open_container(struct scan *scan, char closer)
{
	if (scan->depth == JSON_DEPTH_MAX)
		return BROKEN;
	scan->at++;
	scan->closers[scan->depth++] = closer;
	return closer == '}' ? WANT_NAME_OR_CLOSER : WANT_VALUE_OR_CLOSER;
}

static bool
close_container(struct scan *scan)
{
	if (!scan_byte(scan, scan->closers[scan->depth - 1]))
		return false;
	scan->depth--;
	return true;
}

static enum state
after_value(bool fine)
{
	return fine ? WANT_COMMA_OR_CLOSER : BROKEN;
}

static enum state
scan_value(struct scan *scan)
{
	switch (next_byte(scan)) {
	case '{':
		return open_container(scan, '}');
	case '[':
		return open_container(scan, ']');
	case '"':
		return after_value(scan_string(scan));
	case 't':
		return after_value(scan_word(scan, "true"));
	case 'f':
		return after_value(scan_word(scan, "false"));
	case 'n':
		return after_value(scan_word(scan, "null"));
	default:
		return after_value(scan_number(scan));
	}
}

static enum state
scan_name(struct scan *scan)
{
	if (!scan_string(scan))
		return BROKEN;
	skip_space(scan);
	return scan_byte(scan, ':') ? WANT_VALUE : BROKEN;
}

static enum state
scan_comma(struct scan *scan)
{
	if (!scan_byte(scan, ','))
		return BROKEN;
	return scan->closers[scan->depth - 1] == '}' ? WANT_NAME : WANT_VALUE;
}

static enum state
scan_step(struct scan *scan, enum state state)
{
	const bool may_close = state == WANT_NAME_OR_CLOSER || state == WANT_VALUE_OR_CLOSER ||
			       state == WANT_COMMA_OR_CLOSER;

	skip_space(scan);
	if (may_close && close_container(scan))
		return WANT_COMMA_OR_CLOSER;
	switch (state) {
	case WANT_NAME_OR_CLOSER:
	case WANT_NAME:
		return scan_name(scan);
	case WANT_VALUE_OR_CLOSER:
	case WANT_VALUE:
		return scan_value(scan);
	case WANT_COMMA_OR_CLOSER:
		return scan_comma(scan);
	case BROKEN:
		break;
	}
	return BROKEN;
}

bool
json_scan(const char *text, size_t size)
{
	struct scan scan = { .at = text, .end = text + size };

	skip_space(&scan);
	enum state state = next_byte(&scan) == '{' ? scan_value(&scan) : BROKEN;
	while (state != BROKEN && scan.depth > 0)
		state = scan_step(&scan, state);
	skip_space(&scan);
	return state != BROKEN && scan.at == scan.end;
}
