/* token.c - stage tokens through libjwt, behind the checks that libjwt leaves to its callers.
 *
 * libjwt lets the token choose the algorithm, takes any JSON of any depth, reads a missing or
 * mistyped number as -1 or 0 and a doubled claim as its last, and skips what is not base64 in a
 * signature. So nothing reaches it that does not look like ours (RFC 8725 3.1, 3.11, 3.12), and of
 * what it read a second token is made: only the one that comes out the same, byte for byte, is
 * opened. That leaves one spelling of one set of claims of one type each. */

#include "token.h"

#include "cleanup.h"
#include "text.h"

#include <jwt.h>

#include <errno.h>
#include <string.h>

#define ISSUER            "myportal"
#define AUDIENCE_PREFIX   ISSUER "/"
#define HEADER_FORM       "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}" /* libjwt's form */
#define HEADER_MAX        (HEADER_AROUND_KID + KID_MAX)
#define HEADER_KID_AT     (sizeof "{\"alg\":\"HS256\",\"kid\":\"" - 1)
#define HEADER_AROUND_KID (sizeof HEADER_FORM - sizeof "%s")
#define PAYLOAD_FORM                                                                   \
	"{\"aud\":\"" AUDIENCE_PREFIX "%s\",\"ctx\":\"%s\",\"exp\":%lld,\"iat\":%lld," \
	"\"iss\":\"" ISSUER "\",\"jti\":\"%s\",\"nbf\":%lld,\"use\":\"%s\"}" /* libjwt's, too */
#define PAYLOAD_MAX         TOKEN_MAX
#define ENCODED_HEADER_MAX  SECRET_BASE64_MAX(HEADER_MAX)
#define ENCODED_PAYLOAD_MAX SECRET_BASE64_MAX(PAYLOAD_MAX)
#define SIGNATURE_SIZE      KEYED_HASH_SIZE /* HMAC-SHA-256 */
#define SEALED_MAX          (TOKEN_CONTEXT_MAX + SECRET_SEAL_OVERHEAD)
#define JTI_TEXT_MAX        SECRET_BASE64_MAX(JTI_SIZE)
#define BOUND_MAX           (JTI_TEXT_MAX + 1 + TOKEN_USE_MAX)

_Static_assert(sizeof(long) == sizeof(int64_t), "libjwt's integers hold our times");

/* The claims as they are written; the texts are borrowed. */
struct writing {
	const char *use;
	const char *jti;
	const char *context;
	int64_t issued_at;
	int64_t expires_at;
};

static void
free_jwt(jwt_t *const *jwt)
{
	jwt_free(*jwt); /* NULL is fine */
}

void
claims_wipe(struct claims *claims)
{
	secret_wipe_bytes(claims, sizeof *claims);
}

static bool
use_is_valid(const char *use)
{
	const size_t length = strspn(use, "abcdefghijklmnopqrstuvwxyz-");

	return length > 0 && length <= TOKEN_USE_MAX && use[length] == '\0';
}

static bool
times_are_valid(int64_t issued_at, int64_t expires_at)
{
	return issued_at > 0 && expires_at > issued_at &&
	       expires_at - issued_at <= TOKEN_LIFE_MAX_S;
}

/* What the sealed part is bound to: moved into another token it does not open. */
static bool
bound_write(const struct writing *writing, char ret[static BOUND_MAX + 1])
{
	return text_format(ret, BOUND_MAX + 1, "%s|%s", writing->jti, writing->use);
}

/* Writing. No memory is asked for, and libjwt not at all: when its encoder gets none it writes a
 * token without a signature, or ends the process. */

static bool
header_write(const struct stage_key *key, char ret[static ENCODED_HEADER_MAX + 1])
{
	char header[HEADER_MAX + 1];

	if (!text_format(header, sizeof header, HEADER_FORM, key->kid))
		return false;
	secret_base64url(header, strlen(header), ret);
	return true;
}

static bool
payload_write(const struct writing *writing, char ret[static ENCODED_PAYLOAD_MAX + 1])
{
	char payload[PAYLOAD_MAX + 1];

	if (!text_format(payload, sizeof payload, PAYLOAD_FORM, writing->use, writing->context,
		(long long)writing->expires_at, (long long)writing->issued_at, writing->jti,
		(long long)writing->issued_at, writing->use))
		return false;
	secret_base64url(payload, strlen(payload), ret);
	return true;
}

