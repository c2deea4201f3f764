/* delete_sessions_id.c - DELETE /v1/sessions/{id}: a member ends one of their logins. */

#include "endpoints.h"

#include "login.h"
#include "service.h"

enum result
delete_sessions_id(struct call *call)
{
	TRY(login_end(&call->service->portal, call->visitor, call->member, call->path_id));
	call->status = 204;
	return OK;
}
