/* step_count.c - how often each step ended how: counted in the process, kept by the day. */

#include "step_count.h"

#include "bounds.h"
#include "clock.h"
#include "secret.h"
#include "statements.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define COUNTED_BY_SIZE 8

/* Of each step and code; a code is counted at its first result. */
typedef uint64_t step_table[STEP__MAX][RESULT__MAX];

/* What was counted on one day. */
struct day_counts {
	char date[CLOCK_DATE_MAX + 1]; /* in Japan; "": no day */
	uint8_t counted_by[COUNTED_BY_SIZE];
	step_table counted, stored;
};

struct step_counts {
	atomic_uint_fast64_t totals[STEP__MAX][RESULT__MAX]; /* since the start */
	/* Of step_counts_store() alone. */
	step_table taken; /* of the totals, by a day */
	struct day_counts today, yesterday;
};

static void
day_begin(struct day_counts *day, int64_t now)
{
	memset(day, 0, sizeof *day);
	clock_date_japan(now, day->date);
	secret_random(day->counted_by, sizeof day->counted_by);
}

struct step_counts *
step_counts_new(int64_t now)
{
	struct step_counts *counts = calloc(1, sizeof *counts);

	if (counts != NULL)
		day_begin(&counts->today, now);
	return counts;
}

void
step_counts_free(struct step_counts *counts)
{
	free(counts);
}

const char *
step_word(enum step step)
{
#define STEP_WORD_(name, number, word) [name] = (word),
	static const char *const words[STEP__MAX] = { [STEP_NONE] = "", STEP_LIST(STEP_WORD_) };
#undef STEP_WORD_
	return words[step];
}

void
step_counts_add(struct step_counts *counts, enum step step, enum result result)
{
	if (step != STEP_NONE)
		atomic_fetch_add_explicit(
		    &counts->totals[step][result_first_of_code(result)], 1, memory_order_relaxed);
}

uint64_t
step_counts_total(const struct step_counts *counts, enum step step, enum result result)
{
	return atomic_load_explicit(
	    &counts->totals[step][result_first_of_code(result)], memory_order_relaxed);
}

/* Storing -------------------------------------------------------------------------------------- */

/* Calls `each` for every step and code, until one is not OK. */
static enum result
for_each_count(enum result (*each)(void *context, enum step step, enum result code), void *context)
{
	for (enum step step = STEP_NONE + 1; step < STEP__MAX; step++)
		for (enum result code = OK; code < RESULT__MAX; code++)
			TRY(each(context, step, code));
	return OK;
}

/* Moves what was counted since the last time to the day of that time. */
static enum result
take_count(void *context, enum step step, enum result code)
{
	struct step_counts *counts = context;
	const uint64_t total = atomic_load(&counts->totals[step][code]);

	counts->today.counted[step][code] += total - counts->taken[step][code];
	counts->taken[step][code] = total;
	return OK;
}

struct store_ctx {
	struct db_tx *tx;
	const struct day_counts *day;
};

static enum result
store_count(void *context, enum step step, enum result code)
{
	const struct store_ctx *ctx = context;
	const struct day_counts *day = ctx->day;
	const struct db_value in[] = {
		db_text("day", day->date),
		db_bytes("counted_by", day->counted_by, sizeof day->counted_by),
		db_number("step", step),
		db_text("outcome", result_code(code)),
		db_number("count", (int64_t)day->counted[step][code]),
		{ 0 },
	};

	if (day->counted[step][code] == day->stored[step][code])
		return OK;
	return db_change(ctx->tx, STEP_COUNT_STORE, in, NULL);
}

static enum result
store_steps_tx(struct db_tx *tx, void *context)
{
	const struct step_counts *counts = context;
	struct store_ctx yesterday = { .tx = tx, .day = &counts->yesterday };
	struct store_ctx today = { .tx = tx, .day = &counts->today };

	TRY(for_each_count(store_count, &yesterday));
	return for_each_count(store_count, &today);
}

static bool
day_is_stored(const struct day_counts *day)
{
	return memcmp(day->counted, day->stored, sizeof day->counted) == 0;
}

static void
day_is_over(struct step_counts *counts, int64_t now)
{
	char date[CLOCK_DATE_MAX + 1];

	clock_date_japan(now, date);
	if (strcmp(date, counts->today.date) == 0)
		return;
	counts->yesterday = counts->today;
	day_begin(&counts->today, now);
}

enum result
step_counts_store(struct step_counts *counts, struct db *db, int64_t now)
{
	(void)for_each_count(take_count, counts);
	day_is_over(counts, now);
	if (day_is_stored(&counts->yesterday) && day_is_stored(&counts->today))
		return OK;
	TRY(db_transaction(db, store_steps_tx, counts));
	memcpy(counts->yesterday.stored, counts->yesterday.counted, sizeof(step_table));
	memcpy(counts->today.stored, counts->today.counted, sizeof(step_table));
	return OK;
}
