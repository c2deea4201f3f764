/* throttle.c - counters in the process. */

#include "throttle.h"

#include "log.h"
#include "secret.h"

#include <pthread.h>
#include <stdlib.h>

#define SETS 4096 /* times WAYS: things that can be counted at once */
#define WAYS 8

/* A thing's counter; past its end it is nobody's. */
struct counter {
	uint64_t thing;
	int64_t ends_ms;
	int64_t count;
};

/* Pages of a set that never counted anything are never touched. */
struct throttle {
	pthread_mutex_t lock;
	uint8_t key[SECRET_SHORT_KEY_SIZE];
	struct counter sets[SETS][WAYS];
};

struct throttle *
throttle_open(void)
{
	struct throttle *throttle = calloc(1, sizeof *throttle);

	if (throttle == NULL)
		return NULL;
	pthread_mutex_init(&throttle->lock, NULL);
	secret_random(throttle->key, sizeof throttle->key);
	return throttle;
}

void
throttle_close(struct throttle *throttle)
{
	if (throttle == NULL)
		return;
	pthread_mutex_destroy(&throttle->lock);
	free(throttle);
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
counter_of(struct counter set[static WAYS], uint64_t thing, int64_t now_ms, int64_t window_ms)
{
	struct counter *least = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].thing == thing && set[i].ends_ms > now_ms)
			return &set[i];
		if (is_worth_less(&set[i], least, now_ms))
			least = &set[i];
	}
	*least = (struct counter){ .thing = thing, .ends_ms = now_ms + window_ms };
	return least;
}

/* Things of different scopes are different things. */
static uint64_t
hash_of(const struct throttle *throttle, enum policy_scope scope, const void *thing, size_t size)
{
	return secret_short_hash(throttle->key, thing, size) + (uint64_t)scope;
}

struct throttle_state
throttle_take(struct throttle *throttle, enum policy_scope scope, const void *thing, size_t size,
    unsigned crowd, int64_t now_ms)
{
	const struct policy *policy = policy_of(scope);
	struct throttle_state state = { .limit = (int64_t)policy->count * crowd };
	const uint64_t hash = hash_of(throttle, scope, thing, size);

	pthread_mutex_lock(&throttle->lock);
	struct counter *counter = counter_of(
	    throttle->sets[hash % SETS], hash, now_ms, policy->window_s * 1000);
	state.granted = counter->count < state.limit;
	counter->count += state.granted;
	state.left = state.limit - counter->count;
	state.wait_s = (counter->ends_ms - now_ms + 999) / 1000;
	state.ends_ms = counter->ends_ms;
	pthread_mutex_unlock(&throttle->lock);
	if (state.granted && state.left == 0)
		log_event("limit_reached",
		    (const struct log_value[]){ log_text("limit", policy->name), { 0 } });
	return state;
}

void
throttle_give_back(struct throttle *throttle, enum policy_scope scope, const void *thing,
    size_t size, const struct throttle_state *taken)
{
	const uint64_t hash = hash_of(throttle, scope, thing, size);
	struct counter *set = throttle->sets[hash % SETS];

	if (!taken->granted)
		return;
	pthread_mutex_lock(&throttle->lock);
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].thing == hash && set[i].ends_ms == taken->ends_ms)
			set[i].count -= set[i].count > 0;
	pthread_mutex_unlock(&throttle->lock);
}
