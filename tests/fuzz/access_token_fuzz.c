/* access_token_fuzz.c - access tokens: only what we would write for the same claims is opened.
 *
 * The first byte says what the rest is: a token, or a payload that is rightly signed. Keys and time
 * are always the same. */

#include "access_token.h"

#include "fuzz.h"
#include "fuzz_keys.h"
#include "secret.h"
#include "text.h"
#include "token.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW         1800000000
#define HEADER      "{\"alg\":\"ES256\",\"kid\":\"" FUZZ_KID "\",\"typ\":\"JWT\"}"
#define PAYLOAD_MAX 1024

static struct access_keys *keys;
static EVP_PKEY *key;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	BIO *const pem = BIO_new_mem_buf(FUZZ_ACCESS_PEM, -1);

	(void)argc, (void)argv;
	keys = fuzz_access_keys_open();
	key = PEM_read_bio_PrivateKey(pem, NULL, NULL, NULL);
	BIO_free(pem);
	return key != NULL ? 0 : -1;
}

static void
check_opened(const char *token, const struct access_claims *claims)
{
	struct access_claims again;
	char sealed[TOKEN_MAX + 1];

	FUZZ_CHECK(strlen(token) <= TOKEN_MAX, "a token has its bound");
	FUZZ_CHECK(claims->auth_time > 0 && claims->auth_time <= claims->issued_at &&
		       claims->issued_at <= NOW + TOKEN_SKEW_S && claims->expires_at > NOW &&
		       claims->expires_at - claims->issued_at <= ACCESS_TOKEN_LIFE_MAX_S,
	    "it lives now, and not long");
	FUZZ_CHECK(access_token_open(keys, token, NOW, &again) == OK, "it opens again");
	FUZZ_CHECK(memcmp(&again, claims, sizeof again) == 0, "to the same");
	FUZZ_CHECK(access_token_open(keys, token, claims->expires_at, &again) == TOKEN_EXPIRED,
	    "and ends when it says");
	FUZZ_CHECK(access_token_seal(keys, claims, sealed) == OK, "we would write it");
	FUZZ_CHECK(strlen(sealed) == strlen(token), "as long as that");
}

static void
sign(const char *text, uint8_t ret[static 64])
{
	EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t hash[SECRET_SHA256_SIZE], der[80];
	const uint8_t *at = der;
	size_t size = sizeof der;

	secret_sha256(text, strlen(text), hash);
	if (EVP_PKEY_sign_init(ctx) != 1 || EVP_PKEY_sign(ctx, der, &size, hash, sizeof hash) != 1)
		abort();
	ECDSA_SIG *const signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
	BN_bn2binpad(ECDSA_SIG_get0_r(signature), ret, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(signature), ret + 32, 32);
	ECDSA_SIG_free(signature);
	EVP_PKEY_CTX_free(ctx);
}

static void
write_token(const char *payload, char ret[static 2 * PAYLOAD_MAX])
{
	uint8_t signature[64];

	secret_base64url(HEADER, strlen(HEADER), ret);
	strcat(ret, ".");
	secret_base64url(payload, strnlen(payload, PAYLOAD_MAX), ret + strlen(ret));
	sign(ret, signature);
	strcat(ret, ".");
	secret_base64url(signature, sizeof signature, ret + strlen(ret));
}

/* With the jti left out, which is random. */
static void
check_spelling(const char *payload, const struct access_claims *claims)
{
	char expected[PAYLOAD_MAX], account[23], session[23], jti[23] = "";
	const char *const at = strstr(payload, "\"jti\":\"");

	secret_base64url(claims->sub, ID_SIZE, account);
	secret_base64url(claims->sid, ID_SIZE, session);
	FUZZ_CHECK(at != NULL && sscanf(at + 7, "%22[^\"]", jti) == 1, "it has a jti");
	const bool fits = text_format(expected, sizeof expected,
	    "{\"iss\":\"myportal\",\"aud\":\"myportal/access\",\"sub\":\"%s\",\"sid\":\"%s\","
	    "\"jti\":\"%s\",\"auth_time\":%lld,\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld}",
	    account, session, jti, (long long)claims->auth_time, (long long)claims->issued_at,
	    (long long)claims->issued_at, (long long)claims->expires_at);
	FUZZ_CHECK(fits && strcmp(expected, payload) == 0, "a payload has one spelling");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const bool is_payload = fuzz_byte(&input) == 'p';
	CLEANUP(cleanup_free) char *text = fuzz_text(&input);
	char token[2 * PAYLOAD_MAX];
	struct access_claims claims, untouched;

	if (is_payload)
		write_token(text, token);
	const char *const told = is_payload ? token : text;
	memset(&claims, 'x', sizeof claims);
	untouched = claims;
	if (access_token_open(keys, told, NOW, &claims) == OK) {
		check_opened(told, &claims);
		if (is_payload)
			check_spelling(text, &claims);
	} else {
		FUZZ_CHECK(memcmp(&claims, &untouched, sizeof claims) == 0,
		    "what does not open leaves nothing");
	}
	return 0;
}
