/* ctl_migrate.c - myportalctl migrate: brings the tables up to this version.
 *
 * Files schema/NNNN_*.sql are applied in order, once each. A row in schema_migration is begun
 * before a file runs and ended after it: its primary key lets only one of several that start at
 * once run it (they wait for it), and its checksum refuses a file that was edited after it ran.
 * DDL can not be rolled back: a file that broke off halfway stays begun, and is said so. */

#include "ctl.h"

#include "cleanup.h"
#include "clock.h"
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
	char *text; /* cut into statements while it runs */
	int64_t now;
	bool ended;
	bool started;   /* DDL is never run again: what it did halfway is not undone */
	unsigned error; /* the server's number when a statement failed */
};

static bool
complain(const char *what, const char *about)
{
	fprintf(stderr, "myportalctl: %s: %s\n", about, what);
	return false;
}

static enum result
create_table_tx(struct db_tx *tx, void *context)
{
	return db_command(tx, migration_table_sql, context);
}

static enum result
begin_tx(struct db_tx *tx, void *context)
{
	const struct migration *m = context;
	const struct db_value in[] = { db_number_at(m->version),
		db_bytes_at(m->checksum, sizeof m->checksum), db_number_at(m->now), { 0 } };

	return db_change(tx, MIGRATION_BEGIN, in, NULL);
}

static enum result
end_tx(struct db_tx *tx, void *context)
{
	const struct migration *m = context;
	const struct db_value in[] = { db_number_at(m->now), db_number_at(m->version), { 0 } };

	return db_change(tx, MIGRATION_END, in, NULL);
}

/* BAD_FIELD: the file is not the one that ran. */
static enum result
read_tx(struct db_tx *tx, void *context)
{
	struct migration *m = context;
	uint8_t checksum[32] = { 0 };
	int64_t ended_at = 0;
	const struct db_value in[] = { db_number_at(m->version), { 0 } };
	const struct db_slot out[] = { db_to_bytes(checksum, sizeof checksum),
		db_to_number(&ended_at), { 0 } };

	TRY(db_row(tx, MIGRATION_READ, in, out));
	if (!secret_equal_bytes(checksum, m->checksum, sizeof checksum))
		return BAD_FIELD;
	m->ended = ended_at != 0;
	return OK;
}

/* Runs the statements of the file; each ends with ";" at the end of a line. */
static enum result
run_tx(struct db_tx *tx, void *context)
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

/* Another process runs it: waits until it has. */
static bool
wait_for_other(struct db *db, struct migration *m, const char *name)
{
	for (int i = 0; i < WAIT_FOR_OTHER_S * 10; i++) {
		const enum result result = db_each_committed(db, read_tx, m);

		if (result == BAD_FIELD)
			return complain("was edited after it ran; write a new file instead", name);
		if (result != OK)
			return complain(result_code(result), name);
		if (m->ended)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return complain("was begun and never ended; repair by hand", name);
}

static bool
apply(struct db *db, struct migration *m, const char *name)
{
	char number[32];
	const enum result begun = db_each_committed(db, begin_tx, m);

	if (begun == DUPLICATE)
		return wait_for_other(db, m, name);
	if (begun != OK)
		return complain(result_code(begun), name);
	if (db_each_committed(db, run_tx, m) != OK) {
		const bool fits = text_format(number, sizeof number, "error %u", m->error);
		return complain(fits ? number : "error", name);
	}
	m->now = clock_now();
	if (db_each_committed(db, end_tx, m) != OK)
		return complain("ran, but could not be recorded", name);
	printf("applied %s\n", name);
	return true;
}

/* The whole file as a text of its own. NULL, and said why. */
static char *
read_file(const char *path, size_t *ret_size)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "re");
	char *text = file != NULL ? malloc(FILE_MAX_BYTES + 1) : NULL;

	if (text == NULL) {
		complain("can not be read", path);
		return NULL;
	}
	*ret_size = fread(text, 1, FILE_MAX_BYTES + 1, file);
	if (ferror(file) || *ret_size > FILE_MAX_BYTES) {
		complain("can not be read or is too large", path);
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
	struct migration m = { .now = clock_now() };
	char path[PATH_MAX];
	char digits[5];
	size_t size = 0;

	text_copy_cut(digits, sizeof digits, name);
	if (!text_number(digits, 1, 9999, &m.version) ||
	    !text_format(path, sizeof path, "%s/%s", folder, name))
		return complain("has no number", name);
	text = read_file(path, &size);
	if (text == NULL)
		return false;
	secret_sha256(text, size, m.checksum);
	m.text = text;
	return apply(db, &m, name);
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
		return complain("no migrations there", folder);
	for (int i = 0; i < count; i++) {
		applied = applied && apply_file(db, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return applied;
}

/* The table of migrations comes first: the statements about it do not prepare before it is
 * there. */
static bool
create_table(const struct config *config)
{
	struct db *db = ctl_db_open(config, NULL, 0, NULL, STATEMENT_TIMEOUT_S);
	unsigned number = 0;

	if (db == NULL)
		return false;
	const enum result created = db_each_committed(db, create_table_tx, &number);
	db_close(db);
	return created == OK || complain(result_code(created), "the database");
}

int
ctl_migrate(const struct config *config, int argc, char **argv)
{
	const char *folder = "schema";

	if (argc == 2 && strcmp(argv[0], "--folder") == 0)
		folder = argv[1];
	else if (argc != 0)
		return CTL_USAGE;
	if (!create_table(config))
		return CTL_ERROR;
	struct db *db = ctl_db_open(
	    config, migration_statements, MIGRATION_STATEMENTS__MAX, NULL, STATEMENT_TIMEOUT_S);
	if (db == NULL)
		return CTL_ERROR;
	const bool applied = apply_folder(db, folder);
	db_close(db);
	return applied ? CTL_DONE : CTL_ERROR;
}
