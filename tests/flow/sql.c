/* sql.c - runs SQL statements and prints their rows: mariadb's part in db() of helper.bash. A run
 * of the tests does it ten thousand times, and mariadb loads a dozen libraries before it connects.
 *
 *   MYSQL_PWD=... sql SOCKET USER DATABASE <SQL
 *
 * Runs one statement after the other, until one fails. Prints what `mariadb --batch
 * --skip-column-names` prints: a line for each row, tabs between columns, and a tab, a line end, a
 * zero byte and a backslash of a value as \t, \n, \0 and \\. It knows no DELIMITER and needs none:
 * the server itself finds where each statement ends. */

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>

enum { SQL_MAX = 16 << 20 };

static _Noreturn void
end_with_error(MYSQL *db)
{
	fprintf(
	    stderr, "ERROR %u (%s): %s\n", mysql_errno(db), mysql_sqlstate(db), mysql_error(db));
	exit(EXIT_FAILURE);
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

static void
print_rows(MYSQL *db, MYSQL_RES *rows)
{
	const unsigned columns = mysql_num_fields(rows);

	for (MYSQL_ROW row; (row = mysql_fetch_row(rows)) != NULL;) {
		const unsigned long *const lengths = mysql_fetch_lengths(rows);
		for (unsigned i = 0; i < columns; i++) {
			print_value(row[i], lengths[i]);
			putchar(i + 1 < columns ? '\t' : '\n');
		}
	}
	if (mysql_errno(db) != 0)
		end_with_error(db);
	mysql_free_result(rows);
}

static void
run(MYSQL *db, const char *sql, size_t length)
{
	int next;

	if (mysql_real_query(db, sql, length) != 0)
		end_with_error(db);
	do {
		MYSQL_RES *const rows = mysql_use_result(db);
		if (rows != NULL)
			print_rows(db, rows);
		else if (mysql_field_count(db) > 0)
			end_with_error(db);
		next = mysql_next_result(db); /* 0: there is one, -1: no more */
	} while (next == 0);
	if (next > 0)
		end_with_error(db);
}

int
main(int argc, char **argv)
{
	static char sql[SQL_MAX];
	MYSQL *const db = mysql_init(NULL);

	if (argc != 4 || db == NULL)
		return 2;
	const size_t length = fread(sql, 1, sizeof sql, stdin);
	mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (mysql_real_connect(db, NULL, argv[2], getenv("MYSQL_PWD"), argv[3], 0, argv[1],
		CLIENT_MULTI_STATEMENTS) == NULL)
		end_with_error(db);
	run(db, sql, length);
	mysql_close(db);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
