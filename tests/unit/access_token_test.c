/* access_token_test.c - an access token of ours opens; whatever is nearly one does not.
 *
 * Forged tokens are made of a right one: its header or payload is changed as text and signed again
 * with the right key by OpenSSL's own means, so that nothing but the check in question can refuse
 * them. What we sign is judged by libjwt too, with nothing but the published key. */

#include "access_token.h"

#include "access_keys.h"
#include "cleanup.h"
#include "keys_folder.h"
#include "secret.h"
#include "text.h"
#include "token.h"
#include "token_parts.h"

#include <jwt.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW          1795309323                      /* 2026-11-22T01:02:03Z */
#define END          (NOW + ACCESS_TOKEN_LIFE_MAX_S) /* of the sample token */
#define NOW_TEXT     "1795309323"
#define LATER_TEXT   "1795309923" /* ten minutes */
#define LOGIN_TEXT   "1795300000"
#define KID          "20261122T010203Z-1a2b3c4d"
#define OLD_KID      "20261115T010203Z-00000001"
#define NEXT_KID     "20261129T010203Z-00000002"
#define ACCESS(kid)  "access-" kid ".pem"
#define ACCOUNT_TEXT "-_8CAwQFBgcICQoLDA0OAA"
#define SESSION_TEXT "AAECAwQFBgcICQoLDA0OEA"
#define PEM_SIZE     1024

/* RFC 7515 appendix A.3: ES256 with the key of A.3.1. */
#define RFC_PAYLOAD                                                        \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt" \
	"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define RFC_INPUT "eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD
#define RFC_SIGNATURE                                                      \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA" \
	"pmWQxfKTUJqPP3-Kg6NU1Q"
#define RFC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define RFC_D "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"

struct fixture {
	char folder[KEYS_FOLDER_SIZE];
	char why[ERRBUF_MAX + 1];
	struct access_keys *keys;
	EVP_PKEY *signing; /* as the file of KID has it */
	EVP_PKEY *old;
	EVP_PKEY *next;
};

static void
close_keys(struct access_keys *const *keys)
{
	access_keys_close(*keys);
}

/* What was written to a BIO, which is freed. */
static size_t
bio_take(BIO *bio, char ret[static PEM_SIZE])
{
	const int size = BIO_read(bio, ret, PEM_SIZE - 1);

	BIO_free(bio);
	assert_true(size > 0);
	ret[size] = '\0';
	return (size_t)size;
}

/* A private key as PKCS#8 PEM. */
static void
pem_of(EVP_PKEY *pkey, char ret[static PEM_SIZE])
{
	BIO *const bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	bio_take(bio, ret);
}

static void
pem_put(const struct fixture *fixture, const char *name, EVP_PKEY *pkey)
{
	char pem[PEM_SIZE];

	pem_of(pkey, pem);
	key_file_put(fixture->folder, name, pem, 0400);
}

static EVP_PKEY *
key_put(const struct fixture *fixture, const char *name)
{
	EVP_PKEY *const pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	assert_non_null(pkey);
	pem_put(fixture, name, pkey);
	return pkey;
}

static int
set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	if (!keys_folder_make(fixture.folder))
		return -1;
	fixture.signing = key_put(&fixture, ACCESS(KID));
	fixture.old = key_put(&fixture, ACCESS(OLD_KID));
	fixture.next = key_put(&fixture, ACCESS(NEXT_KID));
	fixture.keys = access_keys_open(fixture.folder, fixture.why);
	if (fixture.keys == NULL)
		fail_msg("%s", fixture.why);
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	const struct fixture *const fixture = *state;

	access_keys_close(fixture->keys);
	EVP_PKEY_free(fixture->signing);
	EVP_PKEY_free(fixture->old);
	EVP_PKEY_free(fixture->next);
	return keys_folder_remove(fixture->folder);
}

static struct access_claims
some_access_claims(void)
{
	struct access_claims claims = {
		.sub = { 0xFB, 0xFF, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0 },
		.sid = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16 },
		.auth_time = 1795300000,
		.issued_at = NOW,
		.expires_at = END,
	};

	return claims;
}

static void
seal_access(
    struct access_keys *keys, const struct access_claims *claims, char ret[static TOKEN_MAX + 1])
{
	assert_int_equal(access_token_seal(keys, claims, ret), OK);
}

static void
seal_some(const struct fixture *fixture, char ret[static TOKEN_MAX + 1])
{
	const struct access_claims claims = some_access_claims();

	seal_access(fixture->keys, &claims, ret);
}

/* Opens, and sees to it that a failure leaves the output alone, and OpenSSL's queue empty. */
static enum result
open_at(struct access_keys *keys, const char *token, int64_t now)
{
	struct access_claims untouched, claims;

	memset(&untouched, 0x5A, sizeof untouched);
	claims = untouched;
	const enum result result = access_token_open(keys, token, now, &claims);
	if (result != OK)
		assert_memory_equal(&claims, &untouched, sizeof claims);
	assert_int_equal(ERR_peek_error(), 0);
	return result;
}

static void
assert_claims_equal(const struct access_claims *a, const struct access_claims *b)
{
	assert_memory_equal(a->sub, b->sub, ID_SIZE);
	assert_memory_equal(a->sid, b->sid, ID_SIZE);
	assert_true(a->auth_time == b->auth_time && a->issued_at == b->issued_at &&
		    a->expires_at == b->expires_at);
}

static enum result
open_now(const void *fixture, const char *token)
{
	return open_at(((const struct fixture *)fixture)->keys, token, NOW);
}

static struct token_parts
right_parts(const struct fixture *fixture)
{
	char token[TOKEN_MAX + 1];

	seal_some(fixture, token);
	return token_parts_of(token);
}

/* Signing by OpenSSL's own means. */

static void
ecdsa(EVP_PKEY *pkey, const char *digest, const char *text, uint8_t ret[static 64])
{
	EVP_MD_CTX *const ctx = EVP_MD_CTX_new();
	uint8_t der[128];
	const uint8_t *at = der;
	size_t size = sizeof der;

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, pkey, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, der, &size, (const uint8_t *)text, strlen(text)), 1);
	ECDSA_SIG *const signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(signature), ret, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(signature), ret + 32, 32), 32);
	ECDSA_SIG_free(signature);
	EVP_MD_CTX_free(ctx);
}

/* The public half as PEM: what an attacker has, and would have us take for the key of an HMAC. */
static size_t
public_pem(EVP_PKEY *pkey, char ret[static PEM_SIZE])
{
	BIO *const bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
	return bio_take(bio, ret);
}

enum signing {
	SIGN_ES256,
	SIGN_NOT,
	SIGN_HS256_PUBLIC_PEM, /* the classic confusion */
	SIGN_ES256_SHA384,     /* another hash */
	SIGN_BY_OLD,
	SIGN_BY_NEXT,
	SIGN_DER, /* as TLS would */
};

static void
hmac_sign(const struct fixture *fixture, const char *text, char *ret)
{
	char pem[PEM_SIZE];
	uint8_t mac[32];
	unsigned size = sizeof mac;
	const size_t length = public_pem(fixture->signing, pem);

	HMAC(EVP_sha256(), pem, (int)length, (const uint8_t *)text, strlen(text), mac, &size);
	secret_base64url(mac, size, ret);
}

static void
der_sign(const struct fixture *fixture, const char *text, char *ret)
{
	EVP_MD_CTX *const ctx = EVP_MD_CTX_new();
	uint8_t der[128];
	size_t size = sizeof der;

	EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, fixture->signing, NULL);
	assert_int_equal(EVP_DigestSign(ctx, der, &size, (const uint8_t *)text, strlen(text)), 1);
	secret_base64url(der, size, ret);
	EVP_MD_CTX_free(ctx);
}

