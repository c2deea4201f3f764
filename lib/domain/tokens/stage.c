/* stage.c - the stage table; the claims of a stage to and from a token. */

#include "stage.h"

#include "cleanup.h"
#include "secret.h"
#include "text.h"
#include "token.h"

#include <stddef.h>
#include <string.h>

const struct stage_rule *
stage_rule(enum stage stage)
{
	static const struct stage_rule rules[STAGE__MAX] = {
		[STAGE_IDENTITY] = {
			.name = "identity",
			.portal_path = "/register/identity",
			.then = STAGE_AUTHENTICATION_KEY,
			.tries = LIMIT_IDENTITY_TRIES,
		},
		[STAGE_AUTHENTICATION_KEY] = {
			.name = "authentication-key",
			.portal_path = "/register/authentication-key",
			.then = STAGE_ACCOUNT,
			.tries = LIMIT_KEY_TRIES,
		},
		[STAGE_ACCOUNT] = {
			.name = "account",
			.tries = LIMIT_ACCOUNT_TRIES,
		},
		[STAGE_EMAIL_CONFIRMATION] = {
			.name = "email-confirmation",
			.portal_path = "/settings/email-confirmation",
		},
		[STAGE_PASSWORD_RESET] = {
			.name = "password-reset",
			.portal_path = "/recover/password",
			.tries = LIMIT_RESET_TRIES,
		},
		[STAGE_ACCOUNT_DELETION] = {
			.name = "account-deletion",
			.portal_path = "/account-deletion/confirmation",
		},
	};

	return &rules[stage];
}

/* The sealed part of a token: fixed sizes first, the address last and as long as it is. */
struct layout {
	uint8_t version;
	char language[LANGUAGE_MAX];
	uint8_t subject[sizeof(struct stage_subject)];
	char email[EMAIL_MAX];
};

#define LAYOUT_VERSION 1
#define LAYOUT_FIXED   offsetof(struct layout, email)

_Static_assert(
    sizeof(struct layout) == LAYOUT_FIXED + EMAIL_MAX, "bytes only: no padding in a token");
_Static_assert(
    sizeof(struct stage_subject) ==
	sizeof(struct person_id) + sizeof(struct account_id) + sizeof(int64_t) + sizeof(struct jti),
    "no padding either");
_Static_assert(sizeof(struct layout) <= TOKEN_CONTEXT_MAX, "the longest address fits a token");

enum result
stage_seal(const struct keyring *keyring, const struct stage_claims *stage_claims,
    char ret_token[static TOKEN_MAX + 1])
{
	CLEANUP(claims_wipe)
	struct claims claims = {
		.issued_at = stage_claims->issued_at,
		.expires_at = stage_claims->expires_at,
		.context_size = LAYOUT_FIXED + strlen(stage_claims->email),
	};
	struct layout layout = { .version = LAYOUT_VERSION };
	const char *use = stage_rule(stage_claims->stage)->name;

	if (use == NULL || !text_copy(claims.use, sizeof claims.use, use))
		return INTERNAL;
	memcpy(layout.language, stage_claims->language, sizeof layout.language);
	memcpy(layout.subject, &stage_claims->subject, sizeof layout.subject);
	memcpy(layout.email, stage_claims->email, strlen(stage_claims->email));
	memcpy(claims.context, &layout, claims.context_size);
	secret_wipe_bytes(&layout, sizeof layout);
	memcpy(claims.jti, stage_claims->jti.bytes, sizeof claims.jti);
	return token_seal(keyring, &claims, ret_token);
}

static enum stage
stage_named(const char *use)
{
	for (enum stage stage = STAGE_IDENTITY; stage < STAGE__MAX; stage++) {
		const char *name = stage_rule(stage)->name;

		if (name != NULL && strcmp(name, use) == 0)
			return stage;
	}
	return STAGE_NONE;
}

enum result
stage_open(const struct keyring *keyring, const char *token, int64_t now, struct stage_claims *ret)
{
	CLEANUP(claims_wipe) struct claims claims = { 0 };
	struct layout layout;

	TRY(token_open(keyring, token, now, &claims));
	const enum stage stage = stage_named(claims.use);
	if (stage == STAGE_NONE || claims.context_size < LAYOUT_FIXED ||
	    claims.context_size > sizeof layout || claims.context[0] != LAYOUT_VERSION)
		return TOKEN_INVALID;

	memset(&layout, 0, sizeof layout);
	memcpy(&layout, claims.context, claims.context_size);
	*ret = (struct stage_claims){
		.stage = stage,
		.issued_at = claims.issued_at,
		.expires_at = claims.expires_at,
	};
	memcpy(ret->jti.bytes, claims.jti, sizeof ret->jti.bytes);
	memcpy(ret->email, layout.email, claims.context_size - LAYOUT_FIXED);
	memcpy(ret->language, layout.language, sizeof layout.language);
	memcpy(&ret->subject, layout.subject, sizeof ret->subject);
	secret_wipe_bytes(&layout, sizeof layout);
	return OK;
}

void
stage_claims_wipe(struct stage_claims *stage_claims)
{
	secret_wipe_bytes(stage_claims, sizeof *stage_claims);
}
