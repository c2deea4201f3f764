/* delete_sessions_id.c - DELETE /v1/sessions/{id}: a member ends one of their sessions. */

#include "endpoints.h"

#include "session.h"
#include "service.h"

enum result
delete_sessions_id(struct call *call)
{
	TRY(session_end(&call->service->app, call->client, call->member, *call->path_id));
	call->status = 204;
	return OK;
}
