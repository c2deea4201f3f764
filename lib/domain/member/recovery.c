/* recovery.c - forgot login ID, forgot password: a mail is owed, or a row that costs the same. */

#include "recovery.h"

#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "mail_interval.h"
#include "db.h"
#include "notification.h"
#include "outbox.h"

#include <string.h>

enum result
recovery_login_ids(
    const struct app *p, const char *email, const char *language, struct error_info *error_info)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    MAIL_LOGIN_IDS, email, language, clock_now(), NOTIFICATION_LIVES_S);

	return mail_interval_send(p, LIMIT_LOGIN_IDS_MAIL, &mail, error_info);
}

/* Forgot password ------------------------------------------------------------------------------ */

struct request {
	const char *login_id;
	struct mail_interval mail_interval;
	struct outbox_mail mail;
	struct audit_event event;
};

/* Whose login ID it is, if anybody's, the mailer finds when it sends: nothing here depends on it. */
static enum result
ask_reset_tx(struct db_tx *tx, void *context)
{
	struct request *request = context;

	TRY(audit_insert_for(tx, &request->event, request->login_id));
	return mail_interval_enqueue(tx, &request->mail_interval, &request->mail);
}

enum result
recovery_ask_reset(const struct app *p, const struct client *client, const char *login_id,
    struct error_info *error_info)
{
	const int64_t now = clock_now();
	struct request request = {
		.login_id = login_id,
		.mail_interval = mail_interval_of_login_id(p, LIMIT_RESET_MAIL, login_id, now),
		.mail = outbox_mail_to(
		    MAIL_PASSWORD_RESET, login_id, "", now, p->password_reset_lives_s),
		.event = audit_event_of(
		    client, AUDIT_PASSWORD_RESET_ASKED, now, no_account, no_person),
	};

	secret_random(request.mail.jti.bytes, sizeof request.mail.jti.bytes);
	const enum result result = mail_interval_run(
	    p, &request.mail_interval, ask_reset_tx, &request, error_info);
	outbox_mail_wipe(&request.mail);
	return result;
}
