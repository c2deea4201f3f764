/* roster_transfer.c - gives a person another 番号 or 記号, by hand. */

#include "roster_transfer.h"

#include "roster_stored.h"
#include "statements.h"

#include <string.h>

/* A row of either statement that locks a person. */
struct locked_person {
	struct person_id id;
	struct roster_person person;
	int64_t has_account;
};

static enum result
read_locked(struct db_tx *tx, enum operator_statement statement, const struct db_value *in,
    struct locked_person *ret)
{
	struct roster_person *person = &ret->person;
	const struct db_slot out[] = {
		db_to_bytes(ret->id.bytes, sizeof ret->id.bytes),
		db_to_text(person->pair.number, sizeof person->pair.number),
		db_to_text(person->pair.symbol, sizeof person->pair.symbol),
		db_to_text(person->birth_date, sizeof person->birth_date),
		db_to_text(person->kana_name, sizeof person->kana_name),
		db_to_text(person->eligible_from, sizeof person->eligible_from),
		db_to_text(person->eligible_until, sizeof person->eligible_until),
		db_to_number(&ret->has_account),
		{ 0 },
	};

	return db_row(tx, statement, in, out);
}

static enum result
lock_person(struct db_tx *tx, const struct person_id *id, struct locked_person *ret)
{
	const struct db_value in[] = { db_bytes("person_id", id->bytes, sizeof id->bytes), { 0 } };

	return read_locked(tx, OPERATOR_PERSON_LOCK, in, ret);
}

static enum result
lock_pair(struct db_tx *tx, const struct roster_pair *pair, struct locked_person *ret)
{
	const struct db_value in[] = { db_text("number", pair->number),
		db_text("symbol", pair->symbol), { 0 } };

	return read_locked(tx, OPERATOR_PAIR_LOCK, in, ret);
}

/* Whoever has the new pair goes, and leaves what the roster said. */
static enum result
join(struct db_tx *tx, const struct locked_person *other, struct locked_person *person,
    struct roster_transfer *transfer)
{
	const struct db_value in[] = {
		db_bytes("person_id", other->id.bytes, sizeof other->id.bytes), { 0 }
	};

	if (other->has_account != 0)
		return ACCOUNT_EXISTS;
	if (strcmp(other->person.birth_date, person->person.birth_date) != 0)
		return IDENTITY_MISMATCH;
	TRY(db_change_one(tx, OPERATOR_PERSON_DELETE, in));
	transfer->joined_id = other->id;
	person->person = other->person;
	return OK;
}

static enum result
write_person(
    struct db_tx *tx, const struct roster_transfer *transfer, const struct roster_person *person)
{
	const struct db_value in[] = {
		db_text("number", transfer->to.number),
		db_text("symbol", transfer->to.symbol),
		db_text("kana_name", person->kana_name),
		db_text("eligible_from", person->eligible_from),
		db_text_or_null("eligible_until", person->eligible_until),
		db_bytes("person_id", transfer->person_id.bytes, sizeof transfer->person_id.bytes),
		{ 0 },
	};

	return db_change_one(tx, OPERATOR_PERSON_MOVE, in);
}

static enum result
find_ambiguous(struct db_tx *tx, struct roster_transfer *transfer)
{
	int64_t count = 0;
	const struct db_value in[] = { db_text("number", transfer->to.number),
		db_text("symbol", transfer->to.symbol), { 0 } };
	const struct db_slot out[] = { db_to_number(&count), { 0 } };

	TRY(db_row(tx, OPERATOR_LOOKUP_COUNT, in, out));
	transfer->is_ambiguous = count > 1;
	return OK;
}

enum result
roster_transfer_tx(struct db_tx *tx, struct roster_transfer *transfer)
{
	struct locked_person person, other;
	const struct roster_pair *to = &transfer->to;

	transfer->joined_id = no_person;
	transfer->is_ambiguous = false;
	TRY(lock_person(tx, &transfer->person_id, &person));
	if (roster_pair_compare(
		person.person.pair.number, person.person.pair.symbol, to->number, to->symbol) == 0)
		return BAD_FIELD;
	const enum result found = lock_pair(tx, to, &other);
	if (found == OK)
		TRY(join(tx, &other, &person, transfer));
	else if (found != NO_ROW)
		return found;
	TRY(write_person(tx, transfer, &person.person));
	return find_ambiguous(tx, transfer);
}
