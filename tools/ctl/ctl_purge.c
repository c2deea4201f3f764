/* ctl_purge.c - myportalctl purge: deletes rows by age; purge.h has the rules.
 *
 * Prints "rows: number" for each rule. A run that failed on the way has deleted what it printed;
 * the next run goes on. */

#include "ctl_commands.h"

#include "cleanup.h"
#include "clock.h"
#include "app.h"
#include "ctl_app.h"
#include "purge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A clock that is a year ahead would delete a year of the audit trail. */
#define SKEW_MAX_S 300

static bool
clock_is_right(struct db *db, int64_t now)
{
	int64_t skew_s = 0;

	if (!ctl_is_done(purge_skew(db, now, &skew_s)))
		return false;
	if (skew_s >= -SKEW_MAX_S && skew_s <= SKEW_MAX_S)
		return true;
	fprintf(stderr,
	    "myportalctl: nothing was deleted: this clock is %" PRId64
	    " s ahead of the database's\n",
	    skew_s);
	return false;
}

static bool
purge_all(struct db *db, const struct purge_clock *clock, bool dry_run)
{
	for (enum purge_rule rule = 0; rule < PURGE__MAX; rule++) {
		uint64_t rows = 0;
		const enum result result = dry_run ? purge_count(db, rule, clock, &rows)
						   : purge_delete(db, rule, clock, &rows);

		printf("%s: %" PRIu64 "\n", purge_rows(rule), rows);
		if (!ctl_is_done(result))
			return false;
	}
	if (dry_run)
		printf("dry run: nothing was deleted\n");
	return true;
}

int
ctl_purge(const struct config *config, int argc, char **argv)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	const bool dry_run = argc == 1 && strcmp(argv[0], "--dry-run") == 0;

	if (argc != 0 && !dry_run)
		return CTL_USAGE;
	if (!ctl_app_open(config, false, &app))
		return CTL_ERROR;
	const struct purge_clock clock = { .now = clock_now(),
		.session_idle_s = app.session_idle_s };
	const bool done = clock_is_right(app.db, clock.now) && purge_all(app.db, &clock, dry_run);

	return done ? CTL_DONE : CTL_ERROR;
}
