/* posted_codes.c - makes the codes that a society posts, and the file for its printer. */

#include "posted_codes.h"

#include "auth_key.h"
#include "batch.h"
#include "cleanup.h"
#include "clock.h"
#include "member_registration.h"
#include "posted_code.h"
#include "roster_packed.h"
#include "statements.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_S   86400
#define JAPAN_S INT64_C(32400) /* ahead of UTC */
#define NEVER   INT64_MAX
#define ROW_MAX (2 * ID_SIZE + 2 * KEYED_HASH_SIZE + sizeof "[\"\",\"\"],") /* as JSON */

/* A letter. */
struct letter {
	struct person_id person_id;
	struct roster_pair pair;
	char kana_name[ROSTER_KANA_NAME_MAX + 1];
	char code[AUTH_KEY_SHOWN_MAX + 1];
	struct posted_code_hash hash;
};

/* One run. Allocated: it is big. */
struct codes_run {
	const struct app *app;
	const struct posted_codes_options *options;
	struct posted_codes_counts *counts;
	enum audit_event_kind event;
	FILE *file;
	uint8_t id[ID_SIZE];
	int64_t expires_at;
	char last_day[CLOCK_DATE_MAX + 1]; /* "": no end */
	char today[CLOCK_DATE_MAX + 1];
	struct roster_pair behind; /* the last person that was read */
	/* The row that is being read. */
	struct letter row;
	int64_t is_ambiguous, has_account;
	/* A batch. */
	size_t persons, count; /* that were read; that get a letter */
	struct letter letters[POSTED_CODES_BATCH];
	char json[POSTED_CODES_BATCH * ROW_MAX + sizeof "[]"];
};

static void
codes_run_free(struct codes_run **run)
{
	if (*run == NULL)
		return;
	if ((*run)->file != NULL)
		(void)fclose((*run)->file);
	secret_wipe_bytes(*run, sizeof **run);
	free(*run);
}

const char *
posted_codes_text(enum posted_codes_outcome outcome)
{
#define POSTED_CODES_TEXT_(name, text) [name] = (text),
	static const char *const texts[CODES_OUTCOME__MAX] = { POSTED_CODES_OUTCOME_LIST(
	    POSTED_CODES_TEXT_) };
#undef POSTED_CODES_TEXT_
	return texts[outcome];
}

static enum audit_event_kind
event_of(const struct posted_codes_options *options)
{
	if (options->insured_number != NULL)
		return AUDIT_POSTED_CODE_REISSUED;
	return options->replaces ? AUDIT_POSTED_CODES_REPLACED : AUDIT_POSTED_CODES_MADE;
}

static enum posted_codes_outcome
codes_outcome_of(enum result result)
{
	switch (result) {
	case OK:
		return CODES_MADE;
	case DUPLICATE:
		return CODES_BUSY;
	case NO_ROW:
		return CODES_TAKEN_OVER;
	case UNAVAILABLE:
		return CODES_DB_AWAY;
	default:
		return CODES_BUG;
	}
}

/* Begin, end ---------------------------------------------------------------------------------- */

static struct db_value
run_id(const struct codes_run *run)
{
	return db_bytes("code_run_id", run->id, sizeof run->id);
}

/* The event is there also of a run that breaks off: from its first batch on it voids codes. */
static enum result
begin_run_tx(struct db_tx *tx, void *context)
{
	const struct codes_run *run = context;
	const struct operator_act *act = run->options->act;
	const struct db_value now = db_number("now", act->now);
	const struct db_value dead[] = { { 0 } };
	const struct db_value in[] = { run_id(run), now, { 0 } };

	TRY(operator_act_record(tx, act, run->event, no_account, run->counts->person_id));
	TRY(db_change(tx, CODE_RUN_TAKE_OVER, dead, NULL));
	return db_change(tx, CODE_RUN_BEGIN, in, NULL);
}

