/* member_erase.c - deletes a person: the row of the roster, and all that belongs to it. */

#include "member_erase.h"

#include "account.h"
#include "cleanup.h"
#include "login_limits.h"
#include "member_registration.h"
#include "statements.h"

struct erase_ctx {
	const struct app *app;
	const struct operator_act *act;
	struct person_id person_id;
	struct account account; /* as the transaction finds it, but for its hash; zeros: none */
};

static void
erase_ctx_wipe(struct erase_ctx *ctx)
{
	account_wipe(&ctx->account);
}

/* Locks the person, for whom an account that is being made waits, and then the account. */
static enum result
lock_person_and_account(struct db_tx *tx, struct erase_ctx *ctx)
{
	int64_t exists = 0;
	struct account account = { .created_at = 0 };
	const struct db_value in[] = { db_bytes("person_id", ctx->person_id.bytes, ID_SIZE),
		{ 0 } };
	const struct db_slot person[] = { db_to_number(&exists), { 0 } };
	struct db_slot slots[ACCOUNT_SLOTS + 1] = { 0 };

	TRY(db_row(tx, OPERATOR_PERSON_HOLD, in, person));
	account_slots(&account, slots);
	const enum result read = db_row(tx, OPERATOR_ACCOUNT_OF_PERSON_LOCK, in, slots);
	if (read == OK || read == NO_ROW)
		ctx->account = account;
	account_wipe(&account);
	return read == NO_ROW ? OK : read;
}

/* Mails that anybody can ask for are of no person: they are found by the addresses. */
static enum result
forget_mails(struct db_tx *tx, const struct erase_ctx *ctx)
{
	const struct account *account = &ctx->account;
	uint8_t hashes[3][KEYED_HASH_SIZE] = { 0 };
	const struct db_value in[] = {
		db_bytes("person_id", ctx->person_id.bytes, ID_SIZE),
		db_bytes("first_hash", hashes[0], sizeof hashes[0]),
		db_bytes("second_hash", hashes[1], sizeof hashes[1]),
		db_bytes("third_hash", hashes[2], sizeof hashes[2]),
		db_number("now", ctx->act->now),
		{ 0 },
	};

	if (account->email[0] != '\0')
		member_address_hash(ctx->app, account->email, hashes[0]);
	if (account->login_id[0] != '\0')
		member_login_id_hash(ctx->app, account->login_id, hashes[1]);
	if (account->pending_email[0] != '\0')
		member_address_hash(ctx->app, account->pending_email, hashes[2]);
	return db_change(tx, OPERATOR_MAILS_FORGET, in, NULL);
}

static enum result
delete_account(struct db_tx *tx, const struct erase_ctx *ctx)
{
	const struct account *account = &ctx->account;

	if (id_is_none(account->id.bytes))
		return OK;
	const struct login_limits limits = login_limits_of(
	    ctx->app->keyring, account->login_id, &ctx->act->client, ctx->act->now);
	TRY(login_limits_reset(tx, &limits));
	return account_delete(tx, account->id, ctx->person_id);
}

/* A run after one that was committed finds no person. */
static enum result
erase_person_tx(struct db_tx *tx, void *context)
{
	struct erase_ctx *ctx = context;
	const struct db_value in[] = { db_bytes("person_id", ctx->person_id.bytes, ID_SIZE),
		{ 0 } };
	const enum result locked = lock_person_and_account(tx, ctx);

	if (locked == NO_ROW && db_may_be_committed(tx))
		return OK;
	TRY(locked);
	TRY(operator_act_record(
	    tx, ctx->act, AUDIT_PERSON_ERASED, ctx->account.id, ctx->person_id));
	TRY(member_registrations_end(tx, ctx->person_id, ctx->act->now));
	TRY(forget_mails(tx, ctx));
	TRY(delete_account(tx, ctx));
	return db_change_one(tx, OPERATOR_PERSON_DELETE, in);
}

enum result
member_erase(const struct app *app, const struct operator_act *act, struct person_id person_id,
    struct account_id *ret_account_id)
{
	CLEANUP(erase_ctx_wipe)
	struct erase_ctx ctx = { .app = app, .act = act, .person_id = person_id };

	TRY(db_transaction(app->db, erase_person_tx, &ctx));
	*ret_account_id = ctx.account.id;
	return OK;
}
