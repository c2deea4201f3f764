/* hash_pool.c - password hashing in as many threads as there are cores. */

#include "hash_pool.h"

#include "clock.h"
#include "deadline.h"
#include "hash_memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define STACK_SIZE  ((size_t)1024 * 1024)
#define WAIT_MAX_MS INT32_MAX /* of a caller without a deadline: 24 days */

/* What a caller wants to have done; on its stack while it waits. */
struct job {
	const struct secret *password;
	const char *hash; /* to verify against; NULL: make one */
	char *made;
	bool equal;

	enum result result;
	bool done;
	int64_t queued_at_us; /* by the monotonic clock */
	pthread_cond_t finished;
	struct job *next;
};

struct worker {
	struct hash_pool *pool;
	pthread_t thread;
	pthread_cond_t called;
	bool resting;        /* is in the pool's list of those */
	struct worker *next; /* the worker that began to rest before it */
};

struct hash_pool {
	struct secret_cost cost;
	char nobodys[PASSWORD_HASH_MAX + 1]; /* hash, of the same cost */
	unsigned callers_max;                /* one per worker, and those that wait in the queue */
	_Atomic int64_t cpu_us;
	_Atomic int64_t jobs;
	_Atomic int64_t queued;
	_Atomic int64_t waited_us;
	_Atomic int64_t
	    job_us; /* of wall time: a mean over some jobs, in which the last count most */

	pthread_mutex_t lock; /* for the members below, the queued jobs and the resting workers */
	pthread_cond_t left;
	struct job *first;
	struct job **last;
	struct worker *resting; /* the last to begin */
	unsigned callers;
	bool closing;

	unsigned workers;
	struct worker worker[];
};

