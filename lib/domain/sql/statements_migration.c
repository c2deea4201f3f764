/* statements_migration.c - the SQL with which myportalctl migrate records what it has applied. */

#include "statements.h"

const char migration_table_sql[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
				   " version INT NOT NULL PRIMARY KEY,"
				   " checksum BINARY(32) NOT NULL,"
				   " begun_at BIGINT NOT NULL,"
				   " ended_at BIGINT NULL"
				   ") ENGINE=InnoDB";

const struct statement migration_statements[MIGRATION_STATEMENTS__MAX] = {
	[MIGRATION_BEGIN] = {
	    "INSERT INTO schema_migration (version, checksum, begun_at)"
	    " VALUES (:version, :checksum, :now)",
	},
	[MIGRATION_READ] = {
	    "SELECT checksum, COALESCE(ended_at, 0) FROM schema_migration WHERE version = :version",
	    .columns = 2,
	},
	[MIGRATION_END] = {
	    "UPDATE schema_migration SET ended_at = :now WHERE version = :version",
	},
};
