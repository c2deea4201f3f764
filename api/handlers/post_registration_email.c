/* post_registration_email.c - POST /v1/registration/email: an address gets an invitation.
 *
 * The answer is the same for every address, and depends on nothing but its domain where the society
 * names domains. */

#include "endpoints.h"

#include "email.h"
#include "registration.h"
#include "service.h"

struct email_input {
	char email[EMAIL_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(email_input, email, email_rule),
	END_OF_FIELDS,
};

const struct body_rule email_body = { fields, sizeof(struct email_input), NULL };

enum result
post_registration_email(struct call *call)
{
	const struct email_input *in = call->body;
	const struct app *app = &call->service->app;

	TRY(registration_invite(
	    app, in->email, problem_language_code(call->language), &call->error_info));

	call->status = 202;
	json_number(call->json, "resend_after", app->mail_interval_s);
	json_number(call->json, "link_expires_in", app->invitation_lives_s);
	return OK;
}
