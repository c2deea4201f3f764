/* post_recovery_password_reset.c - POST /v1/recovery/password/reset: a reset link sets a new
 * password. */

#include "endpoints.h"

#include "cleanup.h"
#include "password.h"
#include "recovery.h"
#include "service.h"

struct password_reset_input {
	char password[PASSWORD_MAX + 1];
	char password_confirmation[PASSWORD_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(password_reset_input, password, password_rule),
	TEXT_FIELD(password_reset_input, password_confirmation, password_rule),
	END_OF_FIELDS,
};

/* Whether the password is like the member's own texts is asked when the account has been read. */
static void
validate_password_reset(
    const struct service *service, const void *body, struct field_errors *field_errors)
{
	const struct password_reset_input *in = body;
	const char *const nothing_personal[] = { NULL };

	password_check_both(&service->app.password_rules, in->password, in->password_confirmation,
	    nothing_personal, field_errors);
}

const struct body_rule password_reset_body = { fields, sizeof(struct password_reset_input),
	validate_password_reset };

enum result
post_recovery_password_reset(struct call *call)
{
	const struct password_reset_input *in = call->body;
	CLEANUP(secret_wipe) struct secret password = { 0 };

	if (!secret_set(&password, in->password))
		return INTERNAL;
	const enum result reset = recovery_reset(
	    &call->service->app, call->client, call->claims, &password, &call->error_info);
	field_errors_add_length(call->field_errors, "password", call->error_info.field_error,
	    password_length(&call->service->app.password_rules));
	TRY(reset);
	call->status = 204;
	return OK;
}
