/* member_resend.c - sends the last mail with a link once more. */

#include "member_resend.h"

#include "account.h"
#include "cleanup.h"
#include "clock.h"
#include "email.h"
#include "limit_db.h"
#include "mail_interval.h"
#include "mailed_link.h"
#include "member_limits.h"
#include "outbox.h"
#include "secret.h"
#include "spent_token.h"
#include "text.h"

#include <string.h>

/* A mail that only says something has no link. */
static enum result
only_with_link(const struct link_mail *link)
{
	const bool says_only = link->kind == MAIL_ALREADY_REGISTERED ||
			       link->kind == MAIL_ACCOUNT_DISABLED;

	return says_only ? NO_ROW : OK;
}

/* Which mail ----------------------------------------------------------------------------------- */

static enum result
last_link_of_account(const struct app *app, const struct member_ids *ids, struct link_mail *ret)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	struct db_tx alone = db_alone(app->db);
	uint8_t hash[KEYED_HASH_SIZE] = { 0 };
	const struct db_value in[] = { db_bytes("account_id", ids->account_id.bytes, ID_SIZE),
		db_bytes("person_id", ids->person_id.bytes, ID_SIZE),
		db_bytes("subject_hash", hash, sizeof hash), { 0 } };

	TRY(account_read(&alone, ids->account_id, &account));
	member_login_id_hash(app, account.login_id, hash);
	TRY(link_mail_read(app, OPERATOR_LINK_MAIL_OF_ACCOUNT, in, ret));
	ret->subject.account_id = ids->account_id; /* a reset was asked for by login ID */
	ret->subject.person_id = ids->person_id;
	return OK;
}

enum result
member_last_link(const struct app *app, const struct member_ids *ids, struct link_mail *ret)
{
	const struct db_value mail[] = { db_bytes("mail_id", ids->mail_id.bytes, ID_SIZE), { 0 } };
	const struct db_value person[] = { db_bytes("person_id", ids->person_id.bytes, ID_SIZE),
		{ 0 } };

	if (!id_is_none(ids->account_id.bytes))
		return last_link_of_account(app, ids, ret);
	if (!id_is_none(ids->mail_id.bytes))
		TRY(link_mail_read(app, OPERATOR_REGISTRATION_READ, mail, ret));
	else
		TRY(link_mail_read(app, OPERATOR_REGISTRATION_OF_PERSON, person, ret));
	return only_with_link(ret);
}

static enum result
last_link_to(const struct app *app, const char *email, struct link_mail *ret)
{
	uint8_t hash[KEYED_HASH_SIZE] = { 0 };
	const struct db_value in[] = { db_bytes("subject_hash", hash, sizeof hash), { 0 } };

	member_address_hash(app, email, hash);
	TRY(link_mail_read(app, OPERATOR_REGISTRATION_OF_ADDRESS, in, ret));
	return only_with_link(ret);
}

/* A family may share an address: the account that has it as login ID need not be whose registration
 * it is. */
enum result
member_last_link_of(const struct app *app, const char *email, struct link_mail *ret)
{
	char login_id[EMAIL_MAX + 1];
	struct member_ids ids;
	struct link_mail of_account = { .created_at = INT64_MIN };

	if (login_id_fold(email, login_id, sizeof login_id) != FIELD_OK)
		return NO_ROW;
	enum result found = member_find_login_id(app, login_id, &ids);
	secret_wipe_bytes(login_id, sizeof login_id);
	if (found == OK)
		found = last_link_of_account(app, &ids, &of_account);
	if (found != OK && found != NO_ROW)
		return found;
	const enum result registered = last_link_to(app, email, ret);
	if (registered != OK && registered != NO_ROW)
		return registered;
	if (found == OK && (registered == NO_ROW || of_account.created_at > ret->created_at))
		*ret = of_account;
	return found == OK ? OK : registered;
}

bool
member_link_needs_address(const struct link_mail *mail)
{
	const enum stage stage = mailed_link_stage(mail->kind);

	return stage == STAGE_IDENTITY || stage == STAGE_AUTHENTICATION_KEY;
}

/* Once more ------------------------------------------------------------------------------------ */

struct resend_ctx {
	const struct app *app;
	const struct operator_act *act;
	const struct link_mail *link;
	struct mail_id mail_id; /* of the new one */
	char email[EMAIL_MAX + 1];
	struct limit_try interval; /* of its kind */
};

static void
resend_ctx_wipe(struct resend_ctx *ctx)
{
	secret_wipe_bytes(ctx->email, sizeof ctx->email);
}

