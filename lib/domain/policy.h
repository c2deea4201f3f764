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
	POLICY_SCOPE__MAX
};

struct policy {
	const char *name;
	int count;
	int64_t window_s; /* 0: the setting MAIL_COOLDOWN_S */
	const char *what_happens;
};

/* The row of a scope. */
const struct policy *policy_of(enum policy_scope);

#endif
