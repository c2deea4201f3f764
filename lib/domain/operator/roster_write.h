/* roster_write.h - writes what an import changes, in batches that are committed one by one.
 *
 * Why not one transaction: a cluster (Galera) certifies a transaction as a whole when it commits.
 * A million rows are a write set of hundreds of megabytes (wsrep_max_ws_size ends at 2 GiB, and
 * societies may set less), which every node applies in one piece while what the service commits
 * meanwhile waits behind it: four seconds for 300,000 rows, where batches cost two tenths of a
 * second at most (docs/roster.md). The longer it lasts, the likelier a node that fails undoes all
 * of it. On a single server it holds the row locks of everybody who changes, and the undo log of
 * all of it, until the end. A batch of ROSTER_BATCH_ROWS holds some milliseconds of that.
 *
 * What is lost is that an import is all or nothing: one that breaks off has done a part. That part
 * is right for whomever it concerns, because every row is whole, and endings come last; an import
 * of the same file does the rest, because it only ever writes what differs.
 *
 * Each batch asks first whether the run is still the one in progress (roster_run.h), in the same
 * transaction. It can be run twice. While the database is away it is tried again for half a
 * minute. */

#ifndef ROSTER_WRITE_H
#define ROSTER_WRITE_H

#include "clock.h"
#include "db.h"
#include "ids.h"
#include "statements.h"

#include <stddef.h>

#define ROSTER_BATCH_ROWS  1000
#define ROSTER_BATCH_BYTES 262144 /* of its rows as JSON */
#define ROSTER_PATIENCE_MS 30000

/* Starts with its pool, run and date, all else zero. */
struct roster_write {
	struct db *db;
	struct roster_run_id run_id;
	char today[CLOCK_DATE_MAX + 1];
	int64_t now;                     /* of the batch that is written */
	enum roster_statement statement; /* of the rows that wait */
	size_t rows, used;
	char json[ROSTER_BATCH_BYTES + 1];
};

/* Adds a row of `count` cells for a statement (ROSTER_MOVE, ROSTER_WRITE, ROSTER_END), and writes
 * the batch before it when that is full or of another one. An empty cell is NULL. NO_ROW: another
 * import has taken over. A move ends the registrations that its person has begun with the number of
 * before, in the same transaction (member_registrations_end()). */
enum result roster_write_row(
    struct roster_write *, enum roster_statement, const char *const *cells, size_t count) MUST_USE;

/* Writes what waits. */
enum result roster_write_flush(struct roster_write *) MUST_USE;

#endif
