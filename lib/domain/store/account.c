/* account.c - the account rows. */

#include "account.h"

#include "cleanup.h"
#include "secret.h"
#include "statements.h"

#include <string.h>

enum result
account_insert(struct db_tx *tx, const struct account *account)
{
	const struct db_value in[] = {
		db_bytes_at(account->id.bytes, sizeof account->id.bytes),
		db_bytes_at(account->person_id.bytes, sizeof account->person_id.bytes),
		db_text_at(account->login_id),
		db_text_at(account->password_hash),
		db_text_at(account->email),
		db_text_or_null_at(account->pending_email),
		db_text_at(account->nickname),
		db_text_at(account->language),
		db_number_at(account->created_at),
		db_number_at(account->created_at),
		{ 0 },
	};
	const enum result result = db_insert_new(tx, ACCOUNT_INSERT, in);

	if (result != DUPLICATE)
		return result;
	return db_duplicate_is(tx, "account_login_id") ? TAKEN : ACCOUNT_EXISTS;
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

enum result
account_read(struct db_tx *tx, struct account_id id, struct account *ret)
{
	const struct db_value in[] = { db_bytes_at(id.bytes, sizeof id.bytes), { 0 } };
	struct db_slot out[ACCOUNT_SLOTS + 2] = { 0 };

	account_slots(ret, out);
	out[ACCOUNT_SLOTS] = db_to_text(ret->password_hash, sizeof ret->password_hash);
	return db_row(tx, ACCOUNT_READ, in, out);
}

enum result
account_by_link(struct db_tx *tx, const struct mailed_link *link, struct account *ret)
{
	const struct db_value in[] = { db_text_at(link->today), db_text_at(link->today),
		db_bytes_at(link->account_id.bytes, sizeof link->account_id.bytes),
		db_number_at(link->generation), { 0 } };
	struct db_slot out[ACCOUNT_SLOTS + 2] = { 0 };

	account_slots(ret, out);
	out[ACCOUNT_SLOTS] = db_to_text(ret->password_hash, sizeof ret->password_hash);
	return db_row(tx, ACCOUNT_BY_LINK, in, out);
}

enum result
account_by_login_id(struct db_tx *tx, const char *login_id, const char *today,
    const struct limit_try *asker, const struct login_limits *tries, struct account_status *ret)
{
	struct account *account = &ret->account;
	const struct limit_try *source = &tries->by_known_source;
	const struct limit_try *failures = &tries->by_login_id;
	int64_t known = 0, usable = 0, source_known = 0, untold = 0;
	const struct db_value in[] = {
		db_text_at(login_id),
		db_text_at(today),
		db_text_at(today),
		db_number_at(asker->limit_id),
		db_bytes_at(asker->subject, sizeof asker->subject),
		db_number_at(asker->now),
		db_number_at(source->limit_id),
		db_bytes_at(source->subject, sizeof source->subject),
		db_number_at(source->now),
		db_number_at(failures->limit_id),
		db_bytes_at(failures->subject, sizeof failures->subject),
		db_number_at(failures->now),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_number(&known),
		db_to_bytes(account->id.bytes, sizeof account->id.bytes),
		db_to_bytes(account->person_id.bytes, sizeof account->person_id.bytes),
		db_to_text(account->password_hash, sizeof account->password_hash),
		db_to_text(account->email, sizeof account->email),
		db_to_text(account->nickname, sizeof account->nickname),
		db_to_text(account->language, sizeof account->language),
		db_to_number(&account->generation),
		db_to_number(&usable),
		db_to_number(&ret->asker_tries),
		db_to_number(&ret->asker_ends_at),
		db_to_number(&source_known),
		db_to_number(&ret->failures),
		db_to_number(&untold),
		{ 0 },
	};

	TRY(db_row(tx, ACCOUNT_BY_LOGIN_ID, in, out));
	ret->known = known != 0;
	ret->usable = usable != 0;
	ret->source_known = source_known != 0;
	ret->failures_untold = untold != 0;
	return OK;
}

/* The row now read, and the list it goes to. */
struct listing {
	char login_id[EMAIL_MAX + 1];
	struct account_login_ids *list;
};

static enum result
list_one(void *context)
{
	struct listing *listing = context;
	struct account_login_ids *list = listing->list;

	if (list->count < ACCOUNT_LOGIN_IDS_MAX)
		memcpy(list->ids[list->count++], listing->login_id, sizeof listing->login_id);
	return OK;
}

enum result
account_login_ids(struct db_tx *tx, const char *email, struct account_login_ids *ret)
{
	struct listing listing = { .list = ret };
	const struct db_value in[] = { db_text_at(email), { 0 } };
	const struct db_slot out[] = { db_to_text(listing.login_id, sizeof listing.login_id),
		{ 0 } };

	ret->count = 0;
	return db_rows(tx, ACCOUNT_LOGIN_IDS, in, out, list_one, &listing);
}

/* Nothing changed: was it the same change, whose COMMIT was not heard of? */
static enum result
password_is_set(struct db_tx *tx, struct account_id id, const char *hash)
{
	CLEANUP(account_wipe) struct account account = { 0 };

	TRY(account_read(tx, id, &account));
	return strcmp(account.password_hash, hash) == 0 ? OK : NO_ROW;
}

enum result
account_set_password(
    struct db_tx *tx, struct account_id id, int64_t generation, const char *hash, int64_t now)
{
	uint64_t rows = 0;
	const struct db_value in[] = { db_text_at(hash), db_number_at(now),
		db_bytes_at(id.bytes, sizeof id.bytes), db_number_at(generation), { 0 } };

	TRY(db_change(tx, ACCOUNT_SET_PASSWORD, in, &rows));
	return rows == 1 ? OK : password_is_set(tx, id, hash);
}

enum result
account_reset_password(
    struct db_tx *tx, const struct mailed_link *link, const char *hash, int64_t now)
{
	uint64_t rows = 0;
	const struct db_value in[] = { db_text_at(hash), db_number_at(now),
		db_bytes_at(link->account_id.bytes, sizeof link->account_id.bytes),
		db_number_at(link->generation), db_text_at(link->email), { 0 } };

	TRY(db_change(tx, ACCOUNT_RESET_PASSWORD, in, &rows));
	return rows == 1 ? OK : password_is_set(tx, link->account_id, hash);
}

enum result
account_set_settings(
    struct db_tx *tx, struct account_id id, const char *nickname, const char *language)
{
	const struct db_value in[] = { db_text_or_null_at(nickname), db_text_or_null_at(language),
		db_bytes_at(id.bytes, sizeof id.bytes), { 0 } };

	return db_change(tx, ACCOUNT_SET_SETTINGS, in, NULL);
}

enum result
account_set_pending_email(struct db_tx *tx, struct account_id id, const char *email)
{
	const struct db_value in[] = { db_text_or_null_at(email),
		db_bytes_at(id.bytes, sizeof id.bytes), { 0 } };

	return db_change(tx, ACCOUNT_SET_PENDING_EMAIL, in, NULL);
}

enum result
account_set_login_id(struct db_tx *tx, struct account_id id, const char *login_id)
{
	const struct db_value in[] = { db_text_at(login_id), db_bytes_at(id.bytes, sizeof id.bytes),
		{ 0 } };
	const enum result set = db_change(tx, ACCOUNT_SET_LOGIN_ID, in, NULL);

	return set == DUPLICATE ? TAKEN : set;
}

enum result
account_confirm_email(struct db_tx *tx, const struct mailed_link *link)
{
	uint64_t rows = 0;
	const struct db_value in[] = { db_bytes_at(
					   link->account_id.bytes, sizeof link->account_id.bytes),
		db_number_at(link->generation), db_text_at(link->email), { 0 } };

	TRY(db_change(tx, ACCOUNT_CONFIRM_EMAIL, in, &rows));
	return rows == 1 ? OK : NO_ROW;
}

enum result
account_delete(struct db_tx *tx, struct account_id id)
{
	const struct db_value in[] = { db_bytes_at(id.bytes, sizeof id.bytes), { 0 } };

	return db_change(tx, ACCOUNT_DELETE, in, NULL);
}

void
account_status_wipe(struct account_status *status)
{
	secret_wipe_bytes(status, sizeof *status);
}

void
account_wipe(struct account *account)
{
	secret_wipe_bytes(account, sizeof *account);
}
