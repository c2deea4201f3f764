/* refusal.h - what may be told with a refusal. */

#ifndef REFUSAL_H
#define REFUSAL_H

#include "faults.h"

#include <stdint.h>

struct refusal {
	int attempts_left; /* -1: not told */
	int64_t wait_s;    /* TOO_MANY, OVERLOADED: until it may be tried again; 0: not told */
	enum fault fault;  /* BAD_FIELD: of the new password */
};

#endif
