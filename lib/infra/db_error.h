/* db_error.h - what MariaDB's error numbers ask for. Pure; db.h says which number is what. */

#ifndef DB_ERROR_H
#define DB_ERROR_H

enum db_error {
	DB_ERROR_NONE,
	DB_ERROR_ROLLED_BACK, /* by the server, whole: run the body again */
	DB_ERROR_LOCKED,      /* a lock took too long */
	DB_ERROR_LOST,        /* the connection is gone, the outcome may be unknown */
	DB_ERROR_AWAY,        /* this node does not serve now */
	DB_ERROR_SLOW,        /* stopped by a limit of ours */
	DB_ERROR_DUPLICATE,   /* of a unique key */
	DB_ERROR_NO_ROW,      /* the statement says so */
	DB_ERROR_BUG          /* any other */
};

enum db_error db_error_of(unsigned number);

/* How often a body is run again after this error. */
unsigned db_error_retries(enum db_error);

#endif
