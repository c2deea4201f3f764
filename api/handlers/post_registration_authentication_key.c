/* post_registration_authentication_key.c - POST .../authentication-key: the second link and the key
 * prove the address. */

#include "endpoints.h"

#include "auth_key.h"
#include "cleanup.h"
#include "registration.h"
#include "service.h"

struct authentication_key_input {
	char authentication_key[AUTH_KEY_LENGTH + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(authentication_key_input, authentication_key, AUTH_KEY_INPUT_MAX, auth_key_fold),
	END_OF_FIELDS,
};

const struct body_rule authentication_key_body = { fields, sizeof(struct authentication_key_input),
	NULL };

static void
reply_password_policy(struct json *json, const struct config *config)
{
	json_object(json, "password_policy");
	json_number(json, "length_min", config->password_length_min);
	json_number(json, "length_max", PASSWORD_CODE_POINTS_MAX);
	json_text(json, "composition", config->password_composition);
	json_up(json);
}

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
	json_time(call->json, "expires_at", step.expires_at);
	json_text(call->json, "email", call->claims->email);
	reply_password_policy(call->json, call->service->config);
	return OK;
}
