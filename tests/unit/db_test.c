/* db_test.c - values, pool, transactions and their retries, against a real server that is
 * deadlocked, killed, cut off and started again.
 *
 * An argument chooses tests by name: db_test 'threads*'. */

#include "db.h"

#include "clock.h"
#include "db_error.h"
#include "deadline.h"
#include "private_db.h"
#include "secret.h"
#include "tcp_proxy.h"
#include "text.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define POOL 4

enum {
	THING_INSERT,
	THING_READ,
	THING_COUNT,
	THING_LIST,
	THING_CLEAR,
	COUNTER_ADD,
	COUNTER_SPEND,
	COUNTER_READ,
	COUNTER_CLEAR,
	NAP,
	SLOW_BLOCK,
	CONNECTION,
	SESSION,
	TOO_GREAT,
	FIVE_BYTES,
	LIST__MAX
};

static const struct statement list[LIST__MAX] = {
	[THING_INSERT] = { "INSERT INTO thing (id, name, data, number)"
			   " VALUES (:id, :name, :data, :number)" },
	[THING_READ] = { "SELECT name, data, number FROM thing WHERE id = :id", 3 },
	[THING_COUNT] = { "SELECT COUNT(*) FROM thing", 1 },
	[THING_LIST] = { "SELECT number FROM thing ORDER BY number", 1 },
	[THING_CLEAR] = { "DELETE FROM thing" },
	[COUNTER_ADD] = { "UPDATE counter SET n = n + :n WHERE id = :id" },
	[COUNTER_SPEND] = { "UPDATE counter SET n = -7 WHERE id = :id AND n = 0" },
	[COUNTER_READ] = { "SELECT n FROM counter WHERE id = :id", 1 },
	[COUNTER_CLEAR] = { "UPDATE counter SET n = 0" },
	[NAP] = { "SELECT SLEEP(:seconds)", 1 },
	[SLOW_BLOCK] = { "BEGIN NOT ATOMIC"
			 " DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;"
			 " START TRANSACTION; UPDATE counter SET n = n + 1 WHERE id = 1;"
			 " IF (SELECT SLEEP(:seconds)) = 9 THEN DELETE FROM counter; END IF;"
			 " COMMIT; END" },
	[CONNECTION] = { "SELECT CONNECTION_ID()", 1 },
	[SESSION] = { "SELECT @@tx_isolation, @@sql_mode, @@time_zone, @@character_set_client, "
		      "@@local_infile",
	    5 },
	[TOO_GREAT] = { "SELECT CAST(18446744073709551615 AS UNSIGNED)", 1 },
	[FIVE_BYTES] = { "SELECT CAST('abcde' AS BINARY)", 1 },
};

static const char *const tables[] = {
	"CREATE TABLE thing (id BINARY(16) NOT NULL PRIMARY KEY, name VARCHAR(20) NULL,"
	" data VARBINARY(32) NULL, number BIGINT NULL, UNIQUE KEY thing_name (name)) ENGINE=InnoDB",
	"CREATE TABLE counter (id INT NOT NULL PRIMARY KEY, n BIGINT NOT NULL) ENGINE=InnoDB",
	"INSERT INTO counter VALUES (1, 0), (2, 0), (3, 0), (4, 0)",
};

/* With names, on the table `thing`. */
enum { NAMED_INSERT, NAMED_READ, NAMED_TWICE, NAMED__MAX };

static const struct sql_constant constants[] = { { "SEVEN", 7 }, { 0 } };

static const struct statement named[NAMED__MAX] = {
	[NAMED_INSERT] = { "INSERT INTO thing (id, name, data, number)"
			   " VALUES (:id, :name, :data, $SEVEN)" },
	[NAMED_READ] = { "SELECT name, data, number FROM thing WHERE id = :id AND number = $SEVEN",
	    .columns = 3 },
	[NAMED_TWICE] = { "SELECT COUNT(*) FROM thing WHERE id = :id AND name = :name AND id = :id",
	    .columns = 1 },
};

static struct private_db server;
static struct db *db; /* over the socket; a pool of POOL */

/* A database to work with ---------------------------------------------------------------------- */

static struct db *
open_pool_of(const struct db_options *options, const struct statement *table, unsigned statements)
{
	struct db *const pool = db_open(options, table, statements);

	assert_non_null(pool);
	return pool;
}

static struct db *
open_pool(const struct db_options *options)
{
	return open_pool_of(options, list, LIST__MAX);
}

/* With the options that all have. */
static struct db *
open_plain(unsigned connections, const struct statement *table, unsigned statements)
{
	const struct db_options options = private_db_options(&server, connections);

	return open_pool_of(&options, table, statements);
}

static int
set_up(void **state)
{
	(void)state;
	if (!secret_start() || !db_start() || !private_db_make(&server) ||
	    !private_db_start(&server, false))
		return -1;
	const struct db_options options = private_db_options(&server, POOL);
	for (size_t i = 0; i < LENGTH(tables); i++)
		if (private_db_administer(&server, tables[i]) != OK)
			return -1;
	db = db_open(&options, list, LIST__MAX);
	return db != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(db);
	db_stop();
	private_db_remove(&server);
	return 0;
}

static enum result
clear_tx(struct db_tx *tx, void *context)
{
	(void)context;
	TRY(db_change(tx, THING_CLEAR, NULL, NULL));
	return db_change(tx, COUNTER_CLEAR, NULL, NULL);
}

static int
clear(void **state)
{
	(void)state;
	return db_transaction(db, clear_tx, NULL) == OK ? 0 : -1;
}

/* Bodies --------------------------------------------------------------------------------------- */

/* One statement, and how often it was run. */
struct job {
	unsigned statement;
	const struct db_value *in;
	const struct db_slot *out; /* NULL: it changes */
	uint64_t rows;
	unsigned runs;
};

static enum result
job_tx(struct db_tx *tx, void *context)
{
	struct job *const job = context;

	job->runs++;
	return job->out != NULL ? db_row(tx, job->statement, job->in, job->out)
				: db_change(tx, job->statement, job->in, &job->rows);
}

static enum result
run_job(struct db *pool, struct job *job)
{
	return db_transaction(pool, job_tx, job);
}

static int64_t
number_of(struct db *pool, unsigned statement, const struct db_value *in)
{
	int64_t number = -1;
	const struct db_slot out[] = { db_to_number(&number), { 0 } };

	assert_int_equal(
	    run_job(pool, &(struct job){ .statement = statement, .in = in, .out = out }), OK);
	return number;
}

static int64_t
count_things(void)
{
	return number_of(db, THING_COUNT, NULL);
}

static int64_t
counter(int64_t id)
{
	const struct db_value in[] = { db_number("id", id), { 0 } };

	return number_of(db, COUNTER_READ, in);
}

static enum result
insert_thing(struct db_tx *tx, uint8_t id, const char *name, int64_t number)
{
	const uint8_t key[16] = { id };
	const struct db_value in[] = {
		db_bytes("id", key, sizeof key),
		db_text_or_null("name", name),
		db_bytes("data", "x", 1),
		db_number("number", number),
		{ 0 },
	};

	return db_change(tx, THING_INSERT, in, NULL);
}

static enum result
add(struct db_tx *tx, int64_t id, int64_t what)
{
	const struct db_value in[] = { db_number("n", what), db_number("id", id), { 0 } };
	uint64_t rows = 0;

	TRY(db_change(tx, COUNTER_ADD, in, &rows));
	return rows == 1 ? OK : NOT_FOUND;
}

static int64_t
retries(struct db *pool)
{
	struct db_totals totals;

	db_totals(pool, &totals);
	return totals.retries;
}

static void
sleep_ms(int ms)
{
	nanosleep(&(const struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
}

/* Values --------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *why;
	const char *name; /* "" becomes NULL */
	const void *data;
	size_t size;
	int64_t number;
} values[] = {
	{ "plain",                         "name",                 "data",         4, 1 },
	{ "no name, no data, nought",      "",                     "",             0, 0 },
	{ "the greatest number",           "greatest",             "x",            1, INT64_MAX },
	{ "the least number",              "least",                "x",            1, INT64_MIN },
	{ "minus one",                     "minus",                "x",            1, -1 },
	{ "NUL and 0xff within bytes",     "bytes",                "\0\xff\0a",    4, 5 },
	{ "as many bytes as fit",          "full",
	  "0123456789abcdef0123456789abcdef", 32, 6 },
	{ "quotes are no SQL",             "'\"`\\';--",           "'); DROP",     8, 7 },
	{ "20 characters of four bytes",
	  "\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363"
	  "\U0001F363\U0001F363"
	  "\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363\U0001F363"
	  "\U0001F363\U0001F363",
	  "x", 1, 8 },
	{ "kana",                          "\u3042\u30a2\uff71",   "x",            1, 9 },
	{ "a trailing space",              "name ",                "data ",        5, 10 },
	{ "another case",                  "NAME",                 "DATA",         4, 11 },
	{ "a line end",                    "a\r\nb",               "\r\n",         2, 12 },
};
/* clang-format on */

static void
values_come_back_as_they_went(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(values); i++) {
		const uint8_t id[16] = { 0, (uint8_t)i, 0xff };
		char name[101];
		uint8_t data[32];
		int64_t number = 77;
		const struct db_value row[] = { db_bytes("id", id, sizeof id),
			db_text_or_null("name", values[i].name),
			db_bytes("data", values[i].data, values[i].size),
			db_number("number", values[i].number), { 0 } };
		const struct db_value key[] = { db_bytes("id", id, sizeof id), { 0 } };
		const struct db_slot out[] = { db_to_text(name, sizeof name),
			db_to_bytes(data, values[i].size), db_to_number(&number), { 0 } };
		struct job insert = { .statement = THING_INSERT, .in = row };

		memset(name, 'x', sizeof name);
		memset(data, 'x', sizeof data);
		assert_int_equal(run_job(db, &insert), OK);
		assert_int_equal(insert.rows, 1);
		if (run_job(db, &(struct job){ THING_READ, key, out, 0, 0 }) != OK)
			fail_msg("%s: not read", values[i].why);
		if (strcmp(name, values[i].name) != 0)
			fail_msg("%s: name \"%s\"", values[i].why, name);
		if (memcmp(data, values[i].data, values[i].size) != 0)
			fail_msg("%s: data", values[i].why);
		if (number != values[i].number)
			fail_msg("%s: number %lld", values[i].why, (long long)number);
	}
}

static void
null_becomes_nothing(void **state)
{
	const uint8_t id[16] = { 1 };
	static const uint8_t zeros[16];
	char name[8] = "before";
	uint8_t data[16];
	int64_t number = 77;
	const struct db_value row[] = { db_bytes("id", id, sizeof id), db_text_or_null("name", ""),
		db_text_or_null("data", ""), db_text_or_null("number", ""), { 0 } };
	const struct db_value key[] = { db_bytes("id", id, sizeof id), { 0 } };
	const struct db_slot out[] = { db_to_text(name, sizeof name),
		db_to_bytes(data, sizeof data), db_to_number(&number), { 0 } };

	(void)state;
	memset(data, 'x', sizeof data);
	assert_int_equal(run_job(db, &(struct job){ .statement = THING_INSERT, .in = row }), OK);
	assert_int_equal(run_job(db, &(struct job){ THING_READ, key, out, 0, 0 }), OK);
	assert_string_equal(name, "");
	assert_memory_equal(data, zeros, sizeof data);
	assert_int_equal(number, 0);
}

/* The slot of one column against the five bytes "abcde"; what is behind it stays. */
static void
a_value_fits_its_slot_or_is_refused(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum db_type type;
		size_t size;
		enum result expected;
	} rows[] = {
		{ "a text with room",                 DB_TEXT,  10, OK },
		{ "a text that just fits",            DB_TEXT,  6,  OK },
		{ "no room for the NUL",              DB_TEXT,  5,  INTERNAL },
		{ "no room for the last byte",        DB_TEXT,  4,  INTERNAL },
		{ "room for a NUL only",              DB_TEXT,  1,  INTERNAL },
		{ "as many bytes as there are",       DB_BYTES, 5,  OK },
		{ "one byte more than there are",     DB_BYTES, 6,  INTERNAL },
		{ "one byte fewer",                   DB_BYTES, 4,  INTERNAL },
		{ "one byte",                         DB_BYTES, 1,  INTERNAL },
		{ "letters are no number",            DB_NUMBER, 8, INTERNAL },
	};
	/* clang-format on */
	_Alignas(8) char bytes[16];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct db_slot out[] = { { rows[i].type, bytes, rows[i].size }, { 0 } };

		memset(bytes, 0x5a, sizeof bytes);
		const enum result result = run_job(
		    db, &(struct job){ FIVE_BYTES, NULL, out, 0, 0 });
		if (result != rows[i].expected)
			fail_msg("%s: %s", rows[i].why, result_code(result));
		if (result == OK && memcmp(bytes, "abcde", 5) != 0)
			fail_msg("%s: other bytes", rows[i].why);
		if (result == OK && rows[i].type == DB_TEXT && bytes[5] != '\0')
			fail_msg("%s: no end", rows[i].why);
		for (size_t j = rows[i].size; j < sizeof bytes; j++)
			if (bytes[j] != 0x5a)
				fail_msg("%s: wrote behind the slot", rows[i].why);
	}
}

static void
a_number_beyond_63_bits_is_refused(void **state)
{
	int64_t number;
	const struct db_slot out[] = { db_to_number(&number), { 0 } };

	(void)state;
	assert_int_equal(run_job(db, &(struct job){ TOO_GREAT, NULL, out, 0, 0 }), INTERNAL);
}

static void
no_row_is_told_and_nothing_written(void **state)
{
	const uint8_t id[16] = { 99 };
	const struct db_value key[] = { db_bytes("id", id, sizeof id), { 0 } };
	char name[8] = "before";
	uint8_t data[1] = { 7 };
	int64_t number = 77;
	const struct db_slot out[] = { db_to_text(name, sizeof name),
		db_to_bytes(data, sizeof data), db_to_number(&number), { 0 } };

	(void)state;
	assert_int_equal(run_job(db, &(struct job){ THING_READ, key, out, 0, 0 }), NO_ROW);
	assert_string_equal(name, "before");
	assert_int_equal(data[0], 7);
	assert_int_equal(number, 77);
}

