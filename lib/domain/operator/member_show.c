/* member_show.c - all that the database knows of one member. */

#include "member_show.h"

#include "account.h"
#include "cleanup.h"
#include "insured_number.h"
#include "secret.h"
#include "statements.h"
#include "text.h"
#include "unicode.h"

#include <string.h>

/* What is read and never shown as it is. Wiped by its owner. */
struct unmasked {
	struct account account;
	char number[SESSION_NUMBER_MAX + 1];
	char name[MEMBER_NAME_MAX + 1];
};

static void
unmasked_wipe(struct unmasked *unmasked)
{
	secret_wipe_bytes(unmasked, sizeof *unmasked);
}

/* The first character of each word stays. A name that is not UTF-8 is a single star. */
static void
mask_name(const char *name, char ret[static MEMBER_NAME_MAX + 1])
{
	bool begins = true;
	size_t length = 0;
	int32_t code_point;

	for (const char *at = name; unicode_next(&at, &code_point);) {
		const bool shown = begins || unicode_kind(code_point) == UNICODE_SPACE;

		length += unicode_put(shown ? code_point : '*', ret + length);
		begins = unicode_kind(code_point) == UNICODE_SPACE;
	}
	ret[length] = '\0';
}

/* Person and account --------------------------------------------------------------------------- */

static enum result
read_person(struct db_tx *tx, struct person_id id, const struct access_day *day,
    struct unmasked *unmasked, struct member_person *ret)
{
	int64_t eligible = 0, has_access = 0, ambiguous = 0;
	const struct db_value in[] = {
		access_day_today(day),
		access_day_days(day),
		db_bytes("person_id", id.bytes, sizeof id.bytes),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_text(unmasked->number, sizeof unmasked->number),
		db_to_text(unmasked->name, sizeof unmasked->name),
		db_to_text(ret->eligible_from, sizeof ret->eligible_from),
		db_to_text(ret->eligible_until, sizeof ret->eligible_until),
		db_to_number(&eligible),
		db_to_text(ret->access_until, sizeof ret->access_until),
		db_to_number(&has_access),
		db_to_number(&ambiguous),
		db_to_bytes(ret->run.bytes, sizeof ret->run.bytes),
		db_to_number(&ret->run_at),
		db_to_text(ret->run_by, sizeof ret->run_by),
		{ 0 },
	};

	TRY(db_row(tx, OPERATOR_PERSON_READ, in, out));
	ret->eligible = eligible != 0;
	ret->has_access = has_access != 0;
	ret->ambiguous = ambiguous != 0;
	insured_number_mask(unmasked->number, ret->number);
	mask_name(unmasked->name, ret->name);
	return OK;
}

enum result
member_code_read(struct db_tx *tx, struct person_id id, struct member_code *ret)
{
	struct member_code code = { .made_at = 0 };
	int64_t in_file = 0;
	const struct db_value in[] = { db_bytes("person_id", id.bytes, sizeof id.bytes), { 0 } };
	const struct db_slot out[] = {
		db_to_number(&code.made_at),
		db_to_number(&code.expires_at),
		db_to_number(&code.used_at),
		db_to_number(&in_file),
		{ 0 },
	};

	const enum result read = db_row(tx, CODE_READ, in, out);
	code.in_file = in_file != 0;
	if (read != OK && read != NO_ROW)
		return read;
	*ret = code;
	return OK;
}

static void
mask_account(const struct account *account, struct member_account *ret)
{
	ret->created_at = account->created_at;
	ret->password_changed_at = account->password_changed_at;
	email_mask(account->login_id, ret->login_id);
	email_mask(account->email, ret->email);
	if (account->pending_email[0] != '\0')
		email_mask(account->pending_email, ret->pending_email);
	ret->login_id_is_email = text_equal_ignoring_case(account->login_id, account->email);
	text_copy_cut(ret->language, sizeof ret->language, account->language);
}

static enum result
read_account(
    struct db_tx *tx, struct account_id id, struct unmasked *unmasked, struct member_account *ret)
{
	int64_t state = 0;
	const struct db_value in[] = { db_bytes("account_id", id.bytes, sizeof id.bytes), { 0 } };
	struct db_slot out[ACCOUNT_SLOTS + 3] = { 0 };

	account_slots(&unmasked->account, out);
	out[ACCOUNT_SLOTS] = db_to_number(&state);
	out[ACCOUNT_SLOTS + 1] = db_to_number(&ret->last_login_at);
	TRY(db_row(tx, OPERATOR_ACCOUNT_READ, in, out));
	ret->active = state == ACCOUNT_ACTIVE;
	mask_account(&unmasked->account, ret);
	return OK;
}

