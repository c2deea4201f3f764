/* registration.c - the short steps of the story: invite, where one stands.
 *
 * The others have a file each: registration_identify.c, registration_confirm_key.c,
 * registration_create_account.c. In all of them random values, hashes and times are made before a
 * transaction, so that running it again writes the same rows; functions named *_tx run inside
 * one. */

#include "registration.h"

#include "attempts.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "email.h"
#include "link.h"
#include "mailer.h"
#include "outbox.h"

#include <string.h>

/* Invite -------------------------------------------------------------------------------------- */

struct invitation {
	struct attempt cooldown;
	struct outbox_mail mail;
};

static enum result
invite_tx(struct db_tx *tx, void *context)
{
	const struct invitation *invitation = context;
	CLEANUP(outbox_mail_wipe) struct outbox_mail mail = invitation->mail;
	int left = 0;

	TRY(attempt_take(tx, &invitation->cooldown, &left, NULL));
	/* Within the cool-down a row is written all the same: both paths cost one transaction. */
	if (left < 0)
		mail.kind = LETTER_NONE;
	return outbox_insert(tx, &mail);
}

enum result
registration_invite(const struct portal *p, const char *email, const char *language)
{
	const int64_t now = clock_now();
	char key[EMAIL_MAX + 1];
	struct invitation invitation = {
		.mail = outbox_mail_to(
		    LETTER_INVITATION, email, language, now, p->invitation_lives_s),
	};

	email_key(email, key);
	invitation.cooldown = attempt_of(
	    p->keyring, POLICY_INVITATION_MAIL, key, strlen(key), now, p->cooldown_s);
	secret_wipe_bytes(key, sizeof key);
	secret_random(invitation.mail.jti, sizeof invitation.mail.jti);
	const enum result result = db_transaction(p->db, invite_tx, &invitation);
	outbox_mail_wipe(&invitation.mail);
	if (result == OK)
		mailer_wake(p->mailer);
	return result;
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
