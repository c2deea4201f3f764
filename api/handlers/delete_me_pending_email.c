/* delete_me_pending_email.c - DELETE /v1/me/pending-email: a member withdraws a change of
 * address. */

#include "endpoints.h"

#include "profile.h"
#include "service.h"

enum result
delete_me_pending_email(struct call *call)
{
	TRY(profile_withdraw_email(&call->service->app, call->client, call->member));
	call->status = 204;
	return OK;
}
