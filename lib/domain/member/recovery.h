/* recovery.h - the flow of getting back in: forgotten login ID, forgotten password.
 *
 *   recovery_login_ids()   an address -> a mail with the login IDs whose proven address it is,
 *                          or that there is none
 *   recovery_ask_reset()   a login ID -> a mail with a link, to the proven address of its account
 *   recovery_reset()       that link, a new password -> the password is set, all sessions are over,
 *                          and a notification mail
 *   recovery_reset_status() that link -> whether it may still set a password
 *
 * The first two answer the same whether an account exists or not, write the same kind of row and
 * do the same work (ASVS 6.3.8). What the mail says, and whether one goes out, is decided when it
 * is sent. UNAVAILABLE may come from all of them. */

#ifndef RECOVERY_H
#define RECOVERY_H

#include "app.h"
#include "client.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "stage.h"

/* Both are limited by MAIL_INTERVAL_S: within it the answer is OK, and no mail goes out.
 * OVERLOADED, and error_info->wait_s: the service sends too many mails (mail_interval.h). */
enum result recovery_login_ids(
    const struct app *, const char *email, const char *language, struct error_info *) MUST_USE;
enum result recovery_ask_reset(
    const struct app *, const struct client *, const char *login_id, struct error_info *) MUST_USE;

/* BAD_FIELD: ret_info->field_error says what is wrong with the password. TOKEN_SPENT: the link
 * was used with another password, or is not good any more (mailed_link.h). LINK_EXHAUSTED: it was
 * tried too often. OVERLOADED: no hash in time. The same link and password again: OK. */
enum result recovery_reset(const struct app *, const struct client *, const struct stage_claims *,
    const struct secret *password, struct error_info *ret_info) MUST_USE;

/* May the link set a password? Counts nothing. OK, and the tries left. TOKEN_SPENT: it has set one,
 * or is not good any more. LINK_EXHAUSTED. */
enum result recovery_reset_status(
    const struct app *, const struct stage_claims *, int *ret_attempts_left) MUST_USE;

#endif
