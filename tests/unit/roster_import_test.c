/* roster_import_test.c - what an import changes, refuses and keeps: against a real server with the
 * tables of schema/.
 *
 * An argument chooses tests by name: roster_import_test 'a_move*'. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* memfd_create */

#include "roster_import.h"

#include "cleanup.h"
#include "clock.h"
#include "private_db.h"
#include "roster_write.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW        INT64_C(1795309323) /* 2026-11-22 in Japan */
#define SCHEMA_MAX 65536
#define ROSTER_MAX 400000
#define DUMP_MAX   20000
#define HEADER     "記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日,旧記号,旧番号\n"

/* What the tests ask and prepare. */
enum {
	TEST_PERSONS,
	TEST_COUNT,
	TEST_RUNS,
	TEST_CLEAR,
	TEST_CLEAR_RUNS,
	TEST_CLEAR_ACCOUNTS,
	TEST__MAX
};

static const struct statement test_statements[TEST__MAX] = {
	[TEST_PERSONS] = { "SELECT CONCAT_WS(' ', number, symbol, kana_name, birth_date,"
			   " COALESCE(eligible_until, '-'), LOWER(HEX(LEFT(id, 2)))) FROM "
			   "insured_person"
			   " ORDER BY number, symbol LIMIT 100",
	    .columns = 1 },
	[TEST_COUNT] = { "SELECT COUNT(*) FROM insured_person", .columns = 1 },
	[TEST_RUNS] = { "SELECT COUNT(*) FROM roster_run", .columns = 1 },
	[TEST_CLEAR] = { "DELETE FROM insured_person" },
	[TEST_CLEAR_RUNS] = { "DELETE FROM roster_run" },
	[TEST_CLEAR_ACCOUNTS] = { "DELETE FROM account" },
};

static struct private_db server;
static struct db *db;     /* as an import has it */
static struct db *reader; /* as a check has it: its user may only SELECT */
static struct db *tests;
static char before[DUMP_MAX], after[DUMP_MAX]; /* persons */

/* A database with the tables ------------------------------------------------------------------ */

static bool
alter_tables(const char *sql)
{
	return private_db_administer(&server, sql) == OK;
}

/* Each statement of a schema file ends its line. */
static bool
apply_schema(const char *file)
{
	static char text[SCHEMA_MAX];
	CLEANUP(cleanup_fclose) FILE *const from = fopen(file, "re");

	if (from == NULL)
		return false;
	const size_t length = fread(text, 1, sizeof text - 1, from);
	text[length] = '\0';
	bool applied = length > 0 && length < sizeof text - 1;
	for (char *at = text, *end; applied && (end = strstr(at, ";\n")) != NULL; at = end + 2) {
		*end = '\0';
		applied = alter_tables(at);
	}
	return applied;
}

static bool
make_reader(void)
{
	char sql[200];
	static char user[40];
	struct db_options options = private_db_options(&server, 1);

	if (!text_format(user, sizeof user, "reader_%ld", (long)getpid()) ||
	    !text_format(
		sql, sizeof sql, "CREATE USER %s IDENTIFIED BY '" PRIVATE_DB_PASSWORD "'", user) ||
	    !alter_tables(sql) ||
	    !text_format(sql, sizeof sql, "GRANT SELECT ON %s.* TO %s", server.name, user) ||
	    !alter_tables(sql))
		return false;
	options.user = user;
	options.constants = sql_constants;
	options.session_sql = roster_read_only_sql;
	reader = db_open(&options, roster_statements, ROSTER_READS__MAX);
	return reader != NULL;
}

static int
set_up(void **state)
{
	(void)state;
	if (!secret_start() || !db_start() || !private_db_open(&server) ||
	    !apply_schema(SCHEMA_FOLDER "/0001_registration.sql"))
		return -1;
	struct db_options options = private_db_options(&server, 1);
	options.constants = sql_constants;
	db = db_open(&options, roster_statements, ROSTER_STATEMENTS__MAX);
	tests = db_open(&options, test_statements, TEST__MAX);
	return db != NULL && tests != NULL && make_reader() ? 0 : -1;
}

static int
tear_down(void **state)
{
	char sql[80];

	(void)state;
	db_close(db);
	db_close(tests);
	db_close(reader);
	if (text_format(sql, sizeof sql, "DROP USER reader_%ld", (long)getpid()))
		(void)!alter_tables(sql);
	private_db_remove(&server);
	db_stop();
	return 0;
}

static void
run_statement(unsigned statement)
{
	struct db_tx alone = db_alone(tests);

	assert_int_equal(db_change(&alone, statement, NULL, NULL), OK);
}

static int64_t
number_of(unsigned statement)
{
	struct db_tx alone = db_alone(tests);
	int64_t number = -1;
	const struct db_slot out[] = { db_to_number(&number), { 0 } };

	assert_int_equal(db_row(&alone, statement, NULL, out), OK);
	return number;
}

struct dump_ctx {
	char row[1024];
	char *text;
};

static enum result
dump_row(void *context)
{
	struct dump_ctx *ctx = context;
	const size_t used = strlen(ctx->text);

	assert_true(text_format(ctx->text + used, DUMP_MAX - used, "%s\n", ctx->row));
	return OK;
}

