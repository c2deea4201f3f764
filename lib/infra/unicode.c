/* unicode.c - utf8proc: what a character is, and its folded forms.
 *
 * Normal forms are made in a buffer of our own rather than utf8proc_map()'s allocation: passwords
 * pass here, and what is ours can be wiped. */

#include "unicode.h"

#include "bounds.h"
#include "text.h"

#include <utf8proc.h>

#include <string.h>

/* The longest input is a password of PASSWORD_INPUT_MAX bytes; canonical decomposition makes at
 * most three code points of two bytes (U+0390). Compatibility forms can be longer (U+FDFA becomes
 * 18): such a text does not fit, and is rejected. */
#define DECOMPOSED_MAX (3L * PASSWORD_INPUT_MAX / 2)

#define FULL_WIDTH_FIRST  0xFF01
#define FULL_WIDTH_LAST   0xFF5E
#define FULL_WIDTH_SHIFT  (FULL_WIDTH_FIRST - '!')
#define IDEOGRAPHIC_SPACE 0x3000

struct kind_range {
	int32_t first, last;
	enum unicode_kind kind;
};

/* What the general category alone does not tell: joiners are Cf or Mn, and the fillers count as
 * letters, marks or symbols although they are invisible: Default_Ignorable_Code_Point, also where
 * it is not assigned yet, the empty braille cell (U+2800), the place of an object that is not there
 * (U+FFFC, which dictation leaves), a note without a head (U+1D159). Sorted. */
/* clang-format off */
static const struct kind_range exceptions[] = {
	/* first  last     kind */
	{ 0x034F,  0x034F,  UNICODE_FORMAT },  /* combining grapheme joiner */
	{ 0x061C,  0x061C,  UNICODE_MARKUP },  /* Arabic letter mark */
	{ 0x115F,  0x1160,  UNICODE_FORMAT },  /* Hangul fillers */
	{ 0x17B4,  0x17B5,  UNICODE_FORMAT },  /* Khmer inherent vowels */
	{ 0x180B,  0x180F,  UNICODE_FORMAT },  /* Mongolian selectors and vowel separator */
	{ 0x200C,  0x200D,  UNICODE_JOINER },  /* zero width non-joiner, joiner */
	{ 0x200E,  0x200F,  UNICODE_MARKUP },
	{ 0x202A,  0x202E,  UNICODE_MARKUP },
	{ 0x2065,  0x2065,  UNICODE_FORMAT },
	{ 0x2066,  0x2069,  UNICODE_MARKUP },
	{ 0x2800,  0x2800,  UNICODE_FORMAT },
	{ 0x3164,  0x3164,  UNICODE_FORMAT },  /* Hangul filler */
	{ 0xFE00,  0xFE0F,  UNICODE_JOINER },  /* variation selectors 1-16 */
	{ 0xFFA0,  0xFFA0,  UNICODE_FORMAT },  /* half-width Hangul filler */
	{ 0xFFF0,  0xFFF8,  UNICODE_FORMAT },
	{ 0xFFFC,  0xFFFC,  UNICODE_FORMAT },  /* object replacement character */
	{ 0x1D159, 0x1D159, UNICODE_FORMAT },  /* null notehead */
	{ 0xE0000, 0xE001F, UNICODE_FORMAT },
	{ 0xE0020, 0xE007F, UNICODE_JOINER },  /* emoji tags */
	{ 0xE0080, 0xE00FF, UNICODE_FORMAT },
	{ 0xE0100, 0xE01EF, UNICODE_JOINER },  /* variation selectors 17-256 */
	{ 0xE01F0, 0xE0FFF, UNICODE_FORMAT },
};

