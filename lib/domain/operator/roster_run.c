/* roster_run.c - the record of imports, and which of them may change persons. */

#include "roster_run.h"

#include "statements.h"

const char *
roster_outcome_word(enum roster_outcome outcome)
{
#define ROSTER_OUTCOME_WORD_(name, number, word) [name] = (word),
	static const char *const words[ROSTER_OUTCOME__MAX] = { ROSTER_OUTCOME_LIST(
	    ROSTER_OUTCOME_WORD_) };
#undef ROSTER_OUTCOME_WORD_
	return words[outcome];
}

enum result
roster_run_lives(struct db *db, bool *ret)
{
	struct db_tx alone = db_alone(db);
	int64_t count = 0;
	const struct db_slot out[] = { db_to_number(&count), { 0 } };

	TRY(db_row(&alone, ROSTER_RUN_LIVES, NULL, out));
	*ret = count > 0;
	return OK;
}

static enum result
take_over(struct db *db, int64_t now)
{
	struct db_tx alone = db_alone(db);
	const struct db_value in[] = { db_number("now", now), { 0 } };

	return db_change(&alone, ROSTER_RUN_TAKE_OVER, in, NULL);
}

enum result
roster_run_begin(struct db *db, const struct roster_run *run, bool changes)
{
	struct db_tx alone = db_alone(db);
	const struct db_value in[] = {
		db_bytes("roster_run_id", run->id.bytes, sizeof run->id.bytes),
		db_text_or_null("in_progress", changes ? "1" : ""),
		db_text("started_by", run->started_by),
		db_number("now", run->created_at),
		{ 0 },
	};

	if (changes)
		TRY(take_over(db, run->created_at));
	return db_insert_new(&alone, ROSTER_RUN_BEGIN, in);
}

enum result
roster_run_renew_tx(struct db_tx *tx, const struct roster_run_id *id)
{
	const struct db_value in[] = { db_bytes("roster_run_id", id->bytes, sizeof id->bytes),
		{ 0 } };

	return db_change_one(tx, ROSTER_RUN_RENEW, in);
}

enum result
roster_run_end(struct db *db, const struct roster_run *run)
{
	struct db_tx alone = db_alone(db);
	const struct db_value in[] = {
#define ROSTER_COUNT_VALUE_(member, word) db_number(#member, run->counts.member),
		ROSTER_COUNT_LIST(ROSTER_COUNT_VALUE_)
#undef ROSTER_COUNT_VALUE_
		    db_number("outcome", run->outcome),
		db_bytes("file_hash", run->file_hash, sizeof run->file_hash),
		db_number("now", run->ended_at),
		db_bytes("roster_run_id", run->id.bytes, sizeof run->id.bytes),
		{ 0 },
	};

	return db_change_one(&alone, ROSTER_RUN_END, in);
}

/* Listing ------------------------------------------------------------------------------------- */

struct list_ctx {
	struct roster_run row;
	int64_t outcome, is_dead;
	void (*each)(void *, const struct roster_run *);
	void *context;
};

static enum result
give_run(void *context)
{
	struct list_ctx *ctx = context;

	if (ctx->outcome < 0 || ctx->outcome >= ROSTER_OUTCOME__MAX)
		return INTERNAL;
	ctx->row.outcome = ctx->is_dead != 0 ? ROSTER_BROKEN_OFF
					     : (enum roster_outcome)ctx->outcome;
	ctx->each(ctx->context, &ctx->row);
	return OK;
}

enum result
roster_runs_read(
    struct db *db, int64_t rows_max, void (*each)(void *, const struct roster_run *), void *context)
{
	struct db_tx alone = db_alone(db);
	struct list_ctx ctx = { .each = each, .context = context };
	struct roster_run *row = &ctx.row;
	const struct db_value in[] = { db_number("rows_max", rows_max), { 0 } };
	const struct db_slot out[] = {
		db_to_bytes(row->id.bytes, sizeof row->id.bytes),
		db_to_number(&ctx.outcome),
		db_to_bytes(row->file_hash, sizeof row->file_hash),
		db_to_text(row->started_by, sizeof row->started_by),
		db_to_number(&row->created_at),
		db_to_number(&row->ended_at),
		db_to_number(&ctx.is_dead),
#define ROSTER_COUNT_SLOT_(member, word) db_to_number(&row->counts.member),
		ROSTER_COUNT_LIST(ROSTER_COUNT_SLOT_)
#undef ROSTER_COUNT_SLOT_
		    { 0 },
	};

	return db_rows(&alone, ROSTER_RUN_LIST, in, out, give_run, &ctx);
}
