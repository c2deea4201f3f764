/* nickname_fuzz.c - nicknames: bounded, visible, folded once and for all. */

#include "fuzz.h"
#include "nickname.h"
#include "unicode.h"

#include <string.h>

static void
check_characters(const char *nickname)
{
	enum unicode_kind kind = UNICODE_SPACE;
	int32_t code_point;
	size_t marks = 0;

	for (const char *at = nickname; unicode_next(&at, &code_point);) {
		const enum unicode_kind before = kind;

		kind = unicode_kind(code_point);
		marks = kind == UNICODE_COMBINING ? marks + 1 : kind == UNICODE_JOINER ? marks : 0;
		FUZZ_CHECK(marks <= NICKNAME_MARKS_MAX, "few marks sit on one character");
		FUZZ_CHECK(kind != UNICODE_CONTROL && kind != UNICODE_FORMAT &&
			       kind != UNICODE_MARKUP && kind != UNICODE_UNASSIGNED,
		    "nothing in it hides or turns what is beside it");
		FUZZ_CHECK(
		    before != UNICODE_SPACE || (kind != UNICODE_SPACE && kind != UNICODE_COMBINING),
		    "a space stands between two characters");
		FUZZ_CHECK(kind != UNICODE_SPACE || code_point == ' ', "and is U+0020");
	}
	FUZZ_CHECK(kind != UNICODE_SPACE, "none is last");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *typed = fuzz_text(&input);
	char nickname[NICKNAME_MAX + 1], again[NICKNAME_MAX + 1];

	if (nickname_fold(typed, nickname, sizeof nickname) != FIELD_OK) {
		FUZZ_CHECK(nickname[0] == '\0', "of a refused nickname nothing is left");
		return 0;
	}
	check_characters(nickname);
	const size_t graphemes = unicode_graphemes(nickname);
	FUZZ_CHECK(graphemes > 0 && graphemes <= NICKNAME_GRAPHEMES_MAX, "1 to 20 are seen");
	FUZZ_CHECK(nickname_fold(nickname, again, sizeof again) == FIELD_OK, "it is taken again");
	FUZZ_CHECK(strcmp(nickname, again) == 0, "and does not change");
	return 0;
}
