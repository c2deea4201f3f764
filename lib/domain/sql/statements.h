/* statements.h - every SQL statement that the service and its commands run, by name.
 *
 * A statement is prepared on every connection when it is opened, and run by its name (db_row(),
 * db_rows(), db_change()) with a list of named values. How one is written is in statements.c; how
 * one is added, in docs/cookbook.md.
 *
 * There are four tables, because a connection can only prepare what its tables and rights allow:
 * the service's, that of `myportalctl migrate`, that of `myportalctl roster`, and that of the
 * other commands, which comes after the service's. */

#ifndef STATEMENTS_H
#define STATEMENTS_H

#include "db.h"

enum statement_name {
	SCHEMA_VERSION,
	LIMIT_COUNT,
	LIMIT_READ,
	LIMIT_GIVE_BACK,
	LIMIT_RESET,
	KNOWN_SOURCE_WRITE,
	KNOWN_SOURCES_FORGET,
	AUDIT_INSERT,
	AUDIT_INSERT_FOR,
	SPENT_TOKEN_INSERT,
	SPENT_TOKEN_READ,
	TOKEN_STATE_READ,
	PERSON_BY_LOOKUP,
	ACCOUNT_INSERT,
	ACCOUNT_READ,
	ACCOUNT_BY_LINK,
	ACCOUNT_BY_LOGIN_ID,
	ACCOUNT_LOGIN_IDS,
	ACCOUNT_SET_PASSWORD,
	ACCOUNT_RESET_PASSWORD,
	ACCOUNT_SET_SETTINGS,
	ACCOUNT_SET_PENDING_EMAIL,
	ACCOUNT_SET_LOGIN_ID,
	ACCOUNT_CONFIRM_EMAIL,
	ACCOUNT_DELETE,
	SESSION_BEGIN,
	SESSION_MEMBER,
	SESSION_LOCK,
	SESSION_READ,
	SESSION_ROTATE,
	SESSION_LIST,
	SESSION_END,
	SESSION_END_OTHERS,
	SESSION_SET_GENERATION,
	OUTBOX_INSERT,
	OUTBOX_DUE,
	OUTBOX_CLAIM,
	OUTBOX_READ,
	OUTBOX_FINISH,
	OUTBOX_RETRY,
	STATEMENTS__MAX
};

/* The numbers that statements name ($ACCOUNT_ACTIVE): each name in the lists of stored_enums.h and
 * limit_id.h; { 0 } ends it. Every table here needs them in db_options.constants. */
extern const struct sql_constant sql_constants[];

/* The table db_open() takes; STATEMENTS__MAX rows. */
extern const struct statement statements[];

/* myportalctl migrate has a table of its own: the other statements do not prepare on an empty
 * database. */
enum migration_statement {
	MIGRATION_BEGIN,
	MIGRATION_READ,
	MIGRATION_END,
	MIGRATION_STATEMENTS__MAX
};

/* MIGRATION_STATEMENTS__MAX rows. They prepare once migration_table_sql has run. */
extern const struct statement migration_statements[];
extern const char migration_table_sql[];

/* myportalctl roster has a table of its own: only its connection has the temporary tables, which
 * roster_session_sql makes. */
enum roster_statement {
	ROSTER_RUN_BEGIN,
	ROSTER_RUN_END,
	ROSTER_LINE_INSERT,
	ROSTER_LINES_INSERT,
	ROSTER_DUPLICATES,
	ROSTER_PLAN_CHANGES,
	ROSTER_PLAN_ENDS,
	ROSTER_ELIGIBLE_COUNT,
	ROSTER_ADD,
	ROSTER_CHANGE,
	ROSTER_END,
	ROSTER_AMBIGUOUS,
	ROSTER_STATEMENTS__MAX
};

#define ROSTER_LINE_VALUES   7 /* parameters of one line in an INSERT */
#define ROSTER_LINES_AT_ONCE 8 /* lines in ROSTER_LINES_INSERT */

/* ROSTER_STATEMENTS__MAX rows, and the commands for db_options.session_sql, NULL at the end. */
extern const struct statement roster_statements[];
extern const char *const roster_session_sql[];

/* myportalctl account, audit and purge: numbered behind the service's statements, which their
 * connection has, too (operator_table() joins both tables). The service does not prepare these. */
enum operator_statement {
	OPERATOR_CLOCK = STATEMENTS__MAX,
	OPERATOR_ACCOUNT_LOCK,
	OPERATOR_ACCOUNT_SHOW,
	OPERATOR_ACCOUNT_DISABLE,
	OPERATOR_ACCOUNT_ENABLE,
	OPERATOR_LOGIN_FAILURES_READ,
	OPERATOR_KNOWN_SOURCES_READ,
	OPERATOR_KNOWN_SOURCES_UNLOCK,
	OPERATOR_SESSIONS_END,
	OPERATOR_ACCOUNTS_NEXT,
	OPERATOR_SESSIONS_END_RANGE,
	OPERATOR_SESSIONS_DELETE_RANGE,
	OPERATOR_TRAIL,
	OPERATOR_TRAIL_OF_ACCOUNT,
	OPERATOR_SPENT_TOKEN_COUNT,
	OPERATOR_SPENT_TOKEN_PURGE,
	OPERATOR_LIMIT_COUNT,
	OPERATOR_LIMIT_PURGE,
	OPERATOR_OUTBOX_COUNT,
	OPERATOR_OUTBOX_PURGE,
	OPERATOR_SESSION_COUNT,
	OPERATOR_SESSIONS_NEXT,
	OPERATOR_SESSION_PURGE,
	OPERATOR_AUDIT_NO_ACCOUNT_COUNT,
	OPERATOR_AUDIT_NO_ACCOUNT_PURGE,
	OPERATOR_AUDIT_EVENT_COUNT,
	OPERATOR_AUDIT_EVENT_PURGE,
	OPERATOR_STATEMENTS__MAX
};

/* Writes both tables, one behind the other, for db_open(). */
void operator_table(struct statement ret[static OPERATOR_STATEMENTS__MAX]);

#endif
