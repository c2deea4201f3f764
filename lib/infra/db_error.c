/* db_error.c - the table of MariaDB's error numbers. */

#include "db_error.h"

#include "bounds.h"

#include <stddef.h>

enum db_error
db_error_of(unsigned number)
{
	/* clang-format off */
	static const struct {
		unsigned number;
		enum db_error error;
	} table[] = {
		{ 1213, DB_ERROR_ROLLED_BACK },  /* deadlock, or certification failure on Galera */
		{ 1020, DB_ERROR_ROLLED_BACK },  /* changed since the snapshot */
		{ 1205, DB_ERROR_LOCKED },       /* lock wait timeout */
		{ 2006, DB_ERROR_LOST },         /* server has gone away */
		{ 2013, DB_ERROR_LOST },         /* lost connection */
		{ 2055, DB_ERROR_LOST },         /* lost connection, with system error */
		{ 2026, DB_ERROR_LOST },         /* TLS broke off */
		{ 2008, DB_ERROR_LOST },         /* no memory here, perhaps amid an answer */
		{ 2027, DB_ERROR_LOST },         /* an answer that cannot be read: no memory, too */
		{ 0,    DB_ERROR_LOST },         /* it failed and says nothing: no memory */
		{ 1180, DB_ERROR_LOST },         /* error during COMMIT: Galera lost its quorum */
		{ 1927, DB_ERROR_LOST },         /* connection was killed */
		{ 1243, DB_ERROR_LOST },         /* unknown prepared statement */
		{ 1615, DB_ERROR_LOST },         /* statement needs to be prepared again */
		{ 1047, DB_ERROR_AWAY },         /* not in the primary component */
		{ 1053, DB_ERROR_AWAY },         /* shutting down */
		{ 1461, DB_ERROR_AWAY },         /* too many prepared statements */
		{ 1290, DB_ERROR_READ_ONLY },    /* --read-only */
		{ 1836, DB_ERROR_READ_ONLY },    /* --innodb-force-recovery */
		{ 1036, DB_ERROR_READ_ONLY },    /* --innodb-read-only */
		{ 1792, DB_ERROR_READ_ONLY },    /* --transaction-read-only */
		{ 1114, DB_ERROR_FULL },         /* the table is full */
		{ 1021, DB_ERROR_FULL },         /* disk full */
		{ 1026, DB_ERROR_FULL },         /* error writing a file */
		{ 1317, DB_ERROR_SLOW },         /* interrupted */
		{ 1969, DB_ERROR_SLOW },         /* max_statement_time */
		{ 1062, DB_ERROR_DUPLICATE },
		{ 1452, DB_ERROR_NO_ROW },       /* foreign key: what it refers to is gone */
		{ 1643, DB_ERROR_NO_ROW },       /* SIGNAL SQLSTATE '02000' */
	};
	/* clang-format on */
	for (size_t i = 0; i < LENGTH(table); i++)
		if (table[i].number == number)
			return table[i].error;
	return DB_ERROR_BUG;
}

unsigned
db_error_retries(enum db_error error)
{
	switch (error) {
	case DB_ERROR_ROLLED_BACK:
		return 5;
	case DB_ERROR_LOCKED:
	case DB_ERROR_LOST:
	case DB_ERROR_AWAY:
	case DB_ERROR_READ_ONLY:
		return 2;
	case DB_ERROR_NONE:
	case DB_ERROR_FULL:
	case DB_ERROR_SLOW:
	case DB_ERROR_DUPLICATE:
	case DB_ERROR_NO_ROW:
	case DB_ERROR_BUG:
		return 0;
	}
	return 0;
}

const char *
db_error_text(unsigned number)
{
	/* clang-format off */
	static const struct {
		unsigned number;
		const char *text;
	} table[] = {
		{ 1021, "the server's disk is full" },
		{ 1026, "the server cannot write its files" },
		{ 1036, "the server is read-only" },
		{ 1040, "the server has too many connections (max_connections)" },
		{ 1044, "the user has no right to the database DB_NAME" },
		{ 1045, "the server rejects the user or the password" },
		{ 1049, "the server has no database DB_NAME" },
		{ 1050, "there is a table of this name already" },
		{ 1054, "there is no column of this name" },
		{ 1060, "there is a column of this name already" },
		{ 1061, "there is an index of this name already" },
		{ 1062, "a value that must be unique comes twice" },
		{ 1064, "the server does not understand the statement" },
		{ 1091, "there is no column or index of this name" },
		{ 1114, "a table or the server's disk is full" },
		{ 1142, "the user lacks a right to a table (`myportalctl rights`)" },
		{ 1146, "a table is missing: run `myportalctl migrate`" },
		{ 1203, "the user has too many connections (max_user_connections)" },
		{ 1226, "the user has too many connections (MAX_USER_CONNECTIONS)" },
		{ 1290, "the server is read-only" },
		{ 1698, "the server does not know the user, or wants more of it than a password" },
		{ 1792, "the server is read-only (transaction_read_only)" },
		{ 1836, "the server is read-only" },
		{ 2002, "nothing answers at DB_SOCKET, or at DB_HOST and DB_PORT" },
		{ 2003, "nothing answers at DB_HOST and DB_PORT" },
		{ 2005, "no address is known for DB_HOST" },
		{ 2013, "the server did not answer in time, or broke off" },
		{ 2026, "TLS failed: DB_CA_FILE, the certificate, its name, or a server without" },
	};
	/* clang-format on */
	for (size_t i = 0; i < LENGTH(table); i++)
		if (table[i].number == number)
			return table[i].text;
	return "";
}
