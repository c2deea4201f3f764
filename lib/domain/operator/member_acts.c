/* member_acts.c - what an operator does to one account. */

#include "member_acts.h"

#include "account.h"
#include "batch.h"
#include "cleanup.h"
#include "clock.h"
#include "email.h"
#include "email_confirmation.h"
#include "limit_db.h"
#include "login_limits.h"
#include "mail_interval.h"
#include "member_limits.h"
#include "member_registration.h"
#include "notification.h"
#include "outbox.h"
#include "secret.h"
#include "session_rows.h"
#include "stored_enums.h"

#include <string.h>

/* One act on one account. The person is known before, so that its event is the first change of the
 * transaction: it tells whether an earlier run was committed. */
struct act_ctx {
	const struct app *app;
	const struct operator_act *act;
	enum audit_event_kind event;
	enum result (*change)(struct db_tx *, struct act_ctx *);
	struct member_ids ids;
	struct account account;       /* as the transaction finds it, but for its hash */
	int64_t state;                /* of it */
	bool already;                 /* it is so already: nothing is written */
	const struct change_row *row; /* of member_change() */
	const char *email;            /* of member_set_email() */
	const struct client *source;  /* of member_unlock() */
	struct mail_id mail_ids[2];   /* made before the transaction, as it may run again */
	struct jti jti;
};

static void
act_ctx_wipe(struct act_ctx *ctx)
{
	account_wipe(&ctx->account);
}

/* Locks the account until the transaction ends. NO_ROW: it is gone. */
static enum result
lock_account(struct db_tx *tx, struct act_ctx *ctx)
{
	const struct db_value in[] = { db_bytes("account_id", ctx->ids.account_id.bytes, ID_SIZE),
		{ 0 } };
	struct db_slot out[ACCOUNT_SLOTS + 2] = { 0 };

	account_slots(&ctx->account, out);
	out[ACCOUNT_SLOTS] = db_to_number(&ctx->state);
	return db_row(tx, OPERATOR_ACCOUNT_LOCK, in, out);
}

/* What there is nothing to do for rolls the event back. */
static enum result
act_on_account_tx(struct db_tx *tx, void *context)
{
	struct act_ctx *ctx = context;

	ctx->already = false;
	TRY(operator_act_record(tx, ctx->act, ctx->event, ctx->ids.account_id, ctx->ids.person_id));
	TRY(lock_account(tx, ctx));
	return ctx->change(tx, ctx);
}

static enum result
nothing_to_do(struct act_ctx *ctx)
{
	ctx->already = true;
	return DUPLICATE;
}

/* DUPLICATE: there was nothing to do, or an earlier run has done it. */
static enum result
run_act(struct act_ctx *ctx, struct account_id account_id)
{
	secret_random(ctx->mail_ids, sizeof ctx->mail_ids);
	secret_random(ctx->jti.bytes, sizeof ctx->jti.bytes);
	TRY(member_find_id(ctx->app, account_id.bytes, &ctx->ids));
	if (!id_is(ctx->ids.account_id.bytes, account_id.bytes))
		return NO_ROW;
	const enum result done = db_transaction(ctx->app->db, act_on_account_tx, ctx);
	return done == DUPLICATE ? OK : done;
}

static struct login_limits
limits_of(const struct act_ctx *ctx, const char *login_id)
{
	return login_limits_of(ctx->app->keyring, login_id, &ctx->act->client, ctx->act->now);
}

static enum result
enqueue_notification(struct db_tx *tx, const struct act_ctx *ctx, enum mail_kind kind)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = notification_to(kind, &ctx->account, ctx->act->now);

	mail.id = ctx->mail_ids[0];
	return outbox_enqueue(tx, &mail);
}

/* Disable, enable, log out --------------------------------------------------------------------- */

#define NO_STATE 0 /* no account has it */

