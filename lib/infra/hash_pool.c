/* hash_pool.c - password hashing in as many threads as there are cores. */

#include "hash_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define STACK_SIZE ((size_t)1024 * 1024)

/* One caller's wish, on its stack while it waits. */
struct job {
	const struct secret *password;
	const char *hash; /* to verify against; NULL: make one */
	char *made;
	bool equal;

	enum result result;
	bool done;
	pthread_cond_t finished;
	struct job *next;
};

struct hash_pool {
	struct secret_cost cost;
	unsigned callers_max; /* one for each worker, and those who queue */
	_Atomic int64_t cpu_us;
	_Atomic int64_t jobs;

	pthread_mutex_t lock; /* of what follows, and of the jobs in the queue */
	pthread_cond_t arrived;
	pthread_cond_t left;
	struct job *first;
	struct job **last;
	unsigned callers;
	bool closing;

	unsigned workers;
	pthread_t worker[];
};

static int64_t
thread_cpu_us(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

/* Takes the oldest job, waiting for one. NULL: closing, and nothing left to do. */
static struct job *
queue_take(struct hash_pool *pool)
{
	while (pool->first == NULL && !pool->closing)
		pthread_cond_wait(&pool->arrived, &pool->lock);

	struct job *const job = pool->first;
	if (job == NULL)
		return NULL;
	pool->first = job->next;
	if (pool->first == NULL)
		pool->last = &pool->first;
	return job;
}

static void
queue_put(struct hash_pool *pool, struct job *job)
{
	*pool->last = job;
	pool->last = &job->next;
	pthread_cond_signal(&pool->arrived);
}

static void
job_do(struct hash_pool *pool, struct job *job)
{
	const int64_t before_us = thread_cpu_us();

	if (job->hash != NULL)
		job->result = secret_password_verify(job->password, job->hash, &job->equal);
	else
		job->result = secret_password_hash(job->password, &pool->cost, job->made);
	atomic_fetch_add(&pool->cpu_us, thread_cpu_us() - before_us);
	atomic_fetch_add(&pool->jobs, 1);
}

static void *
work(void *argument)
{
	struct hash_pool *const pool = argument;

	pthread_mutex_lock(&pool->lock);
	for (struct job *job; (job = queue_take(pool)) != NULL;) {
		pthread_mutex_unlock(&pool->lock);
		job_do(pool, job);
		pthread_mutex_lock(&pool->lock);
		job->done = true;
		/* Under the lock: the job's owner may not leave, and take it along, before. */
		pthread_cond_signal(&job->finished);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Queues the job and waits for it, if there is room. */
static enum result
wait_for(struct hash_pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->lock);
	if (pool->callers == pool->callers_max) {
		pthread_mutex_unlock(&pool->lock);
		return OVERLOADED;
	}

	pool->callers++;
	pthread_cond_init(&job->finished, NULL);
	queue_put(pool, job);
	while (!job->done)
		pthread_cond_wait(&job->finished, &pool->lock);
	pthread_cond_destroy(&job->finished);
	pool->callers--;
	pthread_cond_signal(&pool->left);
	pthread_mutex_unlock(&pool->lock);
	return job->result;
}

enum result
hash_pool_hash(struct hash_pool *pool, const struct secret *password,
    char ret_hash[static PASSWORD_HASH_MAX + 1])
{
	struct job job = { .password = password, .made = ret_hash };

	ret_hash[0] = '\0';
	return wait_for(pool, &job);
}

enum result
hash_pool_verify(
    struct hash_pool *pool, const struct secret *password, const char *hash, bool *ret_equal)
{
	struct job job = { .password = password, .hash = hash };

	TRY(wait_for(pool, &job));
	*ret_equal = job.equal;
	return OK;
}

static bool
workers_start(struct hash_pool *pool, unsigned threads)
{
	pthread_attr_t attributes;
	bool started = true;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	while (started && pool->workers < threads) {
		started = pthread_create(&pool->worker[pool->workers], &attributes, work, pool) ==
			  0;
		pool->workers += started;
	}
	pthread_attr_destroy(&attributes);
	return started;
}

struct hash_pool *
hash_pool_open(unsigned threads, unsigned queue_max, const struct secret_cost *cost)
{
	if (threads == 0 || !secret_cost_is_allowed(cost))
		return NULL;
	struct hash_pool *const pool = calloc(1, sizeof *pool + threads * sizeof pool->worker[0]);
	if (pool == NULL)
		return NULL;

	pool->cost = *cost;
	pool->callers_max = threads + queue_max;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->arrived, NULL);
	pthread_cond_init(&pool->left, NULL);
	if (workers_start(pool, threads))
		return pool;
	hash_pool_close(pool);
	return NULL;
}

void
hash_pool_close(struct hash_pool *pool)
{
	if (pool == NULL)
		return;

	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	pthread_cond_broadcast(&pool->arrived);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->workers; i++)
		pthread_join(pool->worker[i], NULL);

	/* The last callers have their answers; let them out of the lock before it goes. */
	pthread_mutex_lock(&pool->lock);
	while (pool->callers > 0)
		pthread_cond_wait(&pool->left, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_destroy(&pool->left);
	pthread_cond_destroy(&pool->arrived);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void
hash_pool_totals(const struct hash_pool *pool, int64_t *ret_cpu_us, int64_t *ret_jobs)
{
	*ret_cpu_us = atomic_load(&pool->cpu_us);
	*ret_jobs = atomic_load(&pool->jobs);
}
