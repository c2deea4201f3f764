/* refresh_token.h - refresh tokens: an id of a login and 256 bits that only its client knows. Pure.
 *
 * Text: base64url of 16 bytes id and 32 bytes secret. The first secret is random; each later one is
 * a keyed hash of the one before, so that a lost answer can be given again without anything to steal
 * being stored: the database has SHA-256 of a secret only. Who holds a token can not make the next
 * one without the key ring. */

#ifndef REFRESH_TOKEN_H
#define REFRESH_TOKEN_H

#include "bounds.h"
#include "keyring.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>

/* Wiped by its owner. */
struct refresh_token {
	uint8_t session_id[ID_SIZE];
	uint8_t secret[SECRET_KEY_SIZE];
};

#define REFRESH_TOKEN_LENGTH SECRET_BASE64_MAX(sizeof(struct refresh_token)) /* always */

struct refresh_token refresh_token_new(const uint8_t session_id[static ID_SIZE]);

/* The one that takes its place: always the same. */
struct refresh_token refresh_token_next(const struct keyring *, const struct refresh_token *);

void refresh_token_text(const struct refresh_token *, char ret[static REFRESH_TOKEN_LENGTH + 1]);

/* False: not of this form. */
bool refresh_token_read(const char *text, struct refresh_token *ret) MUST_USE;

/* What the database keeps. */
void refresh_token_hash(const struct refresh_token *, uint8_t ret[static SECRET_SHA256_SIZE]);

void refresh_token_wipe(struct refresh_token *);

#endif
