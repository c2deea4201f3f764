/* access_token.h - access tokens: seal, open, never decide.
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
 * Thread-safe. */

#ifndef ACCESS_TOKEN_H
#define ACCESS_TOKEN_H

#include "access_claims.h"
#include "access_keys.h"
#include "bounds.h"
#include "result.h"

#include <stdint.h>

/* Writes the token of `claims` with the current key, under a new jti. Some 40 us. INTERNAL: times
 * that no token may have. UNAVAILABLE: no memory. */
enum result access_token_seal(
    struct access_keys *, const struct access_claims *, char ret[static TOKEN_MAX + 1]) MUST_USE;

/* Opens a token at time `now`. TOKEN_INVALID: anything but a token of ours, whatever is wrong;
 * TOKEN_EXPIRED: ours, signature and claims right, but past exp, or of a time still to come: this
 * clock was set back, and a refresh brings a token of its time. UNAVAILABLE: no memory. On failure
 * *ret is untouched. CLOCK_SKEW_S is granted to iat and nbf, not to exp: that is the same second
 * for every service that checks it. Takes some 90 us; 2 us for a token that was opened lately
 * (access_cache.h). */
enum result access_token_open(
    struct access_keys *, const char *token, int64_t now, struct access_claims *ret) MUST_USE;

#endif