/* Every person, to be compared. */
static void
dump_persons(char ret[static DUMP_MAX])
{
	struct db_tx alone = db_alone(tests);
	struct dump_ctx ctx = { .text = ret };
	const struct db_slot out[] = { db_to_text(ctx.row, sizeof ctx.row), { 0 } };

	ret[0] = '\0';
	assert_int_equal(db_rows(&alone, TEST_PERSONS, NULL, out, dump_row, &ctx), OK);
}

static int
begin_empty(void **state)
{
	(void)state;
	run_statement(TEST_CLEAR_ACCOUNTS);
	run_statement(TEST_CLEAR);
	run_statement(TEST_CLEAR_RUNS);
	return 0;
}

/* An import ----------------------------------------------------------------------------------- */

/* What was reported: "3:番号:w;" is a warning of a column. */
static char remarks[4000];

static void
note_remark(void *context, const struct roster_remark *remark)
{
	const size_t used = strlen(remarks);

	(void)context;
	assert_true(text_format(remarks + used, sizeof remarks - used, "%lu:%s%s;",
	    (unsigned long)remark->line, remark->column != NULL ? remark->column : "",
	    remark->warning ? ":w" : ""));
}

static const struct roster_options careful = {
	.brakes = { .share_max = { 100, 5, 50, 200 } },
	.started_by = "haruko",
	.now = NOW,
};

