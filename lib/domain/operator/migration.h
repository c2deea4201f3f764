/* migration.h - brings the tables up to this version: the files of schema/ in order, once each.
 *
 * A file has a row in schema_migration, inserted before its first statement. The row counts the
 * statements that have run: one that changes rows is committed together with its count; one of DDL
 * commits itself, and is whole or not at all (MariaDB 10.6 and later). So a file that broke off, by
 * an error of the server or because this process, the connection or the server ended, stands still
 * at one statement that is known, and `repair` goes on there:
 *   - what the server answered with an error was not done, and is run again
 *   - what nobody knows the outcome of is run again; when the server says that it is there already,
 *     it was done
 * Nothing is ever undone, and no statement that has run is run again.
 *
 * A lock of the server's is held meanwhile, so that a row without an end means that nobody is at
 * work on it. The checksum rejects a file that was edited after it ran; of one that broke off, only
 * what has run must be as it was. */

#ifndef MIGRATION_H
#define MIGRATION_H

#include "bounds.h"
#include "db.h"
#include "migration_file.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MIGRATION_WAIT_S 60 /* for another process that migrates the same database */

enum migration_outcome {
	MIGRATION_IS_DONE,
	MIGRATION_FILE_FAULTY,      /* errbuf says which and why; nothing of it was run */
	MIGRATION_FILE_EDITED,      /* what has run of it reads otherwise now */
	MIGRATION_BROKE_OFF,        /* before; nothing was run now */
	MIGRATION_STATEMENT_FAILED, /* now */
	MIGRATION_BUSY,             /* another process is at it */
	MIGRATION_DB_FAILED /* the database is away, or rejects what is no statement of a file */
};

/* Where a file stands still. */
struct migration_stop {
	char name[MIGRATION_NAME_MAX + 1];
	int64_t begun_at;
	size_t done;                         /* statements that have run */
	size_t statements;                   /* of the file */
	size_t line;                         /* of the statement that has not, or perhaps */
	char first[MIGRATION_FIRST_MAX + 1]; /* its first line */
	unsigned error; /* what the server said to it; 0: nobody knows whether it was done */
};

struct migration_run {
	struct db *db;      /* of one connection, with migration_statements; its table is made */
	const char *folder; /* schema/ */
	bool repair;        /* goes on with a file that broke off */
	/* Called after each file that ran. */
	void (*applied)(const char *name, bool repaired, void *context);
	void *context;
};

/* Applies what is missing. `ret_stop`: MIGRATION_BROKE_OFF, MIGRATION_STATEMENT_FAILED. `errbuf`:
 * MIGRATION_FILE_FAULTY, MIGRATION_FILE_EDITED. */
enum migration_outcome migration_apply(const struct migration_run *,
    struct migration_stop *ret_stop, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
