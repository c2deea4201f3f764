/* put_me_password.c - PUT /v1/me/password: another password; all other sessions end. */

#include "endpoints.h"

#include "cleanup.h"
#include "password.h"
#include "profile.h"
#include "service.h"

struct new_password_input {
	char current_password[PASSWORD_MAX + 1];
	char password[PASSWORD_MAX + 1];
	char password_confirmation[PASSWORD_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(new_password_input, current_password, given_password_rule),
	TEXT_FIELD(new_password_input, password, password_rule),
	TEXT_FIELD(new_password_input, password_confirmation, password_rule),
	END_OF_FIELDS,
};

/* Whether the password is like the member's own texts is asked when the account has been read. */
static void
validate_new_password(
    const struct service *service, const void *body, struct field_errors *field_errors)
{
	const struct new_password_input *in = body;
	const char *const nothing_personal[] = { NULL };

	password_check_both(&service->app.password_rules, in->password, in->password_confirmation,
	    nothing_personal, field_errors);
}

const struct body_rule new_password_body = { fields, sizeof(struct new_password_input),
	validate_new_password };

enum result
put_me_password(struct call *call)
{
	const struct new_password_input *in = call->body;
	CLEANUP(secret_wipe) struct secret current = { 0 };
	const struct member_request request = { call->client, call->member, &current };
	CLEANUP(secret_wipe) struct secret password = { 0 };

	if (!secret_set(&current, in->current_password) || !secret_set(&password, in->password))
		return INTERNAL;
	const enum result changed = profile_change_password(
	    &call->service->app, &request, &password, &call->error_info);
	field_errors_add_length(call->field_errors, "password", call->error_info.field_error,
	    password_length(&call->service->app.password_rules));
	TRY(changed);
	call->status = 204;
	return OK;
}