static int
file_with(const char *text)
{
	const int fd = memfd_create("roster", MFD_CLOEXEC);
	const size_t size = strlen(text);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Each import is a second later than the one before: the record tells which was the last. */
static int64_t seconds;

static struct roster_run
import_as(const char *text, const struct roster_options *options)
{
	const struct roster_reporter reporter = { note_remark, NULL };
	struct roster_columns columns;
	struct roster_options timed = *options;
	struct roster_run run;
	char errbuf[ERRBUF_MAX + 1];
	CLEANUP(cleanup_close) const int fd = file_with(text);

	timed.now += seconds++;
	remarks[0] = '\0';
	roster_columns_default(&columns);
	struct roster_file *file = roster_file_open(fd, &columns, &reporter, errbuf);
	assert_non_null(file);
	const enum roster_outcome outcome = roster_import(
	    options->check ? reader : db, file, &timed, &reporter, &run);
	assert_int_equal(outcome, run.outcome);
	roster_file_close(file);
	return run;
}

static struct roster_run
import(const char *text)
{
	return import_as(text, &careful);
}

static struct roster_run
check(const char *text)
{
	struct roster_options options = careful;

	options.check = true;
	return import_as(text, &options);
}

/* So many persons, from 1001 on; `edit` may write another line for one of them. */
static const char *
roster_of(unsigned count, bool (*edit)(unsigned i, char *line, size_t size))
{
	static char text[ROSTER_MAX];
	size_t used = strlen(HEADER);

	assert_true(text_copy(text, sizeof text, HEADER));
	for (unsigned i = 0; i < count; i++) {
		char line[200];

		if (edit == NULL || !edit(i, line, sizeof line))
			assert_true(text_format(line, sizeof line,
			    "100,%u,00,1,タメシ ヒト,1980-01-%02u,2010-04-01,,,\n", 1001 + i,
			    1 + i % 28));
		const size_t length = strlen(line);
		assert_true(used + length < sizeof text);
		memcpy(text + used, line, length + 1);
		used += length;
	}
	return text;
}

static void
counts_are(const struct roster_run *run, const char *wanted)
{
	const struct roster_counts *counts = &run->counts;
	char text[200];

	assert_true(text_format(text, sizeof text,
	    "%s: added %ld, changed %ld, unchanged %ld, moved %ld, ended %ld",
	    roster_outcome_word(run->outcome), (long)counts->added, (long)counts->changed,
	    (long)counts->unchanged, (long)counts->moved, (long)counts->ended));
	if (strcmp(text, wanted) != 0)
		fail_msg("%s, not %s (%s)", text, wanted, remarks);
}

/* The last run on record: who, and how it ended. */
struct last_ctx {
	struct roster_run run;
	unsigned seen;
};

static void
keep_last(void *context, const struct roster_run *run)
{
	struct last_ctx *ctx = context;

	if (ctx->seen++ == 0)
		ctx->run = *run;
}

static struct roster_run
last_run(void)
{
	struct last_ctx ctx = { .seen = 0 };

	assert_int_equal(roster_runs_read(reader, 1, keep_last, &ctx), OK);
	assert_int_equal(ctx.seen, 1);
	return ctx.run;
}

/* Writes a line instead of the i-th; the row ends with an empty text. */
struct edit {
	unsigned i;
	const char *line;
};

static const struct edit *edits;

static bool
edit_line(unsigned i, char *line, size_t size)
{
	for (const struct edit *edit = edits; edit->line != NULL; edit++)
		if (edit->i == i)
			return text_copy(line, size, edit->line);
	return false;
}

static const char *
edited_roster(unsigned count, const struct edit *list)
{
	edits = list;
	return roster_of(count, edit_line);
}

static void
nothing_was_changed(void)
{
	dump_persons(after);
	assert_string_equal(before, after);
}

/* The last four hex digits of a row: the beginning of the id. */
static void
id_is_of(const char *found, const char *same_as)
{
	const char *now = strstr(after, found), *was = strstr(before, same_as);

	assert_non_null(now);
	assert_non_null(was);
	assert_memory_equal(strchr(now, '\n') - 4, strchr(was, '\n') - 4, 4);
}

/* What is taken over -------------------------------------------------------------------------- */

static void
what_differs_is_taken_over_and_nothing_else(void **state)
{
	static const struct edit some[] = {
		{ 3, "100,1004,00,1,\"タメシ \"\"ベツ\\\",1980-01-04,2010-04-01,,,\n" },
		{ 4, "100,1005,00,1,タメシ ヒト,1980-01-05,2010-04-01,R9.4.1,,\n" },
		{ 5, "200,1006,00,1,タメシ アラタ,1990-01-05,2026-04-01,,,\n" },
		{ 6, "100,1007,01,2,タメシ コ,2010-01-05,2010-04-01,,,\n" },
		{ 0, NULL },
	};
	struct roster_run run;

	(void)state;
	run = import(roster_of(30, NULL));
	counts_are(&run, "imported: added 30, changed 0, unchanged 0, moved 0, ended 0");
	dump_persons(before);
	run = import(roster_of(30, NULL));
	counts_are(&run, "imported: added 0, changed 0, unchanged 30, moved 0, ended 0");
	assert_int_equal(run.counts.eligible, 30);
	nothing_was_changed();

	run = import(edited_roster(30, some));
	counts_are(&run, "imported: added 1, changed 2, unchanged 26, moved 0, ended 2");
	assert_int_equal(run.counts.names, 1);
	assert_int_equal(run.counts.birth_dates, 0);
	assert_int_equal(run.counts.losing, 2);
	assert_int_equal(run.counts.eligible_after, 29);
	assert_int_equal(run.counts.dependents, 1);
	dump_persons(after);
	assert_non_null(strstr(after, "1004 100 タメシ \"ベツ\\ 1980-01-04 - "));
	assert_non_null(strstr(after, "1005 100 タメシ ヒト 1980-01-05 2027-04-01 "));
	assert_non_null(strstr(after, "1006 100 タメシ ヒト 1980-01-06 2026-11-22 "));
	assert_non_null(strstr(after, "1006 200 タメシ アラタ 1990-01-05 - "));

	/* Who comes back is the same person. */
	run = import(roster_of(30, NULL));
	counts_are(&run, "imported: added 0, changed 4, unchanged 26, moved 0, ended 1");
	dump_persons(after);
	id_is_of("1006 100 ", "1006 100 ");
}

static void
more_than_a_batch_is_taken_over(void **state)
{
	struct roster_run run;

	(void)state;
	run = import(roster_of(2 * ROSTER_BATCH_ROWS + 7, NULL));
	counts_are(&run, "imported: added 2007, changed 0, unchanged 0, moved 0, ended 0");
	assert_int_equal(number_of(TEST_COUNT), 2 * ROSTER_BATCH_ROWS + 7);
	run = import(roster_of(2 * ROSTER_BATCH_ROWS + 7, NULL));
	counts_are(&run, "imported: added 0, changed 0, unchanged 2007, moved 0, ended 0");
}

static void
a_check_says_the_same_and_changes_nothing(void **state)
{
	static const struct edit some[] = {
		{ 3, "100,1004,00,1,ベツ,1980-01-04,2010-04-01,,,\n" },
		{ 5, "200,1006,00,1,アラタ,1990-01-05,2026-04-01,,,\n" },
		{ 7, "101,1008,00,1,タメシ ヒト,1980-01-08,2010-04-01,,100,1008\n" },
		{ 0, NULL },
	};
	struct roster_run run;

	(void)state;
	import(roster_of(30, NULL));
	dump_persons(before);
	run = check(edited_roster(30, some));
	counts_are(&run, "imported: added 1, changed 1, unchanged 27, moved 1, ended 1");
	nothing_was_changed();
	assert_int_equal(number_of(TEST_RUNS), 1);
	run = import(edited_roster(30, some));
	counts_are(&run, "imported: added 1, changed 1, unchanged 27, moved 1, ended 1");
}

/* Its connection can not write, whatever its user may. */
static void
a_check_is_held_to_reading_by_the_server(void **state)
{
	struct db_options options = private_db_options(&server, 1);
	struct roster_run run = { .started_by = "x", .created_at = NOW };

	(void)state;
	options.constants = sql_constants;
	options.session_sql = roster_read_only_sql;
	struct db *const pool = db_open(&options, roster_statements, ROSTER_STATEMENTS__MAX);
	assert_int_equal(roster_run_begin(pool, &run, false), UNAVAILABLE);
	db_close(pool);
	assert_int_equal(number_of(TEST_RUNS), 0);
}

/* What is refused ----------------------------------------------------------------------------- */

static void
lines_of_one_person_are_both_named(void **state)
{
	static const struct edit twice[] = {
		{ 3, "100,1010,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n" },
		{ 5, "１００,10-10,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n" },
		{ 7, "100,1010,X,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n" },
		{ 0, NULL },
	};
	static const struct edit faulty[] = { { 3, "100,,00,1,ア,1980-01-04,2010-04-01,,,\n" },
		{ 0, NULL } };
	struct roster_run run;

	(void)state;
	run = import(edited_roster(30, twice));
	counts_are(&run, "file_has_errors: added 0, changed 0, unchanged 0, moved 0, ended 0");
	assert_string_equal(remarks, "9:枝番;7:番号;11:番号;");
	assert_int_equal(run.counts.invalid_lines, 3);
	assert_int_equal(number_of(TEST_COUNT), 0);
	run = import(edited_roster(30, faulty));
	assert_string_equal(remarks, "5:番号;");
	run = last_run();
	counts_are(&run, "file_has_errors: added 0, changed 0, unchanged 0, moved 0, ended 0");
	assert_int_equal(run.counts.invalid_lines, 1);
}

static void
a_roster_of_nobody_is_refused_whatever_is_allowed(void **state)
{
	struct roster_options options = careful;
	struct roster_run run;

	(void)state;
	for (size_t i = 0; i < ROSTER_BRAKE__MAX; i++)
		options.brakes.allowed[i] = true;
	import(roster_of(5, NULL));
	run = import_as(HEADER, &options);
	assert_int_equal(run.outcome, ROSTER_NO_INSURED);
	run = import_as(HEADER "100,1001,01,2,ア,2010-01-01,2010-01-01,,,\n", &options);
	assert_int_equal(run.outcome, ROSTER_NO_INSURED);
}

static void
two_who_spell_the_same_are_told(void **state)
{
	static const struct edit some[] = { { 1, "23,1,,1,フタツ,1970-01-01,2000-04-01,,,\n" },
		{ 2, "3,12,,1,フタツ,1970-01-01,2000-04-01,,,\n" }, { 0, NULL } };
	static const struct edit other[] = { { 1, "3,12,,1,フタツ,1970-01-01,2000-04-01,,,\n" },
		{ 0, NULL } };
	struct roster_run run;

	(void)state;
	run = import(edited_roster(30, some));
	assert_string_equal(remarks, "3:番号:w;4:番号:w;");
	assert_int_equal(run.counts.ambiguous, 2);
	run = check(edited_roster(30, other)); /* the other one would be ended, and stay */
	assert_string_equal(remarks, "3:番号:w;");
	assert_int_equal(run.counts.ambiguous, 1);
}

static void
zeros_that_were_cut_off_are_told(void **state)
{
	static const struct edit zero[] = { { 1, "100,01002,,1,ア,1970-01-01,2000-04-01,,,\n" },
		{ 0, NULL } };
	static const struct edit other[] = { { 2, "100,01003,,1,ア,1970-01-01,2000-04-01,,,\n" },
		{ 0, NULL } };

	(void)state;
	import(edited_roster(30, zero));
	assert_string_equal(remarks, "");
	check(roster_of(30, NULL));
	assert_string_equal(remarks, "1:番号:w;");
	check(edited_roster(30, other)); /* another one has a zero still */
	assert_string_equal(remarks, "");
}

/* The brakes ---------------------------------------------------------------------------------- */

/* clang-format off */
static const struct brake_row {
	const char *why;
	enum roster_brake brake;
	int64_t count, of, share_max;
	bool stops;
} brake_rows[] = {
	{ "nobody ends",                    ROSTER_BRAKE_ENDED, 0,      100000, 100, false },
	{ "a tenth ends",                   ROSTER_BRAKE_ENDED, 10000,  100000, 100, false },
	{ "one more than a tenth ends",     ROSTER_BRAKE_ENDED, 10001,  100000, 100, true },
	{ "all end",                        ROSTER_BRAKE_ENDED, 100000, 100000, 100, true },
	{ "twenty may always end",          ROSTER_BRAKE_ENDED, 20,     100,    100, false },
	{ "21 of a hundred may not",        ROSTER_BRAKE_ENDED, 21,     100,    100, true },
	{ "half of a small society",        ROSTER_BRAKE_ENDED, 20,     40,     100, false },
	{ "more than half of a small one",  ROSTER_BRAKE_ENDED, 20,     39,     100, true },
	{ "the only one",                   ROSTER_BRAKE_ENDED, 1,      1,      100, true },
	{ "one of two",                     ROSTER_BRAKE_ENDED, 1,      2,      100, false },
	{ "any share may end",              ROSTER_BRAKE_ENDED, 9,      9,      1000, false },
	{ "none may end but a few",         ROSTER_BRAKE_ENDED, 21,     100000, 0,   true },
	{ "as many as there could be",      ROSTER_BRAKE_ENDED, 100000000, 100000000, 100, true },
	{ "six thousand birth dates",       ROSTER_BRAKE_BIRTH_DATES, 6000, 6000, 5, true },
	{ "a two-hundredth of them",        ROSTER_BRAKE_BIRTH_DATES, 500, 100000, 5, false },
	{ "one more",                       ROSTER_BRAKE_BIRTH_DATES, 501, 100000, 5, true },
	{ "names of a twentieth",           ROSTER_BRAKE_NAMES, 5000,   100000, 50,  false },
	{ "and one more",                   ROSTER_BRAKE_NAMES, 5001,   100000, 50,  true },
	{ "a fifth is new",                 ROSTER_BRAKE_NEW,   20000,  100000, 200, false },
	{ "and one more",                   ROSTER_BRAKE_NEW,   20001,  100000, 200, true },
	{ "all are new to a society that has none", ROSTER_BRAKE_NEW, 100000, 0, 200, false },
};
/* clang-format on */

/* Counts whose only change is of this kind. */
static struct roster_counts
counts_of(const struct brake_row *row)
{
	struct roster_counts counts = { .insured = row->of };

	switch (row->brake) {
	case ROSTER_BRAKE_ENDED:
		return (struct roster_counts){ .losing = row->count, .eligible = row->of };
	case ROSTER_BRAKE_BIRTH_DATES:
		counts.birth_dates = row->count;
		return counts;
	case ROSTER_BRAKE_NAMES:
		counts.names = row->count;
		return counts;
	case ROSTER_BRAKE_NEW:
	case ROSTER_BRAKE__MAX:
		break;
	}
	return (struct roster_counts){
		.insured = row->count, .added = row->count, .eligible = row->of
	};
}

static void
each_brake_stops_at_its_share(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(brake_rows); i++) {
		const struct brake_row *row = &brake_rows[i];
		const struct roster_counts counts = counts_of(row);
		struct roster_brakes brakes = { .share_max = { 1000, 1000, 1000, 1000 } };

		brakes.share_max[row->brake] = row->share_max;
		for (unsigned j = 0; j < ROSTER_BRAKE__MAX; j++) {
			const bool stops = roster_brake_stops(
			    &brakes, (enum roster_brake)j, &counts);
			if (stops != (row->stops && j == row->brake))
				fail_msg(
				    "%s: %s", row->why, roster_brake_word((enum roster_brake)j));
		}
		brakes.allowed[row->brake] = true;
		assert_false(roster_brake_stops(&brakes, row->brake, &counts));
	}
}

