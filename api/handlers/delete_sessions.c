/* delete_sessions.c - DELETE /v1/sessions: a member ends all other sessions of theirs. */

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
