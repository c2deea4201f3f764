/* token_test.c - a token of ours opens; whatever is nearly one does not, and hurts nothing.
 *
 * Forged tokens are made of a right one: its header or claims are changed as text and signed again
 * with the right key, so that nothing but the check in question can refuse them. */

#include "token.h"

#include "keys_folder.h"
#include "text.h"
#include "token_parts.h"

#include <jwt.h>
#include <sodium.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW         1795309323 /* 2026-11-22T01:02:03Z */
#define NOW_TEXT    "1795309323"
#define LATER_TEXT  "1795311123" /* half an hour */
#define LIFE_S      1800
#define USE         "identity"
#define CONTEXT     "hanako@example.jp 56789100"
#define LONGEST_USE "abcdefghijklmnopqrstuvw-"
#define DERIVE      "derive.key"
#define KID         "20261122T010203Z-1a2b3c4d"
#define OLD_KID     "20261115T010203Z-00000001"
#define NEXT_KID    "20261129T010203Z-00000002"
#define STAGE       "stage-" KID ".key"
#define OLD_STAGE   "stage-" OLD_KID ".key"
#define NEXT_STAGE  "stage-" NEXT_KID ".key"
#define SMALL_STACK ((size_t)48 * 1024) /* of the 100 KiB of a worker of civetweb */

struct fixture {
	struct keyring *ring;  /* a key that signs, an older one, and the next */
	struct keyring *old;   /* the older one alone, as it signed before the rotation */
	struct keyring *other; /* as made by somebody else under the same key id */
};

static void
key_put(const char *folder, const char *file, uint8_t byte)
{
	uint8_t key[SECRET_KEY_SIZE] = { byte };
	char hex[2 * sizeof key + 1], line[sizeof hex + 1];

	text_hex(key, sizeof key, hex);
	assert_true(text_format(line, sizeof line, "%s\n", hex));
	key_file_put(folder, file, line, 0400);
}

/* A ring of one stage key or, if `old` is not 0, of three: a newer and an older one beside it. */
static struct keyring *
ring_make(const char *stage, uint8_t byte, uint8_t old)
{
	char folder[KEYS_FOLDER_SIZE], why[ERRBUF_MAX + 1];

	assert_true(keys_folder_make(folder));
	key_put(folder, DERIVE, 'd');
	key_put(folder, stage, byte);
	if (old != 0) {
		key_put(folder, OLD_STAGE, old);
		key_put(folder, NEXT_STAGE, 'N');
	}

	struct keyring *const ring = keyring_open(folder, why);
	keys_folder_remove(folder);
	if (ring == NULL)
		fail_msg("%s", why);
	return ring;
}

static int
set_up(void **state)
{
	static struct fixture fixture;

	fixture.ring = ring_make(STAGE, 'n', 'o');
	fixture.old = ring_make(OLD_STAGE, 'o', 0);
	fixture.other = ring_make(STAGE, 'x', 0);
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	const struct fixture *const fixture = *state;

	keyring_close(fixture->ring);
	keyring_close(fixture->old);
	keyring_close(fixture->other);
	return 0;
}

static struct claims
some_claims(void)
{
	struct claims claims = {
		.use = USE,
		.jti = { 0xFB, 0xFF, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0 },
		.issued_at = NOW,
		.expires_at = NOW + LIFE_S,
		.context_size = strlen(CONTEXT),
		.context = CONTEXT,
	};

	return claims;
}

static void
seal_stage(const struct keyring *ring, const struct claims *claims, char ret[static TOKEN_MAX + 1])
{
	assert_int_equal(token_seal(ring, claims, ret), OK);
}

static void
assert_claims_equal(const struct claims *a, const struct claims *b)
{
	assert_string_equal(a->use, b->use);
	assert_memory_equal(a->jti, b->jti, sizeof b->jti);
	assert_true(a->issued_at == b->issued_at && a->expires_at == b->expires_at);
	assert_int_equal(a->context_size, b->context_size);
	assert_memory_equal(a->context, b->context, a->context_size);
}

/* Opens, and sees to it that a failure leaves the output alone. */
static enum result
open_at(const struct keyring *ring, const char *token, int64_t now)
{
	struct claims untouched, claims;

	memset(&untouched, 0x5A, sizeof untouched);
	claims = untouched;
	const enum result result = token_open(ring, token, now, &claims);
	if (result != OK)
		assert_memory_equal(&claims, &untouched, sizeof claims);
	return result;
}

static enum result
open_now(const void *fixture, const char *token)
{
	return open_at(((const struct fixture *)fixture)->ring, token, NOW);
}

/* Round trips. */

