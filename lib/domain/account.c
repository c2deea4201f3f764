/* account.c - the account rows. */

#include "account.h"

#include "secret.h"
#include "statements.h"

enum result
account_insert(struct db_tx *tx, const struct account *account)
{
	const struct db_value in[] = {
		db_bytes(account->id, sizeof account->id),
		db_bytes(account->person_id, sizeof account->person_id),
		db_text(account->login_id),
		db_text(account->password_hash),
		db_text(account->email),
		db_text_or_null(account->pending_email),
		db_text(account->nickname),
		db_text(account->language),
		db_number(account->created_at),
		db_number(account->created_at),
		{ 0 },
	};
	const enum result result = db_change(tx, ACCOUNT_INSERT, in, NULL);

	if (result != DUPLICATE)
		return result;
	return db_duplicate_is(tx, "account_login_id") ? TAKEN : OVER;
}

enum result
account_read(struct db_tx *tx, const uint8_t id[static ID_SIZE], struct account *ret)
{
	const struct db_value in[] = { db_bytes(id, ID_SIZE), { 0 } };
	const struct db_slot out[] = {
		db_to_text(ret->login_id, sizeof ret->login_id),
		db_to_text(ret->password_hash, sizeof ret->password_hash),
		db_to_text(ret->email, sizeof ret->email),
		db_to_text(ret->pending_email, sizeof ret->pending_email),
		db_to_text(ret->nickname, sizeof ret->nickname),
		db_to_text(ret->language, sizeof ret->language),
		{ 0 },
	};

	return db_row(tx, ACCOUNT_READ, in, out);
}

enum result
account_confirm_email(struct db_tx *tx, const uint8_t id[static ID_SIZE], const char *email)
{
	uint64_t rows = 0;
	const struct db_value in[] = { db_bytes(id, ID_SIZE), db_text(email), { 0 } };

	TRY(db_change(tx, ACCOUNT_CONFIRM_EMAIL, in, &rows));
	return rows == 1 ? OK : NO_ROW;
}

void
account_wipe(struct account *account)
{
	secret_wipe_bytes(account, sizeof *account);
}
