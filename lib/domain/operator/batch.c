/* batch.c - long work of the operator in many short statements. */

#include "batch.h"

#include <string.h>

enum result
batch_next(struct db *db, enum operator_statement next, struct batch_range *range)
{
	struct db_tx alone = db_alone(db);
	const struct db_value in[] = { db_bytes("after", range->after, sizeof range->after),
		db_number("rows_max", BATCH_ROWS), { 0 } };
	const struct db_slot out[] = { db_to_number(&range->count),
		db_to_bytes(range->last, sizeof range->last), { 0 } };

	memcpy(range->after, range->last, sizeof range->after);
	TRY(db_row(&alone, next, in, out));
	return range->count > 0 ? OK : NO_ROW;
}

enum result
batch_repeat(
    struct db *db, enum operator_statement statement, const struct db_value *in, uint64_t *rows)
{
	struct db_tx alone = db_alone(db);
	uint64_t changed = 0;

	do {
		TRY(db_change(&alone, statement, in, &changed));
		*rows += changed;
	} while (changed >= BATCH_ROWS);
	return OK;
}
