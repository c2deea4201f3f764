/* login_tries.h - on which counter a login's try is counted, so that nobody keeps a member out.
 *
 * Tries are counted by the login ID, wherever they come from (POLICY_LOGIN_FAILURES), known or not;
 * but those of a source from which this login ID has logged in, or got a new password, within 30 days
 * on a counter of that source's own (POLICY_KNOWN_SOURCE_FAILURES). Only the one that counts locks:
 * who fails elsewhere does not lock such a source out, and its failures lock nobody else out. To
 * become known takes the password, or the mailbox: a stranger has the login ID's counter alone.
 *
 *   a login        its source is known for 30 days from now, without failures; the login ID's own are
 *                  forgotten if it was they that counted
 *   a new password all failures are forgotten, and all known sources but the one it was set from
 *   a new account, a login ID that is changed, an account that is left
 *                  what was counted or known of the login ID, new or old, is forgotten
 *
 * The row of a known source begins with half of its login ID's keyed hash, so that those of one login
 * ID are found together. */

#ifndef LOGIN_TRIES_H
#define LOGIN_TRIES_H

#include "attempts.h"
#include "db.h"
#include "keyring.h"
#include "result.h"
#include "visitor.h"

#include <stdbool.h>
#include <stdint.h>

struct login_tries {
	struct attempt by_login_id;
	struct attempt by_known_source; /* of this login ID, and of who asks */
};

/* `login_id` is folded. */
struct login_tries login_tries_of(
    const struct keyring *, const char *login_id, const struct visitor *, int64_t now);

/* Has an account the login ID? Where none has, what fails on it is counted for a day, not for a year, so
 * that who makes login IDs up fills no disk with them. Nobody can see the difference, as no password
 * opens it. */
void login_tries_set_known(struct login_tries *, bool known);

/* No try of the login ID counts any more, and no source of it is known. */
enum result login_tries_forget(struct db_tx *, const struct login_tries *) MUST_USE;

/* The same, and who asks is known from now on. */
enum result login_tries_begin_anew(struct db_tx *, const struct login_tries *) MUST_USE;

/* Until when who asks is known, from now on. */
int64_t login_tries_known_until(const struct login_tries *);

/* The rows of all known sources of this login ID are those from `first` to `last`. */
struct login_tries_rows {
	uint8_t first[KEYED_HASH_SIZE];
	uint8_t last[KEYED_HASH_SIZE];
};
struct login_tries_rows login_tries_rows(const struct login_tries *);

#endif
