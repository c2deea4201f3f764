/* roster_import.c - takes over who is insured from a roster file: all of it or nothing. */

#include "roster_import.h"

#include "ids.h"

#include "clock.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <inttypes.h>

/* Values of the statement that takes this many lines at once. */
#define BATCH        ROSTER_LINES_AT_ONCE
#define BATCH_VALUES (BATCH * ROSTER_LINE_VALUES)

struct import {
	const struct roster_options *options;
	const struct roster_listener *listener;
	struct roster_file *file;
	struct roster_counts counts;
	enum roster_outcome outcome; /* why it gave up, if it did */
	struct roster_run_id run_id;
	uint8_t file_hash[SECRET_SHA256_SIZE];
	char today[CLOCK_DATE_MAX + 1];
	bool reached; /* the database answered */
	bool started; /* the file is read, and it is not read again */
	size_t held;
	struct roster_line lines[BATCH];
};

bool
roster_loss_is_too_great(int64_t lost, int64_t eligible)
{
	const bool few = lost <= ROSTER_LOSS_FEW && lost * 2 <= eligible;

	return lost * 100 > eligible * ROSTER_LOSS_PERCENT_MAX && !few;
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

/* Ends the transaction without a COMMIT: NO_ROW stands in for "no more wanted". */
static enum result
give_up(struct import *import, enum roster_outcome outcome)
{
	import->outcome = outcome;
	return NO_ROW;
}

/* Staging ------------------------------------------------------------------------------------- */

static void
line_values(const struct roster_line *line, struct db_value ret[static ROSTER_LINE_VALUES])
{
	ret[0] = db_number_at((int64_t)line->line);
	ret[1] = db_text_at(line->number);
	ret[2] = db_text_at(line->symbol);
	ret[3] = db_text_at(line->birth_date);
	ret[4] = db_text_at(line->kana_name);
	ret[5] = db_text_at(line->eligible_from);
	ret[6] = db_text_or_null_at(line->eligible_until);
}

/* A full batch in one statement, the last ones of the file one by one. */
static enum result
stage_held(struct db_tx *tx, struct import *import)
{
	struct db_value in[BATCH_VALUES + 1] = { 0 };
	const size_t held = import->held;

	import->held = 0;
	for (size_t i = 0; i < held; i++)
		line_values(&import->lines[i], &in[i * ROSTER_LINE_VALUES]);
	if (held == BATCH)
		return db_change(tx, ROSTER_LINES_INSERT, in, NULL);
	for (size_t i = 0; i < held; i++) {
		struct db_value one[ROSTER_LINE_VALUES + 1] = { 0 };

		line_values(&import->lines[i], one);
		TRY(db_change(tx, ROSTER_LINE_INSERT, one, NULL));
	}
	return OK;
}

/* Dependents are read, judged and counted; who can not register is not stored. */
static enum result
stage_file(struct db_tx *tx, struct import *import)
{
	struct roster_counts *counts = &import->counts;

	while (roster_file_next(import->file, &import->lines[import->held])) {
		if (!import->lines[import->held].insured) {
			counts->dependents++;
			continue;
		}
		counts->insured++;
		if (++import->held == BATCH)
			TRY(stage_held(tx, import));
	}
	counts->lines = roster_file_lines(import->file);
	return stage_held(tx, import);
}

/* Doubled and ambiguous lines ----------------------------------------------------------------- */

/* A row of either statement: a line, the other line (0: not in this file), how many rows in all. */
struct pairing {
	const struct import *import;
	int64_t line, other, total;
};

static void
tell_pairing(const struct pairing *pairing, bool warning, const char *reason)
{
	const struct roster_listener *listener = pairing->import->listener;
	const struct roster_remark remark = {
		.line = (uint64_t)pairing->line,
		.column = "番号",
		.reason = reason,
		.warning = warning,
	};

	listener->hear(listener->context, &remark);
}

static enum result
tell_doubled(void *context)
{
	const struct pairing *pairing = context;
	char reason[100];

	if (!text_format(reason, sizeof reason, "the same 番号 and 記号 as in line %" PRId64,
		pairing->other))
		return INTERNAL;
	tell_pairing(pairing, false, reason);
	return OK;
}

static enum result
tell_ambiguous(void *context)
{
	const struct pairing *pairing = context;
	char reason[160];
	bool fits;

	if (pairing->other == 0)
		fits = text_format(reason, sizeof reason,
		    "spells the same together with 記号 as that of a person who is not in the "
		    "file, "
		    "so it matches nobody");
	else
		fits = text_format(reason, sizeof reason,
		    "spells the same together with 記号 as in line %" PRId64
		    ", so it matches nobody",
		    pairing->other);
	if (!fits)
		return INTERNAL;
	tell_pairing(pairing, true, reason);
	return OK;
}

static enum result
tell_pairings(struct db_tx *tx, const struct import *import, enum roster_statement statement,
    enum result (*each)(void *), uint64_t *ret_total)
{
	struct pairing pairing = { .import = import };
	const struct db_slot out[] = { db_to_number(&pairing.line), db_to_number(&pairing.other),
		db_to_number(&pairing.total), { 0 } };
	const struct db_value in[] = { db_number_at(ROSTER_REMARKS_MAX), { 0 } };

	TRY(db_rows(tx, statement, in, out, each, &pairing));
	*ret_total = (uint64_t)pairing.total;
	return OK;
}

/* What differs, and whether it may ------------------------------------------------------------ */

static enum result
plan(struct db_tx *tx, struct import *import)
{
	const struct db_value today[] = { db_text_at(import->today), { 0 } };
	const struct db_value four_todays[] = { today[0], today[0], today[0], today[0], { 0 } };
	struct roster_counts *counts = &import->counts;
	const struct db_slot loss[] = { db_to_number(&counts->eligible),
		db_to_number(&counts->lost), { 0 } };

	TRY(db_change(tx, ROSTER_PLAN_CHANGES, NULL, &counts->changed));
	TRY(db_change(tx, ROSTER_PLAN_ENDS, today, &counts->ended));
	return db_row(tx, ROSTER_LOSS_READ, four_todays, loss);
}

static enum result
judge_file(struct db_tx *tx, struct import *import)
{
	uint64_t doubled = 0;

	TRY(tell_pairings(tx, import, ROSTER_DOUBLED, tell_doubled, &doubled));
	import->counts.doubled = doubled;
	if (!roster_file_finish(import->file, import->file_hash))
		return give_up(import, ROSTER_WRITTEN_TO);
	if (roster_file_faulty_lines(import->file) + doubled > 0)
		return give_up(import, ROSTER_FAULTY);
	return import->counts.insured > 0 ? OK : give_up(import, ROSTER_NOBODY);
}

/* The deed: what was planned, and nothing else. */
static enum result
apply(struct db_tx *tx, struct import *import)
{
	struct roster_counts *counts = &import->counts;
	const struct db_value run[] = {
		db_bytes_at(import->run_id.bytes, sizeof import->run_id.bytes), { 0 }
	};
	const struct db_value end[] = { db_text_at(import->today), run[0], { 0 } };
	uint64_t changed = 0, ended = 0;

	TRY(db_change(tx, ROSTER_ADD, run, &counts->added));
	TRY(db_change(tx, ROSTER_CHANGE, run, &changed));
	TRY(db_change(tx, ROSTER_END, end, &ended));
	if (changed != counts->changed || ended != counts->ended)
		return INTERNAL;
	counts->unchanged = counts->insured - counts->added - counts->changed;
	return tell_pairings(tx, import, ROSTER_AMBIGUOUS, tell_ambiguous, &counts->ambiguous);
}

/* The record of it ---------------------------------------------------------------------------- */

/* The row under way has a unique mark: a second import waits for it, and gives up after a while.
 * DUPLICATE: this one was done before, and only the answer to its COMMIT was lost. */
static enum result
run_begin(struct db_tx *tx, const struct import *import)
{
	const struct db_value in[] = { db_bytes_at(
					   import->run_id.bytes, sizeof import->run_id.bytes),
		db_text_at(import->options->who), db_number_at(import->options->now), { 0 } };

	return db_change(tx, ROSTER_RUN_BEGIN, in, NULL);
}

static enum result
run_end(struct db_tx *tx, const struct import *import)
{
	const struct roster_counts *counts = &import->counts;
	const struct db_value in[] = {
		db_bytes_at(import->file_hash, sizeof import->file_hash),
		db_number_at((int64_t)counts->lines),
		db_number_at((int64_t)counts->dependents),
		db_number_at((int64_t)counts->added),
		db_number_at((int64_t)counts->changed),
		db_number_at((int64_t)counts->ended),
		db_number_at((int64_t)counts->ambiguous),
		db_bytes_at(import->run_id.bytes, sizeof import->run_id.bytes),
		{ 0 },
	};

	return db_change(tx, ROSTER_RUN_END, in, NULL);
}

static enum result
import_file(struct db_tx *tx, struct import *import)
{
	const struct roster_options *options = import->options;
	const struct roster_counts *counts = &import->counts;

	TRY(stage_file(tx, import));
	TRY(judge_file(tx, import));
	TRY(plan(tx, import));
	if (!options->allow_removals && roster_loss_is_too_great(counts->lost, counts->eligible))
		return give_up(import, ROSTER_TOO_MANY_ENDED);
	TRY(apply(tx, import));
	TRY(run_end(tx, import));
	return options->dry_run ? give_up(import, ROSTER_DRY_RUN_DONE) : OK;
}

/* Run again by db.c after a lock or a connection was lost: once lines were read and told, it is the
 * operator who starts again. */
static enum result
import_tx(struct db_tx *tx, void *context)
{
	struct import *import = context;

	import->reached = true;
	const enum result begun = run_begin(tx, import);
	if (begun == DUPLICATE && db_duplicate_is(tx, "PRIMARY"))
		return OK;
	if (begun != OK || import->started)
		return begun != OK ? begun : UNAVAILABLE;
	import->started = true;
	return import_file(tx, import);
}

static enum roster_outcome
outcome_of(enum result result, const struct import *import)
{
	switch (result) {
	case OK:
		return ROSTER_IMPORTED;
	case NO_ROW:
		return import->outcome;
	case UNAVAILABLE:
		if (import->started)
			return ROSTER_DB_LOST;
		return import->reached ? ROSTER_BUSY : ROSTER_AWAY;
	default:
		return ROSTER_BUG;
	}
}

enum roster_outcome
roster_import(struct db *db, struct roster_file *file, const struct roster_options *options,
    const struct roster_listener *listener, struct roster_counts *ret)
{
	struct import import = { .options = options, .listener = listener, .file = file };

	secret_random(import.run_id.bytes, sizeof import.run_id.bytes);
	clock_date_japan(options->now, import.today);
	const enum result result = db_transaction(db, import_tx, &import);
	*ret = import.counts;
	secret_wipe_bytes(import.lines, sizeof import.lines);
	return outcome_of(result, &import);
}
