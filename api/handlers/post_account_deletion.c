/* post_account_deletion.c - POST /v1/account-deletion: a former member wants to end their account.
 *
 * The answer is the same for every address. */

#include "endpoints.h"

#include "account_deletion.h"
#include "email.h"
#include "service.h"

struct account_deletion_input {
	char email[EMAIL_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(account_deletion_input, email, email_rule),
	END_OF_FIELDS,
};

const struct body_rule account_deletion_body = { fields, sizeof(struct account_deletion_input),
	NULL };

enum result
post_account_deletion(struct call *call)
{
	const struct account_deletion_input *in = call->body;
	const struct app *app = &call->service->app;

	TRY(account_deletion_ask(app, in->email, &call->error_info));

	call->status = 202;
	json_number(call->json, "resend_after", app->mail_interval_s);
	json_number(call->json, "link_expires_in", app->account_deletion_lives_s);
	return OK;
}
