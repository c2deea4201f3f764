/* mailer.h - the threads that send the pending mails of the outbox.
 *
 * A mail worker claims mails with a lease, one or, for a relay that is quick, up to 16. Of each it
 * makes the token of its link, renders it, and sends it, renewing the lease meanwhile. In one trip
 * to the database it then finishes those that were sent and claims the next: at once if more were
 * due, else a twentieth of a second after its last claim, with what was enqueued meanwhile. So a
 * mail that comes alone costs two trips, and it is not kept waiting; one that comes soon after
 * another waits so long at most, and they share their trips. A mail ends as:
 *
 *   sent
 *   pending   to be tried again: after a growing pause, nine times, where its recipient cannot take
 *             it now; as long as it lives where the relay is away or rejects us (smtp_reply.h)
 *   dead      its recipient is rejected for good, or it was tried too often
 *   dropped   it was never meant to be sent, or has waited for three days
 *
 * When the relay fails all workers pause, for a minute at most, and then try one mail for all; when
 * it takes one, the others that waited for it follow at once. A mail whose link does not work any
 * more by then says to begin again. A worker that dies loses its lease, and another one sends what
 * it had not finished, under the same Message-IDs. */

#ifndef MAILER_H
#define MAILER_H

#include "result.h"
#include "smtp.h"

#include <stdint.h>

struct db;
struct keyring;
struct mail_templates;

/* All pointers are borrowed until mailer_close(). */
struct mailer_options {
	struct db *db;
	const struct keyring *keyring; /* for the tokens in links */
	struct smtp_options smtp;
	unsigned workers;            /* threads; each keeps a connection to the SMTP server */
	const char *portal_url;      /* without a "/" at its end; links point below it */
	const char *society_name_ja; /* UTF-8 */
	const char *society_name_en;
	const char *society_contact_ja; /* whom to ask; "": the mails do not say it */
	const char *society_contact_en;
	int64_t access_after_loss_days;   /* access_day.h */
	struct mail_templates *templates; /* NULL: ours */
};

struct mailer;

/* Starts the workers. NULL: no memory or no threads. Close: mailer_close(). */
struct mailer *mailer_open(const struct mailer_options *) MUST_USE;

/* Stops the workers. A mail that is being sent is given up and stays pending; the reply to one that
 * was handed over is waited for, for some seconds. Accepts NULL. */
void mailer_close(struct mailer *);

/* Lets a worker ask for due mails now instead of within a second, or one that has just sent others
 * within a twentieth of a second. To be called after a transaction that enqueued a mail. Accepts
 * NULL: this program sends no mail. From any thread. */
void mailer_wake(struct mailer *);

/* Tries since the start, by how they ended. */
struct mailer_totals {
	int64_t sent, later, relay_away, relay_rejects, dead, dropped;
};
void mailer_totals(struct mailer *, struct mailer_totals *ret);

#endif
