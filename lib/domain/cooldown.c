/* cooldown.c - how often a mail goes to one address, and to all together. */

#include "cooldown.h"

#include "cleanup.h"
#include "clock.h"
#include "email.h"
#include "mailer.h"
#include "secret.h"
#include "throttle.h"

#include <string.h>

/* Only letters that are owed count: whoever asks again and again for one address costs the others
 * none of theirs. Nor does whose transaction is run again: what was counted stays counted, and
 * cooldown_run() gives back what it was not needed for. */
static enum result
count_for_all(struct cooldown *cooldown)
{
	if (cooldown->throttle == NULL || cooldown->counted.granted)
		return OK;
	cooldown->counted = throttle_take(
	    cooldown->throttle, POLICY_SERVICE_MAILS, "", 0, 1, clock_monotonic_ms());
	if (cooldown->counted.granted)
		return OK;
	cooldown->refusal->wait_s = cooldown->counted.wait_s;
	return OVERLOADED;
}

enum result
cooldown_owe(struct db_tx *tx, struct cooldown *cooldown, const struct outbox_mail *mail)
{
	CLEANUP(outbox_mail_wipe) struct outbox_mail owed = *mail;
	int left = 0;

	TRY(attempt_take(tx, &cooldown->attempt, &left, NULL));
	cooldown->owed = left >= 0;
	if (cooldown->owed)
		TRY(count_for_all(cooldown));
	else
		owed.kind = LETTER_NONE;
	return outbox_insert(tx, &owed);
}

enum result
cooldown_run(const struct portal *p, struct cooldown *cooldown,
    enum result (*body)(struct db_tx *, void *), void *context)
{
	const enum result result = db_transaction(p->db, body, context);

	if (cooldown->throttle != NULL && (result != OK || !cooldown->owed))
		throttle_give_back(
		    cooldown->throttle, POLICY_SERVICE_MAILS, "", 0, &cooldown->counted);
	if (result == OK)
		mailer_wake(p->mailer);
	return result;
}

static struct cooldown
cooldown_of_thing(const struct portal *p, enum policy_scope scope, const void *thing, size_t size,
    int64_t now, struct refusal *refusal)
{
	return (struct cooldown){
		.attempt = attempt_of(p->keyring, scope, thing, size, now, p->cooldown_s),
		.throttle = p->throttle,
		.refusal = refusal,
	};
}

struct cooldown
cooldown_of(const struct portal *p, enum policy_scope scope, const uint8_t *account_id,
    const char *email, int64_t now, struct refusal *refusal)
{
	struct {
		uint8_t account_id[ID_SIZE];
		char key[EMAIL_MAX + 1];
	} thing = { 0 };

	if (account_id != NULL)
		memcpy(thing.account_id, account_id, sizeof thing.account_id);
	email_key(email, thing.key);
	const struct cooldown cooldown = cooldown_of_thing(
	    p, scope, &thing, sizeof thing.account_id + strlen(thing.key), now, refusal);
	secret_wipe_bytes(&thing, sizeof thing);
	return cooldown;
}

struct cooldown
cooldown_of_login_id(const struct portal *p, enum policy_scope scope, const char *login_id,
    int64_t now, struct refusal *refusal)
{
	return cooldown_of_thing(p, scope, login_id, strlen(login_id), now, refusal);
}

struct sending {
	struct cooldown cooldown;
	const struct outbox_mail *mail;
};

static enum result
send_tx(struct db_tx *tx, void *context)
{
	struct sending *sending = context;

	return cooldown_owe(tx, &sending->cooldown, sending->mail);
}

enum result
cooldown_send(const struct portal *p, enum policy_scope scope, const struct outbox_mail *mail,
    struct refusal *refusal)
{
	struct sending sending = {
		.cooldown = cooldown_of(p, scope, NULL, mail->email, mail->created_at, refusal),
		.mail = mail,
	};

	return cooldown_run(p, &sending.cooldown, send_tx, &sending);
}
