/* recovery.c - forgot login ID, forgot password: a mail is owed, or a row that costs the same. */

#include "recovery.h"

#include "account.h"
#include "attempts.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "email.h"
#include "mailer.h"
#include "notice.h"
#include "outbox.h"
#include "recovery_pass.h"
#include "text.h"

#include <string.h>

/* Forgot login ID ------------------------------------------------------------------------------ */

struct reminder {
	struct attempt cooldown;
	struct outbox_mail mail;
};

static enum result
remind_tx(struct db_tx *tx, void *context)
{
	const struct reminder *reminder = context;
	CLEANUP(outbox_mail_wipe) struct outbox_mail mail = reminder->mail;
	int left = 0;

	TRY(attempt_take(tx, &reminder->cooldown, &left, NULL));
	if (left < 0)
		mail.kind = LETTER_NONE;
	return outbox_insert(tx, &mail);
}

enum result
recovery_login_ids(const struct portal *p, const char *email, const char *language)
{
	const int64_t now = clock_now();
	char key[EMAIL_MAX + 1];
	struct reminder reminder = {
		.mail = outbox_mail_to(LETTER_LOGIN_IDS, email, language, now, NOTICE_LIVES_S),
	};

	email_key(email, key);
	reminder.cooldown = attempt_of(
	    p->keyring, POLICY_LOGIN_IDS_MAIL, key, strlen(key), now, p->cooldown_s);
	secret_wipe_bytes(key, sizeof key);
	const enum result result = db_transaction(p->db, remind_tx, &reminder);
	outbox_mail_wipe(&reminder.mail);
	if (result == OK)
		mailer_wake(p->mailer);
	return result;
}

/* Forgot password ------------------------------------------------------------------------------ */

struct request {
	const struct portal *portal;
	const struct visitor *visitor;
	const char *login_id;
	int64_t now;
	char today[CLOCK_DATE_MAX + 1];
	uint8_t jti[JTI_SIZE];
	uint8_t mail_id[ID_SIZE];
	struct attempt cooldown;
};

static enum result
ask_reset_tx(struct db_tx *tx, void *context)
{
	const struct request *request = context;
	CLEANUP(account_standing_wipe) struct account_standing standing = { 0 };
	const struct account *account = &standing.account;
	int left = 0;

	TRY(attempt_take(tx, &request->cooldown, &left, NULL));
	const enum result found = account_by_login_id(
	    tx, request->login_id, request->today, &standing);
	if (found != OK && found != NO_ROW)
		return found;
	const bool owed = found == OK && standing.usable && left >= 0;
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(owed ? LETTER_PASSWORD_RESET : LETTER_NONE,
	    account->email, account->language, request->now,
	    request->portal->password_reset_lives_s);
	memcpy(mail.id, request->mail_id, sizeof mail.id);
	memcpy(mail.jti, request->jti, sizeof mail.jti);
	memcpy(mail.subject_id, account->id, sizeof mail.subject_id);
	recovery_bind(account->generation, mail.parent_jti);
	TRY(outbox_insert(tx, &mail));
	const struct audit_event event = audit_event_of(request->visitor,
	    AUDIT_PASSWORD_RESET_ASKED, request->now, account->id, account->person_id);
	return audit_insert(tx, &event);
}

enum result
recovery_ask_reset(const struct portal *p, const struct visitor *visitor, const char *login_id)
{
	const int64_t now = clock_now();
	struct request request = {
		.portal = p,
		.visitor = visitor,
		.login_id = login_id,
		.now = now,
		.cooldown = attempt_of(
		    p->keyring, POLICY_RESET_MAIL, login_id, strlen(login_id), now, p->cooldown_s),
	};

	clock_date_japan(now, request.today);
	secret_random(request.jti, sizeof request.jti);
	secret_random(request.mail_id, sizeof request.mail_id);
	TRY(db_transaction(p->db, ask_reset_tx, &request));
	mailer_wake(p->mailer);
	return OK;
}
