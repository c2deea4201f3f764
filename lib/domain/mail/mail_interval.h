/* mail_interval.h - limits how often mails are sent: one mail of a kind to one address in
 * MAIL_INTERVAL_S, less often from the sixth in a day on (limit_table.h), and so many to all
 * addresses together in an hour (LIMIT_SERVICE_MAILS).
 *
 * A mail that its address may not get now is written all the same, as MAIL_NONE, and the caller is
 * answered the same: both paths cost one transaction, and nobody learns from the answer what others
 * have asked for. */

#ifndef MAIL_INTERVAL_H
#define MAIL_INTERVAL_H

#include "account.h"
#include "app.h"
#include "error_info.h"
#include "limit_db.h"
#include "limit_local.h"
#include "outbox.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

/* One mail that is to be enqueued, and its counters. */
struct mail_interval {
	struct limit_try limit_try;      /* of the address */
	struct limit_local *limit_local; /* of all mails; NULL: it is not counted among them */
	struct limit_state counted;      /* among all mails, once it is granted */
	bool pending; /* the mail goes out: set by each mail_interval_enqueue() */
};

/* The counter of an address; all spellings of one mailbox have the same. */
struct mail_interval mail_interval_of(
    const struct app *, enum limit_id, const char *email, int64_t now);

/* The counter of the mails that one member has sent to an address, whatever others ask for: that of
 * the account's person and generation. Whoever leaves and registers again has the same. A new
 * generation has another, because it ends the links of those before (mailed_link.h). */
struct mail_interval mail_interval_of_member(
    const struct app *, enum limit_id, const struct account *, const char *email, int64_t now);

/* The counter of a login ID, whose address is not known yet. */
struct mail_interval mail_interval_of_login_id(
    const struct app *, enum limit_id, const char *login_id, int64_t now);

/* Writes into a mail what its interval counts, by which the mail is found again (outbox.h). */
void mail_interval_mark(const struct mail_interval *, struct outbox_mail *);

/* Counts the mail and enqueues it, or a MAIL_NONE in its place. To be called in a transaction that
 * mail_interval_run() runs. OVERLOADED: all addresses together have got too many. */
enum result mail_interval_enqueue(
    struct db_tx *, struct mail_interval *, const struct outbox_mail *) MUST_USE;

/* Runs a transaction that calls mail_interval_enqueue(), and wakes the mailer. However often the
 * transaction runs, it counts once among all mails, and not at all when no mail goes out.
 * OVERLOADED sets error_info->wait_s. Otherwise returns what db_transaction() returns. */
enum result mail_interval_run(const struct app *, struct mail_interval *,
    enum result (*body)(struct db_tx *, void *), void *context,
    struct error_info *error_info) MUST_USE;

/* Enqueues one mail that is counted by its address, in a transaction of its own, which is one trip.
 * OK or OVERLOADED as above, UNAVAILABLE, INTERNAL. */
enum result mail_interval_send(
    const struct app *, enum limit_id, const struct outbox_mail *, struct error_info *) MUST_USE;

#endif
