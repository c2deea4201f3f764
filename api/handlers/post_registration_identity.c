/* post_registration_identity.c - POST /v1/registration/identity: the number and the CAPTCHA.
 *
 * On a match the answer holds the authentication key, and the second link is mailed: neither works
 * alone. An insured person who has an account already gets the same answer; only the mail
 * differs. */

#include "endpoints.h"

#include "auth_key.h"
#include "calendar_date.h"
#include "captcha.h"
#include "cleanup.h"
#include "insured_number.h"
#include "registration.h"
#include "reply_fields.h"
#include "service.h"

struct identity_input {
	char insured_number[INSURED_NUMBER_SIZE_MAX + 1];
	char birth_date[BIRTH_DATE_LENGTH + 1];
	char posted_code[AUTH_KEY_LENGTH + 1];
	char captcha_token[TOKEN_MAX + 1];
	char captcha_answer[PROOF_OF_WORK_INPUT_MAX + 1];
};

static const struct text_rule captcha_token_rule = { NULL, TOKEN_MAX, { 0, TOKEN_MAX } };

static const struct field fields[] = {
	TEXT_FIELD(identity_input, insured_number, insured_number_rule),
	OPTIONAL_FIELD(identity_input, birth_date, calendar_date_rule),
	OPTIONAL_FIELD(identity_input, posted_code, auth_key_rule),
	TEXT_FIELD(identity_input, captcha_token, captcha_token_rule),
	TEXT_FIELD(identity_input, captcha_answer, captcha_typed_rule),
	END_OF_FIELDS,
};

/* The society may demand the birth date, a code that it has posted, or both. Where it does not, the
 * member may leave them out; what is given must be right all the same. */
static void
validate_identity(
    const struct service *service, const void *body, struct field_errors *field_errors)
{
	const struct identity_input *in = body;

	if (in->birth_date[0] == '\0' && config_is(service->config->identity_birth_date, "yes"))
		field_errors_add(field_errors, "birth_date", FIELD_REQUIRED);
	if (in->posted_code[0] == '\0' && service->app.demands_posted_code)
		field_errors_add(field_errors, "posted_code", FIELD_REQUIRED);
}

const struct body_rule identity_body = { fields, sizeof(struct identity_input), validate_identity };

enum result
post_registration_identity(struct call *call)
{
	const struct identity_input *in = call->body;
	const struct app *app = &call->service->app;
	const struct identity_request request = {
		.client = call->client,
		.insured_number = in->insured_number,
		.birth_date = in->birth_date,
		.posted_code = in->posted_code,
		.captcha_token = in->captcha_token,
		.captcha_answer = in->captcha_answer,
	};
	CLEANUP(secret_wipe) struct secret key = { 0 };
	char shown[AUTH_KEY_SHOWN_MAX + 1];

	TRY(registration_identify(app, call->claims, &request, &key, &call->error_info));

	auth_key_shown(&key, shown);
	json_text(call->json, "authentication_key", shown);
	reply_masked_email(call->json, call->claims->email);
	json_number(call->json, "link_expires_in", app->second_link_lives_s);
	json_number(call->json, "resend_after", app->mail_interval_s);
	reply_next(call->json, STAGE_AUTHENTICATION_KEY);
	secret_wipe_bytes(shown, sizeof shown);
	return OK;
}
