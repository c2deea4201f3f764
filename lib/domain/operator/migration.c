/* migration.c - brings the tables up to this version: the files of schema/ in order, once each. */

#include "migration.h"

#include "cleanup.h"
#include "clock.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT_ERRORS_FROM 2000 /* numbers of Connector/C: the server has said nothing */
#define CLIENT_ERRORS_TO   2999

/* A file's row. */
struct migration_row {
	uint8_t checksum[SECRET_SHA256_SIZE];
	int64_t begun_at;
	int64_t ended_at; /* 0: not yet */
	int64_t done;
	uint8_t done_hash[SECRET_SHA256_SIZE];
	int64_t error;
};

/* One file at work. */
struct applying {
	const struct migration_run *run;
	const struct migration_file *file;
	struct migration_row row;
	bool resumed; /* its first statement may have been done by an earlier run */
	struct migration_stop *stop;
	char *errbuf;
};

/* The row ------------------------------------------------------------------------------------- */

static enum result
read_row(struct db_tx *tx, int64_t version, struct migration_row *ret)
{
	const struct db_value in[] = { db_number("version", version), { 0 } };
	const struct db_slot out[] = {
		db_to_bytes(ret->checksum, sizeof ret->checksum),
		db_to_number(&ret->begun_at),
		db_to_number(&ret->ended_at),
		db_to_number(&ret->done),
		db_to_bytes(ret->done_hash, sizeof ret->done_hash),
		db_to_number(&ret->error),
		{ 0 },
	};

	return db_row(tx, MIGRATION_READ, in, out);
}

/* DUPLICATE: on another server of a cluster another process begins it, too. */
static enum result
begin_row(struct applying *a)
{
	struct db_tx alone = db_alone(a->run->db);
	const int64_t now = clock_now();
	const struct db_value in[] = {
		db_number("version", a->file->version),
		db_bytes("checksum", a->file->checksum, sizeof a->file->checksum),
		db_number("now", now),
		{ 0 },
	};

	a->row.begun_at = now;
	return db_change(&alone, MIGRATION_BEGIN, in, NULL);
}

/* From here on nobody knows what becomes of the next statement. */
static enum result
resume_row(const struct applying *a)
{
	struct db_tx alone = db_alone(a->run->db);
	const struct db_value in[] = {
		db_bytes("checksum", a->file->checksum, sizeof a->file->checksum),
		db_number("version", a->file->version),
		{ 0 },
	};

	return db_change(&alone, MIGRATION_RESUME, in, NULL);
}

static enum result
end_row(const struct applying *a)
{
	struct db_tx alone = db_alone(a->run->db);
	const struct db_value in[] = { db_number("now", clock_now()),
		db_number("version", a->file->version), { 0 } };

	return db_change(&alone, MIGRATION_END, in, NULL);
}

/* Only what the server said itself: after a lost connection nobody knows. */
static void
write_error(struct applying *a, unsigned error)
{
	struct db_tx alone = db_alone(a->run->db);
	const struct db_value in[] = { db_number("error", error),
		db_number("version", a->file->version), { 0 } };
	const bool of_client = error >= CLIENT_ERRORS_FROM && error <= CLIENT_ERRORS_TO;

	if (error != 0 && !of_client && db_change(&alone, MIGRATION_FAILED, in, NULL) == OK)
		a->row.error = error;
}

/* One statement ------------------------------------------------------------------------------- */

struct statement_ctx {
	const struct applying *applying;
	const char *sql;
	size_t done; /* with this one */
	uint8_t done_hash[SECRET_SHA256_SIZE];
	bool may_be_done; /* an earlier run may have done it */
	bool was_done;    /* and has */
	unsigned error;   /* the server's number when it failed */
};

/* Does the server say that there is already what the statement makes, or no more what it drops? */
static bool
says_already(unsigned error)
{
	static const unsigned already[] = {
		1050, /* table exists */
		1051, /* unknown table */
		1060, /* duplicate column */
		1061, /* duplicate index */
		1068, /* multiple primary key */
		1091, /* cannot drop a column or index */
		1826, /* duplicate constraint */
	};

	for (size_t i = 0; i < LENGTH(already); i++)
		if (already[i] == error)
			return true;
	return false;
}

