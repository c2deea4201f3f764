/* statements_rights_test.c - the SQL that an administrator of the database server runs for a
 * society: which names and passwords may stand in it, that schema/rights.sql is read strictly, and
 * that it gives no right for nothing. What the server makes of it, tests/flow/73_societies.bats
 * asks. */

#include "statements_rights.h"

#include "statements.h"
#include "text.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIVE    "aaaaa"
#define SIXTY   FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE
#define EIGHTY  SIXTY FIVE FIVE FIVE FIVE
#define SECRET_ "0123456789abcdef"

static const struct rights_names sample = { "sample_a", "sample", "sample_owner" };

static void
names_are_written_into_sql_only_if_they_are_plain(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct rights_names names;
		const char *setting; /* NULL: they may be used */
	} rows[] = {
		{ "names as they are", { "sample_a", "sample-1", "Sample" }, NULL },
		{ "the longest database", { SIXTY "aaaa", "s", "o" }, NULL },
		{ "one character more", { SIXTY FIVE, "s", "o" }, "DB_NAME" },
		{ "the longest user", { "d", EIGHTY, "o" }, NULL },
		{ "one character more", { "d", EIGHTY "a", "o" }, "DB_USER" },
		{ "the longest owner", { "d", "s", EIGHTY }, NULL },
		{ "one character more", { "d", "s", EIGHTY "a" }, "DB_OWNER_USER" },
		{ "no name", { "", "s", "o" }, "DB_NAME" },
		{ "no user", { "d", "", "o" }, "DB_USER" },
		{ "no owner", { "d", "s", "" }, "DB_OWNER_USER" },
		{ "the end of a quoted name", { "d`", "s", "o" }, "DB_NAME" },
		{ "any character of a grant", { "d%", "s", "o" }, "DB_NAME" },
		{ "the end of a text", { "d", "s'", "o" }, "DB_USER" },
		{ "a host of its own", { "d", "s", "o'@'x" }, "DB_OWNER_USER" },
		{ "an escape", { "d", "s\\", "o" }, "DB_USER" },
		{ "a line of its own", { "d", "s\n", "o" }, "DB_USER" },
		{ "no ASCII", { "d", "s\xc3\xa9", "o" }, "DB_USER" },
		{ "the administrator", { "d", "root", "o" }, "DB_USER" },
		{ "the administrator", { "d", "s", "root" }, "DB_OWNER_USER" },
		{ "every user there is", { "d", "PUBLIC", "o" }, "DB_USER" },
		{ "the service would own the tables", { "d", "s", "s" }, "DB_OWNER_USER" },
	};
	/* clang-format on */
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		errbuf[0] = '\0';
		if (rights_names_check(&rows[i].names, errbuf) != (rows[i].setting == NULL))
			fail_msg("%s: %s", rows[i].why, errbuf);
		if (rows[i].setting != NULL && strstr(errbuf, rows[i].setting) == NULL)
			fail_msg("%s: %s is not named: %s", rows[i].why, rows[i].setting, errbuf);
	}
}

static void
passwords_are_written_into_sql_only_if_they_are_plain(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct rights_passwords passwords;
		const char *setting; /* NULL: they may be used */
	} rows[] = {
		{ "sixteen characters", { SECRET_, SECRET_ }, NULL },
		{ "the first and the last that is printed", { "!" SECRET_ "~", SECRET_ }, NULL },
		{ "one character less", { "123456789abcdef", SECRET_ }, "DB_PASSWORD" },
		{ "one character less", { SECRET_, "123456789abcdef" }, "DB_OWNER_PASSWORD" },
		{ "none", { "", SECRET_ }, "DB_PASSWORD" },
		{ "a quote", { SECRET_ "'", SECRET_ }, "DB_PASSWORD" },
		{ "a backslash", { SECRET_, SECRET_ "\\" }, "DB_OWNER_PASSWORD" },
		{ "a blank", { SECRET_ " x", SECRET_ }, "DB_PASSWORD" },
		{ "a line end", { SECRET_ "\n", SECRET_ }, "DB_PASSWORD" },
		{ "no ASCII", { SECRET_ "\xc3\xa9", SECRET_ }, "DB_PASSWORD" },
		{ "what deletes", { SECRET_ "\x7f", SECRET_ }, "DB_PASSWORD" },
	};
	/* clang-format on */
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		errbuf[0] = '\0';
		if (rights_passwords_check(&rows[i].passwords, errbuf) != (rows[i].setting == NULL))
			fail_msg("%s: %s", rows[i].why, errbuf);
		if (rows[i].setting != NULL && (!text_starts_with(errbuf, rows[i].setting) ||
						   strstr(errbuf, "123456789") != NULL))
			fail_msg("%s: %s", rows[i].why, errbuf);
	}
}