/* Every line has what the next one should have, as after a slip. */
static bool
slip_birth_dates(unsigned i, char *line, size_t size)
{
	return text_format(line, size, "100,%u,00,1,タメシ ヒト,1980-01-%02u,2010-04-01,,,\n",
	    1001 + i, 1 + (i + 1) % 28);
}

static bool
rename_everybody(unsigned i, char *line, size_t size)
{
	return text_format(
	    line, size, "100,%u,00,1,ベツ ヒト,1980-01-%02u,2010-04-01,,,\n", 1001 + i, 1 + i % 28);
}

static bool
end_everybody(unsigned i, char *line, size_t size)
{
	return text_format(line, size,
	    "100,%u,00,1,タメシ ヒト,1980-01-%02u,2010-04-01,2020-01-01,,\n", 1001 + i, 1 + i % 28);
}

static bool
begin_everybody_later(unsigned i, char *line, size_t size)
{
	return text_format(line, size, "100,%u,00,1,タメシ ヒト,1980-01-%02u,2090-04-01,,,\n",
	    1001 + i, 1 + i % 28);
}

/* clang-format off */
static const struct stop_row {
	const char *why;
	unsigned count;
	bool (*edit)(unsigned, char *, size_t);
	enum roster_brake brake;
} stop_rows[] = {
	{ "birth dates slipped by a line", 60, slip_birth_dates,      ROSTER_BRAKE_BIRTH_DATES },
	{ "another column of names",       60, rename_everybody,      ROSTER_BRAKE_NAMES },
	{ "half of the roster",            30, NULL,                  ROSTER_BRAKE_ENDED },
	{ "dates that end everybody",      60, end_everybody,         ROSTER_BRAKE_ENDED },
	{ "dates that begin everybody later", 60, begin_everybody_later, ROSTER_BRAKE_ENDED },
	{ "as many again",                 120, NULL,                 ROSTER_BRAKE_NEW },
};
/* clang-format on */

