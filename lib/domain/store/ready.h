/* ready.h - whether the service can work: the database answers, and its schema is new enough for
 * this program. */

#ifndef READY_H
#define READY_H

#include "result.h"

#include <stdatomic.h>

/* The number of the newest file in schema/. */
#define READY_SCHEMA_VERSION 2

struct db;

/* One for the process; zeroed before the first check. */
struct ready {
	atomic_bool checking;  /* a thread asks the database at this moment */
	atomic_bool was_ready; /* what the last check found */
};

/* OK, or UNAVAILABLE: the database is away, or migrations are missing. One thread at a time asks
 * the database, which may hang for seconds; the others are answered with what the last check found.
 * From any thread. */
enum result ready_check(struct ready *, struct db *) MUST_USE;

#endif
