/* account_creation.h - all that the account step writes: one transaction, in one trip.
 *
 * A try of the token and one of the person are counted in the transaction that finds out whether
 * the login ID is free, and nobody is told before both are committed. Who comes with the same
 * token, or with another one of the person, waits for it. */

#ifndef ACCOUNT_CREATION_H
#define ACCOUNT_CREATION_H

#include "account.h"
#include "app.h"
#include "audit.h"
#include "client.h"
#include "db.h"
#include "email_confirmation.h"
#include "error_info.h"
#include "limit_db.h"
#include "login_limits.h"
#include "outbox.h"
#include "result.h"
#include "spent_token.h"
#include "stage.h"
#include "unproven_login_id.h"

#include <stdint.h>

/* Wiped by its owner: it holds addresses. */
struct account_creation {
	const struct account *account;
	int64_t code_issue;            /* of the posted code that began the registration; 0: none */
	const struct limit_try *tries; /* one of the token's */
	struct limit_try taken_by_person; /* who can begin again with another link */
	struct spent_token spent;
	struct login_limits limits; /* of the login ID, counted while nobody had it */
	struct audit_event event;
	struct outbox_mail completion;
	struct limit_try owners_by_person; /* told by one who leaves and registers again */
	struct unproven_login_id owner;    /* of the login ID, where it is not the proven address */
	struct email_confirmation link;    /* to the address, where it is not the proven one */
};

/* Made before the transaction, so that each run writes the same. Account and tries are borrowed. */
struct account_creation account_creation_of(const struct app *, const struct stage_claims *,
    const struct client *, const struct limit_try *tries, const struct account *);
void account_creation_wipe(struct account_creation *);

/* Writes it, and spends token and posted code. What else it returns leaves nothing but this:
 *
 *   TAKEN                 another account has the login ID. Both tries count, and it is recorded;
 *                         ret_info->attempts_left says how many are left.
 *   ACCOUNT_EXISTS        the person has an account, or the posted code was spent or replaced.
 *   PERSON_NOT_ELIGIBLE   the person is deleted. Both cost the token a try.
 *   LINK_EXHAUSTED        the token had no try left.
 *   TOO_MANY              the person had none left, for a login ID or for mails to others'
 *                         addresses; ret_info->wait_s. Costs nothing.
 *   TOKEN_SPENT           by another request. Costs nothing.
 *   UNAVAILABLE, INTERNAL cost nothing. */
enum result account_creation_write(
    struct db *, const struct account_creation *, struct error_info *ret_info) MUST_USE;

#endif
