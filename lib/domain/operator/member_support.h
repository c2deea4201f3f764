/* member_support.h - what the operator does to an account, and reads of it and of the audit trail.
 *
 * On the owner's connection, which has the service's statements and the operator's behind them
 * (operator_table). Of a struct portal only db, keyring, mail_interval_s, session_idle_s and
 * password_reset_lives_s are looked at; the keyring only where it says so. Login IDs are folded
 * before. Every deed leaves a row in the audit trail, from the network "operator". NO_ROW: no
 * account has this login ID. */

#ifndef MEMBER_SUPPORT_H
#define MEMBER_SUPPORT_H

#include "audit.h"
#include "bounds.h"
#include "ids.h"
#include "db.h"
#include "app.h"
#include "result.h"
#include "session_rows.h"
#include "statements.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The statements of the operator's connection, for db_open(). */
void operator_table(struct statement ret[static OPERATOR_STATEMENTS__MAX]);

/* An account as the operator sees it: no hash, no address. */
struct operator_account {
	struct account_id id;
	bool active;
	bool eligible;                       /* its person, today */
	char number[SESSION_NUMBER_MAX + 1]; /* masked: its last two characters are told */
	int64_t created_at;
	int64_t last_login_at; /* 0: none in the trail */
	int64_t sessions;      /* that live now */
	int64_t failures;      /* logins that failed in a row, wherever */
	int64_t locked_until;  /* elsewhere than below. 0: not locked; OPERATOR_LOCKED: until the
				  password is reset */
	int64_t known_sources; /* login_limits.h */
	int64_t locked_known;  /* of them */
};

#define OPERATOR_LOCKED INT64_MAX

/* Needs the keyring: what is counted is found by its keyed hash. */
enum result operator_account_show(
    const struct app *, const char *login_id, struct operator_account *ret) MUST_USE;

/* What can be done to one account:
 *
 *   disable   nobody logs in any more; all logins and mailed links are over
 *   enable    takes that back; logins begin anew
 *   logout    all logins and mailed links are over */
enum operator_deed { DEED_DISABLE, DEED_ENABLE, DEED_LOGOUT, DEED__MAX };

/* Done twice is done once: *ret_changed is false when it was so already. */
enum result operator_account_do(
    const struct app *, enum operator_deed, const char *login_id, bool *ret_changed) MUST_USE;

/* Ends the logins and mailed links of every account, a batch at a time; *ret_accounts: of how many. The
 * trail gets one row, of no account, before the first: what broke off is seen there, and done again
 * from the start. */
enum result operator_logout_all(const struct app *, uint64_t *ret_accounts) MUST_USE;

/* No failed login of this login ID counts any more; sources that it is known from stay known. Needs the
 * keyring. */
enum result operator_account_unlock(const struct app *, const char *login_id) MUST_USE;

/* Owes the mail with which a member chooses a new password, however short ago the last was (ASVS
 * 6.4.6: an operator starts it and knows no password). Needs the keyring. LOGIN_FAILED: disabled, or
 * its person is not eligible. */
enum result operator_send_reset(const struct app *, const char *login_id) MUST_USE;

enum result operator_account_id(
    const struct app *, const char *login_id, struct account_id *ret) MUST_USE;

/* Which rows of the audit trail, the newest first. */
struct trail_filter {
	const struct account_id *account_id; /* NULL: of all */
	int64_t since;
	size_t limit;
};

/* `ret_events` has room for the limit. */
enum result operator_trail(const struct app *, const struct trail_filter *,
    struct audit_event *ret_events, size_t *ret_count) MUST_USE;

#endif
