/* roster_plan.c - what a file changes: its lines and the stored persons, compared side by side. */

#include "roster_plan.h"

#include "cleanup.h"
#include "roster_lookups.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TICK_LINES 2000

/* What waits, in the order of writing. */
#define KIND_MOVE  "1"
#define KIND_WRITE "2"
#define KIND_END   "3"

struct merge_ctx {
	const struct roster_plan *plan;
	struct roster_counts *counts;
	struct roster_stored stored;
	const struct roster_person *person; /* NULL: none is left */
	struct roster_line line, line_before;
	bool has_line;
	struct roster_move
	    moved_away; /* the next stored person who is moved away; see roster_moves.h */
	struct roster_move moved_here; /* the next line whose person is moved */
	bool has_moved_away, has_moved_here;
	struct record_sort *lookups;
	int64_t errors, compared;
	int64_t zeros_in_file, zeros_ended; /* numbers and symbols with a zero in front */
};

static void
close_merge_ctx(struct merge_ctx **ctx)
{
	if (*ctx != NULL)
		record_sort_close((*ctx)->lookups);
	free(*ctx);
}

/* Who comes next ------------------------------------------------------------------------------ */

static int
compare_with_line(const struct merge_ctx *ctx, const struct roster_pair *pair)
{
	return roster_pair_compare(pair->number, pair->symbol, ctx->line.number, ctx->line.symbol);
}

static void
report_duplicate(struct merge_ctx *ctx)
{
	char reason[100];
	const bool fits = text_format(reason, sizeof reason,
	    "the same 番号 and 記号 as in line %" PRIu64, ctx->line_before.line);
	const struct roster_remark remark = { .line = ctx->line.line,
		.column = roster_column_name(ROSTER_NUMBER),
		.reason = fits ? reason : "the same 番号 and 記号 as in another line" };

	ctx->errors++;
	ctx->plan->reporter->report(ctx->plan->reporter->context, &remark);
}

/* Reads the next line that has another pair than the one before it. */
static void
next_line(struct merge_ctx *ctx)
{
	struct roster_packed packed;
	const bool is_first = !ctx->has_line;

	ctx->line_before = ctx->line;
	while ((ctx->has_line = roster_packed_next(ctx->plan->lines, &packed))) {
		roster_packed_line(&packed, &ctx->line);
		if (is_first || roster_pair_compare(ctx->line.number, ctx->line.symbol,
				    ctx->line_before.number, ctx->line_before.symbol) != 0)
			return;
		report_duplicate(ctx);
	}
}

static void
next_moved_away(struct merge_ctx *ctx)
{
	ctx->has_moved_away = roster_moves_next(ctx->plan->moves->by_old, &ctx->moved_away);
}

static void
next_moved_here(struct merge_ctx *ctx)
{
	ctx->has_moved_here = roster_moves_next(ctx->plan->moves->by_new, &ctx->moved_here);
}

/* Who is moved away is not there any more. */
static bool
person_is_moved_away(const struct merge_ctx *ctx)
{
	const struct roster_pair *old = &ctx->moved_away.to; /* by_old has it first */

	return ctx->has_moved_away && ctx->person != NULL &&
	       roster_pair_compare(ctx->person->pair.number, ctx->person->pair.symbol, old->number,
		   old->symbol) == 0;
}

static enum result
next_person(struct merge_ctx *ctx)
{
	for (;;) {
		const enum result result = roster_stored_next(&ctx->stored, &ctx->person);

		if (result == NO_ROW)
			ctx->person = NULL;
		else
			TRY(result);
		if (!person_is_moved_away(ctx))
			return OK;
		next_moved_away(ctx);
	}
}

/* What is counted, and what waits to be written ----------------------------------------------- */

static bool
is_eligible(const char *from, const char *until, const char *today)
{
	return strcmp(from, today) <= 0 && (until[0] == '\0' || strcmp(until, today) > 0);
}

static bool
person_is_eligible(const struct merge_ctx *ctx, const struct roster_person *person)
{
	return is_eligible(person->eligible_from, person->eligible_until, ctx->plan->today);
}

/* Counts somebody who is eligible today; `line`: what the file says, NULL: nothing. */
static void
count_eligible(
    struct merge_ctx *ctx, const struct roster_person *person, const struct roster_line *line)
{
	if (!person_is_eligible(ctx, person))
		return;
	ctx->counts->eligible++;
	ctx->counts->losing += line == NULL || !is_eligible(line->eligible_from,
						   line->eligible_until, ctx->plan->today);
}

/* Does the file say something new of the person? */
static bool
count_differences(
    struct merge_ctx *ctx, const struct roster_person *person, const struct roster_line *line)
{
	const bool birth_date = strcmp(person->birth_date, line->birth_date) != 0;
	const bool name = strcmp(person->kana_name, line->kana_name) != 0;

	count_eligible(ctx, person, line);
	ctx->counts->birth_dates += birth_date;
	ctx->counts->names += name;
	return birth_date || name || strcmp(person->eligible_from, line->eligible_from) != 0 ||
	       strcmp(person->eligible_until, line->eligible_until) != 0;
}

