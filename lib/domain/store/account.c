/* account.c - the rows of the table `account`. */

#include "account.h"

#include "cleanup.h"
#include "secret.h"
#include "statements.h"

#include <string.h>

void
account_params(const struct account *account, struct db_values *values)
{
	const struct db_value params[] = {
		db_bytes("id", account->id.bytes, sizeof account->id.bytes),
		db_bytes("person_id", account->person_id.bytes, sizeof account->person_id.bytes),
		db_text("login_id", account->login_id),
		db_text("password_hash", account->password_hash),
		db_text("email", account->email),
		db_text_or_null("pending_email", account->pending_email),
		db_text("nickname", account->nickname),
		db_text("language", account->language),
		db_number("created_at", account->created_at),
		{ 0 },
	};

	db_values_add(values, params);
}

void
account_slots(struct account *account, struct db_slot ret[static ACCOUNT_SLOTS])
{
	const struct db_slot slots[ACCOUNT_SLOTS] = {
		db_to_bytes(account->id.bytes, sizeof account->id.bytes),
		db_to_bytes(account->person_id.bytes, sizeof account->person_id.bytes),
		db_to_text(account->login_id, sizeof account->login_id),
		db_to_text(account->email, sizeof account->email),
		db_to_text(account->pending_email, sizeof account->pending_email),
		db_to_text(account->nickname, sizeof account->nickname),
		db_to_text(account->language, sizeof account->language),
		db_to_number(&account->generation),
		db_to_number(&account->created_at),
		db_to_number(&account->password_changed_at),
	};

	memcpy(ret, slots, sizeof slots);
}

/* Reads all columns of an account. */
static enum result
select_account(
    struct db_tx *tx, enum statement_name statement, const struct db_value *in, struct account *ret)
{
	struct db_slot out[ACCOUNT_SLOTS + 2] = { 0 };

	account_slots(ret, out);
	out[ACCOUNT_SLOTS] = db_to_text(ret->password_hash, sizeof ret->password_hash);
	return db_row(tx, statement, in, out);
}

enum result
account_exists(struct db_tx *tx, struct account_id id, struct person_id person_id, bool *ret)
{
	int64_t exists = 0;
	const struct db_value in[] = {
		db_bytes("id", id.bytes, sizeof id.bytes),
		db_bytes("person_id", person_id.bytes, sizeof person_id.bytes),
		{ 0 },
	};
	const struct db_slot out[] = { db_to_number(&exists), { 0 } };

	TRY(db_row(tx, ACCOUNT_EXISTS_OF, in, out));
	*ret = exists != 0;
	return OK;
}

enum result
account_read(struct db_tx *tx, struct account_id id, struct account *ret)
{
	const struct db_value in[] = { db_bytes("id", id.bytes, sizeof id.bytes), { 0 } };

	return select_account(tx, ACCOUNT_READ, in, ret);
}

enum result
account_by_link(struct db_tx *tx, const struct mailed_link *link, struct account *ret)
{
	const struct db_value in[] = {
		access_day_today(&link->day),
		access_day_days(&link->day),
		db_bytes("id", link->account_id.bytes, sizeof link->account_id.bytes),
		db_number("generation", link->generation),
		{ 0 },
	};

	return select_account(tx, ACCOUNT_BY_LINK, in, ret);
}

enum result
account_former_by_link(struct db_tx *tx, const struct mailed_link *link, struct account *ret)
{
	const struct db_value in[] = {
		access_day_today(&link->day),
		access_day_days(&link->day),
		db_bytes("id", link->account_id.bytes, sizeof link->account_id.bytes),
		db_number("generation", link->generation),
		db_text("email", link->email),
		{ 0 },
	};

	return select_account(tx, ACCOUNT_FORMER_BY_LINK, in, ret);
}

enum result
account_former_by_address(struct db_tx *tx, const char *email, const char *login_id,
    const struct access_day *day, struct account *ret)
{
	const struct db_value in[] = {
		access_day_today(day),
		access_day_days(day),
		db_text("email", email),
		db_text("login_id", login_id),
		{ 0 },
	};

	return select_account(tx, ACCOUNT_FORMER_BY_ADDRESS, in, ret);
}

enum result
account_by_login_id(
    struct db_tx *tx, const char *login_id, const struct access_day *day, struct account *ret)
{
	const struct db_value in[] = {
		access_day_today(day),
		access_day_days(day),
		db_text("login_id", login_id),
		{ 0 },
	};

	return select_account(tx, ACCOUNT_BY_LOGIN_ID, in, ret);
}

/* The row that was read, and the list it goes to. */
struct login_ids_ctx {
	char login_id[EMAIL_MAX + 1];
	struct account_login_ids *list;
};

