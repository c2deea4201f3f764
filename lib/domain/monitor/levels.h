/* levels.h - how much of what waits or ages in the database, for the metrics.
 *
 * Few rows are read, by an index, however many there are. */

#ifndef LEVELS_H
#define LEVELS_H

#include "db.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define LEVELS_ROWS_MAX 20000 /* of the mails of a state: so many, or more */

struct levels {
	int64_t mails_pending;
	int64_t oldest_pending_at; /* when it was asked for; 0: none is pending */
	int64_t mails_dead;
	bool read_only; /* the server takes no changes */
	bool imported;  /* a roster was: then the next two */
	int64_t imported_at;
	int64_t eligible_persons; /* as that import left them */
};

/* Reads them, of mails at most `rows_max` of each state. On failure *ret is untouched. */
enum result levels_read(struct db *, int64_t rows_max, struct levels *ret) MUST_USE;

#endif
