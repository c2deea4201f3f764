/* captcha.c - the token of a CAPTCHA, which seals its answer. */

#include "captcha.h"

#include "auth_key.h"
#include "cleanup.h"
#include "secret.h"
#include "text.h"
#include "token.h"

#include <assert.h>
#include <string.h>

#define CAPTCHA_USE "captcha"

const char *
captcha_kind_name(enum captcha_kind kind)
{
	static const char *const names[CAPTCHA_KIND__MAX] = {
		[CAPTCHA_IMAGE] = "image",
		[CAPTCHA_AUDIO] = "audio",
		[CAPTCHA_PROOF_OF_WORK] = "proof_of_work",
	};

	return names[kind];
}

/* The sealed part of the token: the jti of the invitation, and either the characters or the key and
 * the salt of the work. Its size tells which. */
#define CHARACTERS_SIZE (JTI_SIZE + CAPTCHA_LENGTH)
#define WORK_SIZE       (JTI_SIZE + SECRET_KEY_SIZE + PROOF_OF_WORK_SALT_SIZE)

static void
seal_characters(const struct captcha *captcha, struct claims *claims)
{
	memcpy(claims->context + JTI_SIZE, captcha->answer, CAPTCHA_LENGTH);
	claims->context_size = CHARACTERS_SIZE;
}

static void
seal_work(const struct captcha *captcha, struct claims *claims)
{
	uint8_t *to = claims->context + JTI_SIZE;

	memcpy(to, captcha->work.key, SECRET_KEY_SIZE);
	memcpy(to + SECRET_KEY_SIZE, captcha->work.salt, PROOF_OF_WORK_SALT_SIZE);
	claims->context_size = WORK_SIZE;
}

enum result
captcha_seal(const struct keyring *keyring, const struct captcha *captcha,
    char ret_token[static TOKEN_MAX + 1])
{
	CLEANUP(claims_wipe)
	struct claims claims = {
		.use = CAPTCHA_USE,
		.issued_at = captcha->issued_at,
		.expires_at = captcha->expires_at,
	};

	memcpy(claims.jti, captcha->jti.bytes, sizeof claims.jti);
	memcpy(claims.context, captcha->invitation_jti.bytes, sizeof captcha->invitation_jti.bytes);
	if (captcha->answer[0] != '\0')
		seal_characters(captcha, &claims);
	else
		seal_work(captcha, &claims);
	return token_seal(keyring, &claims, ret_token);
}

static void
open_work(const struct claims *claims, struct proof_of_work *ret)
{
	const uint8_t *from = claims->context + JTI_SIZE;

	memcpy(ret->key, from, SECRET_KEY_SIZE);
	memcpy(ret->salt, from + SECRET_KEY_SIZE, PROOF_OF_WORK_SALT_SIZE);
	ret->expires_at = claims->expires_at;
}

enum result
captcha_open(const struct keyring *keyring, const char *token, int64_t now, struct captcha *ret)
{
	CLEANUP(claims_wipe) struct claims claims = { 0 };

	TRY(token_open(keyring, token, now, &claims));
	const bool characters = claims.context_size == CHARACTERS_SIZE;
	const bool work = claims.context_size == WORK_SIZE;

	if (strcmp(claims.use, CAPTCHA_USE) != 0 || !(characters || work))
		return TOKEN_INVALID;
	*ret = (struct captcha){ .issued_at = claims.issued_at, .expires_at = claims.expires_at };
	memcpy(ret->jti.bytes, claims.jti, sizeof ret->jti.bytes);
	memcpy(ret->invitation_jti.bytes, claims.context, JTI_SIZE);
	if (characters)
		memcpy(ret->answer, claims.context + JTI_SIZE, CAPTCHA_LENGTH);
	else
		open_work(&claims, &ret->work);
	return OK;
}

static bool
is_base64_text(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789+/=")] == '\0';
}

enum field_error
captcha_typed_fold(const char *typed, char *ret, size_t ret_size)
{
	assert(ret_size > PROOF_OF_WORK_INPUT_MAX);
	if (strnlen(typed, CAPTCHA_INPUT_MAX + 1) <= CAPTCHA_INPUT_MAX)
		return captcha_answer_fold(typed, ret, ret_size);
	if (text_copy(ret, ret_size, typed) && is_base64_text(ret))
		return FIELD_OK;
	secret_wipe_bytes(ret, ret_size);
	return FIELD_TOO_LONG;
}

const struct text_rule captcha_typed_rule = { captcha_typed_fold, PROOF_OF_WORK_INPUT_MAX,
	{ CAPTCHA_LENGTH, CAPTCHA_LENGTH } };

bool
captcha_answer_is(const struct captcha *captcha, const char *answer)
{
	if (captcha->answer[0] == '\0')
		return proof_of_work_is_done(&captcha->work, answer);
	return strlen(answer) == CAPTCHA_LENGTH &&
	       secret_equal_bytes(captcha->answer, answer, CAPTCHA_LENGTH);
}

void
captcha_wipe(struct captcha *captcha)
{
	secret_wipe_bytes(captcha, sizeof *captcha);
}
