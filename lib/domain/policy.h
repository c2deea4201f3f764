/* policy.h - every limit of the service in one table: what is counted, how often, how long, and what
 * happens then (ASVS 2.1.3, 6.1.1).
 *
 * What protects a secret is counted in the database, by attempts.h: for all replicas together, before
 * the try is judged. What only sheds load is counted in the process, by throttle.h.
 *
 * A login's failure counts for its login ID (login_failures), so that a lock is everybody's - but for
 * a source from which this login ID has logged in or got a new password within 30 days: that one counts
 * and is locked for itself (known_source_failures), and nobody elsewhere keeps it out (login_tries.h).
 *
 * Letters to one address (window_s 0) are one within the setting MAIL_COOLDOWN_S, which is their
 * lock_s: so a stranger can have a mailbox written to a few times, and then once an hour. Counted
 * over a day.
 *
 * The table is the README's, and what `myportalctl policy` prints. The setting LIMITS changes
 * counts and windows, within the bounds of each row. */

#ifndef POLICY_H
#define POLICY_H

#include "bounds.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Those in the database are stored in rows of `attempt`: never renumber. */
enum policy_scope {
	POLICY_NONE = 0,
	POLICY_INVITATION_MAIL = 1,
	POLICY_SECOND_MAIL = 2,
	POLICY_IDENTITY_TRIES = 3,
	POLICY_KEY_TRIES = 4,
	POLICY_ACCOUNT_TRIES = 5,
	POLICY_WRONG_REPEATS = 6, /* submits that differ from the one that spent the token */
	POLICY_LOGIN_FAILURES = 7,
	POLICY_SOURCE_FAILURES = 8,
	POLICY_CURRENT_PASSWORD = 9,
	POLICY_LOGIN_IDS_MAIL = 10,
	POLICY_RESET_MAIL = 11,
	POLICY_RESET_TRIES = 12,
	POLICY_LOGIN_ID_TRIES = 13,
	POLICY_CONFIRMATION_MAIL = 14,
	POLICY_NUMBER_FAILURES = 15,
	POLICY_SOURCE_IDENTITIES = 16,
	POLICY_SERVICE_IDENTITIES = 17,
	POLICY_ADDRESS_CHANGES = 18,
	POLICY_TAKEN_LOGIN_IDS = 19,       /* at the account step */
	POLICY_KNOWN_SOURCE_FAILURES = 20, /* login_tries.h */
	POLICY_PASSWORD_GUESSES = 21,      /* current_password.h */
	POLICY_SOURCE_PERSONS = 22,        /* identity_guard.h */
	/* in the process */
	POLICY_SOURCE_REQUESTS,
	POLICY_SOURCE_MAILS,
	POLICY_LINK_CAPTCHAS,
	POLICY_SERVICE_MAILS,
	POLICY_SERVICE_FAILURES,
	POLICY_SCOPE__MAX
};

enum policy_keeper { POLICY_IN_DATABASE, POLICY_IN_PROCESS };

struct policy {
	const char *name;
	const char *per; /* what is counted */
	int count;
	int64_t window_s; /* from the first try; 0: letters, see below */
	const char *what_happens;
	enum policy_keeper keeper;
	int count_max;        /* the most that LIMITS may say; 0: it may say nothing */
	int64_t window_max_s; /* the longest window that it may say; 0: none */
	/* From the try lock_from on each is followed by a time without tries: lock_s; from the try
	 * doubles_from on twice as long as the one before, up to lock_max_s. 0: none. */
	int lock_from;
	int64_t lock_s;
	int64_t lock_max_s;
	int doubles_from;
};

#define POLICY_LIMITS_MAX 1024 /* bytes of LIMITS */

/* The row of a scope. */
const struct policy *policy_of(enum policy_scope);

/* Takes over what the setting LIMITS says: `name=count` or `name=count/seconds`, commas or spaces
 * between. All or nothing; false, and `why` says what is wrong with which word. Once, before there
 * are threads. */
bool policy_set(const char *limits, char why[static WHY_MAX + 1])
    __attribute__((warn_unused_result));

/* Prints the table as README quotes it: a Markdown row a limit. */
void policy_print(FILE *);

#endif
