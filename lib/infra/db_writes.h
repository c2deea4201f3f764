/* db_writes.h - do changes reach the database? For db.c. Thread-safe.
 *
 * A server that was made read-only, or whose disk is full, still answers every SELECT. So what
 * statements meet is kept: since when none could change a row, and when the last one failed. */

#ifndef DB_WRITES_H
#define DB_WRITES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Zeroed before the first call. */
struct db_writes {
	_Atomic int64_t failing_since_ms; /* 0: they succeed */
	_Atomic int64_t failed_at_ms;     /* the last one */
	atomic_uint number;               /* its error */

	/* Of the log. */
	_Atomic int64_t told_at_ms; /* the last `db_writes_fail`; 0: there was none */
	atomic_uint told_number;    /* its error */
	atomic_uint untold;         /* how often they began to fail since then */
	atomic_bool told;           /* and there has been no `db_writes_back` since then */
};

/* A change failed with this error, or succeeded. The first of either logs `db_writes_fail`,
 * `db_writes_back`, at once. On a disk that is nearly full they come in turns, many a second: so
 * there is one such pair of lines in DB_WRITES_TELL_MS and for each cause, and `times` says how
 * often changes began to fail since the last pair. */
void db_writes_failed(struct db_writes *, unsigned number);
void db_writes_succeeded(struct db_writes *);

/* The server takes changes again: ends what an error of a read-only server began. */
void db_writes_allowed(struct db_writes *);

/* How long changes failed: from the first to the last. 0: they succeed, only one failed, or none
 * has been tried for DB_WRITES_FORGET_MS: then it is time for another try. */
int64_t db_writes_failing_ms(const struct db_writes *);

#define DB_WRITES_FORGET_MS 10000
#define DB_WRITES_TELL_MS   10000

#endif
