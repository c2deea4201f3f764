/* registration_confirm_key.c - the key step: the second link, which came by mail, and the key,
 * which stood on the screen, meet, and bring the token of the account step. */

#include "registration.h"

#include "auth_key.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "limit_db.h"
#include "spent_token.h"
#include "statements.h"
#include "token_state.h"

#include <string.h>

static bool
key_is_right(const struct app *app, const struct stage_claims *claims, const struct secret *key)
{
	CLEANUP(secret_wipe) struct secret right = { 0 };

	auth_key_derive(app->keyring, claims->subject.invitation_jti.bytes, &right);
	return secret_equal(key, &right);
}

/* Counts a try of the link, and spends it where the key is right, in one transaction: what came of
 * the comparison is not used before the try is committed. A request that came at the same moment
 * may have spent the link: then `spent` becomes the row of that one, so that both get the same
 * token. TOKEN_SPENT: it was spent on another key. */
static enum result
try_key(const struct app *app, const struct limit_try *tries, bool is_right,
    struct spent_token *spent, int *ret_left)
{
	struct db_tx alone = db_alone(app->db);
	struct spent_token stored = *spent;
	int64_t left = 0;
	struct db_values in = { {
	    db_number("now", tries->now),
	    db_number("key_is_right", is_right),
	} };
	const struct db_slot out[] = {
		db_to_number(&left),
		db_to_bytes(stored.fingerprint, sizeof stored.fingerprint),
		db_to_bytes(stored.next_id, sizeof stored.next_id),
		db_to_number(&stored.created_at),
		{ 0 },
	};

	limit_db_params(tries, &LIMIT_NAMES("tries"), LIMIT_COUNT_PARAMS, &in);
	spent_token_params(spent, &in);
	const enum result ended = db_row(&alone, SECOND_LINK_TRY, in.list, out);
	if (ended != OK && db_may_be_done(&alone))
		limit_db_give_back_later(tries);
	TRY(ended);
	*ret_left = (int)left;
	if (left < 0 || (!is_right && left == 0))
		return LINK_EXHAUSTED;
	if (!is_right)
		return KEY_WRONG;
	if (!spent_token_same(&stored, spent))
		return TOKEN_SPENT;
	*spent = stored;
	return OK;
}

static enum result
seal_account_step(const struct app *app, const struct stage_claims *claims,
    const struct spent_token *spent, struct account_step *ret)
{
	CLEANUP(stage_claims_wipe) struct stage_claims next = *claims;

	next.stage = STAGE_ACCOUNT;
	next.issued_at = spent->created_at;
	next.expires_at = spent->created_at + app->account_step_lives_s;
	memcpy(next.jti.bytes, spent->next_id, sizeof next.jti.bytes);
	ret->expires_at = next.expires_at;
	return stage_seal(app->keyring, &next, ret->token);
}

enum result
registration_confirm_key(const struct app *app, const struct stage_claims *claims,
    const struct secret *key, struct account_step *ret, int *ret_attempts_left)
{
	struct spent_token spent = {
		.jti = claims->jti,
		.kind = STAGE_AUTHENTICATION_KEY,
		.outcome = OUTCOME_DONE,
		.created_at = clock_now(),
	};
	struct token_state link;

	secret_random(spent.next_id, sizeof spent.next_id);
	spent_token_fingerprint(
	    app->keyring, (const char *const[]){ key->text, NULL }, spent.fingerprint);
	TRY(token_state_read(app, claims, &link));
	if (link.used) {
		TRY(token_state_repeat(app, &link, &spent));
		return seal_account_step(app, claims, &link.spent, ret);
	}

	TRY(try_key(app, &link.tries, key_is_right(app, claims, key), &spent, ret_attempts_left));
	return seal_account_step(app, claims, &spent, ret);
}