/* Takes the server's lock, which this connection may have already: it is of the connection, and
 * another may have taken the place of the one that had it. UNAVAILABLE: another process has it. */
static enum result
take_lock(struct db_tx *tx, bool *ret_held)
{
	int64_t held = 0;
	const struct db_value in[] = { db_number("wait_s", MIGRATION_WAIT_S), { 0 } };
	const struct db_slot out[] = { db_to_number(&held), { 0 } };

	TRY(db_row(tx, MIGRATION_LOCK, in, out));
	*ret_held = held != 0;
	return OK;
}

static enum result
count_statement_tx(struct db_tx *tx, void *context)
{
	const struct statement_ctx *ctx = context;
	const struct db_value in[] = {
		db_number("done", (int64_t)ctx->done),
		db_bytes("done_hash", ctx->done_hash, sizeof ctx->done_hash),
		db_number("version", ctx->applying->file->version),
		{ 0 },
	};

	return db_change(tx, MIGRATION_DONE, in, NULL);
}

/* A transaction, so that a statement that changes rows is counted with them. A second run, after a
 * lost connection, meets what the first one did: the count, or what DDL has made. */
static enum result
run_statement_tx(struct db_tx *tx, void *context)
{
	struct statement_ctx *ctx = context;
	struct migration_row row = { .done = 0 };
	bool held = false;

	ctx->error = 0;
	TRY(take_lock(tx, &held));
	if (!held)
		return UNAVAILABLE;
	TRY(read_row(tx, ctx->applying->file->version, &row));
	if (row.done >= (int64_t)ctx->done)
		return OK;
	const bool may_be_done = ctx->may_be_done;
	ctx->may_be_done = true;
	const enum result result = db_command(tx, ctx->sql, &ctx->error);
	ctx->was_done = result != OK && may_be_done && says_already(ctx->error);
	TRY(result);
	return count_statement_tx(tx, ctx);
}

static enum result
run_or_count(struct db *db, struct statement_ctx *ctx)
{
	const enum result result = db_transaction(db, run_statement_tx, ctx);

	return ctx->was_done ? db_transaction(db, count_statement_tx, ctx) : result;
}

static enum migration_outcome
fill_stop(const struct applying *a, enum migration_outcome outcome)
{
	struct migration_part next;
	const size_t done = (size_t)a->row.done;

	*a->stop = (struct migration_stop){ .begun_at = a->row.begun_at,
		.done = done,
		.statements = a->file->statements,
		.error = (unsigned)a->row.error };
	text_copy_cut(a->stop->name, sizeof a->stop->name, a->file->name);
	if (done < a->file->statements) {
		migration_file_statement(a->file, done, &next);
		a->stop->line = next.line;
		text_copy_cut(a->stop->first, sizeof a->stop->first, next.first);
	}
	return outcome;
}

static enum migration_outcome
run_statement(struct applying *a, size_t i)
{
	struct migration_part statement;
	struct statement_ctx ctx = { .applying = a, .done = i + 1, .may_be_done = a->resumed };

	migration_file_statement(a->file, i, &statement);
	migration_file_hash(a->file, i + 1, ctx.done_hash);
	CLEANUP(cleanup_free) char *sql = strndup(statement.text, statement.length);
	ctx.sql = sql;
	if (sql == NULL)
		return MIGRATION_DB_FAILED;
	a->resumed = false;
	if (run_or_count(a->run->db, &ctx) == OK) {
		a->row.done = (int64_t)i + 1;
		return MIGRATION_IS_DONE;
	}
	write_error(a, ctx.error);
	return fill_stop(a, MIGRATION_STATEMENT_FAILED);
}

/* One file ------------------------------------------------------------------------------------ */

