/* patch_me.c - PATCH /v1/me: nickname and language. */

#include "endpoints.h"

#include "nickname.h"
#include "profile.h"
#include "say.h"
#include "service.h"
#include "text.h"

#include <string.h>

struct settings {
	char nickname[NICKNAME_MAX + 1];
	char language[LANGUAGE_MAX + 1];
};

static enum fault
language_check(const char *typed, char *ret, size_t ret_size)
{
	if (strcmp(typed, "ja") != 0 && strcmp(typed, "en") != 0)
		return FAULT_NOT_OFFERED;
	text_copy_cut(ret, ret_size, typed);
	return FAULT_NONE;
}

static const struct field fields[] = {
	OPTIONAL_FIELD(settings, nickname, NICKNAME_INPUT_MAX, nickname_fold),
	OPTIONAL_FIELD(settings, language, 16, language_check),
	END_OF_FIELDS,
};

const struct body_rule settings_body = { fields, sizeof(struct settings), NULL };

enum result
patch_me(struct call *call)
{
	const struct settings *in = call->body;

	TRY(profile_set(
	    &call->service->portal, call->visitor, call->member, in->nickname, in->language));
	say_profile(call->json, call->member);
	return OK;
}
