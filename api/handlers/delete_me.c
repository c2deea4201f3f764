/* delete_me.c - DELETE /v1/me: a member leaves. */

#include "endpoints.h"

#include "cleanup.h"
#include "password.h"
#include "profile.h"
#include "refresh_cookie.h"
#include "service.h"

struct leave {
	char current_password[PASSWORD_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(leave, current_password, PASSWORD_INPUT_MAX, password_fold_given),
	END_OF_FIELDS,
};

const struct body_rule leave_body = { fields, sizeof(struct leave), NULL };

enum result
delete_me(struct call *call)
{
	const struct leave *in = call->body;
	CLEANUP(secret_wipe) struct secret current = { 0 };

	if (!secret_set(&current, in->current_password))
		return INTERNAL;
	TRY(profile_leave(
	    &call->service->app, call->client, call->member, &current, &call->error_info));
	call->status = 204;
	refresh_cookie_clear(call);
	return OK;
}
