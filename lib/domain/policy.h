/* policy.h - every limit of the service in one table: scope, count, window. */

#ifndef POLICY_H
#define POLICY_H

#include <stdint.h>

/* The numbers are stored in rows of `attempt`: never renumber. */
enum policy_scope {
	POLICY_INVITATION_MAIL = 1, /* per address: one invitation a cool-down */
	POLICY_SECOND_MAIL = 2,     /* per invitation: one second mail a cool-down */
	POLICY_IDENTITY_TRIES = 3,  /* per invitation; the last wrong one ends it */
	POLICY_KEY_TRIES = 4,       /* per second link; the last wrong one ends it */
	POLICY_ACCOUNT_TRIES = 5,   /* per account step: how many login IDs may be asked for */
	POLICY_WRONG_REPEATS =
	    6, /* per spent token: submits that differ from the one that spent it */
	POLICY_LOGIN_FAILURES = 7,     /* per login ID as submitted, known or not */
	POLICY_SOURCE_FAILURES = 8,    /* logins that failed, per source */
	POLICY_CURRENT_PASSWORD = 9,   /* per account: wrong ones before a change */
	POLICY_LOGIN_IDS_MAIL = 10,    /* per address: forgot login ID */
	POLICY_RESET_MAIL = 11,        /* per login ID as submitted: forgot password */
	POLICY_RESET_TRIES = 12,       /* per reset link */
	POLICY_LOGIN_ID_TRIES = 13,    /* per account: how many login IDs may be asked for */
	POLICY_CONFIRMATION_MAIL = 14, /* per new address */
	POLICY_SCOPE__MAX
};

struct policy {
	const char *name;
	int count;
	int64_t window_s; /* from the first try; 0: the setting MAIL_COOLDOWN_S */
	const char *what_happens;
	/* From this try on each is followed by a time without tries, twice as long as the one before:
	 * it begins with lock_s and ends at lock_max_s. 0: none. */
	int lock_from;
	int64_t lock_s;
	int64_t lock_max_s;
};

/* The row of a scope. */
const struct policy *policy_of(enum policy_scope);

#endif
