/* roster_import.c - takes over who is insured from a roster file. */

#include "roster_import.h"

#include "cleanup.h"
#include "clock.h"
#include "purge.h"
#include "roster_plan.h"
#include "secret.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define TICK_LINES 1000
#define RENEW_MS   10000

struct import_ctx {
	struct db *db;
	struct roster_file *file;
	const struct roster_options *options;
	const struct roster_reporter *reporter;
	struct roster_run *run;
	struct record_sort *lines, *writes;
	struct roster_moves moves;
	char today[CLOCK_DATE_MAX + 1];
	char kept_since[CLOCK_DATE_MAX + 1]; /* "": all are */
	enum roster_phase phase;
	int64_t total;      /* of the phase */
	int64_t renewed_ms; /* when the lease was */
	bool begun;         /* the run is in progress */
	bool kept;          /* it is on record */
	bool writes_began;
};

static void
close_import_ctx(struct import_ctx *ctx)
{
	record_sort_close(ctx->lines);
	record_sort_close(ctx->writes);
	roster_moves_close(&ctx->moves);
}

/* X(name, import, check): what an outcome means to a person. */
#define OUTCOME_TEXTS(X)                                                                         \
	X(ROSTER_RUNNING, "in progress", "in progress")                                          \
	X(ROSTER_IMPORTED, "imported", "nothing was changed: this was a check")                  \
	X(ROSTER_HAS_ERRORS, "nothing was imported, because lines have errors",                  \
	    "it would not be imported, because lines have errors")                               \
	X(ROSTER_NO_INSURED, "nothing was imported, because no line is of an insured person",    \
	    "it would not be imported, because no line is of an insured person")                 \
	X(ROSTER_FILE_CHANGED, "nothing was imported, because the file was changed meanwhile",   \
	    "the file was changed meanwhile")                                                    \
	X(ROSTER_LIMIT_EXCEEDED, "nothing was imported, because too much would change",          \
	    "it would not be imported, because too much would change")                           \
	X(ROSTER_BROKEN_OFF,                                                                     \
	    "it was broken off, and a part was imported: import the file again, which does the"  \
	    " rest",                                                                             \
	    "it was broken off")                                                                 \
	X(ROSTER_BUSY,                                                                           \
	    "nothing was imported, because another import is in progress; one that was killed"   \
	    " ends within a minute",                                                             \
	    "another import is in progress; one that was killed ends within a minute")           \
	X(ROSTER_FAILED,                                                                         \
	    "nothing was imported: there is no memory, or no room for temporary files in TMPDIR" \
	    " (/var/tmp) or for the list of changes",                                            \
	    "there is no memory, or no room for temporary files in TMPDIR (/var/tmp) or for the" \
	    " list of changes")                                                                  \
	X(ROSTER_DB_AWAY, "the database is away or too slow: nothing was imported",              \
	    "the database is away or too slow")                                                  \
	X(ROSTER_BUG, "it failed because of an error of this program",                           \
	    "it failed because of an error of this program")

const char *
roster_outcome_text(enum roster_outcome outcome, bool check)
{
	static const char *const texts[ROSTER_OUTCOME__MAX][2] = {
#define OUTCOME_TEXT_(name, import, check) [name] = { (import), (check) },
		OUTCOME_TEXTS(OUTCOME_TEXT_)
#undef OUTCOME_TEXT_
	};
	return texts[outcome][check];
}

/* What a result of the steps that is not OK means. */
static enum roster_outcome
outcome_of(const struct import_ctx *ctx, enum result result)
{
	if (ctx->writes_began)
		return ROSTER_BROKEN_OFF;
	switch (result) {
	case NO_ROW:    /* another import has taken over */
	case DUPLICATE: /* or was quicker to begin */
		return ROSTER_BUSY;
	case UNAVAILABLE:
		return ROSTER_DB_AWAY;
	case OVERLOADED:
		return ROSTER_FAILED;
	default:
		return ROSTER_BUG;
	}
}

/* Progress ------------------------------------------------------------------------------------ */

static void
begin_phase(struct import_ctx *ctx, enum roster_phase phase, int64_t total)
{
	ctx->phase = phase;
	ctx->total = total > 0 ? total : 1;
}

static void
tell_progress(const struct import_ctx *ctx, int64_t lines, unsigned permille)
{
	if (ctx->options->progress != NULL)
		ctx->options->progress(ctx->options->context, ctx->phase, lines, permille);
}