static void
a_file_that_changes_too_much_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(stop_rows); i++) {
		const struct stop_row *row = &stop_rows[i];
		struct roster_options options = careful;
		struct roster_run run;
		char word[ERRBUF_MAX + 1];

		begin_empty(NULL);
		import(roster_of(60, NULL));
		dump_persons(before);
		run = import(roster_of(row->count, row->edit));
		if (run.outcome != ROSTER_LIMIT_EXCEEDED ||
		    !roster_brake_stops(&careful.brakes, row->brake, &run.counts))
			fail_msg("%s: %s", row->why, roster_outcome_word(run.outcome));
		nothing_was_changed();
		run = last_run();
		assert_int_equal(run.outcome, ROSTER_LIMIT_EXCEEDED);
		assert_true(run.ended_at > 0);
		roster_brake_describe(row->brake, &run.counts, word);
		assert_true(strlen(word) > 20);

		options.brakes.allowed[row->brake] = true;
		run = import_as(roster_of(row->count, row->edit), &options);
		if (run.outcome != ROSTER_IMPORTED)
			fail_msg("%s: not even when it is allowed", row->why);
	}
}

/* Moves --------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct move_row {
	const char *why;
	const char *lines; /* instead of the third and fourth of thirty: 1003 and 1004 */
	const char *seen;  /* moved, added, ended, and what was reported */
	const char *found; /* a person, with the first bytes of the id of the one named; or NULL */
	const char *same_as;
} move_rows[] = {
	{ "another symbol",
	  "101,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n"
	  "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n",
	  "1 0 0 ", "1003 101 タメシ ヒト 1980-01-03 - ", "1003 100 " },
	{ "another number, another name, too",
	  "100,9003,00,1,ベツ ヒト,1980-01-03,2010-04-01,,100,1003\n"
	  "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n",
	  "1 0 0 ", "9003 100 ベツ ヒト 1980-01-03 - ", "1003 100 " },
	{ "the old pair is somebody else's now",
	  "101,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n"
	  "100,1003,00,1,アラタ,1999-01-04,2026-04-01,,,\n"
	  "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n",
	  "1 1 0 ", "1003 101 タメシ ヒト 1980-01-03 - ", "1003 100 " },
	{ "nobody had the old pair",
	  "101,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,7777\n"
	  "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n",
	  "0 1 1 ", NULL, NULL },
	{ "the old pair is of somebody with another birth date",
	  "101,1003,00,1,タメシ ヒト,1981-01-03,2010-04-01,,100,1003\n"
	  "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n",
	  "4:旧番号;", NULL, NULL },
	{ "two who change places",
	  "100,1004,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n"
	  "100,1003,00,1,タメシ ヒト,1980-01-04,2010-04-01,,100,1004\n",
	  "4:旧番号;5:旧番号;", NULL, NULL },
	{ "somebody has the new pair",
	  "100,1020,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n"
	  "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n",
	  "4:旧番号;21:番号;", NULL, NULL },
	{ "two with one old pair",
	  "101,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n"
	  "102,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n",
	  "5:旧番号;", NULL, NULL },
};
/* clang-format on */

