/* person.c - finds an insured person in the roster. */

#include "person.h"

#include "statements.h"

void
person_params(const struct person_query *query, struct db_values *values)
{
	const struct posted_code_hash *code = &query->posted_code;
	const struct db_value params[] = {
		db_text("insured_number", query->insured_number),
		db_text("today", query->today),
		db_text_or_null("birth_date", query->birth_date),
		db_bytes("code_hash", code->bytes, code->is_given ? sizeof code->bytes : 0),
		db_number("is_repeat", query->is_repeat),
		db_number("now", query->now),
		{ 0 },
	};

	db_values_add(values, params);
}

void
person_slots(struct person *person, struct db_slot ret[static PERSON_SLOTS])
{
	ret[0] = db_to_bytes(person->id.bytes, sizeof person->id.bytes);
	ret[1] = db_to_number(&person->account_state);
	ret[2] = db_to_number(&person->code_issue);
}

enum result
person_find(struct db_tx *tx, const struct person_query *query, struct person *ret)
{
	struct person person = { .account_state = 0 };
	struct db_values in = { 0 };
	struct db_slot out[PERSON_SLOTS + 1] = { 0 };

	person_params(query, &in);
	person_slots(&person, out);
	TRY(db_row(tx, PERSON_BY_LOOKUP, in.list, out));
	*ret = person;
	return OK;
}
