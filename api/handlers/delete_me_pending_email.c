/* delete_me_pending_email.c - DELETE /v1/me/pending-email: a member withdraws a change of
 * address. */

#include "endpoints.h"

#include "profile.h"
#include "service.h"

enum result
delete_me_pending_email(struct call *call)
{
	const struct member_request request = { call->client, call->member, NULL };

	TRY(profile_withdraw_email(&call->service->app, &request));
	call->status = 204;
	return OK;
}
