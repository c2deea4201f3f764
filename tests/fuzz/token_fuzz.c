/* token_fuzz.c - stage tokens, CAPTCHA tokens and refresh tokens: only what we wrote is opened, and
 * it has one spelling.
 *
 * The first byte says what the rest is: a token; a payload that is rightly signed, as nobody else
 * could; or the personal part of a token of ours. Keys and time are always the same. */

#include "captcha.h"
#include "fuzz.h"
#include "fuzz_keys.h"
#include "refresh_token.h"
#include "secret.h"
#include "stage.h"
#include "text.h"
#include "token.h"

#include <openssl/hmac.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NOW         1800000000
#define HEADER      "{\"alg\":\"HS256\",\"kid\":\"" FUZZ_KID "\",\"typ\":\"JWT\"}"
#define PAYLOAD_MAX 2048

static struct keyring *ring;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	ring = fuzz_keyring_open();
	return 0;
}

/* Whatever opens has a use, a life, and a personal part that its owner reads without harm. */
static void
check_opened(const char *token, const struct claims *claims)
{
	struct captcha captcha = { 0 };
	struct stage_claims stage_claims = { 0 };

	FUZZ_CHECK(strlen(token) <= TOKEN_MAX, "a token has its bound");
	FUZZ_CHECK(claims->issued_at > 0 && claims->issued_at <= NOW + TOKEN_SKEW_S &&
		       claims->expires_at > NOW - TOKEN_SKEW_S &&
		       claims->expires_at - claims->issued_at <= TOKEN_LIFE_MAX_S,
	    "it lives now, and not for ever");
	FUZZ_CHECK(claims->context_size <= TOKEN_CONTEXT_MAX, "its personal part has its bound");
	if (stage_open(ring, token, NOW, &stage_claims) == OK) {
		FUZZ_CHECK(
		    strcmp(stage_rule(stage_claims.stage)->name, claims->use) == 0, "one stage");
		FUZZ_CHECK(
		    memchr(stage_claims.email, '\0', sizeof stage_claims.email) != NULL &&
			memchr(stage_claims.language, '\0', sizeof stage_claims.language) != NULL,
		    "its texts end");
	}
	if (captcha_open(ring, token, NOW, &captcha) == OK)
		FUZZ_CHECK(
		    stage_claims.stage == STAGE_NONE && captcha.answer[CAPTCHA_LENGTH] == '\0',
		    "a CAPTCHA's token is no stage's");
	FUZZ_CHECK(token_open(ring, token, claims->expires_at + TOKEN_SKEW_S,
		       &(struct claims){ 0 }) == TOKEN_EXPIRED,
	    "a token ends when it says");
}

static void
open_token(const char *token)
{
	struct refresh_token refresh;
	struct claims claims = { 0 };
	char text[REFRESH_TOKEN_LENGTH + 1];
	struct captcha captcha;
	struct stage_claims stage_claims;

	if (refresh_token_read(token, &refresh)) {
		refresh_token_text(&refresh, text);
		FUZZ_CHECK(strcmp(text, token) == 0, "a refresh token has one spelling");
	}
	if (token_open(ring, token, NOW, &claims) == OK) {
		check_opened(token, &claims);
		return;
	}
	FUZZ_CHECK(claims.use[0] == '\0', "what does not open leaves nothing");
	FUZZ_CHECK(stage_open(ring, token, NOW, &stage_claims) != OK &&
		       captcha_open(ring, token, NOW, &captcha) != OK,
	    "what is no token is nobody's");
}

/* The value of one claim as it stands in a payload. */
static bool
claim(const char *payload, const char *name, char ret[static PAYLOAD_MAX])
{
	char label[16];
	const char *at = text_format(label, sizeof label, "\"%s\":\"", name)
			     ? strstr(payload, label)
			     : NULL;

	return at != NULL && sscanf(at + strlen(label), "%2047[^\"]", ret) == 1;
}

static void
check_spelling(const char *payload, const struct claims *claims)
{
	char context[PAYLOAD_MAX], jti[PAYLOAD_MAX], expected[3 * PAYLOAD_MAX];

	FUZZ_CHECK(claim(payload, "ctx", context) && claim(payload, "jti", jti), "it has them");
	const bool fits = text_format(expected, sizeof expected,
	    "{\"aud\":\"myportal/%s\",\"ctx\":\"%s\",\"exp\":%" PRId64 ",\"iat\":%" PRId64
	    ",\"iss\":\"myportal\",\"jti\":\"%s\",\"nbf\":%" PRId64 ",\"use\":\"%s\"}",
	    claims->use, context, claims->expires_at, claims->issued_at, jti, claims->issued_at,
	    claims->use);
	FUZZ_CHECK(fits && strcmp(expected, payload) == 0, "a payload has one spelling");
}

static void
open_payload(const char *payload)
{
	const size_t length = strnlen(payload, PAYLOAD_MAX);
	char token[3 * PAYLOAD_MAX] = "";
	uint8_t signature[KEYED_HASH_SIZE];
	struct claims claims;
	struct stage_key key;

	keyring_signing(ring, &key);
	secret_base64url(HEADER, strlen(HEADER), token);
	strcat(token, ".");
	secret_base64url(payload, length, token + strlen(token));
	HMAC(EVP_sha256(), key.sign, sizeof key.sign, (const uint8_t *)token, strlen(token),
	    signature, NULL);
	strcat(token, ".");
	secret_base64url(signature, sizeof signature, token + strlen(token));
	open_token(token);
	if (token_open(ring, token, NOW, &claims) == OK)
		check_spelling(payload, &claims);
}

/* What is sealed opens to the same; what may not be is refused. */
static void
seal_for_fuzz(struct fuzz_input *input)
{
	struct claims claims = { .issued_at = NOW - fuzz_byte(input), .expires_at = NOW + 1 };
	struct claims opened;
	char token[TOKEN_MAX + 1];
	size_t size;

	text_copy_cut(claims.use, sizeof claims.use, fuzz_byte(input) % 2 ? "identity" : "captcha");
	CLEANUP(cleanup_free) char *context = fuzz_rest(input, &size);
	claims.context_size = size;
	if (size <= sizeof claims.context)
		memcpy(claims.context, context, size);
	const enum result result = token_seal(ring, &claims, token);
	FUZZ_CHECK((result == OK) == (size <= sizeof claims.context), "what fits is sealed");
	if (result != OK)
		return;
	FUZZ_CHECK(token_open(ring, token, NOW, &opened) == OK, "and opens");
	FUZZ_CHECK(memcmp(&opened, &claims, sizeof claims) == 0, "to the same");
	check_opened(token, &opened);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const uint8_t kind = fuzz_byte(&input);

	if (kind == 's') {
		seal_for_fuzz(&input);
		return 0;
	}
	CLEANUP(cleanup_free) char *text = fuzz_text(&input);
	if (kind == 'p')
		open_payload(text);
	else
		open_token(text);
	return 0;
}
