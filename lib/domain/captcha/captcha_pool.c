/* captcha_pool.c - CAPTCHA pictures that a thread draws ahead. */

#include "captcha_pool.h"

#include "auth_key.h"
#include "clock.h"
#include "deadline.h"
#include "picture.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STACK_SIZE ((size_t)1024 * 1024)
#define REST_MS    100 /* after memory ran out, before the painter draws again */

/* A picture is smaller than CAPTCHA_PNG_MAX: only two of its five pages become resident. */
struct pool_picture {
	struct secret answer;
	size_t size;
	uint8_t png[CAPTCHA_PNG_MAX];
};

/* The pictures are a ring: `ready` of them from `first` on can be taken, the others are drawn
 * anew. */
struct captcha_pool {
	pthread_t painter;
	struct painting *painting; /* the painter's */

	pthread_mutex_t lock; /* of all members below but `count` */
	pthread_cond_t drawn; /* a picture became ready, or the pool closes */
	pthread_cond_t taken; /* a picture was taken, a caller gave up, or the pool closes */
	unsigned first;
	unsigned ready;
	unsigned waiting; /* callers of captcha_pool_take() */
	bool closing;

	unsigned count; /* of the ring */
	struct pool_picture ring[];
};

static enum result
make_picture(struct painting *painting, struct pool_picture *picture)
{
	captcha_answer_random(picture->answer.text);
	picture->answer.length = CAPTCHA_LENGTH;
	return picture_draw(painting, picture->answer.text, picture->png, &picture->size);
}

/* Waits REST_MS, or until the pool closes. */
static void
rest_painter(struct captcha_pool *pool)
{
	const struct timespec until = clock_monotonic_in(REST_MS);

	while (!pool->closing)
		if (pthread_cond_timedwait(&pool->taken, &pool->lock, &until) != 0)
			return;
}

/* Waits for a picture to draw anew. NULL: the pool closes. */
static struct pool_picture *
wait_for_room(struct captcha_pool *pool)
{
	while (pool->ready == pool->count && !pool->closing)
		pthread_cond_wait(&pool->taken, &pool->lock);
	if (pool->closing)
		return NULL;
	return &pool->ring[(pool->first + pool->ready) % pool->count];
}

static void *
paint_pictures(void *argument)
{
	struct captcha_pool *const pool = argument;

	pthread_mutex_lock(&pool->lock);
	for (struct pool_picture *picture; (picture = wait_for_room(pool)) != NULL;) {
		/* Only the painter uses the picture until it counts as ready. */
		pthread_mutex_unlock(&pool->lock);
		const enum result result = make_picture(pool->painting, picture);
		pthread_mutex_lock(&pool->lock);
		if (result != OK) {
			rest_painter(pool);
			continue;
		}
		pool->ready++;
		pthread_cond_signal(&pool->drawn);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Waits until a picture is ready. False: none is in time, or the pool closes. */
static bool
wait_until_drawn(struct captcha_pool *pool)
{
	const struct timespec until = clock_monotonic_in(deadline_left_ms(CAPTCHA_POOL_WAIT_MS));
	int late = 0;

	pool->waiting++;
	while (pool->ready == 0 && !pool->closing && late == 0)
		late = pthread_cond_timedwait(&pool->drawn, &pool->lock, &until);
	pool->waiting--;
	if (pool->closing)
		pthread_cond_signal(&pool->taken);
	return pool->ready > 0 && !pool->closing;
}

static void
hand_out_picture(
    struct pool_picture *picture, struct secret *ret_answer, uint8_t *ret_png, size_t *ret_size)
{
	*ret_answer = picture->answer;
	secret_wipe(&picture->answer);
	memcpy(ret_png, picture->png, picture->size);
	*ret_size = picture->size;
}

enum result
captcha_pool_take(struct captcha_pool *pool, struct secret *ret_answer,
    uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size)
{
	pthread_mutex_lock(&pool->lock);
	if (!wait_until_drawn(pool)) {
		pthread_mutex_unlock(&pool->lock);
		return OVERLOADED;
	}

	hand_out_picture(&pool->ring[pool->first], ret_answer, ret_png, ret_size);
	pool->first = (pool->first + 1) % pool->count;
	pool->ready--;
	pthread_cond_signal(&pool->taken);
	pthread_mutex_unlock(&pool->lock);
	return OK;
}

void
captcha_pool_levels(struct captcha_pool *pool, unsigned *ret_ready, unsigned *ret_waiting)
{
	pthread_mutex_lock(&pool->lock);
	*ret_ready = pool->ready;
	*ret_waiting = pool->waiting;
	pthread_mutex_unlock(&pool->lock);
}

static bool
start_painter(struct captcha_pool *pool)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	const int error = pthread_create(&pool->painter, &attributes, paint_pictures, pool);
	pthread_attr_destroy(&attributes);
	return error == 0;
}

static void
captcha_pool_free(struct captcha_pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		secret_wipe(&pool->ring[i].answer);
	pthread_cond_destroy(&pool->taken);
	pthread_cond_destroy(&pool->drawn);
	pthread_mutex_destroy(&pool->lock);
	painting_free(pool->painting);
	free(pool);
}

struct captcha_pool *
captcha_pool_open(unsigned count)
{
	struct captcha_pool *const pool = calloc(1, sizeof *pool + count * sizeof pool->ring[0]);

	if (pool == NULL)
		return NULL;
	pool->count = count;
	pthread_mutex_init(&pool->lock, NULL);
	clock_condition_init(&pool->drawn);
	clock_condition_init(&pool->taken);
	pool->painting = painting_new();
	if (pool->painting == NULL || !start_painter(pool)) {
		captcha_pool_free(pool);
		return NULL;
	}
	return pool;
}

void
captcha_pool_close(struct captcha_pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	pthread_cond_broadcast(&pool->drawn);
	pthread_cond_broadcast(&pool->taken);
	pthread_mutex_unlock(&pool->lock);

	/* Without the painter only this thread waits for `taken`: each caller that gives up signals
	 * it. */
	pthread_join(pool->painter, NULL);
	pthread_mutex_lock(&pool->lock);
	while (pool->waiting > 0)
		pthread_cond_wait(&pool->taken, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	captcha_pool_free(pool);
}
