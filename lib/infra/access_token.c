/* access_token.c - access tokens: writes and reads their text; access_keys.c signs and verifies. */

#include "access_token.h"

#include "access_cache.h"
#include "cleanup.h"
#include "clock.h"
#include "secret.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define PAYLOAD_BEFORE "{\"iss\":\"myportal\",\"aud\":\"myportal/access\",\"sub\":\""
#define PAYLOAD_WRITE                                                           \
	PAYLOAD_BEFORE "%s\",\"sid\":\"%s\",\"jti\":\"%s\",\"auth_time\":%lld," \
		       "\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld}"
#define ID_READ   "%22[A-Za-z0-9_-]"
#define TIME_READ "%18[0-9]"
#define PAYLOAD_READ                                                               \
	PAYLOAD_BEFORE ID_READ "\",\"sid\":\"" ID_READ "\",\"jti\":\"" ID_READ     \
			       "\",\"auth_time\":" TIME_READ ",\"iat\":" TIME_READ \
			       ",\"nbf\":" TIME_READ ",\"exp\":" TIME_READ
#define ID_TEXT     22 /* base64url of 16 bytes */
#define TIME_TEXT   18
#define TIME_MAX    999999999999999999 /* of so many digits */
#define PAYLOAD_MAX (sizeof PAYLOAD_WRITE + 3 * (size_t)ID_TEXT + 4 * (size_t)TIME_TEXT)

_Static_assert(ID_SIZE == 16 && JTI_SIZE == ID_SIZE, "one form of ids");
_Static_assert(
    ACCESS_HEADER_MAX + 1 + SECRET_BASE64_MAX(PAYLOAD_MAX) + 1 + ACCESS_SIGNATURE_MAX <= TOKEN_MAX,
    "every token fits");

/* A token's payload as it is written. */
struct access_payload {
	char sub[SECRET_BASE64_MAX(ID_SIZE) + 1];
	char sid[SECRET_BASE64_MAX(ID_SIZE) + 1];
	char jti[SECRET_BASE64_MAX(JTI_SIZE) + 1];
	int64_t auth_time;
	int64_t issued_at;
	int64_t expires_at;
};

/* Writing -------------------------------------------------------------------------------------- */

static bool
access_times_are_valid(int64_t auth_time, int64_t issued_at, int64_t expires_at)
{
	return auth_time > 0 && auth_time <= issued_at && expires_at > issued_at &&
	       expires_at <= TIME_MAX && expires_at - issued_at <= ACCESS_TOKEN_LIFE_MAX_S;
}

static bool
access_payload_write(const struct access_payload *payload, char ret[static PAYLOAD_MAX + 1])
{
	return text_format(ret, PAYLOAD_MAX + 1, PAYLOAD_WRITE, payload->sub, payload->sid,
	    payload->jti, (long long)payload->auth_time, (long long)payload->issued_at,
	    (long long)payload->issued_at, (long long)payload->expires_at);
}

static void
payload_fill(const struct access_claims *claims, struct access_payload *ret)
{
	uint8_t jti[JTI_SIZE];

	secret_random(jti, sizeof jti);
	secret_base64url(jti, sizeof jti, ret->jti);
	secret_base64url(claims->sub, ID_SIZE, ret->sub);
	secret_base64url(claims->sid, ID_SIZE, ret->sid);
	ret->auth_time = claims->auth_time;
	ret->issued_at = claims->issued_at;
	ret->expires_at = claims->expires_at;
}

static enum result
access_token_write(
    const struct access_key *key, const char *payload, char ret[static TOKEN_MAX + 1])
{
	char encoded[SECRET_BASE64_MAX(PAYLOAD_MAX) + 1];
	char token[TOKEN_MAX + 1];
	char signature[ACCESS_SIGNATURE_MAX + 1];

	secret_base64url(payload, strlen(payload), encoded);
	if (!text_format(token, sizeof token, "%s.%s", access_key_header(key), encoded))
		return INTERNAL;
	TRY(access_key_sign(key, token, strlen(token), signature));
	return text_format(ret, TOKEN_MAX + 1, "%s.%s", token, signature) ? OK : INTERNAL;
}

enum result
access_token_seal(
    struct access_keys *keys, const struct access_claims *claims, char ret[static TOKEN_MAX + 1])
{
	CLEANUP(access_key_release) struct access_key_held held = { 0 };
	struct access_payload fields;
	char payload[PAYLOAD_MAX + 1];

