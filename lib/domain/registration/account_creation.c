/* account_creation.c - all that the account step writes. What is done in which order, and what is
 * taken back, is in ACCOUNT_CREATE (statements.c). */

#include "account_creation.h"

#include "statements.h"
#include "text.h"

#include <string.h>

void
account_creation_wipe(struct account_creation *creation)
{
	outbox_mail_wipe(&creation->completion);
	unproven_login_id_wipe(&creation->owner);
	email_confirmation_wipe(&creation->link);
}

/* Making it ----------------------------------------------------------------------------------- */

static struct outbox_mail
completion_of(const struct account *account)
{
	struct outbox_mail mail = outbox_mail_to(
	    MAIL_COMPLETION, account->email, account->language, account->created_at, 0);

	text_copy_cut(mail.nickname, sizeof mail.nickname, account->nickname);
	mail.subject.account_id = account->id;
	mail.subject.person_id = account->person_id;
	return mail;
}

static struct limit_try
try_of_person(const struct app *app, enum limit_id limit_id, const struct account *account)
{
	return limit_try_of(app->keyring,
	    limit_subject_of(limit_id, account->person_id.bytes, ID_SIZE), account->created_at);
}

struct account_creation
account_creation_of(const struct app *app, const struct stage_claims *claims,
    const struct client *client, const struct limit_try *tries, const struct account *account)
{
	const int64_t now = account->created_at;
	struct account_creation creation = {
		.account = account,
		.code_issue = claims->subject.generation,
		.tries = tries,
		.taken_by_person = try_of_person(app, LIMIT_TAKEN_LOGIN_IDS, account),
		.spent = {
			.jti = claims->jti,
			.kind = STAGE_ACCOUNT,
			.outcome = OUTCOME_DONE,
			.created_at = now,
		},
		.limits = login_limits_of(app->keyring, account->login_id, client, now),
		.event = audit_event_of(
		    client, AUDIT_ACCOUNT_CREATED, now, account->id, account->person_id),
		.completion = completion_of(account),
		.owners_by_person = try_of_person(app, LIMIT_LOGIN_ID_TRIES, account),
		.owner = unproven_login_id_of(app, account, account->login_id, now),
		.link = email_confirmation_of(app, account, account->pending_email, now),
	};

	memcpy(creation.spent.next_id, account->id.bytes, sizeof creation.spent.next_id);
	mail_interval_mark(&creation.owner.mail_interval, &creation.owner.mail);
	mail_interval_mark(&creation.link.mail_interval, &creation.link.mail);
	creation.owners_by_person.uncounted = creation.owner.mail.kind == MAIL_NONE;
	creation.link.by_person.uncounted = account->pending_email[0] == '\0';
	return creation;
}

/* Writing it ---------------------------------------------------------------------------------- */

static void
add_try_params(const struct account_creation *creation, struct db_values *values)
{
	const struct {
		const struct limit_try *limit_try;
		struct limit_names names;
		enum limit_params count;
	} tries[] = {
		{ creation->tries, LIMIT_NAMES("tries"), LIMIT_COUNT_PARAMS },
		{ &creation->taken_by_person, LIMIT_NAMES("taken"), LIMIT_COUNT_PARAMS },
		{ &creation->owners_by_person, LIMIT_NAMES("owners"), LIMIT_COUNT_PARAMS },
		{ &creation->owner.mail_interval.limit_try, LIMIT_NAMES("owner_mail"),
		    LIMIT_LOCK_PARAMS },
		{ &creation->link.by_person, LIMIT_NAMES("links"), LIMIT_COUNT_PARAMS },
		{ &creation->link.mail_interval.limit_try, LIMIT_NAMES("link_mail"),
		    LIMIT_LOCK_PARAMS },
	};

	for (size_t i = 0; i < LENGTH(tries); i++)
		limit_db_params(tries[i].limit_try, &tries[i].names, tries[i].count, values);
}

static void
add_row_params(const struct account_creation *creation, struct db_values *values)
{
	spent_token_params(&creation->spent, values);
	account_params(creation->account, values);
	audit_params(&creation->event, values);
	outbox_params(&creation->completion, values);
	outbox_params_named(&creation->owner.mail, &OUTBOX_NAMES("owner"), values);
	outbox_params_named(&creation->link.mail, &OUTBOX_NAMES("link"), values);
}

/* What the statement answers. */
struct creation_answer {
	int64_t result, tries_left, taken_left, wait_s;
};

static enum result
run_creation(struct db_tx *tx, const struct account_creation *creation, struct creation_answer *ret)
{
	struct db_values in = { {
	    db_number("now", creation->account->created_at),
	    db_number("code_issue", creation->code_issue),
	} };
	const struct db_slot out[] = { db_to_number(&ret->result), db_to_number(&ret->tries_left),
		db_to_number(&ret->taken_left), db_to_number(&ret->wait_s), { 0 } };

	login_limits_reset_params(&creation->limits, &in);
	add_try_params(creation, &in);
	add_row_params(creation, &in);
	return db_row(tx, ACCOUNT_CREATE, in.list, out);
}

enum result
account_creation_write(
    struct db *db, const struct account_creation *creation, struct error_info *ret_info)
{
	struct db_tx alone = db_alone(db);
	struct creation_answer answer;
	const enum result run = run_creation(&alone, creation, &answer);

	if (run != OK && db_may_be_done(&alone)) {
		limit_db_give_back_later(creation->tries);
		limit_db_give_back_later(&creation->taken_by_person);
	}
	TRY(run);
	if (answer.result == TAKEN)
		ret_info->attempts_left = (int)(answer.tries_left < answer.taken_left
						    ? answer.tries_left
						    : answer.taken_left);
	if (answer.result == TOO_MANY)
		ret_info->wait_s = answer.wait_s;
	return (enum result)answer.result;
}
