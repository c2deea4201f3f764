/* session_tokens.h - the pair of tokens that a log-in and a refresh hand out.
 *
 * The access token is signed and says which session and account it is of (access_token.h). The
 * refresh token brings the next pair; the session's row keeps its hash only (refresh_token.h). */

#ifndef SESSION_TOKENS_H
#define SESSION_TOKENS_H

#include "app.h"
#include "bounds.h"
#include "client.h"
#include "keyring.h"
#include "refresh_token.h"
#include "result.h"

#include <stdint.h>

struct session;

/* What a client is given. Wiped by its owner. */
struct session_tokens {
	char access[TOKEN_MAX + 1];
	int64_t access_lives_s;
	char refresh[REFRESH_TOKEN_LENGTH + 1];
	int64_t refresh_lives_s; /* until the session ends, or ends because nobody refreshed it */
};

void session_tokens_wipe(struct session_tokens *);

/* Makes the pair of a session at `now`. Of the session it reads id, account_id, created_at and
 * expires_at. INTERNAL, UNAVAILABLE: no access token could be signed (access_token_seal()). */
enum result session_tokens_make(const struct app *, const struct session *,
    const struct refresh_token *, int64_t now, struct session_tokens *ret) MUST_USE;

/* Tells the clients of one account apart as far as that is possible: a keyed hash of the
 * User-Agent. The source address is no part of it, because a telephone that loses an answer often
 * changes its network. */
void session_client_hash(
    const struct keyring *, const struct client *, uint8_t ret[static KEYED_HASH_SIZE]);

#endif
