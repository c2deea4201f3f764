/* spent_token.h - which tokens are spent, with which body, and what came of it.
 *
 * A token is spent by a row under its jti, the primary key. A second call that spends it is
 * DUPLICATE and reads the row: the same body gets the same outcome again, another body learns
 * that the token is spent. So a client that lost an answer repeats its request, and nothing
 * happens twice. */

#ifndef SPENT_TOKEN_H
#define SPENT_TOKEN_H

#include "bounds.h"
#include "ids.h"
#include "db.h"
#include "keyring.h"
#include "result.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

struct spent_token {
	struct jti jti;
	enum stage kind;
	/* Keyed hash of the body; zeros where the facts themselves are compared. */
	uint8_t fingerprint[KEYED_HASH_SIZE];
	enum stage_outcome outcome;
	/* The jti of the next token, the id of the account made, or random: of this call alone.
	 * Zeros where a second spending is DUPLICATE in any case. */
	uint8_t next_id[ID_SIZE];
	int64_t created_at; /* seconds of the service's clock */
};

/* Adds the parameters of SQL_SPENT_TOKEN_INSERT (statements.c), borrowed from the row. */
void spent_token_params(const struct spent_token *, struct db_values *);

/* Spends the token. DUPLICATE: another call did. OK also where an earlier run of this call did,
 * whose answer was lost: the row has its next_id. Otherwise as db_change(). */
enum result spent_token_insert(struct db_tx *, const struct spent_token *) MUST_USE;

/* Reads how a token was spent. NO_ROW: it is not spent. Otherwise as db_row(). */
enum result spent_token_read(struct db_tx *, struct jti jti, struct spent_token *ret) MUST_USE;

/* Makes a token good again that this call spent. NO_ROW: the row is another call's by now.
 * Otherwise as db_change_one(). */
enum result spent_token_take_back(struct db_tx *, const struct spent_token *) MUST_USE;

/* Were both spent for the same purpose with the same body? Takes the same time either way. */
bool spent_token_same(const struct spent_token *, const struct spent_token *);

/* Makes the fingerprint of a body from its texts, at most 255 bytes each, NULL at the end. Each
 * goes in with its length, so that no two lists of texts have one fingerprint. */
void spent_token_fingerprint(
    const struct keyring *, const char *const *texts, uint8_t ret[static KEYED_HASH_SIZE]);

#endif
