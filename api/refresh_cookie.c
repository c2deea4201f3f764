/* refresh_cookie.c - the refresh token of a single-page app, in a cookie. */

#include "refresh_cookie.h"

#include "http_reply.h"
#include "http_request.h"
#include "origin.h"
#include "secret.h"
#include "service.h"
#include "text.h"

#define NAME       "__Host-refresh"
#define ATTRIBUTES "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="
#define LINE_MAX   200

/* The longest number of seconds has ten digits. */
_Static_assert(
    sizeof NAME "=" ATTRIBUTES + REFRESH_TOKEN_LENGTH + 20 < LINE_MAX, "a cookie fits its line");

void
cookie_token_wipe(struct cookie_token *token)
{
	secret_wipe_bytes(token, sizeof *token);
}

enum result
refresh_cookie_read(const struct call *call, struct cookie_token *ret)
{
	const struct config *config = call->service->config;
	const char *origin = call->request->origin;

	if (!http_cookie_value(call->request->cookie, NAME, ret->text, sizeof ret->text))
		return LOGIN_REQUIRED;
	if (origin == NULL || !(origin_is_listed(config->cors_origins, origin) ||
				  origin_is_listed(config->portal_url, origin)))
		return ORIGIN_REJECTED;
	return OK;
}

void
refresh_cookie_set(const struct call *call, const char *token, int64_t lives_s)
{
	char line[LINE_MAX];

	if (text_format(line, sizeof line, NAME "=%s" ATTRIBUTES "%lld", token, (long long)lives_s))
		http_reply_add(call->reply, "Set-Cookie", line);
}

void
refresh_cookie_clear(const struct call *call)
{
	refresh_cookie_set(call, "", 0);
}
