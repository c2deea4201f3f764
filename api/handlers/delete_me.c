/* delete_me.c - DELETE /v1/me: a member deletes their account. */

#include "endpoints.h"

#include "cleanup.h"
#include "password.h"
#include "profile.h"
#include "refresh_cookie.h"
#include "service.h"

struct delete_account_input {
	char current_password[PASSWORD_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(delete_account_input, current_password, given_password_rule),
	END_OF_FIELDS,
};

const struct body_rule delete_account_body = { fields, sizeof(struct delete_account_input), NULL };

enum result
delete_me(struct call *call)
{
	const struct delete_account_input *in = call->body;
	CLEANUP(secret_wipe) struct secret current = { 0 };
	const struct member_request request = { call->client, call->member, &current };

	if (!secret_set(&current, in->current_password))
		return INTERNAL;
	TRY(profile_delete_account(&call->service->app, &request, &call->error_info));
	call->status = 204;
	refresh_cookie_clear(call);
	return OK;
}
