/* mail_interval.c - limits how often mails are sent. */

#include "mail_interval.h"

#include "cleanup.h"
#include "clock.h"
#include "email.h"
#include "mailer.h"
#include "secret.h"
#include "statements.h"

#include <string.h>

/* Counts the mail among all mails. Only mails that go out count, so that whoever asks again and
 * again for one address costs the others none of theirs. A transaction that runs again counts once:
 * mail_interval_run() gives back what was not needed. */
static enum result
count_among_all(struct mail_interval *mail_interval)
{
	if (mail_interval->limit_local == NULL || mail_interval->counted.granted)
		return OK;
	mail_interval->counted = limit_local_count(mail_interval->limit_local,
	    limit_subject_of_service(LIMIT_SERVICE_MAILS), clock_monotonic_ms());
	return mail_interval->counted.granted ? OK : OVERLOADED;
}

void
mail_interval_mark(const struct mail_interval *mail_interval, struct outbox_mail *mail)
{
	memcpy(
	    mail->subject_hash, mail_interval->limit_try.subject_hash, sizeof mail->subject_hash);
}

enum result
mail_interval_enqueue(
    struct db_tx *tx, struct mail_interval *mail_interval, const struct outbox_mail *mail)
{
	CLEANUP(outbox_mail_wipe) struct outbox_mail enqueued = *mail;
	int left = 0;

	mail_interval_mark(mail_interval, &enqueued);
	TRY(limit_db_count(tx, &mail_interval->limit_try, &left, NULL));
	mail_interval->pending = left >= 0;
	if (mail_interval->pending)
		TRY(count_among_all(mail_interval));
	else
		enqueued.kind = MAIL_NONE;
	return outbox_enqueue(tx, &enqueued);
}

/* What follows a mail that was enqueued, or was not. */
static enum result
end_enqueuing(const struct app *app, struct mail_interval *mail_interval, enum result result,
    struct error_info *error_info)
{
	if (result == OVERLOADED)
		error_info->wait_s = mail_interval->counted.wait_s;
	if (mail_interval->limit_local != NULL && (result != OK || !mail_interval->pending))
		limit_local_give_back(mail_interval->limit_local,
		    limit_subject_of_service(LIMIT_SERVICE_MAILS), &mail_interval->counted);
	if (result == OK)
		mailer_wake(app->mailer);
	return result;
}

enum result
mail_interval_run(const struct app *app, struct mail_interval *mail_interval,
    enum result (*body)(struct db_tx *, void *), void *context, struct error_info *error_info)
{
	const enum result result = db_transaction(app->db, body, context);

	return end_enqueuing(app, mail_interval, result, error_info);
}

static struct mail_interval
mail_interval_of_subject(const struct app *app, struct limit_subject subject, int64_t now)
{
	return (struct mail_interval){
		.limit_try = limit_try_of(app->keyring, subject, now),
		.limit_local = app->limit_local,
	};
}

struct mail_interval
mail_interval_of(const struct app *app, enum limit_id limit_id, const char *email, int64_t now)
{
	char key[EMAIL_MAX + 1];

	email_key(email, key);
	const struct mail_interval mail_interval = mail_interval_of_subject(
	    app, limit_subject_of(limit_id, key, strlen(key)), now);
	secret_wipe_bytes(key, sizeof key);
	return mail_interval;
}

struct mail_interval
mail_interval_of_member(const struct app *app, enum limit_id limit_id,
    const struct account *account, const char *email, int64_t now)
{
	struct {
		struct person_id person_id;
		int64_t generation;
		char email[EMAIL_MAX + 1];
	} key = { .person_id = account->person_id, .generation = account->generation };

	email_key(email, key.email);
	const size_t size = sizeof key.person_id + sizeof key.generation + strlen(key.email);
	const struct mail_interval mail_interval = mail_interval_of_subject(
	    app, limit_subject_of(limit_id, &key, size), now);
	secret_wipe_bytes(&key, sizeof key);
	return mail_interval;
}

struct mail_interval
mail_interval_of_login_id(
    const struct app *app, enum limit_id limit_id, const char *login_id, int64_t now)
{
	return mail_interval_of_subject(
	    app, limit_subject_of(limit_id, login_id, strlen(login_id)), now);
}

/* Counts and enqueues in one trip. Among all mails it was counted before, as if it went out.
 * OVERLOADED: it would, and must not. */
static enum result
enqueue_counted(struct db_tx *tx, struct mail_interval *mail_interval, bool too_many,
    const struct outbox_mail *mail)
{
	CLEANUP(outbox_mail_wipe) struct outbox_mail enqueued = *mail;
	int64_t goes_out = 0;
	struct db_values in = { {
	    db_number("now", mail_interval->limit_try.now),
	    db_number("too_many", too_many),
	} };
	const struct db_slot out[] = { db_to_number(&goes_out), { 0 } };

	mail_interval_mark(mail_interval, &enqueued);
	limit_db_params(&mail_interval->limit_try, &LIMIT_NAMES("try"), LIMIT_LOCK_PARAMS, &in);
	outbox_params(&enqueued, &in);
	TRY(db_row(tx, OUTBOX_INSERT_COUNTED, in.list, out));
	mail_interval->pending = goes_out != 0;
	return mail_interval->pending && too_many ? OVERLOADED : OK;
}

enum result
mail_interval_send(const struct app *app, enum limit_id limit_id, const struct outbox_mail *mail,
    struct error_info *error_info)
{
	struct db_tx alone = db_alone(app->db);
	struct mail_interval mail_interval = mail_interval_of(
	    app, limit_id, mail->email, mail->created_at);
	const bool too_many = count_among_all(&mail_interval) != OK;
	const enum result result = enqueue_counted(&alone, &mail_interval, too_many, mail);

	return end_enqueuing(app, &mail_interval, result, error_info);
}
