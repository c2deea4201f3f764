/* spent_token.c - which tokens are spent. */

#include "spent_token.h"

#include "cleanup.h"
#include "secret.h"
#include "statements.h"

#include <assert.h>
#include <string.h>

/* A row is there. OK: an earlier run of the same call wrote it. DUPLICATE: another call did. */
static enum result
check_same_call(struct db_tx *tx, const struct spent_token *spent)
{
	static const uint8_t none[ID_SIZE];
	struct spent_token stored;

	if (!db_may_be_committed(tx) || memcmp(spent->next_id, none, sizeof none) == 0)
		return DUPLICATE;
	TRY(spent_token_read(tx, spent->jti, &stored));
	return memcmp(stored.next_id, spent->next_id, sizeof stored.next_id) == 0 ? OK : DUPLICATE;
}

void
spent_token_params(const struct spent_token *spent, struct db_values *values)
{
	const struct db_value params[] = {
		db_bytes("jti", spent->jti.bytes, sizeof spent->jti.bytes),
		db_number("kind", spent->kind),
		db_bytes("fingerprint", spent->fingerprint, sizeof spent->fingerprint),
		db_number("outcome", spent->outcome),
		db_bytes("next_id", spent->next_id, sizeof spent->next_id),
		db_number("spent_at", spent->created_at),
		{ 0 },
	};

	db_values_add(values, params);
}

enum result
spent_token_insert(struct db_tx *tx, const struct spent_token *spent)
{
	struct db_values in = { 0 };

	spent_token_params(spent, &in);
	const enum result inserted = db_change(tx, SPENT_TOKEN_INSERT, in.list, NULL);
	return inserted == DUPLICATE ? check_same_call(tx, spent) : inserted;
}

enum result
spent_token_read(struct db_tx *tx, struct jti jti, struct spent_token *ret)
{
	struct spent_token spent = { 0 };
	int64_t kind = 0;
	int64_t outcome = 0;
	const struct db_value in[] = { db_bytes("jti", jti.bytes, sizeof jti.bytes), { 0 } };
	const struct db_slot out[] = {
		db_to_number(&kind),
		db_to_bytes(spent.fingerprint, sizeof spent.fingerprint),
		db_to_number(&outcome),
		db_to_bytes(spent.next_id, sizeof spent.next_id),
		db_to_number(&spent.created_at),
		{ 0 },
	};

	TRY(db_row(tx, SPENT_TOKEN_READ, in, out));
	spent.jti = jti;
	spent.kind = (enum stage)kind;
	spent.outcome = (enum stage_outcome)outcome;
	*ret = spent;
	return OK;
}

enum result
spent_token_take_back(struct db_tx *tx, const struct spent_token *spent)
{
	const struct db_value in[] = {
		db_bytes("jti", spent->jti.bytes, sizeof spent->jti.bytes),
		db_bytes("next_id", spent->next_id, sizeof spent->next_id),
		{ 0 },
	};

	return db_change_one(tx, SPENT_TOKEN_TAKE_BACK, in);
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
