/* person.c - looking an insured person up in the roster. */

#include "person.h"

#include "clock.h"
#include "statements.h"
#include "text.h"
#include "unicode.h"

#include <string.h>

enum result
person_find(struct db_tx *tx, const char *insured_number, const char *birth_date, const char *today,
    struct person *ret)
{
	struct person person = { .has_account = false };
	int64_t has_account = 0;
	const struct db_value in[] = {
		db_text(insured_number),
		db_text(today),
		db_text(today),
		db_text_or_null(birth_date),
		db_text_or_null(birth_date),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(person.id, sizeof person.id),
		db_to_number(&has_account),
		{ 0 },
	};

	TRY(db_row(tx, PERSON_BY_LOOKUP, in, out));
	person.has_account = has_account != 0;
	*ret = person;
	return OK;
}

/* 1970/01/31 and 19700131 become 1970-01-31. */
static bool
birth_date_spell(const char *folded, char ret[static BIRTH_DATE_LENGTH + 1])
{
	const size_t length = strlen(folded);

	if (length == 8)
		return text_format(ret, BIRTH_DATE_LENGTH + 1, "%.4s-%.2s-%.2s", folded, folded + 4,
		    folded + 6);
	if (length != BIRTH_DATE_LENGTH || folded[4] != folded[7])
		return false;
	memcpy(ret, folded, length + 1);
	if (ret[4] == '/')
		ret[4] = ret[7] = '-';
	return true;
}

enum fault
birth_date_fold(const char *typed, char *ret, size_t ret_size)
{
	char folded[BIRTH_DATE_INPUT_MAX + 1];
	char spelled[BIRTH_DATE_LENGTH + 1];

	ret[0] = '\0';
	if (unicode_fold_width(typed, folded, sizeof folded) != OK ||
	    !birth_date_spell(folded, spelled) || !clock_date_is_valid(spelled) ||
	    !text_copy(ret, ret_size, spelled))
		return FAULT_BAD_FORMAT;
	return FAULT_NONE;
}
