/* post_recovery_password.c - POST /v1/recovery/password: forgot the password.
 *
 * The answer is the same for every login ID. */

#include "endpoints.h"

#include "email.h"
#include "recovery.h"
#include "service.h"

struct password_reset_request_input {
	char login_id[EMAIL_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(password_reset_request_input, login_id, login_id_rule),
	END_OF_FIELDS,
};

const struct body_rule password_reset_request_body = { fields,
	sizeof(struct password_reset_request_input), NULL };

enum result
post_recovery_password(struct call *call)
{
	const struct password_reset_request_input *in = call->body;
	const struct app *app = &call->service->app;

	TRY(recovery_ask_reset(app, call->client, in->login_id, &call->error_info));

	call->status = 202;
	json_number(call->json, "resend_after", app->mail_interval_s);
	json_number(call->json, "link_expires_in", app->password_reset_lives_s);
	return OK;
}