static void
what_was_sealed_opens(void **state)
{
	const struct fixture *const fixture = *state;
	const struct claims sealed = some_claims();
	struct claims opened;
	char token[TOKEN_MAX + 1];

	seal_stage(fixture->ring, &sealed, token);
	assert_int_equal(token_open(fixture->ring, token, NOW, &opened), OK);
	assert_claims_equal(&opened, &sealed);
	claims_wipe(&opened);
	assert_int_equal(opened.context_size, 0);
	assert_null(memchr(opened.context, '@', sizeof opened.context));
}

static void
contexts_of_every_size_fit_and_come_back(void **state)
{
	const struct fixture *const fixture = *state;
	struct claims sealed = some_claims(), opened;
	char token[TOKEN_MAX + 1];

	assert_int_equal(strlen(LONGEST_USE), TOKEN_USE_MAX);
	strcpy(sealed.use, LONGEST_USE);
	secret_random(sealed.context, sizeof sealed.context);
	for (size_t size = 0; size <= TOKEN_CONTEXT_MAX; size++) {
		sealed.context_size = size;
		seal_stage(fixture->ring, &sealed, token);
		assert_int_equal(token_open(fixture->ring, token, NOW, &opened), OK);
		assert_claims_equal(&opened, &sealed);
	}
	/* And with a key id of KID_MAX, whose base64 is at most ten characters longer. */
	assert_true(strlen(token) + 10 <= TOKEN_MAX);
}

static void
a_jti_of_any_bytes_comes_back(void **state)
{
	const struct fixture *const fixture = *state;
	struct claims sealed = some_claims(), opened;
	char token[TOKEN_MAX + 1];

	for (int byte = 0; byte < 256; byte++) {
		memset(sealed.jti, byte, sizeof sealed.jti);
		seal_stage(fixture->ring, &sealed, token);
		assert_int_equal(token_open(fixture->ring, token, NOW, &opened), OK);
		assert_claims_equal(&opened, &sealed);
	}
}

/* asvs 14.2.4 */
static void
nojson_reads_the_address_in_a_token(void **state)
{
	const struct fixture *const fixture = *state;
	const struct claims claims = some_claims();
	char token[TOKEN_MAX + 1], again[TOKEN_MAX + 1];
	char plain[SECRET_BASE64_MAX(sizeof CONTEXT) + 1];

	seal_stage(fixture->ring, &claims, token);
	seal_stage(fixture->ring, &claims, again);
	assert_string_not_equal(token, again);
	secret_base64url(CONTEXT, 18, plain); /* whole groups of three, wherever they stand */
	assert_null(strstr(token, plain));
	assert_null(strstr(token, "hanako"));
}

/* asvs 11.1.1 */
static void
an_old_key_opens_until_it_is_taken_away(void **state)
{
	const struct fixture *const fixture = *state;
	const struct claims claims = some_claims();
	char token[TOKEN_MAX + 1];

	seal_stage(fixture->old, &claims, token);
	assert_int_equal(open_at(fixture->ring, token, NOW), OK);
	seal_stage(fixture->ring, &claims, token);
	assert_int_equal(open_at(fixture->old, token, NOW), TOKEN_INVALID);
}

static void
another_key_of_the_same_id_does_not_open(void **state)
{
	const struct fixture *const fixture = *state;
	const struct claims claims = some_claims();
	struct stage_key others, ours;
	char token[TOKEN_MAX + 1];

	keyring_signing(fixture->other, &others);
	keyring_signing(fixture->ring, &ours);
	assert_string_equal(others.kid, ours.kid);
	seal_stage(fixture->other, &claims, token);
	assert_int_equal(open_at(fixture->ring, token, NOW), TOKEN_INVALID);
	/* Not even as expired: time is told of tokens of ours only. */
	assert_int_equal(open_at(fixture->ring, token, NOW + LIFE_S), TOKEN_INVALID);
}