static const struct change_row {
	enum operator_statement statement;
	enum audit_event_kind event;
	int64_t done_in; /* an account in this state is as the change makes it */
	bool ends_sessions;
} change_rows[MEMBER_CHANGE__MAX] = {
	[MEMBER_DISABLE] = { OPERATOR_ACCOUNT_DISABLE, AUDIT_ACCOUNT_DISABLED, ACCOUNT_DISABLED,
	    true },
	[MEMBER_ENABLE] = { OPERATOR_ACCOUNT_ENABLE, AUDIT_ACCOUNT_ENABLED, ACCOUNT_ACTIVE, false },
	[MEMBER_LOG_OUT] = { OPERATOR_SESSIONS_END, AUDIT_SESSIONS_ENDED_BY_OPERATOR, NO_STATE,
	    true },
};

static enum result
change_state(struct db_tx *tx, struct act_ctx *ctx)
{
	const struct change_row *row = ctx->row;
	const struct db_value in[] = { db_bytes("account_id", ctx->account.id.bytes, ID_SIZE),
		{ 0 } };

	if (ctx->state == row->done_in)
		return nothing_to_do(ctx);
	TRY(db_change(tx, row->statement, in, NULL));
	return row->ends_sessions ? session_rows_end_others(tx, ctx->account.id, no_session) : OK;
}

enum result
member_change(const struct app *app, const struct operator_act *act, enum member_change change,
    struct account_id account_id, bool *ret_changed)
{
	const struct change_row *row = &change_rows[change];
	CLEANUP(act_ctx_wipe)
	struct act_ctx ctx = {
		.app = app, .act = act, .event = row->event, .change = change_state, .row = row
	};

	TRY(run_act(&ctx, account_id));
	*ret_changed = !ctx.already;
	return OK;
}

/* Every account -------------------------------------------------------------------------------- */

/* The new generation ends sessions and mailed links, also of a login that begins meanwhile. The
 * rows of sessions of an earlier generation are then of no use and go. */
static enum result
end_sessions_of_range(struct db *db, const struct batch_range *range, uint64_t *accounts)
{
	struct db_tx alone = db_alone(db);
	const struct db_value after = db_bytes("after", range->after, sizeof range->after);
	const struct db_value last = db_bytes("last", range->last, sizeof range->last);
	const struct db_value raise[] = { after, last, { 0 } };
	const struct db_value delete[] = { after, last, db_number("rows_max", BATCH_ROWS), { 0 } };
	uint64_t changed = 0, sessions = 0;

	TRY(db_change(&alone, OPERATOR_SESSIONS_END_RANGE, raise, &changed));
	*accounts += changed;
	return batch_repeat(db, OPERATOR_SESSIONS_DELETE_RANGE, delete, &sessions);
}

enum result
member_log_out_all(const struct app *app, const struct operator_act *act, uint64_t *ret_accounts)
{
	struct batch_range range = { 0 };
	enum result result;

	*ret_accounts = 0;
	TRY(operator_act_record_alone(app->db, act, AUDIT_SESSIONS_ENDED_BY_OPERATOR));
	while ((result = batch_next(app->db, OPERATOR_ACCOUNTS_NEXT, &range)) == OK)
		TRY(end_sessions_of_range(app->db, &range, ret_accounts));
	return result == NO_ROW ? OK : result;
}

/* End ------------------------------------------------------------------------------------------ */

static enum result
end_account(struct db_tx *tx, struct act_ctx *ctx)
{
	const struct account *account = &ctx->account;
	const struct login_limits limits = limits_of(ctx, account->login_id);

	TRY(member_registrations_end(tx, account->person_id, ctx->act->now));
	TRY(account_delete(tx, account->id, account->person_id));
	TRY(login_limits_reset(tx, &limits));
	return enqueue_notification(tx, ctx, MAIL_ENDED_BY_SOCIETY);
}

enum result
member_end(const struct app *app, const struct operator_act *act, struct account_id account_id)
{
	CLEANUP(act_ctx_wipe)
	struct act_ctx ctx = { .app = app,
		.act = act,
		.event = AUDIT_ACCOUNT_ENDED_BY_OPERATOR,
		.change = end_account };

	return run_act(&ctx, account_id);
}

