/* db_writes.c - do changes reach the database? */

#include "db_writes.h"

#include "clock.h"
#include "db_error.h"
#include "log.h"

void
db_writes_failed(struct db_writes *writes, unsigned number)
{
	const int64_t now_ms = clock_monotonic_ms();
	int64_t succeeding = 0;

	atomic_store(&writes->failed_at_ms, now_ms);
	atomic_store(&writes->number, number);
	if (atomic_compare_exchange_strong(&writes->failing_since_ms, &succeeding, now_ms))
		log_event("db_writes_fail", (const struct log_value[]){ log_int("error", number),
						log_text("why", db_error_text(number)), { 0 } });
}

void
db_writes_succeeded(struct db_writes *writes)
{
	if (atomic_load(&writes->failing_since_ms) == 0)
		return;
	if (atomic_exchange(&writes->failing_since_ms, 0) != 0)
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
