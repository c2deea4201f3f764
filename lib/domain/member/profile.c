/* profile.c - a member's settings: questions first, then one transaction with the change, its row in
 * the audit trail and the letter that is owed.
 *
 * Each transaction locks the account and the login first: what was ended or changed by another request
 * since the questions were asked is met there, and not passed over. */

#include "profile.h"

#include "account.h"
#include "limit_db.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "mail_interval.h"
#include "current_password.h"
#include "db.h"
#include "hash_pool.h"
#include "login_limits.h"
#include "mailed_link.h"
#include "mailer.h"
#include "notification.h"
#include "outbox.h"
#include "password.h"
#include "session_rows.h"
#include "spent_token.h"
#include "text.h"

#include <string.h>

/* What all changes have in common: whose account, what is written beside the change. */
struct change {
	const struct member *member;
	int64_t now;
	struct audit_event event;
	struct outbox_mail mail;
	struct account account; /* as the transaction meets it, with its hash */
};

static void
change_wipe(struct change *change)
{
	outbox_mail_wipe(&change->mail);
	account_wipe(&change->account);
}

static struct change
change_of(const struct client *client, const struct member *member, enum audit_event_kind what,
    enum mail_kind mail)
{
	const int64_t now = clock_now();
	const struct account *account = &member->account;

	return (struct change){
		.member = member,
		.now = now,
		.event = audit_event_of(client, what, now, account->id, account->person_id),
		.mail = notification_to(mail, account, now),
	};
}

/* The change does not meet the account as it was: by an earlier run of its own, whose COMMIT was done?
 * Then DUPLICATE; otherwise `refusal`. */
static enum result
change_made_or(struct db_tx *tx, const struct change *change, enum result error_info)
{
	CLEANUP(outbox_mail_wipe) struct outbox_mail mail = { 0 };

	if (!db_may_be_committed(tx))
		return error_info;
	const enum result read = outbox_read(tx, change->mail.id, &mail);
	if (read == NO_ROW)
		return error_info;
	return read == OK ? DUPLICATE : read;
}

/* Locks the account for a change, and reads it. LOGIN_REQUIRED: the login is over by now. */
static enum result
change_begin(struct db_tx *tx, struct change *change)
{
	const struct member *member = change->member;
	const enum result locked = session_rows_lock(
	    tx, member->session_id, member->account.id, &change->account);

	return locked == NO_ROW ? change_made_or(tx, change, LOGIN_REQUIRED) : locked;
}

/* The same for a change that the current password was given for. NO_ROW: another request of this login
 * has set a password since. */
static enum result
change_begin_proven(struct db_tx *tx, struct change *change)
{
	TRY(change_begin(tx, change));
	if (change->account.generation != change->member->account.generation)
		return change_made_or(tx, change, NO_ROW);
	return OK;
}

/* The rows beside a change. */
static enum result
change_tell(struct db_tx *tx, const struct change *change)
{
	TRY(audit_insert(tx, &change->event));
	return outbox_enqueue(tx, &change->mail);
}

static enum result
change_run(const struct app *p, enum result (*body)(struct db_tx *, void *), void *context)
{
	const enum result changed = db_transaction(p->db, body, context);

	if (changed != OK && changed != DUPLICATE)
		return changed;
	mailer_wake(p->mailer);
	return OK;
}

/* What a change is told that met another password than the one given for it. */
static enum result
change_ended(const struct app *p, const struct change *change, const struct secret *current,
    enum result changed, struct error_info *ret_info)
{
	if (changed != NO_ROW)
		return changed;
	return current_password_meanwhile(
	    p, change->member, current, change->account.password_hash, ret_info);
}

/* Nickname, language --------------------------------------------------------------------------- */

struct setting {
	struct change *change;
	const char *nickname;
	const char *language;
};

static enum result
set_tx(struct db_tx *tx, void *context)
{
	const struct setting *setting = context;
	const struct account_id id = setting->change->member->account.id;

	TRY(change_begin(tx, setting->change));
	TRY(account_set_settings(tx, id, setting->nickname, setting->language));
	return audit_insert(tx, &setting->change->event);
}

