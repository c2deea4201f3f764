/* captcha_pool.h - CAPTCHA pictures that a thread (the painter) draws ahead.
 *
 * Drawing takes a fifth of a millisecond and a larger stack than the HTTP server's threads have;
 * taking a picture takes microseconds. Each picture is handed out once. */

#ifndef CAPTCHA_POOL_H
#define CAPTCHA_POOL_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <stddef.h>
#include <stdint.h>

/* How long captcha_pool_take() waits for the painter, which draws some hundred pictures
 * meanwhile. */
#define CAPTCHA_POOL_WAIT_MS 500

struct captcha_pool;

/* Starts the painter, which keeps `count` pictures ready; each keeps about 8 KiB resident. NULL:
 * no memory or no thread. Close: captcha_pool_close(). */
struct captcha_pool *captcha_pool_open(unsigned count) MUST_USE;

/* Ends the painter, wipes the answers and frees the pool. Calls of captcha_pool_take() that wait
 * return OVERLOADED first; no call may begin after it. Accepts NULL. */
void captcha_pool_close(struct captcha_pool *);

/* Takes one picture (a PNG of *ret_size bytes) and its answer. OVERLOADED: none became ready within
 * CAPTCHA_POOL_WAIT_MS, or the pool closes; the outputs are then untouched. From any thread. */
enum result captcha_pool_take(struct captcha_pool *, struct secret *ret_answer,
    uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size) MUST_USE;

/* The pictures that are ready and the calls that wait for one, for the metrics. */
void captcha_pool_levels(struct captcha_pool *, unsigned *ret_ready, unsigned *ret_waiting);

#endif