static const char *
roster_with_moves(const char *lines)
{
	static char text[ROSTER_MAX];
	const char *all = roster_of(30, NULL);
	const char *third = strstr(all, "100,1003,"), *fifth = strstr(all, "100,1005,");

	assert_true(
	    text_format(text, sizeof text, "%.*s%s%s", (int)(third - all), all, lines, fifth));
	return text;
}

static void
a_moved_person_keeps_the_id(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(move_rows); i++) {
		const struct move_row *row = &move_rows[i];
		char seen[200];

		begin_empty(NULL);
		import(roster_of(30, NULL));
		dump_persons(before);
		const struct roster_run run = import(roster_with_moves(row->lines));
		dump_persons(after);
		if (run.outcome == ROSTER_IMPORTED)
			assert_true(
			    text_format(seen, sizeof seen, "%ld %ld %ld %s", (long)run.counts.moved,
				(long)run.counts.added, (long)run.counts.ended, remarks));
		else
			assert_true(text_copy(seen, sizeof seen, remarks));
		if (strcmp(seen, row->seen) != 0)
			fail_msg("%s: \"%s\"", row->why, seen);
		if (run.outcome != ROSTER_IMPORTED)
			assert_string_equal(before, after);
		if (row->found != NULL)
			id_is_of(row->found, row->same_as);
	}
}

/* Exports name the old pair for months. */
static void
a_move_that_was_done_is_none(void **state)
{
	const char *lines = "101,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n"
			    "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n";
	struct roster_run run;

	(void)state;
	import(roster_of(30, NULL));
	import(roster_with_moves(lines));
	run = import(roster_with_moves(lines));
	counts_are(&run, "imported: added 0, changed 0, unchanged 30, moved 0, ended 0");
	assert_string_equal(remarks, "");
}

/* A night before the file had the columns: two persons are stored where one is. */
static void
two_that_may_be_one_are_told(void **state)
{
	struct roster_run run;

	(void)state;
	import(roster_of(30, NULL));
	import(roster_with_moves("101,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,,\n"
				 "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n"));
	run = import(roster_with_moves("101,1003,00,1,タメシ ヒト,1980-01-03,2010-04-01,,100,1003\n"
				       "100,1004,00,1,タメシ ヒト,1980-01-04,2010-04-01,,,\n"));
	counts_are(&run, "imported: added 0, changed 0, unchanged 30, moved 0, ended 0");
	assert_string_equal(remarks, "4:旧番号:w;");
}

/* One at a time, and whole --------------------------------------------------------------------- */

static struct roster_run
new_run(void)
{
	struct roster_run run = { .started_by = "other", .created_at = NOW - 1000 };

	secret_random(run.id.bytes, sizeof run.id.bytes);
	return run;
}

