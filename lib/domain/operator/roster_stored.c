/* roster_stored.c - the persons that are stored, one after another in the order of their key. */

#include "roster_stored.h"

#include "statements.h"

static enum result
keep_person(void *context)
{
	struct roster_stored *stored = context;

	stored->persons[stored->count++] = stored->row;
	return OK;
}

static enum result
read_piece(struct roster_stored *stored)
{
	struct db_tx alone = db_alone(stored->db);
	struct roster_person *row = &stored->row; /* the last of the piece before */
	const struct roster_pair after = row->pair;
	const struct db_value in[] = { db_text("number", after.number),
		db_text("symbol", after.symbol), db_number("rows_max", ROSTER_STORED_AT_ONCE),
		{ 0 } };
	const struct db_slot out[] = {
		db_to_text(row->pair.number, sizeof row->pair.number),
		db_to_text(row->pair.symbol, sizeof row->pair.symbol),
		db_to_text(row->birth_date, sizeof row->birth_date),
		db_to_text(row->kana_name, sizeof row->kana_name),
		db_to_text(row->eligible_from, sizeof row->eligible_from),
		db_to_text(row->eligible_until, sizeof row->eligible_until),
		{ 0 },
	};

	stored->count = stored->next = 0;
	TRY(db_rows(&alone, ROSTER_PERSONS_NEXT, in, out, keep_person, stored));
	stored->is_last = stored->count < ROSTER_STORED_AT_ONCE;
	return OK;
}

enum result
roster_stored_next(struct roster_stored *stored, const struct roster_person **ret)
{
	if (stored->next == stored->count && stored->is_last)
		return NO_ROW;
	if (stored->next == stored->count)
		TRY(read_piece(stored));
	if (stored->count == 0)
		return NO_ROW;
	*ret = &stored->persons[stored->next++];
	return OK;
}

enum result
roster_stored_birth_date(
    struct db *db, const struct roster_pair *pair, char ret[static CLOCK_DATE_MAX + 1])
{
	struct db_tx alone = db_alone(db);
	const struct db_value in[] = { db_text("number", pair->number),
		db_text("symbol", pair->symbol), { 0 } };
	const struct db_slot out[] = { db_to_text(ret, CLOCK_DATE_MAX + 1), { 0 } };

	return db_row(&alone, ROSTER_PERSON_READ, in, out);
}
