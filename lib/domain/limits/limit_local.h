/* limit_local.h - counters in the process, for the limits that only shed load (limit_table.h).
 *
 * Each replica counts for itself, and a restart forgets: nothing that protects a secret is counted
 * here. The room is bounded: with more things in their windows than there is room for, the one
 * counted least goes, so that who floods is not forgotten for those who come once. What is counted
 * is kept as a keyed hash of 64 bits, under a key of this process. */

#ifndef LIMIT_LOCAL_H
#define LIMIT_LOCAL_H

#include "limit_table.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limit_local;

/* What is known of a limit after a take. */
struct limit_state {
	bool granted;
	int64_t limit;
	int64_t left;    /* behind this one */
	int64_t wait_s;  /* until the window is over; at least 1 */
	int64_t ends_ms; /* of the window, which limit_local_give_back() must find again */
};

/* NULL: no memory. Close: limit_local_close(). */
struct limit_local *limit_local_open(void) MUST_USE;
void limit_local_close(struct limit_local *);

/* Counts one of the thing (size 0: of the whole service). `crowd`: how many times the policy's
 * count it may be, from 1. `now_ms` is of the monotonic clock. The moment a limit is reached is
 * logged (ASVS 16.3.3). Thread-safe. */
struct limit_state limit_local_count(struct limit_local *, enum limit_id, const void *subject,
    size_t size, unsigned shared_network_factor, int64_t now_ms) MUST_USE;

/* What a take was granted for did not come about: it does not count. Nothing, where it was not granted,
 * or its window is over. `size` bytes of `thing` as then. Thread-safe. */
void limit_local_give_back(struct limit_local *, enum limit_id, const void *subject, size_t size,
    const struct limit_state *taken);

#endif
