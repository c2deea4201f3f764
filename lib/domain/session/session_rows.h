/* session_rows.h - the rows of the table `session`: one function per statement.
 *
 * A session is what a log-in begins. It lives while all of this is true:
 *   - its row is there, and has the generation of its account
 *   - it began after the epoch of the keys (key_epoch.h)
 *   - it was refreshed within SESSION_IDLE_S, and is not older than SESSION_LIVES_S
 *   - its account is active, and its person has access today (access_day.h)
 * Whatever ends a session deletes its row, or raises the generation of its account (account.h).
 *
 * Every function may return UNAVAILABLE or INTERNAL, as db.h says. */

#ifndef SESSION_ROWS_H
#define SESSION_ROWS_H

#include "access_day.h"
#include "account.h"
#include "app.h"
#include "audit.h"
#include "bounds.h"
#include "clock.h"
#include "db.h"
#include "device.h"
#include "ids.h"
#include "login_limits.h"
#include "outbox.h"
#include "result.h"
#include "secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSIONS_MAX 20 /* of one account at once (ASVS 7.1.2); the longest unused one makes room */

/* A folded insured number. */
#define SESSION_NUMBER_MAX (2 * INSURED_NUMBER_SIZE_MAX)

struct session {
	struct session_id id; /* random */
	struct account_id account_id;
	int64_t generation;                        /* of the account when the session began */
	uint8_t refresh_hash[SECRET_SHA256_SIZE];  /* of the refresh token that is good now */
	uint8_t previous_hash[SECRET_SHA256_SIZE]; /* of the one before; zeros: none */
	uint8_t client_hash[KEYED_HASH_SIZE];      /* of the client that used it last */
	int64_t rotated_at;                        /* when it took the place of the one before */
	char device[DEVICE_MAX + 1];               /* a label for the member's list (device.h) */
	int64_t created_at;
	int64_t used_at; /* refreshed last */
	int64_t expires_at;
};

/* What statements compare a session with that must be alive at a time, with CLOCK_SKEW_S granted:
 * another replica may have written the session's times. */
struct session_cutoff {
	int64_t ends_after;    /* its expires_at must be later */
	int64_t used_after;    /* its used_at must be later */
	int64_t begun_after;   /* its created_at must be later: the epoch of the keys, if any */
	struct access_day day; /* on which its person must have access */
};
struct session_cutoff session_cutoff_of(const struct app *, int64_t now);

/* A session that begins, and what is written in the same transaction. All of it is borrowed. */
struct session_begin {
	const struct session *session;     /* has the account's generation */
	const char *login_id;              /* folded; the account must have it still */
	const struct login_limits *limits; /* the source of this log-in becomes a known one */
	bool forgets_failures;             /* of the login ID */
	bool marks_failures_told;          /* the notification tells of them, and they stay */
	const char *old_hash;   /* of the password: where it is still this one, it is replaced by */
	const char *fresh_hash; /* one of today's cost; "": not replaced */
	const struct audit_event *event;
	/* Goes to the account's proven address, whatever it says. MAIL_NONE: no mail is written. */
	const struct outbox_mail *notification;
};

/* Writes it as a transaction of its own, in one trip; call it with db_alone(). The account's
 * longest unused sessions make room. OK also where an earlier run wrote it, and its answer was
 * lost. NO_ROW: the account has another generation or login ID by now, is not active, or is gone;
 * nothing was written. */
enum result session_rows_begin(struct db_tx *, const struct session_begin *) MUST_USE;

/* What a session knows of its person. The dates are the first days without. */
struct session_person {
	char number[SESSION_NUMBER_MAX + 1];     /* folded; a secret by law, shown masked */
	char eligible_until[CLOCK_DATE_MAX + 1]; /* "": no end is known, also of access */
	char access_until[CLOCK_DATE_MAX + 1];
};

/* Reads the account of a living session, without its hash, and its person. NO_ROW. */
enum result session_rows_member(struct db_tx *, struct session_id, const struct session_cutoff *,
    struct account *ret, struct session_person *ret_person) MUST_USE;

/* Locks a session and its account until the transaction ends, so that nothing ends it meanwhile,
 * and reads all of the account. NO_ROW: the session has ended. Its times are not compared again. */
enum result session_rows_lock(
    struct db_tx *, struct session_id, struct account_id, struct account *ret) MUST_USE;

/* Reads a living session, without device, generation and used_at. NO_ROW. */
enum result session_rows_read(
    struct db_tx *, struct session_id, const struct session_cutoff *, struct session *ret) MUST_USE;

/* Replaces the refresh token that has `old_hash`. Of `fresh` it reads id, refresh_hash, client_hash
 * and rotated_at. NO_ROW: `old_hash` is not that of the good one. */
enum result session_rows_rotate(struct db_tx *, const struct session *fresh,
    const uint8_t old_hash[static SECRET_SHA256_SIZE]) MUST_USE;

/* Reads the living sessions of an account, the last used first: id, device and times. */
struct session_list {
	size_t count;
	struct session sessions[SESSIONS_MAX];
};
enum result session_rows_list(struct db_tx *, struct account_id, const struct session_cutoff *,
    struct session_list *ret) MUST_USE;

/* Ends one. NO_ROW: the account has no such session. */
enum result session_rows_end(struct db_tx *, struct session_id, struct account_id) MUST_USE;

/* Ends all of an account but `kept`; no_session: all. */
enum result session_rows_end_others(
    struct db_tx *, struct account_id, struct session_id kept) MUST_USE;

/* Lets a session outlive that the generation of its account was raised to this one. */
enum result session_rows_set_generation(
    struct db_tx *, struct session_id, int64_t generation) MUST_USE;

#endif
