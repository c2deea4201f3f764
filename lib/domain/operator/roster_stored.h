/* roster_stored.h - the persons that are stored, one after another in the order of their key.
 *
 * They are read in pieces, each a short statement without locks, so that neither memory nor a
 * snapshot of the database grows with the roster. */

#ifndef ROSTER_STORED_H
#define ROSTER_STORED_H

#include "db.h"
#include "roster_packed.h"

#define ROSTER_STORED_AT_ONCE 500

struct roster_person {
	struct roster_pair pair;
	char birth_date[CLOCK_DATE_MAX + 1];
	char kana_name[ROSTER_KANA_NAME_MAX + 1];
	char eligible_from[CLOCK_DATE_MAX + 1];
	char eligible_until[CLOCK_DATE_MAX + 1]; /* "": no end */
};

/* Starts with its pool, all else zero. */
struct roster_stored {
	struct db *db;
	size_t count, next;
	bool is_last; /* no piece follows */
	struct roster_person row;
	struct roster_person persons[ROSTER_STORED_AT_ONCE];
};

/* The next person, good until the next call. NO_ROW: there is none. */
enum result roster_stored_next(struct roster_stored *, const struct roster_person **ret) MUST_USE;

/* The birth date of the person with this pair. NO_ROW: nobody has it. */
enum result roster_stored_birth_date(
    struct db *, const struct roster_pair *, char ret[static CLOCK_DATE_MAX + 1]) MUST_USE;

#endif