/* Rows ----------------------------------------------------------------------------------------- */

struct reading {
	int64_t number;
	int64_t seen[8];
	unsigned count;
	unsigned stop_at; /* 0: never */
	enum result stop;
};

static enum result
see(void *context)
{
	struct reading *const reading = context;

	reading->seen[reading->count++] = reading->number;
	return reading->count == reading->stop_at ? reading->stop : OK;
}

/* Reads on even after an error: the connection must be of use. */
static enum result
read_list_tx(struct db_tx *tx, void *context)
{
	struct reading *const reading = context;
	const struct db_slot out[] = { db_to_number(&reading->number), { 0 } };
	int64_t count = 0;
	const struct db_slot one[] = { db_to_number(&count), { 0 } };
	const enum result result = db_rows(tx, THING_LIST, NULL, out, see, reading);

	TRY(db_row(tx, THING_COUNT, NULL, one));
	return count == 5 ? result : INTERNAL;
}

static enum result
insert_five_tx(struct db_tx *tx, void *context)
{
	(void)context;
	for (uint8_t i = 0; i < 5; i++)
		TRY(insert_thing(tx, i, "", 10 * (5 - i)));
	return OK;
}

static void
rows_come_one_by_one_until_stopped(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		unsigned stop_at;
		enum result stop;
		unsigned expected;
	} rows[] = {
		{ "all of them",             0, OK,       5 },
		{ "the first is enough",     1, LINK_EXHAUSTED,     1 },
		{ "after the third",         3, NO_ROW,   3 },
		{ "at the last",             5, INTERNAL, 5 },
	};
	/* clang-format on */
	(void)state;
	assert_int_equal(db_transaction(db, insert_five_tx, NULL), OK);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct reading reading = { .stop_at = rows[i].stop_at, .stop = rows[i].stop };

		if (db_transaction(db, read_list_tx, &reading) != rows[i].stop)
			fail_msg("%s: verdict", rows[i].why);
		if (reading.count != rows[i].expected)
			fail_msg("%s: %u rows", rows[i].why, reading.count);
		for (unsigned j = 0; j < reading.count; j++)
			if (reading.seen[j] != 10 * (j + 1))
				fail_msg("%s: row %u", rows[i].why, j);
	}
}

static void
of_many_rows_the_first_is_read(void **state)
{
	(void)state;
	assert_int_equal(db_transaction(db, insert_five_tx, NULL), OK);
	assert_int_equal(number_of(db, THING_LIST, NULL), 10);
}

static enum result
read_none_tx(struct db_tx *tx, void *context)
{
	struct reading *const reading = context;
	const struct db_slot out[] = { db_to_number(&reading->number), { 0 } };

	return db_rows(tx, THING_LIST, NULL, out, see, reading);
}

static void
no_rows_are_no_error(void **state)
{
	struct reading reading = { 0 };

	(void)state;
	assert_int_equal(db_transaction(db, read_none_tx, &reading), OK);
	assert_int_equal(reading.count, 0);
}

static void
only_what_changed_is_counted(void **state)
{
	const struct db_value one[] = { db_number("n", 1), db_number("id", 1), { 0 } };
	const struct db_value same[] = { db_number("n", 0), db_number("id", 1), { 0 } };
	const struct db_value nobody[] = { db_number("n", 1), db_number("id", 99), { 0 } };
	struct job job = { .statement = COUNTER_ADD, .in = one };

	(void)state;
	assert_int_equal(run_job(db, &job), OK);
	assert_int_equal(job.rows, 1);
	job.in = same;
	assert_int_equal(run_job(db, &job), OK);
	assert_int_equal(job.rows, 0);
	job.in = nobody;
	assert_int_equal(run_job(db, &job), OK);
	assert_int_equal(job.rows, 0);
}

/* Duplicates ----------------------------------------------------------------------------------- */

struct collision {
	uint8_t id;
	const char *name;
	bool primary, by_name, other;
};

static enum result
collide_tx(struct db_tx *tx, void *context)
{
	struct collision *const c = context;
	const enum result result = insert_thing(tx, c->id, c->name, 0);

	c->primary = db_duplicate_is(tx, "PRIMARY");
	c->by_name = db_duplicate_is(tx, "thing_name");
	c->other = db_duplicate_is(tx, "thing") || db_duplicate_is(tx, c->name);
	if (result != DUPLICATE)
		return result;
	/* What was undone is the statement, not the transaction. */
	TRY(add(tx, 1, 1));
	return OK;
}

static void
a_duplicate_tells_its_key(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		uint8_t id;
		const char *name;
		bool primary, by_name;
	} rows[] = {
		{ "the first",                          1, "a",                   false, false },
		{ "the same id",                        1, "b",                   true,  false },
		{ "the same name",                      2, "a",                   false, true },
		{ "both: the primary key is first",     1, "a",                   true,  false },
		{ "a name that spells another's end",   3, "x' for key 'PRIMARY", false, false },
		{ "that name again",                    4, "x' for key 'PRIMARY", false, true },
		{ "a name of a quote",                  5, "'",                   false, false },
		{ "a quote again",                      6, "'",                   false, true },
		{ "no name",                            7, "",                    false, false },
		{ "no name again: NULLs are no equals", 8, "",                    false, false },
	};
	/* clang-format on */
	int64_t duplicates = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct collision collision = { .id = rows[i].id, .name = rows[i].name };

		if (db_transaction(db, collide_tx, &collision) != OK)
			fail_msg("%s: verdict", rows[i].why);
		if (collision.primary != rows[i].primary || collision.by_name != rows[i].by_name)
			fail_msg("%s: key", rows[i].why);
		if (collision.other && collision.name[0] != '\0')
			fail_msg("%s: a key of nobody's", rows[i].why);
		duplicates += rows[i].primary || rows[i].by_name;
		if (counter(1) != duplicates)
			fail_msg("%s: the rest of the transaction", rows[i].why);
	}
	assert_int_equal(count_things(), (int64_t)LENGTH(rows) - duplicates);
}

static enum result
insert_tx(struct db_tx *tx, void *context)
{
	const struct collision *const c = context;

	return insert_thing(tx, c->id, c->name, 0);
}

static void
a_duplicate_that_is_passed_on_is_one(void **state)
{
	struct collision collision = { .id = 1, .name = "a" };
	struct db_tx alone = db_alone(db);

	(void)state;
	assert_int_equal(db_transaction(db, insert_tx, &collision), OK);
	assert_int_equal(db_transaction(db, insert_tx, &collision), DUPLICATE);
	assert_int_equal(insert_tx(&alone, &collision), DUPLICATE);
	assert_int_equal(count_things(), 1);
}

/* Transactions --------------------------------------------------------------------------------- */

/* Inserts, then ends as told. */
static enum result
insert_and_end_tx(struct db_tx *tx, void *context)
{
	static uint8_t next;

	TRY(insert_thing(tx, ++next, "", 0));
	TRY(add(tx, 1, 1));
	return *(const enum result *)context;
}

/* asvs 2.3.3 */
static void
anything_but_ok_rolls_back(void **state)
{
	(void)state;
	for (enum result end = OK; end < RESULT__MAX; end++) {
		assert_int_equal(db_transaction(db, insert_and_end_tx, &end), end);
		assert_int_equal(count_things(), 1); /* of the first round: OK */
		assert_int_equal(counter(1), 1);
	}
}

static void
statements_alone_keep_what_was_done(void **state)
{
	enum result end = LINK_EXHAUSTED;
	struct db_tx alone = db_alone(db);

	(void)state;
	assert_int_equal(insert_and_end_tx(&alone, &end), LINK_EXHAUSTED);
	assert_int_equal(count_things(), 1);
	assert_int_equal(counter(1), 1);
}

/* A body that forgets what it was told. */
static enum result
forgetful_tx(struct db_tx *tx, void *context)
{
	unsigned *const runs = context;

	++*runs;
	TRY(add(tx, 1, 1));
	if (insert_thing(tx, 1, "a name of more than twenty letters", 0) == OK)
		return INTERNAL;
	return OK;
}

/* asvs 2.3.3 16.5.3 */
static void
a_forgotten_error_commits_nothing(void **state)
{
	unsigned runs = 0;

	(void)state;
	assert_int_not_equal(db_transaction(db, forgetful_tx, &runs), OK);
	assert_int_equal(runs, 1);
	assert_int_equal(counter(1), 0);
	assert_int_equal(count_things(), 0);
}

static enum result
read_session_tx(struct db_tx *tx, void *context)
{
	char(*const texts)[512] = context;
	int64_t infile = 0;
	const struct db_slot out[] = { db_to_text(texts[0], 512), db_to_text(texts[1], 512),
		db_to_text(texts[2], 512), db_to_text(texts[3], 512), db_to_number(&infile),
		{ 0 } };

	return db_row(tx, SESSION, NULL, out);
}

static void
a_session_is_as_the_service_relies_on(void **state)
{
	char texts[4][512];

	(void)state;
	assert_int_equal(db_transaction(db, read_session_tx, texts), OK);
	assert_string_equal(texts[0], "READ-COMMITTED");
	assert_non_null(strstr(texts[1], "STRICT_ALL_TABLES"));
	assert_string_equal(texts[2], "+00:00");
	assert_string_equal(texts[3], "utf8mb4");
}

static enum result
command_number(struct db_tx *tx, unsigned *number)
{
	*number = 77;
	TRY(db_command(tx, "DO 1", number));
	if (*number != 0)
		return LINK_EXHAUSTED;
	return db_command(tx, "SELECT FROM", number);
}

static void
a_command_tells_the_servers_number(void **state)
{
	struct db_tx alone = db_alone(db);
	unsigned number;

	(void)state;
	assert_int_equal(command_number(&alone, &number), INTERNAL);
	assert_int_equal(number, 1064);
	assert_int_equal(count_things(), 0); /* the connection is of use */
}

/* What is logged meanwhile. */
struct log_reader {
	int real, end;
	char text[4096];
};

static void
log_reader_begin(struct log_reader *log)
{
	int ends[2];

	log->real = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	log->end = ends[0];
}

/* Its text is that of the log. */
static const char *
log_reader_end(struct log_reader *log)
{
	dup2(log->real, STDERR_FILENO);
	const ssize_t size = read(log->end, log->text, sizeof log->text - 1);
	log->text[size > 0 ? size : 0] = '\0';
	close(log->real);
	close(log->end);
	return log->text;
}

/* What the server says of an error holds data: the log gets number and class only. */
/* asvs 16.2.5 16.3.4 */
static void
errors_are_logged_without_their_data(void **state)
{
	struct log_reader log;
	unsigned runs = 0;

	(void)state;
	log_reader_begin(&log);
	const enum result result = db_transaction(db, forgetful_tx, &runs);
	const char *const text = log_reader_end(&log);

	assert_int_not_equal(result, OK);
	assert_non_null(strstr(text, "\"number\":1406,\"sqlstate\":\"22001\""));
	assert_null(strstr(text, "name"));
	assert_null(strstr(text, "twenty"));
}

/* Two who meet --------------------------------------------------------------------------------- */

/* Adds to both counters, in an order of its own; between them, at the first try, it waits for the
 * other to be there as well. */
struct duel {
	struct db *pool;
	int64_t first, second;
	sem_t *mine, *theirs;
	unsigned runs;
	enum result result;
};

static enum result
duel_tx(struct db_tx *tx, void *context)
{
	struct duel *const duel = context;

	TRY(add(tx, duel->first, 1));
	if (duel->runs++ == 0) {
		sem_post(duel->theirs);
		sem_wait(duel->mine);
	}
	return add(tx, duel->second, 1);
}

static void *
fight(void *argument)
{
	struct duel *const duel = argument;

	duel->result = db_transaction(duel->pool, duel_tx, duel);
	return NULL;
}

/* asvs 15.4.3 */
static void
both_of_a_deadlock_end_well(void **state)
{
	const int64_t before = retries(db);
	pthread_t threads[2];
	sem_t one, two;

	(void)state;
	sem_init(&one, 0, 0);
	sem_init(&two, 0, 0);
	struct duel duels[] = { { db, 1, 2, &one, &two, 0, INTERNAL },
		{ db, 2, 1, &two, &one, 0, INTERNAL } };
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fight, &duels[i]), 0);
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	sem_destroy(&one);
	sem_destroy(&two);

	assert_int_equal(duels[0].result, OK);
	assert_int_equal(duels[1].result, OK);
	assert_int_equal(duels[0].runs + duels[1].runs, 3); /* one of them was the victim, once */
	assert_int_equal(retries(db) - before, 1);
	assert_int_equal(counter(1), 2);
	assert_int_equal(counter(2), 2);
}

/* Holds a row for a time. */
struct holder {
	struct db *pool;
	sem_t holds;
	int ms;
	enum result result;
};

static enum result
hold_tx(struct db_tx *tx, void *context)
{
	struct holder *const holder = context;

	TRY(add(tx, 1, 100));
	sem_post(&holder->holds);
	sleep_ms(holder->ms);
	return OK;
}

static void *
hold(void *argument)
{
	struct holder *const holder = argument;

	holder->result = db_transaction(holder->pool, hold_tx, holder);
	sem_post(&holder->holds); /* if it never held it */
	return NULL;
}

static pthread_t
start_holder(struct holder *holder)
{
	pthread_t thread;

	sem_init(&holder->holds, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, hold, holder), 0);
	sem_wait(&holder->holds);
	return thread;
}

static void
end_holder(struct holder *holder, pthread_t thread)
{
	pthread_join(thread, NULL);
	sem_destroy(&holder->holds);
	assert_int_equal(holder->result, OK);
}

