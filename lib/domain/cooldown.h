/* cooldown.h - a mail of a kind goes to one address at most once in a while (MAIL_COOLDOWN_S), and
 * more seldom from the sixth of a day on (policy.h); and so many go to all together in an hour. */

#ifndef COOLDOWN_H
#define COOLDOWN_H

#include "attempts.h"
#include "outbox.h"
#include "portal.h"
#include "refusal.h"
#include "result.h"

struct cooldown {
	struct attempt attempt;
	struct throttle *throttle; /* NULL: of an operator, who is not counted */
	struct refusal *refusal;
};

/* The counter of an address: the spellings of one mailbox have one. `account_id`, where not NULL:
 * of that account's letters to it, whatever others ask for. */
struct cooldown cooldown_of(const struct portal *, enum policy_scope, const uint8_t *account_id,
    const char *email, int64_t now, struct refusal *);

/* The counter of a login ID, whose address is not known yet. */
struct cooldown cooldown_of_login_id(
    const struct portal *, enum policy_scope, const char *login_id, int64_t now, struct refusal *);

/* Owes the mail, unless one went out a moment ago: then a row is written all the same, as
 * LETTER_NONE, so that both paths cost one transaction. OVERLOADED, and refusal->wait_s: the whole
 * service owes too many. */
enum result cooldown_owe(
    struct db_tx *, const struct cooldown *, const struct outbox_mail *) MUST_USE;

/* The same as a transaction of its own, counted by the address of the mail; wakes the mailer. */
enum result cooldown_send(const struct portal *, enum policy_scope, const struct outbox_mail *,
    struct refusal *) MUST_USE;

#endif
