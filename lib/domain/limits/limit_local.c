/* limit_local.c - counters in the process. */

#include "limit_local.h"

#include "log.h"
#include "secret.h"

#include <pthread.h>
#include <stdlib.h>

#define SETS 4096 /* times WAYS: things that can be counted at once */
#define WAYS 8

/* A thing's counter; past its end it is nobody's. */
struct counter {
	uint64_t subject;
	int64_t ends_ms;
	int64_t count;
};

/* Pages of a set that never counted anything are never touched. */
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

/* Which of two counters is missed less: one past its end, else the smaller. */
static bool
is_worth_less(const struct counter *one, const struct counter *other, int64_t now_ms)
{
	const bool one_is_over = one->ends_ms <= now_ms;
	const bool other_is_over = other->ends_ms <= now_ms;

	return one_is_over != other_is_over ? one_is_over : one->count < other->count;
}

/* The thing's counter, or one that is missed less than the others, made its. */
static struct counter *
counter_of(struct counter set[static WAYS], uint64_t subject, int64_t now_ms, int64_t window_ms)
{
	struct counter *least = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].subject == subject && set[i].ends_ms > now_ms)
			return &set[i];
		if (is_worth_less(&set[i], least, now_ms))
			least = &set[i];
	}
	*least = (struct counter){ .subject = subject, .ends_ms = now_ms + window_ms };
	return least;
}

/* Things of different scopes are different things. */
static uint64_t
hash_of(
    const struct limit_local *limit_local, enum limit_id limit_id, const void *subject, size_t size)
{
	return secret_short_hash(limit_local->key, subject, size) + (uint64_t)limit_id;
}

struct limit_state
limit_local_count(struct limit_local *limit_local, enum limit_id limit_id, const void *subject,
    size_t size, unsigned shared_network_factor, int64_t now_ms)
{
	const struct limit *limit = limit_of(limit_id);
	struct limit_state state = { .limit = (int64_t)limit->count * shared_network_factor };
	const uint64_t hash = hash_of(limit_local, limit_id, subject, size);

	pthread_mutex_lock(&limit_local->lock);
	struct counter *counter = counter_of(
	    limit_local->sets[hash % SETS], hash, now_ms, limit->window_s * 1000);
	state.granted = counter->count < state.limit;
	counter->count += state.granted;
	state.left = state.limit - counter->count;
	state.wait_s = (counter->ends_ms - now_ms + 999) / 1000;
	state.ends_ms = counter->ends_ms;
	pthread_mutex_unlock(&limit_local->lock);
	if (state.granted && state.left == 0)
		log_event("limit_reached",
		    (const struct log_value[]){ log_text("limit", limit->name), { 0 } });
	return state;
}

void
limit_local_give_back(struct limit_local *limit_local, enum limit_id limit_id, const void *subject,
    size_t size, const struct limit_state *taken)
{
	const uint64_t hash = hash_of(limit_local, limit_id, subject, size);
	struct counter *set = limit_local->sets[hash % SETS];

	if (!taken->granted)
		return;
	pthread_mutex_lock(&limit_local->lock);
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].subject == hash && set[i].ends_ms == taken->ends_ms)
			set[i].count -= set[i].count > 0;
	pthread_mutex_unlock(&limit_local->lock);
}
