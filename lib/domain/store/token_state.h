/* token_state.h - what the database knows of a stage token: whether it is spent, and how many
 * tries it has left.
 *
 * A token that is not spent has tries (the limit of its stage): each is committed before anybody is
 * told what came of it. It is counted in the transaction that spends the token, but by the identity
 * step with the spending of the CAPTCHA. A spent token has repeats (LIMIT_WRONG_REPEATS): a request
 * that comes with other facts than those the token was spent with may be guessing them. One with
 * the same facts gets its repeat back: it is rejected only while LIMIT_WRONG_REPEATS others are
 * being compared. */

#ifndef TOKEN_STATE_H
#define TOKEN_STATE_H

#include "app.h"
#include "limit_db.h"
#include "result.h"
#include "spent_token.h"
#include "stage.h"

#include <stdbool.h>

struct token_state {
	struct limit_try tries;   /* one try of this token, to be counted */
	struct limit_try repeats; /* one repeat */
	bool used;                /* the token is spent */
	struct spent_token spent; /* how; only when used */
	int tries_left;           /* -1: none was left, or not known */
	int repeats_left;
};

/* A state that was not read: the limits of the token alone. */
struct token_state token_state_of(const struct app *, const struct stage_claims *);

/* Reads it all. LINK_EXHAUSTED: no try is left, or of a spent token no repeat; *ret is filled all
 * the same. */
enum result token_state_read(
    const struct app *, const struct stage_claims *, struct token_state *ret) MUST_USE;

/* The same in one statement with what else is read: it begins with the pieces SQL_TOKEN_STATE_...
 * (statement_parts.h), whose values are added to `in`, and has these slots, ended by { 0 }, behind
 * theirs. */
enum result token_state_read_with(const struct app *, const struct stage_claims *,
    unsigned statement, struct db_values *in, const struct db_slot *out,
    struct token_state *ret) MUST_USE;

/* Counts a repeat of a spent token, before its facts are compared, and sets repeats_left.
 * LINK_EXHAUSTED: none was left. */
enum result token_state_count_repeat(const struct app *, struct token_state *) MUST_USE;

/* Ends a repeat that was counted: every outcome but TOKEN_SPENT (the facts are others) gives it
 * back. Returns `outcome`. */
enum result token_state_end_repeat(
    const struct app *, struct token_state *, enum result outcome) MUST_USE;

/* Counts a repeat, compares its fingerprint with that of the spent token, and ends it. OK,
 * LINK_EXHAUSTED, or TOKEN_SPENT: the facts are others. */
enum result token_state_repeat(
    const struct app *, struct token_state *, const struct spent_token *) MUST_USE;

#endif
