/* session_rows.h - the rows of logins: one function per statement.
 *
 * A login lives while it has a row of its account's generation, is refreshed in time and is not past
 * its end, the account is active and its person eligible. Ending one deletes its row. */

#ifndef SESSION_ROWS_H
#define SESSION_ROWS_H

#include "account.h"
#include "audit.h"
#include "bounds.h"
#include "ids.h"
#include "db.h"
#include "device.h"
#include "login_limits.h"
#include "outbox.h"
#include "result.h"
#include "secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSIONS_MAX 20 /* logins of one account at once (ASVS 7.1.2); the longest unused goes */

struct session {
	struct session_id id;
	struct account_id account_id;
	int64_t generation;
	uint8_t refresh_hash[SECRET_SHA256_SIZE];
	uint8_t previous_hash[SECRET_SHA256_SIZE]; /* zeros: none */
	uint8_t client_hash[KEYED_HASH_SIZE];
	int64_t rotated_at;
	char device[DEVICE_MAX + 1];
	int64_t created_at;
	int64_t used_at;
	int64_t expires_at;
};

/* When a login must end and have been used to be alive, as clock_is_over() has it, and on which day
 * its person must be eligible. */
struct session_clock {
	int64_t ends_after;
	int64_t used_after;
	const char *today;
};

/* A login that begins, and what is written with it. */
struct session_beginning {
	const struct session *session;    /* of the account's generation */
	const struct login_limits *tries; /* its source is known from now on */
	bool forgets;                     /* the login ID's failures are forgotten */
	bool tells;                       /* the notice tells of them, and they stay */
	const char *old_hash;             /* of the password; replaced, where it still stands, by */
	const char *fresh_hash;           /* one of today's cost; "": not replaced */
	const struct audit_event *event;
	const struct outbox_mail *notification; /* MAIL_NONE: nothing is owed */
};

/* Writes it, as a transaction of its own: run in db_each_committed(). The account's longest unused
 * logins make room. It was written before, and the answer lost: OK. NO_ROW, and nothing is written:
 * the account has another generation by now, is not active, or is gone. */
enum result session_rows_begin(struct db_tx *, const struct session_beginning *) MUST_USE;

/* The account of a living login, without its hash, and its insured number (folded). NO_ROW. */
#define SESSION_NUMBER_MAX (2 * INSURED_NUMBER_SIZE_MAX)

enum result session_rows_member(struct db_tx *, struct session_id id, const struct session_clock *,
    struct account *ret, char ret_number[static SESSION_NUMBER_MAX + 1]) MUST_USE;

/* Locks a login and its account until the transaction ends, and reads all of the account: nothing ends
 * the login meanwhile. NO_ROW: the login is over, whatever by; its times are not asked again. */
enum result session_lock(struct db_tx *, struct session_id id, struct account_id account_id,
    struct account *ret) MUST_USE;

/* A living login, without device, generation and use. NO_ROW. */
enum result session_rows_read(struct db_tx *, struct session_id id, const struct session_clock *,
    struct session *ret) MUST_USE;

/* Puts another refresh token in the place of the one with `old_hash`. NO_ROW: that is not the good
 * one. */
enum result session_rows_rotate(struct db_tx *, const struct session *fresh,
    const uint8_t old_hash[static SECRET_SHA256_SIZE]) MUST_USE;

/* The living logins of an account, the last used first: id, device and times. */
struct session_list {
	size_t count;
	struct session sessions[SESSIONS_MAX];
};
enum result session_list(struct db_tx *, struct account_id account_id, const struct session_clock *,
    struct session_list *ret) MUST_USE;

/* Ends one. NO_ROW: the account has no such login. */
enum result session_rows_end(
    struct db_tx *, struct session_id id, struct account_id account_id) MUST_USE;

/* Ends all of an account but one; `but` of zeros: all. */
enum result session_rows_end_others(
    struct db_tx *, struct account_id account_id, struct session_id but) MUST_USE;

/* Lets a login outlive the raising of its account's generation to this one. */
enum result session_rows_set_generation(
    struct db_tx *, struct session_id id, int64_t generation) MUST_USE;

#endif
