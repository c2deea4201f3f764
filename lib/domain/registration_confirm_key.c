/* registration_confirm_key.c - the key step: link by mail and key by screen meet. */

#include "registration.h"

#include "auth_key.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "link.h"
#include "stage_op.h"

#include <string.h>

/* Spends the token, or finds it spent on the same facts; then `op` is the earlier spending. */
static enum result
spend_tx(struct db_tx *tx, void *context)
{
	struct stage_op *op = context;
	struct stage_op earlier;
	const enum result spent = stage_op_insert(tx, op);

	if (spent != DUPLICATE)
		return spent;
	TRY(stage_op_read(tx, op->jti, &earlier));
	if (!stage_op_same(&earlier, op))
		return TOKEN_SPENT;
	*op = earlier;
	return OK;
}

/* Counts the try, then compares. */
static enum result
judge_key(
    const struct portal *p, const struct pass *pass, const struct secret *key, struct link *link)
{
	CLEANUP(secret_wipe) struct secret right = { 0 };

	TRY(link_take_try(p, link));
	auth_key_derive(p->keyring, pass->parent_jti, &right);
	if (secret_equal(key, &right))
		return OK;
	return link->tries_left > 0 ? KEY_WRONG : OVER;
}

static enum result
spend(const struct portal *p, struct stage_op *op, struct link *link)
{
	const enum result spent = db_each_committed(p->db, spend_tx, op);

	return link->used ? spent : link_end_try(p, link, spent);
}

static enum result
account_step_token(const struct portal *p, const struct pass *pass, const struct stage_op *op,
    struct account_step *ret)
{
	CLEANUP(pass_wipe) struct pass next = *pass;

	next.stage = STAGE_ACCOUNT;
	next.issued_at = op->created_at;
	next.expires_at = op->created_at + p->account_step_lives_s;
	memcpy(next.jti, op->next_id, sizeof next.jti);
	ret->expires_at = next.expires_at;
	return stage_seal(p->keyring, &next, ret->token);
}

enum result
registration_confirm_key(const struct portal *p, const struct pass *pass, const struct secret *key,
    struct account_step *ret, int *ret_attempts_left)
{
	struct stage_op op = {
		.kind = STAGE_AUTHENTICATION_KEY,
		.outcome = OUTCOME_DONE,
		.created_at = clock_now(),
	};
	struct link link;

	memcpy(op.jti, pass->jti, sizeof op.jti);
	secret_random(op.next_id, sizeof op.next_id);
	stage_op_fingerprint(p->keyring, (const char *const[]){ key->text, NULL }, op.fingerprint);
	TRY(link_read(p, pass, &link));
	enum result judged = link.used ? link_repeat(p, &link, &op)
				       : judge_key(p, pass, key, &link);
	if (judged == OK)
		judged = spend(p, &op, &link);
	if (!link.used)
		*ret_attempts_left = link.tries_left;
	TRY(judged);
	return account_step_token(p, pass, &op, ret);
}
