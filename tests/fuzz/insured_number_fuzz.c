/* insured_number_fuzz.c - 番号 then 記号: bounded, folded once and for all, hidden when masked. */

#include "fuzz.h"
#include "insured_number.h"
#include "unicode.h"

#include <string.h>

static void
check_folded(const char *number)
{
	char again[INSURED_NUMBER_SIZE_MAX + 1], masked[INSURED_NUMBER_SIZE_MAX + 1];
	const size_t characters = unicode_code_points(number);

	FUZZ_CHECK(characters > 0 && characters <= INSURED_NUMBER_MAX, "1 to 38 characters");
	FUZZ_CHECK(strpbrk(number, " -./,abcxyz") == NULL, "no separator, no lower case");
	FUZZ_CHECK(
	    insured_number_fold(number, again, sizeof again) == FIELD_OK, "it is taken again");
	FUZZ_CHECK(strcmp(number, again) == 0, "and does not change");

	insured_number_mask(number, masked);
	const size_t hidden = strspn(masked, "*");
	FUZZ_CHECK(unicode_code_points(masked) == characters, "a star for a character");
	FUZZ_CHECK(hidden == (characters > 2 ? characters - 2 : characters), "two are shown");
	FUZZ_CHECK(hidden == characters || strstr(number, masked + hidden) != NULL, "the last two");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *typed = fuzz_text(&input);
	char number[INSURED_NUMBER_SIZE_MAX + 1];

	(void)insurer_number_is_valid(typed);
	if (insured_number_fold(typed, number, sizeof number) == FIELD_OK)
		check_folded(number);
	else
		FUZZ_CHECK(number[0] == '\0', "of a refused number nothing is left");
	return 0;
}