static void
one_import_at_a_time(void **state)
{
	const struct roster_run other = new_run();
	struct roster_run run;

	(void)state;
	import(roster_of(5, NULL));
	dump_persons(before);
	assert_int_equal(roster_run_begin(db, &other, true), OK);
	run = import(roster_of(6, NULL));
	assert_int_equal(run.outcome, ROSTER_BUSY);
	run = check(roster_of(6, NULL));
	assert_int_equal(run.outcome, ROSTER_BUSY);
	nothing_was_changed();
	run = last_run();
	assert_int_equal(run.outcome, ROSTER_BUSY);
	assert_string_equal(run.started_by, "haruko");
	assert_int_equal(number_of(TEST_RUNS), 3);
}

/* Two that begin in the same moment: a unique key decides. */
static void
two_can_not_begin(void **state)
{
	const struct roster_run one = new_run(), two = new_run();

	(void)state;
	assert_int_equal(roster_run_begin(db, &one, true), OK);
	assert_int_equal(roster_run_begin(db, &two, true), DUPLICATE);
}

static struct roster_write *
writer_of(const struct roster_run *run)
{
	static struct roster_write write;

	write = (struct roster_write){ .db = db, .run_id = run->id, .today = "2026-11-22" };
	return &write;
}

static const char *const cells_of_somebody[] = { "5", "5", "1980-01-01", "ア", "2010-04-01", "" };

static void
an_import_that_died_is_taken_over_and_changes_nothing_more(void **state)
{
	const struct roster_run dead = new_run();
	struct roster_run run;

	(void)state;
	assert_int_equal(roster_run_begin(db, &dead, true), OK);
	assert_true(alter_tables("UPDATE roster_run SET lease_until = UNIX_TIMESTAMP() - 1"));
	run = import(roster_of(5, NULL));
	counts_are(&run, "imported: added 5, changed 0, unchanged 0, moved 0, ended 0");
	dump_persons(before);

	struct roster_write *const write = writer_of(&dead);
	assert_int_equal(
	    roster_write_row(write, ROSTER_WRITE, cells_of_somebody, LENGTH(cells_of_somebody)),
	    OK);
	assert_int_equal(roster_write_flush(write), NO_ROW);
	nothing_was_changed();
	assert_int_equal(roster_run_end(db, &dead), NO_ROW);
}

static void
a_dead_import_is_listed_as_broken_off(void **state)
{
	const struct roster_run dead = new_run();

	(void)state;
	assert_int_equal(roster_run_begin(db, &dead, true), OK);
	assert_int_equal(last_run().outcome, ROSTER_RUNNING);
	assert_true(alter_tables("UPDATE roster_run SET lease_until = UNIX_TIMESTAMP() - 1"));
	assert_int_equal(last_run().outcome, ROSTER_BROKEN_OFF);
}

/* The 1500th person can not be written: the batch of the first thousand is in. */
static void
the_rest_is_done_by_importing_again(void **state)
{
	struct roster_run run;

	(void)state;
	assert_true(alter_tables("CREATE TRIGGER fault BEFORE INSERT ON insured_person FOR EACH ROW"
				 " IF NEW.number = '2500' THEN SIGNAL SQLSTATE '45000'; END IF"));
	run = import(roster_of(2000, NULL));
	assert_true(alter_tables("DROP TRIGGER fault"));
	assert_int_equal(run.outcome, ROSTER_BROKEN_OFF);
	assert_int_equal(number_of(TEST_COUNT), ROSTER_BATCH_ROWS);
	assert_int_equal(last_run().outcome, ROSTER_BROKEN_OFF);
	run = import_as(roster_of(2000, NULL),
	    &(struct roster_options){ .brakes = { .share_max = { 100, 5, 50, 1000 } },
		.started_by = "haruko",
		.now = NOW });
	counts_are(&run, "imported: added 1000, changed 0, unchanged 1000, moved 0, ended 0");
}

/* 1001 would be ended, were it not for the new one that can not be written. */
static void
nobody_is_ended_before_the_others_are_written(void **state)
{
	static const struct edit other[] = { { 0, "100,9999,00,1,ア,1980-01-04,2010-04-01,,,\n" },
		{ 0, NULL } };
	struct roster_run run;

	(void)state;
	import(roster_of(30, NULL));
	dump_persons(before);
	assert_true(alter_tables("CREATE TRIGGER fault BEFORE INSERT ON insured_person FOR EACH ROW"
				 " IF NEW.number = '9999' THEN SIGNAL SQLSTATE '45000'; END IF"));
	run = import(edited_roster(30, other));
	assert_true(alter_tables("DROP TRIGGER fault"));
	assert_int_equal(run.outcome, ROSTER_BROKEN_OFF);
	nothing_was_changed();
}

static void
a_batch_can_be_written_twice(void **state)
{
	const struct roster_run run = new_run();
	struct roster_write *const write = writer_of(&run);

	(void)state;
	assert_int_equal(roster_run_begin(db, &run, true), OK);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(roster_write_row(write, ROSTER_WRITE, cells_of_somebody,
				     LENGTH(cells_of_somebody)),
		    OK);
		assert_int_equal(roster_write_flush(write), OK);
	}
	assert_int_equal(number_of(TEST_COUNT), 1);
}