static void
sign_text(
    const struct fixture *fixture, enum signing signing, const char *text, char ret[static 256])
{
	EVP_PKEY *pkey = fixture->signing;
	uint8_t signature[64];

	if (signing == SIGN_HS256_PUBLIC_PEM) {
		hmac_sign(fixture, text, ret);
		return;
	}
	if (signing == SIGN_DER) {
		der_sign(fixture, text, ret);
		return;
	}
	if (signing == SIGN_BY_OLD)
		pkey = fixture->old;
	if (signing == SIGN_BY_NEXT)
		pkey = fixture->next;
	ecdsa(pkey, signing == SIGN_ES256_SHA384 ? "SHA384" : "SHA256", text, signature);
	secret_base64url(signature, sizeof signature, ret);
}

static const char *
forge(const struct fixture *fixture, const struct token_parts *parts, enum signing signing)
{
	static char forged[FORGED_SIZE];
	char signature[256] = "";

	token_parts_write(parts, forged);
	if (signing != SIGN_NOT)
		sign_text(fixture, signing, forged, signature);
	strcat(forged, ".");
	strcat(forged, signature);
	return forged;
}

/* Round trips. */

static void
what_was_sealed_opens(void **state)
{
	const struct fixture *const fixture = *state;
	const struct access_claims sealed = some_access_claims();
	struct access_claims opened;
	char token[TOKEN_MAX + 1], again[TOKEN_MAX + 1];

	seal_access(fixture->keys, &sealed, token);
	seal_access(fixture->keys, &sealed, again);
	assert_string_not_equal(token, again);
	for (int i = 0; i < 3; i++) { /* anew, then remembered */
		memset(&opened, 0, sizeof opened);
		assert_int_equal(access_token_open(fixture->keys, token, NOW, &opened), OK);
		assert_claims_equal(&opened, &sealed);
	}
}

static void
a_token_is_what_its_header_promises(void **state)
{
	const struct fixture *const fixture = *state;
	const struct token_parts parts = right_parts(fixture);
	char jti[23] = "";
	int end = 0;

	assert_string_equal(
	    parts.header, "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}");
	assert_int_equal(
	    sscanf(parts.payload,
		"{\"iss\":\"myportal\",\"aud\":\"myportal/access\",\"sub\":\"" ACCOUNT_TEXT
		"\",\"sid\":\"" SESSION_TEXT
		"\",\"jti\":\"%22[A-Za-z0-9_-]\",\"auth_time\":" LOGIN_TEXT ",\"iat\":" NOW_TEXT
		",\"nbf\":" NOW_TEXT ",\"exp\":" LATER_TEXT "}%n",
		jti, &end),
	    1);
	assert_int_equal(strlen(jti), 22);
	assert_int_equal((size_t)end, strlen(parts.payload));
}

/* r or s begins with a zero byte once in 128 signatures: both must be left-padded. Goes on until
 * twenty such were seen; no run of this test will need ten times as many as usual. */
static void
signatures_of_every_length_pass(void **state)
{
	const struct fixture *const fixture = *state;
	struct access_claims claims = some_access_claims(), opened;
	char token[TOKEN_MAX + 1];
	unsigned short_ones = 0;
	uint8_t bytes[64];
	size_t size;

	for (int i = 0; short_ones < 20; i++) {
		assert_true(i < 10 * 20 * 128);
		secret_random(claims.sub, ID_SIZE);
		secret_random(claims.sid, ID_SIZE);
		seal_access(fixture->keys, &claims, token);
		assert_int_equal(access_token_open(fixture->keys, token, NOW, &opened), OK);
		assert_claims_equal(&opened, &claims);
		const char *const signature = strrchr(token, '.') + 1;
		assert_true(
		    secret_unbase64url(signature, strlen(signature), bytes, sizeof bytes, &size));
		assert_int_equal(size, sizeof bytes);
		short_ones += bytes[0] == 0 || bytes[32] == 0;
	}
}

static void
times_that_no_token_may_have_are_not_sealed(void **state)
{
	static const struct {
		const char *why;
		int64_t auth_time;
		int64_t issued_at;
		int64_t expires_at;
	} rows[] = {
		/* clang-format off */
		{ "no life",                  NOW, NOW, NOW },
		{ "less than no life",        NOW, NOW, NOW - 1 },
		{ "a second too much of it",  NOW, NOW, NOW + ACCESS_TOKEN_LIFE_MAX_S + 1 },
		{ "a log-in after the issue", NOW + 1, NOW, NOW + 1 },
		{ "no log-in",                0,   NOW, NOW + 1 },
		{ "a log-in before 1970",     -1,  NOW, NOW + 1 },
		{ "no time of issue",         0,   0,   1 },
		{ "the whole of time",        1,   1,   INT64_MAX },
		{ "a time of 19 digits",      1,   999999999999999999, 1000000000000000000 },
		/* clang-format on */
	};
	const struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct access_claims claims = some_access_claims();
		char token[TOKEN_MAX + 1] = "x";

		claims.auth_time = rows[i].auth_time;
		claims.issued_at = rows[i].issued_at;
		claims.expires_at = rows[i].expires_at;
		if (access_token_seal(fixture->keys, &claims, token) != INTERNAL ||
		    token[0] != '\0')
			fail_msg("sealed in spite of %s", rows[i].why);
	}
}

/* asvs 9.2.1 */
static void
a_token_lives_from_its_issue_to_its_expiry(void **state)
{
	static const struct {
		const char *why;
		int64_t now;
		enum result result;
	} rows[] = {
		/* clang-format off */
		{ "just issued",                    NOW,                            OK },
		{ "the last second",                END - 1,                        OK },
		{ "exactly at its expiry",          END,                            TOKEN_EXPIRED },
		{ "no skew is granted to expiry",   END + 1,                        TOKEN_EXPIRED },
		{ "at the end of time",             INT64_MAX,                      TOKEN_EXPIRED },
		{ "issued where clocks are ahead",  NOW - TOKEN_SKEW_S,             OK },
		{ "issued farther ahead than skew", NOW - TOKEN_SKEW_S - 1,         TOKEN_EXPIRED },
		{ "issued long from now",           0,                              TOKEN_EXPIRED },
		{ "before time",                    INT64_MIN,                      TOKEN_EXPIRED },
		/* clang-format on */
	};
	const struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1];

	/* Each on a token unseen, and again on it when it was opened before: same answers. */
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		const bool remembered = i >= LENGTH(rows);

		seal_some(fixture, token);
		if (remembered)
			assert_int_equal(open_now(fixture, token), OK);
		if (open_at(fixture->keys, token, rows[i % LENGTH(rows)].now) !=
		    rows[i % LENGTH(rows)].result)
			fail_msg("%s, %s", rows[i % LENGTH(rows)].why,
			    remembered ? "remembered" : "unseen");
	}
}

/* Forgeries. */

