/* statistics.h - how many took each step of a registration on some days, and why others did not:
 * what step_count.h stored, of all replicas together. */

#ifndef STATISTICS_H
#define STATISTICS_H

#include "clock.h"
#include "db.h"
#include "result.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATISTICS_ROWS_MAX    400 /* steps times codes */
#define STATISTICS_OUTCOME_MAX 40
#define STATISTICS_MONTH       7 /* 2026-11 */

/* How often a step ended so. */
struct statistics_row {
	enum step step;
	char outcome[STATISTICS_OUTCOME_MAX + 1]; /* "ok", or the code of a problem document */
	int64_t count;
};

struct statistics {
	char first_day[CLOCK_DATE_MAX + 1]; /* in Japan */
	char last_day[CLOCK_DATE_MAX + 1];  /* it included */
	size_t count;
	struct statistics_row rows[STATISTICS_ROWS_MAX]; /* by step; the most frequent first */
};

/* What a step is called, for people. */
struct statistics_step {
	const char *ja, *en;
};
struct statistics_step statistics_step(enum step);

/* The days of a month written 2026-11. False: it is none. */
bool statistics_month(const char *month, char ret_first[static CLOCK_DATE_MAX + 1],
    char ret_last[static CLOCK_DATE_MAX + 1]) MUST_USE;

/* Reads what was counted from the first day to the last. Works with a pool whose table is
 * operator_table(). */
enum result statistics_read(
    struct db *, const char *first_day, const char *last_day, struct statistics *ret) MUST_USE;

/* How often a step succeeded. */
int64_t statistics_ok(const struct statistics *, enum step);

/* How many percent of those who took the first step took this one, rounded; a step that is sent
 * again counts again, so it may be more than 100. 0: nobody took the first. */
int64_t statistics_percent(const struct statistics *, enum step);

#endif
