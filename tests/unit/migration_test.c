/* migration_test.c - that files are applied whole and once, that one which broke off says where it
 * stands, and that a repair goes on there, whatever broke it. */

#include "migration.h"

#include "cleanup.h"
#include "private_db.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST  "0001_first.sql"
#define SECOND "0002_second.sql"

/* A comment and an empty line before the second statement, which stands on lines 4 and 5. */
#define CREATE_A "CREATE TABLE a (id INT PRIMARY KEY) ENGINE=InnoDB;\n"
#define ALTER_A  "\n-- more of it\nALTER TABLE a\n  ADD COLUMN b INT NULL;\n"
#define INSERT_A "INSERT INTO a (id) VALUES (1), (2);\n"

static struct private_db server;
static char folder[] = "/tmp/migration.XXXXXX";

/* The tests' own questions. */
enum own_statement { COUNT_ROWS, SET_HALF, OWN__MAX };
static const struct statement own_statements[OWN__MAX] = {
	[COUNT_ROWS] = { "SELECT COUNT(*) FROM a", .columns = 1 },
	[SET_HALF] = { "UPDATE schema_migration SET ended_at = NULL, done = :done, error = NULL,"
		       " done_hash = :done_hash WHERE version = :version" },
};

static int
set_up(void **state)
{
	(void)state;
	return secret_start() && db_start() && private_db_open(&server) && mkdtemp(folder) != NULL
		   ? 0
		   : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	private_db_remove(&server);
	db_stop();
	return rmdir(folder);
}

static const char *
path_of(const char *name)
{
	static char path[100];

	assert_true(text_format(path, sizeof path, "%s/%s", folder, name));
	return path;
}