static enum result
plan_write(const struct merge_ctx *ctx, const struct roster_line *line)
{
	struct roster_packed packed;

	packed.size = 0;
	roster_packed_put_text(&packed, KIND_WRITE);
	roster_packed_put_line(&packed, line);
	return roster_packed_add(ctx->plan->writes, &packed) ? OK : OVERLOADED;
}

static enum result
plan_end(const struct merge_ctx *ctx, const struct roster_pair *pair)
{
	struct roster_packed packed;

	packed.size = 0;
	roster_packed_put_text(&packed, KIND_END);
	roster_packed_put_text(&packed, pair->number);
	roster_packed_put_text(&packed, pair->symbol);
	return roster_packed_add(ctx->plan->writes, &packed) ? OK : OVERLOADED;
}

static enum result
plan_move(const struct merge_ctx *ctx, const struct roster_move *move)
{
	const struct roster_pair *old = &move->person.pair;
	struct roster_packed packed;

	packed.size = 0;
	roster_packed_put_text(&packed, KIND_MOVE);
	roster_packed_put_text(&packed, move->to.number);
	roster_packed_put_text(&packed, move->to.symbol);
	roster_packed_put_text(&packed, old->number);
	roster_packed_put_text(&packed, old->symbol);
	return roster_packed_add(ctx->plan->writes, &packed) ? OK : OVERLOADED;
}

/* One after another --------------------------------------------------------------------------- */

static bool
begins_with_zero(const char *number, const char *symbol)
{
	return number[0] == '0' || symbol[0] == '0';
}

/* The person is moved here from another pair. */
static enum result
take_moved(struct merge_ctx *ctx)
{
	const struct roster_person *before = &ctx->moved_here.person;
	const bool differs = count_differences(ctx, before, &ctx->line);

	ctx->counts->moved++;
	roster_changes_moved(ctx->plan->changes, before, &ctx->line);
	roster_changes_changed(ctx->plan->changes, before, &ctx->line);
	TRY(plan_move(ctx, &ctx->moved_here));
	if (differs)
		TRY(plan_write(ctx, &ctx->line));
	next_moved_here(ctx);
	return OK;
}

/* Is the line of somebody whom a purge deletes, or has deleted (purge.h)? */
static bool
line_is_left_out(const struct merge_ctx *ctx)
{
	const char *until = ctx->line.eligible_until;

	return until[0] != '\0' && strcmp(until, ctx->plan->kept_since) < 0;
}

/* Nobody is stored who has the pair of the line. Who is left out spells nothing. */
static enum result
take_new(struct merge_ctx *ctx, bool *ret_left_out)
{
	*ret_left_out = false;
	if (ctx->has_moved_here && compare_with_line(ctx, &ctx->moved_here.to) == 0)
		return take_moved(ctx);
	*ret_left_out = line_is_left_out(ctx);
	if (*ret_left_out) {
		ctx->counts->left_out++;
		return OK;
	}
	ctx->counts->added++;
	roster_changes_added(ctx->plan->changes, &ctx->line);
	return plan_write(ctx, &ctx->line);
}

/* The line is of a stored person. */
static enum result
take_both(struct merge_ctx *ctx)
{
	if (!count_differences(ctx, ctx->person, &ctx->line)) {
		ctx->counts->unchanged++;
		return OK;
	}
	ctx->counts->changed++;
	roster_changes_changed(ctx->plan->changes, ctx->person, &ctx->line);
	return plan_write(ctx, &ctx->line);
}

/* The file does not have the person. */
static enum result
take_person(struct merge_ctx *ctx)
{
	const struct roster_person *person = ctx->person;
	const bool ends = person->eligible_until[0] == '\0' ||
			  strcmp(person->eligible_until, ctx->plan->today) > 0;

	count_eligible(ctx, person, NULL);
	if (!roster_lookups_add(ctx->lookups, person->pair.number, person->pair.symbol, 0))
		return OVERLOADED;
	if (!ends)
		return OK;
	ctx->counts->ended++;
	ctx->zeros_ended += begins_with_zero(person->pair.number, person->pair.symbol);
	roster_changes_ended(ctx->plan->changes, person, ctx->plan->today);
	return plan_end(ctx, &person->pair);
}

static enum result
tick_sometimes(struct merge_ctx *ctx)
{
	const struct roster_plan *plan = ctx->plan;

	if (plan->tick == NULL || ctx->compared++ % TICK_LINES != 0)
		return OK;
	return plan->tick(plan->context, ctx->compared);
}

