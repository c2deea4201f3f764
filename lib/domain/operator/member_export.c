/* member_export.c - everything that the database has about one person. */

#include "member_export.h"

#include "cleanup.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <string.h>

void
member_export_wipe(struct member_export *export)
{
	secret_wipe_bytes(export, sizeof *export);
}

static enum result
read_person(struct db_tx *tx, struct member_export *export)
{
	struct roster_person *person = &export->person;
	const struct db_value in[] = { db_bytes("person_id", export->ids.person_id.bytes, ID_SIZE),
		{ 0 } };
	const struct db_slot out[] = {
		db_to_text(person->pair.number, sizeof person->pair.number),
		db_to_text(person->pair.symbol, sizeof person->pair.symbol),
		db_to_text(person->birth_date, sizeof person->birth_date),
		db_to_text(person->kana_name, sizeof person->kana_name),
		db_to_text(person->eligible_from, sizeof person->eligible_from),
		db_to_text(person->eligible_until, sizeof person->eligible_until),
		db_to_bytes(export->run.bytes, sizeof export->run.bytes),
		db_to_number(&export->run_at),
		db_to_text(export->run_by, sizeof export->run_by),
		{ 0 },
	};

	return db_row(tx, OPERATOR_PERSON_EXPORT, in, out);
}

static enum result
read_account(struct db_tx *tx, struct member_export *export)
{
	const struct db_value in[] = {
		db_bytes("account_id", export->ids.account_id.bytes, ID_SIZE), { 0 }
	};
	struct db_slot out[ACCOUNT_SLOTS + 3] = { 0 };

	account_slots(&export->account, out);
	out[ACCOUNT_SLOTS] = db_to_number(&export->state);
	out[ACCOUNT_SLOTS + 1] = db_to_number(&export->last_login_at);
	return db_row(tx, OPERATOR_ACCOUNT_READ, in, out);
}

static enum result
read_last_registration(const struct app *app, struct member_export *export)
{
	const struct member_ids *ids = &export->ids;
	struct member_registration *registration = &export->registration;

	if (!id_is_none(ids->mail_id.bytes))
		return member_registration_read(app, ids->mail_id, registration);
	if (id_is_none(ids->person_id.bytes))
		return NO_ROW;
	return member_registration_of_person(app, ids->person_id, registration);
}

/* Sets has_...; what is gone is not there. */
static enum result
is_there(enum result read, bool *ret_has)
{
	*ret_has = read == OK;
	return read == NO_ROW ? OK : read;
}

static enum result
read_limits(const struct app *app, int64_t now, struct member_export *export)
{
	const struct roster_pair *pair = &export->person.pair;
	char number[2 * INSURED_NUMBER_SIZE_MAX + 1];
	const struct member_subjects subjects = {
		.login_id = export->account.login_id,
		.email = export->account.email,
		.number = number,
		.account_id = export->ids.account_id,
		.person_id = export->ids.person_id,
	};

	if (!text_format(number, sizeof number, "%s%s", pair->number, pair->symbol))
		return INTERNAL;
	const enum result read = member_limits_read(app, &subjects, now, &export->limits);
	secret_wipe_bytes(number, sizeof number);
	return read;
}

/* Nothing is given out of which no event tells. */
static enum result
record_export(struct db_tx *tx, const struct operator_act *act, const struct member_export *export)
{
	const enum result recorded = operator_act_record(
	    tx, act, AUDIT_PERSON_EXPORTED, export->ids.account_id, export->ids.person_id);

	return recorded == DUPLICATE ? OK : recorded; /* by the run whose answer was lost */
}

enum result
member_export_read(const struct app *app, const struct operator_act *act,
    const struct member_ids *ids, struct member_export *ret)
{
	struct db_tx alone = db_alone(app->db);

	*ret = (struct member_export){ .ids = *ids };
	TRY(is_there(read_person(&alone, ret), &ret->has_person));
	TRY(member_code_read(&alone, ids->person_id, &ret->code));
	TRY(is_there(read_account(&alone, ret), &ret->has_account));
	TRY(is_there(read_last_registration(app, ret), &ret->has_registration));
	if (id_is_none(ids->person_id.bytes) && !ret->has_registration)
		return NO_ROW;
	TRY(read_limits(app, act->now, ret));
	return record_export(&alone, act, ret);
}

/* Lists ---------------------------------------------------------------------------------------- */

struct sessions_ctx {
	enum result (*each)(void *context, const struct session *);
	void *context;
	struct session row;
};

static enum result
pass_session(void *context)
{
	const struct sessions_ctx *ctx = context;

	return ctx->each(ctx->context, &ctx->row);
}

enum result
member_export_sessions(const struct app *app, const struct member_export *export,
    enum result (*each)(void *context, const struct session *), void *context)
{
	struct db_tx alone = db_alone(app->db);
	struct sessions_ctx ctx = { .each = each, .context = context };
	struct session *row = &ctx.row;
	const struct db_value in[] = {
		db_bytes("account_id", export->ids.account_id.bytes, ID_SIZE),
		db_number("rows_max", MEMBER_EXPORT_ROWS_MAX),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(row->id.bytes, sizeof row->id.bytes),
		db_to_text(row->device, sizeof row->device),
		db_to_number(&row->created_at),
		db_to_number(&row->used_at),
		db_to_number(&row->expires_at),
		{ 0 },
	};

	return db_rows(&alone, OPERATOR_SESSIONS_EXPORT, in, out, pass_session, &ctx);
}

struct mails_ctx {
	enum result (*each)(void *context, const struct member_export_mail *);
	void *context;
	int64_t kind, state;
	struct member_export_mail row;
};

static enum result
pass_mail(void *context)
{
	struct mails_ctx *ctx = context;

	ctx->row.kind = (enum mail_kind)ctx->kind;
	ctx->row.state = (enum outbox_state)ctx->state;
	return ctx->each(ctx->context, &ctx->row);
}

enum result
member_export_mails(const struct app *app, const struct member_export *export,
    enum result (*each)(void *context, const struct member_export_mail *), void *context)
{
	struct db_tx alone = db_alone(app->db);
	struct mails_ctx ctx = { .each = each, .context = context };
	struct member_export_mail *row = &ctx.row;
	uint8_t hashes[2][KEYED_HASH_SIZE] = { 0 };
	const struct db_value in[] = {
		db_bytes("person_id", export->ids.person_id.bytes, ID_SIZE),
		db_bytes("first_hash", hashes[0], sizeof hashes[0]),
		db_bytes("second_hash", hashes[1], sizeof hashes[1]),
		db_number("rows_max", MEMBER_EXPORT_ROWS_MAX),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(row->id.bytes, sizeof row->id.bytes),
		db_to_number(&ctx.kind),
		db_to_number(&ctx.state),
		db_to_text(row->email, sizeof row->email),
		db_to_text(row->nickname, sizeof row->nickname),
		db_to_text(row->language, sizeof row->language),
		db_to_number(&row->created_at),
		db_to_number(&row->finished_at),
		db_to_number(&row->tries),
		db_to_text(row->error, sizeof row->error),
		{ 0 },
	};

	if (export->has_account) {
		member_address_hash(app, export->account.email, hashes[0]);
		member_login_id_hash(app, export->account.login_id, hashes[1]);
	} else if (export->has_registration)
		memcpy(hashes[0], export->registration.subject_hash, sizeof hashes[0]);
	const enum result read = db_rows(&alone, OPERATOR_MAILS_EXPORT, in, out, pass_mail, &ctx);
	secret_wipe_bytes(&ctx, sizeof ctx);
	return read;
}
