/* batch.c - long work in many short statements. */

#include "batch.h"

#include <string.h>

struct reading {
	enum operator_statement statement;
	struct batch_stretch *stretch;
};

static enum result
read_next(struct db_tx *tx, void *context)
{
	const struct reading *reading = context;
	struct batch_stretch *stretch = reading->stretch;
	const struct db_value in[] = { db_bytes_at(stretch->after, sizeof stretch->after),
		db_number_at(BATCH_ROWS), { 0 } };
	const struct db_slot out[] = { db_to_number(&stretch->count),
		db_to_bytes(stretch->last, sizeof stretch->last), { 0 } };

	return db_row(tx, reading->statement, in, out);
}

enum result
batch_next(struct db *db, enum operator_statement next, struct batch_stretch *stretch)
{
	struct reading reading = { .statement = next, .stretch = stretch };

	memcpy(stretch->after, stretch->last, sizeof stretch->after);
	TRY(db_each_committed(db, read_next, &reading));
	return stretch->count > 0 ? OK : NO_ROW;
}

struct change {
	enum operator_statement statement;
	const struct db_value *in;
	uint64_t rows;
};

static enum result
change_some(struct db_tx *tx, void *context)
{
	struct change *change = context;

	return db_change(tx, change->statement, change->in, &change->rows);
}

enum result
batch_once(
    struct db *db, enum operator_statement statement, const struct db_value *in, uint64_t *rows)
{
	struct change change = { .statement = statement, .in = in };

	TRY(db_each_committed(db, change_some, &change));
	*rows += change.rows;
	return OK;
}

enum result
batch_repeat(
    struct db *db, enum operator_statement statement, const struct db_value *in, uint64_t *rows)
{
	uint64_t before;

	do {
		before = *rows;
		TRY(batch_once(db, statement, in, rows));
	} while (*rows - before >= BATCH_ROWS);
	return OK;
}
