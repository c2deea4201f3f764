/* put_me_login_id.c - PUT /v1/me/login-id: another login ID. */

#include "endpoints.h"

#include "cleanup.h"
#include "email.h"
#include "password.h"
#include "profile.h"
#include "service.h"

struct new_login_id_input {
	char login_id[EMAIL_MAX + 1];
	char current_password[PASSWORD_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(new_login_id_input, login_id, login_id_rule),
	TEXT_FIELD(new_login_id_input, current_password, given_password_rule),
	END_OF_FIELDS,
};

const struct body_rule new_login_id_body = { fields, sizeof(struct new_login_id_input), NULL };

enum result
put_me_login_id(struct call *call)
{
	const struct new_login_id_input *in = call->body;
	CLEANUP(secret_wipe) struct secret current = { 0 };
	const struct member_request request = { call->client, call->member, &current };

	if (!secret_set(&current, in->current_password))
		return INTERNAL;
	TRY(profile_change_login_id(
	    &call->service->app, &request, in->login_id, &call->error_info));
	call->status = 204;
	return OK;
}
