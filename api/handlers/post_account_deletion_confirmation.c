/* post_account_deletion_confirmation.c - POST /v1/account-deletion/confirmation: a link ends the
 * account of a former member. */

#include "endpoints.h"

#include "account_deletion.h"
#include "service.h"

enum result
post_account_deletion_confirmation(struct call *call)
{
	TRY(account_deletion_confirm(&call->service->app, call->client, call->claims));
	call->status = 204;
	return OK;
}
