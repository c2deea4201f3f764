/* recovery_reset.c - a reset link sets one new password.
 *
 * It begins no session: the member logs in with the new password. All sessions are over, also
 * those that begin at the same moment, and the failures that locked the login ID are forgotten.
 * The source from which the password was set becomes a known one: failures elsewhere do not lock
 * it out again. */

#include "recovery.h"

#include "account.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "limit_db.h"
#include "login_limits.h"
#include "mailed_link.h"
#include "mailer.h"
#include "notification.h"
#include "outbox.h"
#include "password.h"
#include "spent_token.h"
#include "statements.h"
#include "token_state.h"

#include <string.h>

struct reset_ctx {
	const struct stage_claims *claims;
	const struct secret *password; /* the new one */
	struct token_state state;
	struct mailed_link link;
	struct account account; /* as it was read before the transaction */
	char hash[PASSWORD_HASH_MAX + 1];
	int64_t now;
	struct spent_token spent;
	struct login_limits limits;
	struct audit_event event;
	struct outbox_mail notification;
};

static void
reset_ctx_wipe(struct reset_ctx *ctx)
{
	secret_wipe_bytes(ctx, sizeof *ctx);
}

/* The account, of a link that was used: whatever became of it. */
static enum result
read_account_of_link(const struct app *app, struct reset_ctx *ctx)
{
	struct db_tx alone = db_alone(app->db);

	return account_read(&alone, ctx->claims->subject.account_id, &ctx->account);
}

/* The same, of a link that was not used, if it is still good. */
static enum result
read_account_of_unused_link(const struct app *app, struct reset_ctx *ctx)
{
	struct db_tx alone = db_alone(app->db);

	TRY(account_by_link(&alone, &ctx->link, &ctx->account));
	return strcmp(ctx->account.email, ctx->claims->email) == 0 ? OK : NO_ROW;
}

/* A link that was used: OK with the password that it set, TOKEN_SPENT with another. */
static enum result
repeat_reset(const struct app *app, struct reset_ctx *ctx)
{
	bool same = false;

	TRY(token_state_count_repeat(app, &ctx->state));
	enum result compared = hash_pool_verify(
	    app->hash_pool, ctx->password, ctx->account.password_hash, &same);
	if (compared == OK && !same)
		compared = TOKEN_SPENT;
	return token_state_end_repeat(app, &ctx->state, compared);
}

/* Makes what PASSWORD_RESET writes. */
static void
prepare_reset(const struct app *app, const struct client *client, struct reset_ctx *ctx)
{
	const struct account *account = &ctx->account;

	ctx->spent = (struct spent_token){
		.jti = ctx->claims->jti,
		.kind = STAGE_PASSWORD_RESET,
		.outcome = OUTCOME_DONE,
		.created_at = ctx->now,
	};
	secret_random(ctx->spent.next_id, sizeof ctx->spent.next_id);
	ctx->limits = login_limits_of(app->keyring, account->login_id, client, ctx->now);
	ctx->event = audit_event_of(
	    client, AUDIT_PASSWORD_RESET, ctx->now, account->id, account->person_id);
	ctx->notification = notification_to(MAIL_PASSWORD_CHANGED, account, ctx->now);
}

/* NO_ROW: the account is another since. DUPLICATE: the link was spent meanwhile. Not inlined: its
 * list of values is on the stack for as long as it is needed. */
