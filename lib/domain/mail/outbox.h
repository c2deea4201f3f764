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

#include <stdbool.h>
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
	struct jti jti; /* of the token in its link; zeros for none */
	/* Of that token. A mail without a link has account and person, too, if it is about them. */
	struct stage_subject subject;
	/* What the mail interval of its kind counts; of a mail that belongs to a registration, its
	 * address as the invitation's interval counts it. Zeros: none. It stays when the address is
	 * emptied, so that the operator finds the mail. */
	uint8_t subject_hash[KEYED_HASH_SIZE];
	int64_t created_at;
	int64_t expires_at; /* of that token */
	/* The present one included, without those that failed for the relay; and those that did, in
	 * a row until now. */
	int64_t tries, relay_failures;
	/* Tries that handed all of it over and brought no reply: the present one not included. */
	int64_t unconfirmed;
};

/* RFC 5321 4.5.3.2.6 lets a server take ten minutes to confirm a mail, and says nothing of one that
 * never does. Then the mail may have been delivered, or not: it goes out once more, and never
 * again, whoever asks for it. */
#define OUTBOX_COPIES_MAX 2

/* Three days after it was enqueued a mail is dropped, whatever it waits for. */
#define OUTBOX_MAIL_LIVES_S 259200

void outbox_mail_wipe(struct outbox_mail *);

/* A new mail with a fresh id, whose link works for `link_lives_s` seconds (0: its kind has none);
 * an address that is too long is cut. The caller adds what its kind needs. To be made before the
 * transaction that enqueues it. */
struct outbox_mail outbox_mail_to(
    enum mail_kind, const char *email, const char *language, int64_t now, int64_t link_lives_s);

/* Adds the parameters of SQL_OUTBOX_INSERT (statements.c), named :mail_...; borrowed. */
void outbox_params(const struct outbox_mail *, struct db_values *);

/* The same of a block that enqueues several mails: with OUTBOX_NAMES("link") :link_id ... */
struct outbox_names {
	const char *id, *kind, *state, *email, *language, *nickname, *subject_hash, *jti;
	const char *person_id, *account_id, *generation, *invitation_jti;
	const char *created_at, *expires_at, *finished_at;
};

#define OUTBOX_NAMES(p)                                                                          \
	((const struct outbox_names){ p "_id", p "_kind", p "_state", p "_email", p "_language", \
	    p "_nickname", p "_subject_hash", p "_jti", p "_person_id", p "_account_id",         \
	    p "_generation", p "_invitation_jti", p "_created_at", p "_expires_at",              \
	    p "_finished_at" })

void outbox_params_named(
    const struct outbox_mail *, const struct outbox_names *, struct db_values *);

/* Enqueues a mail. A MAIL_NONE is written as dropped, without its address: only the work of writing
 * it counts. OK, or what db_insert_new() returns. */
enum result outbox_enqueue(struct db_tx *, const struct outbox_mail *) MUST_USE;

/* Reads a mail. NO_ROW: there is none. */
enum result outbox_read(struct db_tx *, struct mail_id id, struct outbox_mail *ret) MUST_USE;

/* Makes the lease end `lease_s` seconds from now, and writes `unconfirmed`, which stays if the
 * worker dies. NO_ROW: another worker holds it, or it is finished. */
enum result outbox_renew(struct db_tx *, struct mail_id id, struct worker_id worker,
    int64_t lease_s, int64_t unconfirmed) MUST_USE;

/* Some mails. */
#define OUTBOX_BATCH_MAX 16
struct outbox_ids {
	size_t count;
	struct mail_id ids[OUTBOX_BATCH_MAX];
};

/* Mails that one worker holds, the longest due first. Wiped by its owner. */
struct outbox_batch {
	size_t count;
	bool more; /* others were due, too */
	struct outbox_mail mails[OUTBOX_BATCH_MAX];
};

/* What a worker claims: mails that are due, `mails_max` at most (1 to OUTBOX_BATCH_MAX). */
struct outbox_claim {
	struct worker_id worker;
	int64_t lease_s;
	size_t mails_max;
};

/* Finishes mails that the worker has sent, as outbox_finish() does, and claims others: counts the
 * try of each and reads them. None of them is another worker's. A worker whose answer was lost gets
 * what it holds, as the same try. NO_ROW: the worker did not hold all that it has sent any more;
 * all else is done. After any other failure none is claimed. */
enum result outbox_finish_and_claim(struct db_tx *, const struct outbox_ids *sent, int64_t now,
    const struct outbox_claim *, struct outbox_batch *ret) MUST_USE;

/* Finishes mails that the worker has sent, and ends the leases of others that it has not tried,
 * whose tries are taken back: others may claim them. What the worker does not hold any more stays
 * as it is. NO_ROW: as outbox_finish_and_claim(). */
enum result outbox_finish_and_release(struct db_tx *, struct worker_id worker,
    const struct outbox_ids *sent, int64_t now, const struct outbox_ids *untried) MUST_USE;

/* How a try to send a mail ends. */
struct outbox_outcome {
	enum outbox_state state; /* OUTBOX_PENDING: try again in wait_s */
	int64_t wait_s;
	int64_t tries, relay_failures, unconfirmed; /* what the mail then has of them */
	const char *error; /* without personal data; "" for none; borrowed */
};

/* Ends the lease of a mail. When it was sent or dropped, its address and its nickname are emptied;
 * a dead one keeps them until it is purged, so that an operator can send it once more.
 * NO_ROW: the worker does not hold the lease any more. */
enum result outbox_finish(struct db_tx *, struct mail_id id, struct worker_id worker,
    const struct outbox_outcome *, int64_t now) MUST_USE;

/* Makes all mails due that wait because the relay failed, and says how many. */
enum result outbox_wake(struct db_tx *, uint64_t *ret_mails) MUST_USE;

#endif
