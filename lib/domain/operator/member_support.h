/* member_support.h - what the operator does to accounts, and reads of them.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). Of the
 * struct app it uses db, keyring, session_idle_s and password_reset_lives_s; the keyring only
 * where that is said. Login IDs are folded by the caller. Every change leaves a row in the audit
 * trail whose network is "operator". NO_ROW from any of them: no account has this login ID. */

#ifndef MEMBER_SUPPORT_H
#define MEMBER_SUPPORT_H

#include "app.h"
#include "ids.h"
#include "result.h"
#include "session_rows.h"

#include <stdbool.h>
#include <stdint.h>

/* An account as the operator sees it: no hash, no address. */
struct operator_account {
	struct account_id id;
	bool active;
	bool eligible;                       /* its person, today */
	char number[SESSION_NUMBER_MAX + 1]; /* masked: its last two characters are shown */
	int64_t created_at;
	int64_t last_login_at; /* 0: none in the trail */
	int64_t sessions;      /* alive now */
	int64_t failures;      /* logins that failed in a row, from known sources and others */
	int64_t locked_until;  /* of sources that are not known; 0: not; or OPERATOR_LOCKED */
	int64_t known_sources; /* login_limits.h */
	int64_t locked_known;  /* of them, those that are locked */
};

#define OPERATOR_LOCKED INT64_MAX /* locked until the password is reset */

/* Needs the keyring: what is counted is found by its keyed hash. */
enum result operator_account_show(
    const struct app *, const char *login_id, struct operator_account *ret) MUST_USE;

/* Changes of one account:
 *
 *   disable   nobody logs in with it any more; its sessions and mailed links are over
 *   enable    members may log in again; what was over stays over
 *   log out   its sessions and mailed links are over */
enum operator_action { OPERATOR_DISABLE, OPERATOR_ENABLE, OPERATOR_LOG_OUT, OPERATOR_ACTION__MAX };

/* *ret_changed: false when the account was so already; then nothing was written. */
enum result operator_account_change(
    const struct app *, enum operator_action, const char *login_id, bool *ret_changed) MUST_USE;

/* Ends the sessions and mailed links of every account, a batch at a time. *ret_accounts: of how
 * many, also when it failed on the way; then it is to be started again. Writes one row of no
 * account to the trail before the first batch, so that a run that broke off is seen there, too. */
enum result operator_log_out_all(const struct app *, uint64_t *ret_accounts) MUST_USE;

/* No failed login of this login ID counts any more. Its known sources stay known. Needs the
 * keyring. */
enum result operator_account_unlock(const struct app *, const char *login_id) MUST_USE;

/* Enqueues the mail with which a member chooses a new password, whenever the last one was (ASVS
 * 6.4.6: an operator starts it and knows no password). Needs the keyring. LOGIN_FAILED: the
 * account is disabled or its person is not eligible. */
enum result operator_send_reset(const struct app *, const char *login_id) MUST_USE;

enum result operator_account_id(
    const struct app *, const char *login_id, struct account_id *ret) MUST_USE;

#endif
