/* outbox.h - mail that is owed: one function per statement.
 *
 * A row is written in the transaction of what it tells about, claimed by one worker with a lease,
 * and settled. No token rests in it: the worker mints the token when it sends. */

#ifndef OUTBOX_H
#define OUTBOX_H

#include "bounds.h"
#include "ids.h"
#include "db.h"
#include "mail_text.h"
#include "result.h"
#include "stage.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

/* Wiped by its owner: it holds an address. */
struct outbox_mail {
	struct mail_id id; /* random; also the Message-ID, the same at every try */
	enum mail_kind kind;
	char email[EMAIL_MAX + 1];
	char language[LANGUAGE_MAX + 1];
	char nickname[NICKNAME_MAX + 1];
	struct jti jti;               /* of the token to mint; zeros for none */
	struct stage_subject subject; /* goes into the token */
	int64_t created_at;
	int64_t expires_at; /* of the token; a mail that is not sent by then is dropped */
	int64_t tries;      /* made so far, the present one included */
};

/* A new mail with what every one has: a fresh id, times, the address cut to its bound. The caller
 * adds what its kind needs, and makes it before the transaction that may run again. */
struct outbox_mail outbox_mail_to(
    enum mail_kind, const char *email, const char *language, int64_t now, int64_t lives_s);

#define OUTBOX_DUE_MAX 16

/* One that is none is written as dropped: the row is all that it is for. */
enum result outbox_enqueue(struct db_tx *, const struct outbox_mail *) MUST_USE;

/* The parameters of OUTBOX_INSERT_ (statements.c), named :mail_...; borrowed from the mail. */
#define OUTBOX_PARAMS 14
void outbox_params(const struct outbox_mail *, struct db_value ret[static OUTBOX_PARAMS]);

/* Lists mails that may be tried now; whether one is still free shows when it is claimed. */
struct outbox_due {
	size_t count;
	struct mail_id ids[OUTBOX_DUE_MAX];
};
enum result outbox_due(struct db_tx *, struct outbox_due *ret) MUST_USE;

/* Takes one for `lease_s` seconds. NO_ROW: another owner has it. The same owner may take it again:
 * the answer to the first time was lost. */
enum result outbox_claim(
    struct db_tx *, struct mail_id id, struct worker_id owner, int64_t lease_s) MUST_USE;

enum result outbox_read(struct db_tx *, struct mail_id id, struct outbox_mail *ret) MUST_USE;

/* Ends one and empties its address. `error` has no personal data. */
enum result outbox_finish(struct db_tx *, struct mail_id id, struct worker_id owner,
    enum outbox_state, const char *error, int64_t now) MUST_USE;

/* Frees one to be tried again in `wait_s` seconds. */
enum result outbox_retry(struct db_tx *, struct mail_id id, struct worker_id owner, int64_t wait_s,
    const char *error) MUST_USE;

void outbox_mail_wipe(struct outbox_mail *);

#endif
