/* roster_run.h - the record of imports, and which of them may change persons.
 *
 * One import at a time may: its row has in_progress, which is unique, and a lease that it renews
 * with each batch. An import that was killed holds nothing for longer than its lease: the next one
 * takes over, and the one that was taken for dead, should it wake up, changes nothing more, because
 * each of its batches asks first whether the row is still its own. */

#ifndef ROSTER_RUN_H
#define ROSTER_RUN_H

#include "bounds.h"
#include "db.h"
#include "ids.h"
#include "roster_counts.h"
#include "secret.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROSTER_STARTED_BY_MAX 80   /* code points of UTF-8 */
#define ROSTER_RUNS_MAX       1000 /* listed at most */

struct roster_run {
	struct roster_run_id id;
	enum roster_outcome outcome;
	uint8_t file_hash[SECRET_SHA256_SIZE];
	char started_by[4 * ROSTER_STARTED_BY_MAX + 1];
	int64_t created_at, ended_at; /* 0: it has not ended */
	struct roster_counts counts;
};

/* Does another import change persons now? */
enum result roster_run_lives(struct db *, bool *ret) MUST_USE;

/* Writes the row. With `changes`, only one run can be in progress: DUPLICATE, if another one is. */
enum result roster_run_begin(struct db *, const struct roster_run *, bool changes) MUST_USE;

/* In the transaction of a batch. NO_ROW: another import has taken over. */
enum result roster_run_renew_tx(struct db_tx *, const struct roster_run_id *) MUST_USE;

/* Writes how it ended. */
enum result roster_run_end(struct db *, const struct roster_run *) MUST_USE;

/* The newest first, at most `rows_max`; calls `each` with one after another. */
enum result roster_runs_read(struct db *, int64_t rows_max,
    void (*each)(void *, const struct roster_run *), void *context) MUST_USE;

/* The word of an outcome ("imported"); never NULL. */
const char *roster_outcome_word(enum roster_outcome);

#endif
