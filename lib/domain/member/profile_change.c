/* profile_change.c - what all changes of profile.h have in common. */

#include "profile_change.h"

#include "cleanup.h"
#include "clock.h"
#include "mailer.h"
#include "notification.h"
#include "outbox.h"
#include "secret.h"
#include "session_rows.h"

struct profile_change
profile_change_of(const struct app *app, const struct member_request *request,
    enum audit_event_kind event, enum mail_kind mail)
{
	const int64_t now = clock_now();
	const struct account *account = &request->member->account;
	struct profile_change change = {
		.app = app,
		.request = request,
		.now = now,
		.event = audit_event_of(
		    request->client, event, now, account->id, account->person_id),
		.mail_kind = mail,
	};

	secret_random(change.mail_id.bytes, sizeof change.mail_id.bytes);
	return change;
}

void
profile_change_wipe(struct profile_change *change)
{
	account_wipe(&change->account);
}

/* For a run that does not find the account as the request saw it. DUPLICATE: because an earlier
 * run, whose answer was lost, has made the change. Otherwise `error`. */
static enum result
committed_before_or(struct db_tx *tx, const struct profile_change *change, enum result error)
{
	CLEANUP(outbox_mail_wipe) struct outbox_mail mail = { 0 };

	if (!db_may_be_committed(tx))
		return error;
	const enum result read = outbox_read(tx, change->mail_id, &mail);
	if (read == NO_ROW)
		return error;
	return read == OK ? DUPLICATE : read;
}

enum result
profile_change_lock(struct db_tx *tx, struct profile_change *change)
{
	const struct member *member = change->request->member;
	const enum result locked = session_rows_lock(
	    tx, member->session_id, member->account.id, &change->account);

	return locked == NO_ROW ? committed_before_or(tx, change, LOGIN_REQUIRED) : locked;
}

enum result
profile_change_lock_proven(struct db_tx *tx, struct profile_change *change)
{
	TRY(profile_change_lock(tx, change));
	if (change->account.generation != change->request->member->account.generation)
		return committed_before_or(tx, change, NO_ROW);
	return OK;
}

struct login_limits
profile_change_limits(const struct profile_change *change, const char *login_id)
{
	return login_limits_of(
	    change->app->keyring, login_id, change->request->client, change->now);
}

enum result
profile_change_record(struct db_tx *tx, const struct profile_change *change)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = notification_to(change->mail_kind, &change->account, change->now);

	mail.id = change->mail_id;
	TRY(audit_insert(tx, &change->event));
	return outbox_enqueue(tx, &mail);
}

enum result
profile_change_run(
    const struct app *app, enum result (*body)(struct db_tx *, void *), void *context)
{
	const enum result changed = db_transaction(app->db, body, context);

	if (changed != OK && changed != DUPLICATE)
		return changed;
	mailer_wake(app->mailer);
	return OK;
}

enum result
profile_change_result(const struct app *app, const struct profile_change *change,
    enum result changed, struct error_info *ret_info)
{
	if (changed != NO_ROW)
		return changed;
	return current_password_check_again(
	    app, change->request, change->account.password_hash, ret_info);
}
