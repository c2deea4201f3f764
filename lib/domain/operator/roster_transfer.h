/* roster_transfer.h - gives a person another 番号 or 記号, by hand, where no roster said so in time.
 *
 * A person who was transferred between offices has another pair in the roster of the next night.
 * Without the columns of the old pair (roster_moves.h) that night ended the person and added
 * another one, without the account. Here the two become one: the person keeps the id, and with it
 * account and sessions, gets the new pair, and what the roster said of the new one.
 *
 * Works in the caller's transaction, with operator_table(). */

#ifndef ROSTER_TRANSFER_H
#define ROSTER_TRANSFER_H

#include "db.h"
#include "ids.h"
#include "result.h"
#include "roster_packed.h"

#include <stdbool.h>

struct roster_transfer {
	struct person_id person_id;
	struct roster_pair to; /* folded */

	/* Afterwards: who had the new pair and is deleted; zeros: nobody. Do two persons spell the
	 * same together now, so that the number matches neither? */
	struct person_id joined_id;
	bool is_ambiguous;
};

/* OK, or nothing was changed:
 * NO_ROW: there is no such person. BAD_FIELD: the person has this pair. ACCOUNT_EXISTS: somebody
 * with an account has it, so that two accounts would become one. IDENTITY_MISMATCH: somebody with
 * another birth date has it. What was begun with either number, a registration or a link, is the
 * caller's to end (member_registration.h). */
enum result roster_transfer_tx(struct db_tx *, struct roster_transfer *) MUST_USE;

#endif