/* asvs 9.1.2 9.1.3 */
static void
a_token_has_no_say_in_what_opens_it(void **state)
{
	static const struct {
		const char *why;
		const char *old;
		const char *new;
		enum signing signing;
		enum result result;
	} rows[] = {
		/* clang-format off */
		{ "nothing changed: forging itself works", "ES256", "ES256", SIGN_ES256, OK },
		{ "the old key's, signed by it",  KID, OLD_KID, SIGN_BY_OLD, OK },
		{ "the next key's, signed by it", KID, NEXT_KID, SIGN_BY_NEXT, OK },
		{ "alg none, unsigned",           "ES256", "none",  SIGN_NOT,   TOKEN_INVALID },
		{ "alg none, signed",             "ES256", "none",  SIGN_ES256, TOKEN_INVALID },
		{ "alg None, unsigned",           "ES256", "None",  SIGN_NOT,   TOKEN_INVALID },
		{ "alg NONE, unsigned",           "ES256", "NONE",  SIGN_NOT,   TOKEN_INVALID },
		{ "alg HS256 by the public key",
		  "ES256", "HS256", SIGN_HS256_PUBLIC_PEM, TOKEN_INVALID },
		{ "alg hs256 by the public key",
		  "ES256", "hs256", SIGN_HS256_PUBLIC_PEM, TOKEN_INVALID },
		{ "alg ES256 by the public key",
		  "ES256", "ES256", SIGN_HS256_PUBLIC_PEM, TOKEN_INVALID },
		{ "alg es256",                    "ES256", "es256", SIGN_ES256, TOKEN_INVALID },
		{ "alg ES384", "ES256", "ES384", SIGN_ES256_SHA384, TOKEN_INVALID },
		{ "alg ES256, another hash", "ES256", "ES256", SIGN_ES256_SHA384, TOKEN_INVALID },
		{ "alg ES256K",                   "ES256", "ES256K", SIGN_ES256, TOKEN_INVALID },
		{ "alg RS256",                    "ES256", "RS256", SIGN_ES256, TOKEN_INVALID },
		{ "alg PS256",                    "ES256", "PS256", SIGN_ES256, TOKEN_INVALID },
		{ "alg EdDSA",                    "ES256", "EdDSA", SIGN_ES256, TOKEN_INVALID },
		{ "alg empty",                    "ES256", "",      SIGN_ES256, TOKEN_INVALID },
		{ "no alg", "\"alg\":\"ES256\",", "", SIGN_ES256, TOKEN_INVALID },
		{ "a second alg", "{", "{\"alg\":\"none\",", SIGN_ES256, TOKEN_INVALID },
		{ "right header, unsigned",       "ES256", "ES256", SIGN_NOT,   TOKEN_INVALID },
		{ "right header, signed in DER",  "ES256", "ES256", SIGN_DER,   TOKEN_INVALID },
		{ "signed by the old key",        "ES256", "ES256", SIGN_BY_OLD, TOKEN_INVALID },
		{ "signed by the next key",       "ES256", "ES256", SIGN_BY_NEXT, TOKEN_INVALID },
		{ "the old key's id",             KID, OLD_KID, SIGN_ES256, TOKEN_INVALID },
		{ "a key id unknown", "1a2b3c4d", "1a2b3c4e", SIGN_ES256, TOKEN_INVALID },
		{ "a path for a key id", KID, "../../../../dev/null", SIGN_ES256, TOKEN_INVALID },
		{ "a path to the right key",
		  KID, "../keys/access-" KID ".pem", SIGN_ES256, TOKEN_INVALID },
		{ "a statement for a key id",     KID, "' OR ''='", SIGN_ES256, TOKEN_INVALID },
		{ "an empty key id",              KID, "", SIGN_ES256, TOKEN_INVALID },
		{ "a key id that is a format",    KID, "%s%n", SIGN_ES256, TOKEN_INVALID },
		{ "no key id", "\"kid\":\"" KID "\",", "", SIGN_ES256, TOKEN_INVALID },
		{ "another typ",                  "JWT", "at+jwt", SIGN_ES256, TOKEN_INVALID },
		{ "typ in small letters",         "JWT", "jwt", SIGN_ES256, TOKEN_INVALID },
		{ "no typ", ",\"typ\":\"JWT\"", "", SIGN_ES256, TOKEN_INVALID },
		{ "crit", "{", "{\"crit\":[\"exp\"],", SIGN_ES256, TOKEN_INVALID },
		{ "jku", "{", "{\"jku\":\"https://x.jp/\",", SIGN_ES256, TOKEN_INVALID },
		{ "jwk",
		  "{", "{\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\""
		  RFC_Y "\"},", SIGN_ES256, TOKEN_INVALID },
		{ "x5u", "{", "{\"x5u\":\"https://x.jp/\",", SIGN_ES256, TOKEN_INVALID },
		{ "b64 false", "{", "{\"b64\":false,", SIGN_ES256, TOKEN_INVALID },
		{ "a space",                      ",", ", ", SIGN_ES256, TOKEN_INVALID },
		{ "an escape for a letter", "ES256", "\\u0045S256", SIGN_ES256, TOKEN_INVALID },
		{ "something behind",             "", " ", SIGN_ES256, TOKEN_INVALID },
		/* clang-format on */
	};
	const struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct token_parts parts = right_parts(fixture);

		text_replace(parts.header, rows[i].old, rows[i].new);
		const char *const forged = forge(fixture, &parts, rows[i].signing);
		if (open_now(fixture, forged) != rows[i].result)
			fail_msg("%s", rows[i].why);
	}
}