/* DUPLICATE: another run is in progress. An earlier run of the transaction that was committed has
 * left its event and its row, which renews its lease with the first batch. */
static enum result
begin_run(struct codes_run *run)
{
	struct db_tx alone = db_alone(run->app->db);
	const struct db_value in[] = { run_id(run), { 0 } };
	const enum result begun = db_transaction(run->app->db, begin_run_tx, run);

	if (begun != DUPLICATE)
		return begun;
	const enum result renewed = db_change_one(&alone, CODE_RUN_RENEW, in);
	return renewed == NO_ROW ? DUPLICATE : renewed;
}

/* Now the codes are good. */
static enum posted_codes_outcome
end_run(const struct codes_run *run)
{
	struct db_tx alone = db_alone(run->app->db);
	const struct db_value in[] = { run_id(run), db_number("now", clock_now()),
		db_number("codes", (int64_t)run->counts->codes), { 0 } };

	const enum result ended = db_change_one(&alone, CODE_RUN_END, in);
	if (ended == UNAVAILABLE && db_may_be_done(&alone))
		return CODES_UNKNOWN;
	return codes_outcome_of(ended);
}

static enum result
read_broken_off(const struct codes_run *run)
{
	struct db_tx alone = db_alone(run->app->db);
	const struct db_slot out[] = { db_to_number(&run->counts->broken_off_at), { 0 } };

	return db_row(&alone, CODE_RUN_BROKEN_OFF, NULL, out);
}

/* Whom --------------------------------------------------------------------------------------- */

/* The row becomes the next letter of the batch, unless its number is ambiguous. */
static enum result
take_person(void *context)
{
	struct codes_run *run = context;

	run->persons++;
	run->behind = run->row.pair;
	if (run->is_ambiguous != 0)
		run->counts->ambiguous++;
	else
		run->letters[run->count++] = run->row;
	return OK;
}

#define PERSON_SLOTS 6

static void
person_slots(struct codes_run *run, struct db_slot ret[static PERSON_SLOTS + 1])
{
	struct letter *row = &run->row;
	const struct db_slot slots[PERSON_SLOTS + 1] = {
		db_to_bytes(row->person_id.bytes, ID_SIZE),
		db_to_text(row->pair.number, sizeof row->pair.number),
		db_to_text(row->pair.symbol, sizeof row->pair.symbol),
		db_to_text(row->kana_name, sizeof row->kana_name),
		db_to_number(&run->is_ambiguous),
		db_to_number(&run->has_account),
		{ 0 },
	};

	memcpy(ret, slots, sizeof slots);
}

/* The persons behind the last one. */
static enum result
read_persons(struct codes_run *run)
{
	struct db_tx alone = db_alone(run->app->db);
	const struct db_value in[] = {
		db_text("number", run->behind.number),
		db_text("symbol", run->behind.symbol),
		db_text("today", run->today),
		db_number("now", run->options->act->now),
		db_number("replaces", run->options->replaces),
		db_number("rows_max", POSTED_CODES_BATCH),
		{ 0 },
	};
	struct db_slot out[PERSON_SLOTS + 1];

	person_slots(run, out);
	run->persons = run->count = 0;
	return db_rows(&alone, CODE_PERSONS_NEXT, in, out, take_person, run);
}

/* The one person. */
static enum posted_codes_outcome
find_person(struct codes_run *run)
{
	struct db_tx alone = db_alone(run->app->db);
	const struct db_value in[] = { db_text("insured_number", run->options->insured_number),
		db_text("today", run->today), { 0 } };
	struct db_slot out[PERSON_SLOTS + 1];

	person_slots(run, out);
	run->persons = run->count = 0;
	const enum result found = db_rows(&alone, CODE_PERSON_FIND, in, out, take_person, run);
	if (found != OK)
		return codes_outcome_of(found);
	if (run->persons == 0)
		return CODES_NO_PERSON;
	if (run->count == 0)
		return CODES_AMBIGUOUS;
	run->counts->person_id = run->letters[0].person_id;
	return run->has_account != 0 ? CODES_HAS_ACCOUNT : CODES_MADE;
}

