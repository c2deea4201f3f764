/* patch_me.c - PATCH /v1/me: nickname and language. */

#include "endpoints.h"

#include "nickname.h"
#include "profile.h"
#include "reply_fields.h"
#include "service.h"
#include "text.h"

#include <string.h>

struct profile_input {
	char nickname[NICKNAME_MAX + 1];
	char language[LANGUAGE_MAX + 1];
};

static enum field_error
language_check(const char *typed, char *ret, size_t ret_size)
{
	if (strcmp(typed, "ja") != 0 && strcmp(typed, "en") != 0)
		return FIELD_NOT_OFFERED;
	text_copy_cut(ret, ret_size, typed);
	return FIELD_OK;
}

static const struct text_rule language_rule = { language_check, 16, { 0, 16 } };

static const struct field fields[] = {
	OPTIONAL_FIELD(profile_input, nickname, nickname_rule),
	OPTIONAL_FIELD(profile_input, language, language_rule),
	END_OF_FIELDS,
};

const struct body_rule profile_body = { fields, sizeof(struct profile_input), NULL };

enum result
patch_me(struct call *call)
{
	const struct profile_input *in = call->body;

	TRY(profile_set(
	    &call->service->app, call->client, call->member, in->nickname, in->language));
	reply_profile(call->json, call->member);
	return OK;
}
