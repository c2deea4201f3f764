/* nickname.c - nicknames: what may be in one, and its stored form. */

#include "nickname.h"

#include "text.h"
#include "unicode.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What may stand before or behind a joiner. */
enum neighbour {
	ANY,
	PICTURE,    /* emoji and their like, also with colour or selector behind */
	SYMBOL,     /* has a text and an emoji look */
	KEYCAP,     /* 0-9 # * below U+20E3 */
	KEYCAP_LID, /* U+20E3 */
	JOINING,    /* letters and marks from Arabic to Sinhala, whose shape joiners change */
	HAN,        /* ideographs, with variants as names have them */
	FLAG,       /* U+1F3F4, or a tag behind it */
	TAG,
	TAG_OR_END
};

struct neighbour_range {
	enum neighbour neighbour;
	int32_t first, last;
};

struct joiner_rule {
	int32_t first, last;
	enum neighbour before, behind;
};

/* clang-format off */
static const struct neighbour_range neighbours[] = {
	{ PICTURE,    0x2190,  0x21FF },  /* arrows */
	{ PICTURE,    0x2600,  0x27BF },  /* miscellaneous symbols, dingbats */
	{ PICTURE,    0x2B00,  0x2BFF },  /* squares, stars */
	{ PICTURE,    0x1F000, 0x1FAFF }, /* emoji proper, skin tones, flag letters */
	{ PICTURE,    0xFE0F,  0xFE0F },  /* its own rule sees to what is before */
	{ SYMBOL,     0x00A9,  0x00AE },
	{ SYMBOL,     0x203C,  0x203C },
	{ SYMBOL,     0x2049,  0x2049 },
	{ SYMBOL,     0x2100,  0x27BF },  /* letter-like, arrows, technical, enclosed, dingbats */
	{ SYMBOL,     0x2900,  0x2BFF },
	{ SYMBOL,     0x3030,  0x303D },
	{ SYMBOL,     0x3297,  0x3299 },
	{ SYMBOL,     0x1F000, 0x1FAFF },
	{ KEYCAP,     '#',     '#' },
	{ KEYCAP,     '*',     '*' },
	{ KEYCAP,     '0',     '9' },
	{ KEYCAP_LID, 0x20E3,  0x20E3 },
	{ JOINING,    0x0620,  0x0DFF },
	{ HAN,        0x3400,  0x4DBF },
	{ HAN,        0x4E00,  0x9FFF },
	{ HAN,        0xF900,  0xFAFF },
	{ HAN,        0x20000, 0x3FFFF },
	{ FLAG,       0x1F3F4, 0x1F3F4 },
	{ FLAG,       0xE0030, 0xE007A },
	{ TAG,        0xE0030, 0xE007A },
	{ TAG_OR_END, 0xE0030, 0xE007F },
};

/* A joiner is legal where one row has it and both its neighbours (UTS 51 for emoji, RFC 5892 A.1
 * and A.2 for scripts, the latter made simpler: script on both sides is enough). */
static const struct joiner_rule joiner_rules[] = {
	/* first  last     before   behind */
	{ 0x200D,  0x200D,  PICTURE, PICTURE },     /* families, professions */
	{ 0x200C,  0x200D,  JOINING, JOINING },     /* Persian, Indic */
	{ 0xFE0E,  0xFE0F,  SYMBOL,  ANY },         /* text or emoji look */
	{ 0xFE0F,  0xFE0F,  KEYCAP,  KEYCAP_LID },
	{ 0xFE00,  0xFE0D,  HAN,     ANY },         /* standardized variants */
	{ 0xE0100, 0xE01EF, HAN,     ANY },         /* ideographic variants */
	{ 0xE0030, 0xE0039, FLAG,    TAG_OR_END },  /* regional flags, closed by U+E007F */
	{ 0xE0061, 0xE007A, FLAG,    TAG_OR_END },
	{ 0xE007F, 0xE007F, TAG,     ANY },
};
/* clang-format on */

static bool
is_neighbour(int32_t code_point, enum neighbour wanted)
{
	if (wanted == ANY)
		return true;
	for (size_t i = 0; i < LENGTH(neighbours); i++)
		if (neighbours[i].neighbour == wanted && code_point >= neighbours[i].first &&
		    code_point <= neighbours[i].last)
			return true;
	return false;
}

