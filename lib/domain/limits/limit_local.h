/* limit_local.h - the limits that are counted in the process (limit_table.h): those that only
 * shed load.
 *
 * Each replica counts for itself, and a restart forgets: nothing that protects a secret is
 * counted here. Memory is bounded: 32,768 counters in sets of eight. In a full set the counter
 * that has counted least gives way, so that a busy subject is not forgotten for those that come
 * once. Rows hold a hash of 64 bits under a key of this process, never the subject. */

#ifndef LIMIT_LOCAL_H
#define LIMIT_LOCAL_H

#include "limit_subject.h"
#include "limit_table.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

struct limit_local;

/* How a limit stands after a try. */
struct limit_state {
	bool granted;           /* it was counted */
	int64_t max;            /* how many are granted in a window */
	int64_t left;           /* of them, after this one */
	int64_t wait_s;         /* until the window ends; at least 1; 0: it is uncounted */
	int64_t window_ends_ms; /* of the monotonic clock: limit_local_give_back() finds it again */
};

/* NULL: no memory. Close: limit_local_close(), when no call is running. */
struct limit_local *limit_local_open(void) MUST_USE;
void limit_local_close(struct limit_local *);

/* Counts one try of the subject, if it is granted. The limit must be one of the process. `now_ms`
 * is of the monotonic clock. Tells of the last one of a window (limit_reached.h).
 * Thread-safe. */
struct limit_state limit_local_count(
    struct limit_local *, struct limit_subject, int64_t now_ms) MUST_USE;

/* Takes a counted try back, in the window in which it was counted. Does nothing where it was not
 * granted, or that window is over. Thread-safe. */
void limit_local_give_back(
    struct limit_local *, struct limit_subject, const struct limit_state *counted);

#endif
