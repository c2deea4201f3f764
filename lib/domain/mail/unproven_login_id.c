/* unproven_login_id.c - tells the owner of an address that it has become somebody's login ID. */

#include "unproven_login_id.h"

#include <stdbool.h>
#include <strings.h>

struct unproven_login_id
unproven_login_id_of(
    const struct app *app, const struct account *account, const char *login_id, int64_t now)
{
	const bool is_proven = strcasecmp(login_id, account->email) == 0;
	struct unproven_login_id unproven = {
		.mail_interval = mail_interval_of(app, LIMIT_UNPROVEN_LOGIN_ID_MAIL, login_id, now),
		.mail = outbox_mail_to(is_proven ? MAIL_NONE : MAIL_UNPROVEN_LOGIN_ID, login_id,
		    account->language, now, 0),
	};

	unproven.mail_interval.limit_try.uncounted = is_proven;
	unproven.mail_interval.limit_local = NULL;
	return unproven;
}

void
unproven_login_id_wipe(struct unproven_login_id *unproven)
{
	outbox_mail_wipe(&unproven->mail);
}

enum result
unproven_login_id_enqueue(struct db_tx *tx, struct unproven_login_id *unproven)
{
	return mail_interval_enqueue(tx, &unproven->mail_interval, &unproven->mail);
}
