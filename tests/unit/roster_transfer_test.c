/* roster_transfer_test.c - who gets another number by hand, and who must not: against a real server
 * with the tables of schema/. */

#include "roster_transfer.h"

#include "bounds.h"
#include "cleanup.h"
#include "private_db.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SCHEMA_MAX 65536
#define DUMP_MAX   1000

enum { DUMP_ROW, DUMP__MAX };

static const struct statement dump_statements[DUMP__MAX] = {
	[DUMP_ROW] = { "SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(' ', HEX(LEFT(id, 1)), number, "
		       "symbol,"
		       " kana_name, birth_date, eligible_until) ORDER BY number, symbol"
		       " SEPARATOR '; '), '') FROM insured_person",
	    .columns = 1 },
};

static struct private_db server;
static struct db *db;
static struct db *dump;

static bool
fill_tables(const char *file)
{
	static char text[SCHEMA_MAX];
	CLEANUP(cleanup_fclose) FILE *const from = fopen(file, "re");

	if (from == NULL)
		return false;
	text[fread(text, 1, sizeof text - 1, from)] = '\0';
	bool applied = text[0] != '\0';
	for (char *at = text, *end; applied && (end = strstr(at, ";\n")) != NULL; at = end + 2) {
		*end = '\0';
		applied = private_db_administer(&server, at) == OK;
	}
	return applied;
}

static int
set_up(void **state)
{
	static struct statement table[OPERATOR_STATEMENTS__MAX];

	(void)state;
	if (!secret_start() || !db_start() || !private_db_open(&server) ||
	    private_db_administer(&server, migration_table_sql) != OK ||
	    !fill_tables(SCHEMA_FOLDER "/0001_registration.sql") ||
	    !fill_tables(SCHEMA_FOLDER "/0002_accounts.sql"))
		return -1;
	struct db_options options = private_db_options(&server, 1);
	options.constants = sql_constants;
	operator_table(table);
	db = db_open(&options, table, OPERATOR_STATEMENTS__MAX);
	dump = db_open(&options, dump_statements, DUMP__MAX);
	return db != NULL && dump != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(db);
	db_close(dump);
	private_db_remove(&server);
	db_stop();
	return 0;
}

/* A has an account; B may be A after a transfer; C was born on another day; D has an account; E
 * spells with another symbol what somebody may spell. */
static const char *const persons[] = {
	"DELETE FROM account",
	"DELETE FROM insured_person",
	"INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from,"
	" eligible_until, roster_run) VALUES"
	" (REPEAT('A', 16), '1', '100', '1980-01-01', 'ア', '2010-04-01', '2026-11-01', ''),"
	" (REPEAT('B', 16), '1', '200', '1980-01-01', 'アア', '2026-11-01', NULL, ''),"
	" (REPEAT('C', 16), '2', '100', '1990-01-01', 'イ', '2010-04-01', NULL, ''),"
	" (REPEAT('D', 16), '3', '100', '1980-01-01', 'ウ', '2010-04-01', NULL, ''),"
	" (REPEAT('E', 16), '45', '6', '1985-01-01', 'エ', '2010-04-01', NULL, '')",
	"INSERT INTO account (id, person_id, login_id, password_hash, email, nickname, language,"
	" created_at, password_changed_at) VALUES"
	" (REPEAT('A', 16), REPEAT('A', 16), 'a@example.jp', '', 'a@example.jp', 'a', 'ja', 0, 0),"
	" (REPEAT('D', 16), REPEAT('D', 16), 'd@example.jp', '', 'd@example.jp', 'd', 'ja', 0, 0)",
};

#define OTHERS_ "43 2 100 イ 1990-01-01; 44 3 100 ウ 1980-01-01; 45 45 6 エ 1985-01-01"

/* clang-format off */
static const struct transfer_row {
	const char *why;
	char person; /* the byte of the id */
	const char *number, *symbol;
	enum result result;
	char joined; /* the byte of who was joined, or 0 */
	bool ambiguous;
	const char *persons; /* NULL: as before */
} rows[] = {
	{ "to a pair that nobody has", 'A', "1", "300", OK, 0, false,
	  "42 1 200 アア 1980-01-01; 41 1 300 ア 1980-01-01 2026-11-01; " OTHERS_ },
	{ "to the pair that the roster gave meanwhile", 'A', "1", "200", OK, 'B', false,
	  "41 1 200 アア 1980-01-01; " OTHERS_ },
	{ "to what spells another's", 'A', "4", "56", OK, 0, true,
	  "42 1 200 アア 1980-01-01; 43 2 100 イ 1990-01-01; 44 3 100 ウ 1980-01-01;"
	  " 41 4 56 ア 1980-01-01 2026-11-01; 45 45 6 エ 1985-01-01" },
	{ "one without an account", 'B', "9", "9", OK, 0, false,
	  "41 1 100 ア 1980-01-01 2026-11-01; " OTHERS_ "; 42 9 9 アア 1980-01-01" },
	{ "to the pair that is one's own", 'A', "1", "100", BAD_FIELD, 0, false, NULL },
	{ "to somebody born on another day", 'A', "2", "100", IDENTITY_MISMATCH, 0, false, NULL },
	{ "to somebody with an account", 'A', "3", "100", ACCOUNT_EXISTS, 0, false, NULL },
	{ "nobody", 'X', "9", "9", NO_ROW, 0, false, NULL },
};
/* clang-format on */

static void
dump_persons(char ret[static DUMP_MAX])
{
	struct db_tx alone = db_alone(dump);
	const struct db_slot out[] = { db_to_text(ret, DUMP_MAX), { 0 } };

	assert_int_equal(db_row(&alone, DUMP_ROW, NULL, out), OK);
}

static enum result
transfer_tx(struct db_tx *tx, void *context)
{
	return roster_transfer_tx(tx, context);
}

static void
who_is_transferred_keeps_the_id_and_nobody_takes_anothers(void **state)
{
	static char before[DUMP_MAX], after[DUMP_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct transfer_row *row = &rows[i];
		struct roster_transfer transfer = { .is_ambiguous = false };

		for (size_t j = 0; j < LENGTH(persons); j++)
			assert_int_equal(private_db_administer(&server, persons[j]), OK);
		dump_persons(before);
		memset(transfer.person_id.bytes, row->person, ID_SIZE);
		assert_true(text_copy(transfer.to.number, sizeof transfer.to.number, row->number));
		assert_true(text_copy(transfer.to.symbol, sizeof transfer.to.symbol, row->symbol));
		const enum result result = db_transaction(db, transfer_tx, &transfer);
		dump_persons(after);
		if (result != row->result ||
		    strcmp(after, row->persons != NULL ? row->persons : before) != 0)
			fail_msg("%s: %s, %s", row->why, result_code(result), after);
		if (result == OK) {
			assert_int_equal(transfer.joined_id.bytes[0], row->joined);
			assert_int_equal(transfer.is_ambiguous, row->ambiguous);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_transferred_keeps_the_id_and_nobody_takes_anothers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
