/* post_recovery_login_id.c - POST /v1/recovery/login-id: forgot the login ID.
 *
 * The answer is the same for every address. */

#include "endpoints.h"

#include "email.h"
#include "recovery.h"
#include "service.h"

struct login_id_reminder_input {
	char email[EMAIL_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(login_id_reminder_input, email, email_rule),
	END_OF_FIELDS,
};

const struct body_rule login_id_reminder_body = { fields, sizeof(struct login_id_reminder_input),
	NULL };

enum result
post_recovery_login_id(struct call *call)
{
	const struct login_id_reminder_input *in = call->body;
	const struct app *app = &call->service->app;

	TRY(recovery_login_ids(
	    app, in->email, problem_language_code(call->language), &call->error_info));

	call->status = 202;
	json_number(call->json, "resend_after", app->mail_interval_s);
	return OK;
}
