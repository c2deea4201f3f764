/* refresh_token.h - refresh tokens: the id of a session and 192 bits that only its client knows.
 * Pure.
 *
 * As text: base64url of 48 bytes, 16 of the session id and 32 of a secret. The first 24 bytes of
 * the secret cannot be guessed, the last 8 are a mark. The first token of a session is random.
 * Each later one is a keyed hash of the one before it, so a client whose answer was lost gets the
 * same token again, although the database keeps nothing to steal: SHA-256 of the secret only. The
 * holder of a token cannot make the next one without the key ring.
 *
 * The mark is a keyed hash of all before it. The session id is no secret, every access token
 * shows it: the mark tells a token that was used before from one that somebody made up around an
 * id. */

#ifndef REFRESH_TOKEN_H
#define REFRESH_TOKEN_H

#include "bounds.h"
#include "ids.h"
#include "keyring.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>

/* Wiped by its owner (refresh_token_wipe()). */
struct refresh_token {
	struct session_id session_id;
	uint8_t secret[SECRET_KEY_SIZE]; /* its last REFRESH_MARK_SIZE bytes are the mark */
};

#define REFRESH_MARK_SIZE 8

/* Bytes of every token's text, without the NUL. */
#define REFRESH_TOKEN_LENGTH SECRET_BASE64_MAX(sizeof(struct refresh_token))

/* Makes the first token of a session. */
struct refresh_token refresh_token_new(const struct keyring *, struct session_id session_id);

/* Makes the token that replaces this one: the same at every call. */
struct refresh_token refresh_token_next(const struct keyring *, const struct refresh_token *);

/* Has it our mark? A token made under another derive.key has not, nor one made before there were
 * marks; either may be good all the same. */
bool refresh_token_is_ours(const struct keyring *, const struct refresh_token *) MUST_USE;

void refresh_token_text(const struct refresh_token *, char ret[static REFRESH_TOKEN_LENGTH + 1]);

/* Reads a text. False: it has not this form; `ret` is untouched. */
bool refresh_token_read(const char *text, struct refresh_token *ret) MUST_USE;

/* What the database keeps of it: SHA-256 of the secret. */
void refresh_token_hash(const struct refresh_token *, uint8_t ret[static SECRET_SHA256_SIZE]);

void refresh_token_wipe(struct refresh_token *);

#endif
