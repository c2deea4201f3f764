/* outbox.c - the rows of the table `outbox`. */

#include "outbox.h"

#include "secret.h"
#include "statements.h"
#include "text.h"

#include <stdbool.h>
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
outbox_params_named(
    const struct outbox_mail *mail, const struct outbox_names *names, struct db_values *values)
{
	const bool is_none = mail->kind == MAIL_NONE;
	const struct stage_subject *subject = &mail->subject;
	const struct db_value params[] = {
		db_bytes(names->id, mail->id.bytes, sizeof mail->id.bytes),
		db_number(names->kind, mail->kind),
		db_number(names->state, is_none ? OUTBOX_DROPPED : OUTBOX_PENDING),
		db_text(names->email, is_none ? "" : mail->email),
		db_text(names->language, mail->language),
		db_text(names->nickname, mail->nickname),
		db_bytes(names->subject_hash, mail->subject_hash, sizeof mail->subject_hash),
		db_bytes(names->jti, mail->jti.bytes, sizeof mail->jti.bytes),
		db_bytes(
		    names->person_id, subject->person_id.bytes, sizeof subject->person_id.bytes),
		db_bytes(
		    names->account_id, subject->account_id.bytes, sizeof subject->account_id.bytes),
		db_number(names->generation, subject->generation),
		db_bytes(names->invitation_jti, subject->invitation_jti.bytes,
		    sizeof subject->invitation_jti.bytes),
		db_number(names->created_at, mail->created_at),
		db_number(names->expires_at, mail->expires_at),
		is_none ? db_number(names->finished_at, mail->created_at)
			: db_text_or_null(names->finished_at, ""),
		{ 0 },
	};

	db_values_add(values, params);
}

void
outbox_params(const struct outbox_mail *mail, struct db_values *values)
{
	outbox_params_named(mail, &OUTBOX_NAMES("mail"), values);
}

enum result
outbox_enqueue(struct db_tx *tx, const struct outbox_mail *mail)
{
	struct db_values in = { 0 };

	outbox_params(mail, &in);
	return db_insert_new(tx, OUTBOX_INSERT, in.list);
}

/* The columns of SQL_MAIL_COLUMNS. An enum is read by way of a number. */
#define MAIL_SLOTS 16

static void
mail_slots(struct outbox_mail *mail, int64_t *kind, struct db_slot ret[static MAIL_SLOTS])
{
	struct stage_subject *const subject = &mail->subject;
	struct jti *const invitation_jti = &subject->invitation_jti;
	const struct db_slot slots[MAIL_SLOTS] = {
		db_to_bytes(mail->id.bytes, sizeof mail->id.bytes),
		db_to_number(kind),
		db_to_text(mail->email, sizeof mail->email),
		db_to_text(mail->language, sizeof mail->language),
		db_to_text(mail->nickname, sizeof mail->nickname),
		db_to_bytes(mail->jti.bytes, sizeof mail->jti.bytes),
		db_to_bytes(subject->person_id.bytes, sizeof subject->person_id.bytes),
		db_to_bytes(subject->account_id.bytes, sizeof subject->account_id.bytes),
		db_to_number(&subject->generation),
		db_to_bytes(invitation_jti->bytes, sizeof invitation_jti->bytes),
		db_to_number(&mail->created_at),
		db_to_number(&mail->expires_at),
		db_to_number(&mail->tries),
		db_to_number(&mail->relay_failures),
		db_to_number(&mail->unconfirmed),
		{ 0 },
	};

	memcpy(ret, slots, sizeof slots);
}

static struct db_value
ids_value(const char *name, const struct outbox_ids *ids)
{
	_Static_assert(sizeof ids->ids[0] == ID_SIZE, "ids follow each other");
	return db_bytes(name, ids->ids, ids->count * ID_SIZE);
}

/* The row that was read, and the mails it goes to. */
struct claim_ctx {
	int64_t finished, more;
	struct outbox_mail mail;
	int64_t kind;
	struct outbox_batch *batch;
};

static bool
batch_has(const struct outbox_batch *batch, struct mail_id id)
{
	for (size_t i = 0; i < batch->count; i++)
		if (id_is(batch->mails[i].id.bytes, id.bytes))
			return true;
	return false;
}

/* A second run of the statement may read again what the first one has claimed. */
static enum result
add_claimed_mail(void *context)
{
	struct claim_ctx *ctx = context;
	struct outbox_batch *batch = ctx->batch;

	batch->more = ctx->more != 0;
	if (batch->count == OUTBOX_BATCH_MAX || id_is_none(ctx->mail.id.bytes) ||
	    batch_has(batch, ctx->mail.id))
		return OK;
	ctx->mail.kind = (enum mail_kind)ctx->kind;
	batch->mails[batch->count++] = ctx->mail;
	return OK;
}

enum result
outbox_finish_and_claim(struct db_tx *tx, const struct outbox_ids *sent, int64_t now,
    const struct outbox_claim *claim, struct outbox_batch *ret)
{
	struct claim_ctx ctx = { .batch = ret };
	struct db_slot out[2 + MAIL_SLOTS] = { db_to_number(&ctx.finished),
		db_to_number(&ctx.more) };
	const struct db_value in[] = {
		ids_value("sent", sent),
		db_number("now", now),
		db_bytes("worker_id", claim->worker.bytes, sizeof claim->worker.bytes),
		db_first_run("first_run"),
		db_number("looked_for", (int64_t)claim->mails_max + 1),
		db_number("mails_max", (int64_t)claim->mails_max),
		db_number("lease_s", claim->lease_s),
		{ 0 },
	};

	ret->count = 0;
	ret->more = false;
	mail_slots(&ctx.mail, &ctx.kind, out + 2);
	const enum result done = db_rows(
	    tx, OUTBOX_FINISH_AND_CLAIM, in, out, add_claimed_mail, &ctx);
	outbox_mail_wipe(&ctx.mail);
	if (done != OK)
		ret->count = 0;
	return done == OK && ctx.finished < (int64_t)sent->count ? NO_ROW : done;
}

enum result
outbox_finish_and_release(struct db_tx *tx, struct worker_id worker, const struct outbox_ids *sent,
    int64_t now, const struct outbox_ids *untried)
{
	int64_t finished = 0;
	const struct db_slot out[] = { db_to_number(&finished), { 0 } };
	const struct db_value in[] = {
		ids_value("untried", untried),
		ids_value("sent", sent),
		db_number("now", now),
		db_bytes("worker_id", worker.bytes, sizeof worker.bytes),
		{ 0 },
	};

	TRY(db_row(tx, OUTBOX_FINISH_AND_RELEASE, in, out));
	return finished < (int64_t)sent->count ? NO_ROW : OK;
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
	struct db_slot out[MAIL_SLOTS];
	const struct db_value in[] = { db_bytes("mail_id", id.bytes, sizeof id.bytes), { 0 } };

	mail_slots(ret, &kind, out);
	TRY(db_row(tx, OUTBOX_READ, in, out));
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
