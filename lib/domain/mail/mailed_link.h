/* mailed_link.h - the links in mails, above all those to an account: to set a new password, to
 * confirm a new address, to end the account of a former member.
 *
 * A link belongs to a generation of its account: whatever ends all sessions of the account
 * (another password, the operator) raises the generation and ends its links. No link works while
 * the account is disabled or its person has no access. A reset link belongs also to the proven
 * address that it was mailed to, a confirmation link to the pending one: recovery_reset.c and
 * profile_email.c compare it, and their UPDATEs ask for it again.
 *
 * A confirmation link has the generation of the time it was asked for. A reset link has that of
 * the time it is sent: a mail that waited in the outbox is worth no more than one that anybody
 * may ask for then. */

#ifndef MAILED_LINK_H
#define MAILED_LINK_H

#include "account.h"
#include "db.h"
#include "outbox.h"
#include "result.h"
#include "stage.h"

#include <stdint.h>

/* The stage of the token in the link of a mail. STAGE_NONE: the mail has no link. */
enum stage mailed_link_stage(enum mail_kind);

/* What a link says of its account on a day. Borrows the address from the claims. */
struct mailed_link mailed_link_of(const struct stage_claims *, struct access_day);

/* Completes a mail that is about to be sent. The address of a MAIL_PASSWORD_RESET is a login ID as
 * it was typed, that of a MAIL_ACCOUNT_DELETION an address as it was typed, known or not: the mail
 * gets the address and the language of the account. A MAIL_PASSWORD_RESET without a usable account,
 * a MAIL_ACCOUNT_DELETION without that of a former member, and a MAIL_EMAIL_CONFIRMATION whose
 * address is not pending any more, becomes MAIL_NONE. Other mails stay as they are. OK,
 * UNAVAILABLE, INTERNAL. */
enum result mailed_link_complete(
    struct db_tx *, int64_t now, int64_t days_after_loss, struct outbox_mail *) MUST_USE;

#endif
