/* ready.c - is the database there, with the right schema? */

#include "ready.h"

#include "db.h"
#include "statements.h"

static enum result
read_version_tx(struct db_tx *tx, void *context)
{
	const struct db_slot out[] = { db_to_number(context), { 0 } };

	return db_row(tx, SCHEMA_VERSION, NULL, out);
}

static enum result
ask(struct db *db)
{
	int64_t version = 0;

	TRY(db_each_committed(db, read_version_tx, &version));
	return version >= READY_SCHEMA_VERSION ? OK : UNAVAILABLE;
}

enum result
ready_check(struct ready *ready, struct db *db)
{
	if (atomic_exchange(&ready->asking, true))
		return atomic_load(&ready->was) ? OK : UNAVAILABLE;
	const enum result is = ask(db);
	atomic_store(&ready->was, is == OK);
	atomic_store(&ready->asking, false);
	return is;
}
