/* ctl_migrate.c - myportalctl migrate: brings the tables up to this version (migration.h), and says
 * of a file that broke off where it stands and what to do. */

#include "clock.h"
#include "ctl_app.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "db_error.h"
#include "migration.h"
#include "statements.h"

#include <stdio.h>

#define STATEMENT_TIMEOUT_S 600 /* ALTER of a large table */

static void
put_applied(const char *name, bool repaired, void *out)
{
	ctl_begin_row(out);
	ctl_put_text(out, "file", name);
	ctl_put_text(out, "how", repaired ? "repaired" : "applied");
	ctl_end(out);
}

/* What is known of the statement at which a file stands. */
static void
print_cause(const struct migration_stop *stop)
{
	const char *words = db_error_text(stop->error);

	if (stop->error == 0)
		fprintf(stderr, "  nobody knows whether that statement was done: the command, its "
				"connection or the server ended meanwhile\n");
	else
		fprintf(stderr, "  the server said: error %u%s%s\n", stop->error,
		    words[0] != '\0' ? ": " : "", words);
}

static void
print_stop(const struct migration_stop *stop)
{
	char begun[CLOCK_TEXT_MAX + 1];

	clock_text(stop->begun_at, begun);
	if (stop->done == stop->statements)
		fprintf(stderr, "myportalctl: %s: begun at %s, all statements have run\n",
		    stop->name, begun);
	else
		fprintf(stderr,
		    "myportalctl: %s: begun at %s, stands at statement %zu of %zu, line %zu: %s\n",
		    stop->name, begun, stop->done + 1, stop->statements, stop->line, stop->first);
	if (stop->done < stop->statements)
		print_cause(stop);
	fprintf(stderr, "  the statements before it have run and stay; put right what was wrong, "
			"then `myportalctl migrate --repair` goes on there\n");
}

static enum ctl_status
print_outcome(enum migration_outcome outcome, const struct migration_stop *stop, const char *errbuf)
{
	switch (outcome) {
	case MIGRATION_IS_DONE:
		return CTL_DONE;
	case MIGRATION_FILE_FAULTY:
	case MIGRATION_FILE_EDITED:
		ctl_print_error(errbuf);
		return CTL_FAULTY_FILE;
	case MIGRATION_BROKE_OFF:
	case MIGRATION_STATEMENT_FAILED:
		print_stop(stop);
		break;
	case MIGRATION_BUSY:
		ctl_print_error("another `myportalctl migrate` is at work: wait for its end");
		return CTL_BUSY;
	case MIGRATION_DB_FAILED:
		ctl_print_error(ctl_db_error(UNAVAILABLE));
		return CTL_DB_AWAY;
	}
	return CTL_ERROR;
}

/* Creates the table of migrations, without which the statements about it do not prepare. */
static enum ctl_status
create_migration_table(const struct config *config)
{
	struct db *db = ctl_db_open(config, NULL, 0, NULL, STATEMENT_TIMEOUT_S);

	if (db == NULL)
		return CTL_ERROR;
	struct db_tx alone = db_alone(db);
	const enum result created = db_command(&alone, migration_table_sql, NULL);
	db_close(db);
	return ctl_status_of(created);
}

static enum ctl_status
migrate(const struct ctl_call *call)
{
	struct migration_run run = {
		.folder = ctl_text(call, "--folder"),
		.repair = ctl_given(call, "--repair"),
		.applied = put_applied,
		.context = call->out,
	};
	struct migration_stop stop;
	char errbuf[ERRBUF_MAX + 1];
	const enum ctl_status created = create_migration_table(call->config);

	if (created != CTL_DONE)
		return created;
	run.db = ctl_db_open(call->config, migration_statements, MIGRATION_STATEMENTS__MAX, NULL,
	    STATEMENT_TIMEOUT_S);
	if (run.db == NULL)
		return CTL_ERROR;
	ctl_begin_list(call->out, "files");
	const enum migration_outcome outcome = migration_apply(&run, &stop, errbuf);
	ctl_end(call->out);
	db_close(run.db);
	return print_outcome(outcome, &stop, errbuf);
}

const struct ctl_command ctl_migrate_commands[] = {
	{
	    .words = "migrate",
	    .summary = "bring the tables up to this version",
	    .help = "Safe when several start it at once, and when nothing is to be done.",
	    .settings = CONFIG_DB_OWNER,
	    .run = migrate,
	    .params = {
		{ "--repair", CTL_FLAG, .help = "go on with a file that broke off" },
		{ "--folder", CTL_FOLDER, .preset = CTL_SCHEMA_FOLDER,
		    .help = "where the files NNNN_*.sql are" },
	    },
	},
	{ .words = NULL },
};
