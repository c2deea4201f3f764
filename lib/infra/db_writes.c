/* db_writes.c - do changes reach the database? */

#include "db_writes.h"

#include "clock.h"
#include "db_error.h"
#include "log.h"

/* Is it time for a line? So it is for another cause than that of the last one, too. */
static bool
is_worth_a_line(const struct db_writes *writes, unsigned number, int64_t now_ms)
{
	const int64_t told_at_ms = atomic_load(&writes->told_at_ms);

	return told_at_ms == 0 || now_ms - told_at_ms >= DB_WRITES_TELL_MS ||
	       db_error_of(number) != db_error_of(atomic_load(&writes->told_number));
}

static void
tell_that_they_fail(struct db_writes *writes, unsigned number, int64_t now_ms)
{
	if (atomic_load(&writes->told) || !is_worth_a_line(writes, number, now_ms) ||
	    atomic_exchange(&writes->told, true))
		return;
	atomic_store(&writes->told_at_ms, now_ms);
	atomic_store(&writes->told_number, number);
	log_event(
	    "db_writes_fail", (const struct log_value[]){ log_int("error", number),
				  log_text("why", db_error_text(number)),
				  log_int("times", atomic_exchange(&writes->untold, 0)), { 0 } });
}

void
db_writes_failed(struct db_writes *writes, unsigned number)
{
	const int64_t now_ms = clock_monotonic_ms();
	int64_t succeeding = 0;

	atomic_store(&writes->failed_at_ms, now_ms);
	atomic_store(&writes->number, number);
	if (atomic_compare_exchange_strong(&writes->failing_since_ms, &succeeding, now_ms))
		atomic_fetch_add(&writes->untold, 1);
	tell_that_they_fail(writes, number, now_ms);
}

void
db_writes_succeeded(struct db_writes *writes)
{
	if (atomic_load(&writes->failing_since_ms) != 0)
		atomic_store(&writes->failing_since_ms, 0);
	if (atomic_load(&writes->told) && atomic_exchange(&writes->told, false))
		log_event("db_writes_back", (const struct log_value[]){ { 0 } });
}

void
db_writes_allowed(struct db_writes *writes)
{
	if (db_error_of(atomic_load(&writes->number)) == DB_ERROR_READ_ONLY)
		db_writes_succeeded(writes);
}

int64_t
db_writes_failing_ms(const struct db_writes *writes)
{
	const int64_t since_ms = atomic_load(&writes->failing_since_ms);
	const int64_t last_ms = atomic_load(&writes->failed_at_ms);

	if (since_ms == 0 || clock_monotonic_ms() - last_ms > DB_WRITES_FORGET_MS)
		return 0;
	return last_ms > since_ms ? last_ms - since_ms : 0;
}