enum result
profile_set(const struct app *p, const struct client *client, struct member *member,
    const char *nickname, const char *language)
{
	struct account *account = &member->account;
	CLEANUP(change_wipe)
	struct change change = change_of(client, member, AUDIT_SETTINGS_CHANGED, MAIL_NONE);
	struct setting setting = { .change = &change, .nickname = nickname, .language = language };

	if (nickname[0] == '\0' && language[0] == '\0')
		return OK;
	TRY(db_transaction(p->db, set_tx, &setting));
	text_copy_cut(account->nickname, sizeof account->nickname,
	    nickname[0] != '\0' ? nickname : change.account.nickname);
	text_copy_cut(account->language, sizeof account->language,
	    language[0] != '\0' ? language : change.account.language);
	return OK;
}

/* Password ------------------------------------------------------------------------------------- */

struct password_change {
	struct change *change;
	struct login_limits tries;
	char hash[PASSWORD_HASH_MAX + 1];
};

static enum result
change_password_tx(struct db_tx *tx, void *context)
{
	const struct password_change *c = context;
	const struct member *member = c->change->member;
	const struct account *account = &member->account;

	TRY(change_begin_proven(tx, c->change));
	TRY(account_set_password(tx, account->id, account->generation, c->hash, c->change->now));
	TRY(session_rows_end_others(tx, account->id, member->session_id));
	TRY(session_rows_set_generation(tx, member->session_id, account->generation + 1));
	TRY(login_limits_restart(tx, &c->tries));
	return change_tell(tx, c->change);
}

/* Another request of this login has set a password meanwhile: the same one, as by a double click? */
static enum result
compare_with_set(const struct app *p, const struct change *change, const struct secret *current,
    const struct secret *password, struct error_info *ret_info)
{
	bool same = false;

	TRY(hash_pool_verify(p->hash_pool, password, change->account.password_hash, &same));
	return same ? OK : change_ended(p, change, current, NO_ROW, ret_info);
}

enum result
profile_change_password(const struct app *p, const struct client *client,
    const struct member *member, const struct secret *current, const struct secret *password,
    struct error_info *ret_info)
{
	const struct account *account = &member->account;
	const char *const personal[] = { account->login_id, account->email, account->nickname,
		NULL };
	CLEANUP(change_wipe)
	struct change change = change_of(
	    client, member, AUDIT_PASSWORD_CHANGED, MAIL_PASSWORD_CHANGED);
	struct password_change c = { .change = &change };

	ret_info->field_error = password_validate(&p->password_rules, password->text, personal);
	if (ret_info->field_error != FIELD_OK)
		return BAD_FIELD;
	TRY(current_password_check(p, client, member, current, ret_info));
	TRY(hash_pool_hash(p->hash_pool, password, c.hash));
	c.tries = login_limits_of(p->keyring, account->login_id, client, change.now);
	const enum result changed = change_run(p, change_password_tx, &c);
	if (changed != NO_ROW)
		return changed;
	return compare_with_set(p, &change, current, password, ret_info);
}

/* Address -------------------------------------------------------------------------------------- */

struct email_change {
	struct change *change; /* its mail is the link to the new address */
	const char *email;
	struct mail_interval mail_interval;
	struct outbox_mail notification; /* to the present one */
};

static void
email_change_wipe(struct email_change *change)
{
	outbox_mail_wipe(&change->notification);
}

static enum result
change_email_tx(struct db_tx *tx, void *context)
{
	struct email_change *c = context;
	const struct account *account = &c->change->account;

	TRY(change_begin_proven(tx, c->change));
	if (strcmp(c->email, account->email) == 0) /* proven a moment ago */
		return OK;
	const bool waited = strcmp(c->email, account->pending_email) == 0;
	TRY(account_set_pending_email(tx, account->id, c->email));
	TRY(audit_insert(tx, &c->change->event));
	TRY(mail_interval_enqueue(tx, &c->mail_interval, &c->change->mail));
	/* Told whenever a link goes out, and when one that went out before is good again. */
	return c->mail_interval.pending || !waited ? outbox_enqueue(tx, &c->notification) : OK;
}