/* asvs 9.2.1 9.2.3 15.3.5 */
static void
claims_are_all_there_once_of_their_type_and_no_other(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *old;
		const char *new;
		enum result result;
	} rows[] = {
		{ "nothing changed: forging itself works", "sub", "sub", OK },
		{ "another account",           "-_8CAwQ", "-_8CAwU", OK },
		{ "the shortest life",         "\"exp\":" LATER_TEXT, "\"exp\":1795309324", OK },
		{ "a log-in long ago",         LOGIN_TEXT, "1", OK },
		{ "a log-in just now",         LOGIN_TEXT, NOW_TEXT, OK },
		/* missing */
		{ "no iss",      "\"iss\":\"myportal\",", "", TOKEN_INVALID },
		{ "no aud",      "\"aud\":\"myportal/access\",", "", TOKEN_INVALID },
		{ "no sub",      "\"sub\":\"" ACCOUNT_TEXT "\",", "", TOKEN_INVALID },
		{ "no sid",      "\"sid\":\"" SESSION_TEXT "\",", "", TOKEN_INVALID },
		{ "jti by another name", "\"jti\"", "\"jtj\"", TOKEN_INVALID },
		{ "no auth_time", "\"auth_time\":" LOGIN_TEXT ",", "", TOKEN_INVALID },
		{ "no iat",      "\"iat\":" NOW_TEXT ",", "", TOKEN_INVALID },
		{ "no nbf",      "\"nbf\":" NOW_TEXT ",", "", TOKEN_INVALID },
		{ "no exp",      ",\"exp\":" LATER_TEXT, "", TOKEN_INVALID },
		/* another value */
		{ "another issuer",
		  "\"myportal\"",      "\"myportals\"",      TOKEN_INVALID },
		{ "an empty issuer",
		  "\"myportal\"",      "\"\"",               TOKEN_INVALID },
		{ "a stage token's audience",
		  "myportal/access",   "myportal/account",   TOKEN_INVALID },
		{ "another service's audience",
		  "myportal/access",   "yourportal/access",  TOKEN_INVALID },
		{ "nbf before iat",
		  "\"nbf\":" NOW_TEXT, "\"nbf\":1795309322", TOKEN_INVALID },
		{ "nbf after iat",
		  "\"nbf\":" NOW_TEXT, "\"nbf\":1795309324", TOKEN_INVALID },
		{ "iat beyond exp",
		  "\"iat\":" NOW_TEXT, "\"iat\":1795309924", TOKEN_INVALID },
		/* ids */
		{ "an id of 15 bytes", "DA0OAA", "DA0O", TOKEN_INVALID },
		{ "an id of 17 bytes", "DA0OAA", "DA0OAAA", TOKEN_INVALID },
		{ "an empty id", ACCOUNT_TEXT, "", TOKEN_INVALID },
		{ "spare bits in an id", "DA0OAA", "DA0OAB", TOKEN_INVALID },
		{ "spare bits in the other", "DA0OEA", "DA0OEB", TOKEN_INVALID },
		{ "padding behind an id", "DA0OAA", "DA0OAA==", TOKEN_INVALID },
		{ "the other alphabet's id", "-_8CAwQ", "+/8CAwQ", TOKEN_INVALID },
		{ "an id a number", "\"" ACCOUNT_TEXT "\"", "1", TOKEN_INVALID },
		{ "an id null", "\"" SESSION_TEXT "\"", "null", TOKEN_INVALID },
		{ "jti empty", "\"jti\":\"", "\"jti\":\"\",\"jtj\":\"", TOKEN_INVALID },
		{ "jti a byte longer", "\"jti\":\"", "\"jti\":\"AA", TOKEN_INVALID },
		/* types and ranges of times */
		{ "exp a string",              LATER_TEXT, "\"" LATER_TEXT "\"", TOKEN_INVALID },
		{ "exp a fraction",            LATER_TEXT, LATER_TEXT ".0", TOKEN_INVALID },
		{ "exp with an exponent",      LATER_TEXT, "1.795309923e9", TOKEN_INVALID },
		{ "exp true",                  LATER_TEXT, "true", TOKEN_INVALID },
		{ "exp null",                  LATER_TEXT, "null", TOKEN_INVALID },
		{ "exp a list",                LATER_TEXT, "[" LATER_TEXT "]", TOKEN_INVALID },
		{ "exp empty",                 LATER_TEXT, "", TOKEN_INVALID },
		{ "exp zero",                  LATER_TEXT, "0", TOKEN_INVALID },
		{ "exp negative",              LATER_TEXT, "-1", TOKEN_INVALID },
		{ "exp with a plus",           LATER_TEXT, "+" LATER_TEXT, TOKEN_INVALID },
		{ "exp 2^63 - 1",              LATER_TEXT, "9223372036854775807", TOKEN_INVALID },
		{ "exp 2^63",                  LATER_TEXT, "9223372036854775808", TOKEN_INVALID },
		{ "exp 2^64 more than right",  LATER_TEXT, "18446744075504861539", TOKEN_INVALID },
		{ "exp -2^63",                 LATER_TEXT, "-9223372036854775808", TOKEN_INVALID },
		{ "exp 1e999",                 LATER_TEXT, "1e999", TOKEN_INVALID },
		{ "exp with a leading zero",   LATER_TEXT, "0" LATER_TEXT, TOKEN_INVALID },
		{ "exp at iat",                LATER_TEXT, NOW_TEXT, TOKEN_INVALID },
		{ "exp before iat",            LATER_TEXT, "1795309322", TOKEN_INVALID },
		{ "exp a second too late",     LATER_TEXT, "1795309924", TOKEN_INVALID },
		{ "iat a string", "\"iat\":" NOW_TEXT, "\"iat\":\"" NOW_TEXT "\"", TOKEN_INVALID },
		{ "iat -0",                    "\"iat\":" NOW_TEXT, "\"iat\":-0", TOKEN_INVALID },
		{ "nbf a string", "\"nbf\":" NOW_TEXT, "\"nbf\":\"" NOW_TEXT "\"", TOKEN_INVALID },
		{ "nbf with a leading zero",
		  "\"nbf\":" NOW_TEXT, "\"nbf\":0" NOW_TEXT, TOKEN_INVALID },
		{ "a log-in after iat",        LOGIN_TEXT, "1795309324", TOKEN_INVALID },
		{ "a log-in at no time",       LOGIN_TEXT, "0", TOKEN_INVALID },
		{ "a log-in negative",         LOGIN_TEXT, "-1", TOKEN_INVALID },
		{ "a log-in a fraction",       LOGIN_TEXT, LOGIN_TEXT ".5", TOKEN_INVALID },
		{ "iss a list",                "\"myportal\"", "[\"myportal\"]", TOKEN_INVALID },
		{ "aud a list", "\"myportal/access\"", "[\"myportal/access\"]", TOKEN_INVALID },
		/* doubled, and more than ours */
		{ "exp before exp", "\"exp\"", "\"exp\":1,\"exp\"", TOKEN_INVALID },
		{ "exp again at the end", "}", ",\"exp\":1795309923}", TOKEN_INVALID },
		{ "sub again", "\"sub\"", "\"sub\":\"" SESSION_TEXT "\",\"sub\"", TOKEN_INVALID },
		{ "sub again behind all", "}", ",\"sub\":\"" SESSION_TEXT "\"}", TOKEN_INVALID },
		{ "a claim before all", "{", "{\"a\":1,", TOKEN_INVALID },
		{ "a claim behind all others", "}", ",\"z\":0}", TOKEN_INVALID },
		/* another spelling of the same */
		{ "a space",                   ",", ", ", TOKEN_INVALID },
		{ "a space before a number",   "\"exp\":", "\"exp\": ", TOKEN_INVALID },
		{ "a space before all",        "{", " {", TOKEN_INVALID },
		{ "a line end behind all",     "", "\n", TOKEN_INVALID },
		{ "something behind all",      "", "x", TOKEN_INVALID },
		{ "a second object behind",    "", "{}", TOKEN_INVALID },
		{ "an escape for the slash",   "myportal/", "myportal\\/", TOKEN_INVALID },
		{ "an escaped name",           "\"iss\"", "\"\\u0069ss\"", TOKEN_INVALID },
		{ "a byte order mark",         "{", "\xEF\xBB\xBF{", TOKEN_INVALID },
		{ "no object",                 "{", "[", TOKEN_INVALID },
		{ "an object not closed",      "}", "", TOKEN_INVALID },
		{ "an object closed twice",    "}", "}}", TOKEN_INVALID },
		{ "claims in another order",
		  "{\"iss\":\"myportal\",\"aud\":\"myportal/access\"",
		  "{\"aud\":\"myportal/access\",\"iss\":\"myportal\"", TOKEN_INVALID },
	};
	/* clang-format on */
	const struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct token_parts parts = right_parts(fixture);

		text_replace(parts.payload, rows[i].old, rows[i].new);
		const enum result result = open_now(fixture, forge(fixture, &parts, SIGN_ES256));
		if (result != rows[i].result)
			fail_msg("%s: %s", rows[i].why, result_code(result));
	}
}

static void
a_payload_that_is_no_object_of_claims_is_refused(void **state)
{
	static const char *const payloads[] = { "", "{}", "{", "\"access\"", "1", "null", "[]", " ",
		"[[[[[[[[[[[[[[[[",
		"{\"iss\":\"myportal\",\"aud\":\"myportal/access\",\"sub\":\"" };
	const struct fixture *const fixture = *state;
	struct token_parts parts = right_parts(fixture);

	for (size_t i = 0; i < LENGTH(payloads); i++) {
		assert_true(text_copy(parts.payload, sizeof parts.payload, payloads[i]));
		if (open_now(fixture, forge(fixture, &parts, SIGN_ES256)) != TOKEN_INVALID)
			fail_msg("opened with payload %s", payloads[i]);
	}
	memset(parts.payload, '[', 600); /* more than any payload of ours, rightly signed */
	parts.payload[600] = '\0';
	assert_int_equal(open_now(fixture, forge(fixture, &parts, SIGN_ES256)), TOKEN_INVALID);
}

/* A NUL in the payload hides nothing behind it. */
static void
a_payload_ends_where_it_ends(void **state)
{
	const struct fixture *const fixture = *state;
	const struct token_parts parts = right_parts(fixture);
	char payload[TOKEN_PART_SIZE], forged[FORGED_SIZE], signature[256];
	const size_t length = strlen(parts.payload);

	memcpy(payload, parts.payload, length);
	memcpy(payload + length, "\0x", 2);
	for (size_t more = 0; more <= 2; more++) {
		secret_base64url(parts.header, strlen(parts.header), forged);
		strcat(forged, ".");
		secret_base64url(payload, length + more, forged + strlen(forged));
		sign_text(fixture, SIGN_ES256, forged, signature);
		strcat(forged, ".");
		strcat(forged, signature);
		assert_int_equal(open_now(fixture, forged), more == 0 ? OK : TOKEN_INVALID);
	}
}