static void
claims_that_no_token_may_have_are_not_sealed(void **state)
{
	static const struct {
		const char *why;
		const char *use;
		int64_t issued_at;
		int64_t expires_at;
		size_t context_size;
	} rows[] = {
		/* clang-format off */
		{ "no use",                   "",      NOW, NOW + 1,                    0 },
		{ "a capital letter in it",   "Login", NOW, NOW + 1,                    0 },
		{ "a digit",                  "login2", NOW, NOW + 1,                   0 },
		{ "a quotation mark",         "a\"b",  NOW, NOW + 1,                    0 },
		{ "the bound's own mark",     "a|b",   NOW, NOW + 1,                    0 },
		{ "no life",                  USE,     NOW, NOW,                        0 },
		{ "less than no life",        USE,     NOW, NOW - 1,                    0 },
		{ "a second more than a day", USE,     NOW, NOW + TOKEN_LIFE_MAX_S + 1, 0 },
		{ "no time of issue",         USE,     0,   1,                          0 },
		{ "a time before 1970",       USE,     -1,  1,                          0 },
		{ "the whole of time",        USE,     1,   INT64_MAX,                  0 },
		{ "a byte of context more",   USE,     NOW, NOW + 1, TOKEN_CONTEXT_MAX + 1 },
		/* clang-format on */
	};
	const struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct claims claims = some_claims();
		char token[TOKEN_MAX + 1] = "x";

		assert_true(text_copy(claims.use, sizeof claims.use, rows[i].use));
		claims.issued_at = rows[i].issued_at;
		claims.expires_at = rows[i].expires_at;
		claims.context_size = rows[i].context_size;
		if (token_seal(fixture->ring, &claims, token) != INTERNAL || token[0] != '\0')
			fail_msg("sealed in spite of %s", rows[i].why);
	}
}

/* Time. */

/* asvs 9.2.1 */
static void
a_token_lives_from_its_issue_to_its_expiry(void **state)
{
	static const struct {
		const char *why;
		int64_t life_s;
		int64_t now;
		enum result result;
	} rows[] = {
		/* clang-format off */
		{ "just issued", LIFE_S, NOW, OK },
		{ "the last second", LIFE_S, NOW + LIFE_S - 1, OK },
		{ "where clocks are ahead, its last", LIFE_S, NOW + LIFE_S + TOKEN_SKEW_S - 1, OK },
		{ "over on every clock", LIFE_S, NOW + LIFE_S + TOKEN_SKEW_S, TOKEN_EXPIRED },
		{ "long after", LIFE_S, INT64_MAX - TOKEN_SKEW_S, TOKEN_EXPIRED },
		{ "issued where clocks are ahead", LIFE_S, NOW - TOKEN_SKEW_S, OK },
		{ "issued farther ahead than skew", LIFE_S, NOW - TOKEN_SKEW_S - 1, TOKEN_INVALID },
		{ "issued long from now", LIFE_S, 0, TOKEN_INVALID },
		{ "the longest life, at its end",
		  TOKEN_LIFE_MAX_S, NOW + TOKEN_LIFE_MAX_S - 1, OK },
		{ "the shortest life", 1, NOW, OK },
		{ "the shortest life, over", 1, NOW + 1 + TOKEN_SKEW_S, TOKEN_EXPIRED },
		/* clang-format on */
	};
	const struct fixture *const fixture = *state;
	char token[TOKEN_MAX + 1];

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct claims claims = some_claims();

		claims.expires_at = NOW + rows[i].life_s;
		seal_stage(fixture->ring, &claims, token);
		const enum result result = open_at(fixture->ring, token, rows[i].now);
		if (result != rows[i].result)
			fail_msg("%s: %s", rows[i].why, result_code(result));
	}
}

/* Forgeries. */

enum signing { SIGN_HS256, SIGN_HS512, SIGN_NOT };

static void
sign(const struct stage_key *key, enum signing signing, char token[static FORGED_SIZE])
{
	uint8_t signature[crypto_auth_hmacsha512_BYTES];
	crypto_auth_hmacsha512_state state;
	char *const end = token + strlen(token);

	strcpy(end, ".");
	if (signing == SIGN_NOT)
		return;
	if (signing == SIGN_HS256) {
		crypto_auth_hmacsha256(
		    signature, (const uint8_t *)token, (size_t)(end - token), key->sign);
		secret_base64url(signature, 32, end + 1);
		return;
	}
	crypto_auth_hmacsha512_init(&state, key->sign, sizeof key->sign);
	crypto_auth_hmacsha512_update(&state, (const uint8_t *)token, (size_t)(end - token));
	crypto_auth_hmacsha512_final(&state, signature);
	secret_base64url(signature, 64, end + 1);
}

static const char *
forge(const struct fixture *fixture, const struct token_parts *parts, enum signing signing)
{
	static char forged[FORGED_SIZE];
	struct stage_key key;

	token_parts_write(parts, forged);
	keyring_signing(fixture->ring, &key);
	sign(&key, signing, forged);
	return forged;
}

static enum result
open_forged(const struct fixture *fixture, const struct token_parts *parts, enum signing signing)
{
	return open_now(fixture, forge(fixture, parts, signing));
}