enum result
profile_change_email(const struct app *p, const struct client *client, const struct member *member,
    const struct secret *current, const char *email, struct error_info *ret_info)
{
	const struct account *account = &member->account;
	CLEANUP(change_wipe)
	struct change change = change_of(client, member, AUDIT_EMAIL_CHANGE_ASKED, MAIL_NONE);
	CLEANUP(email_change_wipe) struct email_change c = { .change = &change, .email = email };
	const struct limit_try tries = limit_try_of(p->keyring,
	    limit_subject_of(LIMIT_ADDRESS_CHANGES, account->id.bytes, ID_SIZE), change.now);
	struct db_tx alone = db_alone(p->db);
	int left = 0;

	TRY(current_password_check(p, client, member, current, ret_info));
	if (strcmp(email, account->email) == 0)
		return OK;
	TRY(limit_db_count(&alone, &tries, &left, &ret_info->wait_s));
	if (left < 0)
		return TOO_MANY;
	change.mail = outbox_mail_to(MAIL_EMAIL_CONFIRMATION, email, account->language, change.now,
	    p->email_confirmation_lives_s);
	secret_random(change.mail.jti.bytes, sizeof change.mail.jti.bytes);
	change.mail.subject.account_id = account->id;
	change.mail.subject.generation = account->generation;
	c.notification = notification_to(MAIL_EMAIL_CHANGE_ASKED, account, change.now);
	c.mail_interval = mail_interval_of(
	    p, LIMIT_CONFIRMATION_MAIL, &account->id, email, change.now);
	const enum result changed = mail_interval_run(
	    p, &c.mail_interval, change_email_tx, &c, ret_info);
	if (changed == OK || changed == DUPLICATE)
		return OK;
	return limit_db_give_back_after(
	    &alone, &tries, change_ended(p, &change, current, changed, ret_info));
}

static enum result
withdraw_tx(struct db_tx *tx, void *context)
{
	struct change *change = context;

	TRY(change_begin(tx, change));
	if (change->account.pending_email[0] == '\0')
		return OK;
	TRY(account_set_pending_email(tx, change->account.id, ""));
	return audit_insert(tx, &change->event);
}

enum result
profile_withdraw_email(
    const struct app *p, const struct client *client, const struct member *member)
{
	CLEANUP(change_wipe)
	struct change change = change_of(client, member, AUDIT_EMAIL_CHANGE_WITHDRAWN, MAIL_NONE);

	return db_transaction(p->db, withdraw_tx, &change);
}

struct confirmation {
	const struct client *client;
	struct mailed_link link;
	int64_t now;
	struct mail_id mail_id;
	struct spent_token op;
};

/* The notice goes to the old address. */
static enum result
tell_old_address(struct db_tx *tx, const struct confirmation *c, const struct account *account)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail notification = notification_to(MAIL_EMAIL_CHANGED, account, c->now);
	const struct audit_event event = audit_event_of(
	    c->client, AUDIT_EMAIL_CHANGED, c->now, account->id, account->person_id);

	notification.id = c->mail_id;
	TRY(audit_insert(tx, &event));
	return outbox_enqueue(tx, &notification);
}

/* The link was used before. The same request again is a success while the account has the address
 * that the link confirmed. */
static enum result
repeat_confirmation(struct db_tx *tx, const struct confirmation *c)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result read = account_read(tx, c->link.account_id, &account);

	if (read != OK)
		return read == NO_ROW ? TOKEN_SPENT : read;
	return strcmp(account.email, c->link.email) == 0 ? OK : TOKEN_SPENT;
}

static enum result
confirm_email_tx(struct db_tx *tx, void *context)
{
	const struct confirmation *c = context;
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result spent = spent_token_insert(tx, &c->op);

	if (spent == DUPLICATE)
		return repeat_confirmation(tx, c);
	TRY(spent);
	enum result confirmed = account_by_link(tx, &c->link, &account);
	if (confirmed == OK)
		confirmed = account_confirm_email(tx, &c->link);
	if (confirmed != OK)
		return confirmed == NO_ROW ? TOKEN_SPENT : confirmed;
	return tell_old_address(tx, c, &account);
}

