/* outbox.h - the rows of the table `outbox`, the mails that are pending: one function per
 * statement.
 *
 * A mail is enqueued in the transaction of what it tells about. A worker of the mailer claims it
 * with a lease, so that no other sends it meanwhile, and finishes it. No token is stored: the
 * worker makes the token when it sends.
 *
 * Every function works in a transaction and with db_alone(). Besides the results it names, it
 * returns what db_change() and db_row() return: UNAVAILABLE or INTERNAL. */

#ifndef OUTBOX_H
#define OUTBOX_H

#include "bounds.h"
#include "db.h"
#include "ids.h"
#include "result.h"
#include "stage.h"
#include "stored_enums.h"

#include <stddef.h>
#include <stdint.h>

/* A mail as it is stored: what it is about, not what it says (mail_text.h). Wiped by its owner: it
 * holds an address. */
struct outbox_mail {
	struct mail_id id; /* random; also the Message-ID, the same at every try */
	enum mail_kind kind;
	char email[EMAIL_MAX + 1]; /* the address; of a MAIL_PASSWORD_RESET the login ID as typed */
	char language[LANGUAGE_MAX + 1];
	char nickname[NICKNAME_MAX + 1];
	struct jti jti;               /* of the token in its link; zeros for none */
	struct stage_subject subject; /* of that token */
	int64_t created_at;
	int64_t expires_at; /* of that token; a mail that is not sent by then is dropped */
	int64_t tries;      /* to send it, the present one included */
};

void outbox_mail_wipe(struct outbox_mail *);

/* A new mail that expires in `lives_s` seconds, with a fresh id; an address that is too long is
 * cut. The caller adds what its kind needs. To be made before the transaction that enqueues it. */
struct outbox_mail outbox_mail_to(
    enum mail_kind, const char *email, const char *language, int64_t now, int64_t lives_s);

/* The parameters of SQL_OUTBOX_INSERT (statements.c), named :mail_...; borrowed from the mail. */
#define OUTBOX_PARAMS 14
void outbox_params(const struct outbox_mail *, struct db_value ret[static OUTBOX_PARAMS]);

/* Enqueues a mail. A MAIL_NONE is written as dropped, without its address: only the work of writing
 * it counts. OK, or what db_insert_new() returns. */
enum result outbox_enqueue(struct db_tx *, const struct outbox_mail *) MUST_USE;

#define OUTBOX_DUE_MAX 16

/* Mails that may be tried now, the longest due first. Another worker may claim one meanwhile. */
struct outbox_due {
	size_t count;
	struct mail_id ids[OUTBOX_DUE_MAX];
};
enum result outbox_due(struct db_tx *, struct outbox_due *ret) MUST_USE;

/* Claims a mail for `lease_s` seconds and counts the try. A worker that claims again what it holds
 * gets it, as the same try: the answer to the first time was lost. NO_ROW: another worker holds it,
 * or it is finished. */
enum result outbox_claim(
    struct db_tx *, struct mail_id id, struct worker_id worker, int64_t lease_s) MUST_USE;

/* Reads a mail. NO_ROW: there is none. */
enum result outbox_read(struct db_tx *, struct mail_id id, struct outbox_mail *ret) MUST_USE;

/* How a try to send a mail ends. */
struct outbox_outcome {
	enum outbox_state state; /* OUTBOX_PENDING: try again in wait_s */
	int64_t wait_s;
	const char *error; /* without personal data; "" for none; borrowed */
};

/* Ends the lease of a mail. Unless it stays pending, its address and its nickname are emptied.
 * NO_ROW: the worker does not hold the lease any more. */
enum result outbox_finish(struct db_tx *, struct mail_id id, struct worker_id worker,
    const struct outbox_outcome *, int64_t now) MUST_USE;

#endif
