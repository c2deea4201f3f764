/* captcha.c - the token that seals a CAPTCHA's answer. */

#include "captcha.h"

#include "cleanup.h"
#include "secret.h"
#include "token.h"

#include <string.h>

#define CAPTCHA_USE          "captcha"
#define CAPTCHA_CONTEXT_SIZE (JTI_SIZE + CAPTCHA_LENGTH)

enum result
captcha_seal(const struct keyring *keyring, const struct captcha *captcha,
    char ret_token[static TOKEN_MAX + 1])
{
	CLEANUP(claims_wipe)
	struct claims claims = {
		.use = CAPTCHA_USE,
		.issued_at = captcha->issued_at,
		.expires_at = captcha->expires_at,
		.context_size = CAPTCHA_CONTEXT_SIZE,
	};

	memcpy(claims.jti, captcha->jti, sizeof claims.jti);
	memcpy(claims.context, captcha->invitation_jti, JTI_SIZE);
	memcpy(claims.context + JTI_SIZE, captcha->answer, CAPTCHA_LENGTH);
	return token_seal(keyring, &claims, ret_token);
}

enum result
captcha_open(const struct keyring *keyring, const char *token, int64_t now, struct captcha *ret)
{
	CLEANUP(claims_wipe) struct claims claims = { 0 };

	TRY(token_open(keyring, token, now, &claims));
	if (strcmp(claims.use, CAPTCHA_USE) != 0 || claims.context_size != CAPTCHA_CONTEXT_SIZE)
		return TOKEN_INVALID;
	*ret = (struct captcha){ .issued_at = claims.issued_at, .expires_at = claims.expires_at };
	memcpy(ret->jti, claims.jti, sizeof ret->jti);
	memcpy(ret->invitation_jti, claims.context, JTI_SIZE);
	memcpy(ret->answer, claims.context + JTI_SIZE, CAPTCHA_LENGTH);
	return OK;
}

bool
captcha_answer_is(const struct captcha *captcha, const char *answer)
{
	return strlen(answer) == CAPTCHA_LENGTH &&
	       secret_equal_bytes(captcha->answer, answer, CAPTCHA_LENGTH);
}

void
captcha_wipe(struct captcha *captcha)
{
	secret_wipe_bytes(captcha, sizeof *captcha);
}
