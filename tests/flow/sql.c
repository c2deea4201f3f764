/* sql.c - runs SQL statements and prints their rows: mariadb's part in db() of helper.bash. A run
 * of the tests does it ten thousand times, and mariadb loads a dozen libraries before it connects.
 *
 *   MYSQL_PWD=... sql SOCKET USER DATABASE <SQL
 *
 * Runs one statement after the other, until one fails. Prints what `mariadb --batch
 * --skip-column-names` prints: a line for each row, tabs between columns, and a tab, a line end, a
 * zero byte and a backslash of a value as \t, \n, \0 and \\. It knows no DELIMITER and needs none:
 * the server itself finds where each statement ends.
 *
 * Texts that end with a zero byte are run as they come, over one connection (db_session.bash). What
 * one of them prints ends with a zero byte, too, and behind the rows may be the message of an
 * error, which alone has no line end. */

#include <mysql.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void
print_error(FILE *to, MYSQL *db)
{
	fprintf(to, "ERROR %u (%s): %s", mysql_errno(db), mysql_sqlstate(db), mysql_error(db));
}

static void
print_byte(char byte)
{
	switch (byte) {
	case '\t':
		fputs("\\t", stdout);
		break;
	case '\n':
		fputs("\\n", stdout);
		break;
	case '\0':
		fputs("\\0", stdout);
		break;
	case '\\':
		fputs("\\\\", stdout);
		break;
	default:
		putchar(byte);
	}
}

static void
print_value(const char *bytes, unsigned long length)
{
	if (bytes == NULL)
		fputs("NULL", stdout);
	for (unsigned long i = 0; bytes != NULL && i < length; i++)
		print_byte(bytes[i]);
}

/* Prints the rows of the statement that was run last, if it has any. */
static void
print_rows(MYSQL *db)
{
	MYSQL_RES *const rows = mysql_use_result(db);
	const unsigned columns = mysql_field_count(db);

	if (rows == NULL)
		return;
	for (MYSQL_ROW row; (row = mysql_fetch_row(rows)) != NULL;) {
		const unsigned long *const lengths = mysql_fetch_lengths(rows);
		for (unsigned i = 0; i < columns; i++) {
			print_value(row[i], lengths[i]);
			putchar(i + 1 < columns ? '\t' : '\n');
		}
	}
	mysql_free_result(rows);
}

/* Returns false if a statement failed. */
static bool
run(MYSQL *db, const char *sql, size_t length)
{
	int next = mysql_real_query(db, sql, length);

	while (next == 0) { /* -1: there are no more */
		print_rows(db);
		if (mysql_errno(db) != 0)
			return false;
		next = mysql_next_result(db);
	}
	return next < 0;
}

int
main(int argc, char **argv)
{
	MYSQL *const db = mysql_init(NULL);
	char *sql = NULL;
	size_t size = 0;
	bool ended = false, done = true;

	if (argc != 4 || db == NULL)
		return 2;
	mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (mysql_real_connect(db, NULL, argv[2], getenv("MYSQL_PWD"), argv[3], 0, argv[1],
		CLIENT_MULTI_STATEMENTS) == NULL) {
		print_error(stderr, db);
		return EXIT_FAILURE;
	}
	for (ssize_t length; (length = getdelim(&sql, &size, '\0', stdin)) > 0;) {
		ended = sql[length - 1] == '\0';
		done = run(db, sql, (size_t)length - ended);
		if (!done)
			print_error(ended ? stdout : stderr, db);
		if (ended) {
			putchar('\0');
			fflush(stdout);
		}
	}
	free(sql);
	mysql_close(db);
	return fflush(stdout) == 0 && (done || ended) ? EXIT_SUCCESS : EXIT_FAILURE;
}
