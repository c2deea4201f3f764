/* db_connection.h - one connection to MariaDB, with its prepared statements. For db.c and
 * db_pool.c.
 *
 * Functions that take a struct db_tx use its connection, and note in it what an error asks for
 * (db_error.h) and which unique key a DUPLICATE was about. Their results are those of db.h. */

#ifndef DB_CONNECTION_H
#define DB_CONNECTION_H

#include "db_types.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

/* The table of statements, and the text of each as the server wants it. */
struct db_statements {
	const struct statement *rows;
	struct sql_text *texts;
	unsigned count;
};

/* Starts the client library, once, before any thread. */
bool db_connection_start_library(void) MUST_USE;
void db_connection_stop_library(void);

/* Makes the stop do nothing: a thread still works with the library, perhaps until the process
 * ends. */
void db_connection_keep_library(void);

/* Connects; the table must outlive the connection. A statement is prepared at its first use, or
 * with `prepares_all` at once, so that one that is wrong is told. NULL, and the server's error
 * number, or 0. The name of the host is resolved without any deadline. Close:
 * db_connection_close(), which takes NULL. */
struct db_connection *db_connection_open(const struct db_options *, const struct db_statements *,
    bool prepares_all, unsigned *ret_number) MUST_USE;
void db_connection_close(struct db_connection *);

/* "host:port" as the server names itself; letters, digits, '.', '-' and ':', all else is '_'. */
const char *db_connection_server(const struct db_connection *);

/* Is the server a node of a Galera cluster? */
bool db_connection_is_node(const struct db_connection *) MUST_USE;

/* See db_last_error(). */
unsigned db_connection_last_error(void);

/* Logs that a statement of the table is not what its row says: a bug, or another schema. */
void db_connection_log_miscounted(unsigned statement);

/* Each of the following ends within the deadline of its thread (deadline.h), and within a second or
 * two of the statement timeout, whatever the server does. */

/* Runs a statement that changes; *ret_rows gets the rows it changed. */
enum result db_connection_change(
    struct db_tx *, unsigned statement, const struct db_value *in, uint64_t *ret_rows) MUST_USE;

/* Runs a statement that reads; calls `each` after every row. NULL: reads the first row; NO_ROW:
 * there is none. */
enum result db_connection_rows(struct db_tx *, unsigned statement, const struct db_value *in,
    const struct db_slot *out, enum result (*each)(void *), void *context) MUST_USE;

/* Runs a text that is not prepared; *ret_number gets the server's error number. */
enum result db_connection_command(struct db_tx *, const char *sql, unsigned *ret_number) MUST_USE;

enum result db_connection_commit(struct db_tx *) MUST_USE;

/* False: the connection is lost. */
bool db_connection_roll_back(struct db_tx *) MUST_USE;

#endif
