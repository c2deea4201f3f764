/* member_registration.c - where a registration that is under way stands. */

#include "member_registration.h"

#include "clock.h"
#include "mail_interval.h"
#include "mailed_link.h"
#include "statements.h"
#include "token_state.h"

#include <string.h>

/* Reading its last mail ------------------------------------------------------------------------ */

enum result
link_mail_read(const struct app *app, enum operator_statement statement, const struct db_value *in,
    struct link_mail *ret)
{
	struct db_tx alone = db_alone(app->db);
	struct link_mail mail = { .kind = MAIL_NONE };
	struct stage_subject *subject = &mail.subject;
	int64_t kind = 0, state = 0;
	const struct db_slot out[] = {
		db_to_bytes(mail.id.bytes, sizeof mail.id.bytes),
		db_to_number(&kind),
		db_to_number(&state),
		db_to_text(mail.language, sizeof mail.language),
		db_to_bytes(mail.jti.bytes, sizeof mail.jti.bytes),
		db_to_bytes(subject->person_id.bytes, sizeof subject->person_id.bytes),
		db_to_bytes(subject->account_id.bytes, sizeof subject->account_id.bytes),
		db_to_number(&subject->generation),
		db_to_bytes(subject->invitation_jti.bytes, sizeof subject->invitation_jti.bytes),
		db_to_bytes(mail.subject_hash, sizeof mail.subject_hash),
		db_to_number(&mail.created_at),
		db_to_number(&mail.expires_at),
		{ 0 },
	};

	TRY(db_row(&alone, statement, in, out));
	mail.kind = (enum mail_kind)kind;
	mail.state = (enum outbox_state)state;
	*ret = mail;
	return OK;
}

/* Where it stands ------------------------------------------------------------------------------ */

/* From the token of the last mail to the first that is not spent: `claims` is then about that one.
 * A token without tries is one that nothing follows. */
static enum result
follow_tokens(const struct app *app, struct stage_claims *claims, int *ret_tries_left)
{
	struct token_state state;

	for (;;) {
		const enum result read = token_state_read(app, claims, &state);

		if (read != OK && read != LINK_EXHAUSTED)
			return read;
		*ret_tries_left = state.used || state.tries_left < 0 ? 0 : state.tries_left;
		if (!state.used)
			return OK;
		claims->stage = stage_rule(claims->stage)->then;
		if (claims->stage == STAGE_NONE)
			return OK;
		memcpy(claims->jti.bytes, state.spent.next_id, sizeof claims->jti.bytes);
		claims->expires_at = state.spent.created_at + (claims->stage == STAGE_ACCOUNT
								      ? app->account_step_lives_s
								      : app->second_link_lives_s);
	}
}

static enum result
read_registration(
    const struct app *app, const struct link_mail *mail, struct member_registration *ret)
{
	struct stage_claims claims = {
		.stage = mailed_link_stage(mail->kind),
		.jti = mail->jti,
		.expires_at = mail->expires_at,
	};

	*ret = (struct member_registration){
		.mail_id = mail->id,
		.person_id = mail->subject.person_id,
		.asked_at = mail->created_at,
	};
	memcpy(ret->subject_hash, mail->subject_hash, sizeof ret->subject_hash);
	if (claims.stage == STAGE_NONE)
		return OK;
	TRY(follow_tokens(app, &claims, &ret->tries_left));
	ret->next = claims.stage;
	const bool is_of_before = mail->created_at <= keyring_epoch(app->keyring);
	ret->expires_at = is_of_before ? mail->created_at : claims.expires_at;
	return OK;
}

static enum result
find_registration(const struct app *app, enum operator_statement statement, struct db_value by,
    struct member_registration *ret)
{
	const struct db_value in[] = { by, { 0 } };
	struct link_mail mail;

	TRY(link_mail_read(app, statement, in, &mail));
	return read_registration(app, &mail, ret);
}

void
member_address_hash(const struct app *app, const char *email, uint8_t ret[static KEYED_HASH_SIZE])
{
	const struct mail_interval interval = mail_interval_of(
	    app, LIMIT_INVITATION_MAIL, email, 0);

	memcpy(ret, interval.limit_try.subject_hash, KEYED_HASH_SIZE);
}

void
member_login_id_hash(
    const struct app *app, const char *login_id, uint8_t ret[static KEYED_HASH_SIZE])
{
	const struct mail_interval interval = mail_interval_of_login_id(
	    app, LIMIT_RESET_MAIL, login_id, 0);

	memcpy(ret, interval.limit_try.subject_hash, KEYED_HASH_SIZE);
}

enum result
member_registration_of_address(
    const struct app *app, const char *email, struct member_registration *ret)
{
	uint8_t hash[KEYED_HASH_SIZE];

	member_address_hash(app, email, hash);
	return find_registration(app, OPERATOR_REGISTRATION_OF_ADDRESS,
	    db_bytes("subject_hash", hash, sizeof hash), ret);
}

enum result
member_registration_of_person(
    const struct app *app, struct person_id person_id, struct member_registration *ret)
{
	return find_registration(app, OPERATOR_REGISTRATION_OF_PERSON,
	    db_bytes("person_id", person_id.bytes, sizeof person_id.bytes), ret);
}

enum result
member_registration_read(
    const struct app *app, struct mail_id mail_id, struct member_registration *ret)
{
	return find_registration(app, OPERATOR_REGISTRATION_READ,
	    db_bytes("mail_id", mail_id.bytes, sizeof mail_id.bytes), ret);
}

/* Ending it ------------------------------------------------------------------------------------ */

static enum result
end_registrations(struct db_tx *tx, struct person_id person_id, int64_t now, bool ends_invitations)
{
	const struct db_value person = db_bytes(
	    "person_id", person_id.bytes, sizeof person_id.bytes);
	const struct db_value tokens[] = { person, db_number("now", now),
		db_number("alive_after", now - MEMBER_REGISTRATION_LIVES_S), { 0 } };
	const struct db_value mails[] = { person, db_number("now", now),
		db_number("ends_invitations", ends_invitations), { 0 } };

	if (ends_invitations)
		TRY(db_change(tx, OPERATOR_REGISTRATIONS_END_INVITATIONS, tokens, NULL));
	TRY(db_change(tx, OPERATOR_REGISTRATIONS_END_KEYS, tokens, NULL));
	TRY(db_change(tx, OPERATOR_REGISTRATIONS_END_ACCOUNTS, tokens, NULL));
	return db_change(tx, OPERATOR_REGISTRATIONS_DROP_MAILS, mails, NULL);
}

enum result
member_registrations_end(struct db_tx *tx, struct person_id person_id, int64_t now)
{
	return end_registrations(tx, person_id, now, true);
}

enum result
member_registrations_end_begun(struct db_tx *tx, struct person_id person_id, int64_t now)
{
	return end_registrations(tx, person_id, now, false);
}
