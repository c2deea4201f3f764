/* get_registration_stage.c - GET /v1/registration/stage: where the holder of a token stands.
 *
 * Changes nothing, so a mail scanner that opens a link, or an app that is opened again, may ask. */

#include "endpoints.h"

#include "clock.h"
#include "registration.h"
#include "say.h"
#include "service.h"

enum result
get_registration_stage(struct call *call)
{
	const struct pass *pass = call->pass;
	struct standing standing = { 0 };

	TRY(registration_standing(&call->service->portal, pass, &standing));

	json_text(call->json, "stage", stage_rule(pass->stage)->name);
	json_time(call->json, "expires_at", pass->expires_at);
	json_time(call->json, "server_time", clock_now());
	say_masked_email(call->json, pass->email);
	json_number(call->json, "attempts_left", standing.attempts_left);
	if (pass->stage == STAGE_IDENTITY)
		json_bool(call->json, "birth_date_required",
		    config_is(call->service->config->identity_birth_date, "yes"));
	say_next(call->json, standing.next);
	return OK;
}
