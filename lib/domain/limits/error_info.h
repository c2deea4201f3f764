/* error_info.h - what may be told with a refusal. */

#ifndef ERROR_INFO_H
#define ERROR_INFO_H

#include "field_errors.h"

#include <stdint.h>

struct error_info {
	int attempts_left; /* -1: not told */
	int64_t wait_s;    /* TOO_MANY, OVERLOADED: until it may be tried again; 0: not told */
	enum field_error field_error; /* BAD_FIELD: of the new password */
};

#endif
