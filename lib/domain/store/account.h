/* account.h - the account rows: one function per statement. */

#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "limit_db.h"
#include "bounds.h"
#include "ids.h"
#include "clock.h"
#include "db.h"
#include "login_limits.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a link says of its account, for the statements of account.h. */
struct mailed_link {
	struct account_id account_id;
	const char *email; /* the address it was mailed to; borrowed */
	int64_t generation;
	char today[CLOCK_DATE_MAX + 1]; /* the day on which its person must be eligible */
};

/* An account as it is stored. Wiped by its owner: it holds a hash and addresses. */
struct account {
	struct account_id id;
	struct person_id person_id;
	char login_id[EMAIL_MAX + 1];
	char password_hash[PASSWORD_HASH_MAX + 1];
	char email[EMAIL_MAX + 1];         /* proven */
	char pending_email[EMAIL_MAX + 1]; /* "" or waiting for its proof, in this generation */
	char nickname[NICKNAME_MAX + 1];
	char language[LANGUAGE_MAX + 1];
	int64_t
	    generation; /* raised by what ends all logins; a new one has ACCOUNT_FIRST_GENERATION */
	int64_t created_at;
	int64_t password_changed_at;
};

#define ACCOUNT_FIRST_GENERATION 1 /* as the column's default */

/* Stores a new one. TAKEN: the login ID is in use; ACCOUNT_EXISTS: the person has one
 * already. */
enum result account_insert(struct db_tx *, const struct account *) MUST_USE;

/* Where the columns of ACCOUNT_COLUMNS_ (statements.c) go: all of it but the hash. */
#define ACCOUNT_SLOTS 10
void account_slots(struct account *, struct db_slot ret[static ACCOUNT_SLOTS]);

/* Reads all of it. NO_ROW. */
enum result account_read(struct db_tx *, struct account_id id, struct account *ret) MUST_USE;

/* The same of a link that is mailed or comes back: NO_ROW also when it is not good any more
 * (mailed_link.h). The caller compares the address. */
enum result account_by_link(
    struct db_tx *, const struct mailed_link *, struct account *ret) MUST_USE;

/* What logging in and recovery ask of a login ID. */
struct account_status {
	bool known;             /* false: there is no such account */
	struct account account; /* without login ID, pending address and times */
	bool usable;            /* active, and its person eligible on the day `today` */
	int64_t asker_tries;    /* that count, of who asks */
	int64_t asker_ends_at;  /* and until when */
	bool source_known;      /* login_limits.h */
	int64_t failures;       /* of the login ID, from sources that are not */
	bool failures_untold;   /* there was one since a letter told the member of them */
};
void account_status_wipe(struct account_status *);
enum result account_by_login_id(struct db_tx *, const char *login_id, const char *today,
    const struct limit_try *asker, const struct login_limits *,
    struct account_status *ret) MUST_USE;

/* The login IDs of the active accounts whose proven address this is, the oldest first. */
#define ACCOUNT_LOGIN_IDS_MAX 8

struct account_login_ids {
	size_t count;
	char ids[ACCOUNT_LOGIN_IDS_MAX][EMAIL_MAX + 1];
};
enum result account_login_ids(
    struct db_tx *, const char *email, struct account_login_ids *ret) MUST_USE;

/* Sets the password and raises the generation from `generation`: all logins and mailed links are
 * over, and no address is pending. The account has this hash already: OK. NO_ROW: it has another
 * generation, is not active, or is gone. */
enum result account_set_password(struct db_tx *, struct account_id id, int64_t generation,
    const char *hash, int64_t now) MUST_USE;

/* The same by a reset link. NO_ROW also when it was mailed to an address that is not the proven one. */
enum result account_reset_password(
    struct db_tx *, const struct mailed_link *, const char *hash, int64_t now) MUST_USE;

/* Sets what is not empty. */
enum result account_set_settings(
    struct db_tx *, struct account_id id, const char *nickname, const char *language) MUST_USE;

/* "": none. */
enum result account_set_pending_email(
    struct db_tx *, struct account_id id, const char *email) MUST_USE;

/* TAKEN: another account has it. */
enum result account_set_login_id(
    struct db_tx *, struct account_id id, const char *login_id) MUST_USE;

/* Makes the pending address the proven one, by its link: reset links to the one before are over.
 * NO_ROW: it is no longer the pending one, or the account has another generation or is not active. */
enum result account_confirm_email(struct db_tx *, const struct mailed_link *) MUST_USE;

/* Deletes it and its logins; there is none: OK. */
enum result account_delete(struct db_tx *, struct account_id id) MUST_USE;

void account_wipe(struct account *);

#endif