/* As a_signature_has_one_spelling, for what is in nobody's hands but chance's. */
static void
a_jti_has_one_spelling(void **state)
{
	static const struct {
		const char *why;
		const char *
		    last; /* in the place of the last of 22 characters, which has four spare bits */
		enum result result;
	} rows[] = {
		{ "its last bits otherwise", "Q", OK },
		{ "spare bits", "R", TOKEN_INVALID },
		{ "a character less", "", TOKEN_INVALID },
		{ "a character more", "QA", TOKEN_INVALID },
		{ "padding", "Q=", TOKEN_INVALID },
	};
	const struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct token_parts parts = right_parts(fixture);
		char *const last = strstr(parts.payload, "\"jti\":\"") + strlen("\"jti\":\"") + 21;
		char rest[TOKEN_PART_SIZE];

		assert_true(text_copy(rest, sizeof rest, last + 1));
		assert_true(text_format(last, 500, "%s%s", rows[i].last, rest));
		if (open_now(fixture, forge(fixture, &parts, SIGN_ES256)) != rows[i].result)
			fail_msg("%s", rows[i].why);
	}
}

/* Whichever key signed: a beginning of its header is not its header. */
static void
a_header_is_there_whole(void **state)
{
	static const enum signing signings[] = { SIGN_ES256, SIGN_BY_OLD, SIGN_BY_NEXT };
	const struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1], forged[FORGED_SIZE], signature[256];

	seal_some(fixture, token);
	const char *const payload = strchr(token, '.');
	const char *const end = strrchr(token, '.');
	for (size_t length = 0; length < (size_t)(payload - token); length += 3)
		for (size_t i = 0; i < LENGTH(signings); i++) {
			assert_true(text_format(forged, sizeof forged, "%.*s%.*s", (int)length,
			    token, (int)(end - payload), payload));
			sign_text(fixture, signings[i], forged, signature);
			strcat(forged, ".");
			strcat(forged, signature);
			assert_int_equal(open_now(fixture, forged), TOKEN_INVALID);
		}
}

/* asvs 9.1.1 */
static void
not_one_character_may_be_another(void **state)
{
	const struct token_opening opening = { open_now, *state };
	char token[TOKEN_MAX + 1];

	seal_some(*state, token);
	assert_no_other_character_opens(&opening, token);
}

/* 64 bytes leave four spare bits in the last of 86 characters: 15 other spellings. */
static void
a_signature_has_one_spelling(void **state)
{
	const struct token_opening opening = { open_now, *state };
	char token[TOKEN_MAX + 1];

	seal_some(*state, token);
	assert_signature_has_one_spelling(&opening, token);
}

static void
signature_write(const BIGNUM *r, const BIGNUM *s, char *ret)
{
	uint8_t bytes[64];

	assert_int_equal(BN_bn2binpad(r, bytes, 32), 32);
	assert_int_equal(BN_bn2binpad(s, bytes + 32, 32), 32);
	secret_base64url(bytes, sizeof bytes, ret);
}

/* Numbers that no signature has (the "psychic signature" of zeros among them), and the one twin
 * that every ECDSA signature has: known, and harmless, as access_token.h says. */
static void
odd_numbers_sign_nothing_but_the_twin(void **state)
{
	const struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1];
	uint8_t bytes[64];
	size_t size;
	BIGNUM *n = NULL, *zero = BN_new(), *one = BN_new(), *all = BN_new(), *twin = BN_new();

	seal_some(fixture, token);
	char *const signature = strrchr(token, '.') + 1;
	assert_true(secret_unbase64url(signature, strlen(signature), bytes, sizeof bytes, &size));
	BIGNUM *const r = BN_bin2bn(bytes, 32, NULL), *const s = BN_bin2bn(bytes + 32, 32, NULL);
	assert_int_equal(EVP_PKEY_get_bn_param(fixture->signing, OSSL_PKEY_PARAM_EC_ORDER, &n), 1);
	BN_zero(zero);
	BN_one(one);
	BN_lshift(all, one, 256);
	BN_sub(all, all, one);
	BN_sub(twin, n, s);

	const struct {
		const char *why;
		const BIGNUM *r;
		const BIGNUM *s;
		enum result result;
	} rows[] = {
		/* clang-format off */
		{ "as it was",       r,    s,    OK },
		{ "the twin",        r,    twin, OK },
		{ "zeros",           zero, zero, TOKEN_INVALID },
		{ "r zero",          zero, s,    TOKEN_INVALID },
		{ "s zero",          r,    zero, TOKEN_INVALID },
		{ "r the order",     n,    s,    TOKEN_INVALID },
		{ "s the order",     r,    n,    TOKEN_INVALID },
		{ "both the order",  n,    n,    TOKEN_INVALID },
		{ "ones",            one,  one,  TOKEN_INVALID },
		{ "all bits set",    all,  all,  TOKEN_INVALID },
		{ "s and r",         s,    r,    TOKEN_INVALID },
		/* clang-format on */
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		signature_write(rows[i].r, rows[i].s, signature);
		if (open_now(fixture, token) != rows[i].result)
			fail_msg("%s", rows[i].why);
	}
	BIGNUM *const numbers[] = { n, zero, one, all, twin, r, s };
	for (size_t i = 0; i < LENGTH(numbers); i++)
		BN_free(numbers[i]);
}

static void
no_part_of_a_token_is_a_token(void **state)
{
	static const char *const tokens[] = { "", ".", "..", "...", "a..", ".a.", "..a", "a.a.a",
		"a.a", "a", "e30.e30.", "e30..", "e30.e30.e30.e30", "eyJhbGciOiJub25lIn0..",
		"\x80.\x80.\x80", "\xFF" };
	const struct token_opening opening = { open_now, *state };
	char token[TOKEN_MAX + 1];

	for (size_t i = 0; i < LENGTH(tokens); i++)
		if (open_now(*state, tokens[i]) != TOKEN_INVALID)
			fail_msg("\"%s\"", tokens[i]);
	seal_some(*state, token);
	assert_no_part_opens(&opening, token);
}

static void
long_tokens_are_refused_unread(void **state)
{
	const struct token_opening opening = { open_now, *state };

	assert_long_ones_do_not_open(&opening);
}

/* Other implementations. */

/* The key of these coordinates; with `d`, the private one. */
static EVP_PKEY *
key_of(const char *x, const char *y, const char *d)
{
	EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM_BLD *const build = OSSL_PARAM_BLD_new();
	uint8_t point[65] = { 4 }, private[32];
	BIGNUM *number = NULL;
	EVP_PKEY *pkey = NULL;
	size_t size;

	assert_true(secret_unbase64url(x, strlen(x), point + 1, 32, &size) && size == 32);
	assert_true(secret_unbase64url(y, strlen(y), point + 33, 32, &size) && size == 32);
	OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
	OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
	if (d != NULL) {
		assert_true(secret_unbase64url(d, strlen(d), private, 32, &size) && size == 32);
		number = BN_bin2bn(private, sizeof private, NULL);
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number);
	}
	OSSL_PARAM *const params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey,
			     d != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params),
	    1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(number);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static void
assert_published_is(struct access_keys *keys, size_t i, const char *kid, EVP_PKEY *pkey)
{
	struct jwk jwks[KEYS_MAX];

	assert_true(i < access_keys_jwks(keys, jwks));
	assert_string_equal(jwks[i].kid, kid);
	assert_int_equal(strlen(jwks[i].x), 43);
	assert_int_equal(strlen(jwks[i].y), 43);
	EVP_PKEY *const published = key_of(jwks[i].x, jwks[i].y, NULL);
	assert_int_equal(EVP_PKEY_eq(published, pkey), 1);
	EVP_PKEY_free(published);
}

static void
all_public_keys_are_shown_newest_first(void **state)
{
	const struct fixture *const fixture = *state;
	struct jwk jwks[KEYS_MAX];

	assert_published_is(fixture->keys, 0, NEXT_KID, fixture->next);
	assert_published_is(fixture->keys, 1, KID, fixture->signing);
	assert_published_is(fixture->keys, 2, OLD_KID, fixture->old);
	assert_int_equal(access_keys_jwks(fixture->keys, jwks), 3);
}

