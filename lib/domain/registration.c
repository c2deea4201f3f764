/* registration.c - the short steps of the story: invite, where one stands.
 *
 * The others have a file each: registration_identify.c, registration_confirm_key.c,
 * registration_create_account.c. In all of them random values, hashes and times are made before a
 * transaction, so that running it again writes the same rows; functions named *_tx run inside
 * one. */

#include "registration.h"

#include "cleanup.h"
#include "clock.h"
#include "cooldown.h"
#include "link.h"
#include "outbox.h"

/* Invite -------------------------------------------------------------------------------------- */

enum result
registration_invite(
    const struct portal *p, const char *email, const char *language, struct refusal *refusal)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(
	    LETTER_INVITATION, email, language, clock_now(), p->invitation_lives_s);

	secret_random(mail.jti, sizeof mail.jti);
	return cooldown_send(p, POLICY_INVITATION_MAIL, &mail, refusal);
}

/* Standing ------------------------------------------------------------------------------------ */

enum result
registration_standing(const struct portal *p, const struct pass *pass, struct standing *ret)
{
	const struct stage_rule *rule = stage_rule(pass->stage);
	struct link link;

	TRY(link_read(p, pass, &link));
	if (link.used)
		rule = rule->then != STAGE_NONE ? stage_rule(rule->then) : NULL;
	ret->next = rule;
	ret->attempts_left = link.tries_left;
	return OK;
}
