/* login_limits.h - by what a failed log-in is counted, so that nobody keeps a member out.
 *
 * A log-in is counted by its login ID (LIMIT_LOGIN_FAILURES), whether an account has it or not. A
 * source from which this login ID has logged in, or got a new password, within 30 days is known:
 * its log-ins are counted by the login ID and that source instead (LIMIT_KNOWN_SOURCE_FAILURES).
 * Only the count that a log-in is counted by locks it out. Failures elsewhere therefore do not
 * lock a known source, and its failures lock nobody else. To become known takes the password or
 * the mailbox, so a stranger has the count of the login ID alone.
 *
 *   a log-in             makes its source known for 30 days, without failures; forgets the failures
 *                        of the login ID if it was counted by that
 *   a new password       forgets all failures, and all known sources but the one it was set from
 *   a new account, a changed login ID, a deleted account
 *                        forget all failures and known sources of the login ID, new or old
 *
 * The row of a known source begins with half of its login ID's keyed hash, so that all of one
 * login ID are a range of the primary key. */

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
	struct limit_try by_known_source; /* of this login ID, and of the client's source */
	/* The subject hashes of all known sources of the login ID: from the first to the last. */
	uint8_t first_source[KEYED_HASH_SIZE], last_source[KEYED_HASH_SIZE];
};

/* The two tries of one log-in, and what they are among. `login_id` is folded. */
struct login_limits login_limits_of(
    const struct keyring *, const char *login_id, const struct client *, int64_t now);

/* Until when failures of a login ID are counted that nobody has: for a day, not for a year, so that
 * made-up login IDs fill no disk. No client can see the difference, as no password opens it. */
int64_t login_limits_nobody_window_ends_at(const struct login_limits *);

/* Forgets all failures of the login ID, and its known sources. OK, or what db_change() returns. */
enum result login_limits_reset(struct db_tx *, const struct login_limits *) MUST_USE;

/* The same, and makes the client's source known. */
enum result login_limits_restart(struct db_tx *, const struct login_limits *) MUST_USE;

/* The time until which a source is known that becomes known now. */
int64_t login_limits_source_known_until(const struct login_limits *);

/* Both as pieces of a block (statements.c): add the parameters of SQL_LOGIN_FAILURES_FORGET and
 * SQL_KNOWN_SOURCES_FORGET, and those of SQL_KNOWN_SOURCE_WRITE; borrowed. */
void login_limits_reset_params(const struct login_limits *, struct db_values *);
void login_limits_known_params(const struct login_limits *, struct db_values *);

#endif
