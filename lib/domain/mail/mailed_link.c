/* mailed_link.c - the links in mails. */

#include "mailed_link.h"

#include "cleanup.h"
#include "email.h"
#include "limit_db.h"
#include "login_limits.h"
#include "secret.h"
#include "text.h"

#include <string.h>

enum stage
mailed_link_stage(enum mail_kind kind)
{
	static const enum stage stages[MAIL_KIND__MAX] = {
		[MAIL_INVITATION] = STAGE_IDENTITY,
		[MAIL_PERSON_INVITATION] = STAGE_IDENTITY,
		[MAIL_SECOND_LINK] = STAGE_AUTHENTICATION_KEY,
		[MAIL_EMAIL_CONFIRMATION] = STAGE_EMAIL_CONFIRMATION,
		[MAIL_PASSWORD_RESET] = STAGE_PASSWORD_RESET,
		[MAIL_ACCOUNT_DELETION] = STAGE_ACCOUNT_DELETION,
	};

	return stages[kind];
}

struct mailed_link
mailed_link_of(const struct stage_claims *claims, struct access_day day)
{
	return (struct mailed_link){
		.account_id = claims->subject.account_id,
		.email = claims->email,
		.generation = claims->subject.generation,
		.day = day,
	};
}

/* Whom the mail is for, and what its token says of the account. */
static void
complete_for_account(const struct account *account, struct outbox_mail *mail)
{
	text_copy_cut(mail->email, sizeof mail->email, account->email);
	text_copy_cut(mail->language, sizeof mail->language, account->language);
	text_copy_cut(mail->nickname, sizeof mail->nickname, account->nickname);
	mail->subject.account_id = account->id;
	mail->subject.generation = account->generation;
}

static enum result
complete_reset(struct db_tx *tx, const struct access_day *day, struct outbox_mail *mail)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result found = account_by_login_id(tx, mail->email, day, &account);

	if (found == OK)
		complete_for_account(&account, mail);
	else if (found == NO_ROW)
		mail->kind = MAIL_NONE;
	return found == NO_ROW ? OK : found;
}

static enum result
complete_deletion(struct db_tx *tx, const struct access_day *day, struct outbox_mail *mail)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	char login_id[EMAIL_MAX + 1];

	if (login_id_fold(mail->email, login_id, sizeof login_id) != FIELD_OK)
		return INTERNAL;
	const enum result found = account_former_by_address(
	    tx, mail->email, login_id, day, &account);
	secret_wipe_bytes(login_id, sizeof login_id);
	if (found == OK)
		complete_for_account(&account, mail);
	else if (found == NO_ROW)
		mail->kind = MAIL_NONE;
	return found == NO_ROW ? OK : found;
}

static enum result
complete_confirmation(struct db_tx *tx, const struct access_day *day, struct outbox_mail *mail)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	const struct mailed_link link = {
		.account_id = mail->subject.account_id,
		.email = mail->email,
		.generation = mail->subject.generation,
		.day = *day,
	};
	const enum result found = account_by_link(tx, &link, &account);
	if (found != OK && found != NO_ROW)
		return found;
	if (found == NO_ROW || strcmp(account.pending_email, mail->email) != 0)
		mail->kind = MAIL_NONE;
	return OK;
}

enum result
mailed_link_complete(
    struct db_tx *tx, int64_t now, int64_t days_after_loss, struct outbox_mail *mail)
{
	const struct access_day day = access_day_of(now, days_after_loss);

	if (mail->kind == MAIL_PASSWORD_RESET)
		return complete_reset(tx, &day, mail);
	if (mail->kind == MAIL_EMAIL_CONFIRMATION)
		return complete_confirmation(tx, &day, mail);
	if (mail->kind == MAIL_ACCOUNT_DELETION)
		return complete_deletion(tx, &day, mail);
	return OK;
}
