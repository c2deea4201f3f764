/* email_confirmation.h - the link that proves a new address of an account: its mail, and how many
 * of them one person can cause.
 *
 * Two things are counted. Neither begins anew for somebody who leaves and registers again:
 *
 *   address_changes     links of one person, to whatever addresses, in a registration or later.
 *                       This bounds what a member can have sent to strangers.
 *   confirmation_mail   the mail interval of one person's mails to one address. It ends when the
 *                       link is used, and a new generation has one of its own: the link that was
 *                       mailed is over then, and the member needs another at once. */

#ifndef EMAIL_CONFIRMATION_H
#define EMAIL_CONFIRMATION_H

#include "account.h"
#include "app.h"
#include "db.h"
#include "error_info.h"
#include "limit_db.h"
#include "mail_interval.h"
#include "outbox.h"
#include "result.h"

#include <stdint.h>

struct email_confirmation {
	struct limit_try by_person;
	struct mail_interval mail_interval;
	struct outbox_mail mail;
};

/* A link to `email` for the account, made before the transaction. Wiped by its owner. */
struct email_confirmation email_confirmation_of(
    const struct app *, const struct account *, const char *email, int64_t now);
void email_confirmation_wipe(struct email_confirmation *);

/* Counts the link and enqueues its mail, or a MAIL_NONE in its place (mail_interval_enqueue()). To
 * be called in the transaction that makes the address pending. TOO_MANY, with error_info->wait_s:
 * the person has no link left; OVERLOADED as there. Both must roll the transaction back. */
enum result email_confirmation_enqueue(
    struct db_tx *, struct email_confirmation *, struct error_info *) MUST_USE;

/* The link was used: ends the mail interval of the address. */
enum result email_confirmation_end_interval(struct db_tx *, const struct app *,
    const struct account *, const char *email, int64_t now) MUST_USE;

#endif
