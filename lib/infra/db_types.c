/* db_types.c - values for statements, and slots for columns. */

#include "db_types.h"

#include <assert.h>
#include <string.h>

struct db_value
db_text(const char *name, const char *text)
{
	return (
	    struct db_value){ .name = name, .type = DB_TEXT, .data = text, .size = strlen(text) };
}

struct db_value
db_text_or_null(const char *name, const char *text)
{
	return text[0] != '\0' ? db_text(name, text)
			       : (struct db_value){ .name = name, .type = DB_NULL };
}

struct db_value
db_bytes(const char *name, const void *bytes, size_t size)
{
	return (struct db_value){ .name = name, .type = DB_BYTES, .data = bytes, .size = size };
}

struct db_value
db_number(const char *name, int64_t number)
{
	return (struct db_value){ .name = name, .type = DB_NUMBER, .number = number };
}

struct db_value
db_first_run(const char *name)
{
	return (struct db_value){ .name = name, .type = DB_FIRST_RUN };
}

void
db_values_add(struct db_values *values, const struct db_value *list)
{
	size_t at = 0;

	while (values->list[at].type != DB_END)
		at++;
	for (; list->type != DB_END; at++) {
		assert(at < DB_VALUES_MAX);
		values->list[at] = *list++;
	}
}

struct db_slot
db_to_text(char *ret, size_t size)
{
	return (struct db_slot){ .type = DB_TEXT, .data = ret, .size = size };
}

struct db_slot
db_to_bytes(void *ret, size_t size)
{
	return (struct db_slot){ .type = DB_BYTES, .data = ret, .size = size };
}

struct db_slot
db_to_number(int64_t *ret)
{
	return (struct db_slot){ .type = DB_NUMBER, .data = ret, .size = sizeof *ret };
}
