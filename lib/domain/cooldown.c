/* cooldown.c - a mail of a kind goes to one address at most once in a while. */

#include "cooldown.h"

#include "cleanup.h"
#include "email.h"
#include "mailer.h"
#include "secret.h"

#include <string.h>

enum result
cooldown_owe(struct db_tx *tx, const struct attempt *cooldown, const struct outbox_mail *mail)
{
	CLEANUP(outbox_mail_wipe) struct outbox_mail owed = *mail;
	int left = 0;

	TRY(attempt_take(tx, cooldown, &left, NULL));
	if (left < 0)
		owed.kind = LETTER_NONE;
	return outbox_insert(tx, &owed);
}

struct attempt
cooldown_of(const struct portal *p, enum policy_scope scope, const char *email, int64_t now)
{
	char key[EMAIL_MAX + 1];

	email_key(email, key);
	const struct attempt cooldown = attempt_of(
	    p->keyring, scope, key, strlen(key), now, p->cooldown_s);
	secret_wipe_bytes(key, sizeof key);
	return cooldown;
}

struct sending {
	struct attempt cooldown;
	const struct outbox_mail *mail;
};

static enum result
send_tx(struct db_tx *tx, void *context)
{
	const struct sending *sending = context;

	return cooldown_owe(tx, &sending->cooldown, sending->mail);
}

enum result
cooldown_send(const struct portal *p, enum policy_scope scope, const struct outbox_mail *mail)
{
	struct sending sending = { .cooldown = cooldown_of(p, scope, mail->email, mail->created_at),
		.mail = mail };

	TRY(db_transaction(p->db, send_tx, &sending));
	mailer_wake(p->mailer);
	return OK;
}
