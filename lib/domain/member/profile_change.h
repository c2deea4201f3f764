/* profile_change.h - what all changes of profile.h have in common.
 *
 * A change asks its questions first (is the password right, is a try left), and then runs one
 * transaction with the change, its audit event and its mail. The transaction locks the account
 * and the session first, so that it finds what other requests have changed since the questions
 * were asked. */

#ifndef PROFILE_CHANGE_H
#define PROFILE_CHANGE_H

#include "account.h"
#include "app.h"
#include "audit.h"
#include "current_password.h"
#include "db.h"
#include "error_info.h"
#include "ids.h"
#include "login_limits.h"
#include "result.h"
#include "stored_enums.h"

#include <stdint.h>

struct profile_change {
	const struct app *app;
	const struct member_request *request;
	int64_t now;
	struct audit_event event;
	enum mail_kind mail_kind; /* of the notification */
	struct mail_id mail_id;   /* also tells whether an earlier run was committed */
	struct account account;   /* as the transaction finds it, with its hash */
};

/* A change with the kinds of the audit event and the notification that go with it; MAIL_NONE: no
 * mail. Wiped by its owner. */
struct profile_change profile_change_of(
    const struct app *, const struct member_request *, enum audit_event_kind, enum mail_kind);
void profile_change_wipe(struct profile_change *);

/* Locks the account and reads it; the first step of a transaction. LOGIN_REQUIRED: the session is
 * over by now. DUPLICATE: an earlier run of the transaction was committed. */
enum result profile_change_lock(struct db_tx *, struct profile_change *) MUST_USE;

/* The same for a change that the current password was given for. NO_ROW: another request of the
 * session has set another password since it was checked. */
enum result profile_change_lock_proven(struct db_tx *, struct profile_change *) MUST_USE;

/* What a failed log-in with this login ID is counted by. */
struct login_limits profile_change_limits(const struct profile_change *, const char *login_id);

/* Writes the audit event and the notification, which goes to the address that the transaction has
 * found: a link may have confirmed another one since the request was let in. */
enum result profile_change_record(struct db_tx *, const struct profile_change *) MUST_USE;

/* Runs the transaction and wakes the mailer. OK also where an earlier run was committed. */
enum result profile_change_run(
    const struct app *, enum result (*body)(struct db_tx *, void *), void *context) MUST_USE;

/* What the member is answered after a transaction that ended with `changed`: NO_ROW becomes
 * PASSWORD_WRONG or UNAVAILABLE (current_password_check_again()), everything else stays. */
enum result profile_change_result(const struct app *, const struct profile_change *,
    enum result changed, struct error_info *ret_info) MUST_USE;

#endif