static enum migration_outcome
run_file(struct applying *a, bool repaired)
{
	for (size_t i = (size_t)a->row.done; i < a->file->statements; i++) {
		const enum migration_outcome outcome = run_statement(a, i);

		if (outcome != MIGRATION_IS_DONE)
			return outcome;
	}
	if (end_row(a) != OK)
		return MIGRATION_DB_FAILED;
	a->run->applied(a->file->name, repaired, a->run->context);
	return MIGRATION_IS_DONE;
}

static enum migration_outcome
reject_edited(const struct applying *a, const char *what)
{
	(void)snprintf(a->errbuf, ERRBUF_MAX + 1, "%s: %s", a->file->name, what);
	return MIGRATION_FILE_EDITED;
}

/* Has what ran been left as it was? */
static bool
done_part_is_unchanged(const struct applying *a)
{
	uint8_t hash[SECRET_SHA256_SIZE];

	if ((size_t)a->row.done > a->file->statements)
		return false;
	migration_file_hash(a->file, (size_t)a->row.done, hash);
	return secret_equal_bytes(hash, a->row.done_hash, sizeof hash);
}

static enum migration_outcome
resume_file(struct applying *a)
{
	if (!done_part_is_unchanged(a))
		return reject_edited(a, "broke off, and of its statements those that have run were "
					"edited since: give them back as they were");
	if (!a->run->repair)
		return fill_stop(a, MIGRATION_BROKE_OFF);
	a->resumed = a->row.error == 0;
	a->row.error = 0;
	return resume_row(a) == OK ? run_file(a, true) : MIGRATION_DB_FAILED;
}

static enum migration_outcome
apply_file(struct applying *a)
{
	struct db_tx alone = db_alone(a->run->db);
	const enum result found = read_row(&alone, a->file->version, &a->row);

	if (found == NO_ROW) {
		const enum result begun = begin_row(a);

		if (begun == DUPLICATE)
			return MIGRATION_BUSY;
		return begun == OK ? run_file(a, false) : MIGRATION_DB_FAILED;
	}
	if (found != OK)
		return MIGRATION_DB_FAILED;
	if (a->row.ended_at == 0)
		return resume_file(a);
	if (!secret_equal_bytes(a->row.checksum, a->file->checksum, sizeof a->row.checksum))
		return reject_edited(a, "was edited after it ran; write a new file instead");
	return MIGRATION_IS_DONE;
}

/* The folder ---------------------------------------------------------------------------------- */

static enum migration_outcome
apply_named(
    const struct migration_run *run, const char *name, struct migration_stop *stop, char *errbuf)
{
	CLEANUP(migration_file_free) struct migration_file file;
	struct applying a = { .run = run, .file = &file, .stop = stop, .errbuf = errbuf };

	if (!migration_file_read(run->folder, name, &file, errbuf))
		return MIGRATION_FILE_FAULTY;
	return apply_file(&a);
}

static enum migration_outcome
apply_folder(const struct migration_run *run, struct migration_stop *stop, char *errbuf)
{
	struct dirent **entries;
	const int count = scandir(run->folder, &entries, migration_file_is_one, alphasort);
	enum migration_outcome outcome = MIGRATION_IS_DONE;

	if (count <= 0) {
		(void)snprintf(errbuf, ERRBUF_MAX + 1, "%.300s: no migrations there", run->folder);
		return MIGRATION_FILE_FAULTY;
	}
	for (int i = 0; i < count; i++) {
		if (outcome == MIGRATION_IS_DONE)
			outcome = apply_named(run, entries[i]->d_name, stop, errbuf);
		free(entries[i]);
	}
	free(entries);
	return outcome;
}

enum migration_outcome
migration_apply(const struct migration_run *run, struct migration_stop *ret_stop,
    char errbuf[static ERRBUF_MAX + 1])
{
	struct db_tx alone = db_alone(run->db);
	bool held = false;

	errbuf[0] = '\0';
	if (take_lock(&alone, &held) != OK)
		return MIGRATION_DB_FAILED;
	return held ? apply_folder(run, ret_stop, errbuf) : MIGRATION_BUSY;
}