static void
a_row_that_is_held_for_a_while_is_waited_for(void **state)
{
	const struct db_value in[] = { db_number("n", 1), db_number("id", 1), { 0 } };
	struct job job = { .statement = COUNTER_ADD, .in = in };
	struct holder holder = { .pool = db, .ms = 1500 };
	const pthread_t thread = start_holder(&holder);

	(void)state;
	const enum result result = run_job(db, &job);
	end_holder(&holder, thread);
	assert_int_equal(result, OK);
	assert_int_equal(job.runs, 2); /* the first waited a second in vain */
	assert_int_equal(counter(1), 101);
}

/* asvs 15.4.3 */
static void
a_row_that_is_held_too_long_is_unavailable(void **state)
{
	const struct db_value in[] = { db_number("n", 1), db_number("id", 1), { 0 } };
	struct job job = { .statement = COUNTER_ADD, .in = in };
	struct holder holder = { .pool = db, .ms = 3600 };
	const pthread_t thread = start_holder(&holder);
	const int64_t started = clock_monotonic_ms();

	(void)state;
	const enum result result = run_job(db, &job);
	const int64_t took = clock_monotonic_ms() - started;
	end_holder(&holder, thread);
	assert_int_equal(result, UNAVAILABLE);
	assert_int_equal(job.runs, 2);
	assert_in_range(took, 1900, 3500);
	assert_int_equal(counter(1), 100);
}

/* Limits --------------------------------------------------------------------------------------- */

/* asvs 13.2.6 */
static void
a_statement_that_takes_too_long_is_stopped(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	const struct db_value in[] = { db_number("seconds", 20), { 0 } };
	int64_t slept;
	const struct db_slot out[] = { db_to_number(&slept), { 0 } };
	struct job job = { NAP, in, out, 0, 0 };

	(void)state;
	options.statement_timeout_s = 1;
	struct db *const pool = open_pool(&options);
	const int64_t connection = number_of(pool, CONNECTION, NULL);
	const int64_t started = clock_monotonic_ms();
	const enum result result = run_job(pool, &job);
	const int64_t took = clock_monotonic_ms() - started;

	assert_int_equal(result, UNAVAILABLE);
	assert_int_equal(job.runs, 1); /* it would be as slow again */
	assert_in_range(took, 900, 5000);
	assert_int_equal(number_of(pool, CONNECTION, NULL), connection);
	db_close(pool);
}

/* Between two of its steps, where its handler is not called. */
static void
a_block_that_is_stopped_leaves_no_transaction(void **state)
{
	struct db_options options = private_db_options(&server, 1);
	const struct db_value in[] = { db_number("seconds", 20), { 0 } };
	const struct db_value add[] = { db_number("n", 1), db_number("id", 2), { 0 } };

	(void)state;
	options.statement_timeout_s = 1;
	struct db *const pool = open_pool(&options);
	struct db_tx alone = db_alone(pool);
	assert_int_equal(db_change(&alone, SLOW_BLOCK, in, NULL), UNAVAILABLE);
	assert_int_equal(db_change(&alone, COUNTER_ADD, add, NULL), OK);
	assert_int_equal(counter(1), 0);
	assert_int_equal(counter(2), 1); /* as another connection sees it */
	db_close(pool);
}

/* Keeps every COMMIT of the server waiting. */
struct brake {
	sem_t held, release;
	enum result result;
};

static enum result
brake_commits(struct db_tx *tx, struct brake *brake)
{
	const enum result result = db_command(tx, "FLUSH TABLES WITH READ LOCK", NULL);

	sem_post(&brake->held);
	sem_wait(&brake->release);
	return result != OK ? result : db_command(tx, "UNLOCK TABLES", NULL);
}

static void *
brake(void *argument)
{
	struct brake *const brake = argument;
	struct db_options options = private_db_options(
	    &server, 1); /* one connection has the lock */

	options.user = PRIVATE_DB_ADMIN;
	struct db *const admin = db_open(&options, NULL, 0);
	struct db_tx alone = db_alone(admin);
	brake->result = brake_commits(&alone, brake);
	db_close(admin);
	return NULL;
}

struct braked {
	struct brake brake;
	pthread_t thread;
	unsigned runs;
};

static enum result
braked_tx(struct db_tx *tx, void *context)
{
	struct braked *const braked = context;

	braked->runs++;
	TRY(insert_thing(tx, 1, "", 0));
	pthread_create(&braked->thread, NULL, brake, &braked->brake);
	sem_wait(&braked->brake.held);
	return OK;
}

/* The next transaction on this connection must not find the last one still open, and commit it. */
static void
a_commit_that_takes_too_long_leaves_nothing(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct braked braked = { .runs = 0 };

	(void)state;
	options.statement_timeout_s = 1;
	options.connections = 1;
	struct db *const pool = open_pool(&options);
	sem_init(&braked.brake.held, 0, 0);
	sem_init(&braked.brake.release, 0, 0);
	const enum result result = db_transaction(pool, braked_tx, &braked);
	sem_post(&braked.brake.release);
	pthread_join(braked.thread, NULL);
	sem_destroy(&braked.brake.held);
	sem_destroy(&braked.brake.release);
	const enum result next = run_job(pool, &(struct job){ .statement = COUNTER_CLEAR });
	db_close(pool);

	assert_int_equal(braked.brake.result, OK);
	assert_int_equal(result, UNAVAILABLE);
	assert_int_equal(braked.runs, 1);
	assert_int_equal(next, OK);
	assert_int_equal(count_things(), 0);
}

/* asvs 13.2.6 */
static void
a_call_waits_for_a_connection(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct job job = { .statement = THING_CLEAR };

	(void)state;
	options.connections = 1;
	struct db *const pool = open_pool(&options);
	struct holder holder = { .pool = pool, .ms = 3600 };
	const pthread_t thread = start_holder(&holder);
	const int64_t started = clock_monotonic_ms();
	deadline_begin(200);
	const enum result hurried = run_job(pool, &job);
	deadline_end();
	const int64_t hurried_ms = clock_monotonic_ms() - started;
	const enum result refused = run_job(pool, &job);
	const int64_t took = clock_monotonic_ms() - started - hurried_ms;
	const unsigned runs = job.runs;
	enum result served;
	do
		served = run_job(pool, &job);
	while (served == UNAVAILABLE &&
	       clock_monotonic_ms() - started < 10000); /* and later it is free */

	end_holder(&holder, thread);
	db_close(pool);
	assert_int_equal(hurried, UNAVAILABLE);
	assert_in_range(hurried_ms, 190, 900);
	assert_int_equal(refused, UNAVAILABLE);
	assert_int_equal(runs, 0);
	assert_in_range(took, 2950, 3700);
	assert_int_equal(served, OK);
}

/* Who waits for a pool's only connection, and when it got it. */
struct waiter {
	struct db *pool;
	int64_t due_ms;           /* by the monotonic clock */
	_Atomic unsigned *served; /* of all who wait */
	unsigned nth;             /* it was the nth of them */
	enum result result;
};

static enum result
count_served_tx(struct db_tx *tx, void *context)
{
	struct waiter *const waiter = context;

	(void)tx;
	waiter->nth = ++*waiter->served;
	return OK;
}

static void *
wait_in_line(void *context)
{
	struct waiter *const waiter = context;

	deadline_begin(waiter->due_ms - clock_monotonic_ms());
	waiter->result = db_transaction(waiter->pool, count_served_tx, waiter);
	deadline_end();
	return NULL;
}

static bool
this_many_wait(struct db *pool, unsigned count)
{
	struct db_totals totals;

	for (unsigned tenths = 0; tenths < 50; tenths++) {
		db_totals(pool, &totals);
		if (totals.waiting == count)
			return true;
		sleep_ms(100);
	}
	return false;
}

/* After a pause of the database everybody waits: a request that came early has the earliest
 * deadline, and would be the first to fail. */
static void
the_earliest_deadline_gets_the_first_connection(void **state)
{
	struct db *const pool = open_plain(1, list, LIST__MAX);
	struct holder holder = { .pool = pool, .ms = 1500 };
	const pthread_t holding = start_holder(&holder);
	_Atomic unsigned served = 0;
	const int64_t began_ms = clock_monotonic_ms();
	struct waiter waiters[] = { { .due_ms = began_ms + 3900 }, { .due_ms = began_ms + 3200 },
		{ .due_ms = began_ms + 3500 }, { .due_ms = began_ms + 2900 } };
	static const unsigned expected[] = { 4, 2, 3, 1 };
	pthread_t threads[LENGTH(waiters)];

	(void)state;
	for (unsigned i = 0; i < LENGTH(waiters); i++) {
		waiters[i].pool = pool;
		waiters[i].served = &served;
		pthread_create(&threads[i], NULL, wait_in_line, &waiters[i]);
		assert_true(this_many_wait(pool, i + 1));
	}
	for (unsigned i = 0; i < LENGTH(waiters); i++)
		pthread_join(threads[i], NULL);
	end_holder(&holder, holding);
	db_close(pool);
	for (unsigned i = 0; i < LENGTH(waiters); i++) {
		assert_int_equal(waiters[i].result, OK);
		assert_int_equal(waiters[i].nth, expected[i]);
	}
}

/* Pool and threads ----------------------------------------------------------------------------- */

#define THREADS      16
#define TRANSACTIONS 200

struct toil {
	struct db *pool;
	int64_t id;
	unsigned failed;
};

static enum result
toil_tx(struct db_tx *tx, void *context)
{
	const struct toil *const toil = context;
	const struct db_value in[] = { db_number("id", toil->id), { 0 } };
	int64_t n;
	const struct db_slot out[] = { db_to_number(&n), { 0 } };

	TRY(add(tx, toil->id, 1));
	return db_row(tx, COUNTER_READ, in, out);
}

/* On a busy machine its deadline may end a transaction. One that had changed something nevertheless
 * would show in the sum. */
static enum result
toil_once(struct toil *mine)
{
	enum result result = UNAVAILABLE;

	for (int i = 0; i < 10 && result == UNAVAILABLE; i++)
		result = db_transaction(mine->pool, toil_tx, mine);
	return result;
}

static void *
toil(void *argument)
{
	struct toil *const mine = argument;

	for (int i = 0; i < TRANSACTIONS; i++)
		mine->failed += toil_once(mine) != OK;
	return NULL;
}

/* asvs 15.4.1 */
static void
threads_share_the_pool_and_lose_nothing(void **state)
{
	struct db *const pool = open_plain(POOL, list, LIST__MAX);
	struct toil toils[THREADS];
	pthread_t threads[THREADS];
	struct db_totals totals;
	int64_t sum = 0, waiting_most = 0;
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		toils[i] = (struct toil){ .pool = pool, .id = (int64_t)(i % 4 + 1) };
		assert_int_equal(pthread_create(&threads[i], NULL, toil, &toils[i]), 0);
	}
	for (int i = 0; i < 20; i++) {
		db_totals(pool, &totals);
		assert_in_range(totals.open, 0, POOL);
		assert_in_range(totals.busy, 0, totals.open);
		if (totals.waiting > waiting_most)
			waiting_most = totals.waiting;
		sleep_ms(5);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		failed += toils[i].failed;
	}
	for (int64_t id = 1; id <= 4; id++)
		sum += counter(id);
	db_totals(pool, &totals);
	db_close(pool);

	assert_int_equal(failed, 0);
	assert_int_equal(sum, THREADS * TRANSACTIONS);
	assert_int_equal(totals.busy, 0);
	assert_in_range(totals.open, 1, POOL);
	/* More threads than connections: some waited, each for itself, and none does now. */
	assert_in_range(waiting_most, 1, THREADS);
	assert_true(totals.waited_us > 0);
	assert_int_equal(totals.waiting, 0);
}

static void
a_pool_connects_when_it_is_used(void **state)
{
	struct db *const pool = open_plain(POOL, list, LIST__MAX);
	struct db_totals totals;

	(void)state;
	db_totals(pool, &totals);
	assert_int_equal(totals.open, 0);
	const int64_t connection = number_of(pool, CONNECTION, NULL);
	assert_int_equal(number_of(pool, CONNECTION, NULL), connection);
	db_totals(pool, &totals);
	assert_int_equal(totals.open, 1);
	assert_int_equal(totals.busy, 0);
	assert_int_equal(totals.retries, 0);
	db_close(pool);
	db_close(NULL);
}

/* Connections that are refused ----------------------------------------------------------------- */

/* Connections that met a lost server, or are about to be closed, lead nowhere. */
static void
servers_are_counted_by_their_names(void **state)
{
	struct db *const pool = open_plain(POOL, list, LIST__MAX);
	struct db_server servers[DB_SERVERS_MAX];
	char port[16];

	(void)state;
	assert_int_equal(db_servers(pool, servers), 0);
	(void)number_of(pool, CONNECTION, NULL);
	assert_int_equal(db_servers(pool, servers), 1);
	assert_int_equal(servers[0].connections, 1);
	assert_true(text_format(port, sizeof port, ":%u", server.port));
	assert_non_null(strstr(servers[0].name, port));

	db_tell_read_only(pool, true);
	assert_int_equal(db_servers(pool, servers), 0);
	db_tell_read_only(pool, false);
	(void)number_of(pool, CONNECTION, NULL);
	assert_int_equal(db_servers(pool, servers), 1);
	db_close(pool);
}

static void
statements_that_are_not_as_counted_are_refused(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct statement statement;
	} rows[] = {
		{ "a parameter without a name",   { "SELECT n FROM counter WHERE id = ?", 1 } },
		{ "one beside one with a name",
		  { "SELECT n FROM counter WHERE id = :id AND n = ?", 1 } },
		{ "a column too many",            { "SELECT n FROM counter WHERE id = :id", 2 } },
		{ "one too few",                  { "SELECT n FROM counter WHERE id = :id" } },
		{ "no SQL",                       { "SELEKT 1", 1 } },
		{ "no such table",                { "SELECT n FROM nothing", 1 } },
		{ "two statements in one",        { "DO 1; DO 2" } },
	};
	/* clang-format on */
	const struct db_options options = private_db_options(&server, POOL);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t number;
		const struct db_slot out[] = { db_to_number(&number), { 0 } };
		struct db *const pool = open_pool_of(&options, &rows[i].statement, 1);
		struct job job = { .statement = 0, .out = out };

		if (run_job(pool, &job) != UNAVAILABLE || job.runs != 0)
			fail_msg("%s: \"%s\" was taken", rows[i].why, rows[i].statement.sql);
		db_close(pool);
	}
}

