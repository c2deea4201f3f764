/* roster_import.h - takes over who is insured from a roster file: all of it or nothing.
 *
 * One transaction. The lines go into a temporary table of its connection, which nobody else sees,
 * no replica gets and no crash leaves behind; what differs is planned there, and only those
 * persons' rows are locked and changed. A person keeps the id for life. Who is not in the file is
 * no longer eligible from today on, but never deleted: an account may hang on them. */

#ifndef ROSTER_IMPORT_H
#define ROSTER_IMPORT_H

#include "db.h"
#include "result.h"
#include "roster_file.h"

#include <stdbool.h>
#include <stdint.h>

/* A file that would end the eligibility of more than this many of a hundred persons is not the
 * roster, but half of it or another one. A few may always go, unless they are most of all. */
#define ROSTER_LOSS_PERCENT_MAX 10
#define ROSTER_LOSS_FEW         20

#define ROSTER_REMARKS_MAX 1000 /* told one by one; what is beyond is counted */
#define ROSTER_WHO_MAX     80

/* X(name, text): `text` is for the operator. */
#define ROSTER_OUTCOME_LIST(X)                                                                     \
	X(ROSTER_IMPORTED, "imported")                                                             \
	X(ROSTER_DRY_RUN_DONE, "dry run: nothing was changed")                                     \
	X(ROSTER_FAULTY, "nothing was imported, because lines are faulty")                         \
	X(ROSTER_NOBODY, "nothing was imported, because no line is of an insured person")          \
	X(ROSTER_WRITTEN_TO, "nothing was imported, because the file was written to meanwhile")    \
	X(ROSTER_TOO_MANY_ENDED,                                                                   \
	    "nothing was imported, because too many would lose their eligibility")                 \
	X(ROSTER_BUSY, "nothing was imported, because another import is under way or the "         \
		       "database did not answer")                                                  \
	X(ROSTER_AWAY, "the database is away: nothing was imported")                               \
	X(ROSTER_DB_LOST, "the database was lost on the way: import again, which is safe even if " \
			  "the import was just done")                                              \
	X(ROSTER_BUG, "nothing was imported, because of an error of this program")

#define ROSTER_OUTCOME_ENUM_(name, text) name,
enum roster_outcome { ROSTER_OUTCOME_LIST(ROSTER_OUTCOME_ENUM_) ROSTER_OUTCOME__MAX };
#undef ROSTER_OUTCOME_ENUM_

struct roster_options {
	bool dry_run;
	bool allow_removals; /* however many */
	const char *who;     /* for the record; at most ROSTER_WHO_MAX bytes of UTF-8 */
	int64_t now;
};

struct roster_counts {
	uint64_t lines; /* behind the header: insured + dependents + faulty */
	uint64_t insured, dependents;
	uint64_t added, changed, unchanged; /* of the insured */
	uint64_t ended;                     /* stored before, absent now */
	uint64_t ambiguous; /* lines whose 番号 and 記号 also spell another's: they match nobody */
	uint64_t
	    doubled; /* lines with the pair of one before; at most ROSTER_REMARKS_MAX are told */
	int64_t eligible; /* today, before the import */
	int64_t lost;     /* of them, no longer eligible after it */
};

/* Imports an opened file into a pool that was opened with roster_statements and roster_session_sql.
 * The listener is that of the file. Counts are as far as it came. */
enum roster_outcome roster_import(struct db *, struct roster_file *, const struct roster_options *,
    const struct roster_listener *, struct roster_counts *ret) MUST_USE;

/* Would losing so many be a mistake? */
bool roster_loss_is_too_great(int64_t lost, int64_t eligible);

/* What an outcome means, for a person; never NULL. */
const char *roster_outcome_text(enum roster_outcome);

#endif
