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

enum result
ready_check(struct db *db)
{
	int64_t version = 0;

	TRY(db_each_committed(db, read_version_tx, &version));
	return version >= READY_SCHEMA_VERSION ? OK : UNAVAILABLE;
}
