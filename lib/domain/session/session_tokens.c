/* session_tokens.c - the pair of tokens that a log-in and a refresh hand out. */

#include "session_tokens.h"

#include "access_token.h"
#include "secret.h"
#include "session_rows.h"

#include <string.h>

void
session_tokens_wipe(struct session_tokens *tokens)
{
	secret_wipe_bytes(tokens, sizeof *tokens);
}

enum result
session_tokens_make(const struct app *app, const struct session *session,
    const struct refresh_token *refresh, int64_t now, struct session_tokens *ret)
{
	const int64_t until_end_s = session->expires_at - now;
	const int64_t lives_s = until_end_s < app->session_idle_s ? until_end_s
								  : app->session_idle_s;
	struct access_claims claims = {
		/* The clock of the replica where the session began may be ahead of this one's. */
		.auth_time = session->created_at < now ? session->created_at : now,
		.issued_at = now,
		.expires_at = now + app->access_token_lives_s,
	};

	memcpy(claims.sub, session->account_id.bytes, sizeof claims.sub);
	memcpy(claims.sid, session->id.bytes, sizeof claims.sid);
	TRY(access_token_seal(app->access_keys, &claims, ret->access));
	ret->access_lives_s = app->access_token_lives_s;
	refresh_token_text(refresh, ret->refresh);
	ret->refresh_lives_s = lives_s > 1 ? lives_s : 1; /* less in CLOCK_SKEW_S after its end */
	return OK;
}

void
session_client_hash(
    const struct keyring *keyring, const struct client *client, uint8_t ret[static KEYED_HASH_SIZE])
{
	const char *user_agent = client->user_agent != NULL ? client->user_agent : "";

	keyring_hash(keyring, KEYRING_CLIENT, user_agent, strlen(user_agent), ret);
}
