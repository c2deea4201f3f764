/* registration.c - the short steps of the flow: invite, where one stands.
 *
 * The others have a file each: registration_identify.c, registration_confirm_key.c,
 * registration_create_account.c. In all of them random values, hashes and times are made before a
 * transaction, so that running it again writes the same rows; functions named *_tx run inside
 * one. */

#include "registration.h"

#include "cleanup.h"
#include "clock.h"
#include "mail_interval.h"
#include "token_state.h"
#include "outbox.h"

/* Invite -------------------------------------------------------------------------------------- */

enum result
registration_invite(
    const struct app *p, const char *email, const char *language, struct error_info *error_info)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    MAIL_INVITATION, email, language, clock_now(), p->invitation_lives_s);

	secret_random(mail.jti.bytes, sizeof mail.jti.bytes);
	return mail_interval_send(p, LIMIT_INVITATION_MAIL, &mail, error_info);
}

/* Standing ------------------------------------------------------------------------------------ */

enum result
registration_status(
    const struct app *p, const struct stage_claims *claims, struct registration_status *ret)
{
	const struct stage_rule *rule = stage_rule(claims->stage);
	struct token_state state;

	TRY(token_state_read(p, claims, &state));
	if (state.used)
		rule = rule->then != STAGE_NONE ? stage_rule(rule->then) : NULL;
	ret->next = rule;
	ret->attempts_left = state.tries_left;
	return OK;
}
