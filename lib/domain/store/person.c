/* person.c - finds an insured person in the roster. */

#include "person.h"

#include "statements.h"

enum result
person_find(struct db_tx *tx, const char *insured_number, const char *birth_date, const char *today,
    struct person *ret)
{
	struct person person = { .account_state = 0 };
	const struct db_value in[] = {
		db_text("insured_number", insured_number),
		db_text("today", today),
		db_text_or_null("birth_date", birth_date),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(person.id.bytes, sizeof person.id.bytes),
		db_to_number(&person.account_state),
		{ 0 },
	};

	TRY(db_row(tx, PERSON_BY_LOOKUP, in, out));
	*ret = person;
	return OK;
}
