/* access_token.h - access tokens and their keys: seal, open, show the public keys, never decide.
 *
 * A token is a JWS in compact form (RFC 7515), signed with ES256 (RFC 7518 3.4), of at most
 * TOKEN_MAX bytes; a JWT (RFC 7519) that the portal's other services can check by the public keys:
 *   header   {"alg":"ES256","kid":KID,"typ":"JWT"}
 *   payload  {"iss":"myportal","aud":"myportal/access","sub":ACCOUNT,"sid":SESSION,"jti":RANDOM,
 *            "auth_time":N,"iat":N,"nbf":N,"exp":N} without white space; ACCOUNT, SESSION and
 *            RANDOM are base64url of 16 bytes, N seconds since 1970, nbf the same as iat
 * Header and payload have one spelling. A token never chooses algorithm or key (RFC 8725 3.1): its
 * header is byte for byte that of a key we have. Nothing of the payload is read before the
 * signature was found right, and then it must be byte for byte what would be written for the values
 * in it; so no JSON parser ever sees it.
 *
 * Who has (r, s) has (r, n - s), which verifies as well: ECDSA. A signature's text is therefore no
 * identity: nothing may be keyed on the token's text but what its holder may do twice. Ours is not
 * changed by it, the cache below included: both open to the same claims.
 *
 * Keys are the folder's access-KID.pem (keyring.h tells of folder and rotation): private keys of
 * P-256 in unencrypted PKCS#8 PEM. They are parsed once: parsing takes longer than signing. All
 * functions are thread-safe. */

#ifndef ACCESS_TOKEN_H
#define ACCESS_TOKEN_H

#include "bounds.h"
#include "key_folder.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCESS_TOKEN_LIVES_S  600 /* no access token lives longer; one that says so is not ours */
#define ACCESS_COORDINATE_MAX 43  /* base64url of 32 bytes */

struct access_claims {
	uint8_t sub[ID_SIZE]; /* the account */
	uint8_t sid[ID_SIZE]; /* the session */
	int64_t auth_time;    /* when the password was given; not after issued_at */
	int64_t issued_at;
	int64_t expires_at; /* at most ACCESS_TOKEN_LIVES_S after */
};

/* One public key as RFC 7517 and 7518 6.2 want it said: kty "EC", crv "P-256", use "sig", alg
 * "ES256", and these. All need no escaping in JSON. */
struct jwk {
	char kid[KID_MAX + 1];
	char x[ACCESS_COORDINATE_MAX + 1];
	char y[ACCESS_COORDINATE_MAX + 1];
};

struct access_keys;

/* Loads every access key of the folder. NULL, and `why` in one line: as keyring_open(), and a file
 * that is no private key of P-256 in PKCS#8 PEM, or whose public half is not its own. Reserves
 * 1.5 MiB for the cache of 16,384 opened tokens, of which only what is used becomes memory. Close:
 * access_keys_close(). */
struct access_keys *access_keys_open(
    const char *folder, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Frees all; NULL is fine. Nobody else uses it any more. */
void access_keys_close(struct access_keys *);

/* As keyring_refresh(). When it returns with *ret_changed, no token of a key whose file is gone
 * opens any more. */
bool access_keys_refresh(
    struct access_keys *, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* The public half of the i-th key, i from 0, newest first: next, current and previous ones, so that
 * others know a key before it signs. False past the last. A refresh between two calls may have who
 * lists them all see one twice. */
bool access_keys_jwk(struct access_keys *, size_t i, struct jwk *ret) MUST_USE;

/* Writes the token of `claims` with the current key, under a new jti. Some 40 us. INTERNAL: times
 * that no token may have. UNAVAILABLE: no memory. */
enum result access_token_seal(
    struct access_keys *, const struct access_claims *, char ret[static TOKEN_MAX + 1]) MUST_USE;

/* Opens a token at time `now`. TOKEN_INVALID: anything but a token of ours, told apart by nothing;
 * TOKEN_EXPIRED: ours, signature and claims right, but past exp. UNAVAILABLE: no memory. On failure
 * *ret is untouched. TOKEN_SKEW_S is granted to iat and nbf, not to exp: that is the same second for
 * every service that checks it, and a refresh brings another. Some 90 us; a token that was opened lately, 2 us: claims are remembered under
 * the token's SHA-256 until another needs the place or the keys change, and the time is looked at
 * every time. */
enum result access_token_open(
    struct access_keys *, const char *token, int64_t now, struct access_claims *ret) MUST_USE;

/* The step of opening that is RFC 7515's alone, as its vectors want it: is `signature` (base64url)
 * the ES256 signature of `length` bytes of `text` by the key of this id? TOKEN_INVALID: no, or no
 * such key. UNAVAILABLE: no memory. */
enum result access_signature_check(struct access_keys *, const char *kid, const char *text,
    size_t length, const char *signature) MUST_USE;

/* A new private key, as its file has it. False: no memory, no chance. The caller wipes it. */
bool access_key_write(char ret[static KEY_FILE_MAX + 1]) MUST_USE;

#endif