enum result
profile_confirm_email(
    const struct app *p, const struct client *client, const struct stage_claims *claims)
{
	struct confirmation c = { .client = client, .now = clock_now() };

	c.link = mailed_link_of(claims, c.now);
	c.op = (struct spent_token){
		.kind = STAGE_EMAIL_CONFIRMATION,
		.outcome = OUTCOME_DONE,
		.created_at = c.now,
	};
	c.op.jti = claims->jti;
	secret_random(c.mail_id.bytes, sizeof c.mail_id.bytes);
	return change_run(p, confirm_email_tx, &c);
}

/* Login ID ------------------------------------------------------------------------------------- */

struct login_id_change {
	struct change *change;
	const char *login_id;
	struct login_limits tries; /* of that login ID, while nobody had it */
	struct login_limits old;   /* of the one before, which nobody has then */
};

static enum result
change_login_id_tx(struct db_tx *tx, void *context)
{
	const struct login_id_change *c = context;

	TRY(change_begin_proven(tx, c->change));
	if (strcmp(c->login_id, c->change->account.login_id) == 0) /* by another request, or this */
		return OK;
	TRY(account_set_login_id(tx, c->change->account.id, c->login_id));
	TRY(login_limits_reset(tx, &c->tries));
	TRY(login_limits_reset(tx, &c->old));
	return change_tell(tx, c->change);
}

/* That it is taken is told to this member only, and written down. */
static enum result
tell_taken(const struct app *p, const struct change *change)
{
	struct audit_event event = change->event;

	event.kind = AUDIT_LOGIN_ID_TAKEN;
	TRY(audit_insert_committed(p->db, &event));
	return TAKEN;
}

enum result
profile_change_login_id(const struct app *p, const struct client *client,
    const struct member *member, const struct secret *current, const char *login_id,
    struct error_info *ret_info)
{
	CLEANUP(change_wipe)
	struct change change = change_of(
	    client, member, AUDIT_LOGIN_ID_CHANGED, MAIL_LOGIN_ID_CHANGED);
	struct login_id_change c = {
		.change = &change,
		.login_id = login_id,
		.tries = login_limits_of(p->keyring, login_id, client, change.now),
		.old = login_limits_of(p->keyring, member->account.login_id, client, change.now),
	};
	const struct limit_try tries = limit_try_of(p->keyring,
	    limit_subject_of(LIMIT_LOGIN_ID_TRIES, member->account.id.bytes, ID_SIZE), change.now);
	struct db_tx alone = db_alone(p->db);
	int left = 0;

	TRY(current_password_check(p, client, member, current, ret_info));
	if (strcmp(login_id, member->account.login_id) == 0)
		return OK;
	TRY(limit_db_count(&alone, &tries, &left, &ret_info->wait_s));
	if (left < 0)
		return TOO_MANY;
	const enum result changed = change_run(p, change_login_id_tx, &c);
	if (changed == OK)
		return OK;
	if (changed != TAKEN)
		return limit_db_give_back_after(
		    &alone, &tries, change_ended(p, &change, current, changed, ret_info));
	ret_info->attempts_left = left;
	return tell_taken(p, &change);
}

/* Leave ---------------------------------------------------------------------------------------- */

struct leaving {
	struct change *change;
	struct login_limits tries; /* of the login ID, which nobody has then */
};

static enum result
leave_tx(struct db_tx *tx, void *context)
{
	const struct leaving *leaving = context;

	TRY(change_begin_proven(tx, leaving->change));
	TRY(account_delete(tx, leaving->change->member->account.id));
	TRY(login_limits_reset(tx, &leaving->tries));
	return change_tell(tx, leaving->change);
}

enum result
profile_leave(const struct app *p, const struct client *client, const struct member *member,
    const struct secret *current, struct error_info *ret_info)
{
	CLEANUP(change_wipe)
	struct change change = change_of(client, member, AUDIT_ACCOUNT_LEFT, MAIL_LEFT);
	struct leaving leaving = {
		.change = &change,
		.tries = login_limits_of(p->keyring, member->account.login_id, client, change.now),
	};

	TRY(current_password_check(p, client, member, current, ret_info));
	return change_ended(p, &change, current, change_run(p, leave_tx, &leaving), ret_info);
}
