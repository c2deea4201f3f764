/* field_errors.c - collect what is wrong with the fields of one request. */

#include "field_errors.h"

#include "text.h"

#include <string.h>

bool
field_errors_has(const struct field_errors *field_errors, const char *field)
{
	char kept[FIELD_ERROR_NAME_MAX + 1]; /* how a longer name would be in the list */

	text_copy_cut(kept, sizeof kept, field);
	for (size_t i = 0; i < field_errors->count; i++)
		if (strcmp(field_errors->list[i].field, kept) == 0)
			return true;
	return false;
}

void
field_errors_add(struct field_errors *field_errors, const char *field, enum field_error field_error)
{
	field_errors_add_length(field_errors, field, field_error, (struct length_bounds){ 0 });
}

void
field_errors_add_length(struct field_errors *field_errors, const char *field,
    enum field_error field_error, struct length_bounds length)
{
	if (field_error == FIELD_OK || field_errors->count == FIELD_ERRORS_MAX ||
	    field_errors_has(field_errors, field))
		return;
	text_copy_cut(field_errors->list[field_errors->count].field,
	    sizeof field_errors->list[0].field, field);
	field_errors->list[field_errors->count].field_error = field_error;
	field_errors->list[field_errors->count].length = length;
	field_errors->count++;
}

const char *
field_error_code(enum field_error field_error)
{
#define FIELD_ERROR_CODE_(name, code) [name] = (code),
	static const char *const codes[FIELD_ERROR__MAX] = { FIELD_ERROR_LIST(FIELD_ERROR_CODE_) };
#undef FIELD_ERROR_CODE_
	return codes[field_error];
}
