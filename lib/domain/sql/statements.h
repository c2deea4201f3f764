/* statements.h - every SQL statement that the service and its commands run, by name.
 *
 * The first connection prepares all of its table, so that a wrong one is found at the start; each
 * connection then prepares what it runs. A statement is run by its name (db_row(), db_rows(),
 * db_change()) with a list of named values. How one is written is in statements.c; how one is
 * added, in docs/cookbook.md.
 *
 * There are several tables, because a connection can only prepare what its tables and rights allow:
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
	SPENT_TOKEN_TAKE_BACK,
	TOKEN_STATE_READ,
	TOKEN_STATE_READ_OF,
	PERSON_BY_LOOKUP,
	IDENTITY_READ,
	IDENTITY_TRY,
	IDENTITY_SPEND_LINK,
	POSTED_CODES_ARE_OUT,
	SECOND_LINK_TRY,
	ACCOUNT_CREATE,
	ACCOUNT_EXISTS_OF,
	ACCOUNT_READ,
	ACCOUNT_BY_LINK,
	ACCOUNT_FORMER_BY_LINK,
	ACCOUNT_FORMER_BY_ADDRESS,
	ACCOUNT_BY_LOGIN_ID,
	ACCOUNT_LOGIN_IDS,
	ACCOUNT_SET_PASSWORD,
	PASSWORD_RESET,
	ACCOUNT_SET_SETTINGS,
	ACCOUNT_SET_PENDING_EMAIL,
	ACCOUNT_SET_LOGIN_ID,
	ACCOUNT_CONFIRM_EMAIL,
	ACCOUNT_DELETE,
	ACCOUNT_DELETE_BY_LINK,
	LOG_IN_COUNT,
	LOG_IN_FAILED,
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
	OUTBOX_INSERT_COUNTED,
	OUTBOX_FINISH_AND_CLAIM,
	OUTBOX_READ,
	OUTBOX_RENEW,
	OUTBOX_FINISH_AND_RELEASE,
	OUTBOX_FINISH,
	OUTBOX_RETRY,
	OUTBOX_WAKE,
	OUTBOX_DROP_DEAD,
	OUTBOX_LEVELS,
	ROSTER_LEVELS,
	STEP_COUNT_STORE,
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
	MIGRATION_LOCK,
	MIGRATION_READ,
	MIGRATION_BEGIN,
	MIGRATION_RESUME,
	MIGRATION_DONE,
	MIGRATION_FAILED,
	MIGRATION_END,
	MIGRATION_STATEMENTS__MAX
};

/* MIGRATION_STATEMENTS__MAX rows. They prepare once migration_table_sql has run. */
extern const struct statement migration_statements[];
extern const char migration_table_sql[];

/* myportalctl roster has a table of its own. The first ROSTER_READS__MAX statements only read: a
 * connection for a check prepares no others, so that a user without rights to write can have it. */
enum roster_statement {
	ROSTER_RUN_LIVES,
	ROSTER_RUN_LIST,
	ROSTER_PERSONS_NEXT,
	ROSTER_PERSON_READ,
	ROSTER_READS__MAX,
	ROSTER_RUN_BEGIN = ROSTER_READS__MAX,
	ROSTER_RUN_TAKE_OVER,
	ROSTER_RUN_RENEW,
	ROSTER_RUN_END,
	ROSTER_MOVE_END_KEYS,
	ROSTER_MOVE_END_ACCOUNTS,
	ROSTER_MOVE_DROP_MAILS,
	ROSTER_MOVE,
	ROSTER_WRITE,
	ROSTER_END,
	ROSTER_STATEMENTS__MAX
};

#define ROSTER_LEASE_S 60 /* of an import, which renews it with every batch */

/* ROSTER_STATEMENTS__MAX rows. */
extern const struct statement roster_statements[];

/* For db_options.session_sql of a check: the server refuses whatever would write. */
extern const char *const roster_read_only_sql[];

/* myportalctl member, audit and purge: numbered behind the service's statements, which their
 * connection has, too (operator_table() joins both tables). The service does not prepare these. */
