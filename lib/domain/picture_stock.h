/* picture_stock.h - CAPTCHA pictures drawn ahead by a thread of their own.
 *
 * Drawing takes milliseconds and a larger stack than the HTTP server's; taking takes microseconds.
 * Each picture is handed out once. */

#ifndef PICTURE_STOCK_H
#define PICTURE_STOCK_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <stddef.h>
#include <stdint.h>

/* How long a taker waits for the painter: well under a client's patience, time for a hundred. */
#define PICTURE_STOCK_WAIT_MS 500

struct picture_stock;

/* Starts drawing `count` pictures ahead, each of which keeps about 10 KiB resident. NULL: no
 * memory or thread. Close: picture_stock_close(). */
struct picture_stock *picture_stock_open(unsigned count) MUST_USE;

/* Ends the painter and wipes the answers; NULL is fine. Takers who wait are answered OVERLOADED
 * first; no call may begin after it. */
void picture_stock_close(struct picture_stock *);

/* Takes one picture and its answer. OVERLOADED: none became ready in PICTURE_STOCK_WAIT_MS, or the
 * stock closes; the outputs are then untouched. */
enum result picture_stock_take(struct picture_stock *, struct secret *ret_answer,
    uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size) MUST_USE;

/* Pictures ready and takers waiting at this moment. */
void picture_stock_levels(struct picture_stock *, unsigned *ret_ready, unsigned *ret_waiting);

#endif