static const enum unicode_kind kind_of_category[] = {
	[UTF8PROC_CATEGORY_CN] = UNICODE_UNASSIGNED,
	[UTF8PROC_CATEGORY_LU] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_LL] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_LT] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_LM] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_LO] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_MN] = UNICODE_COMBINING,
	[UTF8PROC_CATEGORY_MC] = UNICODE_COMBINING,
	[UTF8PROC_CATEGORY_ME] = UNICODE_COMBINING,
	[UTF8PROC_CATEGORY_ND] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_NL] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_NO] = UNICODE_LETTER,
	[UTF8PROC_CATEGORY_PC] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_PD] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_PS] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_PE] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_PI] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_PF] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_PO] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_SM] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_SC] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_SK] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_SO] = UNICODE_OTHER,
	[UTF8PROC_CATEGORY_ZS] = UNICODE_SPACE,
	[UTF8PROC_CATEGORY_ZL] = UNICODE_CONTROL,
	[UTF8PROC_CATEGORY_ZP] = UNICODE_CONTROL,
	[UTF8PROC_CATEGORY_CC] = UNICODE_CONTROL,
	[UTF8PROC_CATEGORY_CF] = UNICODE_FORMAT,
	[UTF8PROC_CATEGORY_CS] = UNICODE_UNASSIGNED,
	[UTF8PROC_CATEGORY_CO] = UNICODE_UNASSIGNED,
};
/* clang-format on */

/* Room for one more than the longest: utf8proc_reencode() closes its text with a NUL. */
struct decomposed {
	utf8proc_int32_t points[DECOMPOSED_MAX + 1];
};

static enum result
normalize_in(
    struct decomposed *work, const char *text, utf8proc_option_t form, char *ret, size_t ret_size)
{
	const utf8proc_option_t options = form | UTF8PROC_STABLE | UTF8PROC_COMPOSE |
					  UTF8PROC_REJECTNA | UTF8PROC_NULLTERM;
	utf8proc_ssize_t length;

	length = utf8proc_decompose(
	    (const utf8proc_uint8_t *)text, 0, work->points, DECOMPOSED_MAX, options);
	if (length < 0 || length > DECOMPOSED_MAX)
		return BAD_FIELD;
	if (utf8proc_reencode(work->points, length, options) < 0)
		return BAD_FIELD;
	return text_copy(ret, ret_size, (const char *)work->points) ? OK : BAD_FIELD;
}

static enum result
normalize(const char *text, utf8proc_option_t form, char *ret, size_t ret_size)
{
	struct decomposed work;

	ret[0] = '\0';
	const enum result result = normalize_in(&work, text, form, ret, ret_size);
	explicit_bzero(&work, sizeof work);
	return result;
}

enum result
unicode_nfc(const char *text, char *ret, size_t ret_size)
{
	return normalize(text, 0, ret, ret_size);
}

enum result
unicode_nfkc(const char *text, char *ret, size_t ret_size)
{
	return normalize(text, UTF8PROC_COMPAT, ret, ret_size);
}

static int32_t
fold_width(int32_t code_point)
{
	if (code_point >= FULL_WIDTH_FIRST && code_point <= FULL_WIDTH_LAST)
		return code_point - FULL_WIDTH_SHIFT;
	return code_point == IDEOGRAPHIC_SPACE ? ' ' : code_point;
}

static bool
append_code_point(char *text, size_t size, size_t *length, int32_t code_point)
{
	char bytes[4];
	const size_t count = unicode_put(code_point, bytes);

	if (count >= size - *length)
		return false;
	memcpy(text + *length, bytes, count);
	*length += count;
	text[*length] = '\0';
	return true;
}

static bool
fold_width_of_all(const char *text, char *ret, size_t ret_size)
{
	size_t length = 0;
	int32_t code_point;

	while (unicode_next(&text, &code_point))
		if (utf8proc_category(code_point) == UTF8PROC_CATEGORY_CN ||
		    !append_code_point(ret, ret_size, &length, fold_width(code_point)))
			return false;
	return *text == '\0';
}

enum result
unicode_fold_width(const char *text, char *ret, size_t ret_size)
{
	ret[0] = '\0';
	if (fold_width_of_all(text, ret, ret_size))
		return OK;
	ret[0] = '\0';
	return BAD_FIELD;
}

size_t
unicode_code_points(const char *text)
{
	size_t count = 0;
	int32_t code_point;

	while (unicode_next(&text, &code_point))
		count++;
	return *text == '\0' ? count : 0;
}