/* Mails with links ----------------------------------------------------------------------------- */

/* Does a link of the account work today? LOGIN_FAILED: the account is disabled, or its person
 * has no access. */
static enum result
check_usable(struct db_tx *tx, const struct act_ctx *ctx)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	const struct mailed_link link = {
		.account_id = ctx->account.id,
		.email = ctx->account.email,
		.generation = ctx->account.generation,
		.day = access_day_of(ctx->act->now, ctx->app->access_after_loss_days),
	};
	const enum result read = account_by_link(tx, &link, &account);
	return read == NO_ROW ? LOGIN_FAILED : read;
}

static enum result
send_reset(struct db_tx *tx, struct act_ctx *ctx)
{
	const struct app *app = ctx->app;
	const int64_t now = ctx->act->now;
	const char *login_id = ctx->account.login_id;
	const struct mail_interval interval = mail_interval_of_login_id(
	    app, LIMIT_RESET_MAIL, login_id, now);
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    MAIL_PASSWORD_RESET, login_id, "", now, app->password_reset_lives_s);

	TRY(check_usable(tx, ctx));
	mail.id = ctx->mail_ids[0];
	mail.jti = ctx->jti;
	memcpy(mail.subject_hash, interval.limit_try.subject_hash, sizeof mail.subject_hash);
	TRY(member_limits_count_mail(tx, &interval.limit_try));
	return outbox_enqueue(tx, &mail);
}

enum result
member_send_reset(
    const struct app *app, const struct operator_act *act, struct account_id account_id)
{
	CLEANUP(act_ctx_wipe)
	struct act_ctx ctx = {
		.app = app, .act = act, .event = AUDIT_PASSWORD_RESET_ASKED, .change = send_reset
	};

	return run_act(&ctx, account_id);
}

/* The link to the new address, and what its interval and its person count. */
static enum result
enqueue_confirmation(struct db_tx *tx, const struct act_ctx *ctx)
{
	CLEANUP(email_confirmation_wipe)
	struct email_confirmation confirmation = email_confirmation_of(
	    ctx->app, &ctx->account, ctx->email, ctx->act->now);
	const struct limit_try *interval = &confirmation.mail_interval.limit_try;
	int left = 0;

	confirmation.mail.id = ctx->mail_ids[1];
	confirmation.mail.jti = ctx->jti;
	memcpy(confirmation.mail.subject_hash, interval->subject_hash,
	    sizeof confirmation.mail.subject_hash);
	TRY(limit_db_count(tx, &confirmation.by_person, &left, NULL)); /* also where none is left */
	TRY(member_limits_count_mail(tx, interval));
	return outbox_enqueue(tx, &confirmation.mail);
}

static enum result
set_email(struct db_tx *tx, struct act_ctx *ctx)
{
	if (strcmp(ctx->email, ctx->account.email) == 0)
		return nothing_to_do(ctx);
	TRY(check_usable(tx, ctx));
	TRY(account_set_pending_email(tx, ctx->account.id, ctx->email));
	TRY(enqueue_confirmation(tx, ctx));
	return enqueue_notification(tx, ctx, MAIL_EMAIL_CHANGE_ASKED);
}

enum result
member_set_email(const struct app *app, const struct operator_act *act,
    struct account_id account_id, const char *email, bool *ret_changed)
{
	CLEANUP(act_ctx_wipe)
	struct act_ctx ctx = { .app = app,
		.act = act,
		.event = AUDIT_EMAIL_CHANGE_ASKED,
		.change = set_email,
		.email = email };

	TRY(run_act(&ctx, account_id));
	*ret_changed = !ctx.already;
	return OK;
}

/* Login ID ------------------------------------------------------------------------------------- */

