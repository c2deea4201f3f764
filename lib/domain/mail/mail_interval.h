/* mail_interval.h - a mail of a kind goes to one address at most once in a while (MAIL_INTERVAL_S), and
 * more seldom from the sixth of a day on (limit_table.h); and so many go to all together in an hour. */

#ifndef MAIL_INTERVAL_H
#define MAIL_INTERVAL_H

#include "limit_db.h"
#include "outbox.h"
#include "app.h"
#include "error_info.h"
#include "result.h"
#include "limit_local.h"

#include <stdbool.h>

struct mail_interval {
	struct limit_try limit_try;
	struct limit_local *limit_local; /* NULL: of an operator, who is not counted */
	struct error_info *error_info;
	struct limit_state counted; /* of the letters of the whole service, once it is granted */
	bool pending;               /* after the last run of mail_interval_enqueue() */
};

/* The counter of an address: the spellings of one mailbox have one. `account_id`, where not NULL:
 * of that account's letters to it, whatever others ask for. */
struct mail_interval mail_interval_of(const struct app *, enum limit_id,
    const struct account_id *account_id, const char *email, int64_t now, struct error_info *);

/* The counter of a login ID, whose address is not known yet. */
struct mail_interval mail_interval_of_login_id(
    const struct app *, enum limit_id, const char *login_id, int64_t now, struct error_info *);

/* In a body that cooldown_run() runs. Owes the mail, unless one went out a moment ago: then a row is
 * written all the same, as MAIL_NONE, so that both paths cost one transaction. OVERLOADED, and
 * refusal->wait_s: the whole service owes too many. */
enum result mail_interval_enqueue(
    struct db_tx *, struct mail_interval *, const struct outbox_mail *) MUST_USE;

/* Runs a transaction of which mail_interval_enqueue() is a part. However often the body is run, it is one of the
 * letters of the whole service, and none when nothing came to be owed. Wakes the mailer. */
enum result cooldown_run(const struct app *, struct mail_interval *,
    enum result (*body)(struct db_tx *, void *), void *context) MUST_USE;

/* Both, of one mail, counted by its address. */
enum result mail_interval_send(
    const struct app *, enum limit_id, const struct outbox_mail *, struct error_info *) MUST_USE;

#endif
