/* roster_import.c - takes over who is insured from a roster file: all of it or nothing. */

#include "roster_import.h"

#include "clock.h"
#include "ids.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <inttypes.h>

struct import_ctx {
	const struct roster_options *options;
	const struct roster_reporter *reporter;
	struct roster_file *file;
	struct roster_counts counts;
	enum roster_outcome outcome; /* why the import ended without a COMMIT, if it did */
	struct roster_run_id run_id;
	uint8_t file_hash[SECRET_SHA256_SIZE];
	char today[CLOCK_DATE_MAX + 1];
	bool connected; /* the database answered */
	bool started;   /* lines were read from the file, which is not read twice */
	size_t lines_read;
	struct roster_line lines[ROSTER_LINES_AT_ONCE];
};

bool
roster_too_many_ended(int64_t ended, int64_t eligible)
{
	const bool few = ended <= ROSTER_ENDED_FEW && ended * 2 <= eligible;

	return ended * 100 > eligible * ROSTER_ENDED_PERCENT_MAX && !few;
}

const char *
roster_outcome_text(enum roster_outcome outcome)
{
#define ROSTER_OUTCOME_TEXT_(name, text) [name] = (text),
	static const char *const texts[ROSTER_OUTCOME__MAX] = { ROSTER_OUTCOME_LIST(
	    ROSTER_OUTCOME_TEXT_) };
#undef ROSTER_OUTCOME_TEXT_
	return texts[outcome];
}

/* Ends the transaction without a COMMIT, which NO_ROW does here. */
static enum result
stop_import(struct import_ctx *ctx, enum roster_outcome outcome)
{
	ctx->outcome = outcome;
	return NO_ROW;
}

/* Staging ------------------------------------------------------------------------------------- */

/* The values of the line at place n of a statement (statements_roster.c). */
static void
line_values(
    const struct roster_line *line, size_t n, struct db_value ret[static ROSTER_LINE_VALUES])
{
#define NAMES_(n)                                                                          \
	{                                                                                  \
		"line_" #n, "number_" #n, "symbol_" #n, "birth_date_" #n, "kana_name_" #n, \
		    "eligible_from_" #n, "eligible_until_" #n                              \
	}
	static const char *const names[ROSTER_LINES_AT_ONCE][ROSTER_LINE_VALUES] = { NAMES_(0),
		NAMES_(1), NAMES_(2), NAMES_(3), NAMES_(4), NAMES_(5), NAMES_(6), NAMES_(7) };
#undef NAMES_

	ret[0] = db_number(names[n][0], (int64_t)line->line);
	ret[1] = db_text(names[n][1], line->number);
	ret[2] = db_text(names[n][2], line->symbol);
	ret[3] = db_text(names[n][3], line->birth_date);
	ret[4] = db_text(names[n][4], line->kana_name);
	ret[5] = db_text(names[n][5], line->eligible_from);
	ret[6] = db_text_or_null(names[n][6], line->eligible_until);
}

static enum result
insert_full_batch(struct db_tx *tx, const struct import_ctx *ctx)
{
	struct db_value in[ROSTER_LINES_AT_ONCE * ROSTER_LINE_VALUES + 1] = { 0 };

	for (size_t i = 0; i < ROSTER_LINES_AT_ONCE; i++)
		line_values(&ctx->lines[i], i, &in[i * ROSTER_LINE_VALUES]);
	return db_change(tx, ROSTER_LINES_INSERT, in, NULL);
}

/* The last lines of the file, one by one. */
static enum result
insert_rest(struct db_tx *tx, const struct import_ctx *ctx)
{
	struct db_value in[ROSTER_LINE_VALUES + 1] = { 0 };

	for (size_t i = 0; i < ctx->lines_read; i++) {
		line_values(&ctx->lines[i], 0, in);
		TRY(db_change(tx, ROSTER_LINE_INSERT, in, NULL));
	}
	return OK;
}

/* Dependents are validated and counted, but not stored: they can not register. */
static enum result
stage_file(struct db_tx *tx, struct import_ctx *ctx)
{
	struct roster_counts *counts = &ctx->counts;

	while (roster_file_next(ctx->file, &ctx->lines[ctx->lines_read])) {
		if (!ctx->lines[ctx->lines_read].insured) {
			counts->dependents++;
			continue;
		}
		counts->insured++;
		if (++ctx->lines_read < ROSTER_LINES_AT_ONCE)
			continue;
		TRY(insert_full_batch(tx, ctx));
		ctx->lines_read = 0;
	}
	counts->lines = roster_file_lines(ctx->file);
	return insert_rest(tx, ctx);
}