static enum result
add_login_id(void *context)
{
	struct login_ids_ctx *ctx = context;
	struct account_login_ids *list = ctx->list;

	if (list->count < ACCOUNT_LOGIN_IDS_MAX)
		memcpy(list->ids[list->count++], ctx->login_id, sizeof ctx->login_id);
	return OK;
}

enum result
account_login_ids(struct db_tx *tx, const char *email, struct account_login_ids *ret)
{
	struct login_ids_ctx ctx = { .list = ret };
	const struct db_value in[] = { db_text("email", email), { 0 } };
	const struct db_slot out[] = { db_to_text(ctx.login_id, sizeof ctx.login_id), { 0 } };

	ret->count = 0;
	return db_rows(tx, ACCOUNT_LOGIN_IDS, in, out, add_login_id, &ctx);
}

/* Runs an update that sets the password of an account. Where it changes no row, an earlier run
 * whose answer was lost may have set the same hash. */
static enum result
change_password_hash(struct db_tx *tx, enum statement_name statement, const struct db_value *in,
    struct account_id id, const char *hash)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	uint64_t rows = 0;

	TRY(db_change(tx, statement, in, &rows));
	if (rows == 1)
		return OK;
	TRY(account_read(tx, id, &account));
	return strcmp(account.password_hash, hash) == 0 ? OK : NO_ROW;
}

enum result
account_set_password(
    struct db_tx *tx, struct account_id id, int64_t generation, const char *hash, int64_t now)
{
	const struct db_value in[] = {
		db_text("password_hash", hash),
		db_number("now", now),
		db_bytes("id", id.bytes, sizeof id.bytes),
		db_number("generation", generation),
		{ 0 },
	};

	return change_password_hash(tx, ACCOUNT_SET_PASSWORD, in, id, hash);
}

enum result
account_set_settings(
    struct db_tx *tx, struct account_id id, const char *nickname, const char *language)
{
	const struct db_value in[] = {
		db_text_or_null("nickname", nickname),
		db_text_or_null("language", language),
		db_bytes("id", id.bytes, sizeof id.bytes),
		{ 0 },
	};

	return db_change(tx, ACCOUNT_SET_SETTINGS, in, NULL);
}

enum result
account_set_pending_email(struct db_tx *tx, struct account_id id, const char *email)
{
	const struct db_value in[] = {
		db_text_or_null("pending_email", email),
		db_bytes("id", id.bytes, sizeof id.bytes),
		{ 0 },
	};

	return db_change(tx, ACCOUNT_SET_PENDING_EMAIL, in, NULL);
}

enum result
account_set_login_id(struct db_tx *tx, struct account_id id, const char *login_id)
{
	const struct db_value in[] = {
		db_text("login_id", login_id),
		db_bytes("id", id.bytes, sizeof id.bytes),
		{ 0 },
	};
	const enum result changed = db_change(tx, ACCOUNT_SET_LOGIN_ID, in, NULL);

	return changed == DUPLICATE ? TAKEN : changed;
}

enum result
account_confirm_email(struct db_tx *tx, const struct mailed_link *link)
{
	uint64_t rows = 0;
	const struct db_value in[] = {
		db_bytes("id", link->account_id.bytes, sizeof link->account_id.bytes),
		db_number("generation", link->generation),
		db_text("email", link->email),
		{ 0 },
	};

	TRY(db_change(tx, ACCOUNT_CONFIRM_EMAIL, in, &rows));
	return rows == 1 ? OK : NO_ROW;
}

enum result
account_delete(struct db_tx *tx, struct account_id id, struct person_id person_id)
{
	const struct db_value in[] = { db_bytes("id", id.bytes, sizeof id.bytes), { 0 } };
	const struct db_value of_person[] = {
		db_bytes("person_id", person_id.bytes, sizeof person_id.bytes), { 0 }
	};

	TRY(db_change(tx, ACCOUNT_DELETE, in, NULL));
	return db_change(tx, OUTBOX_DROP_DEAD, of_person, NULL);
}

enum result
account_delete_by_link(struct db_tx *tx, const struct mailed_link *link, struct person_id person_id)
{
	uint64_t rows = 0;
	const struct db_value in[] = {
		db_bytes("id", link->account_id.bytes, sizeof link->account_id.bytes),
		db_number("generation", link->generation),
		db_text("email", link->email),
		{ 0 },
	};
	const struct db_value of_person[] = {
		db_bytes("person_id", person_id.bytes, sizeof person_id.bytes), { 0 }
	};

	TRY(db_change(tx, ACCOUNT_DELETE_BY_LINK, in, &rows));
	return rows == 1 ? db_change(tx, OUTBOX_DROP_DEAD, of_person, NULL) : NO_ROW;
}

void
account_wipe(struct account *account)
{
	secret_wipe_bytes(account, sizeof *account);
}