/* The columns of such a statement are only known with its rows. */
#define TALLY                                                                             \
	"INSERT INTO counter (id, n) VALUES (:id, 1) ON DUPLICATE KEY UPDATE n = n + 10 " \
	"RETURNING "                                                                      \
	"n, id"

enum {
	TALLY_RIGHT,
	TALLY_TOO_FEW,
	TALLY_TOO_MANY,
	TALLY_FORGET,
	TALLY_CONNECTION,
	TALLY_BYTES,
	TALLY_LIST,
	TALLIES__MAX
};

static const struct statement tallies[TALLIES__MAX] = {
	[TALLY_RIGHT] = { TALLY, 2 },
	[TALLY_TOO_FEW] = { TALLY, 1 },
	[TALLY_TOO_MANY] = { TALLY, 3 },
	[TALLY_FORGET] = { "DELETE FROM counter WHERE id = :id" },
	[TALLY_CONNECTION] = { "SELECT CONNECTION_ID()", 1 },
	[TALLY_BYTES] = { "SELECT CAST('abcde' AS BINARY)", 1 },
	[TALLY_LIST] = { "SELECT n FROM counter ORDER BY id", 1 },
};

#define TALLIED 99 /* a counter that is not there before and after */

static enum result
tally(struct db *pool, unsigned statement, int64_t ret[static 3])
{
	const struct db_value in[] = { db_number("id", TALLIED), { 0 } };
	const struct db_slot slots[] = { db_to_number(&ret[0]), db_to_number(&ret[1]),
		db_to_number(&ret[2]) };
	struct db_slot out[LENGTH(slots) + 1] = { 0 };

	memcpy(out, slots, tallies[statement].columns * sizeof slots[0]);
	return run_job(pool, &(struct job){ .statement = statement, .in = in, .out = out });
}

/* Names and statements that stand alone -------------------------------------------------------- */

static struct db *
open_named(void)
{
	struct db_options options = private_db_options(&server, POOL);

	options.constants = constants;
	return open_pool_of(&options, named, NAMED__MAX);
}

static void
values_are_bound_by_name_in_any_order(void **state)
{
	static const uint8_t id[16] = "named", data[3] = { 1, 0, 2 };
	struct db *const pool = open_named();
	struct db_tx alone = db_alone(pool);
	const struct db_value insert[] = { db_bytes("data", data, sizeof data),
		db_bytes("id", id, sizeof id), db_text("name", "by name"), { 0 } };
	const struct db_value twice[] = { db_text("name", "by name"), db_bytes("id", id, sizeof id),
		{ 0 } };
	char name[21];
	uint8_t read[3];
	int64_t number = 0, count = 0;
	const struct db_slot row[] = { db_to_text(name, sizeof name),
		db_to_bytes(read, sizeof read), db_to_number(&number), { 0 } };
	const struct db_slot one[] = { db_to_number(&count), { 0 } };

	(void)state;
	assert_int_equal(db_change(&alone, NAMED_INSERT, insert, NULL), OK);
	assert_int_equal(db_row(&alone, NAMED_READ, twice + 1, row), OK);
	assert_string_equal(name, "by name");
	assert_memory_equal(read, data, sizeof data);
	assert_int_equal(number, 7);
	assert_int_equal(db_row(&alone, NAMED_TWICE, twice, one), OK);
	assert_int_equal(count, 1);
	db_close(pool);
}

static void
a_list_that_is_added_stands_behind_the_others(void **state)
{
	static const char *const names[] = { "own", "text", "number", "text", "number" };
	const struct db_value none[] = { { 0 } };
	const struct db_value more[] = { db_text("text", "x"), db_number("number", 7), { 0 } };
	struct db_values filled = { { db_number("own", 1) } };

	(void)state;
	db_values_add(&filled, none);
	db_values_add(&filled, more);
	db_values_add(&filled, more);
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_string_equal(filled.list[i].name, names[i]);
	assert_int_equal(filled.list[4].number, 7);
	assert_int_equal(filled.list[LENGTH(names)].type, DB_END);
	for (size_t i = LENGTH(names); i < DB_VALUES_MAX; i++)
		db_values_add(&filled, more + 1);
	assert_string_equal(filled.list[DB_VALUES_MAX - 1].name, "number");
	assert_int_equal(filled.list[DB_VALUES_MAX].type, DB_END);
}

static void
a_statement_alone_is_committed_and_knows_its_key(void **state)
{
	static const uint8_t id[16] = "alone";
	struct db *const pool = open_named();
	struct db_tx alone = db_alone(pool);
	const struct db_value insert[] = { db_bytes("id", id, sizeof id), db_text("name", "alone"),
		db_bytes("data", "d", 1), { 0 } };
	uint64_t rows = 77;

	(void)state;
	assert_int_equal(db_change(&alone, NAMED_INSERT, insert, &rows), OK);
	assert_int_equal(rows, 1);
	rows = 77;
	assert_int_equal(db_change(&alone, NAMED_INSERT, insert, &rows), DUPLICATE);
	assert_int_equal(rows, 77);
	assert_true(db_duplicate_is(&alone, "PRIMARY"));
	assert_false(db_may_be_committed(&alone));
	/* In a first run a second row is somebody else's. */
	assert_int_equal(db_insert_new(&alone, NAMED_INSERT, insert), DUPLICATE);
	db_close(pool);
}

static void
an_unknown_constant_opens_no_pool(void **state)
{
	const struct db_options options = private_db_options(&server, POOL);

	(void)state;
	assert_null(db_open(&options, named, NAMED__MAX));
}

static void
forget_tally(struct db *pool)
{
	const struct db_value in[] = { db_number("id", TALLIED), { 0 } };

	assert_int_equal(run_job(pool, &(struct job){ .statement = TALLY_FORGET, .in = in }), OK);
}

static void
what_a_change_returns_is_read_as_rows(void **state)
{
	struct db *const pool = open_plain(POOL, tallies, TALLIES__MAX);

	(void)state;
	for (int64_t expected = 1; expected < 50; expected += 10) {
		int64_t read[3] = { 77, 77, 77 };

		assert_int_equal(tally(pool, TALLY_RIGHT, read), OK);
		assert_int_equal(read[0], expected); /* as it is now, not as it would have begun */
		assert_int_equal(read[1], TALLIED);
		assert_int_equal(counter(TALLIED), expected);
	}
	forget_tally(pool);
	db_close(pool);
}

static void
a_change_that_returns_other_columns_is_internal(void **state)
{
	static const unsigned miscounted[] = { TALLY_TOO_FEW, TALLY_TOO_MANY };
	struct db *const pool = open_plain(POOL, tallies, TALLIES__MAX);

	(void)state;
	for (int there = 0; there < 2; there++) {
		for (size_t i = 0; i < LENGTH(miscounted); i++) {
			int64_t read[3] = { 77, 77, 77 };

			assert_int_equal(tally(pool, miscounted[i], read), INTERNAL);
			assert_int_equal(read[0], 77);
		}
		/* Rolled back, and the connection is of use. */
		int64_t read[3];
		assert_int_equal(tally(pool, TALLY_RIGHT, read), OK);
		assert_int_equal(read[0], there == 0 ? 1 : 11);
	}
	assert_int_equal(retries(pool), 0);
	forget_tally(pool);
	db_close(pool);
}

/* Of one that fails the columns have come, and then the error instead of rows: the next execution
 * must not wait for what the server does not send. */
/* asvs 13.2.6 */
static void
a_change_that_failed_is_of_use_at_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *signal;
		enum result expected;
		int64_t retries;
	} rows[] = {
		{ "a lock took too long", "'HY000' SET MYSQL_ERRNO = 1205", UNAVAILABLE, 2 },
		{ "a deadlock",           "'40001' SET MYSQL_ERRNO = 1213", UNAVAILABLE, 5 },
		{ "too slow",             "'70100' SET MYSQL_ERRNO = 1969", UNAVAILABLE, 0 },
		{ "the table is full",    "'HY000' SET MYSQL_ERRNO = 1114", UNAVAILABLE, 0 },
		{ "the disk is full",     "'HY000' SET MYSQL_ERRNO = 1021", UNAVAILABLE, 0 },
		{ "a file is not written","'HY000' SET MYSQL_ERRNO = 1026", UNAVAILABLE, 0 },
		{ "an error of ours",     "'HY000' SET MYSQL_ERRNO = 1364", INTERNAL, 0 },
		{ "a unique key",         "'23000' SET MYSQL_ERRNO = 1062", DUPLICATE, 0 },
		{ "a foreign key",        "'23000' SET MYSQL_ERRNO = 1452", NO_ROW, 0 },
	};
	/* clang-format on */
	struct db *const pool = open_plain(1, tallies, TALLIES__MAX);
	int64_t read[3];
	char sql[200];

	(void)state;
	const int64_t connection = number_of(pool, TALLY_CONNECTION, NULL);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(text_format(sql, sizeof sql,
		    "CREATE TRIGGER tally BEFORE INSERT ON counter FOR EACH ROW SIGNAL SQLSTATE %s",
		    rows[i].signal));
		assert_int_equal(private_db_administer(&server, sql), OK);
		const int64_t before = retries(pool);
		const int64_t started = clock_monotonic_ms();
		const enum result failed = tally(pool, TALLY_RIGHT, read);
		const int64_t failed_ms = clock_monotonic_ms() - started;
		assert_int_equal(private_db_administer(&server, "DROP TRIGGER tally"), OK);
		if (failed != rows[i].expected || failed_ms > 1000)
			fail_msg("%s: %s after %lld ms", rows[i].why, result_code(failed),
			    (long long)failed_ms);
		if (retries(pool) - before != rows[i].retries)
			fail_msg(
			    "%s: %lld retries", rows[i].why, (long long)(retries(pool) - before));
		const int64_t began = clock_monotonic_ms();
		const enum result next = tally(pool, TALLY_RIGHT, read);
		const int64_t next_ms = clock_monotonic_ms() - began;
		if (next != OK || next_ms > 500)
			fail_msg("%s: the next one was %s after %lld ms", rows[i].why,
			    result_code(next), (long long)next_ms);
	}
	assert_int_equal(number_of(pool, TALLY_CONNECTION, NULL), connection);
	assert_int_equal(read[0], 10 * LENGTH(rows) - 9); /* what failed has not counted */
	forget_tally(pool);
	db_close(pool);
}

/* A row lock that a statement waited for in vain costs nothing once it is gone. */
static void
a_lock_that_is_gone_is_forgotten(void **state)
{
	const struct db_value in[] = { db_number("id", 1), { 0 } };
	static const struct statement statement = { TALLY, 2 };
	struct db *const pool = open_plain(1, &statement, 1);
	int64_t n = 0, id = 0;
	const struct db_slot out[] = { db_to_number(&n), db_to_number(&id), { 0 } };
	struct job job = { .statement = 0, .in = in, .out = out };
	struct holder holder = { .pool = db, .ms = 3600 };
	const pthread_t thread = start_holder(&holder);
	int64_t started = clock_monotonic_ms();

	(void)state;
	const enum result held = run_job(pool, &job);
	const int64_t held_ms = clock_monotonic_ms() - started;
	end_holder(&holder, thread);
	started = clock_monotonic_ms();
	const enum result free = run_job(pool, &job);
	const int64_t free_ms = clock_monotonic_ms() - started;
	db_close(pool);

	assert_int_equal(held, UNAVAILABLE);
	assert_in_range(held_ms, 1900, 3500);
	assert_int_equal(free, OK);
	assert_in_range(free_ms, 0, 500);
	assert_int_equal(n, 110);
}

/* A reading that ends before its last row, or at a value that does not fit. */
static void
break_off(struct db_tx *tx)
{
	struct reading reading = { .stop_at = 1, .stop = NOT_FOUND };
	int64_t number;
	const struct db_slot listed[] = { db_to_number(&reading.number), { 0 } };
	const struct db_slot misfit[] = { db_to_number(&number), { 0 } };

	assert_int_equal(db_rows(tx, TALLY_LIST, NULL, listed, see, &reading), NOT_FOUND);
	assert_int_equal(db_row(tx, TALLY_BYTES, NULL, misfit), INTERNAL);
}

static void
a_reading_that_broke_off_is_of_use_at_once(void **state)
{
	struct db *const pool = open_plain(1, tallies, TALLIES__MAX);
	int64_t read[3];
	const int64_t started = clock_monotonic_ms();

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct db_tx alone = db_alone(pool);

		break_off(&alone);
		assert_int_equal(tally(pool, TALLY_TOO_FEW, read), INTERNAL);
		assert_int_equal(tally(pool, TALLY_TOO_MANY, read), INTERNAL);
	}
	db_close(pool);
	assert_in_range(clock_monotonic_ms() - started, 0, 1000);
}

