/* hash_pool.h - password hashing in as many threads as there are cores.
 *
 * Argon2id is the one expensive thing of the service. It runs here and nowhere else, so that a
 * storm of it can not starve the rest: each thread has a 1 MiB stack, the queue is bounded, and
 * what does not fit is refused at once. Callers wait for their answer. */

#ifndef HASH_POOL_H
#define HASH_POOL_H

#include "result.h"
#include "secret.h"

#include <stdbool.h>

struct hash_pool;

/* Starts `threads` workers with room for `queue_max` waiting jobs. NULL: no threads or memory,
 * or a cost that is not allowed. Close: hash_pool_close(). */
struct hash_pool *hash_pool_open(
    unsigned threads, unsigned queue_max, const struct secret_cost *) MUST_USE;

/* Ends the workers after the jobs in the queue, and returns when the last caller has its answer;
 * NULL is fine. No call may come after it. */
void hash_pool_close(struct hash_pool *);

/* Hashes. OVERLOADED: the queue is full; UNAVAILABLE: no memory for the hash. */
enum result hash_pool_hash(struct hash_pool *, const struct secret *password,
    char ret_hash[static PASSWORD_HASH_MAX + 1]) MUST_USE;

/* Verifies. OK and *ret_equal; OVERLOADED; UNAVAILABLE; INTERNAL: `hash` is no Argon2id hash. */
enum result hash_pool_verify(
    struct hash_pool *, const struct secret *password, const char *hash, bool *ret_equal) MUST_USE;

/* Microseconds of CPU spent in hashing so far, and jobs done, for the metrics. */
void hash_pool_totals(const struct hash_pool *, int64_t *ret_cpu_us, int64_t *ret_jobs);

#endif