static int64_t
thread_cpu_us(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

/* Unmapping takes a millisecond: not under the lock. */
static void
memory_give_back(struct hash_pool *pool)
{
	pthread_mutex_unlock(&pool->lock);
	hash_memory_release();
	pthread_mutex_lock(&pool->lock);
}

/* Until it is called, or the pool closes. */
static void
worker_rest(struct hash_pool *pool, struct worker *worker)
{
	const struct timespec lull_ends = clock_monotonic_in(HASH_POOL_LULL_MS);

	worker->resting = true;
	worker->next = pool->resting;
	pool->resting = worker;
	while (worker->resting && !pool->closing)
		if (hash_memory_kept() == 0)
			pthread_cond_wait(&worker->called, &pool->lock);
		else if (pthread_cond_timedwait(&worker->called, &pool->lock, &lull_ends) ==
			 ETIMEDOUT)
			memory_give_back(pool);
}

/* The one whose memory is the likeliest to be there still. */
static void
worker_call(struct hash_pool *pool)
{
	struct worker *const worker = pool->resting;

	if (worker == NULL)
		return;
	pool->resting = worker->next;
	worker->resting = false;
	pthread_cond_signal(&worker->called);
}

/* Takes out the job at this place of the queue. */
static struct job *
queue_remove(struct hash_pool *pool, struct job **at)
{
	struct job *const job = *at;

	*at = job->next;
	if (*at == NULL)
		pool->last = at;
	atomic_fetch_sub(&pool->queued, 1);
	return job;
}

/* Takes the oldest job, waiting for one. NULL: closing, and nothing left to do. */
static struct job *
queue_take(struct hash_pool *pool, struct worker *worker)
{
	/* A worker that was called may find that a busy one was quicker. */
	while (pool->first == NULL && !pool->closing)
		worker_rest(pool, worker);

	if (pool->first == NULL)
		return NULL;
	struct job *const job = queue_remove(pool, &pool->first);
	atomic_fetch_add(&pool->waited_us, clock_monotonic_us() - job->queued_at_us);
	return job;
}

static void
queue_put(struct hash_pool *pool, struct job *job)
{
	job->queued_at_us = clock_monotonic_us();
	*pool->last = job;
	pool->last = &job->next;
	atomic_fetch_add(&pool->queued, 1);
	worker_call(pool);
}

/* Takes this job out. False: a worker has taken it. */
static bool
queue_leave(struct hash_pool *pool, const struct job *job)
{
	struct job **at = &pool->first;

	while (*at != NULL && *at != job)
		at = &(*at)->next;
	if (*at == NULL)
		return false;
	queue_remove(pool, at);
	return true;
}

/* The first jobs count alike, later ones by their share of HASH_POOL_MEAN_OF. A job that took far
 * longer counts as one of twice the mean: a worker that got no core for a while says little about
 * the next jobs. Two workers at once may leave one of theirs out. */
static void
note_job(struct hash_pool *pool, int64_t took_us)
{
	const int64_t mean_us = atomic_load(&pool->job_us);
	const int64_t jobs = atomic_fetch_add(&pool->jobs, 1) + 1;
	const int64_t counted_us = took_us < 2 * mean_us ? took_us : 2 * mean_us;
	const int64_t of = jobs < HASH_POOL_MEAN_OF ? jobs : HASH_POOL_MEAN_OF;

	atomic_store(&pool->job_us, mean_us == 0 ? took_us : mean_us + (counted_us - mean_us) / of);
}

static void
job_do(struct hash_pool *pool, struct job *job)
{
	const int64_t before_us = thread_cpu_us(), began_us = clock_monotonic_us();

	hash_memory_keep();
	if (job->hash != NULL)
		job->result = secret_password_verify(job->password, job->hash, &job->equal);
	else
		job->result = secret_password_hash(job->password, &pool->cost, job->made);
	atomic_fetch_add(&pool->cpu_us, thread_cpu_us() - before_us);
	note_job(pool, clock_monotonic_us() - began_us);
}

static void *
run_worker(void *argument)
{
	struct worker *const worker = argument;
	struct hash_pool *const pool = worker->pool;

	pthread_mutex_lock(&pool->lock);
	for (struct job *job; (job = queue_take(pool, worker)) != NULL;) {
		pthread_mutex_unlock(&pool->lock);
		job_do(pool, job);
		pthread_mutex_lock(&pool->lock);
		job->done = true;
		/* Under the lock: the job's owner may not leave, and take it along, before. */
		pthread_cond_signal(&job->finished);
	}
	pthread_mutex_unlock(&pool->lock);
	hash_memory_release();
	return NULL;
}

/* Waits for the answer; no longer than the caller has time, unless a worker is at it by then. With
 * the lock held. */
static enum result
wait_for_answer(struct hash_pool *pool, struct job *job)
{
	const struct timespec until = clock_monotonic_in(deadline_left_ms(WAIT_MAX_MS));
	int waited = 0;

	while (!job->done && waited == 0)
		waited = pthread_cond_timedwait(&job->finished, &pool->lock, &until);
	if (!job->done && queue_leave(pool, job))
		return UNAVAILABLE;
	while (!job->done)
		pthread_cond_wait(&job->finished, &pool->lock);
	return job->result;
}

/* Queues the job and waits for it, if there is room, and time. */
static enum result
wait_for(struct hash_pool *pool, struct job *job)
{
	if (deadline_left_ms(1) == 0)
		return UNAVAILABLE;
	pthread_mutex_lock(&pool->lock);
	if (pool->callers == pool->callers_max) {
		pthread_mutex_unlock(&pool->lock);
		return OVERLOADED;
	}

	pool->callers++;
	clock_condition_init(&job->finished);
	queue_put(pool, job);
	const enum result result = wait_for_answer(pool, job);
	pthread_cond_destroy(&job->finished);
	pool->callers--;
	pthread_cond_signal(&pool->left);
	pthread_mutex_unlock(&pool->lock);
	return result;
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
hash_pool_verify(struct hash_pool *pool, const struct secret *password, const char *hash_or_null,
    bool *ret_equal)
{
	const bool is_somebodys = hash_or_null != NULL;
	struct job job = { .password = password,
		.hash = is_somebodys ? hash_or_null : pool->nobodys };

	TRY(wait_for(pool, &job));
	*ret_equal = job.equal && is_somebodys;
	return OK;
}

int64_t
hash_pool_wait_ms(const struct hash_pool *pool, unsigned jobs)
{
	if (atomic_load(&pool->jobs) < HASH_POOL_MEAN_OF)
		return 0;
	return atomic_load(&pool->job_us) * jobs / pool->workers / 1000;
}

bool
hash_pool_needs_rehash(const struct hash_pool *pool, const char *hash)
{
	return !secret_password_costs(hash, &pool->cost);
}

static bool
worker_start(struct hash_pool *pool, const pthread_attr_t *attributes)
{
	struct worker *const worker = &pool->worker[pool->workers];

	worker->pool = pool;
	clock_condition_init(&worker->called);
	if (pthread_create(&worker->thread, attributes, run_worker, worker) != 0)
		return false;
	pool->workers++;
	return true;
}

static bool
workers_start(struct hash_pool *pool, unsigned threads)
{
	pthread_attr_t attributes;
	bool started = true;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	while (started && pool->workers < threads)
		started = worker_start(pool, &attributes);
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
	secret_password_nobody(cost, pool->nobodys);
	pool->callers_max = threads + queue_max;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->left, NULL);
	if (workers_start(pool, threads))
		return pool;
	hash_pool_close(pool);
	return NULL;
}

/* After the jobs in the queue. */
static void
workers_end(struct hash_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	for (unsigned i = 0; i < pool->workers; i++)
		pthread_cond_signal(&pool->worker[i].called);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->workers; i++) {
		pthread_join(pool->worker[i].thread, NULL);
		pthread_cond_destroy(&pool->worker[i].called);
	}
}

void
hash_pool_close(struct hash_pool *pool)
{
	if (pool == NULL)
		return;

	workers_end(pool);
	/* The last callers have their answers; let them out of the lock before it goes. */
	pthread_mutex_lock(&pool->lock);
	while (pool->callers > 0)
		pthread_cond_wait(&pool->left, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_destroy(&pool->left);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void
hash_pool_totals(const struct hash_pool *pool, struct hash_pool_totals *ret)
{
	*ret = (struct hash_pool_totals){
		.jobs = atomic_load(&pool->jobs),
		.cpu_us = atomic_load(&pool->cpu_us),
		.queued = atomic_load(&pool->queued),
		.waited_us = atomic_load(&pool->waited_us),
	};
}
