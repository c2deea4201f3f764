/* post_recovery_login_id.c - POST /v1/recovery/login-id: forgot the login ID.
 *
 * The answer is the same for every address. */

#include "endpoints.h"

#include "email.h"
#include "recovery.h"
#include "service.h"

struct login_id_wish {
	char email[EMAIL_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(login_id_wish, email, EMAIL_INPUT_MAX, email_fold),
	END_OF_FIELDS,
};

const struct body_rule recovery_login_id_body = { fields, sizeof(struct login_id_wish), NULL };

enum result
post_recovery_login_id(struct call *call)
{
	const struct login_id_wish *in = call->body;
	const struct portal *portal = &call->service->portal;

	TRY(recovery_login_ids(
	    portal, in->email, problem_language_code(call->language), &call->refusal));

	call->status = 202;
	json_number(call->json, "resend_after", portal->cooldown_s);
	return OK;
}
