/* roster_moves.h - who is transferred: lines that name the pair which their person had before.
 *
 * A person keeps the id, and with it the account, under another 番号 or 記号 when a line says so (旧番号,
 * 旧記号), somebody has the old pair, nobody has the new one, and the birth date is the same: a
 * line that slipped must not give an account to somebody else. A transfer that was done already is
 * none: exports may name the old pair for months. */

#ifndef ROSTER_MOVES_H
#define ROSTER_MOVES_H

#include "db.h"
#include "record_sort.h"
#include "roster_stored.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed before its first use. */
struct roster_moves {
	struct record_sort *claims; /* lines with an old pair, by it */
	struct record_sort *by_old; /* moves, by the old pair; NULL: nobody is moved */
	struct record_sort *by_new; /* the same by the new pair */
};

/* A move: the person as stored, and the pair that the file gives. */
struct roster_move {
	struct roster_person person;
	struct roster_pair to;
};

/* Notes a line that has an old pair. False: the sorter failed. */
bool roster_moves_claim(struct roster_moves *, const struct roster_line *) MUST_USE;

/* Finds out which of the lines move somebody. *ret_errors: lines that can not be right, which were
 * reported. OVERLOADED: a sorter failed. */
enum result roster_moves_find(struct roster_moves *, struct db *, const struct roster_reporter *,
    int64_t *ret_errors) MUST_USE;

/* The next move of by_new, or false. Of by_old `to` is the old pair, and the pair of the person
 * the new one. */
bool roster_moves_next(struct record_sort *, struct roster_move *ret) MUST_USE;

void roster_moves_close(struct roster_moves *);

#endif