/* The parts of a right token. */
static struct token_parts
right_parts(const struct fixture *fixture)
{
	const struct claims claims = some_claims();
	char token[TOKEN_MAX + 1];

	seal_stage(fixture->ring, &claims, token);
	return token_parts_of(token);
}

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
		{ "nothing changed: forging itself works", "HS256", "HS256", SIGN_HS256, OK },
		{ "alg none, unsigned",           "HS256", "none",  SIGN_NOT,   TOKEN_INVALID },
		{ "alg none, signed",             "HS256", "none",  SIGN_HS256, TOKEN_INVALID },
		{ "alg None, unsigned",           "HS256", "None",  SIGN_NOT,   TOKEN_INVALID },
		{ "alg NONE, unsigned",           "HS256", "NONE",  SIGN_NOT,   TOKEN_INVALID },
		{ "alg hs256",                    "HS256", "hs256", SIGN_HS256, TOKEN_INVALID },
		{ "alg HS512, rightly signed",    "HS256", "HS512", SIGN_HS512, TOKEN_INVALID },
		{ "alg HS512, signed as HS256",   "HS256", "HS512", SIGN_HS256, TOKEN_INVALID },
		{ "alg ES256",                    "HS256", "ES256", SIGN_HS256, TOKEN_INVALID },
		{ "alg RS256",                    "HS256", "RS256", SIGN_HS256, TOKEN_INVALID },
		{ "alg empty",                    "HS256", "",      SIGN_HS256, TOKEN_INVALID },
		{ "no alg", "\"alg\":\"HS256\",", "", SIGN_HS256, TOKEN_INVALID },
		{ "a second alg", "{", "{\"alg\":\"none\",", SIGN_HS256, TOKEN_INVALID },
		{ "right header, unsigned",       "HS256", "HS256", SIGN_NOT,   TOKEN_INVALID },
		{ "right header, another length", "HS256", "HS256", SIGN_HS512, TOKEN_INVALID },
		{ "a key id unknown", "1a2b3c4d", "1a2b3c4e", SIGN_HS256, TOKEN_INVALID },
		{ "the older key's id",           KID, OLD_KID, SIGN_HS256, TOKEN_INVALID },
		{ "the next key's id",            KID, NEXT_KID, SIGN_HS256, TOKEN_INVALID },
		{ "a key id as long as fits",     KID, KID "01234567", SIGN_HS256, TOKEN_INVALID },
		{ "a key id one longer",          KID, KID "012345678", SIGN_HS256, TOKEN_INVALID },
		{ "a header shorter than its frame",
		  "\"kid\":\"" KID "\",\"typ\":\"JWT\"", "\"typ\":\"\"", SIGN_HS256,
		  TOKEN_INVALID },
		{ "a path for a key id", KID, "../../../../dev/null", SIGN_HS256, TOKEN_INVALID },
		{ "a statement for a key id",     KID, "' OR ''='", SIGN_HS256, TOKEN_INVALID },
		{ "an empty key id",              KID, "", SIGN_HS256, TOKEN_INVALID },
		{ "no key id", "\"kid\":\"" KID "\",", "", SIGN_HS256, TOKEN_INVALID },
		{ "another typ",                  "JWT", "at+jwt", SIGN_HS256, TOKEN_INVALID },
		{ "typ in small letters",         "JWT", "jwt", SIGN_HS256, TOKEN_INVALID },
		{ "no typ", ",\"typ\":\"JWT\"", "", SIGN_HS256, TOKEN_INVALID },
		{ "crit", "{", "{\"crit\":[\"exp\"],", SIGN_HS256, TOKEN_INVALID },
		{ "jku", "{", "{\"jku\":\"https://x.jp/\",", SIGN_HS256, TOKEN_INVALID },
		{ "a space",                      ",", ", ", SIGN_HS256, TOKEN_INVALID },
		{ "an escape for a letter", "HS256", "\\u0048S256", SIGN_HS256, TOKEN_INVALID },
		{ "something behind",             "", " ", SIGN_HS256, TOKEN_INVALID },
		/* clang-format on */
	};
	const struct fixture *const fixture = *state;
	const struct token_parts right = right_parts(fixture);

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct token_parts parts = right;

		text_replace(parts.header, rows[i].old, rows[i].new);
		if (open_forged(fixture, &parts, rows[i].signing) != rows[i].result)
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
		{ "nothing changed: forging itself works", USE, USE, OK },
		/* missing */
		{ "no iss",      "\"iss\":\"myportal\",", "", TOKEN_INVALID },
		{ "no aud",      "\"aud\":\"myportal/identity\",", "", TOKEN_INVALID },
		{ "no use",      ",\"use\":\"identity\"", "", TOKEN_INVALID },
		{ "no jti",      "\"jti\":\"-_8CAwQFBgcICQoLDA0OAA\",", "", TOKEN_INVALID },
		{ "no iat",      "\"iat\":" NOW_TEXT ",", "", TOKEN_INVALID },
		{ "no nbf",      "\"nbf\":" NOW_TEXT ",", "", TOKEN_INVALID },
		{ "no exp",      "\"exp\":" LATER_TEXT ",", "", TOKEN_INVALID },
		{ "ctx by another name", "\"ctx\"", "\"cty\"", TOKEN_INVALID },
		/* another value */
		{ "another issuer",            "\"myportal\"", "\"myportals\"", TOKEN_INVALID },
		{ "an empty issuer",           "\"myportal\"", "\"\"", TOKEN_INVALID },
		{ "another audience", "myportal/identity", "myportal/account", TOKEN_INVALID },
		{ "another service's audience",
		  "myportal/identity", "yourportal/identity", TOKEN_INVALID },
		{ "an audience without use",   "myportal/identity", "myportal/", TOKEN_INVALID },
		{ "another use", "\"use\":\"identity\"", "\"use\":\"account\"", TOKEN_INVALID },
		{ "an empty use", "\"use\":\"identity\"", "\"use\":\"\"", TOKEN_INVALID },
		{ "a use in capitals",
		  "\"use\":\"identity\"", "\"use\":\"IDENTITY\"", TOKEN_INVALID },
		{ "nbf before iat", "\"nbf\":" NOW_TEXT, "\"nbf\":1795309322", TOKEN_INVALID },
		{ "nbf after iat", "\"nbf\":" NOW_TEXT, "\"nbf\":1795309324", TOKEN_INVALID },
		/* jti: bound to ctx, so that any other is refused; these are its forms */
		{ "another jti",               "-_8CAwQ", "-_8CAwA", TOKEN_INVALID },
		{ "a jti of 15 bytes",         "DA0OAA", "DA0O", TOKEN_INVALID },
		{ "a jti of 17 bytes",         "DA0OAA", "DA0OAAA", TOKEN_INVALID },
		{ "an empty jti",              "-_8CAwQFBgcICQoLDA0OAA", "", TOKEN_INVALID },
		{ "spare bits in the jti",     "DA0OAA", "DA0OAB", TOKEN_INVALID },
		{ "padding behind the jti",    "DA0OAA", "DA0OAA==", TOKEN_INVALID },
		{ "the other alphabet's jti",  "-_8CAwQ", "+/8CAwQ", TOKEN_INVALID },
		{ "jti a number",              "\"-_8CAwQFBgcICQoLDA0OAA\"", "1", TOKEN_INVALID },
		/* ctx */
		{ "an empty ctx",
		  "\"ctx\":\"", "\"ctx\":\"\",\"cty\":\"",     TOKEN_INVALID },
		{ "a ctx shorter than a seal",
		  "\"ctx\":\"", "\"ctx\":\"QUFB\",\"cty\":\"", TOKEN_INVALID },
		{ "a ctx with a byte before",
		  "\"ctx\":\"", "\"ctx\":\"AAAA",              TOKEN_INVALID },
		{ "ctx null",
		  "\"ctx\":\"", "\"ctx\":null,\"cty\":\"",     TOKEN_INVALID },
		/* types and ranges of times */
		{ "exp a string", LATER_TEXT, "\"" LATER_TEXT "\"", TOKEN_INVALID },
		{ "exp a fraction", LATER_TEXT, LATER_TEXT ".0", TOKEN_INVALID },
		{ "exp with an exponent", LATER_TEXT, "1.795311123e9", TOKEN_INVALID },
		{ "exp true", LATER_TEXT, "true", TOKEN_INVALID },
		{ "exp null", LATER_TEXT, "null", TOKEN_INVALID },
		{ "exp a list", LATER_TEXT, "[" LATER_TEXT "]", TOKEN_INVALID },
		{ "exp an object", LATER_TEXT, "{}", TOKEN_INVALID },
		{ "exp zero", LATER_TEXT, "0", TOKEN_INVALID },
		{ "exp negative", LATER_TEXT, "-1", TOKEN_INVALID },
		{ "exp 2^63 - 1", LATER_TEXT, "9223372036854775807", TOKEN_INVALID },
		{ "exp 2^63", LATER_TEXT, "9223372036854775808", TOKEN_INVALID },
		{ "exp -2^63", LATER_TEXT, "-9223372036854775808", TOKEN_INVALID },
		{ "exp 1e999", LATER_TEXT, "1e999", TOKEN_INVALID },
		{ "exp with a leading zero", LATER_TEXT, "0" LATER_TEXT, TOKEN_INVALID },
		{ "exp at iat", LATER_TEXT, NOW_TEXT, TOKEN_INVALID },
		{ "exp before iat", LATER_TEXT, "1795309322", TOKEN_INVALID },
		{ "the longest life", LATER_TEXT, "1795395723", OK },
		{ "a second more than that", LATER_TEXT, "1795395724", TOKEN_INVALID },
		{ "iat a string", "\"iat\":" NOW_TEXT, "\"iat\":\"" NOW_TEXT "\"", TOKEN_INVALID },
		{ "iat a fraction", "\"iat\":" NOW_TEXT, "\"iat\":" NOW_TEXT ".0", TOKEN_INVALID },
		{ "iat -0", "\"iat\":" NOW_TEXT, "\"iat\":-0", TOKEN_INVALID },
		{ "nbf a string", "\"nbf\":" NOW_TEXT, "\"nbf\":\"" NOW_TEXT "\"", TOKEN_INVALID },
		{ "iss a list", "\"myportal\"", "[\"myportal\"]", TOKEN_INVALID },
		{ "aud a list", "\"myportal/identity\"", "[\"myportal\"]", TOKEN_INVALID },
		{ "use null", "\"use\":\"identity\"", "\"use\":null", TOKEN_INVALID },
		/* doubled: libjwt takes the last */
		{ "exp before exp",            "\"exp\"", "\"exp\":1,\"exp\"", TOKEN_INVALID },
		{ "exp the same again",
		  "\"exp\"", "\"exp\":" LATER_TEXT ",\"exp\"", TOKEN_INVALID },
		{ "exp again at the end",      "}", ",\"exp\":1795395723}", TOKEN_INVALID },
		{ "use before use", "\"use\"", "\"use\":\"account\",\"use\"", TOKEN_INVALID },
		{ "iss again", "\"iss\"", "\"iss\":\"myportal\",\"iss\"", TOKEN_INVALID },
		/* more than ours */
		{ "sub",                       "{", "{\"sub\":\"1\",", TOKEN_INVALID },
		{ "a claim behind all others", "}", ",\"z\":0}", TOKEN_INVALID },
		{ "a claim without a name",    "{", "{\"\":0,", TOKEN_INVALID },
		{ "an object among the claims", "{", "{\"a\":{},", TOKEN_INVALID },
		/* another spelling of the same */
		{ "a space",                   ",", ", ", TOKEN_INVALID },
		{ "a space before all",        "{", " {", TOKEN_INVALID },
		{ "a line end behind all",     "", "\n", TOKEN_INVALID },
		{ "something behind all",      "", "x", TOKEN_INVALID },
		{ "a second object behind",    "", "{}", TOKEN_INVALID },
		{ "an escape for a letter",    "\"use\":\"i", "\"use\":\"\\u0069", TOKEN_INVALID },
		{ "an escape for the slash",   "myportal/", "myportal\\/", TOKEN_INVALID },
		{ "an escaped name",           "\"iss\"", "\"\\u0069ss\"", TOKEN_INVALID },
		{ "NUL in a value",
		  "\"use\":\"identity", "\"use\":\"identity\\u0000", TOKEN_INVALID },
		{ "a byte order mark",         "{", "\xEF\xBB\xBF{", TOKEN_INVALID },
		{ "broken UTF-8",              "\"use\":\"i", "\"use\":\"\xFFi", TOKEN_INVALID },
		{ "no object",                 "{", "[", TOKEN_INVALID },
		{ "an object not closed",      "}", "", TOKEN_INVALID },
	};
	/* clang-format on */
	const struct fixture *const fixture = *state;
	const struct token_parts right = right_parts(fixture);

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct token_parts parts = right;

		text_replace(parts.payload, rows[i].old, rows[i].new);
		const enum result result = open_forged(fixture, &parts, SIGN_HS256);
		if (result != rows[i].result)
			fail_msg("%s: %s", rows[i].why, result_code(result));
	}
}

