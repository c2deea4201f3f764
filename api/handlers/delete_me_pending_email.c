/* delete_me_pending_email.c - DELETE /v1/me/pending-email: a change of address is withdrawn. */

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
