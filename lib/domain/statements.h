/* statements.h - every SQL statement the service can run, by name. */

#ifndef STATEMENTS_H
#define STATEMENTS_H

#include "db.h"

enum statement_name {
	SCHEMA_VERSION,
	ATTEMPT_BEGIN,
	ATTEMPT_RESTART,
	ATTEMPT_COUNT,
	ATTEMPT_READ,
	STAGE_OP_INSERT,
	STAGE_OP_READ,
	PERSON_BY_LOOKUP,
	ACCOUNT_INSERT,
	ACCOUNT_READ,
	ACCOUNT_CONFIRM_EMAIL,
	OUTBOX_INSERT,
	OUTBOX_DUE,
	OUTBOX_CLAIM,
	OUTBOX_READ,
	OUTBOX_SETTLE,
	OUTBOX_RETRY,
	STATEMENTS__MAX
};

/* The table db_open() takes; STATEMENTS__MAX rows. */
extern const struct statement statements[];

/* myportalctl migrate: a table of its own, because the others do not prepare on an empty
 * database. */
enum migration_statement {
	MIGRATION_BEGIN,
	MIGRATION_READ,
	MIGRATION_END,
	MIGRATION_STATEMENTS__MAX
};

extern const struct statement migration_statements[];
extern const char migration_table_sql[];

/* myportalctl roster: a table of its own, because only its connection has the temporary tables,
 * which roster_session_sql makes. */
enum roster_statement {
	ROSTER_RUN_BEGIN,
	ROSTER_RUN_END,
	ROSTER_LINE_INSERT,
	ROSTER_LINES_INSERT,
	ROSTER_DOUBLED,
	ROSTER_PLAN_CHANGES,
	ROSTER_PLAN_ENDS,
	ROSTER_LOSS_READ,
	ROSTER_ADD,
	ROSTER_CHANGE,
	ROSTER_END,
	ROSTER_AMBIGUOUS,
	ROSTER_STATEMENTS__MAX
};

#define ROSTER_LINE_VALUES   7 /* of one line in an INSERT */
#define ROSTER_LINES_AT_ONCE 8 /* in ROSTER_LINES_INSERT */

extern const struct statement roster_statements[];
extern const char *const roster_session_sql[];

#endif
