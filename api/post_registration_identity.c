/* post_registration_identity.c - POST /v1/registration/identity: the number and the CAPTCHA.
 *
 * On a match the authentication key is shown, and the second link is mailed: neither works alone.
 * An insured person who has an account already gets the same answer; only the mail tells. */

#include "endpoints.h"

#include "auth_key.h"
#include "calendar_date.h"
#include "captcha.h"
#include "cleanup.h"
#include "insured_number.h"
#include "registration.h"
#include "say.h"
#include "service.h"

struct identity_wish {
	char insured_number[INSURED_NUMBER_SIZE_MAX + 1];
	char birth_date[BIRTH_DATE_LENGTH + 1];
	char captcha_token[TOKEN_MAX + 1];
	char captcha_answer[PROOF_OF_WORK_INPUT_MAX + 1];
};

static const struct field fields[] = {
	TEXT_FIELD(identity_wish, insured_number, INSURED_NUMBER_INPUT_MAX, insured_number_fold),
	OPTIONAL_FIELD(identity_wish, birth_date, CALENDAR_DATE_INPUT_MAX, calendar_date_fold),
	TEXT_FIELD(identity_wish, captcha_token, TOKEN_MAX, NULL),
	TEXT_FIELD(identity_wish, captcha_answer, PROOF_OF_WORK_INPUT_MAX, captcha_typed_fold),
	END_OF_FIELDS,
};

/* The society may demand the birth date; where it does not, a given one must be right all the
 * same. */
static void
judge(const struct service *service, const void *body, struct faults *faults)
{
	const struct identity_wish *in = body;

	if (in->birth_date[0] == '\0' && config_is(service->config->identity_birth_date, "yes"))
		faults_add(faults, "birth_date", FAULT_REQUIRED);
}

const struct body_rule identity_body = { fields, sizeof(struct identity_wish), judge };

enum result
post_registration_identity(struct call *call)
{
	const struct identity_wish *in = call->body;
	const struct portal *portal = &call->service->portal;
	const struct identity identity = {
		.insured_number = in->insured_number,
		.birth_date = in->birth_date,
		.captcha_token = in->captcha_token,
		.captcha_answer = in->captcha_answer,
	};
	CLEANUP(secret_wipe) struct secret key = { 0 };
	char shown[AUTH_KEY_SHOWN_MAX + 1];

	TRY(registration_identify(
	    portal, call->visitor, call->pass, &identity, &key, &call->refusal));

	auth_key_shown(&key, shown);
	json_text(call->json, "authentication_key", shown);
	say_masked_email(call->json, call->pass->email);
	json_number(call->json, "link_expires_in", portal->second_link_lives_s);
	json_number(call->json, "resend_after", portal->cooldown_s);
	say_next(call->json, stage_rule(STAGE_AUTHENTICATION_KEY));
	secret_wipe_bytes(shown, sizeof shown);
	return OK;
}
