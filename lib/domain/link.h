/* link.h - what the database knows of a token of a stage: was it used, how many tries are left.
 *
 * Tries are taken in a committed transaction before they are judged. A used token has tries of
 * another kind: who sends other facts than those it was used with guesses at them. */

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

/* Reads all of it. OVER: its tries were used up by wrong ones. */
enum result link_read(const struct portal *, const struct pass *, struct link *ret) MUST_USE;

/* Takes one of its tries; link->tries_left then tells. OVER: none was left. */
enum result link_take_try(const struct portal *, struct link *) MUST_USE;

/* The token was used with other facts than these: counts that. TOKEN_SPENT; OVER: once too
 * often. */
enum result link_refuse_repeat(const struct portal *, struct link *) MUST_USE;

#endif
