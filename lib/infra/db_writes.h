/* db_writes.h - do changes reach the database? For db.c. Thread-safe.
 *
 * A server that was made read-only, or whose disk is full, still answers every SELECT. So what
 * statements meet is kept: since when none could change a row, and when the last one failed. */

#ifndef DB_WRITES_H
#define DB_WRITES_H

#include <stdatomic.h>
#include <stdint.h>

/* Zeroed before the first call. */
struct db_writes {
	_Atomic int64_t failing_since_ms; /* 0: they succeed */
	_Atomic int64_t failed_at_ms;     /* the last one */
	atomic_uint number;               /* its error */
};

/* A change failed with this error, or succeeded. The first of either logs `db_writes_fail`,
 * `db_writes_back`. */
void db_writes_failed(struct db_writes *, unsigned number);
void db_writes_succeeded(struct db_writes *);

/* The server takes changes again: ends what an error of a read-only server began. */
void db_writes_allowed(struct db_writes *);

/* How long changes failed: from the first to the last. 0: they succeed, only one failed, or none
 * has been tried for DB_WRITES_FORGET_MS: then it is time for another try. */
int64_t db_writes_failing_ms(const struct db_writes *);

#define DB_WRITES_FORGET_MS 10000

#endif
