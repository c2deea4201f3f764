/* after_restore.c - what must be done to a database that was put back to an earlier state. */

#include "after_restore.h"

#include "account.h"
#include "batch.h"
#include "member_erase.h"
#include "session_rows.h"
#include "statements.h"

#include <string.h>

/* An account as the restored database has it. */
struct restored {
	struct person_id person_id;
	int64_t state;
	int64_t state_changed_at;    /* by an operator; 0: not in the trail */
	int64_t password_changed_at; /* or made */
	int64_t email_changed_at;    /* 0: not in the trail */
};

/* The last act of each kind on one account, or person; 0: none. */
struct last_acts {
	uint8_t id[ID_SIZE];
	int64_t at[ACT_KIND__MAX];
};

struct replay_ctx {
	const struct after_restore *restore;
	struct operator_act act; /* with a request id of its own: an act on one account */
	struct last_acts last;
	struct account_id account_id;
	char nobody[PASSWORD_HASH_MAX + 1];
	bool done[ACT_OUTCOME__MAX]; /* by this run or an earlier one, which was committed */
};

static enum result
read_restored(struct db_tx *tx, struct account_id account_id, struct restored *ret)
{
	const struct db_value in[] = { db_bytes("account_id", account_id.bytes, ID_SIZE), { 0 } };
	const struct db_slot out[] = {
		db_to_bytes(ret->person_id.bytes, ID_SIZE),
		db_to_number(&ret->state),
		db_to_number(&ret->password_changed_at),
		db_to_number(&ret->state_changed_at),
		db_to_number(&ret->email_changed_at),
		{ 0 },
	};

	return db_row(tx, RESTORED_ACCOUNT_LOCK, in, out);
}

static enum result
record(struct db_tx *tx, struct replay_ctx *ctx, const struct restored *account,
    enum audit_event_kind event, enum act_outcome outcome)
{
	ctx->done[outcome] = true;
	return operator_act_record(tx, &ctx->act, event, ctx->account_id, account->person_id);
}

/* Of disabled and enabled the later one holds; disabled where they are equal. */
static enum result
replay_state(struct db_tx *tx, struct replay_ctx *ctx, const struct restored *account)
{
	const int64_t disabled_at = ctx->last.at[ACT_DISABLED];
	const int64_t enabled_at = ctx->last.at[ACT_ENABLED];
	const bool disables = disabled_at >= enabled_at;
	const int64_t wanted = disables ? ACCOUNT_DISABLED : ACCOUNT_ACTIVE;
	const struct db_value in[] = { db_bytes("account_id", ctx->account_id.bytes, ID_SIZE),
		{ 0 } };

	if ((disables ? disabled_at : enabled_at) <= account->state_changed_at ||
	    account->state == wanted)
		return OK;
	TRY(record(tx, ctx, account, disables ? AUDIT_ACCOUNT_DISABLED : AUDIT_ACCOUNT_ENABLED,
	    disables ? ACT_DISABLES : ACT_ENABLES));
	TRY(db_change(tx, disables ? OPERATOR_ACCOUNT_DISABLE : OPERATOR_ACCOUNT_ENABLE, in, NULL));
	return disables ? session_rows_end_others(tx, ctx->account_id, no_session) : OK;
}

static enum result
replay_password(struct db_tx *tx, struct replay_ctx *ctx, const struct restored *account)
{
	const struct db_value in[] = {
		db_text("password_hash", ctx->nobody),
		db_number("happened_at", ctx->last.at[ACT_PASSWORD]),
		db_bytes("account_id", ctx->account_id.bytes, ID_SIZE),
		{ 0 },
	};

	if (ctx->last.at[ACT_PASSWORD] <= account->password_changed_at)
		return OK;
	TRY(record(tx, ctx, account, AUDIT_PASSWORD_RESET, ACT_FORGETS_PASSWORD));
	TRY(db_change(tx, RESTORED_PASSWORD_FORGET, in, NULL));
	return session_rows_end_others(tx, ctx->account_id, no_session);
}

static enum result
replay_end(struct db_tx *tx, struct replay_ctx *ctx, const struct restored *account)
{
	TRY(record(tx, ctx, account, AUDIT_ACCOUNT_ENDED_BY_OPERATOR, ACT_ENDS));
	return account_delete(tx, ctx->account_id, account->person_id);
}

/* NO_ROW of an account that the database does not have: it was made after the backup, or is gone
 * here, too. */
static enum result
replay_account_tx(struct db_tx *tx, void *context)
{
	struct replay_ctx *ctx = context;
	struct restored account = { .state = 0 };

	memcpy(ctx->account_id.bytes, ctx->last.id, ID_SIZE);
	TRY(read_restored(tx, ctx->account_id, &account));
	if (ctx->last.at[ACT_ENDED] != 0)
		return replay_end(tx, ctx, &account);
	ctx->done[ACT_TELLS_ADDRESS] = ctx->last.at[ACT_ADDRESS] > account.email_changed_at;
	TRY(replay_state(tx, ctx, &account));
	return replay_password(tx, ctx, &account);
}

