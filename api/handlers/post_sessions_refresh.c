/* post_sessions_refresh.c - POST /v1/sessions/refresh: a refresh token for the next pair.
 *
 * The token comes in the body or, without it, in the cookie; the next one goes the same way. */

#include "endpoints.h"

#include "cleanup.h"
#include "session.h"
#include "refresh_cookie.h"
#include "reply_fields.h"
#include "service.h"

struct refresh_input {
	char refresh_token[REFRESH_TOKEN_LENGTH + 1];
};

static const struct text_rule refresh_token_rule = { NULL, REFRESH_TOKEN_LENGTH,
	{ 0, REFRESH_TOKEN_LENGTH } };

static const struct field fields[] = {
	OPTIONAL_FIELD(refresh_input, refresh_token, refresh_token_rule),
	END_OF_FIELDS,
};

const struct body_rule refresh_body = { fields, sizeof(struct refresh_input), NULL };

static enum result
refresh_from_cookie(struct call *call, struct session_tokens *ret)
{
	CLEANUP(cookie_token_wipe) struct cookie_token cookie = { 0 };

	TRY(refresh_cookie_read(call, &cookie));
	const enum result refreshed = session_refresh(
	    &call->service->app, call->client, cookie.text, ret);
	if (refreshed == LOGIN_REQUIRED)
		refresh_cookie_clear(call);
	return refreshed;
}

enum result
post_sessions_refresh(struct call *call)
{
	const struct refresh_input *in = call->body;
	const bool in_cookie = in->refresh_token[0] == '\0';
	CLEANUP(session_tokens_wipe) struct session_tokens tokens = { 0 };

	if (in_cookie)
		TRY(refresh_from_cookie(call, &tokens));
	else
		TRY(session_refresh(&call->service->app, call->client, in->refresh_token, &tokens));
	reply_session_tokens(call, &tokens, in_cookie);
	return OK;
}