/* A batch ------------------------------------------------------------------------------------- */

static void
make_code(const struct codes_run *run, struct letter *letter)
{
	CLEANUP(secret_wipe) struct secret code = { 0 };
	uint8_t chance[KEYED_HASH_SIZE];

	secret_random(chance, sizeof chance);
	auth_key_from_hash(chance, &code);
	auth_key_shown(&code, letter->code);
	letter->hash = posted_code_hash(run->app->keyring, code.text);
	secret_wipe_bytes(chance, sizeof chance);
}

/* Quotes around everything, so that a spreadsheet keeps commas; those within are doubled. */
static void
write_letter_cell(FILE *file, const char *text, const char *behind)
{
	putc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', file);
		putc(*text, file);
	}
	fprintf(file, "\"%s", behind);
}

static void
write_letter(const struct codes_run *run, const struct letter *letter)
{
	write_letter_cell(run->file, letter->pair.number, ",");
	write_letter_cell(run->file, letter->pair.symbol, ",");
	write_letter_cell(run->file, letter->kana_name, ",");
	write_letter_cell(run->file, letter->code, ",");
	write_letter_cell(run->file, run->last_day, "\r\n");
}

/* The batch as [["person","hash"],...], in hexadecimal. Its room is enough for all rows. */
static void
write_rows(struct codes_run *run)
{
	char person[2 * ID_SIZE + 1], hash[2 * KEYED_HASH_SIZE + 1];
	size_t used = 0;

	for (size_t i = 0; i < run->count; i++) {
		text_hex(run->letters[i].person_id.bytes, ID_SIZE, person);
		text_hex(run->letters[i].hash.bytes, KEYED_HASH_SIZE, hash);
		used += (size_t)snprintf(run->json + used, sizeof run->json - used,
		    "%s[\"%s\",\"%s\"]", i == 0 ? "[" : ",", person, hash);
	}
	(void)snprintf(run->json + used, sizeof run->json - used, "]");
}

static enum result
store_batch_tx(struct db_tx *tx, void *context)
{
	const struct codes_run *run = context;
	const int64_t now = run->options->act->now;
	const struct db_value renew[] = { run_id(run), { 0 } };
	const struct db_value in[] = { run_id(run), db_text("rows", run->json),
		db_number("now", now), db_number("expires_at", run->expires_at), { 0 } };

	TRY(db_change_one(tx, CODE_RUN_RENEW, renew));
	TRY(db_change(tx, CODES_WRITE, in, NULL));
	return id_is_none(run->counts->person_id.bytes)
		   ? OK
		   : member_registrations_end_begun(tx, run->counts->person_id, now);
}

/* False: something is missing in the file, also where only an earlier write failed. */
static bool
file_has_all(const struct codes_run *run)
{
	return fflush(run->file) == 0 && !ferror(run->file);
}

/* Into the file first: what can not be written there needs no hash. */
static enum posted_codes_outcome
write_batch(struct codes_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		make_code(run, &run->letters[i]);
		write_letter(run, &run->letters[i]);
	}
	if (!file_has_all(run))
		return CODES_FILE_FAILED;
	if (run->count == 0)
		return CODES_MADE;
	write_rows(run);
	const enum result stored = db_transaction(run->app->db, store_batch_tx, run);
	if (stored != OK)
		return codes_outcome_of(stored);
	run->counts->codes += run->count;
	if (run->options->progress != NULL)
		run->options->progress(run->options->context, run->counts->codes);
	return CODES_MADE;
}

/* The run ------------------------------------------------------------------------------------- */

