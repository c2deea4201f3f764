/* refresh_token.c - refresh tokens: the id of a session and 192 bits that only its client knows. */

#include "refresh_token.h"

#include <string.h>

_Static_assert(sizeof(struct refresh_token) == ID_SIZE + SECRET_KEY_SIZE &&
		   sizeof(struct refresh_token) % 3 == 0 && KEYED_HASH_SIZE == SECRET_KEY_SIZE,
    "a token is bytes only, without padding in base64url either");

#define UNMARKED_SIZE (sizeof(struct refresh_token) - REFRESH_MARK_SIZE)

static uint8_t *
mark_of(struct refresh_token *token)
{
	return token->secret + sizeof token->secret - REFRESH_MARK_SIZE;
}

static void
set_mark(const struct keyring *keyring, struct refresh_token *token)
{
	uint8_t hash[KEYED_HASH_SIZE];

	keyring_hash(keyring, KEYRING_REFRESH_MARK, token, UNMARKED_SIZE, hash);
	memcpy(mark_of(token), hash, REFRESH_MARK_SIZE);
	secret_wipe_bytes(hash, sizeof hash);
}

struct refresh_token
refresh_token_new(const struct keyring *keyring, struct session_id session_id)
{
	struct refresh_token token;

	token.session_id = session_id;
	secret_random(token.secret, sizeof token.secret);
	set_mark(keyring, &token);
	return token;
}

struct refresh_token
refresh_token_next(const struct keyring *keyring, const struct refresh_token *token)
{
	struct refresh_token next;

	next.session_id = token->session_id;
	keyring_hash(keyring, KEYRING_REFRESH_TOKEN, token, sizeof *token, next.secret);
	set_mark(keyring, &next);
	return next;
}

bool
refresh_token_is_ours(const struct keyring *keyring, const struct refresh_token *token)
{
	struct refresh_token marked = *token;

	set_mark(keyring, &marked);
	const bool ours = secret_equal_bytes(&marked, token, sizeof marked);
	refresh_token_wipe(&marked);
	return ours;
}

void
refresh_token_text(const struct refresh_token *token, char ret[static REFRESH_TOKEN_LENGTH + 1])
{
	secret_base64url(token, sizeof *token, ret);
}

bool
refresh_token_read(const char *text, struct refresh_token *ret)
{
	struct refresh_token token;
	size_t size = 0;

	if (strnlen(text, REFRESH_TOKEN_LENGTH + 1) != REFRESH_TOKEN_LENGTH ||
	    !secret_unbase64url(text, REFRESH_TOKEN_LENGTH, &token, sizeof token, &size) ||
	    size != sizeof token)
		return false;
	*ret = token;
	refresh_token_wipe(&token);
	return true;
}

void
refresh_token_hash(const struct refresh_token *token, uint8_t ret[static SECRET_SHA256_SIZE])
{
	secret_sha256(token->secret, sizeof token->secret, ret);
}

void
refresh_token_wipe(struct refresh_token *token)
{
	secret_wipe_bytes(token, sizeof *token);
}
