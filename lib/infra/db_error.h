/* db_error.h - what MariaDB's error numbers ask for. Pure; db.h says which number is what. */

#ifndef DB_ERROR_H
#define DB_ERROR_H

enum db_error {
	DB_ERROR_NONE,
	DB_ERROR_ROLLED_BACK, /* by the server, whole: run the body again */
	DB_ERROR_LOCKED,      /* a lock took too long */
	DB_ERROR_LOST,        /* the connection is gone, the outcome may be unknown */
	DB_ERROR_AWAY,        /* this node does not serve now */
	DB_ERROR_READ_ONLY,   /* this node takes no changes; nothing was done */
	DB_ERROR_FULL,        /* its disk has no room; nothing was done */
	DB_ERROR_SLOW,        /* stopped by a limit of ours */
	DB_ERROR_DUPLICATE,   /* of a unique key */
	DB_ERROR_NO_ROW,      /* the statement says so */
	DB_ERROR_BUG          /* any other */
};

/* What a statement that changes something is told by a server that takes no changes. */
#define DB_ERROR_NUMBER_READ_ONLY 1290

enum db_error db_error_of(unsigned number);

/* What an error that operators meet means, and what to do; "" for any other. */
const char *db_error_text(unsigned number);

/* How often a body is run again after this error. */
unsigned db_error_retries(enum db_error);

#endif
