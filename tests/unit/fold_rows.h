/* fold_rows.h - rows for the functions that fold what people type: typed text in, a fault and the
 * folded form out. */

#ifndef FOLD_ROWS_H
#define FOLD_ROWS_H

#include "field_errors.h"

#include <stddef.h>

struct fold_row {
	const char *why;
	const char *typed;
	enum field_error field_error;
	const char *folded; /* "" where refused */
};

/* Such a function, with the room it is promised. */
struct folding {
	enum field_error (*fold)(const char *typed, char *ret, size_t ret_size);
	size_t ret_size;
};

/* Each row gives its fault and its folded form, whatever stood in the output before; and the folded
 * form, typed again, gives itself: else nobody whose data is folded twice would be found again. */
void assert_folds(const struct folding *, const struct fold_row *, size_t count);

#endif