static void
put_file(const char *name, const char *text)
{
	FILE *const file = fopen(path_of(name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
administer(const char *sql)
{
	assert_int_equal(private_db_administer(&server, sql), OK);
}

static int
begin_anew(void **state)
{
	(void)state;
	unlink(path_of(FIRST));
	unlink(path_of(SECOND));
	administer("DROP TABLE IF EXISTS schema_migration, a, z");
	administer(migration_table_sql);
	return 0;
}

static int
clean_up(void **state)
{
	return begin_anew(state);
}

static unsigned applied_count, repaired_count;

static void
count_applied(const char *name, bool repaired, void *context)
{
	(void)context;
	(void)name;
	__atomic_add_fetch(repaired ? &repaired_count : &applied_count, 1, __ATOMIC_SEQ_CST);
}

/* What one run told. */
struct told {
	enum migration_outcome outcome;
	struct migration_stop stop;
	char errbuf[ERRBUF_MAX + 1];
};

static struct told
migrate(bool repair)
{
	struct told told = { .outcome = MIGRATION_DB_FAILED };
	struct db_options options = private_db_options(&server, 1);

	options.statement_timeout_s = 60;
	struct db *const db = db_open(&options, migration_statements, MIGRATION_STATEMENTS__MAX);
	const struct migration_run run = {
		.db = db, .folder = folder, .repair = repair, .applied = count_applied
	};

	assert_non_null(db);
	told.outcome = migration_apply(&run, &told.stop, told.errbuf);
	db_close(db);
	return told;
}

static int64_t
rows_in_a(void)
{
	struct db_options options = private_db_options(&server, 1);
	struct db *const db = db_open(&options, own_statements, OWN__MAX);
	struct db_tx alone = db_alone(db);
	int64_t count = -1;
	const struct db_slot out[] = { db_to_number(&count), { 0 } };

	if (db_row(&alone, COUNT_ROWS, NULL, out) != OK)
		count = -1;
	db_close(db);
	return count;
}

/* As a process leaves it that is killed when `done` statements of FIRST were counted. */
static void
break_off_after(size_t done)
{
	CLEANUP(migration_file_free) struct migration_file file;
	struct db_options options = private_db_options(&server, 1);
	struct db *const db = db_open(&options, own_statements, OWN__MAX);
	struct db_tx alone = db_alone(db);
	uint8_t hash[SECRET_SHA256_SIZE];
	char errbuf[ERRBUF_MAX + 1];

	assert_true(migration_file_read(folder, FIRST, &file, errbuf));
	migration_file_hash(&file, done, hash);
	const struct db_value in[] = { db_number("done", (int64_t)done),
		db_bytes("done_hash", hash, sizeof hash), db_number("version", 1), { 0 } };
	assert_int_equal(db_change(&alone, SET_HALF, in, NULL), OK);
	db_close(db);
}

/* ---------------------------------------------------------------------------------------------- */

static void
files_are_applied_in_order_and_once(void **state)
{
	(void)state;
	put_file(SECOND, INSERT_A);
	put_file(FIRST, CREATE_A ALTER_A);
	applied_count = repaired_count = 0;
	assert_int_equal(migrate(false).outcome, MIGRATION_IS_DONE);
	assert_int_equal(applied_count, 2);
	assert_int_equal(rows_in_a(), 2);
	assert_int_equal(migrate(false).outcome, MIGRATION_IS_DONE);
	assert_int_equal(migrate(true).outcome, MIGRATION_IS_DONE); /* nothing to repair */
	assert_int_equal(applied_count + repaired_count, 2);
	assert_int_equal(rows_in_a(), 2);
}

static void
a_failing_statement_is_told_and_goes_on_when_its_cause_is_gone(void **state)
{
	struct told told;

	(void)state;
	put_file(FIRST, CREATE_A ALTER_A "INSERT INTO a (id, b) SELECT id, 7 FROM z;\n" INSERT_A);
	told = migrate(false);
	assert_int_equal(told.outcome, MIGRATION_STATEMENT_FAILED);
	assert_string_equal(told.stop.name, FIRST);
	assert_int_equal(told.stop.done, 2);
	assert_int_equal(told.stop.statements, 4);
	assert_int_equal(told.stop.line, 6);
	assert_string_equal(told.stop.first, "INSERT INTO a (id, b) SELECT id, 7 FROM z");
	assert_int_equal(told.stop.error, 1146);

	/* Without repair nothing is run, and the same is said. */
	told = migrate(false);
	assert_int_equal(told.outcome, MIGRATION_BROKE_OFF);
	assert_int_equal(told.stop.done, 2);
	assert_int_equal(told.stop.error, 1146);
	assert_true(told.stop.begun_at > 0);

	/* The cause is still there. */
	told = migrate(true);
	assert_int_equal(told.outcome, MIGRATION_STATEMENT_FAILED);
	assert_int_equal(told.stop.done, 2);

	administer("CREATE TABLE z (id INT PRIMARY KEY)");
	administer("INSERT INTO z VALUES (3)");
	repaired_count = 0;
	assert_int_equal(migrate(true).outcome, MIGRATION_IS_DONE);
	assert_int_equal(repaired_count, 1);
	assert_int_equal(rows_in_a(), 3);
	assert_int_equal(migrate(false).outcome, MIGRATION_IS_DONE);
}

/* What the server says it did not do may be written otherwise now, but not what it did. */
static void
the_rest_of_a_file_that_broke_off_may_be_mended(void **state)
{
	struct told told;

	(void)state;
	put_file(FIRST, CREATE_A "CREATE NONSENSE;\n");
	assert_int_equal(migrate(false).outcome, MIGRATION_STATEMENT_FAILED);
	put_file(FIRST, "-- a thought\n" CREATE_A INSERT_A);
	told = migrate(true);
	assert_int_equal(told.outcome, MIGRATION_FILE_EDITED);
	assert_non_null(strstr(told.errbuf, "give them back as they were"));
	put_file(FIRST, "");
	assert_int_equal(migrate(true).outcome, MIGRATION_FILE_FAULTY);
	put_file(FIRST, CREATE_A INSERT_A);
	assert_int_equal(migrate(true).outcome, MIGRATION_IS_DONE);
	assert_int_equal(rows_in_a(), 2);
	/* It is whole now, and what it was mended to is what ran. */
	assert_int_equal(migrate(false).outcome, MIGRATION_IS_DONE);
	put_file(FIRST, CREATE_A INSERT_A "INSERT INTO a (id) VALUES (9);\n");
	assert_int_equal(migrate(true).outcome, MIGRATION_FILE_EDITED);
	assert_int_equal(rows_in_a(), 2);
}

/* A process that ended before it counted a statement: DDL was done or not, rows were not. */
static void
what_nobody_knows_of_is_done_once(void **state)
{
	(void)state;
	put_file(FIRST, CREATE_A ALTER_A INSERT_A);
	assert_int_equal(migrate(false).outcome, MIGRATION_IS_DONE);
	for (size_t done = 0; done <= 3; done++) {
		struct told told;

		break_off_after(done);
		if (done <= 2)
			administer("DELETE FROM a"); /* was not committed either */
		if (done == 1)
			administer("ALTER TABLE a DROP COLUMN b"); /* was not done */
		told = migrate(false);
		assert_int_equal(told.outcome, MIGRATION_BROKE_OFF);
		assert_int_equal(told.stop.done, done);
		assert_int_equal(told.stop.error, 0);
		told = migrate(true);
		if (done == 0) { /* the next one is known not to have run, but it had */
			assert_int_equal(told.outcome, MIGRATION_STATEMENT_FAILED);
			assert_int_equal(told.stop.done, 1);
			assert_int_equal(told.stop.error, 1060);
			administer("ALTER TABLE a DROP COLUMN b");
			told = migrate(true);
		}
		assert_int_equal(told.outcome, MIGRATION_IS_DONE);
		assert_int_equal(rows_in_a(), 2);
	}
}

/* The server said that it did not do it: a table of this name is then somebody else's. */
static void
what_the_server_rejected_is_not_taken_for_done(void **state)
{
	struct told told;

	(void)state;
	administer("CREATE TABLE a (other INT)");
	put_file(FIRST, CREATE_A INSERT_A);
	assert_int_equal(migrate(false).outcome, MIGRATION_STATEMENT_FAILED);
	told = migrate(true);
	assert_int_equal(told.outcome, MIGRATION_STATEMENT_FAILED);
	assert_int_equal(told.stop.done, 0);
	assert_int_equal(told.stop.error, 1050);
}

static void *
migrate_in_a_thread(void *context)
{
	struct told *const told = context;

	*told = migrate(true);
	return NULL;
}

static void
several_at_once_run_a_file_once(void **state)
{
	struct told told[4];
	pthread_t threads[LENGTH(told)];

	(void)state;
	put_file(FIRST, CREATE_A ALTER_A INSERT_A "DO SLEEP(0.2);\n");
	for (size_t round = 0; round < 2; round++) { /* one that begins, one that is repaired */
		applied_count = repaired_count = 0;
		for (size_t i = 0; i < LENGTH(told); i++)
			assert_int_equal(
			    pthread_create(&threads[i], NULL, migrate_in_a_thread, &told[i]), 0);
		for (size_t i = 0; i < LENGTH(told); i++)
			pthread_join(threads[i], NULL);
		for (size_t i = 0; i < LENGTH(told); i++)
			assert_int_equal(told[i].outcome, MIGRATION_IS_DONE);
		assert_int_equal(applied_count + repaired_count, 1);
		assert_int_equal(rows_in_a(), 2);
		break_off_after(2);
		administer("DELETE FROM a");
	}
}

static void
a_connection_that_is_killed_leaves_a_file_that_can_be_repaired(void **state)
{
	struct told told;
	pthread_t thread;

	(void)state;
	put_file(FIRST, CREATE_A "INSERT INTO a (id) SELECT 1 + 0 * SLEEP(1);\n" ALTER_A);
	assert_int_equal(pthread_create(&thread, NULL, migrate_in_a_thread, &told), 0);
	do
		usleep(20000);
	while (rows_in_a() != 0); /* the table is there */
	administer("BEGIN NOT ATOMIC DECLARE id BIGINT; REPEAT SET id = (SELECT MAX(p.id) FROM"
		   " information_schema.processlist p WHERE p.info LIKE 'INSERT INTO a%'"
		   " AND p.db = DATABASE()); UNTIL id IS NOT NULL END REPEAT; KILL id; END");
	pthread_join(thread, NULL);
	if (told.outcome != MIGRATION_IS_DONE) { /* it may have been run again at once */
		assert_int_equal(told.outcome, MIGRATION_STATEMENT_FAILED);
		assert_int_equal(told.stop.done, 1);
		assert_int_equal(migrate(true).outcome, MIGRATION_IS_DONE);
	}
	assert_int_equal(rows_in_a(), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_anew, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(files_are_applied_in_order_and_once),
		TEST(a_failing_statement_is_told_and_goes_on_when_its_cause_is_gone),
		TEST(the_rest_of_a_file_that_broke_off_may_be_mended),
		TEST(what_nobody_knows_of_is_done_once),
		TEST(what_the_server_rejected_is_not_taken_for_done),
		TEST(several_at_once_run_a_file_once),
		TEST(a_connection_that_is_killed_leaves_a_file_that_can_be_repaired),
	};
#undef TEST
	return cmocka_run_group_tests_name("migration", tests, set_up, tear_down);
}
