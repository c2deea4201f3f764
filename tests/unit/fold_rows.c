/* fold_rows.c - rows for the functions that fold what people type. */

#include "fold_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The output is a block of its own: a byte too many is seen by AddressSanitizer. */
static void
check(const struct folding *folding, const char *typed, const struct fold_row *row)
{
	char *const ret = malloc(folding->ret_size);

	assert_non_null(ret);
	memset(ret, 'x', folding->ret_size);
	const enum field_error field_error = folding->fold(typed, ret, folding->ret_size);
	if (memchr(ret, '\0', folding->ret_size) == NULL)
		fail_msg("%s: %s, and no end", row->why, field_error_code(field_error));
	if (field_error != row->field_error || strcmp(ret, row->folded) != 0)
		fail_msg("%s: %s, '%s'", row->why, field_error_code(field_error), ret);
	free(ret);
}

void
assert_folds(const struct folding *folding, const struct fold_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		check(folding, rows[i].typed, &rows[i]);
		if (rows[i].field_error == FIELD_OK)
			check(folding, rows[i].folded, &rows[i]);
	}
}
