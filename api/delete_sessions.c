/* delete_sessions.c - DELETE /v1/sessions: a member ends all their other logins. */

#include "endpoints.h"

#include "login.h"
#include "service.h"

enum result
delete_sessions(struct call *call)
{
	TRY(login_end_others(&call->service->portal, call->visitor, call->member));
	call->status = 204;
	return OK;
}
