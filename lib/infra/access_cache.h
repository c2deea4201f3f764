/* access_cache.h - the claims of access tokens that were opened lately, by the token's SHA-256.
 *
 * Verifying a signature takes some 90 us, a look into the cache 2 us. It holds 16,384 tokens in
 * 1.5 MiB, of which only what is used becomes memory. An entry is forgotten when another needs its
 * place, and when the keys change: it bears the generation of the keys that it was opened with.
 * Times are not looked at here. Thread-safe. */

#ifndef ACCESS_CACHE_H
#define ACCESS_CACHE_H

#include "access_claims.h"
#include "result.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>

struct access_cache;

/* NULL: no memory. Close: access_cache_close(), which takes NULL. */
struct access_cache *access_cache_open(void) MUST_USE;
void access_cache_close(struct access_cache *);

/* The claims of a token that was opened with keys of this generation. False: it is not here. */
bool access_cache_find(struct access_cache *, const uint8_t hash[static SECRET_SHA256_SIZE],
    unsigned generation, struct access_claims *ret) MUST_USE;

/* Adds a token whose signature was found right with keys of this generation (1 or more). */
void access_cache_add(struct access_cache *, const uint8_t hash[static SECRET_SHA256_SIZE],
    unsigned generation, const struct access_claims *);

#endif