static void
every_outcome_has_its_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROSTER_OUTCOME__MAX; i++) {
		assert_true(strlen(roster_outcome_word((enum roster_outcome)i)) > 0);
		assert_true(strlen(roster_outcome_text((enum roster_outcome)i, false)) > 0);
		assert_true(strlen(roster_outcome_text((enum roster_outcome)i, true)) > 0);
	}
}

/* The list of changes ------------------------------------------------------------------------- */

static void
the_list_says_who_changes_and_how(void **state)
{
	static const struct edit some[] = {
		{ 3, "100,1004,00,1,\"ベツ\"\",\",1980-02-04,2010-04-01,,,\n" },
		{ 4, "101,1005,00,1,タメシ ヒト,1980-01-05,2010-04-01,,100,1005\n" },
		{ 5, "200,1006,00,1,アラタ,1990-01-05,2026-04-01,,,\n" },
		{ 0, NULL },
	};
	static const char wanted[] =
	    "\xEF\xBB\xBF"
	    "change,line,番号,記号,column,before,after\r\n"
	    "changed,5,\"1004\",\"100\",\"氏名カナ\",\"タメシ ヒト\",\"ベツ\"\",\"\r\n"
	    "changed,5,\"1004\",\"100\",\"生年月日\",\"1980-01-04\",\"1980-02-04\"\r\n"
	    "moved,6,\"1005\",\"101\",\"番号\",\"1005\",\"1005\"\r\n"
	    "moved,6,\"1005\",\"101\",\"記号\",\"100\",\"101\"\r\n"
	    "ended,,\"1006\",\"100\",\"資格喪失日\",\"\",\"2026-11-22\"\r\n"
	    "added,7,\"1006\",\"200\",\"氏名カナ\",\"\",\"アラタ\"\r\n";
	struct roster_options options = careful;
	char bytes[4000];
	CLEANUP(cleanup_close) const int fd = memfd_create("changes", MFD_CLOEXEC);

	(void)state;
	import(roster_of(30, NULL));
	options.changes = roster_changes_open(fd);
	options.check = true;
	import_as(edited_roster(30, some), &options);
	assert_true(roster_changes_close(options.changes));
	const ssize_t size = pread(fd, bytes, sizeof bytes - 1, 0);
	assert_true(size >= 0);
	bytes[size] = '\0';
	assert_string_equal(bytes, wanted);
}

/* A list that is not whole would be read as one that is. */
static void
a_list_without_room_stops_the_import(void **state)
{
	struct roster_options options = careful;
	CLEANUP(cleanup_fclose) FILE *const full = fopen("/dev/full", "we");

	(void)state;
	options.changes = roster_changes_open(fileno(full));
	const struct roster_run run = import_as(roster_of(5, NULL), &options);
	assert_false(roster_changes_close(options.changes));
	assert_int_equal(run.outcome, ROSTER_FAILED);
	assert_int_equal(number_of(TEST_COUNT), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test_setup(what_differs_is_taken_over_and_nothing_else, begin_empty),
		cmocka_unit_test_setup(more_than_a_batch_is_taken_over, begin_empty),
		cmocka_unit_test_setup(a_check_says_the_same_and_changes_nothing, begin_empty),
		cmocka_unit_test_setup(a_check_is_held_to_reading_by_the_server, begin_empty),
		cmocka_unit_test_setup(lines_of_one_person_are_both_named, begin_empty),
		cmocka_unit_test_setup(
		    a_roster_of_nobody_is_refused_whatever_is_allowed, begin_empty),
		cmocka_unit_test_setup(two_who_spell_the_same_are_told, begin_empty),
		cmocka_unit_test_setup(zeros_that_were_cut_off_are_told, begin_empty),
		cmocka_unit_test_setup(each_brake_stops_at_its_share, begin_empty),
		cmocka_unit_test_setup(a_file_that_changes_too_much_changes_nothing, begin_empty),
		cmocka_unit_test_setup(a_moved_person_keeps_the_id, begin_empty),
		cmocka_unit_test_setup(a_move_that_was_done_is_none, begin_empty),
		cmocka_unit_test_setup(two_that_may_be_one_are_told, begin_empty),
		cmocka_unit_test_setup(one_import_at_a_time, begin_empty),
		cmocka_unit_test_setup(two_can_not_begin, begin_empty),
		cmocka_unit_test_setup(
		    an_import_that_died_is_taken_over_and_changes_nothing_more, begin_empty),
		cmocka_unit_test_setup(a_dead_import_is_listed_as_broken_off, begin_empty),
		cmocka_unit_test_setup(the_rest_is_done_by_importing_again, begin_empty),
		cmocka_unit_test_setup(nobody_is_ended_before_the_others_are_written, begin_empty),
		cmocka_unit_test_setup(a_batch_can_be_written_twice, begin_empty),
		cmocka_unit_test_setup(every_outcome_has_its_words, begin_empty),
		cmocka_unit_test_setup(the_list_says_who_changes_and_how, begin_empty),
		cmocka_unit_test_setup(a_list_without_room_stops_the_import, begin_empty),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(all, set_up, tear_down);
}
