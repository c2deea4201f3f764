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
		{ 1927, DB_ERROR_LOST },         /* connection was killed */
		{ 1243, DB_ERROR_LOST },         /* unknown prepared statement */
		{ 1615, DB_ERROR_LOST },         /* statement needs to be prepared again */
		{ 1047, DB_ERROR_AWAY },         /* not in the primary component */
		{ 1290, DB_ERROR_AWAY },         /* read only */
		{ 1836, DB_ERROR_AWAY },         /* read only */
		{ 1053, DB_ERROR_AWAY },         /* shutting down */
		{ 1461, DB_ERROR_AWAY },         /* too many prepared statements */
		{ 1317, DB_ERROR_SLOW },         /* interrupted */
		{ 1969, DB_ERROR_SLOW },         /* max_statement_time */
		{ 1062, DB_ERROR_DUPLICATE },
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
		return 2;
	case DB_ERROR_NONE:
	case DB_ERROR_SLOW:
	case DB_ERROR_DUPLICATE:
	case DB_ERROR_NO_ROW:
	case DB_ERROR_BUG:
		return 0;
	}
	return 0;
}