/* The first of line and person, or both. */
static enum result
merge_one(struct merge_ctx *ctx)
{
	int order = ctx->person == NULL ? 1 : -1;
	bool left_out = false;

	if (ctx->has_line && ctx->person != NULL)
		order = compare_with_line(ctx, &ctx->person->pair);
	TRY(tick_sometimes(ctx));
	if (order < 0) {
		TRY(take_person(ctx));
		return next_person(ctx);
	}
	TRY(order == 0 ? take_both(ctx) : take_new(ctx, &left_out));
	ctx->counts->eligible_after += is_eligible(
	    ctx->line.eligible_from, ctx->line.eligible_until, ctx->plan->today);
	ctx->zeros_in_file += begins_with_zero(ctx->line.number, ctx->line.symbol);
	if (!left_out &&
	    !roster_lookups_add(ctx->lookups, ctx->line.number, ctx->line.symbol, ctx->line.line))
		return OVERLOADED;
	if (order == 0)
		TRY(next_person(ctx));
	next_line(ctx);
	return OK;
}

static enum result
merge_all(struct merge_ctx *ctx)
{
	next_line(ctx);
	next_moved_away(ctx);
	next_moved_here(ctx);
	TRY(next_person(ctx));
	while (ctx->has_line || ctx->person != NULL)
		TRY(merge_one(ctx));
	return record_sort_failed(ctx->plan->lines) ? OVERLOADED : OK;
}

/* Zeros that a spreadsheet cut off can not be guessed. That all of them are gone can be seen. */
static void
warn_of_lost_zeros(const struct merge_ctx *ctx)
{
	char reason[200];
	const bool fits = text_format(reason, sizeof reason,
	    "no line has a 番号 or 記号 that begins with 0, and %" PRId64
	    " persons who would be ended have one: did a spreadsheet cut the zeros off?",
	    ctx->zeros_ended);
	const struct roster_remark remark = { .line = 1,
		.column = roster_column_name(ROSTER_NUMBER),
		.reason = fits ? reason : "zeros in front are missing",
		.warning = true };

	if (ctx->zeros_ended > 0 && ctx->zeros_in_file == 0)
		ctx->plan->reporter->report(ctx->plan->reporter->context, &remark);
}

enum result
roster_plan_make(const struct roster_plan *plan, struct roster_counts *counts, int64_t *ret_errors)
{
	CLEANUP(close_merge_ctx) struct merge_ctx *ctx = calloc(1, sizeof *ctx);

	if (ctx == NULL || (ctx->lookups = record_sort_open()) == NULL)
		return OVERLOADED;
	ctx->plan = plan;
	ctx->counts = counts;
	ctx->stored.db = plan->db;
	TRY(roster_moves_find(plan->moves, plan->db, plan->reporter, &ctx->errors));
	TRY(merge_all(ctx));
	*ret_errors = ctx->errors;
	if (ctx->errors > 0)
		return OK;
	warn_of_lost_zeros(ctx);
	if (!roster_lookups_report(ctx->lookups, plan->reporter, &counts->ambiguous))
		return OVERLOADED;
	return record_sort_finish(plan->writes) ? OK : OVERLOADED;
}

enum result
roster_plan_find_duplicates(const struct roster_plan *plan, int64_t *ret_errors)
{
	CLEANUP(close_merge_ctx) struct merge_ctx *ctx = calloc(1, sizeof *ctx);

	if (ctx == NULL)
		return OVERLOADED;
	ctx->plan = plan;
	do
		next_line(ctx);
	while (ctx->has_line);
	*ret_errors = ctx->errors;
	return record_sort_failed(plan->lines) ? OVERLOADED : OK;
}

/* Writing ------------------------------------------------------------------------------------- */

static enum result
apply_line(struct roster_packed *packed, struct roster_write *write)
{
	struct roster_line line;

	roster_packed_line(packed, &line);
	const char *const cells[] = { line.number, line.symbol, line.birth_date, line.kana_name,
		line.eligible_from, line.eligible_until };
	return roster_write_row(write, ROSTER_WRITE, cells, LENGTH(cells));
}

/* A pair, and of a move the old one behind it. */
static enum result
apply_pairs(struct roster_packed *packed, struct roster_write *write, bool is_move)
{
	struct roster_pair pair, old = { "", "" };

	roster_packed_text(packed, pair.number, sizeof pair.number);
	roster_packed_text(packed, pair.symbol, sizeof pair.symbol);
	if (is_move) {
		roster_packed_text(packed, old.number, sizeof old.number);
		roster_packed_text(packed, old.symbol, sizeof old.symbol);
	}
	const char *const cells[] = { pair.number, pair.symbol, old.number, old.symbol };
	return roster_write_row(write, is_move ? ROSTER_MOVE : ROSTER_END, cells, is_move ? 4 : 2);
}

enum result
roster_plan_apply(struct record_sort *writes, struct roster_write *write,
    enum result (*tick)(void *context, int64_t rows), void *context)
{
	struct roster_packed packed;
	char kind[2];

	for (int64_t rows = 0; roster_packed_next(writes, &packed); rows++) {
		roster_packed_text(&packed, kind, sizeof kind);
		if (strcmp(kind, KIND_WRITE) == 0)
			TRY(apply_line(&packed, write));
		else
			TRY(apply_pairs(&packed, write, strcmp(kind, KIND_MOVE) == 0));
		if (tick != NULL && rows % TICK_LINES == 0)
			TRY(tick(context, rows));
	}
	if (record_sort_failed(writes))
		return OVERLOADED;
	return roster_write_flush(write);
}
