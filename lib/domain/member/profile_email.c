/* profile_email.c - a member's address: another one becomes pending, is withdrawn or is
 * confirmed. */

#include "profile.h"

#include "cleanup.h"
#include "clock.h"
#include "email_confirmation.h"
#include "mailed_link.h"
#include "notification.h"
#include "profile_change.h"
#include "spent_token.h"

#include <string.h>

/* Another address ------------------------------------------------------------------------------ */

struct email_ctx {
	struct profile_change *change;
	const char *email;
	struct email_confirmation confirmation; /* to the new address */
	struct mail_id notification_id;
	struct error_info *error_info; /* the caller's */
};

static void
email_ctx_wipe(struct email_ctx *ctx)
{
	email_confirmation_wipe(&ctx->confirmation);
}

/* At the present address, as the transaction finds it. */
static enum result
notify_of_request(struct db_tx *tx, const struct email_ctx *ctx)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail notification = notification_to(
	    MAIL_EMAIL_CHANGE_ASKED, &ctx->change->account, ctx->change->now);

	notification.id = ctx->notification_id;
	return outbox_enqueue(tx, &notification);
}

static enum result
change_email_tx(struct db_tx *tx, void *context)
{
	struct email_ctx *ctx = context;
	const struct account *account = &ctx->change->account;

	TRY(profile_change_lock_proven(tx, ctx->change));
	if (strcmp(ctx->email, account->email) == 0) /* proven meanwhile */
		return OK;
	const bool was_pending = strcmp(ctx->email, account->pending_email) == 0;
	TRY(account_set_pending_email(tx, account->id, ctx->email));
	TRY(audit_insert(tx, &ctx->change->event));
	TRY(email_confirmation_enqueue(tx, &ctx->confirmation, ctx->error_info));
	/* Whenever a link goes out, and when an earlier link becomes good again. */
	const bool is_news = ctx->confirmation.mail_interval.pending || !was_pending;
	return is_news ? notify_of_request(tx, ctx) : OK;
}

enum result
profile_change_email(const struct app *app, const struct member_request *request, const char *email,
    struct error_info *ret_info)
{
	const struct account *account = &request->member->account;
	CLEANUP(profile_change_wipe)
	struct profile_change change = profile_change_of(
	    app, request, AUDIT_EMAIL_CHANGE_ASKED, MAIL_NONE);
	CLEANUP(email_ctx_wipe)
	struct email_ctx ctx = { .change = &change, .email = email, .error_info = ret_info };

	TRY(current_password_check(app, request, ret_info));
	if (strcmp(email, account->email) == 0)
		return OK;
	ctx.confirmation = email_confirmation_of(app, account, email, change.now);
	ctx.confirmation.mail.id = change.mail_id; /* by which an earlier run is found */
	secret_random(ctx.notification_id.bytes, sizeof ctx.notification_id.bytes);
	const enum result changed = mail_interval_run(
	    app, &ctx.confirmation.mail_interval, change_email_tx, &ctx, ret_info);
	return changed == DUPLICATE ? OK : profile_change_result(app, &change, changed, ret_info);
}

/* Withdrawn ------------------------------------------------------------------------------------ */

static enum result
withdraw_email_tx(struct db_tx *tx, void *context)
{
	struct profile_change *change = context;

	TRY(profile_change_lock(tx, change));
	if (change->account.pending_email[0] == '\0')
		return OK;
	TRY(account_set_pending_email(tx, change->account.id, ""));
	return audit_insert(tx, &change->event);
}

enum result
profile_withdraw_email(const struct app *app, const struct member_request *request)
{
	CLEANUP(profile_change_wipe)
	struct profile_change change = profile_change_of(
	    app, request, AUDIT_EMAIL_CHANGE_WITHDRAWN, MAIL_NONE);

	return db_transaction(app->db, withdraw_email_tx, &change);
}

/* Confirmed, by the link that was mailed to it ------------------------------------------------- */

struct confirm_email_ctx {
	const struct app *app;
	const struct client *client;
	struct mailed_link link;
	int64_t now;
	struct mail_id mail_id; /* of the notification */
	struct spent_token spent;
};

/* The notification goes to the old address. */
static enum result
record_confirmation(
    struct db_tx *tx, const struct confirm_email_ctx *ctx, const struct account *account)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail notification = notification_to(MAIL_EMAIL_CHANGED, account, ctx->now);
	const struct audit_event event = audit_event_of(
	    ctx->client, AUDIT_EMAIL_CHANGED, ctx->now, account->id, account->person_id);

	notification.id = ctx->mail_id;
	TRY(email_confirmation_end_interval(tx, ctx->app, account, ctx->link.email, ctx->now));
	TRY(audit_insert(tx, &event));
	return outbox_enqueue(tx, &notification);
}

/* The link was used before. The same request again is a success while the account has the address
 * that the link confirmed. */
static enum result
repeat_confirmation(struct db_tx *tx, const struct mailed_link *link)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result read = account_read(tx, link->account_id, &account);

	if (read != OK)
		return read == NO_ROW ? TOKEN_SPENT : read;
	return strcmp(account.email, link->email) == 0 ? OK : TOKEN_SPENT;
}

static enum result
confirm_email_tx(struct db_tx *tx, void *context)
{
	const struct confirm_email_ctx *ctx = context;
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result spent = spent_token_insert(tx, &ctx->spent);

	if (spent == DUPLICATE)
		return repeat_confirmation(tx, &ctx->link);
	TRY(spent);
	enum result confirmed = account_by_link(tx, &ctx->link, &account);
	if (confirmed == OK)
		confirmed = account_confirm_email(tx, &ctx->link);
	if (confirmed != OK)
		return confirmed == NO_ROW ? TOKEN_SPENT : confirmed;
	return record_confirmation(tx, ctx, &account);
}

enum result
profile_confirm_email(
    const struct app *app, const struct client *client, const struct stage_claims *claims)
{
	const int64_t now = clock_now();
	struct confirm_email_ctx ctx = {
		.app = app,
		.client = client,
		.link = mailed_link_of(claims, access_day_of(now, app->access_after_loss_days)),
		.now = now,
		.spent = {
			.jti = claims->jti,
			.kind = STAGE_EMAIL_CONFIRMATION,
			.outcome = OUTCOME_DONE,
			.created_at = now,
		},
	};

	secret_random(ctx.mail_id.bytes, sizeof ctx.mail_id.bytes);
	return profile_change_run(app, confirm_email_tx, &ctx);
}

enum result
profile_confirmation_status(const struct app *app, const struct stage_claims *claims)
{
	const struct mailed_link link = mailed_link_of(
	    claims, access_day_of(clock_now(), app->access_after_loss_days));
	CLEANUP(account_wipe) struct account account = { 0 };
	struct db_tx alone = db_alone(app->db);
	struct spent_token spent;
	const enum result used = spent_token_read(&alone, claims->jti, &spent);

	if (used == OK)
		return repeat_confirmation(&alone, &link);
	if (used != NO_ROW)
		return used;
	const enum result found = account_by_link(&alone, &link, &account);
	if (found != OK)
		return found == NO_ROW ? TOKEN_SPENT : found;
	return strcmp(account.pending_email, link.email) == 0 ? OK : TOKEN_SPENT;
}
