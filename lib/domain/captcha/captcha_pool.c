/* captcha_pool.c - CAPTCHA pictures drawn ahead by a thread of their own. */

#include "captcha_pool.h"

#include "auth_key.h"
#include "clock.h"
#include "picture.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STACK_SIZE ((size_t)1024 * 1024)
#define REST_MS    100 /* before drawing again after memory ran out */

/* Only the pages that a picture fills become resident: two of five. */
struct picture {
	struct secret answer;
	size_t size;
	uint8_t png[CAPTCHA_PNG_MAX];
};

/* The pictures are a ring: `ready` of them from `first` on, the rest is room. */
struct captcha_pool {
	pthread_t painter;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t drawn; /* one more is ready, or closing */
	pthread_cond_t taken; /* there is room, a taker left, or closing */
	unsigned first;
	unsigned ready;
	unsigned waiting;
	bool closing;

	unsigned count;
	struct picture ring[];
};

static enum result
picture_make(struct picture *picture)
{
	captcha_answer_random(picture->answer.text);
	picture->answer.length = CAPTCHA_LENGTH;
	return picture_draw(picture->answer.text, picture->png, &picture->size);
}

static void
rest(struct captcha_pool *stock)
{
	const struct timespec until = clock_monotonic_in(REST_MS);

	while (!stock->closing)
		if (pthread_cond_timedwait(&stock->taken, &stock->lock, &until) != 0)
			return;
}

/* Waits for room. NULL: closing. */
static struct picture *
room_wait(struct captcha_pool *stock)
{
	while (stock->ready == stock->count && !stock->closing)
		pthread_cond_wait(&stock->taken, &stock->lock);
	if (stock->closing)
		return NULL;
	return &stock->ring[(stock->first + stock->ready) % stock->count];
}

static void *
paint(void *argument)
{
	struct captcha_pool *const stock = argument;

	pthread_mutex_lock(&stock->lock);
	for (struct picture *room; (room = room_wait(stock)) != NULL;) {
		/* Room is the painter's alone until it counts as ready. */
		pthread_mutex_unlock(&stock->lock);
		const enum result result = picture_make(room);
		pthread_mutex_lock(&stock->lock);
		if (result != OK) {
			rest(stock);
			continue;
		}
		stock->ready++;
		pthread_cond_signal(&stock->drawn);
	}
	pthread_mutex_unlock(&stock->lock);
	return NULL;
}

/* Waits until one is ready. False: none in time, or closing. */
static bool
ready_wait(struct captcha_pool *stock)
{
	const struct timespec until = clock_monotonic_in(CAPTCHA_POOL_WAIT_MS);
	int late = 0;

	stock->waiting++;
	while (stock->ready == 0 && !stock->closing && late == 0)
		late = pthread_cond_timedwait(&stock->drawn, &stock->lock, &until);
	stock->waiting--;
	if (stock->closing)
		pthread_cond_signal(&stock->taken);
	return stock->ready > 0 && !stock->closing;
}

static void
picture_hand_out(
    struct picture *picture, struct secret *ret_answer, uint8_t *ret_png, size_t *ret_size)
{
	*ret_answer = picture->answer;
	secret_wipe(&picture->answer);
	memcpy(ret_png, picture->png, picture->size);
	*ret_size = picture->size;
}

enum result
captcha_pool_take(struct captcha_pool *stock, struct secret *ret_answer,
    uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size)
{
	pthread_mutex_lock(&stock->lock);
	if (!ready_wait(stock)) {
		pthread_mutex_unlock(&stock->lock);
		return OVERLOADED;
	}

	picture_hand_out(&stock->ring[stock->first], ret_answer, ret_png, ret_size);
	stock->first = (stock->first + 1) % stock->count;
	stock->ready--;
	pthread_cond_signal(&stock->taken);
	pthread_mutex_unlock(&stock->lock);
	return OK;
}

void
captcha_pool_levels(struct captcha_pool *stock, unsigned *ret_ready, unsigned *ret_waiting)
{
	pthread_mutex_lock(&stock->lock);
	*ret_ready = stock->ready;
	*ret_waiting = stock->waiting;
	pthread_mutex_unlock(&stock->lock);
}

static bool
painter_start(struct captcha_pool *stock)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	const int error = pthread_create(&stock->painter, &attributes, paint, stock);
	pthread_attr_destroy(&attributes);
	return error == 0;
}

static void
stock_free(struct captcha_pool *stock)
{
	for (unsigned i = 0; i < stock->count; i++)
		secret_wipe(&stock->ring[i].answer);
	pthread_cond_destroy(&stock->taken);
	pthread_cond_destroy(&stock->drawn);
	pthread_mutex_destroy(&stock->lock);
	free(stock);
}

struct captcha_pool *
captcha_pool_open(unsigned count)
{
	struct captcha_pool *const stock = calloc(1, sizeof *stock + count * sizeof stock->ring[0]);
	pthread_condattr_t monotonic;

	if (stock == NULL)
		return NULL;
	stock->count = count;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&stock->lock, NULL);
	pthread_cond_init(&stock->drawn, &monotonic);
	pthread_cond_init(&stock->taken, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (!painter_start(stock)) {
		stock_free(stock);
		return NULL;
	}
	return stock;
}

void
captcha_pool_close(struct captcha_pool *stock)
{
	if (stock == NULL)
		return;
	pthread_mutex_lock(&stock->lock);
	stock->closing = true;
	pthread_cond_broadcast(&stock->drawn);
	pthread_cond_broadcast(&stock->taken);
	pthread_mutex_unlock(&stock->lock);

	/* With the painter gone nobody but us waits for `taken`: a leaving taker wakes us. */
	pthread_join(stock->painter, NULL);
	pthread_mutex_lock(&stock->lock);
	while (stock->waiting > 0)
		pthread_cond_wait(&stock->taken, &stock->lock);
	pthread_mutex_unlock(&stock->lock);
	stock_free(stock);
}
