/* registration_confirm_key.c - the key step: link by mail and key by screen meet. */

#include "registration.h"

#include "auth_key.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "token_state.h"
#include "spent_token.h"

#include <string.h>

/* Spends the token, or finds it spent on the same facts; then `op` is the earlier spending. */
static enum result
spend_tx(struct db_tx *tx, void *context)
{
	struct spent_token *op = context;
	struct spent_token earlier;
	const enum result spent = spent_token_insert(tx, op);

	if (spent != DUPLICATE)
		return spent;
	TRY(spent_token_read(tx, op->jti, &earlier));
	if (!spent_token_same(&earlier, op))
		return TOKEN_SPENT;
	*op = earlier;
	return OK;
}

/* Counts the try, then compares. */
static enum result
judge_key(const struct app *p, const struct stage_claims *claims, const struct secret *key,
    struct token_state *state)
{
	CLEANUP(secret_wipe) struct secret right = { 0 };

	TRY(token_state_count_try(p, state));
	auth_key_derive(p->keyring, claims->subject.invitation_jti.bytes, &right);
	if (secret_equal(key, &right))
		return OK;
	return state->tries_left > 0 ? KEY_WRONG : LINK_EXHAUSTED;
}

static enum result
spend(const struct app *p, struct spent_token *op, struct token_state *state)
{
	const enum result spent = db_each_committed(p->db, spend_tx, op);

	return state->used ? spent : token_state_end_try(p, state, spent);
}

static enum result
account_step_token(const struct app *p, const struct stage_claims *claims,
    const struct spent_token *op, struct account_step *ret)
{
	CLEANUP(stage_claims_wipe) struct stage_claims next = *claims;

	next.stage = STAGE_ACCOUNT;
	next.issued_at = op->created_at;
	next.expires_at = op->created_at + p->account_step_lives_s;
	memcpy(next.jti.bytes, op->next_id, sizeof next.jti.bytes);
	ret->expires_at = next.expires_at;
	return stage_seal(p->keyring, &next, ret->token);
}

enum result
registration_confirm_key(const struct app *p, const struct stage_claims *claims,
    const struct secret *key, struct account_step *ret, int *ret_attempts_left)
{
	struct spent_token op = {
		.kind = STAGE_AUTHENTICATION_KEY,
		.outcome = OUTCOME_DONE,
		.created_at = clock_now(),
	};
	struct token_state state;

	op.jti = claims->jti;
	secret_random(op.next_id, sizeof op.next_id);
	spent_token_fingerprint(
	    p->keyring, (const char *const[]){ key->text, NULL }, op.fingerprint);
	TRY(token_state_read(p, claims, &state));
	enum result judged = state.used ? token_state_repeat(p, &state, &op)
					: judge_key(p, claims, key, &state);
	if (judged == OK)
		judged = spend(p, &op, &state);
	if (!state.used)
		*ret_attempts_left = state.tries_left;
	TRY(judged);
	return account_step_token(p, claims, &op, ret);
}
