/* db.h - MariaDB: a pool of connections, prepared statements, transactions that are retried.
 *
 * Decisions are unique keys and conditional updates (READ COMMITTED); success is a COMMIT that
 * returned OK. Retries happen here and nowhere else, by the error number:
 *
 *   1213, 1020          rolled back whole    run the body again, up to 5 times, 5*2^n ms +- 50 %
 *   1205                statement undone     roll back, run again, up to 2 times
 *   2006 2013 2055 1927 connection lost      new connection, run again, up to 2 times; also when
 *   2026                                     it was lost at COMMIT, and nobody knows whether the
 *                                            work is done
 *   1243 1615           statement forgotten  the same: a new connection prepares it
 *   2008 2027 0         no memory here       the same: an answer may have been read in part
 *   1180                error at COMMIT      the same: the cluster may have lost its quorum when it
 *                                            had passed the work on
 *   1062                unique key           DUPLICATE to the body, which knows what it means
 *   1452                foreign key          NO_ROW to the body: what it refers to is not there
 *   1643                SIGNAL '02000'       NO_ROW to the body: the statement says so
 *   1317 1969           too slow             roll back, UNAVAILABLE
 *   1047 1053           node out of service  close, next connection, UNAVAILABLE after 2
 *   1461                too many statements  the same
 *   1290 1836 1036 1792 node is read-only   the same, after 0.3 and 0.6 s +- 50 %: a proxy may be
 *                                            choosing another node
 *   1114 1021 1026      no room on its disk  roll back, UNAVAILABLE
 *   2002 2003 2005 1040 1203 1226 1044 1045  no connection: UNAVAILABLE; nobody tries to connect
 *                                            again for half a second
 *   any other           our bug              roll back, log the number and SQLSTATE, INTERNAL
 *
 * What fails within DB_RETRY_MS (DB_RETRY_NODE_MS) of the first run's begin is repeated: after the
 * pause, and as soon as there is a connection. Whatever is waited for here (connection, statement,
 * COMMIT, pause, rollback) ends within the deadline of the thread (deadline.h): then UNAVAILABLE. A
 * body may run several times. Random values, hashes and times are made before it, so that each run
 * writes the same. It changes nothing but its transaction and its outputs, which each run sets
 * anew.
 *
 * A run may also meet the work of an earlier one, whose COMMIT was done and its answer lost. That
 * is the success that would have been answered: db_insert_new() and db_change_one() know it, and
 * what is neither asks db_may_be_committed().
 *
 * On a node of a Galera cluster every statement and every transaction first waits until the node
 * has all that was committed before, on whichever node (wsrep_sync_wait): what one request wrote,
 * the next one reads, wherever it comes to, also after a failover. Statements with `may_lag` do not
 * wait. Where the node does not get so far within repl.causal_read_timeout it says 1205. On any
 * other server nothing is waited for; whether it is a node is asked once a connection.
 *
 * Error texts of the server hold data ("Duplicate entry 'x'"): they never leave this file. */

#ifndef DB_H
#define DB_H

#include "db_types.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_RETRY_MS      2000 /* how long after its first run began a failure is repeated */
#define DB_RETRY_NODE_MS 3000 /* on a node of a cluster, which may pause for two seconds */

/* Once in main, before any thread. */
bool db_start(void) MUST_USE;
void db_stop(void);

/* Makes a pool; connects at the first use, so it also opens while the server is away. Copies the
 * options; keeps the pointer to the statements. NULL: no memory. Close: db_close(), when no call
 * is running. */
struct db *db_open(
    const struct db_options *, const struct statement *, unsigned statements) MUST_USE;
void db_close(struct db *);

/* Why no connection could be made the last time: the server's or the library's error number; 0: one
 * could, or none was tried. */
unsigned db_connect_error(struct db *);

/* Runs `body` between START TRANSACTION and COMMIT. Anything but OK from the body rolls back and is
 * returned. UNAVAILABLE: the database is away, or no connection came free in time. */
enum result db_transaction(
    struct db *, enum result (*body)(struct db_tx *, void *), void *context) MUST_USE;

