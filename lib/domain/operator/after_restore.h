/* after_restore.h - what must be done to a database that was put back to an earlier state.
 *
 * What began before is over by the epoch of the keys (key_epoch.h): links, spent or not, CAPTCHAs,
 * sessions, mails that wait. What was done to accounts meanwhile is done again, from journals that
 * were kept elsewhere (act_journal.h): a person who was erased is erased again (member_erase.h),
 * and for each account
 *   ended or left        it is deleted again
 *   disabled, enabled    the last word holds, unless the database knows a later one
 *   another password     the one of before, which is back, is made useless: its member gets in by
 *                        "forgot password"
 *   another address      is only told: the address of before is back, and nobody can know the new
 *                        one. (The account is not disabled: a member with the password is right.)
 * A posted code of before that another one has replaced is void again (posted_code.h): the person
 * needs a new one, as the database lost the hash of the other. A code that made an account since,
 * which is lost as well, is good again: its member has the letter.
 * An act that the database has is not done again, so all of it may be run again.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). */

#ifndef AFTER_RESTORE_H
#define AFTER_RESTORE_H

#include "act_journal.h"
#include "app.h"
#include "ids.h"
#include "operator_act.h"
#include "result.h"
#include "secret.h"

#include <stdint.h>

/* What is done to an account, or a person; nothing, where the database has it. */
enum act_outcome {
	ACT_DISABLES,
	ACT_ENABLES,
	ACT_ENDS,
	ACT_FORGETS_PASSWORD,
	ACT_TELLS_ADDRESS,
	ACT_ERASES,     /* a person */
	ACT_VOIDS_CODE, /* of a person; of everybody, where the id is none */
	ACT_OUTCOME__MAX
};

struct after_restore {
	const struct operator_act *act;
	const struct secret_cost *hash_cost; /* of the hash that no password has */
	/* Called for each account of which something was done, and with ACT_TELLS_ADDRESS; with
	 * ACT_ERASES and ACT_VOIDS_CODE the id is of a person. */
	void (*tell)(void *context, const uint8_t id[static ID_SIZE], enum act_outcome);
	void *context;
};

/* Until when the database knows what happened: its newest audit event; 0: none. */
enum result after_restore_stands_at(const struct app *, int64_t *ret) MUST_USE;

/* How many mails wait that were written in the epoch or before, and will be dropped. */
enum result after_restore_mails(const struct app *, int64_t epoch, uint64_t *ret) MUST_USE;

/* Does again what a sorted list says. UNAVAILABLE, INTERNAL: accounts before the failing one are
 * done; start it again. */
enum result after_restore_replay(
    const struct app *, const struct after_restore *, const struct act_list *) MUST_USE;

#endif
