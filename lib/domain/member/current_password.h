/* current_password.h - is it really the member who asks for a change? */

#ifndef CURRENT_PASSWORD_H
#define CURRENT_PASSWORD_H

#include "session.h"

/* Counts the try, then compares. PASSWORD_WRONG, TOO_MANY: `ret_info` says the rest.
 * LOGIN_REQUIRED: the login is over; also when it is this try that ends it, because as many before it
 * as LIMIT_PASSWORD_GUESSES allows were wrong, with no right one between (ASVS 6.3.1). */
enum result current_password_check(const struct app *, const struct client *, const struct member *,
    const struct secret *current, struct error_info *ret_info) MUST_USE;

/* For a change that met another password than the one that was checked: another request of this login
 * has set it meanwhile. `hash` is the account's now. PASSWORD_WRONG, with refusal->attempts_left: no try
 * is counted, as the password was right when it was given. UNAVAILABLE: it is still the password; the
 * change may be sent again. */
enum result current_password_meanwhile(const struct app *, const struct member *,
    const struct secret *current, const char *hash, struct error_info *ret_info) MUST_USE;

#endif
