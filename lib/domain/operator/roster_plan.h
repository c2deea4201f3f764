/* roster_plan.h - what a file changes: its lines and the stored persons, compared side by side.
 *
 * Nothing is written here. Both are read in the order of 番号 and 記号, so that one pass finds
 * who is added, changed, moved and ended, and what of it waits to be written fits in a sorter, in
 * the order in which it is written: moves, persons, endings. */

#ifndef ROSTER_PLAN_H
#define ROSTER_PLAN_H

#include "roster_changes.h"
#include "roster_counts.h"
#include "roster_moves.h"
#include "roster_write.h"

/* Its members are the caller's. */
struct roster_plan {
	struct db *db;
	struct record_sort *lines; /* packed lines, finished */
	struct roster_moves *moves;
	struct record_sort *writes;     /* gets what is to be written */
	struct roster_changes *changes; /* or NULL */
	const struct roster_reporter *reporter;
	const char *today;
	const char *kept_since; /* who ended before is not added; "": everybody is */
	/* Called now and then with the lines that were compared; or NULL. */
	enum result (*tick)(void *context, int64_t lines);
	void *context;
};

/* Compares. *counts: what is known of the file is there, the rest is added. *ret_errors: lines that
 * can not be right, which were reported; then the rest means nothing. OVERLOADED: a sorter failed;
 * what `tick` returned; or what the database did. */
enum result roster_plan_make(
    const struct roster_plan *, struct roster_counts *, int64_t *ret_errors) MUST_USE;

/* The duplicates alone, for a file that has errors anyway: reports them. */
enum result roster_plan_find_duplicates(const struct roster_plan *, int64_t *ret_errors) MUST_USE;

/* Writes all of it. Results as of roster_write_row(), and OVERLOADED. */
enum result roster_plan_apply(struct record_sort *writes, struct roster_write *,
    enum result (*tick)(void *context, int64_t rows), void *context) MUST_USE;

#endif
