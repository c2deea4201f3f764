/* ready.c - whether the service can work. */

#include "ready.h"

#include "db.h"
#include "statements.h"

static enum result
check_schema_version(struct db *db)
{
	struct db_tx alone = db_alone(db);
	int64_t version = 0;
	const struct db_slot out[] = { db_to_number(&version), { 0 } };

	TRY(db_row(&alone, SCHEMA_VERSION, NULL, out));
	return version >= READY_SCHEMA_VERSION ? OK : UNAVAILABLE;
}

enum result
ready_check(struct ready *ready, struct db *db)
{
	if (atomic_exchange(&ready->checking, true))
		return atomic_load(&ready->was_ready) ? OK : UNAVAILABLE;
	const enum result checked = check_schema_version(db);
	atomic_store(&ready->was_ready, checked == OK);
	atomic_store(&ready->checking, false);
	return checked;
}
