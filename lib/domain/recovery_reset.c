/* recovery_reset.c - a reset link makes one new password.
 *
 * It is no login: whoever set it logs in with it. All logins are over, also those that begin at the
 * same moment, and the failures that locked the login ID are forgotten. It is known from where it was
 * set: whoever goes on failing does not lock its owner out again. */

#include "recovery.h"

#include "account.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "link.h"
#include "login_tries.h"
#include "mailed_link.h"
#include "mailer.h"
#include "notice.h"
#include "outbox.h"
#include "password.h"
#include "session.h"
#include "stage_op.h"

#include <string.h>

struct resetting {
	const struct pass *pass;
	struct mailed_link link;
	struct account account;
	char hash[PASSWORD_HASH_MAX + 1];
	int64_t now;
	struct stage_op op;
	struct login_tries tries;
	struct audit_event event;
	struct outbox_mail notice;
};

static void
resetting_wipe(struct resetting *resetting)
{
	secret_wipe_bytes(resetting, sizeof *resetting);
}

static enum result
read_account_tx(struct db_tx *tx, void *context)
{
	struct resetting *resetting = context;

	return account_read(tx, resetting->pass->subject_id, &resetting->account);
}

static enum result
read_by_link_tx(struct db_tx *tx, void *context)
{
	struct resetting *resetting = context;

	return account_by_link(tx, &resetting->link, &resetting->account);
}

static enum result
reset_tx(struct db_tx *tx, void *context)
{
	static const uint8_t nobody[ID_SIZE];
	struct resetting *resetting = context;
	const struct account *account = &resetting->account;

	TRY(stage_op_insert(tx, &resetting->op));
	TRY(account_reset_password(tx, &resetting->link, resetting->hash, resetting->now));
	TRY(session_end_others(tx, account->id, nobody));
	TRY(login_tries_begin_anew(tx, &resetting->tries));
	TRY(audit_insert(tx, &resetting->event));
	return outbox_insert(tx, &resetting->notice);
}

static enum result
repeat(const struct portal *p, struct resetting *resetting, const struct secret *password,
    struct link *link)
{
	bool same = false;

	TRY(link_take_repeat(p, link));
	enum result compared = hash_pool_verify(
	    p->hash_pool, password, resetting->account.password_hash, &same);
	if (compared == OK && !same)
		compared = TOKEN_SPENT;
	return link_end_repeat(p, link, compared);
}

static void
fill(const struct portal *p, const struct visitor *visitor, struct resetting *resetting)
{
	const struct account *account = &resetting->account;

	resetting->op = (struct stage_op){
		.kind = STAGE_PASSWORD_RESET,
		.outcome = OUTCOME_DONE,
		.created_at = resetting->now,
	};
	memcpy(resetting->op.jti, resetting->pass->jti, sizeof resetting->op.jti);
	secret_random(resetting->op.next_id, sizeof resetting->op.next_id);
	resetting->tries = login_tries_of(p->keyring, account->login_id, visitor, resetting->now);
	resetting->event = audit_event_of(
	    visitor, AUDIT_PASSWORD_RESET, resetting->now, account->id, account->person_id);
	resetting->notice = notice_to(LETTER_PASSWORD_CHANGED, account, resetting->now);
}

static enum result
reset(const struct portal *p, const struct visitor *visitor, struct resetting *resetting,
    const struct secret *password, struct link *link)
{
	TRY(hash_pool_hash(p->hash_pool, password, resetting->hash));
	/* Counted after the hash, so that a busy hash pool costs the member no try. */
	TRY(link_take_try(p, link));
	fill(p, visitor, resetting);
	const enum result done = link_end_try(p, link, db_transaction(p->db, reset_tx, resetting));
	if (done == NO_ROW) /* changed, disabled, gone or with another address meanwhile */
		return TOKEN_SPENT;
	if (done != DUPLICATE)
		return done;
	/* Spent meanwhile, by the same submit sent twice. */
	TRY(link_read(p, resetting->pass, link));
	TRY(db_each_committed(p->db, read_account_tx, resetting));
	return repeat(p, resetting, password, link);
}

static enum fault
judge(const struct portal *p, const struct account *account, const struct secret *password)
{
	const char *const personal[] = { account->login_id, account->email, account->nickname,
		NULL };

	return password_judge(&p->password_rules, password->text, personal);
}

enum result
recovery_reset(const struct portal *p, const struct visitor *visitor, const struct pass *pass,
    const struct secret *password, struct refusal *ret_refusal)
{
	CLEANUP(resetting_wipe)
	struct resetting resetting = { .pass = pass, .now = clock_now() };
	struct link link;

	resetting.link = mailed_link_of(pass, resetting.now);
	TRY(link_read(p, pass, &link));
	const enum result read = db_each_committed(
	    p->db, link.used ? read_account_tx : read_by_link_tx, &resetting);
	if (read != OK)
		return read == NO_ROW ? TOKEN_SPENT : read;
	if (link.used)
		return repeat(p, &resetting, password, &link);
	if (strcmp(resetting.account.email, pass->email) != 0)
		return TOKEN_SPENT;
	ret_refusal->fault = judge(p, &resetting.account, password);
	if (ret_refusal->fault != FAULT_NONE)
		return BAD_FIELD;
	TRY(reset(p, visitor, &resetting, password, &link));
	mailer_wake(p->mailer);
	return OK;
}
