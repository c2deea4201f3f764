/* spent_token.h - which tokens were spent, on what, and what came of it.
 *
 * One row under the primary key jti is the spending; a second one is DUPLICATE, and whoever meets
 * it reads the row: the same fingerprint gets the same outcome, another one is told "spent". */

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
	uint8_t fingerprint[KEYED_HASH_SIZE]; /* zeros where facts are compared instead */
	enum stage_outcome outcome;
	/* jti of the next token, id of the account made, or random: of this call alone. Zeros where a
	 * second spending is DUPLICATE in any case. */
	uint8_t next_id[ID_SIZE];
	int64_t created_at;
};

/* Spends. DUPLICATE: it was spent before, by another call. By an earlier run of this one, known by its
 * next_id: OK. */
enum result spent_token_insert(struct db_tx *, const struct spent_token *) MUST_USE;

/* Reads a spending. NO_ROW: not spent. */
enum result spent_token_read(struct db_tx *, struct jti jti, struct spent_token *ret) MUST_USE;

/* Were both made of the same body? */
bool spent_token_same(const struct spent_token *, const struct spent_token *);

/* The fingerprint of texts that make up a body, each with its length, so that no two lists of texts
 * have one fingerprint; NULL ends the list. */
void spent_token_fingerprint(
    const struct keyring *, const char *const *texts, uint8_t ret[static KEYED_HASH_SIZE]);

#endif
