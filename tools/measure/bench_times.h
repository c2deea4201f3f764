/* bench_times.h - how long calls took: every single time is kept, so quantiles are exact. */

#ifndef BENCH_TIMES_H
#define BENCH_TIMES_H

#include <stddef.h>
#include <stdint.h>

struct times {
	uint32_t *us;
	size_t count;
	size_t room;
};

/* Nanoseconds of the monotonic clock. */
int64_t times_now(void);

/* Returns when that clock shows this moment; at once if it has passed. */
void times_sleep_until(int64_t moment_ns);

/* Adds what passed since `began_ns`. Without memory the program ends. */
void times_add(struct times *, int64_t began_ns);

/* Moves all of `from` into `into`; `from` is empty afterwards. */
void times_merge(struct times *into, struct times *from);

/* Prints `"p50_us":..,"p90_us":..,"p99_us":..,"p999_us":..,"max_us":..`, zeros for no call: the
 * smallest time that this share of all does not exceed. Sorts. */
void times_print(struct times *);

#endif
