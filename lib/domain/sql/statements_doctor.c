/* statements_doctor.c - the SQL of myportalctl doctor: what the server says of itself, and which
 * tables, collations and rights there are for the user who asks. */

#include "statements.h"

/* The user who asks, as information_schema writes it. */
#define GRANTEE_ "CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')"

const struct statement doctor_statements[DOCTOR_STATEMENTS__MAX] = {
	[DOCTOR_SERVER] = {
	    "SELECT VERSION(), UNIX_TIMESTAMP(),"
	    " COALESCE(@@collation_database, ''), @@datadir,"
	    " @@innodb_flush_log_at_trx_commit, @@max_connections",
	    .columns = 6,
	},
	[DOCTOR_TABLES] = {
	    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
	    .columns = 1,
	},
	/* Of a table that the user may not read whole, too. */
	[DOCTOR_COLLATIONS] = {
	    "SELECT table_name, column_name, collation_name FROM information_schema.columns"
	    " WHERE table_schema = DATABASE() AND collation_name <> 'utf8mb4_nopad_bin'"
	    " ORDER BY table_name, column_name",
	    .columns = 3,
	},
	[DOCTOR_RIGHTS] = {
	    "SELECT table_name, privilege_type FROM information_schema.table_privileges"
	    " WHERE table_schema = DATABASE() AND grantee = " GRANTEE_
	    " ORDER BY table_name, privilege_type",
	    .columns = 2,
	},
	/* On whole databases, on tables of another one, or on the whole server. */
	[DOCTOR_RIGHTS_BEYOND] = {
	    "SELECT privilege_type, table_schema FROM information_schema.schema_privileges"
	    " WHERE grantee = " GRANTEE_
	    " UNION ALL SELECT privilege_type, table_schema FROM"
	    " information_schema.table_privileges"
	    " WHERE table_schema <> DATABASE() AND grantee = " GRANTEE_
	    " UNION ALL SELECT privilege_type, '*' FROM information_schema.user_privileges"
	    " WHERE privilege_type <> 'USAGE' AND grantee = " GRANTEE_,
	    .columns = 2,
	},
};

const struct statement doctor_schema_statements[DOCTOR_SCHEMA_STATEMENTS__MAX] = {
	[DOCTOR_MIGRATIONS] = {
	    "SELECT version, checksum, ended_at IS NOT NULL FROM schema_migration"
	    " ORDER BY version",
	    .columns = 3,
	},
	/* When the table that `migrate` makes first was made here, and when the first migration
	 * ran: a row, which a backup keeps. */
	[DOCTOR_MADE] = {
	    "SELECT COALESCE(UNIX_TIMESTAMP(t.create_time), 0), m.begun_at"
	    " FROM information_schema.tables t JOIN schema_migration m"
	    " WHERE t.table_schema = DATABASE() AND t.table_name = 'schema_migration'"
	    " ORDER BY m.version LIMIT 1",
	    .columns = 2,
	},
};

const struct statement doctor_cluster_statements[DOCTOR_CLUSTER_STATEMENTS__MAX] = {
	[DOCTOR_CLUSTER] = {
	    "SELECT @@GLOBAL.wsrep_on, COALESCE((SELECT variable_value FROM"
	    " information_schema.global_status WHERE variable_name = 'wsrep_cluster_size'), 0),"
	    " REGEXP_SUBSTR(COALESCE(@@GLOBAL.wsrep_provider_options, ''),"
	    " '(?<=repl.causal_read_timeout = )[^;]*')",
	    .columns = 3,
	},
};
