/* ctl_roster.c - myportalctl roster import: takes over who is insured, and says what that changes.
 *
 * What is wrong with the file goes to standard error, a line each, as compilers say it; the counts
 * go to standard output, "name: number". Neither ever shows a number or a name. */

#include "ctl.h"

#include "cleanup.h"
#include "clock.h"
#include "roster_import.h"
#include "statements.h"
#include "text.h"
#include "unicode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_TIMEOUT_S 3600 /* one statement takes over ten million lines */

struct order {
	const char *path;
	struct roster_options options;
};

struct heard {
	const char *path;
	uint64_t field_errors;
};

static void
close_file(struct roster_file **file)
{
	roster_file_close(*file);
}

static void
close_db(struct db **db)
{
	db_close(*db);
}

/* Warnings are bounded where they come from. */
static void
hear(void *context, const struct roster_remark *remark)
{
	struct heard *heard = context;

	if (!remark->warning && ++heard->field_errors > ROSTER_REMARKS_MAX)
		return;
	fprintf(stderr, "%s:%" PRIu64 ": %s%s%s%s\n", heard->path, remark->line,
	    remark->warning ? "warning: " : "", remark->column != NULL ? remark->column : "",
	    remark->column != NULL ? ": " : "", remark->reason);
}

static void
say_unshown(const char *what, uint64_t count)
{
	if (count > ROSTER_REMARKS_MAX)
		fprintf(stderr, "myportalctl: %" PRIu64 " %s, of which %d are shown\n", count, what,
		    ROSTER_REMARKS_MAX);
}

static void
print_counts(const struct roster_counts *counts)
{
	const struct {
		const char *name;
		uint64_t count;
	} rows[] = {
		{ "lines", counts->lines },
		{ "insured", counts->insured },
		{ "dependents", counts->dependents },
		{ "added", counts->added },
		{ "changed", counts->changed },
		{ "unchanged", counts->unchanged },
		{ "ended", counts->ended },
		{ "ambiguous", counts->ambiguous },
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		printf("%s: %" PRIu64 "\n", rows[i].name, rows[i].count);
}

static int
done(enum roster_outcome outcome, const struct roster_counts *counts)
{
	print_counts(counts);
	say_unshown("ambiguous lines", counts->ambiguous);
	if (outcome == ROSTER_DRY_RUN_DONE)
		printf("%s\n", roster_outcome_text(outcome));
	else if (counts->added + counts->changed + counts->ended == 0)
		printf("nothing was changed: the roster was already as the file says\n");
	return CTL_DONE;
}

static int
refused(enum roster_outcome outcome, const struct roster_counts *counts, const struct heard *heard)
{
	uint64_t field_errors = heard->field_errors;

	if (counts->doubled > ROSTER_REMARKS_MAX)
		field_errors += counts->doubled - ROSTER_REMARKS_MAX;
	say_unshown("faults", field_errors);
	if (outcome == ROSTER_TOO_MANY_ENDED)
		fprintf(stderr,
		    "myportalctl: %" PRId64 " of %" PRId64
		    " eligible persons would lose their eligibility;"
		    " if that is right, import with --allow-removals\n",
		    counts->lost, counts->eligible);
	fprintf(stderr, "myportalctl: %s: %s\n", heard->path, roster_outcome_text(outcome));
	return CTL_ERROR;
}

static int
import_file(const struct config *config, const struct order *order)
{
	struct heard heard = { .path = order->path };
	const struct roster_listener listener = { hear, &heard };
	struct roster_counts counts;
	char errbuf[ERRBUF_MAX + 1];

	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(order->path, &listener, errbuf);
	if (file == NULL) {
		fprintf(stderr, "myportalctl: %s: %s\n", order->path,
		    errbuf[0] != '\0' ? errbuf : roster_outcome_text(ROSTER_FAULTY));
		return CTL_ERROR;
	}
	CLEANUP(close_db)
	struct db *db = ctl_db_open(config, roster_statements, ROSTER_STATEMENTS__MAX,
	    roster_session_sql, STATEMENT_TIMEOUT_S);
	if (db == NULL)
		return CTL_ERROR;
	const enum roster_outcome outcome = roster_import(
	    db, file, &order->options, &listener, &counts);
	if (outcome == ROSTER_IMPORTED || outcome == ROSTER_DRY_RUN_DONE)
		return done(outcome, &counts);
	return refused(outcome, &counts, &heard);
}

/* Who ordered it, for the record: the person behind sudo rather than root. */
static void
find_who(char ret[static ROSTER_WHO_MAX + 1])
{
	const char *who = getenv("SUDO_USER");

	if (who == NULL || who[0] == '\0')
		who = getenv("USER");
	if (who == NULL || unicode_code_points(who) == 0)
		who = "unknown";
	text_copy_cut(ret, ROSTER_WHO_MAX + 1, who);
}

/* The words behind "import": options, then the file. */
static bool
read_order(int argc, char **argv, struct order *ret)
{
	int i = 0;

	for (; i < argc && text_starts_with(argv[i], "--"); i++) {
		if (strcmp(argv[i], "--dry-run") == 0)
			ret->options.dry_run = true;
		else if (strcmp(argv[i], "--allow-removals") == 0)
			ret->options.allow_removals = true;
		else
			return false;
	}
	if (i != argc - 1)
		return false;
	ret->path = argv[i];
	return true;
}

int
ctl_roster(const struct config *config, int argc, char **argv)
{
	char who[ROSTER_WHO_MAX + 1];
	struct order order = { .options = { .who = who, .now = clock_now() } };

	if (argc < 1 || strcmp(argv[0], "import") != 0 || !read_order(argc - 1, argv + 1, &order))
		return CTL_USAGE;
	find_who(who);
	return import_file(config, &order);
}