static void
a_payload_that_is_no_object_of_claims_is_refused(void **state)
{
	static const char *const payloads[] = { "{}", "{", "\"identity\"", "1", "null", "[]", " " };
	const struct fixture *const fixture = *state;
	struct token_parts parts = right_parts(fixture);

	for (size_t i = 0; i < LENGTH(payloads); i++) {
		assert_true(text_copy(parts.payload, sizeof parts.payload, payloads[i]));
		if (open_forged(fixture, &parts, SIGN_HS256) != TOKEN_INVALID)
			fail_msg("opened with payload %s", payloads[i]);
	}
}

static void
a_sealed_part_does_not_move_to_another_token(void **state)
{
	const struct fixture *const fixture = *state;
	struct token_parts parts = right_parts(fixture);

	text_replace(parts.payload, "myportal/identity", "myportal/account");
	text_replace(parts.payload, "\"use\":\"identity\"", "\"use\":\"account\"");
	assert_int_equal(open_forged(fixture, &parts, SIGN_HS256), TOKEN_INVALID);

	parts = right_parts(fixture);
	text_replace(parts.payload, "-_8CAwQ", "-_8CAwU");
	assert_int_equal(open_forged(fixture, &parts, SIGN_HS256), TOKEN_INVALID);
}

/* asvs 11.3.3 */
static void
a_sealed_part_may_not_differ_in_any_character(void **state)
{
	const struct fixture *const fixture = *state;
	struct token_parts parts = right_parts(fixture);
	char *const ctx = strstr(parts.payload, "\"ctx\":\"") + 7;

	for (size_t i = 0; ctx[i] != '"'; i++) {
		const char before = ctx[i];

		ctx[i] = before == 'A' ? 'B' : 'A';
		assert_int_equal(open_forged(fixture, &parts, SIGN_HS256), TOKEN_INVALID);
		ctx[i] = before;
	}
	assert_int_equal(open_forged(fixture, &parts, SIGN_HS256), OK);
}

