/* account_deletion.c - a former member ends their account by a mailed link. */

#include "account_deletion.h"

#include "account.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "login_limits.h"
#include "mail_interval.h"
#include "mailed_link.h"
#include "notification.h"
#include "outbox.h"
#include "profile_change.h"
#include "secret.h"
#include "spent_token.h"

/* The mailer looks up whose address it is when it sends: nothing here depends on that. */
enum result
account_deletion_ask(const struct app *app, const char *email, struct error_info *error_info)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    MAIL_ACCOUNT_DELETION, email, "", clock_now(), app->account_deletion_lives_s);

	secret_random(mail.jti.bytes, sizeof mail.jti.bytes);
	return mail_interval_send(app, LIMIT_ACCOUNT_DELETION_MAIL, &mail, error_info);
}

/* Confirming ----------------------------------------------------------------------------------- */

struct confirm_deletion_ctx {
	const struct app *app;
	const struct client *client;
	struct mailed_link link;
	int64_t now;
	struct mail_id mail_id; /* of the notification */
	struct spent_token spent;
};

static struct mailed_link
deletion_link_of(const struct app *app, const struct stage_claims *claims, int64_t now)
{
	return mailed_link_of(claims, access_day_of(now, app->access_after_loss_days));
}

/* The link was used before: its account is gone. */
static enum result
repeat_deletion(struct db_tx *tx, const struct mailed_link *link)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result read = account_read(tx, link->account_id, &account);

	if (read == OK)
		return TOKEN_SPENT;
	return read == NO_ROW ? OK : read;
}

static enum result
record_deletion(
    struct db_tx *tx, const struct confirm_deletion_ctx *ctx, const struct account *account)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail notification = notification_to(MAIL_LEFT, account, ctx->now);
	const struct login_limits limits = login_limits_of(
	    ctx->app->keyring, account->login_id, ctx->client, ctx->now);
	const struct audit_event event = audit_event_of(
	    ctx->client, AUDIT_ACCOUNT_LEFT, ctx->now, account->id, account->person_id);

	notification.id = ctx->mail_id;
	TRY(login_limits_reset(tx, &limits));
	TRY(audit_insert(tx, &event));
	return outbox_enqueue(tx, &notification);
}

static enum result
confirm_deletion_tx(struct db_tx *tx, void *context)
{
	const struct confirm_deletion_ctx *ctx = context;
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result spent = spent_token_insert(tx, &ctx->spent);

	if (spent == DUPLICATE)
		return repeat_deletion(tx, &ctx->link);
	TRY(spent);
	enum result deleted = account_former_by_link(tx, &ctx->link, &account);
	if (deleted == OK)
		deleted = account_delete_by_link(tx, &ctx->link, account.person_id);
	if (deleted != OK)
		return deleted == NO_ROW ? TOKEN_SPENT : deleted;
	return record_deletion(tx, ctx, &account);
}

enum result
account_deletion_confirm(
    const struct app *app, const struct client *client, const struct stage_claims *claims)
{
	const int64_t now = clock_now();
	struct confirm_deletion_ctx ctx = {
		.app = app,
		.client = client,
		.link = deletion_link_of(app, claims, now),
		.now = now,
		.spent = {
			.jti = claims->jti,
			.kind = STAGE_ACCOUNT_DELETION,
			.outcome = OUTCOME_DONE,
			.created_at = now,
		},
	};

	secret_random(ctx.mail_id.bytes, sizeof ctx.mail_id.bytes);
	return profile_change_run(app, confirm_deletion_tx, &ctx);
}

enum result
account_deletion_status(const struct app *app, const struct stage_claims *claims)
{
	const struct mailed_link link = deletion_link_of(app, claims, clock_now());
	CLEANUP(account_wipe) struct account account = { 0 };
	struct db_tx alone = db_alone(app->db);
	struct spent_token spent;
	const enum result used = spent_token_read(&alone, claims->jti, &spent);

	if (used == OK)
		return repeat_deletion(&alone, &link);
	if (used != NO_ROW)
		return used;
	const enum result found = account_former_by_link(&alone, &link, &account);

	return found == NO_ROW ? TOKEN_SPENT : found;
}
