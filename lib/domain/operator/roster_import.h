/* roster_import.h - takes over who is insured from a roster file: all of it or nothing.
 *
 * An import is one transaction. The lines go into a temporary table of its connection, which no
 * other connection sees, no replica gets and no crash leaves behind. What differs from the stored
 * persons is listed there, and only the rows of those persons are locked and changed. A person
 * keeps the id for life. A person who is not in the file is no longer eligible from today on, but
 * is never deleted: an account may belong to them. */

#ifndef ROSTER_IMPORT_H
#define ROSTER_IMPORT_H

#include "db.h"
#include "result.h"
#include "roster_file.h"

#include <stdbool.h>
#include <stdint.h>

/* A file that would end the eligibility of more than this share of all eligible persons is
 * rejected: it is half of a roster, or another one. A few may always end, unless they are more
 * than half of all. */
#define ROSTER_ENDED_PERCENT_MAX 10
#define ROSTER_ENDED_FEW         20

#define ROSTER_REMARKS_MAX    1000 /* reported one by one; the others are only counted */
#define ROSTER_STARTED_BY_MAX 80   /* bytes of UTF-8 */

/* X(name, text): `text` is for the operator. */
#define ROSTER_OUTCOME_LIST(X)                                                                   \
	X(ROSTER_IMPORTED, "imported")                                                           \
	X(ROSTER_DRY_RUN_DONE, "dry run: nothing was changed")                                   \
	X(ROSTER_HAS_ERRORS, "nothing was imported, because lines have errors")                  \
	X(ROSTER_NO_INSURED, "nothing was imported, because no line is of an insured person")    \
	X(ROSTER_FILE_CHANGED, "nothing was imported, because the file was changed meanwhile")   \
	X(ROSTER_TOO_MANY_ENDED,                                                                 \
	    "nothing was imported, because too many would lose their eligibility")               \
	X(ROSTER_BUSY, "nothing was imported, because another import is in progress or the "     \
		       "database did not answer")                                                \
	X(ROSTER_DB_AWAY, "the database is away: nothing was imported")                          \
	X(ROSTER_DB_LOST, "the connection to the database was lost: import again, which is safe" \
			  " even if the import was just done")                                   \
	X(ROSTER_BUG, "nothing was imported, because of an error of this program")

#define ROSTER_OUTCOME_ENUM_(name, text) name,
enum roster_outcome { ROSTER_OUTCOME_LIST(ROSTER_OUTCOME_ENUM_) ROSTER_OUTCOME__MAX };
#undef ROSTER_OUTCOME_ENUM_

struct roster_options {
	bool dry_run;
	bool allow_removals;    /* however many */
	const char *started_by; /* for the record; at most ROSTER_STARTED_BY_MAX bytes of UTF-8 */
	int64_t now;
};

struct roster_counts {
	uint64_t lines; /* behind the header: insured + dependents + those with errors */
	uint64_t insured, dependents;
	uint64_t added, changed, unchanged; /* of the insured */
	uint64_t ended;                     /* stored before, absent now */
	uint64_t
	    ambiguous; /* lines whose 番号 and 記号 also spell another's: they match no person */
	uint64_t
	    duplicates; /* lines with 番号 and 記号 of one before; ROSTER_REMARKS_MAX are reported */
	int64_t eligible;         /* persons, today, before the import */
	int64_t ineligible_after; /* how many of those the import makes ineligible */
};

/* Imports an opened file into a pool that was opened with roster_statements and
 * roster_session_sql. The reporter is that of the file. `ret`: the counts, as far as the import
 * came. */
enum roster_outcome roster_import(struct db *, struct roster_file *, const struct roster_options *,
    const struct roster_reporter *, struct roster_counts *ret) MUST_USE;

/* Are these so many of the eligible that the file must be a mistake? */
bool roster_too_many_ended(int64_t ended, int64_t eligible);

/* What an outcome means, for a person; never NULL. */
const char *roster_outcome_text(enum roster_outcome);

#endif
