/* batch.h - long work in many short statements, each committed for itself, so that the service never
 * waits long for a row and whoever is interrupted begins again. On the operator's connection. */

#ifndef BATCH_H
#define BATCH_H

#include "bounds.h"
#include "ids.h"
#include "db.h"
#include "result.h"
#include "statements.h"

#include <stdint.h>

#define BATCH_ROWS 1000

/* The ids behind `after` up to `last`: as many rows as a batch has, or what is left. Begins as
 * { 0 }. */
struct batch_stretch {
	uint8_t after[ID_SIZE];
	uint8_t last[ID_SIZE];
	int64_t count;
};

/* Goes on to the next stretch of the table that `next` reads: takes id and row count, gives row count
 * and last id. NO_ROW: the table is over. */
enum result batch_next(struct db *, enum operator_statement next, struct batch_stretch *) MUST_USE;

/* Runs a statement once. Adds the rows it changed to *rows; when its answer was lost and it is run again,
 * only those of the last run: then there were more. */
enum result batch_once(
    struct db *, enum operator_statement, const struct db_value *in, uint64_t *rows) MUST_USE;

/* Runs a statement again and again until it changes fewer rows than a batch has; the last of its
 * values is the LIMIT. Adds the rows it changed to *rows, also when it breaks off. */
enum result batch_repeat(
    struct db *, enum operator_statement, const struct db_value *in, uint64_t *rows) MUST_USE;

#endif
