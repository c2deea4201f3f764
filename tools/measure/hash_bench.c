/* hash_bench.c - how many password hashes a second this machine makes, and what CPU each costs.
 *
 *   hash_bench WAY SECONDS CALLERS [MEMORY_KIB PASSES]
 *
 * Each caller verifies a password again and again, by one of three ways:
 *   pool   through a pool of as many threads as there are cores (not more than callers), as the
 *          service does: the figure that a login's rate is compared with
 *   kept   in its own thread, with the memory kept from hash to hash: what the pool could reach
 *   fresh  in its own thread, with memory mapped for each hash, as libsodium does by itself
 * The cost is that of the settings' defaults. Prints one line of JSON: rate a second, milliseconds
 * of CPU a hash (user and system, of the whole process), and the most memory that was resident. */

#include "clock.h"
#include "hash_memory.h"
#include "hash_pool.h"
#include "secret.h"
#include "text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CALLERS_MAX 256
#define SECONDS_MAX 600

struct bench {
	struct hash_pool *pool;
	struct secret password;
	char hash[PASSWORD_HASH_MAX + 1];
	enum result (*verify)(struct bench *);
	int64_t until_ms;
	_Atomic unsigned long hashes;
	_Atomic unsigned long failures;
};

struct request {
	enum result (*verify)(struct bench *);
	int64_t seconds;
	int64_t callers;
	struct secret_cost cost;
};

static enum result
verify_pool(struct bench *b)
{
	bool equal = false;

	TRY(hash_pool_verify(b->pool, &b->password, b->hash, &equal));
	return equal ? OK : INTERNAL;
}

static enum result
verify_fresh(struct bench *b)
{
	bool equal = false;

	TRY(secret_password_verify(&b->password, b->hash, &equal));
	return equal ? OK : INTERNAL;
}

static enum result
verify_kept(struct bench *b)
{
	hash_memory_keep();
	return verify_fresh(b);
}

static const struct {
	const char *name;
	enum result (*verify)(struct bench *);
} ways[] = {
	{ "pool", verify_pool },
	{ "kept", verify_kept },
	{ "fresh", verify_fresh },
};

static void *
hash_until_told(void *argument)
{
	struct bench *const b = argument;

	while (clock_monotonic_ms() < b->until_ms) {
		if (b->verify(b) == OK)
			atomic_fetch_add(&b->hashes, 1);
		else
			atomic_fetch_add(&b->failures, 1);
	}
	hash_memory_release();
	return NULL;
}

static double
cpu_ms(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e3;
}

static bool
run_pool(struct bench *b, const struct request *request)
{
	pthread_t caller[CALLERS_MAX];
	struct rusage before, after;
	int64_t started = 0;

	const int64_t began_ms = clock_monotonic_ms();
	b->until_ms = began_ms + request->seconds * 1000;
	getrusage(RUSAGE_SELF, &before);
	while (started < request->callers &&
	       pthread_create(&caller[started], NULL, hash_until_told, b) == 0)
		started++;
	for (int64_t i = 0; i < started; i++)
		pthread_join(caller[i], NULL);
	const double passed_s = (double)(clock_monotonic_ms() - began_ms) / 1e3;
	getrusage(RUSAGE_SELF, &after);
	if (started < request->callers || b->hashes == 0 || b->failures > 0)
		return false;

	printf(
	    "{\"rate\":%.2f,\"cpu_ms\":%.3f,\"hashes\":%lu,\"seconds\":%.3f,\"rss_max_kib\":%ld}\n",
	    (double)b->hashes / passed_s, (cpu_ms(&after) - cpu_ms(&before)) / (double)b->hashes,
	    (unsigned long)b->hashes, passed_s, after.ru_maxrss);
	return true;
}

static bool
wish_read(int count, char **words, struct request *ret)
{
	int64_t memory_kib = 19456, passes = 2;

	if ((count != 4 && count != 6) || !text_number(words[2], 1, SECONDS_MAX, &ret->seconds) ||
	    !text_number(words[3], 1, CALLERS_MAX, &ret->callers))
		return false;
	if (count == 6 && (!text_number(words[4], 1, UINT32_MAX, &memory_kib) ||
			      !text_number(words[5], 1, UINT32_MAX, &passes)))
		return false;
	ret->cost = (struct secret_cost){ (uint64_t)passes, (size_t)memory_kib * 1024 };
	for (size_t i = 0; i < LENGTH(ways); i++)
		if (strcmp(words[1], ways[i].name) == 0)
			ret->verify = ways[i].verify;
	return ret->verify != NULL && secret_cost_is_allowed(&ret->cost);
}

int
main(int count, char **words)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct request request = { 0 };
	struct bench b = { 0 };

	if (!wish_read(count, words, &request)) {
		fputs("usage: hash_bench pool|kept|fresh SECONDS CALLERS [MEMORY_KIB PASSES]\n",
		    stderr);
		return 2;
	}
	if (!secret_start() || !secret_set(&b.password, "hoken2026kenko") ||
	    secret_password_hash(&b.password, &request.cost, b.hash) != OK)
		return 1;
	b.verify = request.verify;
	b.pool = hash_pool_open((unsigned)(request.callers < cores ? request.callers : cores),
	    (unsigned)request.callers, &request.cost);
	const bool done = b.pool != NULL && run_pool(&b, &request);
	hash_pool_close(b.pool);
	return done ? 0 : 1;
}