/* NO_ROW: the person has no code of before. */
static enum result
replay_code_tx(struct db_tx *tx, void *context)
{
	struct replay_ctx *ctx = context;
	struct person_id person_id;
	uint64_t rows = 0;

	memcpy(person_id.bytes, ctx->last.id, ID_SIZE);
	const struct db_value in[] = {
		db_bytes("person_id", person_id.bytes, ID_SIZE),
		db_number("happened_at", ctx->last.at[ACT_CODE]),
		{ 0 },
	};
	ctx->done[ACT_VOIDS_CODE] = true; /* by an earlier run, where this one is a DUPLICATE */
	TRY(operator_act_record(tx, &ctx->act, AUDIT_POSTED_CODE_REISSUED, no_account, person_id));
	TRY(db_change(tx, RESTORED_CODE_VOID, in, &rows));
	ctx->done[ACT_VOIDS_CODE] = rows > 0;
	return rows > 0 ? OK : NO_ROW;
}

static enum result
replay_code(const struct app *app, struct replay_ctx *ctx)
{
	return db_transaction(app->db, replay_code_tx, ctx);
}

/* Those of everybody. */
static enum result
replay_codes(const struct app *app, struct replay_ctx *ctx)
{
	const struct db_value in[] = { db_number("happened_at", ctx->last.at[ACT_CODES]),
		db_number("rows_max", BATCH_ROWS), { 0 } };
	uint64_t rows = 0;

	TRY(batch_repeat(app->db, RESTORED_CODES_VOID, in, &rows));
	ctx->done[ACT_VOIDS_CODE] = rows > 0;
	if (rows == 0)
		return OK;
	return operator_act_record_alone(app->db, &ctx->act, AUDIT_POSTED_CODES_REPLACED);
}

/* NO_ROW: the person came after the backup, or is gone here, too. */
static enum result
replay_erasure(const struct app *app, struct replay_ctx *ctx)
{
	struct account_id account_id;
	struct person_id person_id;

	memcpy(person_id.bytes, ctx->last.id, ID_SIZE);
	TRY(member_erase(app, &ctx->act, person_id, &account_id));
	ctx->done[ACT_ERASES] = true;
	return OK;
}

static enum result
replay_account(const struct app *app, struct replay_ctx *ctx)
{
	return db_transaction(app->db, replay_account_tx, ctx);
}

/* A person who was erased has no code. */
static enum result
replay_kinds(const struct app *app, struct replay_ctx *ctx)
{
	static const struct {
		enum act_kind kind;
		enum result (*replay)(const struct app *, struct replay_ctx *);
	} rows[] = {
		{ ACT_ERASED, replay_erasure },
		{ ACT_CODE, replay_code },
		{ ACT_CODES, replay_codes },
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		if (ctx->last.at[rows[i].kind] != 0)
			return rows[i].replay(app, ctx);
	return replay_account(app, ctx);
}

static enum result
replay_acts(const struct app *app, struct replay_ctx *ctx)
{
	const struct after_restore *restore = ctx->restore;

	ctx->act = *restore->act;
	secret_random(ctx->act.client.request_id.bytes, sizeof ctx->act.client.request_id.bytes);
	memset(ctx->done, 0, sizeof ctx->done);
	const enum result result = replay_kinds(app, ctx);
	if (result != NO_ROW && result != DUPLICATE) /* not here; done by an earlier run */
		TRY(result);
	for (enum act_outcome outcome = 0; outcome < ACT_OUTCOME__MAX; outcome++)
		if (ctx->done[outcome])
			restore->tell(restore->context, ctx->last.id, outcome);
	return OK;
}

/* Takes the acts of the next account or person from `i` on; returns where those after it begin. */
static size_t
take_acts(const struct act_list *list, size_t i, struct last_acts *ret)
{
	*ret = (struct last_acts){ .at = { 0 } };
	memcpy(ret->id, list->acts[i].id, ID_SIZE);
	for (; i < list->count && id_is(list->acts[i].id, ret->id); i++)
		ret->at[list->acts[i].kind] = list->acts[i].happened_at;
	return i;
}

enum result
after_restore_replay(
    const struct app *app, const struct after_restore *restore, const struct act_list *list)
{
	struct replay_ctx ctx = { .restore = restore };

	for (size_t i = 0; i < list->count;) {
		i = take_acts(list, i, &ctx.last);
		if (ctx.last.at[ACT_PASSWORD] != 0) /* a hash: nothing else needs it */
			secret_password_nobody(restore->hash_cost, ctx.nobody);
		TRY(replay_acts(app, &ctx));
	}
	return OK;
}

enum result
after_restore_stands_at(const struct app *app, int64_t *ret)
{
	struct db_tx alone = db_alone(app->db);
	const struct db_slot out[] = { db_to_number(ret), { 0 } };

	return db_row(&alone, RESTORED_NEWEST_EVENT, NULL, out);
}

enum result
after_restore_mails(const struct app *app, int64_t epoch, uint64_t *ret)
{
	struct db_tx alone = db_alone(app->db);
	int64_t count = 0;
	const struct db_value in[] = { db_number("epoch", epoch), { 0 } };
	const struct db_slot out[] = { db_to_number(&count), { 0 } };

	TRY(db_row(&alone, RESTORED_MAILS, in, out));
	*ret = (uint64_t)count;
	return OK;
}