static void
a_wrong_login_is_unavailable(void **state)
{
	/* clang-format off */
	const struct {
		const char *why, *user, *password, *name;
	} rows[] = {
		{ "another password", PRIVATE_DB_USER, "guessed",           PRIVATE_DB_NAME },
		{ "no password",      PRIVATE_DB_USER, "",                  PRIVATE_DB_NAME },
		{ "nobody",           "nobody",        PRIVATE_DB_PASSWORD, PRIVATE_DB_NAME },
		{ "no such database", PRIVATE_DB_USER, PRIVATE_DB_PASSWORD, "nothing" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct db_options options = private_db_options(&server, POOL);
		struct job job = { .statement = THING_CLEAR };

		options.user = rows[i].user;
		options.password = rows[i].password;
		options.name = rows[i].name;
		struct db *const pool = open_pool(&options);
		if (run_job(pool, &job) != UNAVAILABLE || job.runs != 0)
			fail_msg("%s: let in", rows[i].why);
		db_close(pool);
	}
}

struct nested {
	struct db *pool;
	enum result inner;
};

static enum result
nested_tx(struct db_tx *tx, void *context)
{
	struct nested *const nested = context;
	struct job job = { .statement = THING_CLEAR };

	nested->inner = run_job(nested->pool, &job);
	return add(tx, 1, 1);
}

/* 1226: the server lets this user have one connection. */
static void
too_many_connections_are_unavailable(void **state)
{
	struct db_options options = private_db_options(&server, POOL);

	(void)state;
	options.user = PRIVATE_DB_NARROW;
	struct nested nested = { .pool = open_pool(&options), .inner = OK };
	const enum result outer = db_transaction(nested.pool, nested_tx, &nested);
	db_close(nested.pool);
	assert_int_equal(nested.inner, UNAVAILABLE);
	assert_int_equal(outer, OK);
}

static void
a_read_only_server_is_unavailable(void **state)
{
	struct db *const pool = open_plain(POOL, list, LIST__MAX);
	const struct db_value in[] = { db_number("n", 1), db_number("id", 1), { 0 } };
	struct job job = { .statement = COUNTER_ADD, .in = in };
	const int64_t connection = number_of(pool, CONNECTION, NULL);

	(void)state;
	assert_int_equal(db_failing_ms(pool), 0);
	assert_int_equal(private_db_administer(&server, "SET GLOBAL read_only = ON"), OK);
	const enum result refused = run_job(pool, &job);
	const unsigned runs = job.runs;
	const unsigned number = db_last_error();
	sleep_ms(100);
	const enum result refused_again = run_job(pool, &job);
	const int64_t failing_ms = db_failing_ms(pool);
	const enum result mended = private_db_administer(&server, "SET GLOBAL read_only = OFF");
	const enum result served = run_job(pool, &job);
	const int64_t served_ms = db_failing_ms(pool);
	const int64_t other = number_of(pool, CONNECTION, NULL);
	db_close(pool);

	assert_int_equal(number, 1290);
	assert_int_equal(refused_again, UNAVAILABLE);
	assert_in_range(failing_ms, 100, 10000);
	assert_int_equal(served_ms, 0);
	assert_int_equal(refused, UNAVAILABLE);
	assert_int_equal(runs, 3);
	assert_int_equal(mended, OK);
	assert_int_equal(served, OK);
	assert_int_not_equal(other, connection);
	assert_int_equal(counter(1), 1);
}

/* Has every change of a counter fail with this error of the server, until mend_counters(). */
static void
spoil_counters(unsigned number)
{
	char sql[200];

	assert_true(text_format(sql, sizeof sql,
	    "CREATE TRIGGER spoilt BEFORE UPDATE ON counter FOR EACH ROW"
	    " SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = %u",
	    number));
	assert_int_equal(private_db_administer(&server, sql), OK);
}

static void
mend_counters(void)
{
	assert_int_equal(private_db_administer(&server, "DROP TRIGGER spoilt"), OK);
}

/* What a server that says that it takes changes again has ended, and what not; and whether the
 * connection was of use. */
static void
changes_that_fail_are_remembered(void **state)
{
	/* clang-format off */
	static const struct {
		unsigned number;
		bool keeps, ends;
	} rows[] = {
		{ 1290, false, true },  /* --read-only */
		{ 1836, false, true },  /* --innodb-force-recovery */
		{ 1036, false, true },  /* --innodb-read-only */
		{ 1792, false, true },  /* --transaction-read-only */
		{ 1114, true,  false }, /* the table is full */
		{ 1021, true,  false }, /* the disk is full */
		{ 1026, true,  false }, /* a file is not written */
	};
	/* clang-format on */
	const struct db_options options = private_db_options(&server, 1);
	const struct db_value in[] = { db_number("n", 1), db_number("id", 1), { 0 } };
	struct job job = { .statement = COUNTER_ADD, .in = in };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct db *const pool = open_pool(&options);
		const int64_t connection = number_of(pool, CONNECTION, NULL);

		spoil_counters(rows[i].number);
		const enum result first = run_job(pool, &job);
		sleep_ms(20);
		const enum result second = run_job(pool, &job);
		mend_counters();
		const unsigned number = db_last_error();
		const bool failing = db_failing_ms(pool) >= 20;
		const bool keeps = number_of(pool, CONNECTION, NULL) == connection;
		db_tell_read_only(pool, false);
		const bool ends = db_failing_ms(pool) == 0;
		const enum result third = run_job(pool, &job);
		const bool succeeds = db_failing_ms(pool) == 0;
		db_close(pool);
		if (first != UNAVAILABLE || second != UNAVAILABLE || number != rows[i].number)
			fail_msg("%u: %s, %s", number, result_code(first), result_code(second));
		if (!failing || keeps != rows[i].keeps || ends != rows[i].ends)
			fail_msg("%u: %s, %s, %s", number, failing ? "fails" : "unnoticed",
			    keeps ? "kept" : "of no use", ends ? "ended" : "goes on");
		if (third != OK || !succeeds)
			fail_msg("%u: never over", number);
	}
}

/* As long as the server says so, and it costs the connections. */
static void
a_server_may_say_that_it_is_read_only(void **state)
{
	struct db *const pool = open_plain(POOL, list, LIST__MAX);
	const int64_t connection = number_of(pool, CONNECTION, NULL);

	(void)state;
	db_tell_read_only(pool, false);
	assert_int_equal(number_of(pool, CONNECTION, NULL), connection);
	db_tell_read_only(pool, true);
	sleep_ms(20);
	db_tell_read_only(pool, true);
	assert_in_range(db_failing_ms(pool), 20, 10000);
	assert_int_not_equal(number_of(pool, CONNECTION, NULL), connection);
	db_tell_read_only(pool, false);
	assert_int_equal(db_failing_ms(pool), 0);
	db_close(pool);
}

/* asvs 16.3.4 */
static void
errors_that_operators_meet_have_words(void **state)
{
	static const unsigned numbers[] = { 1021, 1026, 1036, 1040, 1044, 1045, 1049, 1114, 1142,
		1146, 1203, 1226, 1290, 1698, 1792, 1836, 2002, 2003, 2005, 2013, 2026 };

	(void)state;
	for (size_t i = 0; i < LENGTH(numbers); i++)
		if (db_error_text(numbers[i])[0] == '\0')
			fail_msg("%u has no words", numbers[i]);
	assert_string_equal(db_error_text(1213), "");
}

/* 1180: a node that lost its quorum at COMMIT does not know what the cluster has done. */
static void
an_error_at_commit_is_a_lost_answer(void **state)
{
	struct db *const pool = open_plain(1, list, LIST__MAX);
	const struct db_value in[] = { db_number("n", 1), db_number("id", 1), { 0 } };
	struct db_tx alone = db_alone(pool);
	const int64_t connection = number_of(pool, CONNECTION, NULL);

	(void)state;
	spoil_counters(1180);
	const enum result result = db_change(&alone, COUNTER_ADD, in, NULL);
	mend_counters();
	assert_int_equal(result, UNAVAILABLE);
	assert_true(db_may_be_done(&alone));
	assert_int_equal(retries(pool), 2);
	assert_int_not_equal(number_of(pool, CONNECTION, NULL), connection);
	db_close(pool);
}

/* Statement blocks that answer with a row ------------------------------------------------------ */

#define BLOCK(steps)                                                            \
	"BEGIN NOT ATOMIC"                                                      \
	" DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;" \
	" START TRANSACTION; " steps " END"
#define BLOCK_ADDS     "UPDATE counter SET n = n + 1 WHERE id = 1; "
#define BLOCK_ROW      "SELECT n, id FROM counter WHERE id = 1; "
#define BLOCK_REPEATS  "INSERT INTO counter VALUES (1, 7); "
#define ROW_THEN(then) BLOCK(BLOCK_ADDS BLOCK_ROW then)

/* The block, and one that reads what is there, on the only connection of a pool. */
enum { BLOCK_RUN, BLOCK_CONNECTION, BLOCKS__MAX };

static enum result
run_block(struct db *pool, unsigned columns, int64_t *ret_n, bool *ret_may_be_done)
{
	struct db_tx alone = db_alone(pool);
	int64_t id = 0;
	const struct db_slot out[] = { db_to_number(ret_n),
		columns > 1 ? db_to_number(&id) : (struct db_slot){ 0 }, { 0 } };
	const enum result result = columns > 0 ? db_row(&alone, BLOCK_RUN, NULL, out)
					       : db_change(&alone, BLOCK_RUN, NULL, NULL);

	*ret_may_be_done = db_may_be_done(&alone);
	return result == OK && id != 1 ? NOT_FOUND : result;
}

/* asvs 2.3.3 */
static void
a_block_ends_as_what_stands_behind_its_row(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct statement block;
		enum result expected;
		int64_t retries, counter;
		bool may_be_done;
	} rows[] = {
		{ "a row, then COMMIT", { ROW_THEN("COMMIT;"), 2 }, OK, 0, 1, false },
		{ "COMMIT, then a row",
		  { BLOCK(BLOCK_ADDS "COMMIT;" BLOCK_ROW), 2 }, OK, 0, 1, false },
		{ "no row",
		  { BLOCK(BLOCK_ADDS "SELECT 1, 1 FROM thing; COMMIT;"), 2 }, NO_ROW, 0, 1, false },
		{ "a row, then a duplicate",
		  { ROW_THEN(BLOCK_REPEATS "COMMIT;"), 2 }, DUPLICATE, 0, 0, false },
		{ "a row, then its own word that there is none",
		  { ROW_THEN("ROLLBACK; SIGNAL SQLSTATE '02000';"), 2 }, NO_ROW, 0, 0, false },
		{ "a row, then a deadlock",
		  { ROW_THEN("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213;"), 2 },
		  UNAVAILABLE, 5, 0, false },
		{ "a row, then a COMMIT that nobody knows of",
		  { ROW_THEN("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1180;"), 2 },
		  UNAVAILABLE, 2, 0, true },
		{ "a row, then the connection is lost",
		  { ROW_THEN("KILL CONNECTION CONNECTION_ID(); COMMIT;"), 2 },
		  UNAVAILABLE, 2, 0, true },
		{ "a row, then too slow",
		  { ROW_THEN("IF (SELECT SLEEP(20)) = 9 THEN DELETE FROM thing; END IF;"
			     "COMMIT;"), 2 },
		  UNAVAILABLE, 0, 0, false },
		{ "a failure before the row",
		  { BLOCK(BLOCK_ADDS BLOCK_REPEATS BLOCK_ROW "COMMIT;"), 2 },
		  DUPLICATE, 0, 0, false },
		{ "a column too many", { ROW_THEN("COMMIT;"), 1 }, INTERNAL, 0, 1, false },
		{ "a column too few",
		  { BLOCK(BLOCK_ADDS "SELECT 1; COMMIT;"), 2 }, INTERNAL, 0, 1, false },
		{ "a row of a block that has none",
		  { ROW_THEN("COMMIT;") }, INTERNAL, 0, 1, false },
		{ "none of a block that has one",
		  { BLOCK(BLOCK_ADDS "COMMIT;"), 2 }, INTERNAL, 0, 1, false },
		{ "two rows of two SELECTs",
		  { ROW_THEN("SELECT 1; COMMIT;"), 2 }, INTERNAL, 0, 1, false },
	};
	/* clang-format on */
	struct db_options options = private_db_options(&server, 1);

	(void)state;
	options.statement_timeout_s = 1;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct statement table[BLOCKS__MAX] = {
			[BLOCK_RUN] = rows[i].block,
			[BLOCK_CONNECTION] = { "SELECT CONNECTION_ID()", 1 },
		};
		struct db *const pool = open_pool_of(&options, table, BLOCKS__MAX);
		const unsigned columns = rows[i].block.columns;
		int64_t n = 77;
		bool may_be_done = false;

		const int64_t connection = number_of(pool, BLOCK_CONNECTION, NULL);
		for (int again = 0; again < 2; again++) {
			assert_int_equal(clear(NULL), 0);
			const int64_t before = retries(pool);
			const enum result result = run_block(pool, columns, &n, &may_be_done);
			if (result != rows[i].expected || may_be_done != rows[i].may_be_done)
				fail_msg("%s: %s", rows[i].why, result_code(result));
			if (retries(pool) - before != rows[i].retries)
				fail_msg("%s: %lld retries", rows[i].why,
				    (long long)(retries(pool) - before));
			if (counter(1) != rows[i].counter)
				fail_msg("%s: counter %d", rows[i].why, (int)counter(1));
			if (result == OK && n != 1)
				fail_msg("%s: row of %d", rows[i].why, (int)n);
		}
		/* No transaction is left, and the connection is of use unless it may be lost. */
		if ((number_of(pool, BLOCK_CONNECTION, NULL) != connection) != rows[i].may_be_done)
			fail_msg("%s: the connection", rows[i].why);
		db_close(pool);
	}
}

static void *
brake_later(void *argument)
{
	sleep_ms(300);
	return brake(argument);
}

/* The row has been read by then. */
static void
a_block_whose_commit_takes_too_long_has_no_row(void **state)
{
	static const struct statement table[BLOCKS__MAX] = {
		[BLOCK_RUN] = { ROW_THEN("DO SLEEP(1); COMMIT;"), 2 },
		[BLOCK_CONNECTION] = { "SELECT CONNECTION_ID()", 1 },
	};
	struct db_options options = private_db_options(&server, 1);
	struct brake late = { .result = INTERNAL };
	pthread_t thread;
	int64_t n = 0;
	bool may_be_done = true;

	(void)state;
	options.statement_timeout_s = 2;
	struct db *const pool = open_pool_of(&options, table, BLOCKS__MAX);
	const int64_t connection = number_of(pool, BLOCK_CONNECTION, NULL);
	sem_init(&late.held, 0, 0);
	sem_init(&late.release, 0, 0);
	pthread_create(&thread, NULL, brake_later, &late);
	const enum result result = run_block(pool, 2, &n, &may_be_done);
	sem_post(&late.release);
	pthread_join(thread, NULL);
	sem_destroy(&late.held);
	sem_destroy(&late.release);
	assert_int_equal(late.result, OK);
	assert_int_equal(result, UNAVAILABLE);
	assert_int_equal(n, 1);
	assert_false(may_be_done);
	assert_int_equal(counter(1), 0);
	assert_int_equal(number_of(pool, BLOCK_CONNECTION, NULL), connection);
	db_close(pool);
}

