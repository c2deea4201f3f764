/* ready.h - is the database there, and is its schema the one this program was built for? */

#ifndef READY_H
#define READY_H

#include "result.h"

/* The number of the newest file in schema/. */
#define READY_SCHEMA_VERSION 2

struct db;

/* UNAVAILABLE: away, or migrations are missing. */
enum result ready_check(struct db *) MUST_USE;

#endif
