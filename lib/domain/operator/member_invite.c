/* member_invite.c - an operator invites one person to register, at any address. */

#include "member_invite.h"

#include "access_day.h"
#include "cleanup.h"
#include "db.h"
#include "mail_interval.h"
#include "member_limits.h"
#include "outbox.h"
#include "secret.h"
#include "statements.h"

#include <string.h>

struct invite_ctx {
	const struct operator_act *act;
	struct limit_try interval; /* of invitations to the address */
	struct outbox_mail mail;   /* is about the person */
};

static void
invite_ctx_wipe(struct invite_ctx *ctx)
{
	outbox_mail_wipe(&ctx->mail);
}

/* Can the person register today? */
static enum result
check_invited_person(struct db_tx *tx, const struct invite_ctx *ctx)
{
	const struct access_day day = access_day_of(ctx->act->now, 0);
	int64_t eligible = 0, has_account = 0, ambiguous = 0;
	const struct db_value in[] = {
		access_day_today(&day),
		db_bytes("person_id", ctx->mail.subject.person_id.bytes, ID_SIZE),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_number(&eligible),
		db_to_number(&has_account),
		db_to_number(&ambiguous),
		{ 0 },
	};

	TRY(db_row(tx, OPERATOR_PERSON_TO_INVITE, in, out));
	if (has_account != 0)
		return ACCOUNT_EXISTS;
	if (eligible == 0)
		return PERSON_NOT_ELIGIBLE;
	return ambiguous != 0 ? IDENTITY_MISMATCH : OK;
}

static enum result
invite_person_tx(struct db_tx *tx, void *context)
{
	const struct invite_ctx *ctx = context;

	TRY(operator_act_record(
	    tx, ctx->act, AUDIT_PERSON_INVITED, no_account, ctx->mail.subject.person_id));
	TRY(check_invited_person(tx, ctx));
	TRY(member_limits_count_mail(tx, &ctx->interval));
	return outbox_enqueue(tx, &ctx->mail);
}

enum result
member_invite(const struct app *app, const struct operator_act *act, struct person_id person_id,
    const char *email, const char *language)
{
	CLEANUP(invite_ctx_wipe)
	struct invite_ctx ctx = {
		.act = act,
		.interval = mail_interval_of(app, LIMIT_INVITATION_MAIL, email, act->now).limit_try,
		.mail = outbox_mail_to(
		    MAIL_PERSON_INVITATION, email, language, act->now, app->invitation_lives_s),
	};

	secret_random(ctx.mail.jti.bytes, sizeof ctx.mail.jti.bytes);
	ctx.mail.subject.person_id = person_id;
	memcpy(ctx.mail.subject_hash, ctx.interval.subject_hash, sizeof ctx.mail.subject_hash);
	const enum result done = db_transaction(app->db, invite_person_tx, &ctx);
	return done == DUPLICATE ? OK : done;
}
