/* email_confirmation.c - the link that proves a new address of an account. */

#include "email_confirmation.h"

#include "secret.h"

struct email_confirmation
email_confirmation_of(
    const struct app *app, const struct account *account, const char *email, int64_t now)
{
	const struct person_id *person_id = &account->person_id;
	struct email_confirmation confirmation = {
		.by_person = limit_try_of(app->keyring,
		    limit_subject_of(
			LIMIT_ADDRESS_CHANGES, person_id->bytes, sizeof person_id->bytes),
		    now),
		.mail_interval = mail_interval_of_member(
		    app, LIMIT_CONFIRMATION_MAIL, account, email, now),
		.mail = outbox_mail_to(MAIL_EMAIL_CONFIRMATION, email, account->language, now,
		    app->email_confirmation_lives_s),
	};

	secret_random(confirmation.mail.jti.bytes, sizeof confirmation.mail.jti.bytes);
	confirmation.mail.subject.account_id = account->id;
	confirmation.mail.subject.person_id = account->person_id;
	confirmation.mail.subject.generation = account->generation;
	return confirmation;
}

void
email_confirmation_wipe(struct email_confirmation *confirmation)
{
	outbox_mail_wipe(&confirmation->mail);
}

enum result
email_confirmation_enqueue(
    struct db_tx *tx, struct email_confirmation *confirmation, struct error_info *error_info)
{
	int left = 0;

	TRY(limit_db_count(tx, &confirmation->by_person, &left, &error_info->wait_s));
	if (left < 0)
		return TOO_MANY;
	return mail_interval_enqueue(tx, &confirmation->mail_interval, &confirmation->mail);
}

enum result
email_confirmation_end_interval(struct db_tx *tx, const struct app *app,
    const struct account *account, const char *email, int64_t now)
{
	const struct mail_interval mail_interval = mail_interval_of_member(
	    app, LIMIT_CONFIRMATION_MAIL, account, email, now);

	return limit_db_reset(tx, &mail_interval.limit_try);
}
