/* registration.c - the two short steps of a registration: the invitation, and where a registration
 * stands.
 *
 * The other steps have a file each: registration_captcha.c, registration_identify.c,
 * registration_confirm_key.c, registration_create_account.c. In all of them random values, hashes
 * and times are made before a transaction, so that it writes the same rows when it is run again.
 * Functions whose names end in _tx are the bodies of transactions (db.h). */

#include "registration.h"

#include "cleanup.h"
#include "clock.h"
#include "email_domains.h"
#include "mail_interval.h"
#include "outbox.h"
#include "spent_token.h"
#include "statements.h"
#include "token_state.h"

#include <string.h>

enum result
registration_invite(
    const struct app *app, const char *email, const char *language, struct error_info *error_info)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    MAIL_INVITATION, email, language, clock_now(), app->invitation_lives_s);

	if (!email_domains_have(app->registration_domains, email))
		return EMAIL_DOMAIN_REFUSED;
	secret_random(mail.jti.bytes, sizeof mail.jti.bytes);
	return mail_interval_send(app, LIMIT_INVITATION_MAIL, &mail, error_info);
}

/* From a token that was used to the last one that was made of it. `stage` becomes the first stage
 * whose token is not used; STAGE_NONE: all are, and `spent` is how that of the account step was. */
static enum result
follow_tokens(struct db_tx *tx, enum stage *stage, struct spent_token *spent)
{
	enum result read = OK;

	while (read == OK && (*stage = stage_rule(*stage)->then) != STAGE_NONE) {
		struct jti next;

		memcpy(next.bytes, spent->next_id, sizeof next.bytes);
		read = spent_token_read(tx, next, spent);
	}
	return read == NO_ROW ? OK : read;
}

/* Whose number was typed. That of an operator's invitation was not, and whoever has the link must
 * not learn whether its person has an account. */
static struct person_id
proven_person(const struct stage_claims *claims)
{
	return claims->stage == STAGE_IDENTITY ? no_person : claims->subject.person_id;
}

/* Where the registration of a used token stands. */
static enum result
used_status(const struct app *app, const struct stage_claims *claims, struct spent_token *spent,
    struct registration_status *ret)
{
	struct db_tx alone = db_alone(app->db);
	enum stage stage = claims->stage;
	struct account_id made = no_account;
	bool exists = false;

	TRY(follow_tokens(&alone, &stage, spent));
	if (stage == STAGE_NONE)
		memcpy(made.bytes, spent->next_id, sizeof made.bytes);
	TRY(account_exists(&alone, made, proven_person(claims), &exists));
	if (stage == STAGE_NONE && !exists)
		return TOKEN_SPENT;
	ret->next = exists ? STAGE_NONE : stage;
	return OK;
}

enum result
registration_status(
    const struct app *app, const struct stage_claims *claims, struct registration_status *ret)
{
	const struct person_id person = proven_person(claims);
	struct token_state state;
	int64_t has_account = 0;
	struct db_values in = { {
	    db_bytes("person_id", person.bytes, sizeof person.bytes),
	} };
	const struct db_slot out[] = { db_to_number(&has_account), { 0 } };

	TRY(token_state_read_with(app, claims, TOKEN_STATE_READ_OF, &in, out, &state));
	if (state.used)
		TRY(used_status(app, claims, &state.spent, ret));
	else
		ret->next = has_account != 0 ? STAGE_NONE : claims->stage;
	ret->attempts_left = state.tries_left;
	return OK;
}
