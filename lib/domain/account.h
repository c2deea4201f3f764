/* account.h - the account rows: one function per statement. */

#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "bounds.h"
#include "db.h"
#include "result.h"

#include <stdint.h>

/* An account as it is stored. Wiped by its owner: it holds a hash and addresses. */
struct account {
	uint8_t id[ID_SIZE];
	uint8_t person_id[ID_SIZE];
	char login_id[EMAIL_MAX + 1];
	char password_hash[PASSWORD_HASH_MAX + 1];
	char email[EMAIL_MAX + 1];         /* proven */
	char pending_email[EMAIL_MAX + 1]; /* "" or waiting for its proof */
	char nickname[NICKNAME_MAX + 1];
	char language[LANGUAGE_MAX + 1];
	int64_t created_at;
};

/* Stores a new one. TAKEN: the login ID is in use; OVER: the person has an account already. */
enum result account_insert(struct db_tx *, const struct account *) MUST_USE;

/* Reads all but id, person_id and created_at, which are left as they were. NO_ROW. */
enum result account_read(
    struct db_tx *, const uint8_t id[static ID_SIZE], struct account *ret) MUST_USE;

/* Makes the pending address the proven one. NO_ROW: it is no longer the pending one. */
enum result account_confirm_email(
    struct db_tx *, const uint8_t id[static ID_SIZE], const char *email) MUST_USE;

void account_wipe(struct account *);

#endif
