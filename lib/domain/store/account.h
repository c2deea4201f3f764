/* account.h - the rows of the table `account`: one function per statement.
 *
 * An account belongs to one insured person, is found by its login ID, and has a proven address for
 * its mails. Its generation is raised by everything that ends all its sessions and mailed links
 * (another password, the operator): rows and tokens of another generation are over.
 *
 * Every function works in a transaction and with db_alone(). Besides the results it names, it
 * returns what db_change() and db_row() return: UNAVAILABLE or INTERNAL. */

#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "access_day.h"
#include "bounds.h"
#include "db.h"
#include "ids.h"
#include "limit_db.h"
#include "login_limits.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCOUNT_FIRST_GENERATION 1 /* of a new account; as the column's default */

/* An account as it is stored. Wiped by its owner: it holds a hash and addresses. */
struct account {
	struct account_id id;
	struct person_id person_id;
	char login_id[EMAIL_MAX + 1];
	char password_hash[PASSWORD_HASH_MAX + 1];
	char email[EMAIL_MAX + 1];         /* proven */
	char pending_email[EMAIL_MAX + 1]; /* not proven yet, in this generation; "" for none */
	char nickname[NICKNAME_MAX + 1];
	char language[LANGUAGE_MAX + 1]; /* of its mails */
	int64_t generation;
	int64_t created_at;
	int64_t password_changed_at;
};

void account_wipe(struct account *);

/* Adds the parameters with which ACCOUNT_CREATE (statements.c) stores a new account, borrowed from
 * it; its generation is the first. */
void account_params(const struct account *, struct db_values *);

/* Where the columns of SQL_ACCOUNT_COLUMNS (statements.c) go: all members but the hash. */
#define ACCOUNT_SLOTS 10
void account_slots(struct account *, struct db_slot ret[static ACCOUNT_SLOTS]);

/* Is there an account with this id, or of this person? Zeros are nobody's. */
enum result account_exists(
    struct db_tx *, struct account_id id, struct person_id person_id, bool *ret) MUST_USE;

/* Reads an account. NO_ROW: there is none. */
enum result account_read(struct db_tx *, struct account_id id, struct account *ret) MUST_USE;

/* What a mailed link says of its account (mailed_link.h). */
struct mailed_link {
	struct account_id account_id;
	const char *email; /* the address it was mailed to; borrowed */
	int64_t generation;
	struct access_day day; /* on which the person must have access */
};

/* Reads the account of a link. NO_ROW: the link is over, because the account has another
 * generation, is not active or its person has no access. The caller compares the address. */
enum result account_by_link(
    struct db_tx *, const struct mailed_link *, struct account *ret) MUST_USE;

/* The same of the account of a former member, who has no access any more: by a link, whose address
 * must be the proven one, or by an address: the account whose login ID it is, else the oldest whose
 * proven address it is. NO_ROW: there is none, or it is not active. */
enum result account_former_by_link(
    struct db_tx *, const struct mailed_link *, struct account *ret) MUST_USE;
enum result account_former_by_address(struct db_tx *, const char *email, const char *login_id,
    const struct access_day *, struct account *ret) MUST_USE;

/* Reads the account that can log in with this login ID. NO_ROW: nobody has it, it is not active, or
 * its person has no access. */
enum result account_by_login_id(
    struct db_tx *, const char *login_id, const struct access_day *, struct account *ret) MUST_USE;

#define ACCOUNT_LOGIN_IDS_MAX 8

/* The login IDs of the active accounts whose proven address this is, the oldest account first. */
struct account_login_ids {
	size_t count;
	char ids[ACCOUNT_LOGIN_IDS_MAX][EMAIL_MAX + 1];
};

enum result account_login_ids(
    struct db_tx *, const char *email, struct account_login_ids *ret) MUST_USE;

/* Sets the password and raises the generation, which is `generation` until then. OK also when the
 * account has this hash already: an earlier run has set it. NO_ROW: the account has another
 * generation, is not active, or is gone. */
enum result account_set_password(struct db_tx *, struct account_id id, int64_t generation,
    const char *hash, int64_t now) MUST_USE;

/* Sets those of the two that are not "". */
enum result account_set_settings(
    struct db_tx *, struct account_id id, const char *nickname, const char *language) MUST_USE;

/* Sets the pending address; "" removes it. */
enum result account_set_pending_email(
    struct db_tx *, struct account_id id, const char *email) MUST_USE;

/* TAKEN: another account has the login ID. */
enum result account_set_login_id(
    struct db_tx *, struct account_id id, const char *login_id) MUST_USE;

/* Makes the pending address the proven one, by its link; reset links to the address before it are
 * over. NO_ROW: the link's address is not the pending one any more, or the account has another
 * generation or is not active. */
enum result account_confirm_email(struct db_tx *, const struct mailed_link *) MUST_USE;

/* Deletes the account and its sessions, and drops the dead mails of its person, which keep an
 * address. OK also when there is none. */
enum result account_delete(struct db_tx *, struct account_id id, struct person_id) MUST_USE;

/* The same by a link. NO_ROW: its address is not the proven one any more, or the account has
 * another generation, is not active, or is gone. */
enum result account_delete_by_link(
    struct db_tx *, const struct mailed_link *, struct person_id) MUST_USE;

#endif
