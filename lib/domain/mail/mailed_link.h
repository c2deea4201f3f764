/* mailed_link.h - the links that are mailed for an account: a new password, a new address.
 *
 * Each belongs to its account's generation and state: whatever ends all logins of an account (another
 * password, the operator) raises the generation, and with it all its mailed links are over; no link
 * works while the account is disabled or its person not eligible. A reset link belongs also to the
 * proven address that it was mailed to, a confirmation link to the pending one.
 *
 * A confirmation link has the generation
 * that of its request. A reset link has that of the moment when it is sent: a mail that waits is worth
 * no more than one that anybody may ask for then. */

#ifndef MAILED_LINK_H
#define MAILED_LINK_H

#include "account.h"
#include "bounds.h"
#include "clock.h"
#include "db.h"
#include "outbox.h"
#include "result.h"
#include "stage.h"

#include <stdint.h>

struct mailed_link mailed_link_of(const struct stage_claims *, int64_t now);

/* Looks, when a mail is sent, whether its link is still good. A MAIL_PASSWORD_RESET is in the outbox
 * for a login ID as it was typed, known or not: it is addressed to the account that may be used, in
 * its language. What has no such account, and a MAIL_EMAIL_CONFIRMATION whose account waits for its
 * address no longer, becomes MAIL_NONE. Other mails stay as they are. */
enum result mailed_link_address(struct db_tx *, int64_t now, struct outbox_mail *) MUST_USE;

#endif