static bool
joiner_is_legal(int32_t joiner, int32_t before, int32_t behind)
{
	for (size_t i = 0; i < LENGTH(joiner_rules); i++) {
		const struct joiner_rule *const rule = &joiner_rules[i];

		if (joiner >= rule->first && joiner <= rule->last &&
		    is_neighbour(before, rule->before) && is_neighbour(behind, rule->behind))
			return true;
	}
	return false;
}

/* `before` and `behind` are 0 at the ends of the text. */
static enum field_error
check_character(int32_t code_point, int32_t before, int32_t behind)
{
	switch (unicode_kind(code_point)) {
	case UNICODE_LETTER:
	case UNICODE_SPACE:
	case UNICODE_OTHER:
		return FIELD_OK;
	case UNICODE_COMBINING:
		return before != 0 && unicode_kind(before) != UNICODE_SPACE ? FIELD_OK
									    : FIELD_BAD_CHARACTER;
	case UNICODE_JOINER:
		return joiner_is_legal(code_point, before, behind) ? FIELD_OK
								   : FIELD_INVISIBLE_CHARACTER;
	case UNICODE_MARKUP:
	case UNICODE_CONTROL:
	case UNICODE_FORMAT:
		return FIELD_INVISIBLE_CHARACTER;
	case UNICODE_UNASSIGNED:
		break;
	}
	return FIELD_BAD_CHARACTER;
}

/* How many combining marks there are since the last character that is none, if this one comes next.
 * What is between marks and unseen begins nothing new. */
static size_t
count_marks(size_t marks, int32_t code_point)
{
	const enum unicode_kind kind = unicode_kind(code_point);

	if (kind == UNICODE_COMBINING)
		return marks + 1;
	return kind == UNICODE_JOINER ? marks : 0;
}

static enum field_error
check_text(const char *text)
{
	int32_t before = 0, code_point;
	size_t marks = 0;

	for (; unicode_next(&text, &code_point); before = code_point) {
		const enum field_error field_error = check_character(
		    code_point, before, unicode_at(text));

		if (field_error != FIELD_OK)
			return field_error;
		marks = count_marks(marks, code_point);
		if (marks > NICKNAME_MARKS_MAX)
			return FIELD_BAD_CHARACTER;
	}
	return FIELD_OK;
}

/* Spaces of every kind become one U+0020 between other characters, in place: what is written never
 * overtakes what is read. */
static void
fold_spaces(char *text)
{
	const char *at = text;
	size_t length = 0;
	bool pending = false;
	int32_t code_point;
	char bytes[4];

	while (unicode_next(&at, &code_point)) {
		if (unicode_kind(code_point) == UNICODE_SPACE) {
			pending = true;
			continue;
		}
		if (pending && length > 0)
			text[length++] = ' ';
		pending = false;
		const size_t count = unicode_put(code_point, bytes);
		memcpy(text + length, bytes, count);
		length += count;
	}
	text[length] = '\0';
}

/* `ret` is not empty only if the nickname is right. */
static enum field_error
fold_trimmed(const char *typed, char *ret, size_t ret_size)
{
	/* NFC is at most three times as long: what fails then is no text. */
	char text[3 * NICKNAME_INPUT_MAX + 1];

	if (unicode_nfc(typed, text, sizeof text) != OK)
		return FIELD_BAD_CHARACTER;
	const enum field_error field_error = check_text(text);
	if (field_error != FIELD_OK)
		return field_error;
	fold_spaces(text);
	if (text[0] == '\0')
		return FIELD_REQUIRED;
	if (unicode_graphemes(text) > NICKNAME_GRAPHEMES_MAX)
		return FIELD_TOO_LONG;
	return text_copy(ret, ret_size, text) ? FIELD_OK : FIELD_TOO_LONG;
}

enum field_error
nickname_fold(const char *typed, char *ret, size_t ret_size)
{
	char text[NICKNAME_INPUT_MAX + 1];

	ret[0] = '\0';
	if (!text_copy(text, sizeof text, typed))
		return FIELD_TOO_LONG;
	/* A joiner may be legal last: the look of an emoji, the variant of a kanji. */
	return fold_trimmed(unicode_trim_unless(joiner_is_legal, text), ret, ret_size);
}

const struct text_rule nickname_rule = { nickname_fold, NICKNAME_INPUT_MAX,
	{ 1, NICKNAME_GRAPHEMES_MAX }, true };
