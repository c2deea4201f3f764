/* post_registration_authentication_key.c - POST .../authentication-key: the second link and the key
 * prove the address. */

#include "endpoints.h"

#include "auth_key.h"
#include "cleanup.h"
#include "registration.h"
#include "reply_fields.h"
#include "service.h"

struct authentication_key_input {
	char authentication_key[AUTH_KEY_LENGTH + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(authentication_key_input, authentication_key, auth_key_rule),
	END_OF_FIELDS,
};

const struct body_rule authentication_key_body = { fields, sizeof(struct authentication_key_input),
	NULL };

enum result
post_registration_authentication_key(struct call *call)
{
	const struct authentication_key_input *in = call->body;
	CLEANUP(secret_wipe) struct secret key = { 0 };
	struct account_step step = { 0 };

	if (!secret_set(&key, in->authentication_key))
		return INTERNAL;
	TRY(registration_confirm_key(
	    &call->service->app, call->claims, &key, &step, &call->error_info.attempts_left));

	json_text(call->json, "stage_token", step.token);
	json_text(call->json, "stage", stage_rule(STAGE_ACCOUNT)->name);
	reply_expires_at(call->json, step.expires_at);
	json_text(call->json, "email", call->claims->email);
	reply_password_policy(call->json, call->service->config);
	return OK;
}
