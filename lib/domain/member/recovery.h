/* recovery.h - the flow of getting back in: forgot login ID, forgot password.
 *
 *   login_ids   an address -> a mail that names the login IDs whose proven address it is, or says
 *               that there is none
 *   ask_reset   a login ID -> a mail with a link, to the proven address
 *   reset       that link, a new password -> the password; all logins are over; a notice
 *
 * The first two answer the same for everybody, write the same kind of row, and do the same work;
 * which letter goes out is found when it is sent, or by one look-up that both paths make. */

#ifndef RECOVERY_H
#define RECOVERY_H

#include "app.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "stage.h"
#include "client.h"

/* Both: OVERLOADED, and refusal->wait_s: the service owes too many letters (mail_interval.h). */
enum result recovery_login_ids(
    const struct app *, const char *email, const char *language, struct error_info *) MUST_USE;
enum result recovery_ask_reset(
    const struct app *, const struct client *, const char *login_id, struct error_info *) MUST_USE;

/* BAD_FIELD: refusal->fault says what is wrong with the password. TOKEN_SPENT: the link was used
 * with another password, or is not good any more (mailed_link.h). LINK_EXHAUSTED: the link was tried too
 * often. The same link and password again: OK. */
enum result recovery_reset(const struct app *, const struct client *, const struct stage_claims *,
    const struct secret *password, struct error_info *ret_info) MUST_USE;

#endif
