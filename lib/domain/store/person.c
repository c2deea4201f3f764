/* person.c - finds an insured person in the roster. */

#include "person.h"

#include "statements.h"

enum result
person_find(struct db_tx *tx, const struct person_query *query, struct person *ret)
{
	const struct posted_code_hash *code = &query->posted_code;
	struct person person = { .account_state = 0 };
	const struct db_value in[] = {
		db_text("insured_number", query->insured_number),
		db_text("today", query->today),
		db_text_or_null("birth_date", query->birth_date),
		db_bytes("code_hash", code->bytes, code->is_given ? sizeof code->bytes : 0),
		db_number("is_repeat", query->is_repeat),
		db_number("now", query->now),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(person.id.bytes, sizeof person.id.bytes),
		db_to_number(&person.account_state),
		db_to_number(&person.code_issue),
		{ 0 },
	};

	TRY(db_row(tx, PERSON_BY_LOOKUP, in, out));
	*ret = person;
	return OK;
}
