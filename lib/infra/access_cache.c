/* access_cache.c - the claims of access tokens that were opened lately.
 *
 * A token's hash names its set, in which it may have any place. Only what was opened is ever in a
 * place, so only holders of our tokens influence places; and finding an entry takes the whole
 * token. */

#include "access_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SETS  4096
#define CACHE_WAYS  4
#define CACHE_LOCKS 64

/* A token that was opened. */
struct cached {
	uint8_t hash[SECRET_SHA256_SIZE];
	unsigned generation; /* of the keys; 0: the place is empty */
	struct access_claims claims;
};

struct access_cache {
	pthread_mutex_t locks[CACHE_LOCKS]; /* each for every 64th set */
	struct cached places[CACHE_SETS][CACHE_WAYS];
};

struct access_cache *
access_cache_open(void)
{
	struct access_cache *const cache = calloc(1, sizeof *cache);

	if (cache == NULL)
		return NULL;
	for (size_t i = 0; i < CACHE_LOCKS; i++)
		pthread_mutex_init(&cache->locks[i], NULL); /* never fails in glibc */
	return cache;
}

void
access_cache_close(struct access_cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < CACHE_LOCKS; i++)
		pthread_mutex_destroy(&cache->locks[i]);
	free(cache);
}

static size_t
cache_set(const uint8_t hash[static SECRET_SHA256_SIZE])
{
	return (hash[0] | (size_t)hash[1] << 8) % CACHE_SETS;
}

static pthread_mutex_t *
cache_lock(struct access_cache *cache, size_t set)
{
	return &cache->locks[set % CACHE_LOCKS];
}

bool
access_cache_find(struct access_cache *cache, const uint8_t hash[static SECRET_SHA256_SIZE],
    unsigned generation, struct access_claims *ret)
{
	const size_t set = cache_set(hash);
	bool found = false;

	pthread_mutex_lock(cache_lock(cache, set));
	for (size_t i = 0; i < CACHE_WAYS && !found; i++) {
		const struct cached *const place = &cache->places[set][i];

		found = place->generation == generation &&
			secret_equal_bytes(place->hash, hash, sizeof place->hash);
		if (found)
			*ret = place->claims;
	}
	pthread_mutex_unlock(cache_lock(cache, set));
	return found;
}

/* The place whose token is of least use: of other keys, or the first to expire. */
static struct cached *
least_useful(struct cached places[static CACHE_WAYS], unsigned generation)
{
	struct cached *least = &places[0];

	for (size_t i = 0; i < CACHE_WAYS; i++) {
		if (places[i].generation != generation)
			return &places[i];
		if (places[i].claims.expires_at < least->claims.expires_at)
			least = &places[i];
	}
	return least;
}

void
access_cache_add(struct access_cache *cache, const uint8_t hash[static SECRET_SHA256_SIZE],
    unsigned generation, const struct access_claims *claims)
{
	const size_t set = cache_set(hash);

	pthread_mutex_lock(cache_lock(cache, set));
	struct cached *const place = least_useful(cache->places[set], generation);
	place->generation = generation;
	place->claims = *claims;
	memcpy(place->hash, hash, sizeof place->hash);
	pthread_mutex_unlock(cache_lock(cache, set));
}