static enum posted_codes_outcome
write_letters(struct codes_run *run)
{
	enum posted_codes_outcome written = CODES_MADE;

	fputs("\xEF\xBB\xBF"
	      "番号,記号,氏名カナ,コード,有効期限\r\n",
	    run->file);
	if (run->options->insured_number != NULL)
		return write_batch(run);
	do {
		const enum result read = read_persons(run);

		written = read != OK ? codes_outcome_of(read) : write_batch(run);
	} while (written == CODES_MADE && run->persons == POSTED_CODES_BATCH);
	return written;
}

/* All codes of before, a batch at a time: those that made no account. */
static enum result
void_codes(const struct codes_run *run)
{
	struct db_tx alone = db_alone(run->app->db);
	const struct db_value renew[] = { run_id(run), { 0 } };
	struct batch_range range = { 0 };
	enum result next;

	while ((next = batch_next(run->app->db, CODES_NEXT, &range)) == OK) {
		const struct db_value in[] = {
			db_number("now", run->options->act->now),
			db_bytes("after", range.after, sizeof range.after),
			db_bytes("last", range.last, sizeof range.last),
			{ 0 },
		};

		TRY(db_change_one(&alone, CODE_RUN_RENEW, renew));
		TRY(db_change(&alone, CODES_VOID, in, NULL));
	}
	return next == NO_ROW ? OK : next;
}

/* Nothing counts before all of the file is on the disk. */
static enum posted_codes_outcome
write_and_end(struct codes_run *run)
{
	const enum posted_codes_outcome written = write_letters(run);

	if (written != CODES_MADE)
		return written;
	if (!file_has_all(run) || fsync(fileno(run->file)) != 0)
		return CODES_FILE_FAILED;
	return end_run(run);
}

static enum posted_codes_outcome
begin_and_write(struct codes_run *run)
{
	if (run->options->insured_number != NULL) {
		const enum posted_codes_outcome found = find_person(run);

		if (found != CODES_MADE)
			return found;
	}
	enum result begun = read_broken_off(run);
	if (begun == OK)
		begun = begin_run(run);
	if (begun == OK && run->event != AUDIT_POSTED_CODES_MADE)
		run->options->voids(run->options->context, run->event, run->counts->person_id);
	if (begun == OK && run->options->replaces)
		begun = void_codes(run);
	return begun != OK ? codes_outcome_of(begun) : write_and_end(run);
}

/* A code with an end is good for the whole of its last day in Japan. */
static void
set_end(struct codes_run *run)
{
	const int64_t now = run->options->act->now;
	const int64_t days = run->options->lives_days;
	const int64_t day = (now + JAPAN_S) / DAY_S + days;

	run->expires_at = NEVER;
	if (days == 0)
		return;
	run->expires_at = (day + 1) * DAY_S - JAPAN_S;
	clock_date_japan(run->expires_at - 1, run->last_day);
}

/* With a descriptor of its own, so that it can be closed. False: no memory. */
static bool
open_file(struct codes_run *run)
{
	const int own = dup(run->options->fd);

	run->file = own >= 0 ? fdopen(own, "w") : NULL;
	if (run->file == NULL && own >= 0)
		close(own);
	return run->file != NULL;
}

enum posted_codes_outcome
posted_codes_make(const struct app *app, const struct posted_codes_options *options,
    struct posted_codes_counts *ret)
{
	CLEANUP(codes_run_free) struct codes_run *run = calloc(1, sizeof *run);

	*ret = (struct posted_codes_counts){ .codes = 0 };
	if (run == NULL)
		return CODES_BUG;
	run->app = app;
	run->options = options;
	run->counts = ret;
	run->event = event_of(options);
	if (!open_file(run))
		return CODES_BUG;
	secret_random(run->id, sizeof run->id);
	clock_date_japan(options->act->now, run->today);
	set_end(run);
	const enum posted_codes_outcome outcome = begin_and_write(run);
	(void)fclose(run->file); /* what it still holds is written before the file is emptied */
	run->file = NULL;
	if (outcome != CODES_MADE && outcome != CODES_UNKNOWN && ftruncate(options->fd, 0) != 0)
		return CODES_FILE_FAILED;
	return outcome;
}