static enum result
renew_tx(struct db_tx *tx, void *context)
{
	const struct import_ctx *ctx = context;

	return roster_run_renew_tx(tx, &ctx->run->id);
}

/* While nothing is written nobody else renews the lease. */
static enum result
tick_import(void *context, int64_t lines)
{
	struct import_ctx *ctx = context;
	const int64_t now_ms = clock_monotonic_ms();

	tell_progress(ctx, lines, (unsigned)(lines * 1000 / ctx->total));
	if (!ctx->begun || now_ms - ctx->renewed_ms < RENEW_MS)
		return OK;
	ctx->renewed_ms = now_ms;
	return db_transaction(ctx->db, renew_tx, ctx);
}

/* The steps ----------------------------------------------------------------------------------- */

static enum result
stop_if_busy(struct import_ctx *ctx)
{
	bool lives = false;

	TRY(roster_run_lives(ctx->db, &lives));
	return lives ? DUPLICATE : OK;
}

static bool
take_insured(struct import_ctx *ctx, const struct roster_line *line)
{
	struct roster_packed packed;

	packed.size = 0;
	roster_packed_put_line(&packed, line);
	return roster_packed_add(ctx->lines, &packed) &&
	       (line->old_number[0] == '\0' || roster_moves_claim(&ctx->moves, line));
}

/* Dependents are validated and counted, but not stored: they can not register. */
static enum result
read_lines(struct import_ctx *ctx)
{
	struct roster_counts *counts = &ctx->run->counts;
	struct roster_line line;
	bool changed;

	begin_phase(ctx, ROSTER_READING, 0);
	while (roster_file_next(ctx->file, &line)) {
		if (line.insured && !take_insured(ctx, &line))
			return OVERLOADED;
		if (line.insured)
			counts->insured++;
		else
			counts->dependents++;
		if ((counts->insured + counts->dependents) % TICK_LINES == 0)
			tell_progress(ctx, counts->insured + counts->dependents,
			    roster_file_read_permille(ctx->file));
	}
	counts->lines = (int64_t)roster_file_lines(ctx->file);
	counts->invalid_lines = (int64_t)roster_file_invalid_lines(ctx->file);
	changed = !roster_file_finish(ctx->file, ctx->run->file_hash);
	if (changed && counts->invalid_lines == 0)
		ctx->run->outcome = ROSTER_FILE_CHANGED;
	return record_sort_finish(ctx->lines) ? OK : OVERLOADED;
}

static struct roster_plan
plan_of(struct import_ctx *ctx)
{
	return (struct roster_plan){
		.db = ctx->db,
		.lines = ctx->lines,
		.moves = &ctx->moves,
		.writes = ctx->writes,
		.changes = ctx->options->changes,
		.reporter = ctx->reporter,
		.today = ctx->today,
		.kept_since = ctx->kept_since,
		.tick = tick_import,
		.context = ctx,
	};
}

/* A file with errors is not compared; but all that is wrong with it is told. */
static enum result
judge_file(struct import_ctx *ctx)
{
	struct roster_run *run = ctx->run;
	const struct roster_plan plan = plan_of(ctx);
	int64_t errors = 0;

	if (run->outcome != ROSTER_RUNNING)
		return OK;
	if (run->counts.invalid_lines > 0) {
		run->outcome = ROSTER_HAS_ERRORS;
		TRY(roster_plan_find_duplicates(&plan, &errors));
		run->counts.invalid_lines += errors;
	} else if (run->counts.insured == 0) {
		run->outcome = ROSTER_NO_INSURED;
	}
	return OK;
}

static bool
brakes_stop(const struct import_ctx *ctx)
{
	for (unsigned i = 0; i < ROSTER_BRAKE__MAX; i++)
		if (roster_brake_stops(
			&ctx->options->brakes, (enum roster_brake)i, &ctx->run->counts))
			return true;
	return false;
}

static enum result
compare(struct import_ctx *ctx)
{
	struct roster_run *run = ctx->run;
	const struct roster_plan plan = plan_of(ctx);
	int64_t errors = 0;

	begin_phase(ctx, ROSTER_COMPARING, run->counts.insured);
	TRY(roster_plan_make(&plan, &run->counts, &errors));
	run->counts.invalid_lines += errors;
	if (errors > 0)
		run->outcome = ROSTER_HAS_ERRORS;
	else if (!roster_changes_end(ctx->options->changes))
		return OVERLOADED;
	else if (brakes_stop(ctx))
		run->outcome = ROSTER_LIMIT_EXCEEDED;
	record_sort_close(ctx->lines); /* its memory is for others now */
	ctx->lines = NULL;
	return OK;
}

