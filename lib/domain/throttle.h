/* throttle.h - counters in the process, for the limits that only shed load (policy.h).
 *
 * Each replica counts for itself, and a restart forgets: nothing that protects a secret is counted
 * here. The room is bounded: with more things in their windows than there is room for, the one
 * counted least goes, so that who floods is not forgotten for those who come once. What is counted
 * is kept as a keyed hash of 64 bits, under a key of this process. */

#ifndef THROTTLE_H
#define THROTTLE_H

#include "policy.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct throttle;

/* What is known of a limit after a take. */
struct throttle_state {
	bool granted;
	int64_t limit;
	int64_t left;    /* behind this one */
	int64_t wait_s;  /* until the window is over; at least 1 */
	int64_t ends_ms; /* of the window, which throttle_give_back() must find again */
};

/* NULL: no memory. Close: throttle_close(). */
struct throttle *throttle_open(void) MUST_USE;
void throttle_close(struct throttle *);

/* Counts one of the thing (size 0: of the whole service). `crowd`: how many times the policy's
 * count it may be, from 1. `now_ms` is of the monotonic clock. The moment a limit is reached is
 * logged (ASVS 16.3.3). Thread-safe. */
struct throttle_state throttle_take(struct throttle *, enum policy_scope, const void *thing,
    size_t size, unsigned crowd, int64_t now_ms) MUST_USE;

/* What a take was granted for did not come about: it does not count. Nothing, where it was not granted,
 * or its window is over. `size` bytes of `thing` as then. Thread-safe. */
void throttle_give_back(struct throttle *, enum policy_scope, const void *thing, size_t size,
    const struct throttle_state *taken);

#endif