/* Duplicate and ambiguous lines --------------------------------------------------------------- */

/* A row of either statement: a line, the other line (0: not in this file), how many rows in all. */
struct pair_ctx {
	const struct roster_reporter *reporter;
	int64_t line, other, total;
};

static void
report_pair(const struct pair_ctx *ctx, bool warning, const char *reason)
{
	const struct roster_remark remark = {
		.line = (uint64_t)ctx->line,
		.column = "番号",
		.reason = reason,
		.warning = warning,
	};

	ctx->reporter->report(ctx->reporter->context, &remark);
}

static enum result
report_duplicate(void *context)
{
	const struct pair_ctx *ctx = context;
	char reason[100];

	if (!text_format(
		reason, sizeof reason, "the same 番号 and 記号 as in line %" PRId64, ctx->other))
		return INTERNAL;
	report_pair(ctx, false, reason);
	return OK;
}

static enum result
report_ambiguous(void *context)
{
	static const char elsewhere[] = "spells the same together with 記号 as that of a person "
					"who is not in the file, so it matches nobody";
	const struct pair_ctx *ctx = context;
	char reason[160];

	if (!text_format(reason, sizeof reason,
		"spells the same together with 記号 as in line %" PRId64 ", so it matches nobody",
		ctx->other))
		return INTERNAL;
	report_pair(ctx, true, ctx->other == 0 ? elsewhere : reason);
	return OK;
}

static enum result
report_pairs(struct db_tx *tx, const struct import_ctx *ctx, enum roster_statement statement,
    enum result (*each)(void *), uint64_t *ret_total)
{
	struct pair_ctx pair = { .reporter = ctx->reporter };
	const struct db_slot out[] = { db_to_number(&pair.line), db_to_number(&pair.other),
		db_to_number(&pair.total), { 0 } };
	const struct db_value in[] = { db_number("rows_max", ROSTER_REMARKS_MAX), { 0 } };

	TRY(db_rows(tx, statement, in, out, each, &pair));
	*ret_total = (uint64_t)pair.total;
	return OK;
}

/* What differs, and whether it may ------------------------------------------------------------ */

static enum result
plan_changes(struct db_tx *tx, struct import_ctx *ctx)
{
	const struct db_value in[] = { db_text("today", ctx->today), { 0 } };
	struct roster_counts *counts = &ctx->counts;
	const struct db_slot out[] = { db_to_number(&counts->eligible),
		db_to_number(&counts->ineligible_after), { 0 } };

	TRY(db_change(tx, ROSTER_PLAN_CHANGES, NULL, &counts->changed));
	TRY(db_change(tx, ROSTER_PLAN_ENDS, in, &counts->ended));
	return db_row(tx, ROSTER_ELIGIBLE_COUNT, in, out);
}

static enum result
validate_file(struct db_tx *tx, struct import_ctx *ctx)
{
	struct roster_counts *counts = &ctx->counts;

	TRY(report_pairs(tx, ctx, ROSTER_DUPLICATES, report_duplicate, &counts->duplicates));
	if (!roster_file_finish(ctx->file, ctx->file_hash))
		return stop_import(ctx, ROSTER_FILE_CHANGED);
	if (roster_file_invalid_lines(ctx->file) + counts->duplicates > 0)
		return stop_import(ctx, ROSTER_HAS_ERRORS);
	return counts->insured > 0 ? OK : stop_import(ctx, ROSTER_NO_INSURED);
}

/* Changes what was planned, and nothing else. */
static enum result
apply_changes(struct db_tx *tx, struct import_ctx *ctx)
{
	struct roster_counts *counts = &ctx->counts;
	const struct db_value run_id = db_bytes(
	    "roster_run_id", ctx->run_id.bytes, sizeof ctx->run_id.bytes);
	const struct db_value run[] = { run_id, { 0 } };
	const struct db_value end[] = { run_id, db_text("today", ctx->today), { 0 } };
	uint64_t changed = 0, ended = 0;

	TRY(db_change(tx, ROSTER_ADD, run, &counts->added));
	TRY(db_change(tx, ROSTER_CHANGE, run, &changed));
	TRY(db_change(tx, ROSTER_END, end, &ended));
	if (changed != counts->changed || ended != counts->ended)
		return INTERNAL;
	counts->unchanged = counts->insured - counts->added - counts->changed;
	return report_pairs(tx, ctx, ROSTER_AMBIGUOUS, report_ambiguous, &counts->ambiguous);
}

