/* post_me_email_confirmation.c - POST /v1/me/email/confirmation: a link proves a new address. */

#include "endpoints.h"

#include "profile.h"
#include "service.h"

enum result
post_me_email_confirmation(struct call *call)
{
	TRY(profile_confirm_email(&call->service->app, call->client, call->claims));
	call->status = 204;
	return OK;
}
