/* session_tokens.c - what beginning and refreshing a login have in common. */

#include "session_tokens.h"

#include "access_token.h"
#include "clock.h"

#include <string.h>

void
session_client_hash(
    const struct keyring *keyring, const struct client *client, uint8_t ret[static KEYED_HASH_SIZE])
{
	const char *user_agent = client->user_agent != NULL ? client->user_agent : "";

	keyring_hash(keyring, KEYRING_CLIENT, user_agent, strlen(user_agent), ret);
}

enum result
session_tokens_make(const struct app *p, const struct session *session,
    const struct refresh_token *refresh, int64_t now, struct session_tokens *ret)
{
	const int64_t until_end_s = session->expires_at - now;
	const int64_t left_s = until_end_s < p->session_idle_s ? until_end_s : p->session_idle_s;
	struct access_claims claims = {
		/* The replica where it began may be ahead of this one. */
		.auth_time = session->created_at < now ? session->created_at : now,
		.issued_at = now,
		.expires_at = now + ACCESS_TOKEN_LIVES_S,
	};

	memcpy(claims.sub, session->account_id.bytes, sizeof claims.sub);
	memcpy(claims.sid, session->id.bytes, sizeof claims.sid);
	TRY(access_token_seal(p->access_keys, &claims, ret->access));
	ret->access_lives_s = ACCESS_TOKEN_LIVES_S;
	refresh_token_text(refresh, ret->refresh);
	ret->refresh_lives_s = left_s > 1 ? left_s : 1; /* in its last minute (clock_is_over()) */
	return OK;
}

struct session_clock
session_clock_of(const struct app *p, int64_t now, char ret_today[static CLOCK_DATE_MAX + 1])
{
	clock_date_japan(now, ret_today);
	return (struct session_clock){
		.ends_after = now - CLOCK_SKEW_S,
		.used_after = now - CLOCK_SKEW_S - p->session_idle_s,
		.today = ret_today,
	};
}