/* asvs 9.1.1 */
static void
not_one_character_may_be_another(void **state)
{
	const struct fixture *const fixture = *state;
	const struct token_opening opening = { open_now, fixture };
	const struct claims claims = some_claims();
	char token[TOKEN_MAX + 1];

	seal_stage(fixture->ring, &claims, token);
	assert_no_other_character_opens(&opening, token);
}

static void
a_signature_has_one_spelling(void **state)
{
	const struct fixture *const fixture = *state;
	const struct token_opening opening = { open_now, fixture };
	const struct claims claims = some_claims();
	char token[TOKEN_MAX + 1];

	seal_stage(fixture->ring, &claims, token);
	assert_signature_has_one_spelling(&opening, token);
}

/* We write them ourselves; another program of the standard writes the same. */
static void
libjwt_writes_the_same_token(void **state)
{
	static const char *const texts[] = { "aud", "ctx", "iss", "jti", "use" };
	const struct fixture *const fixture = *state;
	const struct claims claims = some_claims();
	struct stage_key key;
	char token[TOKEN_MAX + 1];
	jwt_t *read = NULL, *written = NULL;

	seal_stage(fixture->ring, &claims, token);
	keyring_signing(fixture->ring, &key);
	assert_int_equal(jwt_decode(&read, token, key.sign, SECRET_KEY_SIZE), 0);
	assert_int_equal(jwt_new(&written), 0);
	assert_int_equal(jwt_set_alg(written, JWT_ALG_HS256, key.sign, SECRET_KEY_SIZE), 0);
	assert_int_equal(jwt_add_header(written, "kid", jwt_get_header(read, "kid")), 0);
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_int_equal(
		    jwt_add_grant(written, texts[i], jwt_get_grant(read, texts[i])), 0);
	assert_int_equal(jwt_add_grant_int(written, "iat", NOW), 0);
	assert_int_equal(jwt_add_grant_int(written, "nbf", NOW), 0);
	assert_int_equal(jwt_add_grant_int(written, "exp", NOW + LIFE_S), 0);
	char *const again = jwt_encode_str(written);
	assert_string_equal(again, token);
	free(again);
	jwt_free(written);
	jwt_free(read);
}

