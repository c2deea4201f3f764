/* roster_moves.c - who is transferred: lines that name the pair which their person had before. */

#include "roster_moves.h"

#include "cleanup.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A line with an old pair. */
struct claim {
	struct roster_pair old;
	struct roster_line line;
};

/* Claims and stored persons are read side by side, both in the order of the pair. */
struct moves_ctx {
	struct roster_moves *moves;
	struct db *db;
	const struct roster_reporter *reporter;
	struct roster_stored stored;
	const struct roster_person *person; /* NULL: none is left */
	struct claim claim;
	struct roster_pair old_before; /* of the claim before it */
	uint64_t line_before;
	int64_t errors;
};

static void
close_moves_ctx(struct moves_ctx **ctx)
{
	free(*ctx);
}

bool
roster_moves_claim(struct roster_moves *moves, const struct roster_line *line)
{
	struct roster_packed packed;

	packed.size = 0;
	if (moves->claims == NULL)
		moves->claims = record_sort_open();
	if (moves->claims == NULL)
		return false;
	roster_packed_put_text(&packed, line->old_number);
	roster_packed_put_text(&packed, line->old_symbol);
	roster_packed_put_line(&packed, line);
	return roster_packed_add(moves->claims, &packed);
}

static bool
next_claim(struct moves_ctx *ctx)
{
	struct roster_packed packed;
	struct claim *claim = &ctx->claim;

	ctx->old_before = claim->old;
	ctx->line_before = claim->line.line;
	if (!roster_packed_next(ctx->moves->claims, &packed))
		return false;
	roster_packed_text(&packed, claim->old.number, sizeof claim->old.number);
	roster_packed_text(&packed, claim->old.symbol, sizeof claim->old.symbol);
	roster_packed_line(&packed, &claim->line);
	return true;
}

static void
report_claim(struct moves_ctx *ctx, const char *reason, bool warning)
{
	const struct roster_remark remark = {
		.line = ctx->claim.line.line,
		.column = roster_column_name(ROSTER_OLD_NUMBER),
		.reason = reason,
		.warning = warning,
	};

	ctx->errors += !warning;
	ctx->reporter->report(ctx->reporter->context, &remark);
}

static bool
pairs_are_equal(const struct roster_pair *a, const struct roster_pair *b)
{
	return roster_pair_compare(a->number, a->symbol, b->number, b->symbol) == 0;
}

/* Two lines can not both be who had the old pair. */
static bool
claim_is_second(struct moves_ctx *ctx)
{
	char reason[120];

	if (!pairs_are_equal(&ctx->claim.old, &ctx->old_before))
		return false;
	if (!text_format(
		reason, sizeof reason, "the same old pair as in line %" PRIu64, ctx->line_before))
		reason[0] = '\0';
	report_claim(ctx, reason, false);
	return true;
}

static bool
put_move(struct record_sort *sort, const struct roster_pair *first,
    const struct roster_pair *second, const struct roster_person *person)
{
	struct roster_packed packed;

	packed.size = 0;
	roster_packed_put_text(&packed, first->number);
	roster_packed_put_text(&packed, first->symbol);
	roster_packed_put_text(&packed, second->number);
	roster_packed_put_text(&packed, second->symbol);
	roster_packed_put_text(&packed, person->birth_date);
	roster_packed_put_text(&packed, person->kana_name);
	roster_packed_put_text(&packed, person->eligible_from);
	roster_packed_put_text(&packed, person->eligible_until);
	return roster_packed_add(sort, &packed);
}

static enum result
add_move(struct moves_ctx *ctx, const struct roster_pair *to)
{
	struct roster_moves *moves = ctx->moves;
	const struct roster_person *person = ctx->person;

	if (moves->by_old == NULL)
		moves->by_old = record_sort_open();
	if (moves->by_new == NULL)
		moves->by_new = record_sort_open();
	if (moves->by_old == NULL || moves->by_new == NULL ||
	    !put_move(moves->by_old, &person->pair, to, person) ||
	    !put_move(moves->by_new, to, &person->pair, person))
		return OVERLOADED;
	return OK;
}

