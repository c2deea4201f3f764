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
 * the comparison is not used before the try is committed. A link that was spent before, or by a
 * request at the same moment, is `used`: then nothing is counted, and `spent` of it is read. */
static enum result
try_key(const struct app *app, struct token_state *link, bool is_right,
    const struct spent_token *spent, int *ret_left)
{
	struct db_tx alone = db_alone(app->db);
	struct spent_token *stored = &link->spent;
	int64_t used = 0, left = 0, kind = 0;
	struct db_values in = { {
	    db_number("now", link->tries.now),
	    db_number("key_is_right", is_right),
	} };
	const struct db_slot out[] = {
		db_to_number(&used),
		db_to_number(&left),
		db_to_number(&kind),
		db_to_bytes(stored->fingerprint, sizeof stored->fingerprint),
		db_to_bytes(stored->next_id, sizeof stored->next_id),
		db_to_number(&stored->created_at),
		{ 0 },
	};

	limit_db_params(&link->tries, &LIMIT_NAMES("tries"), LIMIT_COUNT_PARAMS, &in);
	spent_token_params(spent, &in);
	const enum result ended = db_row(&alone, SECOND_LINK_TRY, in.list, out);
	if (ended != OK && db_may_be_done(&alone))
		limit_db_give_back_later(&link->tries);
	TRY(ended);
	stored->kind = (enum stage)kind;
	link->used = used != 0;
	if (link->used)
		return OK;
	*ret_left = (int)left;
	if (left < 0 || (!is_right && left == 0))
		return LINK_EXHAUSTED;
	return is_right ? OK : KEY_WRONG;
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
	struct token_state link = token_state_of(app, claims);

	secret_random(spent.next_id, sizeof spent.next_id);
	spent_token_fingerprint(
	    app->keyring, (const char *const[]){ key->text, NULL }, spent.fingerprint);
	TRY(try_key(app, &link, key_is_right(app, claims, key), &spent, ret_attempts_left));
	if (!link.used)
		return seal_account_step(app, claims, &spent, ret);
	TRY(token_state_repeat(app, &link, &spent));
	return seal_account_step(app, claims, &link.spent, ret);
}
