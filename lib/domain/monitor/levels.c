/* levels.c - how much of what waits or ages in the database. */

#include "levels.h"

#include "statements.h"

static enum result
read_outbox(struct db_tx *tx, int64_t rows_max, struct levels *levels)
{
	int64_t read_only = 0;
	const struct db_value in[] = { db_number("rows_max", rows_max), { 0 } };
	const struct db_slot out[] = { db_to_number(&levels->mails_pending),
		db_to_number(&levels->oldest_pending_at), db_to_number(&levels->mails_dead),
		db_to_number(&read_only), { 0 } };

	TRY(db_row(tx, OUTBOX_LEVELS, in, out));
	levels->read_only = read_only != 0;
	return OK;
}

static enum result
read_roster(struct db_tx *tx, struct levels *levels)
{
	const struct db_slot out[] = { db_to_number(&levels->imported_at),
		db_to_number(&levels->eligible_persons), { 0 } };
	const enum result result = db_row(tx, ROSTER_LEVELS, NULL, out);

	levels->imported = result == OK;
	return result == NO_ROW ? OK : result;
}

enum result
levels_read(struct db *db, int64_t rows_max, struct levels *ret)
{
	struct db_tx alone = db_alone(db);
	struct levels levels = { 0 };

	TRY(read_outbox(&alone, rows_max, &levels));
	TRY(read_roster(&alone, &levels));
	*ret = levels;
	return OK;
}
