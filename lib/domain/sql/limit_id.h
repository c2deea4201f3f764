/* limit_id.h - the number of each limit, as rows of `limit_counter` store it.
 *
 * What is counted, how often and for how long is in limit_table.c. */

#ifndef LIMIT_ID_H
#define LIMIT_ID_H

/* limit_counter.limit_id: the limits that are counted in the database. Never renumber. */
/* clang-format off */
#define LIMIT_ID_LIST(X)                                                                       \
	X(LIMIT_INVITATION_MAIL, 1)                                                            \
	X(LIMIT_SECOND_MAIL, 2)                                                                \
	X(LIMIT_IDENTITY_TRIES, 3)                                                             \
	X(LIMIT_KEY_TRIES, 4)                                                                  \
	X(LIMIT_ACCOUNT_TRIES, 5)                                                              \
	X(LIMIT_WRONG_REPEATS, 6)          /* bodies that differ from that of the spent token */ \
	X(LIMIT_LOGIN_FAILURES, 7)                                                             \
	X(LIMIT_SOURCE_FAILURES, 8)                                                            \
	X(LIMIT_CURRENT_PASSWORD, 9)                                                           \
	X(LIMIT_LOGIN_IDS_MAIL, 10)                                                            \
	X(LIMIT_RESET_MAIL, 11)                                                                \
	X(LIMIT_RESET_TRIES, 12)                                                               \
	X(LIMIT_LOGIN_ID_TRIES, 13)                                                            \
	X(LIMIT_CONFIRMATION_MAIL, 14)                                                         \
	X(LIMIT_NUMBER_FAILURES, 15)                                                           \
	X(LIMIT_SOURCE_IDENTITIES, 16)                                                         \
	X(LIMIT_SERVICE_IDENTITIES, 17)                                                        \
	X(LIMIT_ADDRESS_CHANGES, 18)                                                           \
	X(LIMIT_TAKEN_LOGIN_IDS, 19)       /* at the account step */                           \
	X(LIMIT_KNOWN_SOURCE_FAILURES, 20) /* login_limits.h */                                \
	X(LIMIT_PASSWORD_GUESSES, 21)      /* current_password.h */                            \
	X(LIMIT_SOURCE_PERSONS, 22)        /* identity_limits.h */                             \
	X(LIMIT_UNPROVEN_LOGIN_ID_MAIL, 23) /* unproven_login_id.h */                          \
	X(LIMIT_ACCOUNT_DELETION_MAIL, 24)
/* clang-format on */

#define LIMIT_ID_ENUM_(name, number) name = (number),
enum limit_id {
	LIMIT_NONE = 0,
	LIMIT_ID_LIST(LIMIT_ID_ENUM_)
	/* Counted in the process, so not stored. */
	LIMIT_SOURCE_REQUESTS,
	LIMIT_SOURCE_PREFLIGHTS,
	LIMIT_SOURCE_MAILS,
	LIMIT_LINK_CAPTCHAS,
	LIMIT_SERVICE_MAILS,
	LIMIT_SERVICE_FAILURES,
	LIMIT__MAX
};
#undef LIMIT_ID_ENUM_

#endif