static void
no_part_of_a_token_is_a_token(void **state)
{
	const struct fixture *const fixture = *state;
	const struct token_opening opening = { open_now, fixture };
	const struct claims claims = some_claims();
	char token[TOKEN_MAX + 1];

	seal_stage(fixture->ring, &claims, token);
	assert_no_part_opens(&opening, token);
}

/* What crashed libjwt on a small stack, or made it write past its memory. */

struct attack {
	const void *fixture;
	const char *token;
	enum result result;
};

static void *
attack(void *argument)
{
	struct attack *const attack = argument;

	attack->result = open_now(attack->fixture, attack->token);
	return NULL;
}

static enum result
open_on_a_small_stack(const void *fixture, const char *token)
{
	struct attack on = { .fixture = fixture, .token = token };
	pthread_attr_t attributes;
	pthread_t thread;

	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstacksize(&attributes, SMALL_STACK), 0);
	assert_int_equal(pthread_create(&thread, &attributes, attack, &on), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attributes);
	return on.result;
}

static void
empty_parts_are_refused(void **state)
{
	static const char *const tokens[] = { "", ".", "..", "...", "a..", ".a.", "..a", "a.a.",
		"a..a", ".a.a", "a.a.a", "a.a", "a", "e30.e30.", "e30..", "e30.e30.e30",
		"e30.e30.e30.e30", "eyJhbGciOiJub25lIn0..", "eyJhbGciOiJub25lIn0.e30.",
		"\x80.\x80.\x80", "\xFF" };
	const struct fixture *const fixture = *state;
	const struct claims claims = some_claims();
	char token[TOKEN_MAX + 8];

	for (size_t i = 0; i < LENGTH(tokens); i++)
		if (open_on_a_small_stack(fixture, tokens[i]) != TOKEN_INVALID)
			fail_msg("\"%s\"", tokens[i]);

	seal_stage(fixture->ring, &claims, token);
	char *const behind_header = strchr(token, '.') + 1;
	static const char *const tails[] = { "", ".", "..", ".A", "A.", "e30.", "e30" };
	for (size_t i = 0; i < LENGTH(tails); i++) {
		strcpy(behind_header, tails[i]);
		if (open_on_a_small_stack(fixture, token) != TOKEN_INVALID)
			fail_msg("a header of ours and \"%s\"", tails[i]);
	}
}

