/* access_keys.h - the keys of access tokens: load, refresh, show the public halves, sign, verify.
 *
 * Keys are the folder's access-KID.pem (keyring.h lists the folder's files, key_rotation.h makes
 * them): private keys of P-256 in unencrypted PKCS#8 PEM. They are parsed once: parsing takes
 * longer than signing. Signatures are ES256 (RFC 7518 3.4) in base64url. All functions are
 * thread-safe. */

#ifndef ACCESS_KEYS_H
#define ACCESS_KEYS_H

#include "bounds.h"
#include "key_folder.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCESS_COORDINATE_MAX 43  /* base64url of 32 bytes */
#define ACCESS_HEADER_MAX     100 /* base64url of a token's header */
#define ACCESS_SIGNATURE_MAX  86  /* base64url of 64 bytes */

/* One public key as RFC 7517 and 7518 6.2 want it said: kty "EC", crv "P-256", use "sig", alg
 * "ES256", and these. All need no escaping in JSON. */
struct jwk {
	char kid[KID_MAX + 1];
	char x[ACCESS_COORDINATE_MAX + 1];
	char y[ACCESS_COORDINATE_MAX + 1];
};

struct access_keys;

/* Has OpenSSL wipe what it frees: it leaves private keys there that it has read. First of all,
 * before any library uses OpenSSL. False: one has used it. */
bool access_keys_start(void) MUST_USE;

/* Makes OpenSSL's locked memory; a second time changes nothing. Private keys lie there, and of each
 * thread, as long as it lives, the generators of random numbers that it signs and speaks TLS with:
 * a thread for which there is no room can do neither. Where memory can not be locked it is an
 * ordinary one, which is no reason not to serve. */
void access_keys_make_room(unsigned threads);

/* Loads every access key of the folder; makes the locked memory of a small program, unless it has
 * been made. NULL, and errbuf in one line: as keyring_open(), and a file that is no private key of
 * P-256 in PKCS#8 PEM, or whose public half is not its own. Close: access_keys_close(). */
struct access_keys *access_keys_open(
    const char *folder, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Frees all; NULL is fine. Nobody else uses it any more. */
void access_keys_close(struct access_keys *);

/* As keyring_refresh(). When it returns with *ret_changed, no token of a key whose file is gone
 * opens any more. */
bool access_keys_refresh(
    struct access_keys *, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* The public halves of all keys at this moment, newest first: next, current and previous ones, so
 * that others know a key before it signs. Returns how many there are, at least one. */
size_t access_keys_jwks(struct access_keys *, struct jwk ret[static KEYS_MAX]) MUST_USE;

/* A key in use by one thread, which keeps a refresh from freeing it, and the generation of the keys
 * that it is of: each reading of the folder makes another. For CLEANUP(access_key_release), which
 * takes an empty one, too. */
struct access_key_held {
	struct access_key *key;
	unsigned generation;
};
void access_key_release(const struct access_key_held *);

/* Holds the key that signs. */
void access_keys_hold_signing(struct access_keys *, struct access_key_held *ret);

/* Holds the key whose header, as it stands in a token, this is. False: there is none. The token has
 * no other say in what verifies it (RFC 8725 3.1). */
bool access_keys_hold_of_header(
    struct access_keys *, const char *header, size_t length, struct access_key_held *ret) MUST_USE;

/* The header that every token of this key begins with: base64url, the key's. */
const char *access_key_header(const struct access_key *);

/* Signs. UNAVAILABLE: no memory. */
enum result access_key_sign(const struct access_key *, const char *text, size_t length,
    char ret[static ACCESS_SIGNATURE_MAX + 1]) MUST_USE;

/* Verifies. TOKEN_INVALID: it is not the signature of this text by this key. UNAVAILABLE: no
 * memory. */
enum result access_key_verify(
    const struct access_key *, const char *text, size_t length, const char *signature) MUST_USE;

/* The cache of the tokens that these keys opened, and the generation of the keys now. */
struct access_cache *access_keys_cache(const struct access_keys *);
unsigned access_keys_generation(const struct access_keys *);

/* A new private key, as its file has it. False: no memory, no chance. The caller wipes it. */
bool access_key_write(char ret[static KEY_FILE_MAX + 1]) MUST_USE;

#endif
