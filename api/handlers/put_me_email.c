/* put_me_email.c - PUT /v1/me/email: a link is mailed to a new address. */

#include "endpoints.h"

#include "cleanup.h"
#include "email.h"
#include "password.h"
#include "profile.h"
#include "service.h"

struct new_email_input {
	char email[EMAIL_MAX + 1];
	char current_password[PASSWORD_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(new_email_input, email, email_rule),
	TEXT_FIELD(new_email_input, current_password, given_password_rule),
	END_OF_FIELDS,
};

const struct body_rule new_email_body = { fields, sizeof(struct new_email_input), NULL };

enum result
put_me_email(struct call *call)
{
	const struct new_email_input *in = call->body;
	const struct app *app = &call->service->app;
	CLEANUP(secret_wipe) struct secret current = { 0 };
	const struct member_request request = { call->client, call->member, &current };

	if (!secret_set(&current, in->current_password))
		return INTERNAL;
	TRY(profile_change_email(app, &request, in->email, &call->error_info));

	call->status = 202;
	json_number(call->json, "resend_after", app->mail_interval_s);
	json_number(call->json, "link_expires_in", app->email_confirmation_lives_s);
	return OK;
}
