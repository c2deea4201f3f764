/* token.h - stage tokens: seal, open, never decide.
 *
 * A token is a JWT (RFC 7519) signed with HS256, of at most TOKEN_MAX bytes:
 *   header  {"alg":"HS256","kid":KID,"typ":"JWT"}, byte for byte one of those our key ring makes,
 *           so that a token never chooses the algorithm or the key's kind (RFC 8725 3.1)
 *   claims  iss "myportal", aud "myportal/" + use, use, jti (base64url of 16 bytes), iat, nbf, exp,
 *           ctx (base64url of the sealed personal part; XChaCha20-Poly1305 bound to jti and use)
 * Anyone can read a JWT, but not the sealed address in it. Callers check whether a token was spent
 * and whether its use fits the endpoint. */

#ifndef TOKEN_H
#define TOKEN_H

#include "bounds.h"
#include "clock.h"
#include "keyring.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

#define TOKEN_USE_MAX    24           /* "authentication-key", "email-confirmation" */
#define TOKEN_SKEW_S     CLOCK_SKEW_S /* granted to iat, nbf and exp */
#define TOKEN_LIFE_MAX_S 86400 /* no stage token lives longer; a claim that says so is not ours */

struct claims {
	char use[TOKEN_USE_MAX + 1]; /* lower-case letters and hyphens */
	uint8_t jti[JTI_SIZE];       /* random; what single use is keyed on */
	int64_t issued_at;           /* seconds; nbf is the same */
	int64_t expires_at;
	size_t context_size;
	uint8_t context[TOKEN_CONTEXT_MAX]; /* plain here, sealed in the token; the use's form */
};

/* Writes the token of `claims` with the signing key. INTERNAL: a use, life or size that no token
 * may have. UNAVAILABLE: no memory. */
enum result token_seal(
    const struct keyring *, const struct claims *, char ret[static TOKEN_MAX + 1]) MUST_USE;

/* Opens a token at time `now`. TOKEN_INVALID: anything but a token of ours, whatever is wrong;
 * TOKEN_EXPIRED: ours, signature and claims right, but past exp, for whichever clock it was
 * (clock_is_over()): a link lives as long as its mail says. Or it was issued in the epoch of the
 * keys or before (keyring_epoch()), and nobody knows whether it was spent. UNAVAILABLE: no memory.
 * On failure *ret is untouched. */
enum result token_open(
    const struct keyring *, const char *token, int64_t now, struct claims *ret) MUST_USE;

/* Wipes the personal part. */
void claims_wipe(struct claims *);

#endif
