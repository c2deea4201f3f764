/* db_types.h - what statements are, what goes into them and where their columns go (db.h). */

#ifndef DB_TYPES_H
#define DB_TYPES_H

#include "sql_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_COLUMNS_MAX  24
#define DB_KEY_NAME_MAX 64 /* identifiers of MariaDB */
#define DB_SERVER_SIZE  80 /* "host:port" of a server, with the NUL */
#define DB_SERVERS_MAX  8

/* One row of the statement table, written as sql_text.h says. A connection prepares it at its first
 * use; the first connection also looks at all rows at once (db_connection.h). */
struct statement {
	const char *sql;
	unsigned columns; /* of its rows; a count that differs from the server's is a bug */
	/* It asks again and again: on a node of a cluster it need not wait for what others have
	 * committed (db.h). */
	bool may_lag;
};

/* How to reach the server, and how many connections to hold. */
struct db_options {
	const char *host; /* used when socket is NULL */
	unsigned port;
	const char *socket; /* path of a local socket, or NULL; a socket needs no TLS */
	const char *name;
	const char *user;
	const char *password;
	bool tls_required; /* verified against ca_file; false only for loopback tests */
	const char *ca_file;
	unsigned connections;         /* the most that are open at once */
	unsigned connect_timeout_s;   /* 2 */
	unsigned statement_timeout_s; /* 3; an import asks for more */
	/* How long calls wait for a server that was there and has gone; then they fail at once. */
	unsigned patience_ms;
	/* Commands for every new connection before its statements are prepared, NULL-ended and not
	 * copied; or NULL. They make the temporary tables that statements name. */
	const char *const *session_sql;
	/* The numbers that statements may name; { 0 } ends the list, NULL: none. Not copied. */
	const struct sql_constant *constants;
};

/* What the connections do now, and what they did since the start. */
struct db_totals {
	int64_t open, busy; /* connections */
	int64_t waiting;    /* callers that wait for one */
	int64_t waited_us;  /* by all who waited */
	int64_t retries;    /* bodies and statements that were run again */
};

/* A server, by the name that it gives itself, and how many connections it has. */
struct db_server {
	char name[DB_SERVER_SIZE];
	int64_t connections;
};

struct db;
struct db_connection;

/* What statements run in: a transaction that db_transaction() began, or nothing (db_alone()).
 * Callers pass it on and leave its members alone. */
struct db_tx {
	struct db *db;
	struct db_connection *connection; /* NULL: each statement borrows one for itself */
	bool transaction;                 /* false: every statement is committed for itself */
	bool earlier;                     /* an earlier run may have been committed */
	bool committed;                   /* this run may have been */
	bool changed;                     /* a row was changed */
	int error;       /* enum db_error of the last one that the body could not handle itself */
	unsigned number; /* the server's, of that error */
	char duplicate_key[DB_KEY_NAME_MAX + 1];
};

/* What goes into a statement, by the names of its parameters, in any order; { 0 } ends the list. A
 * parameter without a value, or a value without a parameter, is a bug and ends the program. Texts
 * and bytes are borrowed until the call returns. */
enum db_type { DB_END, DB_TEXT, DB_BYTES, DB_NUMBER, DB_FIRST_RUN, DB_NULL };

struct db_value {
	const char *name;
	enum db_type type;
	const void *data;
	size_t size;
	int64_t number;
};

struct db_value db_text(const char *name, const char *);
struct db_value db_text_or_null(const char *name, const char *); /* the empty text becomes NULL */
struct db_value db_bytes(const char *name, const void *, size_t);
struct db_value db_number(const char *name, int64_t);

/* 1; 0 when an earlier run of the statement may have been committed (db_may_be_committed()). */
struct db_value db_first_run(const char *name);

#define DB_VALUES_MAX 120

/* A list that several modules fill, so that nobody counts what the others add:
 *
 *   struct db_values in = { { db_number("now", now) } };
 *
 *   audit_params(&event, &in);
 *   return db_change(tx, STATEMENT, in.list, NULL);
 */
struct db_values {
	struct db_value list[DB_VALUES_MAX + 1]; /* { 0 } ends it, as any list of values */
};

/* Adds a list, which { 0 } ends, behind what is there. It is copied; its texts and bytes are
 * borrowed. More than DB_VALUES_MAX values are a bug and end the program. */
void db_values_add(struct db_values *, const struct db_value *list);

/* Where the columns of a row go, in order; { 0 } ends the list. NULL becomes an empty text, zero
 * bytes, or 0. A value that does not fit is INTERNAL, never cut. */
struct db_slot {
	enum db_type type;
	void *data;
	size_t size;
};

struct db_slot db_to_text(char *ret, size_t size);  /* size with the NUL */
struct db_slot db_to_bytes(void *ret, size_t size); /* exactly this many */
struct db_slot db_to_number(int64_t *ret);

#endif