static enum result
release_login_id(struct db_tx *tx, struct act_ctx *ctx)
{
	const struct account *account = &ctx->account;
	const struct login_limits old_limits = limits_of(ctx, account->login_id);
	char login_id[EMAIL_MAX + 1];

	if (login_id_fold(account->email, login_id, sizeof login_id) != FIELD_OK)
		return INTERNAL;
	if (strcmp(login_id, account->login_id) == 0)
		return nothing_to_do(ctx);
	const struct login_limits new_limits = limits_of(ctx, login_id);
	TRY(account_set_login_id(tx, account->id, login_id));
	TRY(login_limits_reset(tx, &new_limits));
	TRY(login_limits_reset(tx, &old_limits));
	return enqueue_notification(tx, ctx, MAIL_LOGIN_ID_RELEASED);
}

enum result
member_release_login_id(const struct app *app, const struct operator_act *act,
    struct account_id account_id, bool *ret_changed)
{
	CLEANUP(act_ctx_wipe)
	struct act_ctx ctx = {
		.app = app, .act = act, .event = AUDIT_LOGIN_ID_RELEASED, .change = release_login_id
	};

	TRY(run_act(&ctx, account_id));
	*ret_changed = !ctx.already;
	return OK;
}

/* Move ----------------------------------------------------------------------------------------- */

struct move_ctx {
	const struct operator_act *act;
	struct member_ids ids;
	struct roster_transfer *transfer;
};

static enum result
move_person_tx(struct db_tx *tx, void *context)
{
	const struct move_ctx *ctx = context;
	const int64_t now = ctx->act->now;
	struct roster_transfer *transfer = ctx->transfer;

	TRY(operator_act_record(
	    tx, ctx->act, AUDIT_PERSON_MOVED, ctx->ids.account_id, ctx->ids.person_id));
	TRY(roster_transfer_tx(tx, transfer));
	TRY(member_registrations_end(tx, ctx->ids.person_id, now));
	return id_is_none(transfer->joined_id.bytes)
		   ? OK
		   : member_registrations_end(tx, transfer->joined_id, now);
}

enum result
member_move(const struct app *app, const struct operator_act *act, const struct member_ids *ids,
    struct roster_transfer *to)
{
	struct move_ctx ctx = { .act = act, .ids = *ids, .transfer = to };

	to->person_id = ids->person_id;
	const enum result moved = db_transaction(app->db, move_person_tx, &ctx);
	return moved == DUPLICATE ? OK : moved;
}

/* Unlock --------------------------------------------------------------------------------------- */

/* Of the person, who need not have an account. */
static enum result
unlock_tx(struct db_tx *tx, void *context)
{
	struct act_ctx *ctx = context;
	char number[SESSION_NUMBER_MAX + 1] = "";
	struct member_subjects subjects = {
		.login_id = ctx->account.login_id,
		.email = ctx->account.email,
		.number = number,
		.account_id = ctx->ids.account_id,
		.person_id = ctx->ids.person_id,
		.source = ctx->source,
	};

	TRY(operator_act_record(tx, ctx->act, ctx->event, ctx->ids.account_id, ctx->ids.person_id));
	const enum result locked = lock_account(tx, ctx);
	const enum result read = member_number_read(tx, ctx->ids.person_id, number);
	if (locked != OK && locked != NO_ROW)
		return locked;
	if (read != OK)
		return read;
	const enum result done = member_limits_forget(tx, ctx->app, &subjects, ctx->act->now);
	secret_wipe_bytes(number, sizeof number);
	return done;
}

enum result
member_unlock(const struct app *app, const struct operator_act *act, const struct member_ids *ids,
    const struct client *source)
{
	CLEANUP(act_ctx_wipe)
	struct act_ctx ctx = { .app = app,
		.act = act,
		.event = AUDIT_ACCOUNT_UNLOCKED,
		.ids = *ids,
		.source = source };
	const enum result done = db_transaction(app->db, unlock_tx, &ctx);

	return done == DUPLICATE ? OK : done;
}
