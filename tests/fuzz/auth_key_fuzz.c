/* auth_key_fuzz.c - authentication keys and CAPTCHA answers as people type them. */

#include "auth_key.h"
#include "fuzz.h"

#include <string.h>

typedef enum field_error fold(const char *typed, char *ret, size_t ret_size);

static void
check_folding(fold *fold, const char *typed, size_t length)
{
	char folded[AUTH_KEY_LENGTH + 1], again[AUTH_KEY_LENGTH + 1];

	if (fold(typed, folded, length + 1) != FIELD_OK) {
		FUZZ_CHECK(folded[0] == '\0', "of a refused one nothing is left");
		return;
	}
	FUZZ_CHECK(strlen(folded) == length && strspn(folded, AUTH_KEY_ALPHABET) == length,
	    "so many characters of the alphabet");
	FUZZ_CHECK(fold(folded, again, length + 1) == FIELD_OK, "it is taken again");
	FUZZ_CHECK(strcmp(folded, again) == 0, "and does not change");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *typed = fuzz_text(&input);

	check_folding(auth_key_fold, typed, AUTH_KEY_LENGTH);
	check_folding(captcha_answer_fold, typed, CAPTCHA_LENGTH);
	return 0;
}
