/* text_rule.h - how one kind of text in a request is read. Each kind has its rule in the header of
 * its module (email_rule, nickname_rule ...); json.h reads by it. */

#ifndef TEXT_RULE_H
#define TEXT_RULE_H

#include "field_errors.h"

#include <stdbool.h>
#include <stddef.h>

/* Validates what was typed and folds it into `ret`; on an error `ret` is empty. */
typedef enum field_error field_check(const char *typed, char *ret, size_t ret_size);

struct text_rule {
	field_check *check;          /* NULL: any text that fits */
	size_t input_max;            /* bytes; longer is FIELD_TOO_LONG before the check runs */
	struct length_bounds length; /* as a member counts; told with an error */

	/* The check is given all of it, also what nobody sees: passwords, nicknames, what no member
	 * types. Otherwise the padding of a pasted value is dropped first, and an invisible
	 * character within it is FIELD_INVISIBLE_CHARACTER (unicode.h says what these are). */
	bool as_typed;
};

#endif
