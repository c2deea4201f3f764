/* deadline.c - until when the work of a thread must be done. */

#include "deadline.h"

#include "clock.h"

/* Of this thread, on the monotonic clock; 0: it has none. */
static _Thread_local int64_t ends_at_ms;
static _Thread_local bool is_tidying;

void
deadline_begin(int64_t ms)
{
	ends_at_ms = clock_monotonic_ms() + ms;
	is_tidying = false;
}

void
deadline_end(void)
{
	ends_at_ms = 0;
}

bool
deadline_tidy(bool tidy)
{
	const bool before = is_tidying;

	is_tidying = tidy;
	return before;
}

int64_t
deadline_left_ms(int64_t most_ms)
{
	if (ends_at_ms == 0)
		return most_ms;
	const int64_t left_ms = ends_at_ms + (is_tidying ? DEADLINE_TIDY_MS : 0) -
				clock_monotonic_ms();

	if (left_ms <= 0)
		return 0;
	return left_ms < most_ms ? left_ms : most_ms;
}
