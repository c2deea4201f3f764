/* spent_token.c - which tokens were spent. */

#include "spent_token.h"

#include "cleanup.h"
#include "secret.h"
#include "statements.h"

#include <assert.h>
#include <string.h>

/* A row is there: an earlier run of the same call may have written it, and another call, too. */
static enum result
spent_before(struct db_tx *tx, const struct spent_token *op)
{
	static const uint8_t nothing[ID_SIZE];
	struct spent_token there;

	if (!db_may_be_committed(tx) || memcmp(op->next_id, nothing, sizeof nothing) == 0)
		return DUPLICATE;
	TRY(spent_token_read(tx, op->jti, &there));
	return memcmp(there.next_id, op->next_id, sizeof there.next_id) == 0 ? OK : DUPLICATE;
}

enum result
spent_token_insert(struct db_tx *tx, const struct spent_token *op)
{
	const struct db_value in[] = {
		db_bytes_at(op->jti.bytes, sizeof op->jti.bytes),
		db_number_at(op->kind),
		db_bytes_at(op->fingerprint, sizeof op->fingerprint),
		db_number_at(op->outcome),
		db_bytes_at(op->next_id, sizeof op->next_id),
		db_number_at(op->created_at),
		{ 0 },
	};

	const enum result spent = db_change(tx, SPENT_TOKEN_INSERT, in, NULL);

	return spent == DUPLICATE ? spent_before(tx, op) : spent;
}

enum result
spent_token_read(struct db_tx *tx, struct jti jti, struct spent_token *ret)
{
	struct spent_token op = { 0 };
	int64_t kind = 0;
	int64_t outcome = 0;
	const struct db_value in[] = { db_bytes_at(jti.bytes, sizeof jti.bytes), { 0 } };
	const struct db_slot out[] = {
		db_to_number(&kind),
		db_to_bytes(op.fingerprint, sizeof op.fingerprint),
		db_to_number(&outcome),
		db_to_bytes(op.next_id, sizeof op.next_id),
		db_to_number(&op.created_at),
		{ 0 },
	};

	TRY(db_row(tx, SPENT_TOKEN_READ, in, out));
	op.jti = jti;
	op.kind = (enum stage)kind;
	op.outcome = (enum stage_outcome)outcome;
	*ret = op;
	return OK;
}

bool
spent_token_same(const struct spent_token *a, const struct spent_token *b)
{
	return a->kind == b->kind &&
	       secret_equal_bytes(a->fingerprint, b->fingerprint, sizeof a->fingerprint);
}

static void
wipe_message(uint8_t (*message)[1024])
{
	secret_wipe_bytes(*message, sizeof *message);
}

void
spent_token_fingerprint(
    const struct keyring *keyring, const char *const *texts, uint8_t ret[static KEYED_HASH_SIZE])
{
	CLEANUP(wipe_message) uint8_t message[1024];
	size_t size = 0;

	for (; *texts != NULL; texts++) {
		const size_t length = strlen(*texts);

		assert(length < 256 && size + 1 + length <= sizeof message);
		message[size++] = (uint8_t)length;
		memcpy(message + size, *texts, length);
		size += length;
	}
	keyring_hash(keyring, KEYRING_FINGERPRINT, message, size, ret);
}
