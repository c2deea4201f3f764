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
	OUTBOX_BACKLOG,
	STATEMENTS__MAX
};

/* The table db_open() takes; STATEMENTS__MAX rows. */
extern const struct statement statements[];

/* myportalctl migrate: a table of its own, because the others do not prepare on an empty database. */
enum migration_statement { MIGRATION_BEGIN, MIGRATION_READ, MIGRATION_END, MIGRATION_STATEMENTS__MAX };

extern const struct statement migration_statements[];
extern const char migration_table_sql[];

#endif