/* What is written; the caller frees it. NULL: nothing was, for the reason in errbuf. */
static char *
written(const char *rights, const struct rights_names *names, char errbuf[ERRBUF_MAX + 1])
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	const bool good = rights_write(out, rights, names, errbuf);
	assert_int_equal(fclose(out), 0);
	if (good)
		return text;
	assert_int_equal(size, 0); /* all or nothing */
	free(text);
	return NULL;
}

static void
every_line_of_rights_is_understood_or_nothing_is_written(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why, *rights, *wanted; /* NULL: refused */
	} rows[] = {
		{ "a grant, with its database and user",
		  "-- words\n\nGRANT SELECT, INSERT ON account TO 'myportal'@'%';\n",
		  "GRANT SELECT, INSERT ON `sample_a`.`account` TO 'sample'@'%';\n" },
		{ "two, the second without a line end",
		  "GRANT SELECT ON a TO 'myportal'@'%';\nGRANT DELETE ON b_2 TO 'myportal'@'%';",
		  "GRANT SELECT ON `sample_a`.`a` TO 'sample'@'%';\n"
		  "GRANT DELETE ON `sample_a`.`b_2` TO 'sample'@'%';\n" },
		{ "nothing", "", "" },
		{ "another user", "GRANT SELECT ON a TO 'other'@'%';\n", NULL },
		{ "another database", "GRANT SELECT ON other.a TO 'myportal'@'%';\n", NULL },
		{ "every table", "GRANT SELECT ON * TO 'myportal'@'%';\n", NULL },
		{ "more than a right",
		  "GRANT SELECT ON a TO 'myportal'@'%' WITH GRANT OPTION;\n", NULL },
		{ "columns", "GRANT SELECT (id) ON a TO 'myportal'@'%';\n", NULL },
		{ "no right", "GRANT  ON a TO 'myportal'@'%';\n", NULL },
		{ "no table", "GRANT SELECT ON  TO 'myportal'@'%';\n", NULL },
		{ "two lines of one", "GRANT SELECT\nON a TO 'myportal'@'%';\n", NULL },
		{ "two on a line",
		  "GRANT SELECT ON a TO 'myportal'@'%'; GRANT SELECT ON b TO 'myportal'@'%';\n",
		  NULL },
		{ "another statement", "DROP TABLE account;\n", NULL },
		{ "words before it", " GRANT SELECT ON a TO 'myportal'@'%';\n", NULL },
		{ "words behind it", "GRANT SELECT ON a TO 'myportal'@'%'; -- why\n", NULL },
		{ "a good line before a bad one",
		  "GRANT SELECT ON a TO 'myportal'@'%';\nGRANT SELECT\n", NULL },
	};
	/* clang-format on */
	char errbuf[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *const text = written(rows[i].rights, &sample, errbuf);

		if ((text == NULL) != (rows[i].wanted == NULL) ||
		    (text != NULL && strcmp(text, rows[i].wanted) != 0))
			fail_msg("%s: %s", rows[i].why, text != NULL ? text : errbuf);
		free(text);
	}
	assert_null(written("\n\nGRANT\n", &sample, errbuf));
	assert_true(text_starts_with(errbuf, "line 3 of rights.sql "));
}

