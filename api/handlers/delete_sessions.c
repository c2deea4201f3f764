/* delete_sessions.c - DELETE /v1/sessions: a member ends all their other logins. */

#include "endpoints.h"

#include "session.h"
#include "service.h"

enum result
delete_sessions(struct call *call)
{
	TRY(session_end_others(&call->service->app, call->client, call->member));
	call->status = 204;
	return OK;
}