/* Sets has_...; what is gone meanwhile is not there. */
static enum result
found(enum result read, bool *ret_has)
{
	*ret_has = read == OK;
	return read == NO_ROW ? OK : read;
}

/* Mails ---------------------------------------------------------------------------------------- */

struct mails_ctx {
	int64_t kind, state;
	struct member_mail row; /* the row that is being read */
	struct member_record *record;
};

static enum result
append_mail(void *context)
{
	struct mails_ctx *ctx = context;
	struct member_record *record = ctx->record;

	if (record->mails == MEMBER_MAILS_MAX)
		return INTERNAL; /* more rows than the statement's LIMIT */
	ctx->row.kind = (enum mail_kind)ctx->kind;
	ctx->row.state = (enum outbox_state)ctx->state;
	record->mail[record->mails++] = ctx->row;
	return OK;
}

/* By the person; by the address or the login ID of what anybody can ask for; or, of a registration
 * whose person is not known yet, by its address. */
static enum result
read_mails(struct db_tx *tx, const struct app *app, const struct account *account,
    struct member_record *record)
{
	struct mails_ctx ctx = { .record = record };
	struct member_mail *row = &ctx.row;
	uint8_t hashes[2][KEYED_HASH_SIZE] = { 0 };
	const struct db_value in[] = {
		db_bytes("person_id", record->ids.person_id.bytes, ID_SIZE),
		db_bytes("first_hash", hashes[0], sizeof hashes[0]),
		db_bytes("second_hash", hashes[1], sizeof hashes[1]),
		db_number("rows_max", MEMBER_MAILS_MAX),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(row->id.bytes, sizeof row->id.bytes),
		db_to_number(&ctx.kind),
		db_to_number(&ctx.state),
		db_to_number(&row->created_at),
		db_to_number(&row->finished_at),
		db_to_number(&row->tries),
		db_to_number(&row->expires_at),
		db_to_text(row->error, sizeof row->error),
		{ 0 },
	};

	if (record->has_account) {
		member_address_hash(app, account->email, hashes[0]);
		member_login_id_hash(app, account->login_id, hashes[1]);
	} else if (record->has_registration)
		memcpy(hashes[0], record->registration.subject_hash, sizeof hashes[0]);
	return db_rows(tx, OPERATOR_MAILS_OF_PERSON, in, out, append_mail, &ctx);
}

/* All of it ------------------------------------------------------------------------------------ */

static enum result
read_registration(const struct app *app, struct member_record *record)
{
	const struct mail_id *mail_id = &record->ids.mail_id;
	const enum result read = !id_is_none(mail_id->bytes)
				     ? member_registration_read(
					   app, *mail_id, &record->registration)
				     : member_registration_of_person(
					   app, record->ids.person_id, &record->registration);

	return found(read, &record->has_registration);
}

static enum result
read_limits(const struct app *app, const struct unmasked *unmasked, const struct client *source,
    int64_t now, struct member_record *record)
{
	const struct member_subjects subjects = {
		.login_id = unmasked->account.login_id,
		.email = unmasked->account.email,
		.number = unmasked->number,
		.account_id = record->ids.account_id,
		.person_id = record->ids.person_id,
		.source = source,
	};

	return member_limits_read(app, &subjects, now, &record->limits);
}

enum result
member_show(const struct app *app, const struct member_ids *ids, const struct client *source,
    struct member_record *ret)
{
	const int64_t now = clock_now();
	const struct session_cutoff cutoff = session_cutoff_of(app, now);
	CLEANUP(unmasked_wipe) struct unmasked unmasked = { .number = "" };
	struct db_tx alone = db_alone(app->db);

	*ret = (struct member_record){ .ids = *ids };
	TRY(found(read_person(&alone, ids->person_id, &cutoff.day, &unmasked, &ret->person),
	    &ret->has_person));
	TRY(member_code_read(&alone, ids->person_id, &ret->code));
	TRY(found(
	    read_account(&alone, ids->account_id, &unmasked, &ret->account), &ret->has_account));
	TRY(read_registration(app, ret));
	if (!ret->has_person && !ret->has_account && !ret->has_registration)
		return NO_ROW;
	TRY(read_limits(app, &unmasked, source, now, ret));
	TRY(session_rows_list(&alone, ids->account_id, &cutoff, &ret->sessions));
	return read_mails(&alone, app, &unmasked.account, ret);
}
