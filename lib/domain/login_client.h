/* login_client.h - what beginning and refreshing a login have in common. */

#ifndef LOGIN_CLIENT_H
#define LOGIN_CLIENT_H

#include "clock.h"
#include "login.h"

/* What tells clients apart, as far as one can: a keyed hash of the User-Agent. The source address is
 * no part of it: a telephone that loses an answer often loses its network with it. */
void login_client(
    const struct keyring *, const struct visitor *, uint8_t ret[static KEYED_HASH_SIZE]);

/* The pair that is handed out at `now`. */
enum result login_tokens_make(const struct portal *, const struct session *,
    const struct refresh_token *, int64_t now, struct login_tokens *ret) MUST_USE;

/* For statements that ask for living logins; `ret_today` is what it points to. */
struct session_clock login_clock(
    const struct portal *, int64_t now, char ret_today[static CLOCK_DATE_MAX + 1]);

#endif