/* A block knows by a parameter of db_first_run() that an earlier run may have done it. */
static void
a_block_without_an_answer_is_run_again_and_knows_it(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum tcp_cut cut;
		int64_t n;
	} rows[] = {
		{ "done",        TCP_CUT_AFTER,  1 },
		{ "not arrived", TCP_CUT_BEFORE, 0 }, /* it may have been: the block must look */
	};
	/* clang-format on */
	static const struct statement table[BLOCKS__MAX] = {
		[BLOCK_RUN] = { BLOCK("IF :first_run AND :word <> '' THEN " BLOCK_ADDS
				      "END IF; " BLOCK_ROW "COMMIT;"),
		    2 },
		[BLOCK_CONNECTION] = { "SELECT CONNECTION_ID()", 1 },
	};
	struct db_options options = private_db_options(&server, 1);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);
	const struct db_value in[] = { db_first_run("first_run"), db_text("word", "the word"),
		{ 0 } };
	int64_t n = 0, id = 0;
	const struct db_slot out[] = { db_to_number(&n), db_to_number(&id), { 0 } };

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct db *const pool = open_pool_of(&options, table, BLOCKS__MAX);
		struct db_tx alone = db_alone(pool);

		assert_int_equal(clear(NULL), 0);
		tcp_proxy_cut(proxy, "the word", rows[i].cut);
		const enum result result = db_row(&alone, BLOCK_RUN, in, out);
		const bool may_be_committed = db_may_be_committed(&alone);
		const int64_t again = retries(pool);
		db_close(pool);
		if (result != OK || again != 1 || !may_be_committed || n != rows[i].n)
			fail_msg("%s: %s, %d", rows[i].why, result_code(result), (int)n);
		if (counter(1) != rows[i].n)
			fail_msg("%s: counter %d", rows[i].why, (int)counter(1));
	}
	tcp_proxy_close(proxy);
}

/* A connection that is lost -------------------------------------------------------------------- */

/* Between two statements of its first run, something happens to the connection. */
struct interrupted {
	unsigned runs;
	void (*happen)(int64_t connection);
	int64_t took_ms;
};

static enum result
interrupted_tx(struct db_tx *tx, void *context)
{
	struct interrupted *const in = context;
	int64_t connection = 0;
	const struct db_slot out[] = { db_to_number(&connection), { 0 } };

	in->runs++;
	TRY(db_row(tx, CONNECTION, NULL, out));
	TRY(add(tx, 1, 1));
	if (in->runs == 1) {
		const int64_t started = clock_monotonic_ms();

		in->happen(connection);
		in->took_ms = clock_monotonic_ms() - started;
	}
	return insert_thing(tx, 1, "once", 0);
}

static void
tell_server(const char *verb, int64_t connection)
{
	char sql[64];

	assert_true(text_format(sql, sizeof sql, "%s %lld", verb, (long long)connection));
	assert_int_equal(private_db_administer(&server, sql), OK);
}

static void
kill_connection(int64_t connection)
{
	tell_server("KILL CONNECTION", connection);
}

static void
a_connection_lost_on_the_way_is_made_anew(void **state)
{
	struct interrupted in = { .happen = kill_connection };
	const int64_t before = retries(db);

	(void)state;
	assert_int_equal(db_transaction(db, interrupted_tx, &in), OK);
	assert_int_equal(in.runs, 2);
	assert_int_equal(retries(db) - before, 1);
	assert_int_equal(counter(1), 1);
	assert_int_equal(count_things(), 1);
}

/* The time for repeats begins with the first run, not with the wait for its connection. */
static void
who_waited_for_a_connection_is_run_again_as_well(void **state)
{
	struct db *const pool = open_plain(1, list, LIST__MAX);
	struct holder holder = { .pool = pool, .ms = DB_RETRY_MS + 200 };
	struct interrupted in = { .happen = kill_connection };
	const pthread_t thread = start_holder(&holder);

	(void)state;
	const enum result result = db_transaction(pool, interrupted_tx, &in);
	end_holder(&holder, thread);
	db_close(pool);
	if (in.runs == 0) /* on a machine so busy that it waited for too long */
		skip();
	assert_int_equal(result, OK);
	assert_int_equal(in.runs, 2);
	assert_int_equal(counter(1), 101);
}

struct loser {
	struct interrupted in;
	sem_t ended;
	enum result result;
};

static void *
lose(void *argument)
{
	struct loser *const loser = argument;

	loser->result = db_transaction(db, interrupted_tx, &loser->in);
	sem_post(&loser->ended);
	return NULL;
}

/* Others look at all places, also at one whose connection is lost just then (ThreadSanitizer). */
static void
a_pool_is_looked_at_while_a_connection_is_lost(void **state)
{
	struct loser loser = { .in = { .happen = kill_connection } };
	struct db_server servers[DB_SERVERS_MAX];
	pthread_t thread;

	(void)state;
	sem_init(&loser.ended, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, lose, &loser), 0);
	do {
		assert_in_range(db_servers(db, servers), 0, 1);
		sleep_ms(1);
	} while (sem_trywait(&loser.ended) != 0);
	pthread_join(thread, NULL);
	sem_destroy(&loser.ended);
	assert_int_equal(loser.result, OK);
	assert_int_equal(loser.in.runs, 2);
}

struct napper {
	sem_t *known;
	int64_t connection;
	unsigned runs;
	enum result result;
};

static enum result
nap_tx(struct db_tx *tx, void *context)
{
	struct napper *const napper = context;
	int64_t slept;
	const struct db_value in[] = { db_number("seconds", 3), { 0 } };
	const struct db_slot id[] = { db_to_number(&napper->connection), { 0 } };
	const struct db_slot out[] = { db_to_number(&slept), { 0 } };

	napper->runs++;
	TRY(add(tx, 1, 1));
	TRY(db_row(tx, CONNECTION, NULL, id));
	sem_post(napper->known);
	return db_row(tx, NAP, in, out);
}

static void *
nap(void *argument)
{
	struct napper *const napper = argument;

	napper->result = db_transaction(db, nap_tx, napper);
	return NULL;
}

/* 1317: whoever stopped it meant it. */
static void
a_statement_that_is_stopped_is_not_run_again(void **state)
{
	struct napper napper = { .result = OK };
	pthread_t thread;
	sem_t known;

	(void)state;
	sem_init(&known, 0, 0);
	napper.known = &known;
	assert_int_equal(pthread_create(&thread, NULL, nap, &napper), 0);
	sem_wait(&known);
	sleep_ms(1000); /* until it naps, which takes three seconds */
	tell_server("KILL QUERY", napper.connection);
	pthread_join(thread, NULL);
	sem_destroy(&known);
	assert_int_equal(napper.result, UNAVAILABLE);
	assert_int_equal(napper.runs, 1);
	assert_int_equal(counter(1), 0);
}

/* All of the pool's connections, open at once. */
static enum result
open_all_tx(struct db_tx *tx, void *context)
{
	unsigned *const depth = context;

	if (--*depth > 0)
		return db_transaction(db, open_all_tx, depth);
	return add(tx, 2, 1);
}

static void
a_server_that_fell_between_calls_is_not_noticed(void **state)
{
	struct job job = { .statement = THING_CLEAR };
	unsigned depth = POOL;
	struct db_totals totals;

	(void)state;
	assert_int_equal(db_transaction(db, open_all_tx, &depth), OK);
	db_totals(db, &totals);
	assert_int_equal(totals.open, POOL);
	private_db_kill(&server);
	assert_true(private_db_start(&server, false));
	assert_int_equal(run_job(db, &job), OK);
	/* One stale connection was met; its sisters were not tried one by one. */
	assert_int_equal(job.runs, 1);
	assert_int_equal(retries(db) - totals.retries, 1);
	depth = POOL;
	assert_int_equal(db_transaction(db, open_all_tx, &depth), OK);
	assert_int_equal(retries(db) - totals.retries, 1);
	assert_int_equal(counter(2), 2);
}

static void
restart_server(int64_t connection)
{
	(void)connection;
	private_db_kill(&server);
	assert_true(private_db_start(&server, false));
}

static void
a_server_that_falls_on_the_way_is_waited_for(void **state)
{
	struct interrupted in = { .happen = restart_server };
	enum result result;
	int tries = 0;

	(void)state;
	do { /* on a machine so busy that the server needs longer than anyone would wait */
		if (tries++ == 10)
			skip();
		assert_int_equal(clear(NULL), 0);
		in.runs = 0;
		result = db_transaction(db, interrupted_tx, &in);
	} while (in.took_ms > DB_RETRY_MS - 500);
	assert_int_equal(result, OK);
	assert_int_equal(in.runs, 2);
	assert_int_equal(counter(1), 1); /* of the first run nothing is left */
	assert_int_equal(count_things(), 1);
}

/* Not the socket that the library has by default, of another server perhaps. */
static void
localhost_is_a_host_and_has_a_port(void **state)
{
	struct db_options options = private_db_options(&server, 1);

	(void)state;
	options.socket = NULL;
	options.host = "localhost";
	options.port = server.port;
	struct db *const pool = open_pool(&options);
	const int64_t connection = number_of(pool, CONNECTION, NULL);
	db_close(pool);
	assert_in_range(connection, 1, INT32_MAX);
}

/* Whoever finds the server away tells the others: for half a second nobody knocks again. */
/* asvs 13.2.6 */
static void
a_server_that_is_away_costs_nobody_time(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);
	struct job job = { .statement = THING_CLEAR };
	enum result others = UNAVAILABLE;

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	struct db *const pool = open_pool(&options);
	private_db_kill(&server);
	const int64_t started = clock_monotonic_ms();
	const enum result first = run_job(pool, &job);
	for (int i = 0; i < 100 && others == UNAVAILABLE; i++)
		others = run_job(pool, &job);
	const int64_t took = clock_monotonic_ms() - started;
	const unsigned calls = tcp_proxy_calls(proxy);
	assert_true(private_db_start(&server, false));
	sleep_ms(510);
	const enum result back = run_job(pool, &job);
	db_close(pool);
	tcp_proxy_close(proxy);

	assert_int_equal(first, UNAVAILABLE);
	assert_int_equal(others, UNAVAILABLE);
	assert_in_range(took, 0, 1500);
	assert_in_range(calls, 1, 1 + took / 500);
	assert_int_equal(back, OK);
	assert_int_equal(job.runs, 1);
}

/* A call of another thread. */
struct caller {
	struct db *pool;
	enum result result;
};

static void *
call_once(void *context)
{
	struct caller *const caller = context;

	caller->result = run_job(caller->pool, &(struct job){ .statement = THING_CLEAR });
	return NULL;
}

/* A call while the server is away and comes back. Returns for how long it was, in ms. */
static int64_t
call_while_away(struct db *pool, enum result *ret)
{
	struct caller caller = { .pool = pool, .result = OK };
	pthread_t thread;

	private_db_kill(&server);
	const int64_t killed_ms = clock_monotonic_ms();
	pthread_create(&thread, NULL, call_once, &caller);
	sleep_ms(200);
	const bool started = private_db_start(&server, false);
	const int64_t away_ms = clock_monotonic_ms() - killed_ms;
	pthread_join(thread, NULL);
	assert_true(started);
	*ret = caller.result;
	return away_ms;
}

#define PATIENCE_MS    2500
#define SOON_ENOUGH_MS 2000 /* a server that needs longer, on a busy machine, nobody waits for */

/* A proxy that loses a writer soon has another one. */
static void
a_server_that_comes_back_soon_is_waited_for(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct job job = { .statement = THING_CLEAR };
	enum result meanwhile;

	(void)state;
	options.patience_ms = PATIENCE_MS;
	struct db *const pool = open_pool(&options);
	const enum result before = run_job(pool, &job);
	const int64_t away_ms = call_while_away(pool, &meanwhile);
	db_close(pool);
	assert_int_equal(before, OK);
	if (away_ms > SOON_ENOUGH_MS)
		skip();
	assert_int_equal(meanwhile, OK);
}

/* As a user who may have one connection, and has it. The one of the test before may still be ending
 * at the server. */
static struct db *
open_narrow_pool(struct db_options *options)
{
	struct job job = { .statement = THING_CLEAR };

	options->user = PRIVATE_DB_NARROW;
	struct db *const pool = open_pool(options);
	for (int tries = 0; run_job(pool, &job) != OK && tries < 100; tries++)
		sleep_ms(50);
	return pool;
}

/* 1226: the server lets this user have one connection. Whoever needs another one waits for it. */
static void
where_no_other_connection_can_be_had_the_one_goes_round(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct job job = { .statement = THING_CLEAR };

	(void)state;
	struct holder holder = { .pool = open_narrow_pool(&options), .ms = 700 };
	const pthread_t thread = start_holder(&holder);
	const enum result other = run_job(holder.pool, &job);
	pthread_join(thread, NULL);
	sem_destroy(&holder.holds);
	const unsigned error = db_connect_error(holder.pool);
	db_close(holder.pool);
	assert_int_equal(holder.result, OK);
	assert_int_equal(error, 1226);
	assert_int_equal(other, OK);
}

/* A try that failed long ago, while others worked, is not the first one of what comes now: neither
 * the patience nor the log begins there. */
static void
a_server_that_let_nobody_else_in_is_waited_for_when_it_goes(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct job job = { .statement = THING_CLEAR };
	struct log_reader log;
	enum result meanwhile;

	(void)state;
	options.patience_ms = PATIENCE_MS;
	struct holder holder = { .pool = open_narrow_pool(&options), .ms = 700 };
	const pthread_t thread = start_holder(&holder);
	const enum result other = run_job(holder.pool, &job);
	end_holder(&holder, thread);
	const unsigned error = db_connect_error(holder.pool);
	sleep_ms(PATIENCE_MS);
	log_reader_begin(&log);
	const int64_t away_ms = call_while_away(holder.pool, &meanwhile);
	const char *const text = log_reader_end(&log);
	db_close(holder.pool);
	assert_int_equal(other, OK);
	assert_int_equal(error, 1226);
	if (away_ms > SOON_ENOUGH_MS)
		skip();
	assert_int_equal(meanwhile, OK);
	assert_non_null(strstr(text, "\"db_away\",\"error\":2002,"));
	assert_non_null(strstr(text, "\"db_back\""));
}

