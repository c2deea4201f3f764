/* ctl_migrate.c - myportalctl migrate: brings the tables up to this version.
 *
 * Files schema/NNNN_*.sql are applied in order, once each. Each has a row in schema_migration,
 * which is inserted before the file runs and gets its end afterwards. The primary key lets only
 * one of several processes run a file; the others wait for its end. The checksum rejects a file
 * that was edited after it ran. DDL can not be rolled back: a file that failed halfway keeps its
 * row without an end. */

#include "ctl_commands.h"

#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX_BYTES      ((size_t)256 * 1024)
#define STATEMENT_TIMEOUT_S 600 /* ALTER of a large table */
#define WAIT_FOR_OTHER_S    60

struct migration {
	int64_t version;
	uint8_t checksum[32];
	char *text;     /* cut into statements while it runs */
	bool started;   /* DDL is never run again: what it did halfway is not undone */
	unsigned error; /* the server's number when a statement failed */
};

static bool
print_migration_error(const char *name, const char *text)
{
	fprintf(stderr, "myportalctl: %s: %s\n", name, text);
	return false;
}

/* DUPLICATE: another process runs the file, or did. */
static enum result
insert_migration(struct db *db, const struct migration *m)
{
	struct db_tx alone = db_alone(db);
	const struct db_value in[] = {
		db_number("version", m->version),
		db_bytes("checksum", m->checksum, sizeof m->checksum),
		db_number("now", clock_now()),
		{ 0 },
	};

	return db_change(&alone, MIGRATION_BEGIN, in, NULL);
}

static enum result
finish_migration(struct db *db, const struct migration *m)
{
	struct db_tx alone = db_alone(db);
	const struct db_value in[] = { db_number("now", clock_now()),
		db_number("version", m->version), { 0 } };

	return db_change(&alone, MIGRATION_END, in, NULL);
}

/* *ret_ended: has the file run to its end? BAD_FIELD: it is not the file that ran. */
static enum result
read_migration(struct db *db, const struct migration *m, bool *ret_ended)
{
	struct db_tx alone = db_alone(db);
	uint8_t checksum[32] = { 0 };
	int64_t ended_at = 0;
	const struct db_value in[] = { db_number("version", m->version), { 0 } };
	const struct db_slot out[] = { db_to_bytes(checksum, sizeof checksum),
		db_to_number(&ended_at), { 0 } };

	TRY(db_row(&alone, MIGRATION_READ, in, out));
	if (!secret_equal_bytes(checksum, m->checksum, sizeof checksum))
		return BAD_FIELD;
	*ret_ended = ended_at != 0;
	return OK;
}

/* Runs the statements of the file; each ends with ";" at the end of a line. They commit
 * themselves where they are DDL: it is a transaction so that db.c does not run them again one by
 * one. */
static enum result
run_migration_tx(struct db_tx *tx, void *context)
{
	struct migration *m = context;

	if (m->started)
		return UNAVAILABLE;
	m->started = true;
	for (char *at = m->text, *end; (end = strstr(at, ";\n")) != NULL; at = end + 2) {
		*end = '\0';
		TRY(db_command(tx, at, &m->error));
	}
	return OK;
}

/* Waits until the process that runs the file has ended it. */
static bool
wait_for_other(struct db *db, const struct migration *m, const char *name)
{
	for (int i = 0; i < WAIT_FOR_OTHER_S * 10; i++) {
		bool ended = false;
		const enum result result = read_migration(db, m, &ended);

		if (result == BAD_FIELD)
			return print_migration_error(
			    name, "was edited after it ran; write a new file instead");
		if (result != OK)
			return print_migration_error(name, result_code(result));
		if (ended)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return print_migration_error(name, "was begun and never ended; repair by hand");
}

static bool
apply_migration(struct db *db, struct migration *m, const char *name)
{
	char number[32];
	const enum result inserted = insert_migration(db, m);

	if (inserted == DUPLICATE)
		return wait_for_other(db, m, name);
	if (inserted != OK)
		return print_migration_error(name, result_code(inserted));
	if (db_transaction(db, run_migration_tx, m) != OK) {
		const bool fits = text_format(number, sizeof number, "error %u", m->error);
		return print_migration_error(name, fits ? number : "error");
	}
	if (finish_migration(db, m) != OK)
		return print_migration_error(name, "ran, but could not be recorded");
	printf("applied %s\n", name);
	return true;
}

/* The whole file as a text that the caller frees. NULL: an error was printed. */
static char *
read_migration_file(const char *path, size_t *ret_size)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "re");
	char *text = file != NULL ? malloc(FILE_MAX_BYTES + 1) : NULL;

	if (text == NULL) {
		print_migration_error(path, "can not be read");
		return NULL;
	}
	*ret_size = fread(text, 1, FILE_MAX_BYTES + 1, file);
	if (ferror(file) || *ret_size > FILE_MAX_BYTES) {
		print_migration_error(path, "can not be read or is too large");
		free(text);
		return NULL;
	}
	text[*ret_size] = '\0';
	return text;
}

static bool
apply_file(struct db *db, const char *folder, const char *name)
{
	CLEANUP(cleanup_free) char *text = NULL;
	struct migration m = { .started = false };
	char path[PATH_MAX];
	char digits[5];
	size_t size = 0;

	text_copy_cut(digits, sizeof digits, name);
	if (!text_number(digits, 1, 9999, &m.version) ||
	    !text_format(path, sizeof path, "%s/%s", folder, name))
		return print_migration_error(name, "has no number");
	text = read_migration_file(path, &size);
	if (text == NULL)
		return false;
	secret_sha256(text, size, m.checksum);
	m.text = text;
	return apply_migration(db, &m, name);
}

static int
is_migration(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name);

	return length > 9 && strspn(entry->d_name, "0123456789") == 4 && entry->d_name[4] == '_' &&
	       strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static bool
apply_folder(struct db *db, const char *folder)
{
	struct dirent **entries;
	const int count = scandir(folder, &entries, is_migration, alphasort);
	bool applied = count > 0;

	if (count <= 0)
		return print_migration_error(folder, "no migrations there");
	for (int i = 0; i < count; i++) {
		applied = applied && apply_file(db, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return applied;
}

/* Creates the table of migrations, without which the statements about it do not prepare. */
static bool
create_migration_table(const struct config *config)
{
	struct db *db = ctl_db_open(config, NULL, 0, NULL, STATEMENT_TIMEOUT_S);

	if (db == NULL)
		return false;
	struct db_tx alone = db_alone(db);
	const enum result created = db_command(&alone, migration_table_sql, NULL);
	db_close(db);
	return created == OK || print_migration_error("the database", result_code(created));
}

int
ctl_migrate(const struct config *config, int argc, char **argv)
{
	const char *folder = "schema";

	if (argc == 2 && strcmp(argv[0], "--folder") == 0)
		folder = argv[1];
	else if (argc != 0)
		return CTL_USAGE;
	if (!create_migration_table(config))
		return CTL_ERROR;
	struct db *db = ctl_db_open(
	    config, migration_statements, MIGRATION_STATEMENTS__MAX, NULL, STATEMENT_TIMEOUT_S);
	if (db == NULL)
		return CTL_ERROR;
	const bool applied = apply_folder(db, folder);
	db_close(db);
	return applied ? CTL_DONE : CTL_ERROR;
}
