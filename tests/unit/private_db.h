/* private_db.h - a MariaDB for a unit test: a server of its own, or a database of its own in a
 * server that all the unit tests of a run share.
 *
 * A test that only asks calls private_db_open(). A test that kills its server, or wants TLS of it,
 * calls private_db_make() and private_db_start(). Both end with private_db_remove().
 *
 * A server of its own has a folder, a socket, and a port on the loopback. It ends with the thread
 * that started it, at the latest; only a test that is killed leaves a folder behind, in /tmp. */

#ifndef PRIVATE_DB_H
#define PRIVATE_DB_H

#include "db.h"

#include <stdbool.h>
#include <sys/types.h>

#define PRIVATE_DB_NAME     "test"
#define PRIVATE_DB_USER     "tester"           /* all rights on the one database */
#define PRIVATE_DB_NARROW   "narrow"           /* the same, but one connection at a time */
#define PRIVATE_DB_ADMIN    "admin"            /* all rights on the server */
#define PRIVATE_DB_PASSWORD "of no importance" /* of each of them */

#define PRIVATE_DB_PATH_MAX 80
#define PRIVATE_DB_NAME_MAX 24

/* The environment variable that names the shared server: its socket, a space, its port. tools/test
 * sets it to what the program of shared_db.c prints. */
#define PRIVATE_DB_SHARED "SHARED_DB"

struct private_db {
	char folder[PRIVATE_DB_PATH_MAX]; /* "": the server is shared */
	char name[PRIVATE_DB_NAME_MAX];   /* of the database */
	char socket[PRIVATE_DB_PATH_MAX];
	char ca_file[PRIVATE_DB_PATH_MAX]; /* signed the certificate, which is for 127.0.0.1 */
	char other_ca_file[PRIVATE_DB_PATH_MAX]; /* signed nothing */
	unsigned port;
	pid_t pid; /* of a server of its own; 0: it does not run */
};

/* An empty database, in the shared server if there is one, else in a server of its own. False: what
 * failed is on standard error. */
bool private_db_open(struct private_db *) __attribute__((warn_unused_result));

/* Makes the folder: tables, users, certificates. False: what failed is on standard error. */
bool private_db_make(struct private_db *) __attribute__((warn_unused_result));

/* Starts the server, with TLS or without a word of it, and waits until it takes connections. */
bool private_db_start(struct private_db *, bool tls) __attribute__((warn_unused_result));

/* To connect over its socket, as PRIVATE_DB_USER. */
struct db_options private_db_options(const struct private_db *, unsigned connections);

/* Has the administrator run a statement, on a connection of its own. */
enum result private_db_administer(const struct private_db *, const char *sql)
    __attribute__((warn_unused_result));

/* Ends it as a power cut would. */
void private_db_kill(struct private_db *);

/* Ends it, and its folder; of a shared server, drops the database. */
void private_db_remove(struct private_db *);

#endif