/* A database's name is a pattern where all of its tables are granted: "_" would be any
 * character. */
static void
the_owner_of_a_new_society_gets_this_database_and_no_other(void **state)
{
	const struct rights_passwords passwords = { SECRET_ "s", SECRET_ "o" };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	rights_write_new(out, &sample, &passwords, true);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "\nGRANT ALL ON `sample\\_a`.* TO 'sample_owner'@'%';\n"));
	assert_non_null(
	    strstr(text, "CREATE USER 'sample'@'%' IDENTIFIED BY '" SECRET_ "s' REQUIRE SSL;\n"));
	assert_non_null(strstr(
	    text, "CREATE USER 'sample_owner'@'%' IDENTIFIED BY '" SECRET_ "o' REQUIRE SSL;\n"));
	assert_null(strstr(text, "OR REPLACE")); /* nobody's is taken over */
	free(text);
}

/* Words of a statement that needs a right to a table. To update what an insert finds reads it. */
#define ON_DUPLICATE_ "|INTO TABLE\\>[^;]*ON DUPLICATE KEY UPDATE"
static const struct {
	const char *privilege, *pattern;
} needs[] = {
	{ "SELECT", "(FROM|JOIN) TABLE\\>" ON_DUPLICATE_ },
	{ "INSERT", "INSERT INTO TABLE\\>" },
	{ "UPDATE", "\\<UPDATE TABLE\\>" ON_DUPLICATE_ },
	{ "DELETE", "DELETE FROM TABLE\\>" },
};

static const char *
pattern_of(const char *privilege)
{
	for (size_t i = 0; i < LENGTH(needs); i++)
		if (strcmp(needs[i].privilege, privilege) == 0)
			return needs[i].pattern;
	fail_msg("no statement needs %s", privilege);
	return "";
}

/* The pattern with the table's name. */
static void
compile(const char *pattern, const char *table, regex_t *ret)
{
	static const char place[] = "TABLE";
	char text[200] = "";

	for (const char *at; (at = strstr(pattern, place)) != NULL;
	     pattern = at + sizeof place - 1) {
		strncat(text, pattern, (size_t)(at - pattern));
		strcat(text, table);
	}
	strcat(text, pattern);
	assert_int_equal(regcomp(ret, text, REG_EXTENDED | REG_NOSUB), 0);
}

static void
is_needed(void *context, const char *table, const char *privilege)
{
	size_t needed_by = 0;
	regex_t words;

	(void)context;
	compile(pattern_of(privilege), table, &words);
	for (size_t i = 0; i < STATEMENTS__MAX; i++)
		needed_by += regexec(&words, statements[i].sql, 0, NULL, 0) == 0;
	regfree(&words);
	if (needed_by == 0)
		fail_msg("no statement of the service needs %s on %s", privilege, table);
}

/* That none is missing shows every other test that runs the service. */
static void
the_service_has_no_right_that_its_statements_do_not_need(void **state)
{
	static char rights[8192];
	char errbuf[ERRBUF_MAX + 1];
	FILE *file = fopen(SCHEMA_FOLDER "/rights.sql", "r");

	(void)state;
	assert_non_null(file);
	assert_in_range(fread(rights, 1, sizeof rights - 1, file), 1, sizeof rights - 2);
	assert_int_equal(fclose(file), 0);
	assert_true(rights_read(rights, is_needed, NULL, errbuf));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_written_into_sql_only_if_they_are_plain),
		cmocka_unit_test(passwords_are_written_into_sql_only_if_they_are_plain),
		cmocka_unit_test(every_line_of_rights_is_understood_or_nothing_is_written),
		cmocka_unit_test(the_owner_of_a_new_society_gets_this_database_and_no_other),
		cmocka_unit_test(the_service_has_no_right_that_its_statements_do_not_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
