/* account_deletion.h - the flow in which a former member ends their account by a mailed link.
 *
 *   account_deletion_ask()     an address -> a mail with a link, to the proven address of the
 *                              account
 *   account_deletion_confirm() that link -> the account is deleted, and a notification mail
 *   account_deletion_status()  that link -> whether confirming would be OK
 *
 * For whoever cannot log in any more because their eligibility, and their access after it, ended
 * (個人情報保護法 35); others end their account in their session (profile_delete_account()). An
 * address means the account whose login ID it is, else the oldest whose proven address it is: of
 * several each is ended in its turn.
 *
 * Asking answers the same for every address, writes the same kind of row and does the same work
 * (ASVS 6.3.8): whether there is such an account is looked up when the mail is sent. The link
 * belongs to the account as it is then: another generation, another proven address, a disabled
 * account or access that came back end it. UNAVAILABLE may come from all of them. */

#ifndef ACCOUNT_DELETION_H
#define ACCOUNT_DELETION_H

#include "app.h"
#include "client.h"
#include "error_info.h"
#include "result.h"
#include "stage.h"

/* Limited by MAIL_INTERVAL_S: within it the answer is OK, and no mail goes out. OVERLOADED, and
 * error_info->wait_s: the service sends too many mails (mail_interval.h). */
enum result account_deletion_ask(
    const struct app *, const char *email, struct error_info *) MUST_USE;

/* OK also for a link that has deleted the account. TOKEN_SPENT: the link is not good any more. */
enum result account_deletion_confirm(
    const struct app *, const struct client *, const struct stage_claims *) MUST_USE;

/* Would account_deletion_confirm() be OK with this link? Changes nothing. OK, TOKEN_SPENT. */
enum result account_deletion_status(const struct app *, const struct stage_claims *) MUST_USE;

#endif
