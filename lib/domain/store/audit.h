/* audit.h - one row for each thing that happened to an account (ASVS 16.2.1, 16.3.1), and for each
 * source that reached the limit of right numbers, which is of no account.
 *
 * A row has time, what, account, person, the client's network and the request's id: no secret, no
 * address, no number. It outlives the account and is purged by age. */

#ifndef AUDIT_H
#define AUDIT_H

#include "bounds.h"
#include "db.h"
#include "result.h"
#include "client.h"

#include <stdint.h>

/* X(name, number, word): numbers are stored, never renumber. */
#define AUDIT_LIST(X)                                                       \
	X(AUDIT_ACCOUNT_CREATED, 1, "account_created")                      \
	X(AUDIT_LOGIN, 2, "login")                                          \
	X(AUDIT_LOGIN_FAILED, 3, "login_failed")                            \
	X(AUDIT_LOGGED_OUT, 4, "logged_out")                                \
	X(AUDIT_SESSION_ENDED, 5, "login_ended")                            \
	X(AUDIT_OTHER_SESSIONS_ENDED, 6, "other_logins_ended")              \
	X(AUDIT_REFRESH_REUSED, 7, "refresh_token_reused")                  \
	X(AUDIT_PASSWORD_CHANGED, 8, "password_changed")                    \
	X(AUDIT_PASSWORD_RESET_ASKED, 9, "password_reset_asked")            \
	X(AUDIT_PASSWORD_RESET, 10, "password_reset")                       \
	X(AUDIT_CURRENT_PASSWORD_WRONG, 11, "current_password_wrong")       \
	X(AUDIT_EMAIL_CHANGE_ASKED, 12, "email_change_asked")               \
	X(AUDIT_EMAIL_CHANGED, 13, "email_changed")                         \
	X(AUDIT_LOGIN_ID_CHANGED, 14, "login_id_changed")                   \
	X(AUDIT_LOGIN_ID_TAKEN, 15, "login_id_taken")                       \
	X(AUDIT_SETTINGS_CHANGED, 16, "settings_changed")                   \
	X(AUDIT_ACCOUNT_LEFT, 17, "account_left")                           \
	X(AUDIT_ACCOUNT_DISABLED, 18, "account_disabled")                   \
	X(AUDIT_ACCOUNT_ENABLED, 19, "account_enabled")                     \
	X(AUDIT_SESSIONS_ENDED_BY_OPERATOR, 20, "logins_ended_by_operator") \
	X(AUDIT_ACCOUNT_UNLOCKED, 21, "account_unlocked")                   \
	X(AUDIT_GUESSER_LOGGED_OUT, 22, "guesser_logged_out")               \
	X(AUDIT_IDENTITY_LIMIT_REACHED, 23, "identity_limit_reached")       \
	X(AUDIT_EMAIL_CHANGE_WITHDRAWN, 24, "email_change_withdrawn")

#define AUDIT_ENUM_(name, number, word) name = (number),
enum audit_event_kind { AUDIT_LIST(AUDIT_ENUM_) };
#undef AUDIT_ENUM_

/* The word of an event ("login_failed"); "unknown" for a number that is none. */
const char *audit_word(int64_t what);

/* What happened, made outside a body. */
struct audit_event {
	enum audit_event_kind what;
	int64_t happened_at;
	struct account_id account_id; /* zeros: there is no such account */
	struct person_id person_id;   /* zeros: not known */
	struct request_id request_id;
	char network[SOURCE_MAX + 1];
};

/* Zeros where there is no account, or the person is not known. */
struct audit_event audit_event_of(const struct client *, enum audit_event_kind, int64_t now,
    struct account_id account_id, struct person_id person_id);

/* The parameters of AUDIT_INSERT_ (statements.c): :happened_at, :event, :event_...; borrowed from the
 * event. */
#define AUDIT_PARAMS 6
void audit_params(const struct audit_event *, struct db_value ret[static AUDIT_PARAMS]);

/* The same in the order of AUDIT_INSERT_AT_, for a statement whose parameters have no names. */
#define AUDIT_VALUES AUDIT_PARAMS
void audit_values(const struct audit_event *, struct db_value ret[static AUDIT_VALUES]);

/* Writes it, in the transaction of what it tells about. A request writes a kind of event once. */
enum result audit_insert(struct db_tx *, const struct audit_event *) MUST_USE;

/* The same as the first change of a transaction that must not be done twice. DUPLICATE: an earlier run
 * of it was committed, so all of it is done. */
enum result audit_insert_first(struct db_tx *, const struct audit_event *) MUST_USE;

/* The same outside a body, committed for itself. */
enum result audit_insert_committed(struct db *, struct audit_event *) MUST_USE;

/* The same for the account that has this login ID now, if there is one: the same work for both. */
enum result audit_insert_for(
    struct db_tx *, const struct audit_event *, const char *login_id) MUST_USE;

#endif
