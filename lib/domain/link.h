/* link.h - what the database knows of a token of a stage: was it used, how many tries are left.
 *
 * Tries are taken in a committed transaction before they are judged. A used token has tries of
 * another kind, its repeats: who sends other facts than those it was used with guesses at them. Who
 * sends the same gets the repeat back, so that only as many at once as there are may be refused. */

#ifndef LINK_H
#define LINK_H

#include "attempts.h"
#include "registration.h"
#include "result.h"
#include "stage.h"
#include "stage_op.h"

#include <stdbool.h>

struct link {
	struct attempt tries;
	struct attempt repeats;
	bool used;
	struct stage_op op; /* when used */
	int tries_left;
	int repeats_left;
};

/* Reads all of it. OVER: its tries were used up by wrong ones; it is read all the same. */
enum result link_read(const struct portal *, const struct pass *, struct link *ret) MUST_USE;

/* Takes one of its tries; link->tries_left then tells. OVER: none was left. */
enum result link_take_try(const struct portal *, struct link *) MUST_USE;

/* What came of that try. UNAVAILABLE and OVERLOADED are no verdict: the try is given back, and
 * link->tries_left is -1, not told. Returns it. */
enum result link_end_try(const struct portal *, struct link *, enum result ended) MUST_USE;

/* The token was used: takes one of its repeats, before the facts are compared with those it was used
 * with. OVER: none was left. */
enum result link_take_repeat(const struct portal *, struct link *) MUST_USE;

/* What came of that repeat: all but TOKEN_SPENT, which are other facts, give it back. Returns it. */
enum result link_end_repeat(const struct portal *, struct link *, enum result compared) MUST_USE;

/* Both, where facts are compared by fingerprint. */
enum result link_repeat(const struct portal *, struct link *, const struct stage_op *) MUST_USE;

#endif
