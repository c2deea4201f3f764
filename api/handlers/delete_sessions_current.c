/* delete_sessions_current.c - DELETE /v1/sessions/current: log out.
 *
 * With the access token, or, for a page whose access token is gone, with the cookie. */

#include "endpoints.h"

#include "cleanup.h"
#include "session.h"
#include "refresh_cookie.h"
#include "service.h"

static enum result
end_session_of_cookie(struct call *call)
{
	CLEANUP(cookie_token_wipe) struct cookie_token cookie = { 0 };

	TRY(refresh_cookie_read(call, &cookie));
	return session_end_by_token(&call->service->app, call->client, cookie.text);
}

enum result
delete_sessions_current(struct call *call)
{
	const struct member *member = call->member;

	if (member == NULL)
		TRY(end_session_of_cookie(call));
	else
		TRY(session_end(&call->service->app, call->client, member, member->session_id));
	call->status = 204;
	refresh_cookie_clear(call);
	return OK;
}