static void
libjwt_takes_our_tokens_with_the_published_key(void **state)
{
	const struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1], pem[PEM_SIZE];
	struct jwk jwks[KEYS_MAX];
	jwt_t *jwt = NULL;

	assert_int_equal(access_keys_jwks(fixture->keys, jwks), 3);
	EVP_PKEY *const published = key_of(jwks[1].x, jwks[1].y, NULL);
	const size_t length = public_pem(published, pem);
	for (int i = 0; i < 50; i++) {
		seal_some(fixture, token);
		assert_int_equal(
		    jwt_decode(&jwt, token, (const unsigned char *)pem, (int)length), 0);
		assert_int_equal(jwt_get_alg(jwt), JWT_ALG_ES256);
		assert_string_equal(jwt_get_header(jwt, "kid"), KID);
		assert_string_equal(jwt_get_grant(jwt, "iss"), "myportal");
		assert_string_equal(jwt_get_grant(jwt, "aud"), "myportal/access");
		assert_string_equal(jwt_get_grant(jwt, "sub"), ACCOUNT_TEXT);
		assert_string_equal(jwt_get_grant(jwt, "sid"), SESSION_TEXT);
		assert_int_equal(jwt_get_grant_int(jwt, "auth_time"), 1795300000);
		assert_int_equal(jwt_get_grant_int(jwt, "iat"), NOW);
		assert_int_equal(jwt_get_grant_int(jwt, "nbf"), NOW);
		assert_int_equal(jwt_get_grant_int(jwt, "exp"), NOW + 600);
		jwt_free(jwt);
	}
	EVP_PKEY_free(published);
	ERR_clear_error();
}

