/* get_registration_stage.c - GET /v1/registration/stage: which step a stage token is for, and the
 * tries left.
 *
 * Changes nothing, so a mail scanner that opens a link, or an app that is opened again, may ask. */

#include "endpoints.h"

#include "clock.h"
#include "registration.h"
#include "reply_fields.h"
#include "service.h"

enum result
get_registration_stage(struct call *call)
{
	const struct stage_claims *claims = call->claims;
	struct registration_status status = { 0 };

	TRY(registration_status(&call->service->app, claims, &status));

	json_text(call->json, "stage", stage_rule(claims->stage)->name);
	json_time(call->json, "expires_at", claims->expires_at);
	json_time(call->json, "server_time", clock_now());
	reply_masked_email(call->json, claims->email);
	json_number(call->json, "attempts_left", status.attempts_left);
	if (claims->stage == STAGE_IDENTITY)
		json_bool(call->json, "birth_date_required",
		    config_is(call->service->config->identity_birth_date, "yes"));
	reply_next(call->json, status.next);
	return OK;
}
