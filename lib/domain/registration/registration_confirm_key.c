/* registration_confirm_key.c - the key step: the second link, which came by mail, and the key,
 * which stood on the screen, meet, and bring the token of the account step. */

#include "registration.h"

#include "auth_key.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "spent_token.h"
#include "token_state.h"

#include <string.h>

/* Counts the try, and then compares the key. */
static enum result
check_key(const struct app *app, const struct stage_claims *claims, const struct secret *key,
    struct token_state *link)
{
	CLEANUP(secret_wipe) struct secret right = { 0 };

	TRY(token_state_count_try(app, link));
	auth_key_derive(app->keyring, claims->subject.invitation_jti.bytes, &right);
	if (secret_equal(key, &right))
		return OK;
	return link->tries_left > 0 ? KEY_WRONG : LINK_EXHAUSTED;
}

/* Spends the link. A request that came at the same moment may have spent it: then `spent` becomes
 * the row of that one, so that both get the same token. TOKEN_SPENT: it was spent on another
 * key. */
static enum result
spend_second_link(const struct app *app, struct spent_token *spent)
{
	struct db_tx alone = db_alone(app->db);
	struct spent_token earlier;
	const enum result inserted = spent_token_insert(&alone, spent);

	if (inserted != DUPLICATE)
		return inserted;
	TRY(spent_token_read(&alone, spent->jti, &earlier));
	if (!spent_token_same(&earlier, spent))
		return TOKEN_SPENT;
	*spent = earlier;
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

	enum result result = check_key(app, claims, key, &link);
	if (result == OK)
		result = token_state_end_try(app, &link, spend_second_link(app, &spent));
	*ret_attempts_left = link.tries_left;
	TRY(result);
	return seal_account_step(app, claims, &spent, ret);
}
