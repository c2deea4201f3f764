/* captcha_pool.h - CAPTCHA pictures drawn ahead by a thread of their own.
 *
 * Drawing takes milliseconds and a larger stack than the HTTP server's; taking takes microseconds.
 * Each picture is handed out once. */

#ifndef CAPTCHA_POOL_H
#define CAPTCHA_POOL_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <stddef.h>
#include <stdint.h>

/* How long a taker waits for the painter: well under a client's patience, time for a hundred. */
#define CAPTCHA_POOL_WAIT_MS 500

struct captcha_pool;

/* Starts drawing `count` pictures ahead, each of which keeps about 10 KiB resident. NULL: no
 * memory or thread. Close: captcha_pool_close(). */
struct captcha_pool *captcha_pool_open(unsigned count) MUST_USE;

/* Ends the painter and wipes the answers; NULL is fine. Takers who wait are answered OVERLOADED
 * first; no call may begin after it. */
void captcha_pool_close(struct captcha_pool *);

/* Takes one picture and its answer. OVERLOADED: none became ready in CAPTCHA_POOL_WAIT_MS, or the
 * stock closes; the outputs are then untouched. */
enum result captcha_pool_take(struct captcha_pool *, struct secret *ret_answer,
    uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size) MUST_USE;

/* Pictures ready and takers waiting at this moment. */
void captcha_pool_levels(struct captcha_pool *, unsigned *ret_ready, unsigned *ret_waiting);

#endif
