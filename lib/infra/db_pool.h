/* db_pool.h - a pool of connections to MariaDB. For db.c. Thread-safe.
 *
 * A connection is made when a borrower finds none idle, by a thread of its own: a name server that
 * is silent, or a server that does not let go of whoever connects, costs the borrower no more than
 * its deadline. When a connection meets a lost server, the others are closed before their next use:
 * they are probably lost, too. Half a second lies between the begin of a try to connect that failed
 * and the next one; from then on there is one at a time. So tries that are cut after a longer
 * while, as by a proxy that gives up a server, hold up nobody: another server may be there.
 *
 * A server that was there is waited for, until `patience_ms` after the first try that failed: a
 * proxy may be choosing another one. It was there until a connection was lost, whatever became of
 * other tries while that one worked. Later, and before the server was ever reached, calls fail at
 * once, unless others work with connections: those go round. A try that hangs then is waited for by
 * none but whoever began it; the first of such tries must have failed. */

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
	struct db_pool *pool;
	struct db_connection *connection; /* NULL: not connected */
	unsigned generation;
	bool busy;                   /* borrowed, or being connected */
	char server[DB_SERVER_SIZE]; /* that it was connected to the last time */
};

/* Reads the statements and copies the options; see db_open(). NULL: no memory, or a statement that
 * sql_text.h rejects. Close: db_pool_close(), when no place is borrowed. Where a connection is
 * still being made a second later, the thread that makes it frees it and the pool. */
struct db_pool *db_pool_open(
    const struct db_options *, const struct statement *, unsigned statements) MUST_USE;
void db_pool_close(struct db_pool *);

/* Borrows a place with a connection. Waits up to three seconds for one, or up to four for one that
 * is being made; never beyond the deadline of the thread. Whose deadline is earliest gets the first
 * one: a request that came before another is served before it, in each of its steps, so that nobody
 * waits much longer than all were held up. NULL: none came free, or the server is away. */
struct db_place *db_pool_borrow(struct db_pool *) MUST_USE;
void db_pool_give_back(struct db_pool *, struct db_place *);

/* Closes a borrowed connection that met a lost server; all others are closed before their next use.
 * The place must still be given back. */
void db_pool_distrust(struct db_pool *, struct db_place *);

/* The error number of the last try to connect; 0: it did, or there was none. */
unsigned db_pool_connect_error(struct db_pool *);

/* All connections are closed before their next use. */
void db_pool_distrust_all(struct db_pool *);

/* See db_servers(). */
unsigned db_pool_servers(struct db_pool *, struct db_server ret[static DB_SERVERS_MAX]) MUST_USE;

/* How many connections are open and borrowed, who waits for one, and how long was waited: all but
 * the retries, which are 0 here. */
void db_pool_totals(struct db_pool *, struct db_totals *ret);

#endif
