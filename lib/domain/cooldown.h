/* cooldown.h - a mail of a kind goes to one address at most once in a while (MAIL_COOLDOWN_S). */

#ifndef COOLDOWN_H
#define COOLDOWN_H

#include "attempts.h"
#include "outbox.h"
#include "portal.h"
#include "result.h"

/* Owes the mail, unless one went out a moment ago: then a row is written all the same, as
 * LETTER_NONE, so that both paths cost one transaction. */
enum result cooldown_owe(
    struct db_tx *, const struct attempt *cooldown, const struct outbox_mail *) MUST_USE;

/* The same as a transaction of its own, counted by the address of the mail; wakes the mailer. */
enum result cooldown_send(
    const struct portal *, enum policy_scope, const struct outbox_mail *) MUST_USE;

/* The counter of an address: two spellings of one mailbox have one. */
struct attempt cooldown_of(
    const struct portal *, enum policy_scope, const char *email, int64_t now);

#endif