/* By the key of this id, whatever the header of the text says. */
static enum result
verify_by_kid(struct access_keys *keys, const char *kid, const char *text, const char *signature)
{
	CLEANUP(access_key_release) struct access_key_held held = { 0 };
	char header[ACCESS_HEADER_MAX], encoded[SECRET_BASE64_MAX(ACCESS_HEADER_MAX) + 1];

	assert_true(text_format(
	    header, sizeof header, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", kid));
	secret_base64url(header, strlen(header), encoded);
	if (!access_keys_hold_of_header(keys, encoded, strlen(encoded), &held))
		return TOKEN_INVALID;
	return access_key_verify(held.key, text, strlen(text), signature);
}

static void
the_vector_of_rfc_7515_verifies(void **state)
{
	static const struct {
		const char *why;
		const char *kid;
		const char *input;
		const char *signature;
		enum result result;
	} rows[] = {
		/* clang-format off */
		{ "A.3 as it stands",      KID, RFC_INPUT, RFC_SIGNATURE, OK },
		{ "by another key",        OLD_KID, RFC_INPUT, RFC_SIGNATURE, TOKEN_INVALID },
		{ "by no key",             "x", RFC_INPUT, RFC_SIGNATURE, TOKEN_INVALID },
		{ "by a key of no id",     "", RFC_INPUT, RFC_SIGNATURE, TOKEN_INVALID },
		{ "another input",         KID, "f" RFC_INPUT, RFC_SIGNATURE, TOKEN_INVALID },
		{ "no input",              KID, "", RFC_SIGNATURE, TOKEN_INVALID },
		{ "no signature",          KID, RFC_INPUT, "", TOKEN_INVALID },
		{ "another signature",     KID, RFC_INPUT, "E" RFC_SIGNATURE, TOKEN_INVALID },
		/* clang-format on */
	};
	struct fixture *const fixture = *state;
	EVP_PKEY *const pkey = key_of(RFC_X, RFC_Y, RFC_D);

	pem_put(fixture, ACCESS(KID), pkey);
	CLEANUP(close_keys)
	struct access_keys *const keys = access_keys_open(fixture->folder, fixture->why);
	if (keys == NULL)
		fail_msg("%s", fixture->why);
	struct jwk jwks[KEYS_MAX];
	assert_int_equal(access_keys_jwks(keys, jwks), 3);
	assert_string_equal(jwks[1].x, RFC_X);
	assert_string_equal(jwks[1].y, RFC_Y);
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (verify_by_kid(keys, rows[i].kid, rows[i].input, rows[i].signature) !=
		    rows[i].result)
			fail_msg("%s", rows[i].why);
	EVP_PKEY_free(pkey);
}

/* Keys. */

static EVP_PKEY *
another_kind(const char *kind)
{
	if (strcmp(kind, "RSA") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	if (strcmp(kind, "ED25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
}

/* asvs 11.2.3 11.6.1 */
static void
keys_of_another_kind_are_refused(void **state)
{
	static const char *const kinds[] = { "RSA", "ED25519", "P-384", "P-521", "secp256k1",
		"brainpoolP256r1", "P-224" };
	struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(kinds); i++) {
		EVP_PKEY *const pkey = another_kind(kinds[i]);
		assert_non_null(pkey);
		pem_put(fixture, ACCESS(KID), pkey);
		EVP_PKEY_free(pkey);
		if (access_keys_open(fixture->folder, fixture->why) != NULL)
			fail_msg("taken: %s", kinds[i]);
		assert_non_null(strstr(fixture->why, ACCESS(KID)));
		assert_non_null(strstr(fixture->why, "must be a private key of P-256"));
		assert_int_equal(ERR_peek_error(), 0);
	}
}

/* The private half of one key with the public half of another. */
static void
put_a_false_pair(struct fixture *fixture)
{
	static const char head[] = "-----BEGIN PRIVATE KEY-----\n";
	char pem[PEM_SIZE], body[PEM_SIZE], false_pem[PEM_SIZE];
	uint8_t der[256], other[256];
	char *at = body;

	for (int i = 0; i < 2; i++) {
		pem_of(i == 0 ? fixture->signing : fixture->old, pem);
		char *const end = strstr(pem, "-----END");
		at = body;
		for (const char *from = pem + strlen(head); from < end; from++)
			if (*from != '\n')
				*at++ = *from;
		*at = '\0';
		assert_int_equal(
		    EVP_DecodeBlock(i == 0 ? der : other, (const uint8_t *)body, (int)strlen(body)),
		    138);
	}
	memcpy(der + 138 - 64, other + 138 - 64, 64);
	EVP_EncodeBlock((uint8_t *)body, der, 138);
	assert_true(text_format(false_pem, sizeof false_pem,
	    "%s%.64s\n%.64s\n%s\n-----END PRIVATE KEY-----\n", head, body, body + 64, body + 128));
	key_file_put(fixture->folder, ACCESS(KID), false_pem, 0400);
}

static void
put_an_encrypted_key(struct fixture *fixture)
{
	BIO *const bio = BIO_new(BIO_s_mem());
	char pem[PEM_SIZE];

	PEM_write_bio_PKCS8PrivateKey(
	    bio, fixture->signing, EVP_aes_128_cbc(), "secret", 6, NULL, NULL);
	assert_int_equal(bio_take(bio, pem), 399);
	key_file_put(fixture->folder, ACCESS(KID), pem, 0400);
}

/* As `openssl ecparam -genkey` writes it. */
static void
put_a_sec1_key(struct fixture *fixture)
{
	BIO *const bio = BIO_new(BIO_s_mem());
	char pem[PEM_SIZE];

	PEM_write_bio_PrivateKey_traditional(bio, fixture->signing, NULL, NULL, 0, NULL, NULL);
	bio_take(bio, pem);
	assert_non_null(strstr(pem, "EC PRIVATE"));
	key_file_put(fixture->folder, ACCESS(KID), pem, 0400);
}

static void
put_a_public_key(struct fixture *fixture)
{
	char pem[PEM_SIZE];

	public_pem(fixture->signing, pem);
	key_file_put(fixture->folder, ACCESS(KID), pem, 0400);
}

static void
put_something_behind(struct fixture *fixture)
{
	char pem[PEM_SIZE];

	pem_of(fixture->signing, pem);
	strcat(pem, "behind\n");
	key_file_put(fixture->folder, ACCESS(KID), pem, 0400);
}

static void
put_a_readable_key(struct fixture *fixture)
{
	char pem[PEM_SIZE];

	pem_of(fixture->signing, pem);
	key_file_put(fixture->folder, ACCESS(KID), pem, 0440);
}

static void
put_a_cut_key(struct fixture *fixture)
{
	char pem[PEM_SIZE];

	pem_of(fixture->signing, pem);
	pem[150] = '\0';
	key_file_put(fixture->folder, ACCESS(KID), pem, 0400);
}

static void
put_an_empty_file(struct fixture *fixture)
{
	key_file_put(fixture->folder, ACCESS(KID), "", 0400);
}

static void
put_a_link(struct fixture *fixture)
{
	const char *const path = key_file_path(fixture->folder, ACCESS(KID));

	unlink(path);
	assert_int_equal(symlink(ACCESS(OLD_KID), path), 0);
}

static void
put_no_key(struct fixture *fixture)
{
	keys_folder_empty(fixture->folder);
}

static void
open_to_the_group(struct fixture *fixture)
{
	assert_int_equal(chmod(fixture->folder, 0770), 0);
}

/* At the start and at a refresh: then the old keys go on. */
static void
faulty_keys_are_refused_and_the_old_ones_go_on(void **state)
{
	static const struct {
		const char *why;
		void (*disorder)(struct fixture *);
		const char *complaint;
	} rows[] = {
		/* clang-format off */
		{ "halves of two keys",            put_a_false_pair,     "P-256" },
		{ "an encrypted key",              put_an_encrypted_key, "P-256" },
		{ "the older form",                put_a_sec1_key,       "P-256" },
		{ "a public key",                  put_a_public_key,     "P-256" },
		{ "a key and something behind",    put_something_behind, "P-256" },
		{ "a key cut off",                 put_a_cut_key,        "P-256" },
		{ "an empty file",                 put_an_empty_file,    "P-256" },
		{ "a key that the group may read", put_a_readable_key,   "0400" },
		{ "a symbolic link",               put_a_link,           "symbolic link" },
		{ "no key at all",                 put_no_key,           "no access key" },
		{ "a folder the group may change", open_to_the_group,    "0700" },
		/* clang-format on */
	};
	struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1];
	bool changed;

	seal_some(fixture, token);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		rows[i].disorder(fixture);
		if (access_keys_open(fixture->folder, fixture->why) != NULL)
			fail_msg("taken in spite of %s", rows[i].why);
		if (strstr(fixture->why, rows[i].complaint) == NULL)
			fail_msg("%s: the complaint is \"%s\"", rows[i].why, fixture->why);
		assert_null(strstr(fixture->why, "MIG"));
		if (access_keys_refresh(fixture->keys, &changed, fixture->why) || changed)
			fail_msg("refreshed in spite of %s", rows[i].why);
		assert_non_null(strstr(fixture->why, rows[i].complaint));
		assert_int_equal(open_now(fixture, token), OK);
		seal_some(fixture, token);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

/* Refreshing and remembering. */

static void
a_removed_key_opens_nothing_at_once_remembered_or_not(void **state)
{
	struct fixture *const fixture = *state;
	char remembered[TOKEN_MAX + 1], unseen[TOKEN_MAX + 1], token[TOKEN_MAX + 1];
	bool changed;

	seal_some(fixture, remembered);
	seal_some(fixture, unseen);
	assert_int_equal(open_now(fixture, remembered), OK);
	assert_true(access_keys_refresh(fixture->keys, &changed, fixture->why));
	assert_false(changed);

	unlink(key_file_path(fixture->folder, ACCESS(KID)));
	assert_true(access_keys_refresh(fixture->keys, &changed, fixture->why));
	assert_true(changed);
	assert_int_equal(open_now(fixture, remembered), TOKEN_INVALID);
	assert_int_equal(open_now(fixture, unseen), TOKEN_INVALID);
	seal_some(fixture, token);
	const struct token_parts parts = token_parts_of(token);
	assert_non_null(strstr(parts.header, OLD_KID)); /* the previous one signs again */
	assert_int_equal(open_now(fixture, token), OK);
}

static void
a_file_of_the_same_name_and_another_key_is_noticed(void **state)
{
	struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1];
	bool changed;

	seal_some(fixture, token);
	assert_int_equal(open_now(fixture, token), OK);
	EVP_PKEY_free(key_put(fixture, ACCESS(KID)));
	assert_true(access_keys_refresh(fixture->keys, &changed, fixture->why));
	assert_true(changed);
	assert_int_equal(open_now(fixture, token), TOKEN_INVALID);
}

/* More tokens than there are places, twice over: each is opened to its own claims. */
static void
a_full_cache_mixes_up_nobody(void **state)
{
	enum { TOKENS = 6000 };
	const struct fixture *const fixture = *state;
	struct access_claims claims = some_access_claims(), opened;
	char(*const tokens)[TOKEN_MAX + 1] = calloc(TOKENS, sizeof *tokens);

	assert_non_null(tokens);
	for (unsigned i = 0; i < TOKENS; i++) {
		memcpy(claims.sub, &i, sizeof i);
		seal_access(fixture->keys, &claims, tokens[i]);
	}
	for (unsigned i = 0; i < 2 * TOKENS; i++) {
		const unsigned which = i % TOKENS;

		assert_int_equal(access_token_open(fixture->keys, tokens[which], NOW, &opened), OK);
		assert_memory_equal(opened.sub, &which, sizeof which);
	}
	free(tokens);
}

/* Of this thread: what else the machine does costs it nothing. */
static int64_t
cpu_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

/* A remembered token costs a hash, not a verification; by its time alone, with room for noise. */
static void
a_remembered_token_is_cheap(void **state)
{
	const struct fixture *const fixture = *state;
	const struct access_claims claims = some_access_claims();
	struct access_claims opened;
	static char tokens[500][TOKEN_MAX + 1];
	int64_t us[3];

	const int64_t start = cpu_us();
	for (size_t i = 0; i < LENGTH(tokens); i++)
		seal_access(fixture->keys, &claims, tokens[i]);
	us[0] = cpu_us() - start;
	for (size_t round = 1; round < LENGTH(us); round++) {
		const int64_t begun = cpu_us();
		for (size_t i = 0; i < LENGTH(tokens); i++)
			assert_int_equal(
			    access_token_open(fixture->keys, tokens[i], NOW, &opened), OK);
		us[round] = cpu_us() - begun;
	}
	print_message("[   INFO   ] us each: seal %.1f, open anew %.1f, again %.1f\n",
	    (double)us[0] / LENGTH(tokens), (double)us[1] / LENGTH(tokens),
	    (double)us[2] / LENGTH(tokens));
	assert_true(us[2] * 2 < us[1]);
}

#define COMING_KID "20261210T010203Z-00000003"

struct openers {
	struct access_keys *keys;
	char tokens[8][TOKEN_MAX + 1];
	atomic_bool over;
	atomic_uint wrong;
};

/* The set as it was at one moment: with the key that comes and goes, or without it, and the others
 * once each behind it, so that whoever keeps the set misses none. */
static bool
set_is_whole(struct access_keys *keys)
{
	struct jwk jwks[KEYS_MAX];
	const size_t count = access_keys_jwks(keys, jwks);

	return (count == 3 || (count == 4 && strcmp(jwks[0].kid, COMING_KID) == 0)) &&
	       strcmp(jwks[count - 3].kid, NEXT_KID) == 0 &&
	       strcmp(jwks[count - 2].kid, KID) == 0 && strcmp(jwks[count - 1].kid, OLD_KID) == 0;
}

/* Does nothing else, so that each exchange meets it while it reads. */
static void *
keep_listing(void *argument)
{
	struct openers *const openers = argument;

	while (!atomic_load(&openers->over))
		atomic_fetch_add(&openers->wrong, !set_is_whole(openers->keys));
	return NULL;
}

static void *
keep_opening(void *argument)
{
	struct openers *const openers = argument;
	struct access_claims claims = some_access_claims(), opened;
	char token[TOKEN_MAX + 1];

	for (unsigned i = 0; !atomic_load(&openers->over); i++) {
		bool right = access_token_open(
				 openers->keys, openers->tokens[i % 8], NOW, &opened) == OK &&
			     opened.sub[0] == i % 8;

		claims.sub[0] = (uint8_t)i;
		right = right && access_token_seal(openers->keys, &claims, token) == OK &&
			access_token_open(openers->keys, token, NOW, &opened) == OK &&
			opened.sub[0] == (uint8_t)i;
		atomic_fetch_add(&openers->wrong, !right);
	}
	return NULL;
}

/* A next key comes and goes; those that signed the tokens at hand stay. */
/* asvs 15.4.1 */
static void
threads_open_while_keys_are_exchanged(void **state)
{
	struct fixture *const fixture = *state;
	struct access_claims claims = some_access_claims();
	static struct openers openers;
	pthread_t threads[4];
	bool changed;

	openers = (struct openers){ .keys = fixture->keys };
	for (uint8_t i = 0; i < 8; i++) {
		claims.sub[0] = i;
		seal_access(fixture->keys, &claims, openers.tokens[i]);
	}
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     i == 0 ? keep_listing : keep_opening, &openers),
		    0);
	for (int round = 0; round < 30; round++) {
		EVP_PKEY_free(key_put(fixture, ACCESS(COMING_KID)));
		assert_true(access_keys_refresh(fixture->keys, &changed, fixture->why) && changed);
		usleep(5000);
		unlink(key_file_path(fixture->folder, ACCESS(COMING_KID)));
		assert_true(access_keys_refresh(fixture->keys, &changed, fixture->why) && changed);
		usleep(5000);
	}
	atomic_store(&openers.over, true);
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(atomic_load(&openers.wrong), 0);
}

static void
a_key_of_ours_is_written_in_the_form_we_take(void **state)
{
	struct fixture *const fixture = *state;
	char pem[KEY_FILE_MAX + 1], other[KEY_FILE_MAX + 1];

	keys_folder_empty(fixture->folder);
	assert_true(access_key_write(pem));
	assert_true(access_key_write(other));
	assert_string_not_equal(pem, other);
	assert_int_equal(strlen(pem), 241);
	key_file_put(fixture->folder, ACCESS(KID), pem, 0400);
	CLEANUP(close_keys)
	struct access_keys *const keys = access_keys_open(fixture->folder, fixture->why);
	if (keys == NULL)
		fail_msg("%s", fixture->why);
	const struct access_claims claims = some_access_claims();
	char token[TOKEN_MAX + 1];
	seal_access(keys, &claims, token); /* alone, it signs */
	assert_int_equal(open_at(keys, token, NOW), OK);
}

/* The n-th time from now on that OpenSSL asks for memory in this thread there is none; 0: there
 * is. */
static _Thread_local unsigned starved_at;

static bool
is_starved(void)
{
	return starved_at > 0 && --starved_at == 0;
}

static void *
starving_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return is_starved() ? NULL : malloc(size);
}

