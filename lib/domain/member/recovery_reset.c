/* recovery_reset.c - a reset link makes one new password.
 *
 * It is no login: whoever set it logs in with it. All logins are over, also those that begin at the
 * same moment, and the failures that locked the login ID are forgotten. It is known from where it was
 * set: whoever goes on failing does not lock its owner out again. */

#include "recovery.h"

#include "account.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "token_state.h"
#include "login_limits.h"
#include "mailed_link.h"
#include "mailer.h"
#include "notification.h"
#include "outbox.h"
#include "password.h"
#include "session_rows.h"
#include "spent_token.h"

#include <string.h>

struct resetting {
	const struct stage_claims *claims;
	struct mailed_link state;
	struct account account;
	char hash[PASSWORD_HASH_MAX + 1];
	int64_t now;
	struct spent_token op;
	struct login_limits tries;
	struct audit_event event;
	struct outbox_mail notification;
};

static void
resetting_wipe(struct resetting *resetting)
{
	secret_wipe_bytes(resetting, sizeof *resetting);
}

static enum result
read_account_tx(struct db_tx *tx, void *context)
{
	struct resetting *resetting = context;

	return account_read(tx, resetting->claims->subject.account_id, &resetting->account);
}

static enum result
read_by_link_tx(struct db_tx *tx, void *context)
{
	struct resetting *resetting = context;

	return account_by_link(tx, &resetting->state, &resetting->account);
}

static enum result
reset_tx(struct db_tx *tx, void *context)
{
	static const struct session_id nobody;
	struct resetting *resetting = context;
	const struct account *account = &resetting->account;

	TRY(spent_token_insert(tx, &resetting->op));
	TRY(account_reset_password(tx, &resetting->state, resetting->hash, resetting->now));
	TRY(session_rows_end_others(tx, account->id, nobody));
	TRY(login_limits_restart(tx, &resetting->tries));
	TRY(audit_insert(tx, &resetting->event));
	return outbox_enqueue(tx, &resetting->notification);
}

static enum result
repeat(const struct app *p, struct resetting *resetting, const struct secret *password,
    struct token_state *state)
{
	bool same = false;

	TRY(token_state_count_repeat(p, state));
	enum result compared = hash_pool_verify(
	    p->hash_pool, password, resetting->account.password_hash, &same);
	if (compared == OK && !same)
		compared = TOKEN_SPENT;
	return token_state_end_repeat(p, state, compared);
}

static void
fill(const struct app *p, const struct client *client, struct resetting *resetting)
{
	const struct account *account = &resetting->account;

	resetting->op = (struct spent_token){
		.kind = STAGE_PASSWORD_RESET,
		.outcome = OUTCOME_DONE,
		.created_at = resetting->now,
	};
	resetting->op.jti = resetting->claims->jti;
	secret_random(resetting->op.next_id, sizeof resetting->op.next_id);
	resetting->tries = login_limits_of(p->keyring, account->login_id, client, resetting->now);
	resetting->event = audit_event_of(
	    client, AUDIT_PASSWORD_RESET, resetting->now, account->id, account->person_id);
	resetting->notification = notification_to(MAIL_PASSWORD_CHANGED, account, resetting->now);
}

static enum result
reset(const struct app *p, const struct client *client, struct resetting *resetting,
    const struct secret *password, struct token_state *state)
{
	TRY(hash_pool_hash(p->hash_pool, password, resetting->hash));
	/* Counted after the hash, so that a busy hash pool costs the member no try. */
	TRY(token_state_count_try(p, state));
	fill(p, client, resetting);
	const enum result done = token_state_end_try(
	    p, state, db_transaction(p->db, reset_tx, resetting));
	if (done == NO_ROW) /* changed, disabled, gone or with another address meanwhile */
		return TOKEN_SPENT;
	if (done != DUPLICATE)
		return done;
	/* Spent meanwhile, by the same submit sent twice. */
	TRY(token_state_read(p, resetting->claims, state));
	TRY(db_each_committed(p->db, read_account_tx, resetting));
	return repeat(p, resetting, password, state);
}

static enum field_error
judge(const struct app *p, const struct account *account, const struct secret *password)
{
	const char *const personal[] = { account->login_id, account->email, account->nickname,
		NULL };

	return password_validate(&p->password_rules, password->text, personal);
}

enum result
recovery_reset(const struct app *p, const struct client *client, const struct stage_claims *claims,
    const struct secret *password, struct error_info *ret_info)
{
	CLEANUP(resetting_wipe)
	struct resetting resetting = { .claims = claims, .now = clock_now() };
	struct token_state state;

	resetting.state = mailed_link_of(claims, resetting.now);
	TRY(token_state_read(p, claims, &state));
	const enum result read = db_each_committed(
	    p->db, state.used ? read_account_tx : read_by_link_tx, &resetting);
	if (read != OK)
		return read == NO_ROW ? TOKEN_SPENT : read;
	if (state.used)
		return repeat(p, &resetting, password, &state);
	if (strcmp(resetting.account.email, claims->email) != 0)
		return TOKEN_SPENT;
	ret_info->field_error = judge(p, &resetting.account, password);
	if (ret_info->field_error != FIELD_OK)
		return BAD_FIELD;
	TRY(reset(p, client, &resetting, password, &state));
	mailer_wake(p->mailer);
	return OK;
}
