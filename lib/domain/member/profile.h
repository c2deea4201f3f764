/* profile.h - the flow of a member's settings: one function per change.
 *
 * What could take an account away from its owner demands the current password (ASVS 7.5.1): at most
 * five wrong ones in a quarter of an hour, PASSWORD_WRONG with refusal->attempts_left, then TOO_MANY
 * with refusal->wait_s. The owner is told of each by mail. Inputs are folded before.
 *
 * Several at once: each change meets what the others have done. LOGIN_REQUIRED: the login is over by
 * then. PASSWORD_WRONG, not counted: another request of this login has set another password. */

#ifndef PROFILE_H
#define PROFILE_H

#include "session.h"
#include "app.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "stage.h"
#include "client.h"

/* Sets what is not empty; nickname and language of the member are then those of the account. */
enum result profile_set(const struct app *, const struct client *, struct member *,
    const char *nickname, const char *language) MUST_USE;

/* All other logins and all mailed links end, and no address is pending. BAD_FIELD: refusal->fault is
 * about the new password. The same password set twice at once: OK both times, told once. */
enum result profile_change_password(const struct app *, const struct client *,
    const struct member *, const struct secret *current, const struct secret *password,
    struct error_info *ret_info) MUST_USE;

/* Owes a link to the new address, at most one a mail interval and address, and a notice to the present
 * one, which stays until the link is used. The present address itself: OK, and nothing is done. */
enum result profile_change_email(const struct app *, const struct client *, const struct member *,
    const struct secret *current, const char *email, struct error_info *ret_info) MUST_USE;

/* The account waits for no address any more; it did not before: OK. No password is asked for: it only
 * takes away. */
enum result profile_withdraw_email(
    const struct app *, const struct client *, const struct member *) MUST_USE;

/* TOKEN_SPENT: the account waits for another address by now, or for none; or the link is not good any
 * more (mailed_link.h). */
enum result profile_confirm_email(
    const struct app *, const struct client *, const struct stage_claims *) MUST_USE;

/* TAKEN, with refusal->attempts_left of a day; TOO_MANY. The account's own: OK, and nothing is done. */
enum result profile_change_login_id(const struct app *, const struct client *,
    const struct member *, const struct secret *current, const char *login_id,
    struct error_info *ret_info) MUST_USE;

/* Deletes the account; the person may register again. What stays is the audit trail. */
enum result profile_leave(const struct app *, const struct client *, const struct member *,
    const struct secret *current, struct error_info *ret_info) MUST_USE;

#endif