/* The row of roster_run ----------------------------------------------------------------------- */

/* in_progress is unique: a second import waits for the first, and fails after a while. DUPLICATE
 * of the primary key: this import was done before, and only the answer to its COMMIT was lost. */
static enum result
insert_run(struct db_tx *tx, const struct import_ctx *ctx)
{
	const struct db_value in[] = {
		db_bytes("roster_run_id", ctx->run_id.bytes, sizeof ctx->run_id.bytes),
		db_text("started_by", ctx->options->started_by),
		db_number("now", ctx->options->now),
		{ 0 },
	};

	return db_change(tx, ROSTER_RUN_BEGIN, in, NULL);
}

static enum result
finish_run(struct db_tx *tx, const struct import_ctx *ctx)
{
	const struct roster_counts *counts = &ctx->counts;
	const struct db_value in[] = {
		db_bytes("file_hash", ctx->file_hash, sizeof ctx->file_hash),
		db_number("lines_read", (int64_t)counts->lines),
		db_number("dependents", (int64_t)counts->dependents),
		db_number("added", (int64_t)counts->added),
		db_number("changed", (int64_t)counts->changed),
		db_number("ended", (int64_t)counts->ended),
		db_number("ambiguous", (int64_t)counts->ambiguous),
		db_bytes("roster_run_id", ctx->run_id.bytes, sizeof ctx->run_id.bytes),
		{ 0 },
	};

	return db_change(tx, ROSTER_RUN_END, in, NULL);
}

static enum result
import_lines(struct db_tx *tx, struct import_ctx *ctx)
{
	const struct roster_options *options = ctx->options;
	const struct roster_counts *counts = &ctx->counts;

	TRY(stage_file(tx, ctx));
	TRY(validate_file(tx, ctx));
	TRY(plan_changes(tx, ctx));
	if (!options->allow_removals &&
	    roster_too_many_ended(counts->ineligible_after, counts->eligible))
		return stop_import(ctx, ROSTER_TOO_MANY_ENDED);
	TRY(apply_changes(tx, ctx));
	TRY(finish_run(tx, ctx));
	return options->dry_run ? stop_import(ctx, ROSTER_DRY_RUN_DONE) : OK;
}

/* db.c runs it again after a lock or a connection was lost. Once lines were read and reported it
 * does nothing: the operator starts the import again. */
static enum result
import_tx(struct db_tx *tx, void *context)
{
	struct import_ctx *ctx = context;
	const enum result inserted = insert_run(tx, ctx);

	ctx->connected = true;
	if (inserted == DUPLICATE && db_duplicate_is(tx, "PRIMARY"))
		return OK;
	TRY(inserted);
	if (ctx->started)
		return UNAVAILABLE;
	ctx->started = true;
	return import_lines(tx, ctx);
}

static enum roster_outcome
outcome_of(enum result result, const struct import_ctx *ctx)
{
	switch (result) {
	case OK:
		return ROSTER_IMPORTED;
	case NO_ROW:
		return ctx->outcome;
	case UNAVAILABLE:
		if (ctx->started)
			return ROSTER_DB_LOST;
		return ctx->connected ? ROSTER_BUSY : ROSTER_DB_AWAY;
	default:
		return ROSTER_BUG;
	}
}

enum roster_outcome
roster_import(struct db *db, struct roster_file *file, const struct roster_options *options,
    const struct roster_reporter *reporter, struct roster_counts *ret)
{
	struct import_ctx ctx = { .options = options, .reporter = reporter, .file = file };

	secret_random(ctx.run_id.bytes, sizeof ctx.run_id.bytes);
	clock_date_japan(options->now, ctx.today);
	const enum result result = db_transaction(db, import_tx, &ctx);
	*ret = ctx.counts;
	secret_wipe_bytes(ctx.lines, sizeof ctx.lines);
	return outcome_of(result, &ctx);
}
