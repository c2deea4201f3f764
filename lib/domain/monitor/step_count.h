/* step_count.h - how often each step of a registration, and logging in, ended how: counted in the
 * process, and kept in the database by the day.
 *
 * The outcome of a step is "ok" or the code of its problem document. A step that is sent again
 * counts again. The database holds no time but the day and nothing about a person, and each process
 * has rows of its own there: so replicas and restarts add up, and what is written twice counts
 * once. `myportalctl stats` adds them up. */

#ifndef STEP_COUNT_H
#define STEP_COUNT_H

#include "db.h"
#include "result.h"
#include "stored_enums.h"

#include <stdint.h>

struct step_counts;

/* Counters of a process, from `now` on. NULL: no memory. Free: step_counts_free(). */
struct step_counts *step_counts_new(int64_t now) MUST_USE;
void step_counts_free(struct step_counts *);

/* The word of a step ("email"). */
const char *step_word(enum step);

/* Counts one, of whatever step but STEP_NONE, which is not counted. From any thread. */
void step_counts_add(struct step_counts *, enum step, enum result);

/* How often the step ended with the code of this result, since the start. From any thread. */
uint64_t step_counts_total(const struct step_counts *, enum step, enum result);

/* Writes what was counted since the last call to the day in Japan at which that call was made. So
 * it is to be called at midnight there, too. What could not be written is with the next call, but
 * for the day before yesterday. From one thread at a time. */
enum result step_counts_store(struct step_counts *, struct db *, int64_t now) MUST_USE;

#endif