static void
a_pool_opens_while_the_server_is_away(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct job job = { .statement = THING_CLEAR };

	(void)state;
	options.socket = "/tmp/private_db.nowhere/socket";
	struct db *const pool = open_pool(&options);
	const int64_t started = clock_monotonic_ms();
	assert_int_equal(run_job(pool, &job), UNAVAILABLE);
	assert_int_equal(job.runs, 0);
	struct db_tx alone = db_alone(pool);
	assert_int_equal(db_change(&alone, THING_CLEAR, NULL, NULL), UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - started, 0, 1500);
	db_close(pool);
}

/* COMMIT, its answer lost ---------------------------------------------------------------------- */

static enum result
insert_name_tx(struct db_tx *tx, void *context)
{
	(void)context;
	return insert_thing(tx, 9, "name", 0);
}

struct spending {
	unsigned runs;
	unsigned duplicates;
};

/* As a token is spent: the row under its key says that it was. */
static enum result
spend_tx(struct db_tx *tx, void *context)
{
	struct spending *const spending = context;
	const enum result result = insert_thing(tx, 1, "spent", 0);

	spending->runs++;
	spending->duplicates += result == DUPLICATE;
	if (result == DUPLICATE)
		return OK;
	TRY(result);
	return add(tx, 1, 1);
}

static void
a_commit_without_an_answer_is_done_once(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *word;
		enum tcp_cut cut;
		unsigned runs, duplicates;
	} rows[] = {
		{ "committed, and nobody heard of it", "\003COMMIT", TCP_CUT_AFTER, 2, 1 },
		{ "the COMMIT never arrived", "\003COMMIT", TCP_CUT_BEFORE, 2, 0 },
		{ "lost before the body began", "\003START TRANSACTION", TCP_CUT_BEFORE, 1, 0 },
	};
	/* clang-format on */
	struct db_options options = private_db_options(&server, POOL);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct db *const pool = open_pool(&options);
		struct spending spending = { 0 };
		const unsigned cuts = tcp_proxy_cuts(proxy);

		assert_int_equal(clear(NULL), 0);
		tcp_proxy_cut(proxy, rows[i].word, rows[i].cut);
		const enum result result = db_transaction(pool, spend_tx, &spending);
		const int64_t again = retries(pool);
		db_close(pool);
		if (tcp_proxy_cuts(proxy) != cuts + 1)
			fail_msg("%s: the wire was not cut", rows[i].why);
		if (result != OK || again != 1 || spending.runs != rows[i].runs)
			fail_msg("%s: %s after %u runs", rows[i].why, result_code(result),
			    spending.runs);
		if (spending.duplicates != rows[i].duplicates)
			fail_msg("%s: %u duplicates", rows[i].why, spending.duplicates);
		if (count_things() != 1 || counter(1) != 1)
			fail_msg("%s: not exactly once", rows[i].why);
	}
	tcp_proxy_close(proxy);
}

/* A row whose key is this call's own, and a row that must be there. */
struct once {
	bool transaction;
	bool taken; /* another row has the name */
	bool gone;  /* the row to be changed is not there */
	unsigned runs;
	bool may_be_committed; /* in the last run */
};

static enum result
once_tx(struct db_tx *tx, void *context)
{
	static const uint8_t key[16] = "the word";
	struct once *const once = context;
	const struct db_value in[] = { db_bytes("id", key, sizeof key), db_text("name", "name"),
		db_bytes("data", "x", 1), db_number("number", 1), { 0 } };
	const struct db_value spend[] = { db_number("id", once->gone ? 99 : 2), { 0 } };

	once->runs++;
	once->may_be_committed = db_may_be_committed(tx);
	if (once->transaction)
		TRY(db_change_one(tx, COUNTER_SPEND, spend));
	return db_insert_new(tx, THING_INSERT, in);
}

/* A statement that stands alone is run again inside its call: the pool counts that. */
static enum result
run_once_row(struct db *pool, struct once *once)
{
	struct db_tx alone = db_alone(pool);
	struct db_totals totals;

	if (once->transaction)
		return db_transaction(pool, once_tx, once);
	const enum result result = once_tx(&alone, once);
	db_totals(pool, &totals);
	once->runs += (unsigned)totals.retries;
	once->may_be_committed = db_may_be_committed(&alone);
	return result;
}

/* asvs 2.3.3 */
static void
what_an_earlier_run_has_done_is_a_success(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *word; /* NULL: nothing is lost */
		enum tcp_cut cut;
		struct once once;
		unsigned runs;
		bool may_be_committed;
		enum result expected;
		int64_t things, counter;
	} rows[] = {
		{ "nothing is lost",
		  NULL, TCP_CUT_AFTER, { .transaction = true }, 1, false, OK, 1, -7 },
		{ "COMMIT, done",
		  "\003COMMIT", TCP_CUT_AFTER, { .transaction = true }, 2, true, OK, 1, -7 },
		{ "COMMIT, not arrived",
		  "\003COMMIT", TCP_CUT_BEFORE, { .transaction = true }, 2, true, OK, 1, -7 },
		{ "a statement of a transaction",
		  "the word", TCP_CUT_AFTER, { .transaction = true }, 2, false, OK, 1, -7 },
		{ "a statement alone, done",
		  "the word", TCP_CUT_AFTER, { .transaction = false }, 2, true, OK, 1, 0 },
		{ "a statement alone, not arrived",
		  "the word", TCP_CUT_BEFORE, { .transaction = false }, 2, true, OK, 1, 0 },
		{ "another's name",
		  NULL, TCP_CUT_AFTER, { .transaction = true, .taken = true }, 1, false, DUPLICATE,
		      1, 0 },
		{ "another's name, lost",
		  "the word", TCP_CUT_BEFORE, { .taken = true }, 2, true, DUPLICATE, 1, 0 },
		{ "no such row",
		  NULL, TCP_CUT_AFTER, { .transaction = true, .gone = true }, 1, false, NO_ROW, 0,
		      0 },
	};
	/* clang-format on */
	struct db_options options = private_db_options(&server, POOL);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct once once = rows[i].once;
		struct db *const pool = open_pool(&options);
		const unsigned cuts = tcp_proxy_cuts(proxy);

		assert_int_equal(clear(NULL), 0);
		if (once.taken)
			assert_int_equal(db_transaction(db, insert_name_tx, NULL), OK);
		if (rows[i].word != NULL)
			tcp_proxy_cut(proxy, rows[i].word, rows[i].cut);
		const enum result result = run_once_row(pool, &once);
		db_close(pool);
		if (tcp_proxy_cuts(proxy) != cuts + (rows[i].word != NULL))
			fail_msg("%s: the wire was not cut", rows[i].why);
		if (result != rows[i].expected || once.runs != rows[i].runs)
			fail_msg(
			    "%s: %s after %u runs", rows[i].why, result_code(result), once.runs);
		if (once.may_be_committed != rows[i].may_be_committed)
			fail_msg("%s: may be committed or not", rows[i].why);
		if (count_things() != rows[i].things || counter(2) != rows[i].counter)
			fail_msg("%s: %d things, counter %d", rows[i].why, (int)count_things(),
			    (int)counter(2));
	}
	tcp_proxy_close(proxy);
}

/* A key that is there in a first run is nobody's earlier run. */
static enum result
twice_tx(struct db_tx *tx, void *context)
{
	static const uint8_t key[16] = "the word";
	const struct db_value in[] = { db_bytes("id", key, sizeof key), db_text_or_null("name", ""),
		db_bytes("data", "x", 1), db_number("number", 1), { 0 } };

	(void)context;
	TRY(db_insert_new(tx, THING_INSERT, in));
	return db_insert_new(tx, THING_INSERT, in);
}

static void
a_key_that_is_there_in_a_first_run_is_a_duplicate(void **state)
{
	struct db_tx alone = db_alone(db);

	(void)state;
	assert_int_equal(db_transaction(db, twice_tx, NULL), DUPLICATE);
	assert_int_equal(twice_tx(&alone, NULL), DUPLICATE);
	assert_int_equal(count_things(), 1);
}

/* TLS ------------------------------------------------------------------------------------------ */

/* asvs 12.3.1 */
static void
without_tls_not_a_byte_is_said(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct job job = { .statement = THING_CLEAR };
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.tls_required = true;
	options.ca_file = server.ca_file;
	struct db *const pool = open_pool(&options);
	const enum result result = run_job(pool, &job);
	db_close(pool);
	const size_t sent = tcp_proxy_sent(proxy);
	tcp_proxy_close(proxy);
	assert_int_equal(result, UNAVAILABLE);
	assert_int_equal(job.runs, 0);
	assert_int_equal(sent, 0);
}

/* asvs 12.3.2 12.3.4 */
static void
only_the_right_certificate_is_trusted(void **state)
{
	/* clang-format off */
	const struct {
		const char *why;
		const char *host; /* 127.0.0.2 is a proxy's: a name that the certificate has not */
		const char *ca_file;
		enum result expected;
	} rows[] = {
		{ "signed by ours, for this address", "127.0.0.1", server.ca_file, OK },
		{ "signed by ours, for another address", "127.0.0.2", server.ca_file, UNAVAILABLE },
		{ "signed by another authority", "127.0.0.1", server.other_ca_file, UNAVAILABLE },
		{ "signed by none of the system's", "127.0.0.1", NULL, UNAVAILABLE },
		{ "an authority that is not there", "127.0.0.1", "/nonexistent.pem", UNAVAILABLE },
	};
	/* clang-format on */
	unsigned proxy_port;
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.2", server.port, &proxy_port);

	(void)state;
	assert_non_null(proxy);
	private_db_kill(&server);
	assert_true(private_db_start(&server, true));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct db_options options = private_db_options(&server, POOL);
		struct job job = { .statement = THING_CLEAR };

		options.socket = NULL;
		options.host = rows[i].host;
		options.port = strcmp(options.host, "127.0.0.2") == 0 ? proxy_port : server.port;
		options.tls_required = true;
		options.ca_file = rows[i].ca_file;
		struct db *const pool = open_pool(&options);
		const enum result result = run_job(pool, &job);
		db_close(pool);
		if (result != rows[i].expected)
			fail_msg("%s: %s", rows[i].why, result_code(result));
	}
	tcp_proxy_close(proxy);
}

/* Under TLS the library gives its time to wait in another unit. Works with the server of the test
 * before. */
static void
an_answer_under_tls_may_take_a_while(void **state)
{
	struct db_options options = private_db_options(&server, 1);
	const struct db_value in[] = { db_number("seconds", 1), { 0 } };
	int64_t slept = -1;
	const struct db_slot out[] = { db_to_number(&slept), { 0 } };

	(void)state;
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.port = server.port;
	options.tls_required = true;
	options.ca_file = server.ca_file;
	struct db *const pool = open_pool(&options);
	const enum result result = run_job(pool, &(struct job){ NAP, in, out, 0, 0 });
	const int64_t again = retries(pool);
	db_close(pool);
	assert_int_equal(result, OK);
	assert_int_equal(slept, 0);
	assert_int_equal(again, 0);
}

/* OpenSSL keeps the errors of a thread until somebody reads them, and takes one that it finds for
 * that of the call that follows: a connection that broke off leaves one, and so does a token that
 * is no token. Works with the server of the test before. */
static void
an_error_that_openssl_kept_breaks_no_connection(void **state)
{
	struct db_options options = private_db_options(&server, 1);
	const struct db_value in[] = { db_number("seconds", 1), { 0 } };
	int64_t slept = -1;
	const struct db_slot out[] = { db_to_number(&slept), { 0 } };
	struct job job = { .statement = THING_CLEAR };

	(void)state;
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.port = server.port;
	options.tls_required = true;
	options.ca_file = server.ca_file;
	struct db *const pool = open_pool(&options);
	const enum result connected = run_job(pool, &job);
	ERR_raise(ERR_LIB_SSL, SSL_R_SHUTDOWN_WHILE_IN_INIT);
	const enum result result = run_job(pool, &(struct job){ NAP, in, out, 0, 0 });
	const int64_t again = retries(pool);
	db_close(pool);
	assert_int_equal(connected, OK);
	assert_int_equal(result, OK);
	assert_int_equal(again, 0);
}

/* Deadlines ------------------------------------------------------------------------------------ */

/* What the server does to who waits for its answer. */
enum bother { SILENT, SILENT_TO_NEW, DRIPPING };

#define DEADLINE_MS 400
#define SLACK_MS    1500 /* DEADLINE_TIDY_MS, and a machine that is busy */
#define EARLY_MS    100  /* a thread that is put aside while it reckons what is left has less */

/* Returns when every thread of it stands still. */
static void
stop_server(void)
{
	int status = 0;

	assert_int_equal(kill(server.pid, SIGSTOP), 0);
	assert_int_equal(waitpid(server.pid, &status, WUNTRACED), server.pid);
	assert_true(WIFSTOPPED(status));
}

/* Runs a transaction with a deadline. Before it, one without, unless the server is silent to
 * whoever comes new. */
static enum result
run_bothered(
    struct db *pool, struct tcp_proxy *proxy, enum bother bother, struct job *job, int64_t *ret_ms)
{
	if (bother != SILENT_TO_NEW)
		assert_int_equal(run_job(pool, job), OK);
	if (bother == DRIPPING)
		tcp_proxy_drip(proxy, 50);
	else
		stop_server();
	const int64_t started = clock_monotonic_ms();
	deadline_begin(DEADLINE_MS);
	const enum result result = run_job(pool, job);
	deadline_end();
	*ret_ms = clock_monotonic_ms() - started;
	tcp_proxy_drip(proxy, 0);
	assert_int_equal(kill(server.pid, SIGCONT), 0);
	return result;
}

