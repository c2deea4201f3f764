/* statements_migration.c - the SQL with which myportalctl migrate records what it has applied. */

#include "statements.h"

/* `done` statements of the file have run, whose text has the SHA-256 `done_hash`; `error` is what
 * the server said to the one after them. Without an error nobody knows what became of that one. */
const char migration_table_sql[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
				   " version INT NOT NULL PRIMARY KEY,"
				   " checksum BINARY(32) NOT NULL,"
				   " begun_at BIGINT NOT NULL,"
				   " ended_at BIGINT NULL,"
				   " done INT NOT NULL DEFAULT 0,"
				   " done_hash BINARY(32) NOT NULL DEFAULT '',"
				   " error INT NULL"
				   ") ENGINE=InnoDB";

const struct statement migration_statements[MIGRATION_STATEMENTS__MAX] = {
	/* Held by the connection until it ends, however it ends. A server of a cluster has its own:
	 * there the primary key decides which of two begins a file. */
	[MIGRATION_LOCK] = {
	    "SELECT COALESCE("
	    "GET_LOCK(CONCAT('myportal migrate ', LEFT(DATABASE(), 40)), :wait_s), 0)",
	    .columns = 1,
	},
	[MIGRATION_READ] = {
	    "SELECT checksum, begun_at, COALESCE(ended_at, 0), done, done_hash, COALESCE(error, 0)"
	    " FROM schema_migration WHERE version = :version",
	    .columns = 6,
	},
	[MIGRATION_BEGIN] = {
	    "INSERT INTO schema_migration (version, checksum, begun_at)"
	    " VALUES (:version, :checksum, :now)",
	},
	/* The file may be another now: it was put right. */
	[MIGRATION_RESUME] = {
	    "UPDATE schema_migration SET checksum = :checksum, error = NULL"
	    " WHERE version = :version AND ended_at IS NULL",
	},
	[MIGRATION_DONE] = {
	    "UPDATE schema_migration SET done = :done, done_hash = :done_hash"
	    " WHERE version = :version",
	},
	[MIGRATION_FAILED] = {
	    "UPDATE schema_migration SET error = :error WHERE version = :version",
	},
	[MIGRATION_END] = {
	    "UPDATE schema_migration SET ended_at = :now WHERE version = :version",
	},
};
