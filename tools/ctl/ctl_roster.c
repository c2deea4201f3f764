/* ctl_roster.c - myportalctl roster: takes over who is insured, says what a file would change, and
 * shows what was taken over when.
 *
 * Errors and warnings about the file go to standard error, a line each, as compilers write them.
 * Neither they nor the counts ever show an insured number or a name; --changes writes those into a
 * file of the operator's. */

#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "ctl_operator.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "db_error.h"
#include "roster_import.h"
#include "statements.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STATEMENT_TIMEOUT_S 60 /* a batch, or a piece of the persons */
#define RUNS_SHOWN          "20"

struct report_ctx {
	const char *path;
	uint64_t errors, warnings; /* reported so far */
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

static void
close_changes(struct roster_changes **changes)
{
	(void)roster_changes_close(*changes); /* what could not be written was told by the import */
}

/* Remarks ------------------------------------------------------------------------------------- */

/* Prints at most ROSTER_REMARKS_MAX errors, and as many warnings. */
static void
print_remark(void *context, const struct roster_remark *remark)
{
	struct report_ctx *ctx = context;
	uint64_t *seen = remark->warning ? &ctx->warnings : &ctx->errors;

	if (++*seen > ROSTER_REMARKS_MAX)
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

/* Outcomes ------------------------------------------------------------------------------------ */

static enum ctl_status
status_of_outcome(enum roster_outcome outcome)
{
	switch (outcome) {
	case ROSTER_IMPORTED:
		return CTL_DONE;
	case ROSTER_HAS_ERRORS:
	case ROSTER_NO_INSURED:
	case ROSTER_FILE_CHANGED:
		return CTL_FAULTY_FILE;
	case ROSTER_LIMIT_EXCEEDED:
		return CTL_TOO_MANY_CHANGES;
	case ROSTER_BUSY:
		return CTL_BUSY;
	case ROSTER_DB_AWAY:
		return CTL_DB_AWAY;
	case ROSTER_RUNNING:
	case ROSTER_BROKEN_OFF:
	case ROSTER_FAILED:
	case ROSTER_BUG:
	case ROSTER_OUTCOME__MAX:
		break;
	}
	return CTL_ERROR;
}

static void
put_counts(struct ctl_output *out, const struct roster_counts *counts)
{
#define ROSTER_COUNT_PUT_(member, word) ctl_put_number(out, word, counts->member);
	ROSTER_COUNT_LIST(ROSTER_COUNT_PUT_)
#undef ROSTER_COUNT_PUT_
}

/* Which brakes stopped it, and how it goes on if the change is meant. */
static void
print_brakes(const struct roster_options *options, const struct roster_counts *counts)
{
	char text[ERRBUF_MAX + 1];

	for (unsigned i = 0; i < ROSTER_BRAKE__MAX; i++) {
		const enum roster_brake brake = (enum roster_brake)i;

		if (!roster_brake_stops(&options->brakes, brake, counts))
			continue;
		roster_brake_describe(brake, counts, text);
		fprintf(stderr,
		    "myportalctl: %s, more than %s=%" PRId64
		    " thousandths; if that is right, import with --allow-%s\n",
		    text, roster_brake_setting(brake), options->brakes.share_max[brake],
		    roster_brake_word(brake));
	}
}

static void
put_exceeded(struct ctl_output *out, const struct roster_options *options,
    const struct roster_counts *counts)
{
	ctl_begin_list(out, "exceeded");
	for (unsigned i = 0; i < ROSTER_BRAKE__MAX; i++) {
		const enum roster_brake brake = (enum roster_brake)i;
		const struct roster_share share = roster_brake_share(brake, counts);

		if (!roster_brake_stops(&options->brakes, brake, counts))
			continue;
		ctl_begin_row(out);
		ctl_put_text(out, "limit", roster_brake_word(brake));
		ctl_put_number(out, "count", share.count);
		ctl_put_number(out, "of", share.of);
		ctl_put_number(out, "thousandths_max", options->brakes.share_max[brake]);
		ctl_end(out);
	}
	ctl_end(out);
}

static bool
nothing_changed(const struct roster_counts *counts)
{
	return counts->added + counts->changed + counts->moved + counts->ended == 0;
}

static void
say_outcome(const struct ctl_call *call, const struct roster_run *run, bool check)
{
	if (check)
		ctl_say(call->out, "%s", roster_outcome_text(run->outcome, true));
	else if (nothing_changed(&run->counts))
		ctl_say(call->out, "nothing was changed: the roster was already as the file says");
}

static enum ctl_status
print_rejection(const struct report_ctx *report, const struct roster_run *run,
    const struct roster_options *options)
{
	const unsigned number = db_last_error();
	const bool is_of_database = run->outcome == ROSTER_DB_AWAY ||
				    run->outcome == ROSTER_BROKEN_OFF || run->outcome == ROSTER_BUG;

	if (run->outcome == ROSTER_LIMIT_EXCEEDED)
		print_brakes(options, &run->counts);
	fprintf(stderr, "myportalctl: %s: %s\n", report->path,
	    roster_outcome_text(run->outcome, options->check));
	if (is_of_database && number != 0 && db_error_text(number)[0] != '\0')
		ctl_print_error(ctl_db_error(UNAVAILABLE));
	return status_of_outcome(run->outcome);
}

/* What was printed on standard error is for people: of a run that was refused, standard output has
 * the counts too where a program reads them. */
static enum ctl_status
print_run(const struct ctl_call *call, const struct report_ctx *report,
    const struct roster_run *run, const struct roster_options *options)
{
	ctl_progress_end(call->out);
	print_total("errors", report->errors);
	print_total("warnings", report->warnings);
	if (run->outcome == ROSTER_IMPORTED || call->json) {
		if (call->json) {
			ctl_put_text(call->out, "outcome", roster_outcome_word(run->outcome));
			ctl_put_bool(call->out, "check", options->check);
		}
		put_counts(call->out, &run->counts);
		if (call->json)
			put_exceeded(call->out, options, &run->counts);
	}
	if (run->outcome != ROSTER_IMPORTED)
		return print_rejection(report, run, options);
	say_outcome(call, run, options->check);
	return CTL_DONE;
}

/* import, check ------------------------------------------------------------------------------- */

/* "read 120000 lines, percent: 12 of 100": of what is read that is the share of the file's bytes.
 * */
static void
show_progress(void *context, enum roster_phase phase, int64_t lines, unsigned permille)
{
	static const char *const verbs[] = { [ROSTER_READING] = "read",
		[ROSTER_COMPARING] = "compared",
		[ROSTER_WRITING] = "written" };
	const struct ctl_call *call = context;
	char what[60];

	if (text_format(what, sizeof what, "%s %" PRId64 " lines, percent", verbs[phase], lines))
		ctl_progress(call->out, what, permille < 1000 ? permille / 10 : 100, 100);
}

static struct roster_brakes
read_brakes(const struct ctl_call *call)
{
	const struct config *config = call->config;
	struct roster_brakes brakes = { .share_max = {
					    [ROSTER_BRAKE_ENDED] = config->roster_ended_share_max,
					    [ROSTER_BRAKE_BIRTH_DATES] =
						config->roster_birth_dates_share_max,
					    [ROSTER_BRAKE_NAMES] = config->roster_names_share_max,
					    [ROSTER_BRAKE_NEW] = config->roster_new_share_max,
					} };
	char option[40];

	for (unsigned i = 0; i < ROSTER_BRAKE__MAX; i++)
		brakes.allowed[i] = text_format(option, sizeof option, "--allow-%s",
					roster_brake_word((enum roster_brake)i)) &&
				    ctl_given(call, option);
	return brakes;
}

/* The names of the columns. False: the reason was printed. */
static bool
read_columns_of(const struct ctl_call *call, struct roster_columns *ret)
{
	char errbuf[ERRBUF_MAX + 1];

	roster_columns_default(ret);
	if (!ctl_given(call, "--columns") ||
	    roster_columns_read(ret, ctl_fd(call, "--columns"), errbuf))
		return true;
	fprintf(stderr, "myportalctl: %s: %s\n", ctl_text(call, "--columns"), errbuf);
	return false;
}

/* A file whose header can not be read is a run, too. */
static enum ctl_status
refuse_file(const struct ctl_call *call, const struct report_ctx *report, struct db *db,
    const struct roster_options *options, const char *errbuf)
{
	struct roster_run run;

	(void)roster_import_refused(db, options, &run);
	if (errbuf[0] != '\0')
		fprintf(stderr, "myportalctl: %s: %s\n", report->path, errbuf);
	return print_run(call, report, &run, options);
}

static enum ctl_status
import_file(const struct ctl_call *call, const struct roster_columns *columns,
    struct roster_options *options)
{
	struct report_ctx report = { .path = ctl_text(call, "FILE") };
	const struct roster_reporter reporter = { print_remark, &report };
	struct roster_run run;
	char errbuf[ERRBUF_MAX + 1];

	CLEANUP(close_db)
	struct db *db = ctl_db_open(call->config, roster_statements,
	    options->check ? ROSTER_READS__MAX : ROSTER_STATEMENTS__MAX,
	    options->check ? roster_read_only_sql : NULL, STATEMENT_TIMEOUT_S);
	if (db == NULL)
		return CTL_ERROR;
	CLEANUP(close_file)
	struct roster_file *file = roster_file_open(
	    ctl_fd(call, "FILE"), columns, &reporter, errbuf);
	if (file == NULL)
		return refuse_file(call, &report, db, options, errbuf);
	(void)roster_import(db, file, options, &reporter, &run);
	return print_run(call, &report, &run, options);
}

static enum ctl_status
run_import(const struct ctl_call *call, bool check)
{
	char user[OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1];
	struct roster_columns columns;
	CLEANUP(close_changes) struct roster_changes *changes = NULL;
	struct roster_options options = {
		.check = check,
		.brakes = read_brakes(call),
		.started_by = user,
		.retention_days = call->config->retention_after_loss_days,
		.now = clock_now(),
		.progress = show_progress,
		.context = (void *)(uintptr_t)call,
	};

	ctl_operator_name(user);
	if (!read_columns_of(call, &columns))
		return CTL_FAULTY_FILE;
	if (ctl_given(call, "--changes")) {
		changes = roster_changes_open(ctl_fd(call, "--changes"));
		if (changes == NULL) {
			ctl_print_error("no memory");
			return CTL_ERROR;
		}
	}
	options.changes = changes;
	return import_file(call, &columns, &options);
}

static enum ctl_status
import_roster(const struct ctl_call *call)
{
	return run_import(call, ctl_given(call, "--dry-run"));
}

static enum ctl_status
check_roster(const struct ctl_call *call)
{
	return run_import(call, true);
}

/* runs ---------------------------------------------------------------------------------------- */

static void
put_run(void *context, const struct roster_run *run)
{
	const struct ctl_call *call = context;
	struct ctl_output *out = call->out;
	char hash[2 * SECRET_SHA256_SIZE + 1];

	ctl_begin_row(out);
	ctl_put_time(out, "begun", run->created_at);
	ctl_put_marked(out, "outcome", roster_outcome_word(run->outcome),
	    run->outcome == ROSTER_IMPORTED ? CTL_GOOD : CTL_BAD);
	ctl_put_text(out, "by", run->started_by);
	if (call->json) {
		text_hex(run->file_hash, sizeof run->file_hash, hash);
		ctl_put_id(out, "run", run->id.bytes);
		ctl_put_time(out, "ended_at", run->ended_at);
		ctl_put_text(out, "reason", roster_outcome_text(run->outcome, false));
		ctl_put_text(out, "file_sha256", hash);
		put_counts(out, &run->counts);
	} else {
		ctl_put_number(out, "lines", run->counts.lines);
		ctl_put_number(out, "added", run->counts.added);
		ctl_put_number(out, "changed", run->counts.changed);
		ctl_put_number(out, "moved", run->counts.moved);
		ctl_put_number(out, "ended", run->counts.ended);
		ctl_put_number(out, "birth_dates", run->counts.birth_dates);
		ctl_put_number(out, "names", run->counts.names);
		ctl_put_number(out, "errors", run->counts.invalid_lines);
	}
	ctl_end(out);
}

static enum ctl_status
show_runs(const struct ctl_call *call)
{
	CLEANUP(close_db)
	struct db *db = ctl_db_open(call->config, roster_statements, ROSTER_READS__MAX,
	    roster_read_only_sql, STATEMENT_TIMEOUT_S);

	if (db == NULL)
		return CTL_ERROR;
	ctl_begin_list(call->out, "runs");
	const enum result result = roster_runs_read(
	    db, ctl_number(call, "--limit"), put_run, (void *)(uintptr_t)call);
	ctl_end(call->out);
	return ctl_status_of(result);
}

/* clang-format off */
#define FILE_PARAMS                                                                              \
	{ "FILE", CTL_FILE, .help = "the roster: CSV in UTF-8, UTF-16 or Shift_JIS" },           \
	{ "--columns", CTL_FILE, .help = "how the file names its columns: lines of 番号=NAME" }, \
	{ "--changes", CTL_NEW_FILE, .help = "list who would change, with names and numbers" },
#define ALLOW_PARAMS                                                                             \
	{ "--allow-ended", CTL_FLAG, .help = "however many lose their eligibility" },            \
	{ "--allow-birth-dates", CTL_FLAG, .help = "however many birth dates change" },          \
	{ "--allow-names", CTL_FLAG, .help = "however many names change" },                      \
	{ "--allow-new", CTL_FLAG, .help = "however many persons are new" },
/* clang-format on */

const struct ctl_command ctl_roster_commands[] = {
	{
	    .words = "roster import",
	    .summary = "take over who is insured",
	    .help =
		"Everything is decided before anything is changed: a file with an error, or one "
		"that would change too much, changes nothing. Each kind of change has a limit "
		"(ROSTER_..._SHARE_MAX); twenty persons may always change, unless they are more "
		"than half.\nOne that broke off is done by importing the same file again.",
	    .settings = CONFIG_DB_OWNER | CONFIG_ROSTER,
	    .run = import_roster,
	    .params = {
		FILE_PARAMS
		{ "--dry-run", CTL_FLAG, .help = "only say what would change, as roster check" },
		ALLOW_PARAMS
	    },
	},
	{
	    .words = "roster check",
	    .summary = "say what a roster would change; reads only",
	    .settings = CONFIG_DB_OWNER | CONFIG_ROSTER,
	    .run = check_roster,
	    .params = {
		FILE_PARAMS
		ALLOW_PARAMS
	    },
	},
	{
	    .words = "roster runs",
	    .summary = "show the imports, the newest first, refused ones too",
	    .settings = CONFIG_DB_OWNER,
	    .run = show_runs,
	    .params = {
		{ "--limit", CTL_NUMBER, .min = 1, .max = ROSTER_RUNS_MAX, .preset = RUNS_SHOWN,
		    .help = "at most so many" },
	    },
	},
	{ .words = NULL },
};