static void *
starving_realloc(void *memory, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return is_starved() ? NULL : realloc(memory, size);
}

static void
starving_free(void *memory, const char *file, int line)
{
	(void)file, (void)line;
	free(memory);
}

/* Whoever is told that their token is none of ours logs in anew. */
static void
a_lack_of_memory_says_nothing_of_a_token(void **state)
{
	struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1];
	bool starved = true;
	unsigned times = 0;

	seal_some(fixture, token);
	assert_int_equal(open_at(fixture->keys, token, NOW), OK); /* and all is there for others */
	for (; starved; times += starved) {
		seal_some(fixture, token);
		starved_at = times + 1;
		const enum result opened = open_at(fixture->keys, token, NOW);
		starved = starved_at == 0;
		starved_at = 0;
		if (opened != OK && opened != UNAVAILABLE)
			fail_msg("%u: %s", times + 1, result_code(opened));
	}
	assert_in_range(times, 5, 10000);
}

/* As many as a service has that was asked by all at once: OpenSSL gives each thread that signs some
 * of its locked memory until the thread ends. */
#define THREADS 400

struct signer {
	struct fixture *fixture;
	pthread_barrier_t *all_have;
	enum result signed_;
	bool has_random;
};

static void *
sign_and_stay(void *context)
{
	struct signer *const signer = context;
	CLEANUP(access_key_release) struct access_key_held held = { 0 };
	char signature[ACCESS_SIGNATURE_MAX + 1];
	uint8_t random[8];

	access_keys_hold_signing(signer->fixture->keys, &held);
	signer->signed_ = access_key_sign(held.key, "text", strlen("text"), signature);
	signer->has_random = RAND_bytes(random, sizeof random) == 1; /* as TLS does */
	pthread_barrier_wait(signer->all_have);
	return NULL;
}

static void
threads_that_stay_can_all_sign(void **state)
{
	static struct signer signers[THREADS];
	static pthread_t threads[THREADS];
	pthread_barrier_t all_have;
	unsigned failed = 0;

	pthread_barrier_init(&all_have, NULL, THREADS);
	for (unsigned i = 0; i < THREADS; i++) {
		signers[i] = (struct signer){ .fixture = *state, .all_have = &all_have };
		assert_int_equal(pthread_create(&threads[i], NULL, sign_and_stay, &signers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		failed += signers[i].signed_ != OK || !signers[i].has_random;
	}
	pthread_barrier_destroy(&all_have);
	assert_int_equal(failed, 0);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		EACH(what_was_sealed_opens),
		EACH(a_token_is_what_its_header_promises),
		EACH(signatures_of_every_length_pass),
		EACH(times_that_no_token_may_have_are_not_sealed),
		EACH(a_token_lives_from_its_issue_to_its_expiry),
		EACH(a_token_has_no_say_in_what_opens_it),
		EACH(claims_are_all_there_once_of_their_type_and_no_other),
		EACH(a_payload_that_is_no_object_of_claims_is_refused),
		EACH(a_payload_ends_where_it_ends),
		EACH(a_jti_has_one_spelling),
		EACH(a_header_is_there_whole),
		EACH(not_one_character_may_be_another),
		EACH(a_signature_has_one_spelling),
		EACH(odd_numbers_sign_nothing_but_the_twin),
		EACH(no_part_of_a_token_is_a_token),
		EACH(long_tokens_are_refused_unread),
		EACH(all_public_keys_are_shown_newest_first),
		EACH(libjwt_takes_our_tokens_with_the_published_key),
		EACH(the_vector_of_rfc_7515_verifies),
		EACH(keys_of_another_kind_are_refused),
		EACH(faulty_keys_are_refused_and_the_old_ones_go_on),
		EACH(a_removed_key_opens_nothing_at_once_remembered_or_not),
		EACH(a_file_of_the_same_name_and_another_key_is_noticed),
		EACH(a_full_cache_mixes_up_nobody),
		EACH(a_remembered_token_is_cheap),
		EACH(threads_open_while_keys_are_exchanged),
		EACH(threads_that_stay_can_all_sign),
		EACH(a_lack_of_memory_says_nothing_of_a_token),
		EACH(a_key_of_ours_is_written_in_the_form_we_take),
	};
#undef EACH

#ifdef __SANITIZE_THREAD__ /* what one thread does, other builds watch in a tenth of the time */
	cmocka_set_test_filter("threads_*");
#endif
	if (CRYPTO_set_mem_functions(starving_malloc, starving_realloc, starving_free) != 1)
		return 1;
	access_keys_make_room(THREADS);
	return cmocka_run_group_tests_name("access_token", tests, NULL, NULL);
}
