/* password_fuzz.c - passwords: folded once and for all, judged by words that are typed, too.
 *
 * The input is a password, the words of the society, and three texts of the member. */

#include "fuzz.h"
#include "password.h"
#include "unicode.h"

#include <string.h>

/* The member's own words are refused as they are, whatever they are, if rules do not refuse them
 * first; so is what password_validate() finds neither short nor long. */
static void
check_judged(const char *password, const char *words, const char *const *personal)
{
	const struct password_rules rules = { 8, true, words };
	const enum field_error field_error = password_validate(&rules, password, personal);
	const size_t length = unicode_code_points(password);

	FUZZ_CHECK(
	    field_error == FIELD_OK || field_error == FIELD_TOO_SHORT ||
		field_error == FIELD_TOO_LONG || field_error == FIELD_NEEDS_LETTER_AND_DIGIT ||
		field_error == FIELD_COMMON_PASSWORD || field_error == FIELD_CONTEXT_PASSWORD,
	    "it is judged by one of the rules");
	if (field_error != FIELD_OK)
		return;
	FUZZ_CHECK(length >= 8 && length <= PASSWORD_CODE_POINTS_MAX, "8 to 128 code points");
	FUZZ_CHECK(!password_is_common(password), "no common one");
	const char *const own[] = { password, NULL };
	FUZZ_CHECK(password_validate(&rules, password, own) == FIELD_CONTEXT_PASSWORD,
	    "none is one's own");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *typed = fuzz_text(&input);
	CLEANUP(cleanup_free) char *words = fuzz_text(&input);
	CLEANUP(cleanup_free) char *login_id = fuzz_text(&input);
	CLEANUP(cleanup_free) char *email = fuzz_text(&input);
	CLEANUP(cleanup_free) char *nickname = fuzz_text(&input);
	const char *const personal[] = { login_id, email, nickname, NULL };
	char password[PASSWORD_MAX + 1], again[PASSWORD_MAX + 1];

	if (password_fold(typed, password, sizeof password) != FIELD_OK) {
		FUZZ_CHECK(password[0] == '\0', "of a refused password nothing is left");
		return 0;
	}
	FUZZ_CHECK(password_fold(password, again, sizeof again) == FIELD_OK, "it is taken again");
	FUZZ_CHECK(strcmp(password, again) == 0, "and does not change");
	FUZZ_CHECK(!unicode_has_invisible(password), "nothing in it is unseen");
	check_judged(password, words, personal);
	return 0;
}