static enum result
token_write(
    const struct stage_key *key, const struct writing *writing, char ret[static TOKEN_MAX + 1])
{
	char header[ENCODED_HEADER_MAX + 1], payload[ENCODED_PAYLOAD_MAX + 1];
	char text[TOKEN_MAX + 1], signature[SECRET_BASE64_MAX(SIGNATURE_SIZE) + 1];
	uint8_t mac[SIGNATURE_SIZE];

	ret[0] = '\0';
	if (!header_write(key, header) || !payload_write(writing, payload) ||
	    !text_format(text, sizeof text, "%s.%s", header, payload))
		return INTERNAL;
	secret_hmac(key->sign, text, strlen(text), mac);
	secret_base64url(mac, sizeof mac, signature);
	return text_format(ret, TOKEN_MAX + 1, "%s.%s", text, signature) ? OK : INTERNAL;
}

enum result
token_seal(const struct keyring *ring, const struct claims *claims, char ret[static TOKEN_MAX + 1])
{
	CLEANUP(stage_key_wipe) struct stage_key key = { 0 };
	char jti[JTI_TEXT_MAX + 1];
	char context[SECRET_BASE64_MAX(SEALED_MAX) + 1];
	char bound[BOUND_MAX + 1];
	uint8_t sealed[SEALED_MAX];

	ret[0] = '\0';
	if (!use_is_valid(claims->use) || claims->context_size > TOKEN_CONTEXT_MAX ||
	    !times_are_valid(claims->issued_at, claims->expires_at))
		return INTERNAL;

	const struct writing writing = {
		.use = claims->use,
		.jti = jti,
		.context = context,
		.issued_at = claims->issued_at,
		.expires_at = claims->expires_at,
	};
	secret_base64url(claims->jti, JTI_SIZE, jti);
	if (!bound_write(&writing, bound))
		return INTERNAL;
	keyring_signing(ring, &key);
	secret_seal(key.seal, bound, claims->context, claims->context_size, sealed);
	secret_base64url(sealed, claims->context_size + SECRET_SEAL_OVERHEAD, context);
	return token_write(&key, &writing, ret);
}

/* Opening. */

/* The key whose header this is. The token has no other say in what opens it: what stands in the
 * place of the key id finds a key of ours, and then every byte must be as that key's header has it.
 * */
static bool
key_of_header(const struct keyring *ring, const char *encoded, size_t length, struct stage_key *ret)
{
	char header[HEADER_MAX + 1], known[HEADER_MAX + 1], kid[KID_MAX + 1];
	size_t size;

	if (!secret_unbase64url(encoded, length, header, HEADER_MAX, &size) ||
	    size < HEADER_AROUND_KID)
		return false;
	memcpy(kid, header + HEADER_KID_AT, size - HEADER_AROUND_KID);
	kid[size - HEADER_AROUND_KID] = '\0';
	return keyring_find(ring, kid, ret) &&
	       text_format(known, sizeof known, HEADER_FORM, ret->kid) && strlen(known) == size &&
	       memcmp(known, header, size) == 0;
}

/* Ours are one flat object. libjwt parses before it verifies, and its parser calls itself for every
 * bracket: as many as a token has room for take 60 KiB of stack, where a worker has 100. */
static bool
payload_is_flat(const char *text, size_t length)
{
	uint8_t json[TOKEN_MAX];
	size_t size;

	return secret_unbase64url(text, length, json, sizeof json, &size) && size > 0 &&
	       json[0] == '{' && memchr(json + 1, '{', size - 1) == NULL &&
	       memchr(json, '[', size) == NULL;
}

static bool
signature_is_whole(const char *text)
{
	uint8_t signature[SIGNATURE_SIZE];
	size_t size;

	return secret_unbase64url(text, strlen(text), signature, sizeof signature, &size) &&
	       size == sizeof signature;
}

/* Length, alphabet, three parts, a header of ours: all that is asked before libjwt sees anything.
 */