	ret[0] = '\0';
	if (!access_times_are_valid(claims->auth_time, claims->issued_at, claims->expires_at))
		return INTERNAL;
	payload_fill(claims, &fields);
	if (!access_payload_write(&fields, payload))
		return INTERNAL;
	access_keys_hold_signing(keys, &held);
	return access_token_write(held.key, payload, ret);
}

/* Opening -------------------------------------------------------------------------------------- */

/* Reads laxly: what is wrong here comes out different when written again. nbf is written as iat. */
static bool
access_payload_read(const char *payload, struct access_payload *ret)
{
	char auth_time[TIME_TEXT + 1], iat[TIME_TEXT + 1], nbf[TIME_TEXT + 1], exp[TIME_TEXT + 1];

	return sscanf(payload, PAYLOAD_READ, ret->sub, ret->sid, ret->jti, auth_time, iat, nbf,
		   exp) == 7 &&
	       text_number(auth_time, 1, TIME_MAX, &ret->auth_time) &&
	       text_number(iat, 1, TIME_MAX, &ret->issued_at) &&
	       text_number(exp, 1, TIME_MAX, &ret->expires_at);
}

/* 16 bytes in their one spelling. */
static bool
access_id_read(const char *text, uint8_t ret[static ID_SIZE])
{
	size_t size;

	return secret_unbase64url(text, strlen(text), ret, ID_SIZE, &size) && size == ID_SIZE;
}

static bool
access_claims_read(const struct access_payload *payload, struct access_claims *ret)
{
	uint8_t jti[JTI_SIZE];

	ret->auth_time = payload->auth_time;
	ret->issued_at = payload->issued_at;
	ret->expires_at = payload->expires_at;
	return access_times_are_valid(ret->auth_time, ret->issued_at, ret->expires_at) &&
	       access_id_read(payload->sub, ret->sub) && access_id_read(payload->sid, ret->sid) &&
	       access_id_read(payload->jti, jti);
}

/* Takes the claims out of a payload whose signature was found right. */
static bool
access_payload_open(const char *encoded, size_t length, struct access_claims *ret)
{
	char payload[PAYLOAD_MAX + 1], again[PAYLOAD_MAX + 1];
	struct access_payload fields;
	size_t size;

	if (!secret_unbase64url(encoded, length, payload, PAYLOAD_MAX, &size))
		return false;
	payload[size] = '\0';
	return access_payload_read(payload, &fields) && access_claims_read(&fields, ret) &&
	       access_payload_write(&fields, again) && strlen(again) == size &&
	       memcmp(again, payload, size) == 0;
}

/* The whole way: three parts, a header of ours, the signature, and then the payload. */
static enum result
open_signed(struct access_keys *keys, const char *token, unsigned *ret_generation,
    struct access_claims *ret)
{
	CLEANUP(access_key_release) struct access_key_held held = { 0 };
	const char *const payload = strchr(token, '.');
	const char *const signature = payload != NULL ? strchr(payload + 1, '.') : NULL;

	if (signature == NULL ||
	    !access_keys_hold_of_header(keys, token, (size_t)(payload - token), &held))
		return TOKEN_INVALID;
	TRY(access_key_verify(held.key, token, (size_t)(signature - token), signature + 1));
	*ret_generation = held.generation;
	return access_payload_open(payload + 1, (size_t)(signature - payload) - 1, ret)
		   ? OK
		   : TOKEN_INVALID;
}

static enum result
check_access_times(const struct access_claims *claims, int64_t now, struct access_claims *ret)
{
	if (claims->issued_at - CLOCK_SKEW_S > now || now >= claims->expires_at)
		return TOKEN_EXPIRED;
	*ret = *claims;
	return OK;
}

enum result
access_token_open(
    struct access_keys *keys, const char *token, int64_t now, struct access_claims *ret)
{
	struct access_cache *const cache = access_keys_cache(keys);
	const size_t length = strnlen(token, TOKEN_MAX + 1);
	uint8_t hash[SECRET_SHA256_SIZE];
	struct access_claims claims;
	unsigned generation = 0;

	if (length > TOKEN_MAX)
		return TOKEN_INVALID;
	secret_sha256(token, length, hash);
	if (access_cache_find(cache, hash, access_keys_generation(keys), &claims))
		return check_access_times(&claims, now, ret);

	TRY(open_signed(keys, token, &generation, &claims));
	TRY(check_access_times(&claims, now, ret));
	access_cache_add(cache, hash, generation, &claims);
	return OK;
}
