/* token_state.h - what the database knows of a token of a stage: was it used, how many tries are
 * left.
 *
 * Tries are taken in a committed transaction before they are judged. A used token has tries of
 * another kind, its repeats: who sends other facts than those it was used with guesses at them. Who
 * sends the same gets the repeat back, so that only as many at once as there are may be refused. */

#ifndef TOKEN_STATE_H
#define TOKEN_STATE_H

#include "limit_db.h"
#include "app.h"
#include "result.h"
#include "stage.h"
#include "spent_token.h"

#include <stdbool.h>

struct token_state {
	struct limit_try tries;
	struct limit_try repeats;
	bool used;
	struct spent_token op; /* when used */
	int tries_left;
	int repeats_left;
};

/* Reads all of it. LINK_EXHAUSTED: its tries were used up by wrong ones; it is read all the
 * same. */
enum result token_state_read(
    const struct app *, const struct stage_claims *, struct token_state *ret) MUST_USE;

/* Takes one of its tries; link->tries_left then tells. LINK_EXHAUSTED: none was left. */
enum result token_state_count_try(const struct app *, struct token_state *) MUST_USE;

/* What came of that try. UNAVAILABLE and OVERLOADED are no verdict: the try is given back, and
 * link->tries_left is -1, not told. Returns it. */
enum result token_state_end_try(
    const struct app *, struct token_state *, enum result ended) MUST_USE;

/* The token was used: takes one of its repeats, before the facts are compared with those it was
 * used with. LINK_EXHAUSTED: none was left. */
enum result token_state_count_repeat(const struct app *, struct token_state *) MUST_USE;

/* What came of that repeat: all but TOKEN_SPENT, which are other facts, give it back. Returns
 * it. */
enum result token_state_end_repeat(
    const struct app *, struct token_state *, enum result compared) MUST_USE;

/* Both, where facts are compared by fingerprint. */
enum result token_state_repeat(
    const struct app *, struct token_state *, const struct spent_token *) MUST_USE;

#endif
