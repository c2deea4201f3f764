/* sql_text_test.c - names become question marks and numbers; what is quoted stays. */

#include "sql_text.h"

#include "bounds.h"
#include "cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct sql_constant constants[] = {
	{ "ACTIVE", 1 },
	{ "ACTIVE_NOT", -2 },
	{ "LARGE", INT64_MAX },
	{ 0 },
};

/* The names in order, each followed by a comma. */
static void
names_of(const struct sql_text *text, char ret[static 200])
{
	ret[0] = '\0';
	for (unsigned i = 0; i < text->params; i++) {
		strncat(ret, text->names[i].start, text->names[i].length);
		strcat(ret, ",");
	}
}

static void
names_become_marks_and_numbers(void **state)
{
	static const struct {
		const char *why, *written, *sql, *names;
	} rows[] = {
		{ "nothing to replace", "SELECT 1", "SELECT 1", "" },
		{ "an empty statement", "", "", "" },
		{ "one name", "WHERE id = :account_id", "WHERE id = ?", "account_id," },
		{ "names touch what follows", "(:a,:b9);", "(?,?);", "a,b9," },
		{ "a name may come again", ":now AND x > :now", "? AND x > ?", "now,now," },
		{ "a name ends the statement", "LIMIT :limit", "LIMIT ?", "limit," },
		{ "a constant", "state = $ACTIVE AND", "state = 1 AND", "" },
		{ "the longer of two constants", "= $ACTIVE_NOT", "= -2", "" },
		{ "the largest number", "$LARGE", "9223372036854775807", "" },
		{ "quoted text stays", "':a $ACTIVE' \"$B\" `:c` :d", "':a $ACTIVE' \"$B\" `:c` ?",
		    "d," },
		{ "doubled quotation marks", "'it''s :a' :b", "'it''s :a' ?", "b," },
		{ "an open quotation stays", "'open :a", "'open :a", "" },
		{ "an assignment is no name", "@a := 1", "@a := 1", "" },
		{ "a colon at the end", "a:", "a:", "" },
		{ "a question mark stays", "a = ?", "a = ?", "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		CLEANUP(sql_text_free) struct sql_text text = { 0 };
		char names[200];

		print_message("# %s\n", rows[i].why);
		assert_int_equal(sql_text_read(&text, rows[i].written, constants), OK);
		names_of(&text, names);
		assert_string_equal(text.sql, rows[i].sql);
		assert_string_equal(names, rows[i].names);
	}
}

static void
what_is_unknown_or_too_much_is_no_statement(void **state)
{
	char most[8 * (SQL_PARAMS_MAX + 1) + 1] = "";
	struct sql_text text = { 0 };

	(void)state;
	assert_int_equal(sql_text_read(&text, "state = $PASSIVE", constants), INTERNAL);
	assert_int_equal(sql_text_read(&text, "state = $ACTIV", constants), INTERNAL);
	assert_int_equal(sql_text_read(&text, "state = $active", constants), INTERNAL);
	assert_int_equal(sql_text_read(&text, "state = $", constants), INTERNAL);
	assert_int_equal(sql_text_read(&text, "state = $ACTIVE", NULL), INTERNAL);
	for (unsigned i = 0; i < SQL_PARAMS_MAX; i++)
		strcat(most, ":a ");
	assert_int_equal(sql_text_read(&text, most, constants), OK);
	assert_int_equal(text.params, SQL_PARAMS_MAX);
	sql_text_free(&text);
	strcat(most, ":a ");
	assert_int_equal(sql_text_read(&text, most, constants), INTERNAL);
	assert_null(text.sql);
	assert_int_equal(text.params, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_marks_and_numbers),
		cmocka_unit_test(what_is_unknown_or_too_much_is_no_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