/* For statements that stand alone: each is committed for itself, and run again for itself as the
 * table above says. For reads, for counts that must outlive what follows, and for a statement
 * that is a transaction of its own: BEGIN NOT ATOMIC ... END costs one trip. It rolls itself back
 * when something in it fails, and passes the error on (RESIGNAL). When it is killed between two
 * of its steps, its EXIT HANDLER does not run; then db.c sends the ROLLBACK.
 *
 * A block with `columns` has one SELECT that is run, before or behind its COMMIT, and db_row()
 * reads its row: OK when the block was done to its end, too. An error behind the row, at COMMIT as
 * well, is that of the block; nothing that the row said is so then. A block is run again like any
 * other statement, and may then meet what its first run has done: it asks a parameter of
 * db_first_run(), or is written so that it does the same and has the same row. */
struct db_tx db_alone(struct db *);

/* Runs a statement that changes; *ret_rows (may be NULL) gets the rows it changed.
 * OK, DUPLICATE, NO_ROW (SIGNAL SQLSTATE '02000', or what a foreign key names is not there), or
 * what must be passed on. */
enum result db_change(
    struct db_tx *, unsigned statement, const struct db_value *in, uint64_t *ret_rows) MUST_USE;

/* Reads the first row. OK, NO_ROW, or what must be passed on; of a statement that changes also what
 * db_change() returns. */
enum result db_row(struct db_tx *, unsigned statement, const struct db_value *in,
    const struct db_slot *out) MUST_USE;

/* Reads every row into the same slots and calls `each` after it; anything but OK
 * from `each` ends the reading and is returned. `each` must run no statement. */
enum result db_rows(struct db_tx *, unsigned statement, const struct db_value *in,
    const struct db_slot *out, enum result (*each)(void *), void *context) MUST_USE;

/* May an earlier run of this body have been committed, and the answer lost? With db_alone(): of the
 * last statement. */
bool db_may_be_committed(const struct db_tx *);

/* Of the last statement with db_alone(), when it failed: may it have been done all the same? */
bool db_may_be_done(const struct db_tx *);

/* Inserts a row whose primary key was made for this call alone, before the body: a second row
 * under it is the one that an earlier run wrote, and OK. In a first run, and of another unique
 * key in any run, DUPLICATE is returned. Otherwise as db_change(). */
enum result db_insert_new(struct db_tx *, unsigned statement, const struct db_value *in) MUST_USE;

/* Runs a statement that must change one row. NO_ROW: it changed none; but OK where an
 * earlier run may have done it. Otherwise as db_change(). */
enum result db_change_one(struct db_tx *, unsigned statement, const struct db_value *in) MUST_USE;

/* Was the last DUPLICATE of this transaction about the unique key of this name? */
bool db_duplicate_is(const struct db_tx *, const char *key);

/* Runs one statement that can not be prepared (DDL, for migrations only; never with values in it).
 * UNAVAILABLE or INTERNAL as elsewhere; `ret_number` (may be NULL) gets the server's error number.
 */
enum result db_command(struct db_tx *, const char *sql, unsigned *ret_number) MUST_USE;

/* The number of the last error that any connection met, or 0; for a program that works with one
 * connection. db_error.h has words for it. */
unsigned db_last_error(void);

/* What the server said of itself: is it read-only? If so, all connections are made anew before
 * their next use, as another server may take them. */
void db_tell_read_only(struct db *, bool read_only);

/* How long changes have failed because the server is read-only or its disk is full: from the first
 * to the last that did. 0: they succeed, or none was tried for DB_WRITES_FORGET_MS
 * (db_writes.h). */
int64_t db_failing_ms(struct db *);

/* For the metrics. */
void db_totals(struct db *, struct db_totals *ret);

/* The servers that idle and busy connections lead to, and how many there are, DB_SERVERS_MAX at
 * most. More than one where a proxy is to choose one writer: there are several. */
unsigned db_servers(struct db *, struct db_server ret[static DB_SERVERS_MAX]) MUST_USE;

#endif
