/* post_recovery_password.c - POST /v1/recovery/password: forgot the password.
 *
 * The answer is the same for every login ID. */

#include "endpoints.h"

#include "email.h"
#include "recovery.h"
#include "service.h"

struct reset_wish {
	char login_id[EMAIL_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(reset_wish, login_id, EMAIL_INPUT_MAX, login_id_fold),
	END_OF_FIELDS,
};

const struct body_rule recovery_password_body = { fields, sizeof(struct reset_wish), NULL };

enum result
post_recovery_password(struct call *call)
{
	const struct reset_wish *in = call->body;
	const struct portal *portal = &call->service->portal;

	TRY(recovery_ask_reset(portal, call->visitor, in->login_id, &call->refusal));

	call->status = 202;
	json_number(call->json, "resend_after", portal->cooldown_s);
	json_number(call->json, "link_expires_in", portal->password_reset_lives_s);
	return OK;
}