/* Somebody has the old pair. What of the new one? */
static enum result
judge_claim(struct moves_ctx *ctx)
{
	const struct roster_line *line = &ctx->claim.line;
	const bool is_same = strcmp(ctx->person->birth_date, line->birth_date) == 0;
	struct roster_pair to = { "", "" };
	char birth_date[CLOCK_DATE_MAX + 1];

	memcpy(to.number, line->number, strlen(line->number) + 1);
	memcpy(to.symbol, line->symbol, strlen(line->symbol) + 1);
	const enum result found = roster_stored_birth_date(ctx->db, &to, birth_date);
	if (found == NO_ROW && is_same)
		return add_move(ctx, &to);
	if (found == NO_ROW)
		report_claim(ctx, "the person who has the old pair has another birth date", false);
	if (found != OK)
		return found == NO_ROW ? OK : found;
	if (strcmp(birth_date, line->birth_date) != 0)
		report_claim(ctx, "somebody with another birth date has the new pair", false);
	else if (is_same)
		report_claim(ctx,
		    "both pairs are stored with this birth date: if they are one person,"
		    " join them by \"member move\"",
		    true);
	return OK;
}

/* Passes over persons before the claim's old pair. *ret_found: somebody has it. */
static enum result
find_old_person(struct moves_ctx *ctx, bool *ret_found)
{
	const struct roster_pair *old = &ctx->claim.old;
	int order = 1;

	while (
	    ctx->person != NULL && (order = roster_pair_compare(ctx->person->pair.number,
					ctx->person->pair.symbol, old->number, old->symbol)) < 0) {
		const enum result result = roster_stored_next(&ctx->stored, &ctx->person);
		if (result == NO_ROW)
			ctx->person = NULL;
		else if (result != OK)
			return result;
	}
	*ret_found = ctx->person != NULL && order == 0;
	return OK;
}

static enum result
judge_claims(struct moves_ctx *ctx)
{
	bool found;
	const enum result first = roster_stored_next(&ctx->stored, &ctx->person);

	if (first != OK)
		return first == NO_ROW ? OK : first;
	while (next_claim(ctx)) {
		if (claim_is_second(ctx))
			continue;
		TRY(find_old_person(ctx, &found));
		if (found)
			TRY(judge_claim(ctx));
	}
	return record_sort_failed(ctx->moves->claims) ? OVERLOADED : OK;
}

enum result
roster_moves_find(struct roster_moves *moves, struct db *db, const struct roster_reporter *reporter,
    int64_t *ret_errors)
{
	if (moves->claims == NULL)
		return OK;
	CLEANUP(close_moves_ctx) struct moves_ctx *ctx = calloc(1, sizeof *ctx);
	if (ctx == NULL || !record_sort_finish(moves->claims))
		return OVERLOADED;
	ctx->moves = moves;
	ctx->db = ctx->stored.db = db;
	ctx->reporter = reporter;
	TRY(judge_claims(ctx));
	*ret_errors = ctx->errors;
	if (moves->by_old == NULL)
		return OK;
	return record_sort_finish(moves->by_old) && record_sort_finish(moves->by_new) ? OK
										      : OVERLOADED;
}

/* By either pair: the reader knows which one comes first. */
bool
roster_moves_next(struct record_sort *sort, struct roster_move *ret)
{
	struct roster_packed packed;
	struct roster_person *person = &ret->person;

	if (sort == NULL || !roster_packed_next(sort, &packed))
		return false;
	roster_packed_text(&packed, ret->to.number, sizeof ret->to.number);
	roster_packed_text(&packed, ret->to.symbol, sizeof ret->to.symbol);
	roster_packed_text(&packed, person->pair.number, sizeof person->pair.number);
	roster_packed_text(&packed, person->pair.symbol, sizeof person->pair.symbol);
	roster_packed_text(&packed, person->birth_date, sizeof person->birth_date);
	roster_packed_text(&packed, person->kana_name, sizeof person->kana_name);
	roster_packed_text(&packed, person->eligible_from, sizeof person->eligible_from);
	roster_packed_text(&packed, person->eligible_until, sizeof person->eligible_until);
	return true;
}

void
roster_moves_close(struct roster_moves *moves)
{
	record_sort_close(moves->claims);
	record_sort_close(moves->by_old);
	record_sort_close(moves->by_new);
	*moves = (struct roster_moves){ 0 };
}
