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
#include "mail_interval.h"
#include "outbox.h"
#include "token_state.h"

enum result
registration_invite(
    const struct app *app, const char *email, const char *language, struct error_info *error_info)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    MAIL_INVITATION, email, language, clock_now(), app->invitation_lives_s);

	secret_random(mail.jti.bytes, sizeof mail.jti.bytes);
	return mail_interval_send(app, LIMIT_INVITATION_MAIL, &mail, error_info);
}

enum result
registration_status(
    const struct app *app, const struct stage_claims *claims, struct registration_status *ret)
{
	const struct stage_rule *rule = stage_rule(claims->stage);
	struct token_state state;

	TRY(token_state_read(app, claims, &state));
	if (state.used)
		rule = rule->then != STAGE_NONE ? stage_rule(rule->then) : NULL;
	ret->next = rule;
	ret->attempts_left = state.tries_left;
	return OK;
}
