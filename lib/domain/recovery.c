/* recovery.c - forgot login ID, forgot password: a mail is owed, or a row that costs the same. */

#include "recovery.h"

#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "cooldown.h"
#include "db.h"
#include "notice.h"
#include "outbox.h"

#include <string.h>

enum result
recovery_login_ids(
    const struct portal *p, const char *email, const char *language, struct refusal *refusal)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    LETTER_LOGIN_IDS, email, language, clock_now(), NOTICE_LIVES_S);

	return cooldown_send(p, POLICY_LOGIN_IDS_MAIL, &mail, refusal);
}

/* Forgot password ------------------------------------------------------------------------------ */

struct request {
	const char *login_id;
	struct cooldown cooldown;
	struct outbox_mail mail;
	struct audit_event event;
};

/* Whose login ID it is, if anybody's, the mailer finds when it sends: nothing here depends on it. */
static enum result
ask_reset_tx(struct db_tx *tx, void *context)
{
	struct request *request = context;

	TRY(audit_insert_for(tx, &request->event, request->login_id));
	return cooldown_owe(tx, &request->cooldown, &request->mail);
}

enum result
recovery_ask_reset(const struct portal *p, const struct visitor *visitor, const char *login_id,
    struct refusal *refusal)
{
	const int64_t now = clock_now();
	struct request request = {
		.login_id = login_id,
		.cooldown = cooldown_of_login_id(p, POLICY_RESET_MAIL, login_id, now, refusal),
		.mail = outbox_mail_to(
		    LETTER_PASSWORD_RESET, login_id, "", now, p->password_reset_lives_s),
		.event = audit_event_of(visitor, AUDIT_PASSWORD_RESET_ASKED, now, NULL, NULL),
	};

	secret_random(request.mail.jti, sizeof request.mail.jti);
	const enum result result = cooldown_run(p, &request.cooldown, ask_reset_tx, &request);
	outbox_mail_wipe(&request.mail);
	return result;
}