__attribute__((noinline)) static enum result
write_reset(const struct app *app, const struct reset_ctx *ctx)
{
	struct db_tx alone = db_alone(app->db);
	const struct limit_try *tries = &ctx->state.tries;
	int64_t outcome = 0;
	struct db_values in = { {
	    db_number("now", ctx->now),
	    db_text("password_hash", ctx->hash),
	    db_bytes("account_id", ctx->link.account_id.bytes, ID_SIZE),
	    db_number("generation", ctx->link.generation),
	    db_text("email", ctx->link.email),
	    db_text("login_id", ctx->account.login_id),
	} };
	const struct db_slot out[] = { db_to_number(&outcome), { 0 } };

	login_limits_reset_params(&ctx->limits, &in);
	login_limits_known_params(&ctx->limits, &in);
	limit_db_params(tries, &LIMIT_NAMES("tries"), LIMIT_COUNT_PARAMS, &in);
	spent_token_params(&ctx->spent, &in);
	audit_params(&ctx->event, &in);
	outbox_params(&ctx->notification, &in);
	const enum result run = db_row(&alone, PASSWORD_RESET, in.list, out);
	if (run != OK && db_may_be_done(&alone))
		limit_db_give_back_later(tries);
	return run != OK ? run : (enum result)outcome;
}

/* With what the account has by now: a link outlives another login ID. NO_ROW: it is over. */
static enum result
write_reset_again(const struct app *app, const struct client *client, struct reset_ctx *ctx)
{
	TRY(read_account_of_unused_link(app, ctx));
	prepare_reset(app, client, ctx);
	return write_reset(app, ctx);
}

static enum result
reset_password(const struct app *app, const struct client *client, struct reset_ctx *ctx)
{
	/* Before the try is counted, so that a busy hash pool costs the member none. */
	TRY(hash_pool_hash(app->hash_pool, ctx->password, ctx->hash));
	prepare_reset(app, client, ctx);
	enum result done = write_reset(app, ctx);
	if (done == NO_ROW)
		done = write_reset_again(app, client, ctx);
	if (done == NO_ROW) /* changed, disabled, deleted or with another address meanwhile */
		return TOKEN_SPENT;
	if (done != DUPLICATE)
		return done;
	/* Spent meanwhile, by the same request sent twice. */
	TRY(token_state_read(app, ctx->claims, &ctx->state));
	TRY(read_account_of_link(app, ctx));
	return repeat_reset(app, ctx);
}

static enum field_error
validate_reset_password(const struct app *app, const struct reset_ctx *ctx)
{
	const struct account *account = &ctx->account;
	const char *const personal[] = { account->login_id, account->email, account->nickname,
		NULL };

	return password_validate(&app->password_rules, ctx->password->text, personal);
}

enum result
recovery_reset(const struct app *app, const struct client *client,
    const struct stage_claims *claims, const struct secret *password, struct error_info *ret_info)
{
	CLEANUP(reset_ctx_wipe)
	struct reset_ctx ctx = { .claims = claims, .password = password, .now = clock_now() };

	ctx.link = mailed_link_of(claims, access_day_of(ctx.now, app->access_after_loss_days));
	TRY(token_state_read(app, claims, &ctx.state));
	const bool used = ctx.state.used;
	const enum result read = used ? read_account_of_link(app, &ctx)
				      : read_account_of_unused_link(app, &ctx);
	if (read != OK)
		return read == NO_ROW ? TOKEN_SPENT : read;
	if (used)
		return repeat_reset(app, &ctx);
	ret_info->field_error = validate_reset_password(app, &ctx);
	if (ret_info->field_error != FIELD_OK)
		return BAD_FIELD;
	TRY(reset_password(app, client, &ctx));
	mailer_wake(app->mailer);
	return OK;
}

enum result
recovery_reset_status(
    const struct app *app, const struct stage_claims *claims, int *ret_attempts_left)
{
	CLEANUP(reset_ctx_wipe) struct reset_ctx ctx = { .claims = claims, .now = clock_now() };

	ctx.link = mailed_link_of(claims, access_day_of(ctx.now, app->access_after_loss_days));
	TRY(token_state_read(app, claims, &ctx.state));
	if (ctx.state.used)
		return TOKEN_SPENT;
	const enum result read = read_account_of_unused_link(app, &ctx);
	if (read != OK)
		return read == NO_ROW ? TOKEN_SPENT : read;
	*ret_attempts_left = ctx.state.tries_left;
	return OK;
}
