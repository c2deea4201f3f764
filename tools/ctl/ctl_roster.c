/* ctl_roster.c - myportalctl roster import: takes over who is insured, and prints what that
 * changes.
 *
 * Errors and warnings about the file go to standard error, a line each, as compilers write them;
 * the counts go to standard output, "name: number". Neither ever shows an insured number or a
 * name. */

#include "ctl_commands.h"

#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "roster_import.h"
#include "statements.h"
#include "text.h"
#include "unicode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_TIMEOUT_S 3600 /* one statement takes over ten million lines */

struct import_command {
	const char *path;
	struct roster_options options;
};

struct report_ctx {
	const char *path;
	uint64_t errors; /* reported so far */
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

/* Prints at most ROSTER_REMARKS_MAX errors; of warnings there are no more. */
static void
print_remark(void *context, const struct roster_remark *remark)
{
	struct report_ctx *ctx = context;

	if (!remark->warning && ++ctx->errors > ROSTER_REMARKS_MAX)
		return;
	fprintf(stderr, "%s:%" PRIu64 ": %s%s%s%s\n", ctx->path, remark->line,
	    remark->warning ? "warning: " : "", remark->column != NULL ? remark->column : "",
	    remark->column != NULL ? ": " : "", remark->reason);
}

/* Says that not all were printed, if so. */
static void
print_total(const char *what, uint64_t count)
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
print_import(enum roster_outcome outcome, const struct roster_counts *counts)
{
	print_counts(counts);
	print_total("ambiguous lines", counts->ambiguous);
	if (outcome == ROSTER_DRY_RUN_DONE)
		printf("%s\n", roster_outcome_text(outcome));
	else if (counts->added + counts->changed + counts->ended == 0)
		printf("nothing was changed: the roster was already as the file says\n");
	return CTL_DONE;
}

static int
print_rejection(enum roster_outcome outcome, const struct roster_counts *counts,
    const struct report_ctx *report)
{
	uint64_t errors = report->errors;

	if (counts->duplicates > ROSTER_REMARKS_MAX)
		errors += counts->duplicates - ROSTER_REMARKS_MAX;
	print_total("errors", errors);
	if (outcome == ROSTER_TOO_MANY_ENDED)
		fprintf(stderr,
		    "myportalctl: %" PRId64 " of %" PRId64
		    " eligible persons would lose their eligibility;"
		    " if that is right, import with --allow-removals\n",
		    counts->ineligible_after, counts->eligible);
	fprintf(stderr, "myportalctl: %s: %s\n", report->path, roster_outcome_text(outcome));
	return CTL_ERROR;
}

static int
import_file(const struct config *config, const struct import_command *command)
{
	struct report_ctx report = { .path = command->path };
	const struct roster_reporter reporter = { print_remark, &report };
	struct roster_counts counts;
	char errbuf[ERRBUF_MAX + 1];

	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(command->path, &reporter, errbuf);
	if (file == NULL) {
		fprintf(stderr, "myportalctl: %s: %s\n", command->path,
		    errbuf[0] != '\0' ? errbuf : roster_outcome_text(ROSTER_HAS_ERRORS));
		return CTL_ERROR;
	}
	CLEANUP(close_db)
	struct db *db = ctl_db_open(config, roster_statements, ROSTER_STATEMENTS__MAX,
	    roster_session_sql, STATEMENT_TIMEOUT_S);
	if (db == NULL)
		return CTL_ERROR;
	const enum roster_outcome outcome = roster_import(
	    db, file, &command->options, &reporter, &counts);
	if (outcome == ROSTER_IMPORTED || outcome == ROSTER_DRY_RUN_DONE)
		return print_import(outcome, &counts);
	return print_rejection(outcome, &counts, &report);
}

/* The user who started the import, for the record: the person who called sudo, not root. */
static void
find_user(char ret[static ROSTER_STARTED_BY_MAX + 1])
{
	const char *user = getenv("SUDO_USER");

	if (user == NULL || user[0] == '\0')
		user = getenv("USER");
	if (user == NULL || unicode_code_points(user) == 0)
		user = "unknown";
	text_copy_cut(ret, ROSTER_STARTED_BY_MAX + 1, user);
}

/* The words behind "import": options, then the file. */
static bool
read_import_command(int argc, char **argv, struct import_command *ret)
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
	char user[ROSTER_STARTED_BY_MAX + 1];
	struct import_command command = { .options = { .started_by = user, .now = clock_now() } };

	if (argc < 1 || strcmp(argv[0], "import") != 0 ||
	    !read_import_command(argc - 1, argv + 1, &command))
		return CTL_USAGE;
	find_user(user);
	return import_file(config, &command);
}
