/* outbox_support.h - what the operator sees of the mails, and does to those that wait or are dead.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). Of the
 * struct app it uses db. The service finds what was changed within a second, and within a minute
 * while it pauses for the relay.
 *
 * Whatever an operator does, a mail that the relay never confirms gets no third copy, a mail that a
 * worker holds is left to it, and none is sent three days after it was asked for. A mail whose link
 * is over by then says to begin again; one whose link was ended is dropped. */

#ifndef OUTBOX_SUPPORT_H
#define OUTBOX_SUPPORT_H

#include "app.h"
#include "email.h"
#include "ids.h"
#include "operator_act.h"
#include "result.h"
#include "smtp.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

#define OUTBOX_LIST_MAX 1000 /* mails in one list */

/* A mail as the operator sees it. */
struct outbox_entry {
	struct mail_id id;
	enum mail_kind kind;
	enum outbox_state state;
	char to[EMAIL_MASKED_MAX + 1]; /* of a MAIL_PASSWORD_RESET the login ID; "": emptied */
	char language[LANGUAGE_MAX + 1];
	int64_t created_at;
	int64_t link_ends_at; /* 0: it has no link */
	int64_t next_try_at;  /* of a pending mail; 0: none */
	int64_t finished_at;  /* 0: it is pending */
	int64_t tries;        /* those of its own, and those that failed for the relay in a row */
	int64_t relay_failures;
	int64_t unconfirmed; /* copies handed over to a relay that did not confirm them */
	bool held;           /* a worker is sending it */
	char error[SMTP_ERROR_MAX + 1];
};

/* Which mails. MAIL_NONE is never among them. */
struct outbox_filter {
	enum outbox_state states[2]; /* twice the same: only those */
	enum mail_kind kind;         /* MAIL_NONE: of every kind */
	int64_t since, until;        /* asked for in these seconds, both included */
	int64_t rows_max;            /* 1 to OUTBOX_LIST_MAX */
};

/* Calls `each` with every mail, the last asked for first; anything but OK from it is returned. */
enum result outbox_support_list(const struct app *, const struct outbox_filter *,
    enum result (*each)(const struct outbox_entry *, void *), void *context) MUST_USE;

/* NO_ROW: there is no such mail. */
enum result outbox_support_read(
    const struct app *, struct mail_id, struct outbox_entry *ret) MUST_USE;

/* What became of an act on one mail. Only of OUTBOX_ACTED something was changed. */
enum outbox_answer {
	OUTBOX_ACTED,
	OUTBOX_NOT_THERE,
	OUTBOX_HELD,        /* a worker is sending it just now */
	OUTBOX_IS_FINISHED, /* it was sent or dropped, or has no address any more */
	OUTBOX_TOO_OLD,     /* three days have passed since it was asked for */
	OUTBOX_ALL_COPIES,  /* the relay was given it twice, and confirmed neither */
};

/* Makes a pending or dead mail due, with all its tries before it. */
enum result outbox_support_retry(const struct app *, const struct operator_act *, struct mail_id,
    enum outbox_answer *ret) MUST_USE;

/* Drops a pending or dead mail: it is never sent, and its address is emptied. */
enum result outbox_support_drop(const struct app *, const struct operator_act *, struct mail_id,
    enum outbox_answer *ret) MUST_USE;

/* Makes all dead mails of a kind (MAIL_NONE: of all) due that may be sent. *ret_left: those that
 * may not. */
enum result outbox_support_retry_dead(const struct app *, const struct operator_act *,
    enum mail_kind, uint64_t *ret_mails, uint64_t *ret_left) MUST_USE;

/* Makes all pending mails due that wait and that no worker holds, and says how many. */
enum result outbox_support_flush(
    const struct app *, const struct operator_act *, uint64_t *ret_mails) MUST_USE;

#endif
