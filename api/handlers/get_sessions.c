/* get_sessions.c - GET /v1/sessions: where a member is logged in. */

#include "endpoints.h"

#include "session.h"
#include "reply_fields.h"
#include "service.h"

#include <string.h>

static void
reply_session(struct json *json, const struct session *session, const struct member *member)
{
	json_item(json);
	reply_id(json, session->id);
	json_bool(
	    json, "current", memcmp(session->id.bytes, member->session_id.bytes, ID_SIZE) == 0);
	json_text(json, "device", session->device);
	json_time(json, "created_at", session->created_at);
	json_time(json, "used_at", session->used_at);
	json_time(json, "expires_at", session->expires_at);
	json_up(json);
}

enum result
get_sessions(struct call *call)
{
	struct session_list list;

	TRY(session_list(&call->service->app, call->member, &list));

	json_array(call->json, "sessions");
	for (size_t i = 0; i < list.count; i++)
		reply_session(call->json, &list.sessions[i], call->member);
	json_up(call->json);
	return OK;
}
