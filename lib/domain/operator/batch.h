/* batch.h - long work of the operator in many short statements.
 *
 * Each statement changes at most BATCH_ROWS rows and is committed for itself, so that the service
 * never waits long for a row, and work that broke off is done by starting again. Works with a
 * pool whose table is operator_table(). */

#ifndef BATCH_H
#define BATCH_H

#include "bounds.h"
#include "db.h"
#include "result.h"
#include "statements.h"

#include <stdint.h>

#define BATCH_ROWS 1000

/* A range of ids: those greater than `after`, up to and including `last`. Starts as { 0 }. */
struct batch_range {
	uint8_t after[ID_SIZE];
	uint8_t last[ID_SIZE];
	int64_t count; /* rows in it: BATCH_ROWS, or what the end of the table leaves */
};

/* Moves the range on to the next rows of the table that the statement `next` reads. The statement
 * takes :after and :rows_max and gives the number of rows and their last id. NO_ROW: the end of
 * the table. */
enum result batch_next(struct db *, enum operator_statement next, struct batch_range *) MUST_USE;

/* Runs a statement again and again until it changes fewer than BATCH_ROWS rows, which must be the
 * LIMIT that it has. Adds the rows it changed to *rows, also when it fails later on. A batch
 * whose answer was lost is run again and adds only what the second run changed: then more rows
 * were changed than counted. */
enum result batch_repeat(
    struct db *, enum operator_statement, const struct db_value *in, uint64_t *rows) MUST_USE;

#endif
