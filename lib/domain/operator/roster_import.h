/* roster_import.h - takes over who is insured from a roster file.
 *
 * Everything is decided before anything is changed: the file is read and every line validated, it
 * is compared with the stored persons, and the brakes look at what would change
 * (roster_brakes.h). Only then it is written, in committed batches: roster_write.h says why it is
 * not one transaction, and what one that broke off leaves. A person keeps the id for life. A
 * person who is not in the file is no longer eligible from today on, but is not deleted: an
 * account may belong to them.
 *
 * A check reads only: it takes no lock, not even that of the import, writes nothing and makes no
 * table, so that a database user who may only SELECT can run it. */

#ifndef ROSTER_IMPORT_H
#define ROSTER_IMPORT_H

#include "db.h"
#include "result.h"
#include "roster_brakes.h"
#include "roster_changes.h"
#include "roster_counts.h"
#include "roster_file.h"
#include "roster_run.h"

#include <stdbool.h>
#include <stdint.h>

#define ROSTER_REMARKS_MAX 1000 /* shown one by one; the others are only counted */

enum roster_phase { ROSTER_READING, ROSTER_COMPARING, ROSTER_WRITING };

struct roster_options {
	bool check; /* read only */
	struct roster_brakes brakes;
	struct roster_changes *changes; /* or NULL */
	/* Persons who ended more than so many days ago are not added: a purge would delete them. 0:
	 * everybody is. */
	int64_t retention_days;
	const char *started_by; /* for the record; at most ROSTER_STARTED_BY_MAX */
	int64_t now;
	/* Called now and then with the lines so far, and thousandths of the phase; or NULL. */
	void (*progress)(void *context, enum roster_phase, int64_t lines, unsigned permille);
	void *context;
};

/* Imports an opened file into a pool that was opened with roster_statements, for a check with the
 * first ROSTER_READS__MAX of them. The reporter is that of the file. `ret`: the run, as it is kept;
 * its outcome is the function's. ROSTER_IMPORTED of a check: it would be imported. */
enum roster_outcome roster_import(struct db *, struct roster_file *, const struct roster_options *,
    const struct roster_reporter *, struct roster_run *ret);

/* Keeps a run of a file that could not even be opened, or whose header has errors. */
enum roster_outcome roster_import_refused(
    struct db *, const struct roster_options *, struct roster_run *ret);

/* What an outcome means, for a person; never NULL. */
const char *roster_outcome_text(enum roster_outcome, bool check);

#endif
