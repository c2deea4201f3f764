/* refresh_token.h - refresh tokens: an id of a login and 192 bits that only its client knows. Pure.
 *
 * Text: base64url of 16 bytes id and 32 bytes secret: 24 that nobody guesses and a mark of 8. The
 * first 24 are random; later ones are a keyed hash of the token before, so that a lost answer
 * can be given again without anything to steal being stored: the database has SHA-256 of a secret
 * only. Who holds a token can not make the next one without the key ring.
 *
 * The mark is a keyed hash of all before it. The id is no secret, every access token shows it: the
 * mark tells a used token from one that somebody made up around an id (session.h). */

#ifndef REFRESH_TOKEN_H
#define REFRESH_TOKEN_H

#include "bounds.h"
#include "ids.h"
#include "keyring.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>

/* Wiped by its owner. */
struct refresh_token {
	struct session_id session_id;
	uint8_t secret[SECRET_KEY_SIZE]; /* its last REFRESH_MARK_SIZE bytes are the mark */
};

#define REFRESH_MARK_SIZE 8

#define REFRESH_TOKEN_LENGTH SECRET_BASE64_MAX(sizeof(struct refresh_token)) /* always */

struct refresh_token refresh_token_new(const struct keyring *, struct session_id session_id);

/* The one that takes its place: always the same. */
struct refresh_token refresh_token_next(const struct keyring *, const struct refresh_token *);

/* Has it our mark? Not those of another derive.key, nor those made before there were marks: they may
 * be good all the same. */
bool refresh_token_is_ours(const struct keyring *, const struct refresh_token *) MUST_USE;

void refresh_token_text(const struct refresh_token *, char ret[static REFRESH_TOKEN_LENGTH + 1]);

/* False: not of this form. */
bool refresh_token_read(const char *text, struct refresh_token *ret) MUST_USE;

/* What the database keeps. */
void refresh_token_hash(const struct refresh_token *, uint8_t ret[static SECRET_SHA256_SIZE]);

void refresh_token_wipe(struct refresh_token *);

#endif
