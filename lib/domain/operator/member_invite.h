/* member_invite.h - an operator invites one person to register, at any address.
 *
 * For whom REGISTRATION_EMAIL_DOMAINS shuts out: who is on leave, or retired and still insured. The
 * link is bound to the person: at the identity step another person's number is a wrong one. The
 * pause between invitations does not hold for the operator, and the mail is counted. */

#ifndef MEMBER_INVITE_H
#define MEMBER_INVITE_H

#include "app.h"
#include "ids.h"
#include "operator_act.h"
#include "result.h"

/* Sends it. `email` is folded, `language` "ja" or "en".
 *
 *   NO_ROW               there is no such person
 *   ACCOUNT_EXISTS       the person has an account
 *   PERSON_NOT_ELIGIBLE  the person is not insured today
 *   IDENTITY_MISMATCH    another person's 番号 and 記号 spell the same, so that neither registers */
enum result member_invite(const struct app *, const struct operator_act *, struct person_id,
    const char *email, const char *language) MUST_USE;

#endif