static void
long_tokens_are_refused_unread(void **state)
{
	const struct token_opening opening = { open_on_a_small_stack, *state };

	assert_long_ones_do_not_open(&opening);
}

static void
a_deep_header_is_refused_unparsed(void **state)
{
	static char deep[1000 + 1000 + 1], token[2703 + 1 + 16];

	memset(deep, '[', 1000);
	memset(deep + 1000, ']', 1000);
	secret_base64url(deep, 2000, token);
	strcat(token, ".e30.AAAA");
	assert_int_equal(open_on_a_small_stack(*state, token), TOKEN_INVALID);
}

/* A header of ours, and as many brackets behind it as a token has room for. */
static void
a_deep_payload_is_refused_unparsed(void **state)
{
	static const char *const brackets[] = { "[", "{\"\":", "[{\"\":" };
	const struct fixture *const fixture = *state;
	struct token_parts parts = right_parts(fixture);

	for (size_t i = 0; i < LENGTH(brackets); i++) {
		strcpy(parts.payload, "{\"a\":");
		while (strlen(parts.payload) + strlen(brackets[i]) < 670)
			strcat(parts.payload, brackets[i]);
		const char *const token = forge(fixture, &parts, SIGN_HS256);
		assert_true(strlen(token) <= TOKEN_MAX);
		assert_int_equal(open_on_a_small_stack(fixture, token), TOKEN_INVALID);
	}
}

static void
the_largest_token_opens_on_a_small_stack(void **state)
{
	const struct fixture *const fixture = *state;
	struct claims claims = some_claims();
	char token[TOKEN_MAX + 1];

	strcpy(claims.use, LONGEST_USE);
	claims.context_size = TOKEN_CONTEXT_MAX;
	seal_stage(fixture->ring, &claims, token);
	assert_int_equal(open_on_a_small_stack(fixture, token), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens),
		cmocka_unit_test(contexts_of_every_size_fit_and_come_back),
		cmocka_unit_test(a_jti_of_any_bytes_comes_back),
		cmocka_unit_test(nojson_reads_the_address_in_a_token),
		cmocka_unit_test(an_old_key_opens_until_it_is_taken_away),
		cmocka_unit_test(another_key_of_the_same_id_does_not_open),
		cmocka_unit_test(claims_that_no_token_may_have_are_not_sealed),
		cmocka_unit_test(a_token_lives_from_its_issue_to_its_expiry),
		cmocka_unit_test(a_token_has_no_say_in_what_opens_it),
		cmocka_unit_test(claims_are_all_there_once_of_their_type_and_no_other),
		cmocka_unit_test(a_payload_that_is_no_object_of_claims_is_refused),
		cmocka_unit_test(a_sealed_part_does_not_move_to_another_token),
		cmocka_unit_test(a_sealed_part_may_not_differ_in_any_character),
		cmocka_unit_test(not_one_character_may_be_another),
		cmocka_unit_test(a_signature_has_one_spelling),
		cmocka_unit_test(libjwt_writes_the_same_token),
		cmocka_unit_test(no_part_of_a_token_is_a_token),
		cmocka_unit_test(empty_parts_are_refused),
		cmocka_unit_test(long_tokens_are_refused_unread),
		cmocka_unit_test(a_deep_header_is_refused_unparsed),
		cmocka_unit_test(a_deep_payload_is_refused_unparsed),
		cmocka_unit_test(the_largest_token_opens_on_a_small_stack),
	};

	return cmocka_run_group_tests_name("token", tests, set_up, tear_down);
}
