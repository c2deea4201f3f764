/* cooldown.h - a mail of a kind goes to one address at most once in a while (MAIL_COOLDOWN_S), and
 * more seldom from the sixth of a day on (policy.h); and so many go to all together in an hour. */

#ifndef COOLDOWN_H
#define COOLDOWN_H

#include "attempts.h"
#include "outbox.h"
#include "portal.h"
#include "refusal.h"
#include "result.h"
#include "throttle.h"

#include <stdbool.h>

struct cooldown {
	struct attempt attempt;
	struct throttle *throttle; /* NULL: of an operator, who is not counted */
	struct refusal *refusal;
	struct throttle_state counted; /* of the letters of the whole service, once it is granted */
	bool owed;                     /* after the last run of cooldown_owe() */
};

/* The counter of an address: the spellings of one mailbox have one. `account_id`, where not NULL:
 * of that account's letters to it, whatever others ask for. */
struct cooldown cooldown_of(const struct portal *, enum policy_scope, const uint8_t *account_id,
    const char *email, int64_t now, struct refusal *);

/* The counter of a login ID, whose address is not known yet. */
struct cooldown cooldown_of_login_id(
    const struct portal *, enum policy_scope, const char *login_id, int64_t now, struct refusal *);

/* In a body that cooldown_run() runs. Owes the mail, unless one went out a moment ago: then a row is
 * written all the same, as LETTER_NONE, so that both paths cost one transaction. OVERLOADED, and
 * refusal->wait_s: the whole service owes too many. */
enum result cooldown_owe(struct db_tx *, struct cooldown *, const struct outbox_mail *) MUST_USE;

/* Runs a transaction of which cooldown_owe() is a part. However often the body is run, it is one of the
 * letters of the whole service, and none when nothing came to be owed. Wakes the mailer. */
enum result cooldown_run(const struct portal *, struct cooldown *,
    enum result (*body)(struct db_tx *, void *), void *context) MUST_USE;

/* Both, of one mail, counted by its address. */
enum result cooldown_send(const struct portal *, enum policy_scope, const struct outbox_mail *,
    struct refusal *) MUST_USE;

#endif
