/* hash_pool.h - password hashing in as many threads as there are cores.
 *
 * Argon2id is the one expensive thing of the service. It runs here and nowhere else, so that a
 * storm of it can not starve the rest: each thread has a 1 MiB stack, the queue is bounded, and
 * what does not fit is refused at once. Callers wait for their answer, until the deadline of their
 * thread (deadline.h): a job that no worker has taken by then is taken out of the queue.
 *
 * A worker keeps the work area of its hashes (hash_memory.h) while jobs come, and gives it back to
 * the kernel HASH_POOL_LULL_MS after its last: memory in use is the cost's times the workers that
 * are busy, and none when nobody logs in. The worker that rested last is called first, so that as
 * few as are needed hold memory, and those keep it. */

#ifndef HASH_POOL_H
#define HASH_POOL_H

#include "result.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>

#define HASH_POOL_LULL_MS 50 /* a worker without a job for so long gives its memory back */
#define HASH_POOL_MEAN_OF 8  /* jobs that tell how long the next ones take */

struct hash_pool;

/* Starts `threads` workers with room for `queue_max` waiting jobs. NULL: no threads or memory,
 * or a cost that is not allowed. Close: hash_pool_close(). */
struct hash_pool *hash_pool_open(
    unsigned threads, unsigned queue_max, const struct secret_cost *) MUST_USE;

/* Ends the workers after the jobs in the queue, and returns when the last caller has its answer;
 * NULL is fine. No call may come after it. */
void hash_pool_close(struct hash_pool *);

/* Hashes. OVERLOADED: the queue is full; UNAVAILABLE: no memory for the hash, or no worker took the
 * job before the deadline. */
enum result hash_pool_hash(struct hash_pool *, const struct secret *password,
    char ret_hash[static PASSWORD_HASH_MAX + 1]) MUST_USE;

/* Verifies. OK and *ret_equal; OVERLOADED, UNAVAILABLE: as above, which says nothing about the
 * password; INTERNAL: `hash` is no Argon2id hash.
 *
 * `hash` NULL: there is no such account. The password is verified against a dummy hash of the
 * pool's cost and is never equal: so the time does not show whether a login ID exists (ASVS 6.3.8),
 * and the caller takes one path for both. A hash that was made at another cost takes another time
 * until it is made anew: hash_pool_needs_rehash(). */
enum result hash_pool_verify(struct hash_pool *, const struct secret *password,
    const char *hash_or_null, bool *ret_equal) MUST_USE;

/* How long so many jobs take when all of them are queued now, as long as the last ones took (which
 * is longer where others want the cores, too); 0 until HASH_POOL_MEAN_OF were done, as the first
 * ones of a process take longer. */
int64_t hash_pool_wait_ms(const struct hash_pool *, unsigned jobs) MUST_USE;

/* Was `hash` made at another cost than the pool's, lower or higher (or is it no hash at all)? Then
 * the password, once it is known to be right, should be hashed anew. */
bool hash_pool_needs_rehash(const struct hash_pool *, const char *hash) MUST_USE;

/* For the metrics. */
struct hash_pool_totals {
	int64_t jobs;      /* done since the start */
	int64_t cpu_us;    /* that they took */
	int64_t queued;    /* that wait for a worker now */
	int64_t waited_us; /* from when each was queued until a worker took it */
};
void hash_pool_totals(const struct hash_pool *, struct hash_pool_totals *ret);

#endif
