/* outbox.c - the rows of the table `outbox`. */

#include "outbox.h"

#include "secret.h"
#include "statements.h"
#include "text.h"

#include <string.h>

struct outbox_mail
outbox_mail_to(
    enum mail_kind kind, const char *email, const char *language, int64_t now, int64_t link_lives_s)
{
	struct outbox_mail mail = {
		.kind = kind, .created_at = now, .expires_at = now + link_lives_s
	};

	secret_random(mail.id.bytes, sizeof mail.id.bytes);
	text_copy_cut(mail.email, sizeof mail.email, email);
	text_copy_cut(mail.language, sizeof mail.language, language);
	return mail;
}

void
outbox_params(const struct outbox_mail *mail, struct db_value ret[static OUTBOX_PARAMS])
{
	const bool is_none = mail->kind == MAIL_NONE;
	const struct stage_subject *subject = &mail->subject;
	const struct jti *invitation_jti = &subject->invitation_jti;
	const struct db_value params[OUTBOX_PARAMS] = {
		db_bytes("mail_id", mail->id.bytes, sizeof mail->id.bytes),
		db_number("mail_kind", mail->kind),
		db_number("mail_state", is_none ? OUTBOX_DROPPED : OUTBOX_PENDING),
		db_text("mail_email", is_none ? "" : mail->email),
		db_text("mail_language", mail->language),
		db_text("mail_nickname", mail->nickname),
		db_bytes("mail_subject_hash", mail->subject_hash, sizeof mail->subject_hash),
		db_bytes("mail_jti", mail->jti.bytes, sizeof mail->jti.bytes),
		db_bytes(
		    "mail_person_id", subject->person_id.bytes, sizeof subject->person_id.bytes),
		db_bytes(
		    "mail_account_id", subject->account_id.bytes, sizeof subject->account_id.bytes),
		db_number("mail_generation", subject->generation),
		db_bytes(
		    "mail_invitation_jti", invitation_jti->bytes, sizeof invitation_jti->bytes),
		db_number("mail_created_at", mail->created_at),
		db_number("mail_expires_at", mail->expires_at),
		is_none ? db_number("mail_finished_at", mail->created_at)
			: db_text_or_null("mail_finished_at", ""),
	};

	memcpy(ret, params, sizeof params);
}

enum result
outbox_enqueue(struct db_tx *tx, const struct outbox_mail *mail)
{
	struct db_value in[OUTBOX_PARAMS + 1] = { 0 };

	outbox_params(mail, in);
	return db_insert_new(tx, OUTBOX_INSERT, in);
}

/* The row that was read, and the list it goes to. */
struct due_ctx {
	struct mail_id id;
	struct outbox_due due;
};

static enum result
add_due_mail(void *context)
{
	struct due_ctx *ctx = context;

	if (ctx->due.count < OUTBOX_DUE_MAX)
		ctx->due.ids[ctx->due.count++] = ctx->id;
	return OK;
}

enum result
outbox_due(struct db_tx *tx, struct outbox_due *ret)
{
	struct due_ctx ctx = { .due.count = 0 };
	const struct db_slot out[] = { db_to_bytes(ctx.id.bytes, sizeof ctx.id.bytes), { 0 } };

	TRY(db_rows(tx, OUTBOX_DUE, NULL, out, add_due_mail, &ctx));
	*ret = ctx.due;
	return OK;
}

enum result
outbox_claim(struct db_tx *tx, struct mail_id id, struct worker_id worker, int64_t lease_s)
{
	const struct db_value in[] = {
		db_bytes("worker_id", worker.bytes, sizeof worker.bytes),
		db_number("lease_s", lease_s),
		db_bytes("mail_id", id.bytes, sizeof id.bytes),
		{ 0 },
	};
	uint64_t rows = 0;

	TRY(db_change(tx, OUTBOX_CLAIM, in, &rows));
	return rows == 1 ? OK : NO_ROW;
}

enum result
outbox_renew(struct db_tx *tx, struct mail_id id, struct worker_id worker, int64_t lease_s,
    int64_t unconfirmed)
{
	const struct db_value in[] = {
		db_number("lease_s", lease_s),
		db_number("unconfirmed", unconfirmed),
		db_bytes("mail_id", id.bytes, sizeof id.bytes),
		db_bytes("worker_id", worker.bytes, sizeof worker.bytes),
		{ 0 },
	};

	return db_change_one(tx, OUTBOX_RENEW, in);
}

enum result
outbox_read(struct db_tx *tx, struct mail_id id, struct outbox_mail *ret)
{
	int64_t kind = 0;
	struct stage_subject *subject = &ret->subject;
	const struct db_value in[] = { db_bytes("mail_id", id.bytes, sizeof id.bytes), { 0 } };
	const struct db_slot out[] = {
		db_to_number(&kind),
		db_to_text(ret->email, sizeof ret->email),
		db_to_text(ret->language, sizeof ret->language),
		db_to_text(ret->nickname, sizeof ret->nickname),
		db_to_bytes(ret->jti.bytes, sizeof ret->jti.bytes),
		db_to_bytes(subject->person_id.bytes, sizeof subject->person_id.bytes),
		db_to_bytes(subject->account_id.bytes, sizeof subject->account_id.bytes),
		db_to_number(&subject->generation),
		db_to_bytes(subject->invitation_jti.bytes, sizeof subject->invitation_jti.bytes),
		db_to_number(&ret->created_at),
		db_to_number(&ret->expires_at),
		db_to_number(&ret->tries),
		db_to_number(&ret->relay_failures),
		db_to_number(&ret->unconfirmed),
		{ 0 },
	};

	TRY(db_row(tx, OUTBOX_READ, in, out));
	ret->id = id;
	ret->kind = (enum mail_kind)kind;
	return OK;
}

static enum result
retry_mail(struct db_tx *tx, struct mail_id id, struct worker_id worker,
    const struct outbox_outcome *outcome)
{
	const struct db_value in[] = {
		db_number("wait_s", outcome->wait_s),
		db_number("tries", outcome->tries),
		db_number("relay_failures", outcome->relay_failures),
		db_number("unconfirmed", outcome->unconfirmed),
		db_text("error", outcome->error),
		db_bytes("mail_id", id.bytes, sizeof id.bytes),
		db_bytes("worker_id", worker.bytes, sizeof worker.bytes),
		{ 0 },
	};

	return db_change_one(tx, OUTBOX_RETRY, in);
}

enum result
outbox_finish(struct db_tx *tx, struct mail_id id, struct worker_id worker,
    const struct outbox_outcome *outcome, int64_t now)
{
	const struct db_value in[] = {
		db_number("state", outcome->state),
		db_number("unconfirmed", outcome->unconfirmed),
		db_text("error", outcome->error),
		db_number("now", now),
		db_bytes("mail_id", id.bytes, sizeof id.bytes),
		db_bytes("worker_id", worker.bytes, sizeof worker.bytes),
		{ 0 },
	};

	if (outcome->state == OUTBOX_PENDING)
		return retry_mail(tx, id, worker, outcome);
	return db_change_one(tx, OUTBOX_FINISH, in);
}

enum result
outbox_wake(struct db_tx *tx, uint64_t *ret_mails)
{
	return db_change(tx, OUTBOX_WAKE, NULL, ret_mails);
}

void
outbox_mail_wipe(struct outbox_mail *mail)
{
	secret_wipe_bytes(mail, sizeof *mail);
}
