/* error_info.h - what an answer may say beside its problem code. Zeroed by the caller, with
 * attempts_left -1; a function sets what belongs to the result that it returns. */

#ifndef ERROR_INFO_H
#define ERROR_INFO_H

#include "field_errors.h"

#include <stdint.h>

struct error_info {
	int attempts_left; /* tries that are left; -1: the answer does not say */
	int64_t wait_s;    /* TOO_MANY, OVERLOADED: when to try again; 0: it does not say */
	enum field_error field_error; /* BAD_FIELD: what is wrong with the new password */
};

#endif
