/* ready.c - whether the service can work. */

#include "ready.h"

#include "clock.h"
#include "db.h"
#include "limit_db.h"
#include "secret.h"
#include "statements.h"

static enum result
check_database(struct db *db)
{
	struct db_tx alone = db_alone(db);
	int64_t version = 0, read_only = 0;
	const struct db_slot out[] = { db_to_number(&version), db_to_number(&read_only), { 0 } };

	TRY(db_row(&alone, SCHEMA_VERSION, NULL, out));
	db_tell_read_only(db, read_only != 0);
	if (db_failing_ms(db) >= READY_FAILING_MS)
		return UNAVAILABLE;
	return version >= READY_SCHEMA_VERSION ? OK : UNAVAILABLE;
}

enum result
ready_check(struct ready *ready, struct db *db)
{
	if (atomic_exchange(&ready->checking, true))
		return atomic_load(&ready->was_ready) ? OK : UNAVAILABLE;
	const enum result checked = check_database(db);
	atomic_store(&ready->was_ready, checked == OK);
	atomic_store(&ready->checking, false);
	return checked;
}

/* Counts a try of nobody's and ends with what is rolled back, so that nothing of it stays. */
static enum result
write_and_take_back_tx(struct db_tx *tx, void *context)
{
	int left = 0;

	TRY(limit_db_count(tx, context, &left, NULL));
	return NO_ROW;
}

bool
ready_can_write(struct db *db)
{
	struct limit_try try = {
		.limit_id = LIMIT_INVITATION_MAIL, .now = clock_now(), .window_s = 1, .max = 1
	};

	secret_random(try.subject_hash, sizeof try.subject_hash);
	secret_random(try.holder, sizeof try.holder);
	return db_transaction(db, write_and_take_back_tx, &try) == NO_ROW;
}
