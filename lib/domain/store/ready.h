/* ready.h - whether the service can work: the database answers, takes changes, and its schema is
 * new enough for this program. */

#ifndef READY_H
#define READY_H

#include "result.h"

#include <stdatomic.h>
#include <stdbool.h>

/* The number of the newest file in schema/. (A test builds the program of a version to come.) */
#ifndef READY_SCHEMA_VERSION
#define READY_SCHEMA_VERSION 2
#endif

/* How long the database may take no changes: a failover to another server takes no replica out. */
#define READY_FAILING_MS 5000

struct db;

/* One for the process; zeroed before the first check. */
struct ready {
	atomic_bool checking;  /* a thread asks the database at this moment */
	atomic_bool was_ready; /* what the last check found */
};

/* OK, or UNAVAILABLE: the database is away, migrations are missing, or it has taken no changes for
 * READY_FAILING_MS. One thread at a time asks the database, which may hang for seconds; the others
 * are answered with what the last check found. From any thread. */
enum result ready_check(struct ready *, struct db *) MUST_USE;

/* Does the database take changes? Counts a try of nobody's in a transaction that is rolled back, so
 * that nothing of it stays. False: db_last_error() has the reason. */
bool ready_can_write(struct db *) MUST_USE;

#endif
