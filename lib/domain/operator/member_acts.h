/* member_acts.h - what an operator does to one account: each act in one transaction.
 *
 *   act         ends                                        mails         counted
 *   disable     sessions, mailed links, pending address     -             -
 *   enable      -                                           -             -
 *   logout      as disable                                  -             -
 *   end         the account with all of it; registrations   the address   -
 *               of the person that are under way
 *   set-email   the link to an address that was pending     both          address_changes,
 *               before                                                    confirmation_mail
 *   release     -                                           the address   -
 *   move        registrations of the person under way       -             -
 *   unlock      what is counted about the member            -             -
 *   send-reset  -                                           the address   reset_mail
 *   resend      -                                           the address   as the mail was
 *
 * Whatever ends acts at the next call on every replica, as it does for the member. Every act leaves
 * an event with the operator's name and reason in the trail (operator_act.h), in its transaction;
 * an act that finds nothing to do writes nothing. An act names an account by its id: one that ended
 * meanwhile is not there (NO_ROW), and the account that its person may have made since is not
 * touched. Two operators at once: the second finds what the first has done.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). Of the
 * struct app it uses db, keyring and the lives of links. UNAVAILABLE or INTERNAL may come from all
 * of them. After UNAVAILABLE nobody knows whether it was done: the answer to the COMMIT may be
 * lost. */

#ifndef MEMBER_ACTS_H
#define MEMBER_ACTS_H

#include "app.h"
#include "client.h"
#include "ids.h"
#include "member_find.h"
#include "operator_act.h"
#include "result.h"
#include "roster_transfer.h"

#include <stdbool.h>
#include <stdint.h>

enum member_change { MEMBER_DISABLE, MEMBER_ENABLE, MEMBER_LOG_OUT, MEMBER_CHANGE__MAX };

/* *ret_changed: false when the account was so already; then nothing was written. */
enum result member_change(const struct app *, const struct operator_act *, enum member_change,
    struct account_id, bool *ret_changed) MUST_USE;

/* Ends the sessions and mailed links of every account, a batch at a time. *ret_accounts: of how
 * many, also when it failed on the way; then it is to be started again. Writes one row of no
 * account to the trail before the first batch, so that a run that broke off is seen there, too. */
enum result member_log_out_all(
    const struct app *, const struct operator_act *, uint64_t *ret_accounts) MUST_USE;

/* Deletes the account; the person may register again. A notification goes to its address. Also ends
 * what is under way: whoever began a second registration for the same person can not go on with
 * it. */
enum result member_end(const struct app *, const struct operator_act *, struct account_id) MUST_USE;

/* Makes an address pending that the member cannot set, and mails it the confirmation link; the
 * present address is told, and stays until the link is used. Pauses between mails do not hold for
 * the operator, and what is sent is counted. *ret_changed: false when it is the account's own
 * already. LOGIN_FAILED: the account is disabled or its person has no access, so that no link
 * works. */
enum result member_set_email(const struct app *, const struct operator_act *, struct account_id,
    const char *email, bool *ret_changed) MUST_USE;

/* Frees the login ID of an account, which is somebody else's address. The account's login ID is its
 * proven address from then on, and its member is told there. *ret_changed: false when its login ID
 * is its own proven address: there is nothing to free. TAKEN: another account has that one as login
 * ID, so that this account's member would be locked out. */
enum result member_release_login_id(
    const struct app *, const struct operator_act *, struct account_id, bool *ret_changed) MUST_USE;

/* Forgets what is counted about a member, and about the source, if one is given
 * (member_limits.h). The account may be none: then what is counted about the person. NO_ROW:
 * neither is there. */
enum result member_unlock(const struct app *, const struct operator_act *,
    const struct member_ids *, const struct client *source) MUST_USE;

/* Gives a person another 番号 or 記号, where no roster said so in time (roster_transfer.h): account,
 * sessions and links stay. `to->person_id` is set here. Registrations of the person that are under
 * way end, and those of whoever had the new pair and is joined. NO_ROW, BAD_FIELD, ACCOUNT_EXISTS,
 * IDENTITY_MISMATCH: as there. */
enum result member_move(const struct app *, const struct operator_act *, const struct member_ids *,
    struct roster_transfer *to) MUST_USE;

/* Enqueues the mail with which a member chooses a new password (ASVS 6.4.6: an operator starts it
 * and knows no password). LOGIN_FAILED as above. */
enum result member_send_reset(
    const struct app *, const struct operator_act *, struct account_id) MUST_USE;

#endif
