/* mailer.h - the threads that send the pending mails of the outbox.
 *
 * A mail worker claims a mail with a lease, makes the token of its link, renders it, and sends it
 * within a deadline well below the lease. Then it finishes the mail: sent; pending, to be tried
 * again after a growing pause (4xx, or no server); dead (5xx to the recipient, but 554, or to the
 * content; or too many tries); dropped (its link has expired, or it was never meant to be sent).
 * A worker that dies meanwhile loses its lease, and another one sends the mail under the same
 * Message-ID. */

#ifndef MAILER_H
#define MAILER_H

#include "result.h"
#include "smtp.h"

#include <stdint.h>

struct db;
struct keyring;

/* All pointers are borrowed until mailer_close(). */
struct mailer_options {
	struct db *db;
	const struct keyring *keyring; /* for the tokens in links */
	struct smtp_options smtp;
	unsigned workers;            /* threads; each keeps a connection to the SMTP server */
	const char *portal_url;      /* without a "/" at its end; links point below it */
	const char *society_name_ja; /* UTF-8 */
	const char *society_name_en;
};

struct mailer;

/* Starts the workers. NULL: no memory or no threads. Close: mailer_close(). */
struct mailer *mailer_open(const struct mailer_options *) MUST_USE;

/* Stops the workers when the mails they are sending have ended; other mails stay pending. Accepts
 * NULL. */
void mailer_close(struct mailer *);

/* Lets a worker ask for due mails now instead of within a second. To be called after a transaction
 * that enqueued one. Accepts NULL: this program sends no mail. From any thread. */
void mailer_wake(struct mailer *);

/* Tries since the start, by how they ended. */
struct mailer_totals {
	int64_t sent, later, dead, dropped;
};
void mailer_totals(struct mailer *, struct mailer_totals *ret);

#endif