static bool
hash_is(const struct limit_try *interval, const struct link_mail *link)
{
	return secret_equal_bytes(interval->subject_hash, link->subject_hash, KEYED_HASH_SIZE);
}

/* A registration: the address is the one that was typed, if it is the mail's. */
static enum result
prepare_registration(struct db_tx *tx, struct resend_ctx *ctx)
{
	const struct link_mail *link = ctx->link;
	const struct jti *invitation = &link->subject.invitation_jti;
	bool exists = false;

	ctx->interval =
	    mail_interval_of(ctx->app, LIMIT_INVITATION_MAIL, ctx->email, ctx->act->now).limit_try;
	if (!hash_is(&ctx->interval, link))
		return BAD_FIELD;
	if (link->kind == MAIL_SECOND_LINK)
		ctx->interval = limit_try_of(ctx->app->keyring,
		    limit_subject_of(
			LIMIT_SECOND_MAIL, invitation->bytes, sizeof invitation->bytes),
		    ctx->act->now);
	TRY(account_exists(tx, no_account, link->subject.person_id, &exists));
	return exists ? ACCOUNT_EXISTS : OK;
}

/* A link of an account goes where that account's row says. */
static enum result
prepare_account(struct db_tx *tx, struct resend_ctx *ctx)
{
	const struct link_mail *mail = ctx->link;
	const struct account_id account_id = mail->subject.account_id;
	CLEANUP(account_wipe) struct account account = { 0 };
	struct mailed_link link = { .account_id = account_id };
	const bool is_reset = mail->kind == MAIL_PASSWORD_RESET;

	TRY(account_read(tx, account_id, &account));
	link.generation = account.generation;
	link.day = access_day_of(ctx->act->now, ctx->app->access_after_loss_days);
	const enum result usable = account_by_link(tx, &link, &account);
	if (usable != OK)
		return usable == NO_ROW ? LOGIN_FAILED : usable;
	const char *email = is_reset ? account.login_id : account.pending_email;
	ctx->interval = (is_reset ? mail_interval_of_login_id(
					ctx->app, LIMIT_RESET_MAIL, email, ctx->act->now)
				  : mail_interval_of_member(ctx->app, LIMIT_CONFIRMATION_MAIL,
					&account, email, ctx->act->now))
			    .limit_try;
	text_copy_cut(ctx->email, sizeof ctx->email, email);
	return email[0] != '\0' && hash_is(&ctx->interval, mail) ? OK : TOKEN_SPENT;
}

static enum result
enqueue_again(struct db_tx *tx, const struct resend_ctx *ctx)
{
	const struct link_mail *link = ctx->link;
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    link->kind, ctx->email, link->language, ctx->act->now, 0);

	mail.id = ctx->mail_id;
	mail.jti = link->jti;
	mail.subject = link->subject;
	mail.expires_at = link->expires_at;
	memcpy(mail.subject_hash, link->subject_hash, sizeof mail.subject_hash);
	TRY(member_limits_count_mail(tx, &ctx->interval));
	return outbox_enqueue(tx, &mail);
}

static enum result
resend_tx(struct db_tx *tx, void *context)
{
	struct resend_ctx *ctx = context;
	const struct stage_subject *subject = &ctx->link->subject;
	struct spent_token spent;

	TRY(operator_act_record(
	    tx, ctx->act, AUDIT_MAIL_RESENT, subject->account_id, subject->person_id));
	TRY(member_link_needs_address(ctx->link) ? prepare_registration(tx, ctx)
						 : prepare_account(tx, ctx));
	const enum result used = spent_token_read(tx, ctx->link->jti, &spent);
	if (used != NO_ROW)
		return used == OK ? TOKEN_SPENT : used;
	return enqueue_again(tx, ctx);
}

enum result
member_resend(const struct app *app, const struct operator_act *act, const struct link_mail *link,
    const char *email)
{
	CLEANUP(resend_ctx_wipe)
	struct resend_ctx ctx = { .app = app, .act = act, .link = link };

	if (link->state == OUTBOX_PENDING)
		return TOO_MANY;
	if (act->now >= link->expires_at || link->created_at <= keyring_epoch(app->keyring))
		return TOKEN_EXPIRED;
	secret_random(ctx.mail_id.bytes, sizeof ctx.mail_id.bytes);
	text_copy_cut(ctx.email, sizeof ctx.email, email);
	const enum result done = db_transaction(app->db, resend_tx, &ctx);
	return done == DUPLICATE ? OK : done;
}
