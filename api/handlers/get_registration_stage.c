/* get_registration_stage.c - GET /v1/registration/stage: which call a stage token is for, whether
 * it is still good, and the tries left.
 *
 * Takes the token of every stage: those of a registration, of a reset link, of a confirmation link
 * and of one that ends an account. Changes nothing, so a mail scanner that opens a link, or an app
 * that is opened again, may ask. */

#include "endpoints.h"

#include "account_deletion.h"
#include "profile.h"
#include "recovery.h"
#include "registration.h"
#include "reply_fields.h"
#include "service.h"

static enum result
read_stage_status(const struct call *call, struct registration_status *ret)
{
	const struct app *app = &call->service->app;
	const struct stage_claims *claims = call->claims;

	ret->next = claims->stage;
	if (claims->stage == STAGE_PASSWORD_RESET)
		return recovery_reset_status(app, claims, &ret->attempts_left);
	if (claims->stage == STAGE_EMAIL_CONFIRMATION)
		return profile_confirmation_status(app, claims);
	if (claims->stage == STAGE_ACCOUNT_DELETION)
		return account_deletion_status(app, claims);
	return registration_status(app, claims, ret);
}

enum result
get_registration_stage(struct call *call)
{
	const struct stage_claims *claims = call->claims;
	const struct stage_rule *rule = stage_rule(claims->stage);
	struct registration_status status = { 0 };

	TRY(read_stage_status(call, &status));

	json_text(call->json, "stage", rule->name);
	reply_expires_at(call->json, claims->expires_at);
	reply_masked_email(call->json, claims->email);
	if (rule->tries != LIMIT_NONE)
		json_number(call->json, "attempts_left", status.attempts_left);
	if (claims->stage == STAGE_IDENTITY) {
		json_bool(call->json, "birth_date_required",
		    config_is(call->service->config->identity_birth_date, "yes"));
		json_bool(
		    call->json, "posted_code_required", call->service->app.demands_posted_code);
	}
	reply_next(call->json, status.next);
	return OK;
}
