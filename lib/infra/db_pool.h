/* db_pool.h - a pool of connections to MariaDB. For db.c. Thread-safe.
 *
 * A connection is made when it is first borrowed. When a connection meets a lost server, the others
 * are closed before their next use: they are probably lost, too. After a failed connect the pool
 * gives out no place without a connection for half a second. */

#ifndef DB_POOL_H
#define DB_POOL_H

#include "db_connection.h"
#include "db_types.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

struct db_pool;

/* The place of a connection. While it is borrowed it belongs to the borrower. */
struct db_place {
	struct db_connection *connection; /* NULL: not connected */
	unsigned generation;
	bool busy;
};

/* Reads the statements and copies the options; see db_open(). NULL: no memory, or a statement that
 * sql_text.h rejects. Close: db_pool_close(), when no place is borrowed. */
struct db_pool *db_pool_open(
    const struct db_options *, const struct statement *, unsigned statements) MUST_USE;
void db_pool_close(struct db_pool *);

/* Borrows a place with a connection; waits up to a second for one. NULL: none came free, or the
 * server is away. */
struct db_place *db_pool_borrow(struct db_pool *) MUST_USE;
void db_pool_give_back(struct db_pool *, struct db_place *);

/* Closes a borrowed connection that met a lost server; all others are closed before their next use.
 * The place must still be given back. */
void db_pool_distrust(struct db_pool *, struct db_place *);

/* How many connections are open and borrowed now. */
void db_pool_totals(struct db_pool *, int64_t *ret_open, int64_t *ret_busy);

#endif