enum operator_statement {
	OPERATOR_CLOCK = STATEMENTS__MAX,
	OPERATOR_PERSON_LOCK,
	OPERATOR_PERSON_TO_INVITE,
	OPERATOR_PAIR_LOCK,
	OPERATOR_PERSON_HOLD,
	OPERATOR_PERSON_DELETE,
	OPERATOR_PERSON_MOVE,
	OPERATOR_LOOKUP_COUNT,
	CODE_RUN_BROKEN_OFF,
	CODE_RUN_TAKE_OVER,
	CODE_RUN_BEGIN,
	CODE_RUN_RENEW,
	CODE_RUN_END,
	CODES_NEXT,
	CODES_VOID,
	CODE_PERSONS_NEXT,
	CODE_PERSON_FIND,
	CODES_WRITE,
	CODE_READ,
	OPERATOR_AUDIT_INSERT,
	OPERATOR_FIND_LOGIN_ID,
	OPERATOR_FIND_ID,
	OPERATOR_FIND_ADDRESS,
	OPERATOR_FIND_NUMBER,
	OPERATOR_PERSON_READ,
	OPERATOR_PERSON_EXPORT,
	OPERATOR_NUMBER_READ,
	OPERATOR_ACCOUNT_READ,
	OPERATOR_ACCOUNT_LOCK,
	OPERATOR_ACCOUNT_OF_PERSON_LOCK,
	OPERATOR_ACCOUNT_DISABLE,
	OPERATOR_ACCOUNT_ENABLE,
	OPERATOR_REGISTRATION_OF_ADDRESS,
	OPERATOR_REGISTRATION_OF_PERSON,
	OPERATOR_REGISTRATION_READ,
	OPERATOR_REGISTRATIONS_END_INVITATIONS,
	OPERATOR_REGISTRATIONS_END_KEYS,
	OPERATOR_REGISTRATIONS_END_ACCOUNTS,
	OPERATOR_REGISTRATIONS_DROP_MAILS,
	OPERATOR_MAILS_OF_PERSON,
	OPERATOR_MAILS_EXPORT,
	OPERATOR_INVITATIONS_FORGET,
	OPERATOR_MAILS_FORGET,
	OPERATOR_LINK_MAIL_OF_ACCOUNT,
	OPERATOR_LIMIT_READ,
	OPERATOR_LIMIT_UNLOCK,
	OPERATOR_KNOWN_SOURCES_READ,
	OPERATOR_KNOWN_SOURCES_UNLOCK,
	OPERATOR_SESSIONS_EXPORT,
	OPERATOR_SESSIONS_END,
	OPERATOR_ACCOUNTS_NEXT,
	OPERATOR_SESSIONS_END_RANGE,
	OPERATOR_SESSIONS_DELETE_RANGE,
	OPERATOR_TRAIL,
	OPERATOR_TRAIL_OF_ACCOUNT,
	OPERATOR_TRAIL_OF_PERSON,
	OPERATOR_TRAIL_OF_OPERATOR,
	OPERATOR_MAIL_LIST,
	OPERATOR_MAIL_READ,
	OPERATOR_MAIL_LOCK,
	OPERATOR_MAIL_RETRY,
	OPERATOR_MAIL_DROP,
	OPERATOR_MAILS_RETRY_DEAD,
	OPERATOR_MAILS_DEAD_COUNT,
	OPERATOR_MAILS_FLUSH,
	OPERATOR_SPENT_TOKEN_COUNT,
	OPERATOR_SPENT_TOKEN_PURGE,
	OPERATOR_LIMIT_COUNT,
	OPERATOR_LIMIT_PURGE,
	OPERATOR_OUTBOX_COUNT,
	OPERATOR_OUTBOX_PURGE,
	OPERATOR_SESSION_COUNT,
	OPERATOR_SESSIONS_NEXT,
	OPERATOR_SESSION_PURGE,
	OPERATOR_POSTED_CODE_COUNT,
	OPERATOR_POSTED_CODE_PURGE,
	OPERATOR_AUDIT_NO_ACCOUNT_COUNT,
	OPERATOR_AUDIT_NO_ACCOUNT_PURGE,
	OPERATOR_AUDIT_EVENT_COUNT,
	OPERATOR_AUDIT_EVENT_PURGE,
	OPERATOR_STEP_COUNT_COUNT,
	OPERATOR_STEP_COUNT_PURGE,
	OPERATOR_FORMER_MEMBERS_COUNT,
	OPERATOR_FORMER_MEMBERS_NEXT,
	OPERATOR_STEP_COUNTS,
	RESTORED_NEWEST_EVENT,
	RESTORED_MAILS,
	RESTORED_ACCOUNT_LOCK,
	RESTORED_PASSWORD_FORGET,
	RESTORED_CODE_VOID,
	RESTORED_CODES_VOID,
	OPERATOR_STATEMENTS__MAX
};

/* myportalctl doctor has three tables of its own. Those of the first prepare in any database, for
 * any user of it; that of the last, on a server that could be a node of a Galera cluster. */
enum doctor_statement {
	DOCTOR_SERVER,
	DOCTOR_TABLES,
	DOCTOR_COLLATIONS,
	DOCTOR_RIGHTS,
	DOCTOR_RIGHTS_BEYOND,
	DOCTOR_STATEMENTS__MAX
};

enum doctor_schema_statement { DOCTOR_MIGRATIONS, DOCTOR_MADE, DOCTOR_SCHEMA_STATEMENTS__MAX };

enum doctor_cluster_statement { DOCTOR_CLUSTER, DOCTOR_CLUSTER_STATEMENTS__MAX };

/* Each as many rows as its __MAX says. */
extern const struct statement doctor_statements[];
extern const struct statement doctor_schema_statements[];
extern const struct statement doctor_cluster_statements[];

/* myportal-dbagent has a table of its own, which prepares without any database. */
enum node_statement { NODE_FACTS, NODE_STATEMENTS__MAX };

/* NODE_STATEMENTS__MAX rows. */
extern const struct statement node_statements[];

/* Writes both tables, one behind the other, for db_open(). */
void operator_table(struct statement ret[static OPERATOR_STATEMENTS__MAX]);

#endif
