/* login_limits.h - on which counter a login's try is counted, so that nobody keeps a member out.
 *
 * Tries are counted by the login ID, wherever they come from (LIMIT_LOGIN_FAILURES), known or not;
 * but those of a source from which this login ID has logged in, or got a new password, within 30 days
 * on a counter of that source's own (LIMIT_KNOWN_SOURCE_FAILURES). Only the one that counts locks:
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

#ifndef LOGIN_LIMITS_H
#define LOGIN_LIMITS_H

#include "limit_db.h"
#include "db.h"
#include "keyring.h"
#include "result.h"
#include "client.h"

#include <stdbool.h>
#include <stdint.h>

struct login_limits {
	struct limit_try by_login_id;
	struct limit_try by_known_source; /* of this login ID, and of who asks */
};

/* `login_id` is folded. */
struct login_limits login_limits_of(
    const struct keyring *, const char *login_id, const struct client *, int64_t now);

/* Has an account the login ID? Where none has, what fails on it is counted for a day, not for a year, so
 * that who makes login IDs up fills no disk with them. Nobody can see the difference, as no password
 * opens it. */
void login_tries_set_known(struct login_limits *, bool known);

/* No try of the login ID counts any more, and no source of it is known. */
enum result login_limits_reset(struct db_tx *, const struct login_limits *) MUST_USE;

/* The same, and who asks is known from now on. */
enum result login_limits_restart(struct db_tx *, const struct login_limits *) MUST_USE;

/* Until when who asks is known, from now on. */
int64_t login_limits_source_known_until(const struct login_limits *);

/* The rows of all known sources of this login ID are those from `first` to `last`. */
struct login_limits_range {
	uint8_t first[KEYED_HASH_SIZE];
	uint8_t last[KEYED_HASH_SIZE];
};
struct login_limits_range login_limits_range(const struct login_limits *);

#endif