size_t
unicode_graphemes(const char *text)
{
	size_t count = 0;
	int32_t before = 0, code_point;
	utf8proc_int32_t state = 0;

	/* Before the first is U+0000, a control: there is always a boundary behind it (GB4). */
	while (unicode_next(&text, &code_point)) {
		count += utf8proc_grapheme_break_stateful(before, code_point, &state);
		before = code_point;
	}
	return *text == '\0' ? count : 0;
}

size_t
unicode_width(const char *text)
{
	size_t width = 0;
	int32_t code_point;

	while (unicode_next(&text, &code_point))
		width += (size_t)utf8proc_charwidth(code_point);
	return width;
}

bool
unicode_next(const char **at, int32_t *ret_code_point)
{
	utf8proc_int32_t code_point;

	if (**at == '\0')
		return false;
	/* Without a length it stops at the first byte that cannot continue, so never behind the
	 * NUL. */
	const utf8proc_ssize_t bytes = utf8proc_iterate(
	    (const utf8proc_uint8_t *)*at, -1, &code_point);
	if (bytes <= 0)
		return false;
	*at += bytes;
	*ret_code_point = code_point;
	return true;
}

enum unicode_kind
unicode_kind(int32_t code_point)
{
	for (size_t i = 0; i < LENGTH(exceptions); i++)
		if (code_point >= exceptions[i].first && code_point <= exceptions[i].last)
			return exceptions[i].kind;
	return kind_of_category[utf8proc_category(code_point)];
}

bool
unicode_is_invisible(int32_t code_point)
{
	switch (unicode_kind(code_point)) {
	case UNICODE_MARKUP:
	case UNICODE_CONTROL:
	case UNICODE_JOINER:
	case UNICODE_FORMAT:
		return true;
	case UNICODE_LETTER:
	case UNICODE_COMBINING:
	case UNICODE_SPACE:
	case UNICODE_UNASSIGNED:
	case UNICODE_OTHER:
		return false;
	}
	return false;
}

bool
unicode_has(const char *text, bool (*is_one)(int32_t code_point))
{
	int32_t code_point;

	while (unicode_next(&text, &code_point))
		if (is_one(code_point))
			return true;
	return false;
}

bool
unicode_has_invisible(const char *text)
{
	return unicode_has(text, unicode_is_invisible);
}

/* The controls of White_Space (PropList.txt): tabs, and whatever ends a line. */
static bool
is_blank_control(int32_t code_point)
{
	return (code_point >= '\t' && code_point <= '\r') || code_point == 0x0085 ||
	       code_point == 0x2028 || code_point == 0x2029;
}

bool
unicode_is_padding(int32_t code_point)
{
	const enum unicode_kind kind = unicode_kind(code_point);

	if (kind == UNICODE_CONTROL)
		return is_blank_control(code_point);
	return kind == UNICODE_SPACE || unicode_is_invisible(code_point);
}

int32_t
unicode_at(const char *at)
{
	int32_t code_point = 0;

	return unicode_next(&at, &code_point) ? code_point : 0;
}

char *
unicode_trim(char *text)
{
	return unicode_trim_unless(NULL, text);
}

char *
unicode_trim_unless(unicode_is_kept *is_kept, char *text)
{
	const char *at = text;
	size_t begin = 0, end = 0;
	int32_t before = 0, code_point;

	for (; unicode_next(&at, &code_point); before = code_point) {
		if (!unicode_is_padding(code_point) ||
		    (is_kept != NULL && is_kept(code_point, before, unicode_at(at))))
			end = (size_t)(at - text);
		else if (end == 0)
			begin = (size_t)(at - text);
	}
	if (*at != '\0')
		return text;
	text[end] = '\0';
	return end == 0 ? text : text + begin;
}

size_t
unicode_put(int32_t code_point, char ret[static 4])
{
	return (size_t)utf8proc_encode_char(code_point, (utf8proc_uint8_t *)ret);
}

int32_t
unicode_lower(int32_t code_point)
{
	return utf8proc_tolower(code_point);
}
