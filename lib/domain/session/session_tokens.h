/* session_tokens.h - what beginning and refreshing a login have in common. */

#ifndef SESSION_TOKENS_H
#define SESSION_TOKENS_H

#include "clock.h"
#include "session.h"

/* What tells clients apart, as far as one can: a keyed hash of the User-Agent. The source address is
 * no part of it: a telephone that loses an answer often loses its network with it. */
void session_client_hash(
    const struct keyring *, const struct client *, uint8_t ret[static KEYED_HASH_SIZE]);

/* The pair that is handed out at `now`. */
enum result session_tokens_make(const struct app *, const struct session *,
    const struct refresh_token *, int64_t now, struct session_tokens *ret) MUST_USE;

/* For statements that ask for living logins; `ret_today` is what it points to. */
struct session_clock session_clock_of(
    const struct app *, int64_t now, char ret_today[static CLOCK_DATE_MAX + 1]);

#endif