/* asvs 13.2.6 */
static void
a_call_ends_at_its_deadline(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		enum bother bother;
		bool tls;
	} rows[] = {
		{ "silent",                     SILENT,        false },
		{ "silent, under TLS",          SILENT,        true },
		{ "silent to the new",          SILENT_TO_NEW, false },
		{ "silent to the new with TLS", SILENT_TO_NEW, true },
		{ "it drips",                   DRIPPING,      false },
		{ "it drips under TLS",         DRIPPING,      true },
	};
	/* clang-format on */
	const struct db_value in[] = { db_number("n", 1), db_number("id", 1), { 0 } };
	struct db_options options = private_db_options(&server, 1);

	(void)state;
	private_db_kill(&server);
	assert_true(private_db_start(&server, true));
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.ca_file = server.ca_file;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct job job = { .statement = COUNTER_ADD, .in = in };
		int64_t took_ms = 0;

		options.tls_required = rows[i].tls;
		struct db *const pool = open_pool(&options);
		const enum result result = run_bothered(
		    pool, proxy, rows[i].bother, &job, &took_ms);
		enum result next = UNAVAILABLE;
		for (int tries = 0; tries < 100 && next == UNAVAILABLE; tries++) {
			next = run_job(pool, &job);
			sleep_ms(20);
		}
		db_close(pool);
		if (result != UNAVAILABLE || took_ms < DEADLINE_MS - EARLY_MS ||
		    took_ms > DEADLINE_MS + SLACK_MS)
			fail_msg("%s: %s after %lld ms", rows[i].why, result_code(result),
			    (long long)took_ms);
		if (next != OK)
			fail_msg("%s: not back", rows[i].why);
	}
	tcp_proxy_close(proxy);
}

static bool
nobody_connects(struct db *pool)
{
	struct db_totals totals;

	db_totals(pool, &totals);
	return totals.busy == 0;
}

/* Begins a try to connect, unless one goes on, and does not wait for its end. */
static void
begin_try(struct db *pool)
{
	deadline_begin(50);
	assert_int_equal(run_job(pool, &(struct job){ .statement = THING_CLEAR }), UNAVAILABLE);
	deadline_end();
}

/* How many tries are begun while a call lasts that has no deadline. */
static unsigned
tries_of_a_call(struct db *pool, struct tcp_proxy *proxy)
{
	const unsigned calls = tcp_proxy_calls(proxy);

	assert_int_equal(run_job(pool, &(struct job){ .statement = THING_CLEAR }), UNAVAILABLE);
	return tcp_proxy_calls(proxy) - calls;
}

/* A machine that is gone lets a try to connect hang until its time is over. Once one that began
 * behind the patience was in vain, a try holds up only who began it. */
static void
a_server_that_is_silent_for_long_holds_up_one_call_at_a_time(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);
	struct job job = { .statement = THING_CLEAR };
	unsigned tries, others = 1;

	(void)state;
	assert_non_null(proxy);
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.connect_timeout_s = 1;
	options.patience_ms = 500;
	struct db *const pool = open_pool(&options);
	const enum result before = run_job(pool, &job);
	stop_server();
	deadline_begin(DEADLINE_MS);
	const enum result lost = run_job(pool, &job);
	deadline_end();
	while (tcp_proxy_calls(proxy) < 3) { /* in vain within the patience, and behind it */
		begin_try(pool);
		while (!nobody_connects(pool))
			sleep_ms(1);
	}
	tries = tries_of_a_call(pool, proxy);
	for (unsigned i = 0; i < 5 && others > 0; i++) { /* again where the machine was too busy */
		begin_try(pool);
		others = tries_of_a_call(pool, proxy);
	}
	assert_int_equal(kill(server.pid, SIGCONT), 0);
	db_close(pool);
	tcp_proxy_close(proxy);
	assert_int_equal(before, OK);
	assert_int_equal(lost, UNAVAILABLE);
	assert_int_equal(tries, 1);
	assert_int_equal(others, 0);
}

/* A body that comes behind its deadline: with a statement, with nothing but COMMIT, or so late that
 * it could not even be rolled back. */
struct late {
	int ms;
	bool at_commit;
	unsigned runs;
};

static enum result
late_tx(struct db_tx *tx, void *context)
{
	struct late *const late = context;

	late->runs++;
	TRY(add(tx, 1, 1));
	sleep_ms(late->ms);
	return late->at_commit ? OK : add(tx, 2, 1);
}

/* Nothing of it is done, and the connection is of use. */
static void
behind_a_deadline_nothing_is_asked(void **state)
{
	struct db *const pool = open_plain(1, list, LIST__MAX);
	const int64_t connection = number_of(pool, CONNECTION, NULL);
	struct job job = { .statement = COUNTER_CLEAR };

	(void)state;
	for (int at_commit = 0; at_commit < 2; at_commit++) {
		struct late late = { .ms = 100, .at_commit = at_commit };

		deadline_begin(50);
		assert_int_equal(db_transaction(pool, late_tx, &late), UNAVAILABLE);
		assert_int_equal(run_job(pool, &job), UNAVAILABLE);
		deadline_end();
		assert_int_equal(late.runs, 1);
		assert_int_equal(job.runs, 0);
	}
	assert_int_equal(number_of(pool, CONNECTION, NULL), connection);
	assert_int_equal(retries(pool), 0);
	db_close(pool);
	assert_int_equal(counter(1), 0);
}

/* The next one on this connection would commit it, by its START TRANSACTION. */
static void
what_could_not_be_rolled_back_in_time_is_not_committed_later(void **state)
{
	struct db *const pool = open_plain(1, list, LIST__MAX);
	const struct db_value in[] = { db_number("n", 1), db_number("id", 2), { 0 } };
	struct late late = { .ms = 50 + DEADLINE_TIDY_MS + 50 };
	const int64_t connection = number_of(pool, CONNECTION, NULL);

	(void)state;
	deadline_begin(50);
	assert_int_equal(db_transaction(pool, late_tx, &late), UNAVAILABLE);
	deadline_end();
	assert_int_equal(run_job(pool, &(struct job){ .statement = COUNTER_ADD, .in = in }), OK);
	assert_int_equal(counter(1), 0);
	assert_int_equal(counter(2), 1);
	assert_int_not_equal(number_of(pool, CONNECTION, NULL), connection);
	db_close(pool);
}

/* How many threads this program has, and two; a sanitizer may have one of its own. */
static nlink_t
threads(void)
{
	struct stat status;

	assert_int_equal(stat("/proc/self/task", &status), 0);
	return status.st_nlink;
}

/* Where nobody answers, a stop does not wait as long as the thread that connects: that the thread
 * frees the pool in the end, LeakSanitizer sees. */
static void
a_pool_that_is_closed_amid_connecting_is_freed_by_the_thread(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const nlink_t threads_before = threads();

	(void)state;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(silent, (const struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(silent, 8), 0);
	assert_int_equal(getsockname(silent, (struct sockaddr *)&address, &size), 0);
	options.socket = NULL;
	options.host = "127.0.0.1";
	options.port = ntohs(address.sin_port);
	options.connect_timeout_s = 4;
	struct db *const pool = open_pool(&options);
	deadline_begin(50);
	const enum result result = run_job(pool, &(struct job){ .statement = THING_CLEAR });
	deadline_end();
	db_close(pool);
	const bool connects_still = threads() > threads_before;
	for (unsigned i = 0; i < 1000 && threads() > threads_before; i++)
		nanosleep(&(const struct timespec){ .tv_nsec = 10000000 }, NULL);
	close(silent);
	assert_int_equal(result, UNAVAILABLE);
	assert_true(connects_still);
	assert_int_equal(threads(), threads_before);
}

int
main(int argc, char **argv)
{
#define WITH_EMPTY_TABLES(test) cmocka_unit_test_setup(test, clear)
	static const struct CMUnitTest tests[] = {
		WITH_EMPTY_TABLES(values_come_back_as_they_went),
		WITH_EMPTY_TABLES(null_becomes_nothing),
		cmocka_unit_test(a_value_fits_its_slot_or_is_refused),
		cmocka_unit_test(a_number_beyond_63_bits_is_refused),
		WITH_EMPTY_TABLES(no_row_is_told_and_nothing_written),
		WITH_EMPTY_TABLES(rows_come_one_by_one_until_stopped),
		WITH_EMPTY_TABLES(of_many_rows_the_first_is_read),
		WITH_EMPTY_TABLES(no_rows_are_no_error),
		WITH_EMPTY_TABLES(only_what_changed_is_counted),
		WITH_EMPTY_TABLES(a_duplicate_tells_its_key),
		WITH_EMPTY_TABLES(a_duplicate_that_is_passed_on_is_one),
		WITH_EMPTY_TABLES(anything_but_ok_rolls_back),
		WITH_EMPTY_TABLES(statements_alone_keep_what_was_done),
		WITH_EMPTY_TABLES(a_forgotten_error_commits_nothing),
		cmocka_unit_test(a_session_is_as_the_service_relies_on),
		WITH_EMPTY_TABLES(a_command_tells_the_servers_number),
		WITH_EMPTY_TABLES(errors_are_logged_without_their_data),
		WITH_EMPTY_TABLES(both_of_a_deadlock_end_well),
		WITH_EMPTY_TABLES(a_row_that_is_held_for_a_while_is_waited_for),
		WITH_EMPTY_TABLES(a_row_that_is_held_too_long_is_unavailable),
		cmocka_unit_test(a_statement_that_takes_too_long_is_stopped),
		WITH_EMPTY_TABLES(a_block_that_is_stopped_leaves_no_transaction),
		WITH_EMPTY_TABLES(a_commit_that_takes_too_long_leaves_nothing),
		WITH_EMPTY_TABLES(a_call_waits_for_a_connection),
		WITH_EMPTY_TABLES(the_earliest_deadline_gets_the_first_connection),
		WITH_EMPTY_TABLES(threads_share_the_pool_and_lose_nothing),
		cmocka_unit_test(a_pool_connects_when_it_is_used),
		cmocka_unit_test(servers_are_counted_by_their_names),
		cmocka_unit_test(statements_that_are_not_as_counted_are_refused),
		WITH_EMPTY_TABLES(values_are_bound_by_name_in_any_order),
		cmocka_unit_test(a_list_that_is_added_stands_behind_the_others),
		WITH_EMPTY_TABLES(a_statement_alone_is_committed_and_knows_its_key),
		cmocka_unit_test(an_unknown_constant_opens_no_pool),
		WITH_EMPTY_TABLES(what_a_change_returns_is_read_as_rows),
		WITH_EMPTY_TABLES(a_change_that_returns_other_columns_is_internal),
		WITH_EMPTY_TABLES(a_change_that_failed_is_of_use_at_once),
		WITH_EMPTY_TABLES(a_lock_that_is_gone_is_forgotten),
		WITH_EMPTY_TABLES(a_reading_that_broke_off_is_of_use_at_once),
		cmocka_unit_test(a_wrong_login_is_unavailable),
		WITH_EMPTY_TABLES(too_many_connections_are_unavailable),
		WITH_EMPTY_TABLES(a_read_only_server_is_unavailable),
		WITH_EMPTY_TABLES(changes_that_fail_are_remembered),
		cmocka_unit_test(localhost_is_a_host_and_has_a_port),
		cmocka_unit_test(a_server_may_say_that_it_is_read_only),
		cmocka_unit_test(errors_that_operators_meet_have_words),
		WITH_EMPTY_TABLES(an_error_at_commit_is_a_lost_answer),
		WITH_EMPTY_TABLES(a_block_ends_as_what_stands_behind_its_row),
		WITH_EMPTY_TABLES(a_block_whose_commit_takes_too_long_has_no_row),
		WITH_EMPTY_TABLES(a_block_without_an_answer_is_run_again_and_knows_it),
		WITH_EMPTY_TABLES(a_connection_lost_on_the_way_is_made_anew),
		WITH_EMPTY_TABLES(who_waited_for_a_connection_is_run_again_as_well),
		WITH_EMPTY_TABLES(a_pool_is_looked_at_while_a_connection_is_lost),
		WITH_EMPTY_TABLES(a_statement_that_is_stopped_is_not_run_again),
		WITH_EMPTY_TABLES(a_server_that_fell_between_calls_is_not_noticed),
		WITH_EMPTY_TABLES(a_server_that_falls_on_the_way_is_waited_for),
		cmocka_unit_test(a_server_that_is_away_costs_nobody_time),
		cmocka_unit_test(a_server_that_comes_back_soon_is_waited_for),
		WITH_EMPTY_TABLES(where_no_other_connection_can_be_had_the_one_goes_round),
		cmocka_unit_test(a_server_that_let_nobody_else_in_is_waited_for_when_it_goes),
		cmocka_unit_test(a_pool_opens_while_the_server_is_away),
		WITH_EMPTY_TABLES(a_commit_without_an_answer_is_done_once),
		WITH_EMPTY_TABLES(what_an_earlier_run_has_done_is_a_success),
		WITH_EMPTY_TABLES(a_key_that_is_there_in_a_first_run_is_a_duplicate),
		WITH_EMPTY_TABLES(behind_a_deadline_nothing_is_asked),
		WITH_EMPTY_TABLES(what_could_not_be_rolled_back_in_time_is_not_committed_later),
		cmocka_unit_test(without_tls_not_a_byte_is_said),
		cmocka_unit_test(only_the_right_certificate_is_trusted),
		cmocka_unit_test(an_answer_under_tls_may_take_a_while),
		cmocka_unit_test(an_error_that_openssl_kept_breaks_no_connection),
		cmocka_unit_test(a_call_ends_at_its_deadline),
		cmocka_unit_test(a_server_that_is_silent_for_long_holds_up_one_call_at_a_time),
		cmocka_unit_test(a_pool_that_is_closed_amid_connecting_is_freed_by_the_thread),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("db", tests, set_up, tear_down);
}
