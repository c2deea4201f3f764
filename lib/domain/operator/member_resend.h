/* member_resend.h - sends the last mail with a link once more: the same link, to the same address.
 *
 * Of a registration that is the invitation or the second link, of an account the link to a new
 * password or to a new address, whichever is newer. The link ends when it would have ended: what
 * is over begins again where it began. The pause between mails of a kind does not hold for the
 * operator, and the mail is counted.
 *
 * The address of a mail is emptied when it was sent. So that of a registration is typed by the
 * operator, and compared with the keyed hash that stays. */

#ifndef MEMBER_RESEND_H
#define MEMBER_RESEND_H

#include "app.h"
#include "bounds.h"
#include "member_find.h"
#include "member_registration.h"
#include "operator_act.h"
#include "result.h"

#include <stdbool.h>

/* The last mail with a link: of the account, if there is one in `ids`; otherwise of the
 * registration or the person. NO_ROW: there is none. */
enum result member_last_link(
    const struct app *, const struct member_ids *, struct link_mail *ret) MUST_USE;

/* The same of whoever has this login ID, or began a registration with this address; of the newer
 * mail, where both are there. */
enum result member_last_link_of(
    const struct app *, const char *email, struct link_mail *ret) MUST_USE;

/* Must the operator say the address, because no row has it? */
bool member_link_needs_address(const struct link_mail *);

/* Sends it. `email`: the address that was typed, folded; "" where it is not needed.
 *
 *   TOKEN_EXPIRED    the link is over
 *   TOKEN_SPENT      it was used, or ended with what it was for (another address, a new password)
 *   ACCOUNT_EXISTS   the person has an account by now
 *   LOGIN_FAILED     the account is disabled, or its person has no access
 *   TOO_MANY         that mail has not been sent yet: it is pending
 *   BAD_FIELD        it was not this address that the mail went to */
enum result member_resend(const struct app *, const struct operator_act *, const struct link_mail *,
    const char *email) MUST_USE;

#endif
