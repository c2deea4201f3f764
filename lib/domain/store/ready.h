/* ready.h - is the database there, and is its schema the one this program was built for? */

#ifndef READY_H
#define READY_H

#include "result.h"

#include <stdatomic.h>

/* The number of the newest file in schema/. */
#define READY_SCHEMA_VERSION 2

struct db;

/* All zero: nobody has asked. */
struct ready {
	atomic_bool asking;
	atomic_bool was;
};

/* UNAVAILABLE: away, or migrations are missing. One at a time asks the database, which may hang for
 * seconds; who comes meanwhile is told what it was before. Any thread. */
enum result ready_check(struct ready *, struct db *) MUST_USE;

#endif
