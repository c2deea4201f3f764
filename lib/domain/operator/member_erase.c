/* member_erase.c - deletes a person: the row of the roster, and all that belongs to it. */

#include "member_erase.h"

#include "account.h"
#include "cleanup.h"
#include "clock.h"
#include "login_limits.h"
#include "member_registration.h"
#include "secret.h"
#include "statements.h"

#include <assert.h>
#include <string.h>

struct erase_ctx {
	const struct app *app; /* without keyring: nothing is found by an address */
	struct operator_act act;
	enum audit_event_kind event;
	const char *kept_since; /* who ended before this day goes; "": whoever it is */
	struct person_id person_id;
	struct account account; /* as the transaction finds it, but for its hash; zeros: none */
};

static void
erase_ctx_wipe(struct erase_ctx *ctx)
{
	account_wipe(&ctx->account);
}

static bool
is_to_go(const struct erase_ctx *ctx, const char *eligible_until)
{
	if (ctx->kept_since[0] == '\0')
		return true;
	return eligible_until[0] != '\0' && strcmp(eligible_until, ctx->kept_since) < 0;
}

/* Locks the person, for whom an account that is being made waits, and then the account. NO_ROW: the
 * person is gone, or stays. */
static enum result
lock_person_and_account(struct db_tx *tx, struct erase_ctx *ctx)
{
	char eligible_until[CLOCK_DATE_MAX + 1];
	struct account account = { .created_at = 0 };
	const struct db_value in[] = { db_bytes("person_id", ctx->person_id.bytes, ID_SIZE),
		{ 0 } };
	const struct db_slot person[] = { db_to_text(eligible_until, sizeof eligible_until),
		{ 0 } };
	struct db_slot slots[ACCOUNT_SLOTS + 1] = { 0 };

	TRY(db_row(tx, OPERATOR_PERSON_HOLD, in, person));
	if (!is_to_go(ctx, eligible_until))
		return NO_ROW;
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
		db_number("now", ctx->act.now),
		{ 0 },
	};

	const struct db_value of_person[] = { in[0], db_number("now", ctx->act.now), { 0 } };

	TRY(db_change(tx, OPERATOR_INVITATIONS_FORGET, of_person, NULL));
	if (ctx->app->keyring == NULL)
		return db_change(tx, OPERATOR_MAILS_FORGET, in, NULL);
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
	TRY(account_delete(tx, account->id, ctx->person_id));
	if (ctx->app->keyring == NULL)
		return OK;
	const struct login_limits limits = login_limits_of(
	    ctx->app->keyring, account->login_id, &ctx->act.client, ctx->act.now);
	return login_limits_reset(tx, &limits);
}

static enum result
erase_person(struct db_tx *tx, struct erase_ctx *ctx)
{
	const struct db_value in[] = { db_bytes("person_id", ctx->person_id.bytes, ID_SIZE),
		{ 0 } };

	TRY(lock_person_and_account(tx, ctx));
	TRY(operator_act_record(tx, &ctx->act, ctx->event, ctx->account.id, ctx->person_id));
	TRY(member_registrations_end(tx, ctx->person_id, ctx->act.now));
	TRY(forget_mails(tx, ctx));
	TRY(delete_account(tx, ctx));
	return db_change_one(tx, OPERATOR_PERSON_DELETE, in);
}

/* One ------------------------------------------------------------------------------------------ */

/* A run after one that was committed finds no person. */
static enum result
erase_person_tx(struct db_tx *tx, void *context)
{
	const enum result erased = erase_person(tx, context);

	return erased == NO_ROW && db_may_be_committed(tx) ? OK : erased;
}

enum result
member_erase(const struct app *app, const struct operator_act *act, struct person_id person_id,
    struct account_id *ret_account_id)
{
	CLEANUP(erase_ctx_wipe)
	struct erase_ctx ctx = {
		.app = app,
		.act = *act,
		.event = AUDIT_PERSON_ERASED,
		.kept_since = "",
		.person_id = person_id,
	};

	TRY(db_transaction(app->db, erase_person_tx, &ctx));
	*ret_account_id = ctx.account.id;
	return OK;
}

/* Former members ------------------------------------------------------------------------------- */

struct erase_former_ctx {
	struct app app;
	const struct operator_act *act;
	const struct former_members *members;
	struct request_id request_ids[MEMBER_ERASE_AT_ONCE]; /* of their events */
	size_t erased;
};

static enum result
erase_former_tx(struct db_tx *tx, void *context)
{
	struct erase_former_ctx *ctx = context;

	ctx->erased = 0;
	for (size_t i = 0; i < ctx->members->count; i++) {
		CLEANUP(erase_ctx_wipe)
		struct erase_ctx one = {
			.app = &ctx->app,
			.act = *ctx->act,
			.event = AUDIT_FORMER_MEMBER_DELETED,
			.kept_since = ctx->members->kept_since,
			.person_id = ctx->members->ids[i],
		};

		one.act.client.request_id = ctx->request_ids[i];
		const enum result erased = erase_person(tx, &one);
		if (erased != OK && erased != NO_ROW)
			return erased;
		ctx->erased += erased == OK;
	}
	return OK;
}

enum result
member_erase_former(struct db *db, const struct operator_act *act,
    const struct former_members *members, size_t *ret_erased)
{
	struct erase_former_ctx ctx = {
		.app = { .db = db },
		.act = act,
		.members = members,
	};

	assert(members->count <= MEMBER_ERASE_AT_ONCE && members->kept_since[0] != '\0');
	secret_random(ctx.request_ids, sizeof ctx.request_ids);
	TRY(db_transaction(db, erase_former_tx, &ctx));
	*ret_erased = ctx.erased;
	return OK;
}
