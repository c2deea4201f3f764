/* limit_local.c - limits that are counted in the process. */

#include "limit_local.h"

#include "limit_reached.h"
#include "secret.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#define SETS 4096 /* times WAYS: subjects that can be counted at once */
#define WAYS 8

/* Counts one subject until its window ends; then it is free. */
struct counter {
	uint64_t subject_hash;
	int64_t window_ends_ms;
	int64_t count;
};

/* 768 KiB, but pages whose sets never counted are never touched. */
struct limit_local {
	pthread_mutex_t lock;
	uint8_t key[SECRET_SHORT_KEY_SIZE];
	struct counter sets[SETS][WAYS];
};

struct limit_local *
limit_local_open(void)
{
	struct limit_local *limit_local = calloc(1, sizeof *limit_local);

	if (limit_local == NULL)
		return NULL;
	pthread_mutex_init(&limit_local->lock, NULL);
	secret_random(limit_local->key, sizeof limit_local->key);
	return limit_local;
}

void
limit_local_close(struct limit_local *limit_local)
{
	if (limit_local == NULL)
		return;
	pthread_mutex_destroy(&limit_local->lock);
	free(limit_local);
}

/* Is one counter missed less than the other? A free one is, else that with the smaller count. */
static bool
is_worth_less(const struct counter *one, const struct counter *other, int64_t now_ms)
{
	const bool one_is_free = one->window_ends_ms <= now_ms;
	const bool other_is_free = other->window_ends_ms <= now_ms;

	return one_is_free != other_is_free ? one_is_free : one->count < other->count;
}

/* Returns the subject's counter, or begins one in place of the counter that is missed least. */
static struct counter *
counter_of(struct counter set[static WAYS], uint64_t hash, int64_t now_ms, int64_t window_ms)
{
	struct counter *least = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].subject_hash == hash && set[i].window_ends_ms > now_ms)
			return &set[i];
		if (is_worth_less(&set[i], least, now_ms))
			least = &set[i];
	}
	*least = (struct counter){ .subject_hash = hash, .window_ends_ms = now_ms + window_ms };
	return least;
}

/* One subject has another hash for each limit. */
static uint64_t
subject_hash(const struct limit_local *limit_local, const struct limit_subject *subject)
{
	return secret_short_hash(limit_local->key, subject->bytes, subject->size) +
	       (uint64_t)subject->limit_id;
}

struct limit_state
limit_local_count(struct limit_local *limit_local, struct limit_subject subject, int64_t now_ms)
{
	const struct limit *limit = limit_of(subject.limit_id);
	const int64_t max = (int64_t)limit->max * subject.factor;
	struct limit_state state = { .granted = true, .max = max, .left = INT64_MAX };
	const uint64_t hash = subject_hash(limit_local, &subject);

	assert(limit->counted_in == LIMIT_IN_PROCESS);
	if (subject.uncounted)
		return state;
	pthread_mutex_lock(&limit_local->lock);
	struct counter *counter = counter_of(
	    limit_local->sets[hash % SETS], hash, now_ms, limit->window_s * 1000);
	state.granted = counter->count < max;
	counter->count += state.granted;
	state.left = max - counter->count;
	state.wait_s = (counter->window_ends_ms - now_ms + 999) / 1000;
	state.window_ends_ms = counter->window_ends_ms;
	pthread_mutex_unlock(&limit_local->lock);
	if (state.granted && state.left == 0)
		limit_reached(subject.limit_id);
	return state;
}

void
limit_local_give_back(struct limit_local *limit_local, struct limit_subject subject,
    const struct limit_state *counted)
{
	const uint64_t hash = subject_hash(limit_local, &subject);
	struct counter *set = limit_local->sets[hash % SETS];

	if (!counted->granted)
		return;
	pthread_mutex_lock(&limit_local->lock);
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].subject_hash == hash && set[i].window_ends_ms == counted->window_ends_ms)
			set[i].count -= set[i].count > 0;
	pthread_mutex_unlock(&limit_local->lock);
}
