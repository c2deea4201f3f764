/* bench_times.c - how long calls took. */

#include "bench_times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t
times_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
times_sleep_until(int64_t moment_ns)
{
	const struct timespec moment = { .tv_sec = moment_ns / 1000000000,
		.tv_nsec = moment_ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL) != 0)
		;
}

static void
make_room(struct times *times, size_t count)
{
	if (times->room >= count)
		return;
	times->room = 2 * count + 1024;
	times->us = realloc(times->us, times->room * sizeof *times->us);
	if (times->us == NULL)
		abort();
}

void
times_add(struct times *times, int64_t began_ns)
{
	make_room(times, times->count + 1);
	times->us[times->count++] = (uint32_t)((times_now() - began_ns) / 1000);
}

void
times_merge(struct times *into, struct times *from)
{
	make_room(into, into->count + from->count);
	if (from->count > 0)
		memcpy(into->us + into->count, from->us, from->count * sizeof *from->us);
	into->count += from->count;
	free(from->us);
	*from = (struct times){ 0 };
}

static int
compare(const void *a, const void *b)
{
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static uint32_t
quantile(const struct times *times, size_t per_mille)
{
	return times->count == 0 ? 0 : times->us[(times->count * per_mille + 999) / 1000 - 1];
}

void
times_print(struct times *times)
{
	if (times->count > 0)
		qsort(times->us, times->count, sizeof *times->us, compare);
	printf("\"p50_us\":%u,\"p90_us\":%u,\"p99_us\":%u,\"p999_us\":%u,\"max_us\":%u",
	    quantile(times, 500), quantile(times, 900), quantile(times, 990), quantile(times, 999),
	    quantile(times, 1000));
}