static void
close_write(struct roster_write **write)
{
	if (*write != NULL)
		secret_wipe_bytes(*write, sizeof **write);
	free(*write);
}

static enum result
apply(struct import_ctx *ctx)
{
	const struct roster_counts *counts = &ctx->run->counts;
	CLEANUP(close_write) struct roster_write *write = calloc(1, sizeof *write);

	if (write == NULL)
		return OVERLOADED;
	write->db = ctx->db;
	write->run_id = ctx->run->id;
	memcpy(write->today, ctx->today, sizeof write->today);
	begin_phase(
	    ctx, ROSTER_WRITING, counts->added + counts->changed + counts->moved + counts->ended);
	ctx->writes_began = true;
	return roster_plan_apply(ctx->writes, write, tick_import, ctx);
}

/* Before anything is compared: nobody else changes what is compared. */
static enum result
begin_run(struct import_ctx *ctx)
{
	if (ctx->options->check)
		return OK;
	TRY(roster_run_begin(ctx->db, ctx->run, true));
	ctx->begun = ctx->kept = true;
	ctx->renewed_ms = clock_monotonic_ms();
	return OK;
}

/* One step after another, until one has found how it ends. */
static enum result
import_steps(struct import_ctx *ctx)
{
	enum result (*const steps[])(struct import_ctx *) = { stop_if_busy, read_lines, judge_file,
		begin_run, compare, apply };

	for (size_t i = 0; i < LENGTH(steps); i++) {
		if (steps[i] == apply && ctx->options->check)
			continue;
		TRY(steps[i](ctx));
		if (ctx->run->outcome != ROSTER_RUNNING)
			return OK;
	}
	ctx->run->outcome = ROSTER_IMPORTED;
	return OK;
}

/* The record ---------------------------------------------------------------------------------- */

/* Of what could not be kept nothing more can be said than what is printed. */
static enum result
keep_run(struct import_ctx *ctx)
{
	struct roster_run *run = ctx->run;

	if (!ctx->kept)
		TRY(roster_run_begin(ctx->db, run, false));
	run->ended_at = clock_now();
	return roster_run_end(ctx->db, run);
}

static void
begin_record(struct roster_run *run, const struct roster_options *options)
{
	*run = (struct roster_run){ .outcome = ROSTER_RUNNING, .created_at = options->now };
	secret_random(run->id.bytes, sizeof run->id.bytes);
	text_copy_cut(run->started_by, sizeof run->started_by, options->started_by);
}

enum roster_outcome
roster_import(struct db *db, struct roster_file *file, const struct roster_options *options,
    const struct roster_reporter *reporter, struct roster_run *ret)
{
	CLEANUP(close_import_ctx)
	struct import_ctx ctx = { .db = db,
		.file = file,
		.options = options,
		.reporter = reporter,
		.run = ret,
		.lines = record_sort_open(),
		.writes = record_sort_open() };

	begin_record(ret, options);
	clock_date_japan(options->now, ctx.today);
	purge_kept_since(options->now, options->retention_days, ctx.kept_since);
	const enum result result = ctx.lines != NULL && ctx.writes != NULL ? import_steps(&ctx)
									   : OVERLOADED;
	if (result != OK)
		ret->outcome = outcome_of(&ctx, result);
	if (options->check || ret->outcome == ROSTER_DB_AWAY)
		return ret->outcome;
	/* The persons are written; the record says so, or the next import says it was broken off.
	 * */
	if (keep_run(&ctx) != OK && ret->outcome == ROSTER_IMPORTED)
		ret->outcome = ROSTER_BROKEN_OFF;
	return ret->outcome;
}

enum roster_outcome
roster_import_refused(struct db *db, const struct roster_options *options, struct roster_run *ret)
{
	struct import_ctx ctx = { .db = db, .options = options, .run = ret };

	begin_record(ret, options);
	ret->outcome = ROSTER_HAS_ERRORS;
	if (!options->check && keep_run(&ctx) == UNAVAILABLE)
		ret->outcome = ROSTER_DB_AWAY;
	return ret->outcome;
}
