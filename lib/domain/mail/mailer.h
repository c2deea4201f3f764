/* mailer.h - the workers that send what the outbox owes.
 *
 * Each claims a mail with a lease, mints its token, renders the letter, sends it within a deadline
 * well below the lease, and settles it: sent; again later (4xx, no server) with growing pauses;
 * dead (5xx, or too many tries); dropped (its link has expired, or it was never meant to be
 * sent). */

#ifndef MAILER_H
#define MAILER_H

#include "result.h"
#include "smtp.h"

#include <stdint.h>

struct db;
struct keyring;

struct mailer_options {
	struct db *db;
	const struct keyring *keyring;
	struct smtp_options smtp;
	unsigned workers;
	const char *portal_url;
	const char *society_name_ja;
	const char *society_name_en;
};

struct mailer;

/* Starts the workers. NULL: no memory or threads. The options' pointers outlive the mailer. */
struct mailer *mailer_open(const struct mailer_options *) MUST_USE;

/* Lets the letters now being sent end, stops; NULL is fine. What is owed stays owed. */
void mailer_close(struct mailer *);

/* Something is owed: look now instead of at the next tick. NULL is fine. */
void mailer_wake(struct mailer *);

struct mailer_totals {
	int64_t sent, later, dead, dropped;
};
void mailer_totals(struct mailer *, struct mailer_totals *ret);

#endif
