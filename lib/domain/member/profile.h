/* profile.h - the flow of a member's settings: one function per change.
 *
 * Changes that could take the account away from its owner compare request->current with the
 * current password first and pass on what current_password_check() returns; the owner is told of
 * each by mail. The others leave request->current NULL. All texts are folded by the caller.
 *
 * Requests at the same moment: each change finds what the others have done. LOGIN_REQUIRED: the
 * session is over by then. PASSWORD_WRONG that does not count as a try: another request of the
 * session has set another password. UNAVAILABLE and OVERLOADED may come from every function;
 * nothing was changed. */

#ifndef PROFILE_H
#define PROFILE_H

#include "app.h"
#include "client.h"
#include "current_password.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "stage.h"

/* Sets what is not empty; nickname and language of the member are then those of the account. */
enum result profile_set(const struct app *, const struct client *, struct member *,
    const char *nickname, const char *language) MUST_USE;

/* Sets a new password. All other sessions and all mailed links end, and no address is pending.
 * BAD_FIELD: ret_info->field_error is about the new password. The same password set by two
 * requests at once: OK for both, one mail. */
enum result profile_change_password(const struct app *, const struct member_request *,
    const struct secret *password, struct error_info *ret_info) MUST_USE;

/* Enqueues a link to the new address, at most one in a mail interval and address, and a
 * notification to the present one, which stays until the link is used. The present address
 * itself: OK, and nothing is done. TOO_MANY: ret_info->wait_s. */
enum result profile_change_email(const struct app *, const struct member_request *,
    const char *email, struct error_info *ret_info) MUST_USE;

/* Takes the pending address back; none is pending: OK. Asks for no password, as nothing is lost
 * by it. */
enum result profile_withdraw_email(const struct app *, const struct member_request *) MUST_USE;

/* Makes the pending address the proven one, by its link. TOKEN_SPENT: another address is pending
 * by now, or none; or the link is not good any more (mailed_link.h). The same link again: OK while
 * the account has that address. */
enum result profile_confirm_email(
    const struct app *, const struct client *, const struct stage_claims *) MUST_USE;

/* Would profile_confirm_email() be OK with this link? Changes nothing. OK, TOKEN_SPENT. */
enum result profile_confirmation_status(const struct app *, const struct stage_claims *) MUST_USE;

/* Sets another login ID. TAKEN: another account has it; ret_info->attempts_left says how many
 * tries the member has left today. TOO_MANY: ret_info->wait_s. The account's own: OK, and nothing
 * is done. */
enum result profile_change_login_id(const struct app *, const struct member_request *,
    const char *login_id, struct error_info *ret_info) MUST_USE;

/* Deletes the account; the audit trail stays. The person may register again. */
enum result profile_delete_account(
    const struct app *, const struct member_request *, struct error_info *ret_info) MUST_USE;

#endif