static bool
key_of_token(const struct keyring *ring, const char *token, struct stage_key *ret)
{
	if (strnlen(token, TOKEN_MAX + 1) > TOKEN_MAX)
		return false;
	const char *const payload = strchr(token, '.');
	if (payload == NULL)
		return false;
	const char *const signature = strchr(payload + 1, '.');
	if (signature == NULL)
		return false;
	return payload_is_flat(payload + 1, (size_t)(signature - payload) - 1) &&
	       signature_is_whole(signature + 1) &&
	       key_of_header(ring, token, (size_t)(payload - token), ret);
}

/* Reads as laxly as libjwt does: what is wrong here comes out different when written again. */
static bool
writing_read(jwt_t *jwt, struct writing *ret)
{
	ret->use = jwt_get_grant(jwt, "use");
	ret->jti = jwt_get_grant(jwt, "jti");
	ret->context = jwt_get_grant(jwt, "ctx");
	ret->issued_at = jwt_get_grant_int(jwt, "iat");
	ret->expires_at = jwt_get_grant_int(jwt, "exp");
	return ret->use != NULL && ret->jti != NULL && ret->context != NULL &&
	       use_is_valid(ret->use) && times_are_valid(ret->issued_at, ret->expires_at);
}

/* Is this token, and no other, what we write for these claims? Its signature was found right
 * before, so the comparison has nothing to tell about it; constant time all the same. */
static enum result
writing_check(const struct stage_key *key, const struct writing *writing, const char *token)
{
	char again[TOKEN_MAX + 1];
	const size_t length = strlen(token);

	TRY(token_write(key, writing, again));
	if (strlen(again) != length || !secret_equal_bytes(again, token, length))
		return TOKEN_INVALID;
	return OK;
}

/* Why libjwt did not read a token. It says the same of every cause (EINVAL, mostly); what an
 * allocation said when it failed stays in errno. */
static enum result
result_of_libjwt(void)
{
	return errno == ENOMEM ? UNAVAILABLE : TOKEN_INVALID;
}

static bool
claims_unseal(const struct stage_key *key, const struct writing *writing, struct claims *ret)
{
	char bound[BOUND_MAX + 1];
	uint8_t sealed[SEALED_MAX];
	size_t jti_size, size;

	if (!secret_unbase64url(
		writing->jti, strlen(writing->jti), ret->jti, JTI_SIZE, &jti_size) ||
	    jti_size != JTI_SIZE || !bound_write(writing, bound))
		return false;
	if (!secret_unbase64url(
		writing->context, strlen(writing->context), sealed, sizeof sealed, &size) ||
	    !secret_unseal(key->seal, bound, sealed, size, ret->context))
		return false;
	ret->context_size = size - SECRET_SEAL_OVERHEAD;
	ret->issued_at = writing->issued_at;
	ret->expires_at = writing->expires_at;
	return text_copy(ret->use, sizeof ret->use, writing->use);
}

/* Everything but the times. */
static enum result
token_read(const struct stage_key *key, const char *token, struct claims *ret)
{
	CLEANUP(free_jwt) jwt_t *jwt = NULL;
	struct writing writing;

	errno = 0;
	if (jwt_decode(&jwt, token, key->sign, SECRET_KEY_SIZE) != 0 ||
	    jwt_get_alg(jwt) != JWT_ALG_HS256 || !writing_read(jwt, &writing))
		return result_of_libjwt();
	TRY(writing_check(key, &writing, token));
	return claims_unseal(key, &writing, ret) ? OK : TOKEN_INVALID;
}

enum result
token_open(const struct keyring *ring, const char *token, int64_t now, struct claims *ret)
{
	CLEANUP(claims_wipe) struct claims claims = { 0 };
	CLEANUP(stage_key_wipe) struct stage_key key = { 0 };

	if (!key_of_token(ring, token, &key))
		return TOKEN_INVALID;
	enum result result = token_read(&key, token, &claims);
	/* libjwt's parser leaves characters out when it gets no memory for them, and says nothing
	 * (jansson 2.14). */
	if (result == TOKEN_INVALID)
		result = token_read(&key, token, &claims);
	if (result != OK)
		return result;
	if (claims.issued_at > now + TOKEN_SKEW_S)
		return TOKEN_INVALID;
	if (clock_is_over(claims.expires_at, now) || claims.issued_at <= keyring_epoch(ring))
		return TOKEN_EXPIRED;

	*ret = claims;
	return OK;
}
