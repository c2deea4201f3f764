/* member_erase.h - deletes a person: the row of the roster, and all that belongs to it.
 *
 *   goes at once   person, account, sessions; address, nickname and keyed hash of the address of
 *                  every mail; mails that wait or are dead are dropped, also one that a worker
 *                  is about to send
 *   ends           registrations of the person that are under way, as if each had made an account
 *                  that was deleted since; one that comes a moment later finds no person
 *                  (PERSON_NOT_ELIGIBLE)
 *   stays          the audit trail, whose ids mean nobody any more; rows of mails without address
 *                  and keyed hashes of counters, which purge.h deletes by age
 *
 * Nobody is told by mail, which would need the address once more: who has asked for it is answered
 * by the society. A roster that lists the person again brings a new one, with another id.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). Of the
 * struct app it uses db and keyring. */

#ifndef MEMBER_ERASE_H
#define MEMBER_ERASE_H

#include "app.h"
#include "ids.h"
#include "operator_act.h"
#include "result.h"

/* Deletes a person in one transaction. *ret_account_id: the account that went, too; zeros: there
 * was none. NO_ROW: there is no such person. UNAVAILABLE: nobody knows whether it was done, as the
 * answer to the COMMIT may be lost. */
enum result member_erase(const struct app *, const struct operator_act *, struct person_id,
    struct account_id *ret_account_id) MUST_USE;

#define MEMBER_ERASE_AT_ONCE 50 /* persons of one transaction */

/* Persons who are not kept any more (purge.h): who did not end before the day `kept_since`, is. */
struct former_members {
	const char *kept_since;
	size_t count;
	struct person_id ids[MEMBER_ERASE_AT_ONCE];
};

/* The same for persons who are not kept any more, a batch in one transaction, each with
 * an event of its own. Whoever is gone, or did not end before the day `kept_since`, is passed over.
 * It works without keys: mails and counters that only an address would find are left to purge.h.
 * *ret_erased: how many went; fewer, where the answer to a COMMIT was lost. */
enum result member_erase_former(struct db *, const struct operator_act *,
    const struct former_members *, size_t *ret_erased) MUST_USE;

#endif
