/* email_fuzz.c - mail addresses: whatever was typed, a folded one is plain and stays what it is. */

#include "email.h"
#include "fuzz.h"

#include <string.h>

static void
check_folded(const char *email)
{
	char again[EMAIL_MAX + 1], key[EMAIL_MAX + 1], masked[EMAIL_MASKED_MAX + 1];
	const char *const at = strchr(email, '@');

	FUZZ_CHECK(fuzz_is_visible_ascii(email), "an address is printable ASCII");
	FUZZ_CHECK(strpbrk(email, " \",:;<>()[]\\") == NULL, "it ends no header and no list");
	FUZZ_CHECK(at != NULL && at == strrchr(email, '@'), "it has one @");
	FUZZ_CHECK(at > email && at - email <= EMAIL_LOCAL_MAX, "and 1-64 bytes before it");
	FUZZ_CHECK(strchr(at, '.') != NULL, "and a dot behind");
	FUZZ_CHECK(email_fold(email, again, sizeof again) == FIELD_OK, "it is taken again");
	FUZZ_CHECK(strcmp(email, again) == 0, "and does not change");
	email_mask(email, masked);
	FUZZ_CHECK(strncmp(masked + 1, "***@", 4) == 0 && strcmp(masked + 4, at) == 0,
	    "masked, one letter is left before the @");
	email_key(email, key);
	FUZZ_CHECK(login_id_fold(email, again, sizeof again) == FIELD_OK, "it is a login ID");
	const size_t name_size = strcspn(key, "@");
	FUZZ_CHECK(name_size > 0 && strncmp(key, again, name_size) == 0 &&
		       strcmp(key + name_size, strchr(again, '@')) == 0,
	    "its key is its login ID's name and domain");
	FUZZ_CHECK(
	    again[name_size] == '@' || again[name_size] == '+', "and what is left out is a tag");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *typed = fuzz_text(&input);
	char email[EMAIL_MAX + 1];
	const enum field_error field_error = email_fold(typed, email, sizeof email);

	if (field_error == FIELD_OK)
		check_folded(email);
	else
		FUZZ_CHECK(email[0] == '\0', "of a refused address nothing is left");
	return 0;
}
