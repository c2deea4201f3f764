/* limit_id.h - the number of each limit, as rows of `limit_counter` store it.
 *
 * What is counted, how often and for how long is in limit_table.c. */

#ifndef LIMIT_ID_H
#define LIMIT_ID_H

/* Those in the database are stored in rows of `attempt`: never renumber. */
enum limit_id {
	LIMIT_NONE = 0,
	LIMIT_INVITATION_MAIL = 1,
	LIMIT_SECOND_MAIL = 2,
	LIMIT_IDENTITY_TRIES = 3,
	LIMIT_KEY_TRIES = 4,
	LIMIT_ACCOUNT_TRIES = 5,
	LIMIT_WRONG_REPEATS = 6, /* submits that differ from the one that spent the token */
	LIMIT_LOGIN_FAILURES = 7,
	LIMIT_SOURCE_FAILURES = 8,
	LIMIT_CURRENT_PASSWORD = 9,
	LIMIT_LOGIN_IDS_MAIL = 10,
	LIMIT_RESET_MAIL = 11,
	LIMIT_RESET_TRIES = 12,
	LIMIT_LOGIN_ID_TRIES = 13,
	LIMIT_CONFIRMATION_MAIL = 14,
	LIMIT_NUMBER_FAILURES = 15,
	LIMIT_SOURCE_IDENTITIES = 16,
	LIMIT_SERVICE_IDENTITIES = 17,
	LIMIT_ADDRESS_CHANGES = 18,
	LIMIT_TAKEN_LOGIN_IDS = 19,       /* at the account step */
	LIMIT_KNOWN_SOURCE_FAILURES = 20, /* login_limits.h */
	LIMIT_PASSWORD_GUESSES = 21,      /* current_password.h */
	LIMIT_SOURCE_PERSONS = 22,        /* identity_limits.h */
	/* in the process */
	LIMIT_SOURCE_REQUESTS,
	LIMIT_SOURCE_MAILS,
	LIMIT_LINK_CAPTCHAS,
	LIMIT_SERVICE_MAILS,
	LIMIT_SERVICE_FAILURES,
	LIMIT__MAX
};

#endif
