/* roster_write.c - writes what an import changes, in batches that are committed one by one. */

#include "roster_write.h"

#include "member_registration.h"
#include "roster_run.h"

#include <string.h>
#include <time.h>

#define ROW_BYTES_MAX 2048 /* a row as JSON: six cells, each character of a name escaped */
#define PAUSE_MS      200

/* JSON ---------------------------------------------------------------------------------------- */

static void
append_byte_of_json(struct roster_write *write, char byte)
{
	write->json[write->used++] = byte;
}

/* No cell has a control character: of what JSON escapes, a name may have quotes and backslashes. */
static void
append_cell(struct roster_write *write, const char *cell)
{
	if (cell[0] == '\0') {
		memcpy(write->json + write->used, "null", 4);
		write->used += 4;
		return;
	}
	append_byte_of_json(write, '"');
	for (; *cell != '\0'; cell++) {
		if (*cell == '"' || *cell == '\\')
			append_byte_of_json(write, '\\');
		append_byte_of_json(write, *cell);
	}
	append_byte_of_json(write, '"');
}

static void
append_row(struct roster_write *write, const char *const *cells, size_t count)
{
	append_byte_of_json(write, write->rows == 0 ? '[' : ',');
	for (size_t i = 0; i < count; i++) {
		append_byte_of_json(write, i == 0 ? '[' : ',');
		append_cell(write, cells[i]);
	}
	append_byte_of_json(write, ']');
	write->rows++;
}

/* A batch ------------------------------------------------------------------------------------- */

/* Registrations that the moved have begun with the number of before. */
static enum result
end_registrations(struct db_tx *tx, const struct roster_write *write)
{
	const struct db_value rows = db_text("rows", write->json);
	const struct db_value now = db_number("now", write->now);
	const struct db_value tokens[] = { rows, now,
		db_number("alive_after", write->now - MEMBER_REGISTRATION_LIVES_S), { 0 } };
	const struct db_value mails[] = { rows, now, { 0 } };

	TRY(db_change(tx, ROSTER_MOVE_END_KEYS, tokens, NULL));
	TRY(db_change(tx, ROSTER_MOVE_END_ACCOUNTS, tokens, NULL));
	return db_change(tx, ROSTER_MOVE_DROP_MAILS, mails, NULL);
}

static enum result
write_batch_tx(struct db_tx *tx, void *context)
{
	const struct roster_write *write = context;
	const struct db_value run_id = db_bytes(
	    "roster_run_id", write->run_id.bytes, sizeof write->run_id.bytes);
	const struct db_value rows = db_text("rows", write->json);
	const struct db_value in[] = { run_id, rows, { 0 } };
	const struct db_value end[] = { run_id, rows, db_text("today", write->today), { 0 } };

	TRY(roster_run_renew_tx(tx, &write->run_id));
	if (write->statement == ROSTER_MOVE)
		TRY(end_registrations(tx, write));
	return db_change(tx, write->statement, write->statement == ROSTER_END ? end : in, NULL);
}

/* A node that fails is followed by another one within seconds. */
static enum result
write_patiently(struct roster_write *write)
{
	const int64_t over_ms = clock_monotonic_ms() + ROSTER_PATIENCE_MS;
	enum result result;

	while ((result = db_transaction(write->db, write_batch_tx, write)) == UNAVAILABLE &&
	       clock_monotonic_ms() < over_ms)
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000000L }, NULL);
	return result;
}

enum result
roster_write_flush(struct roster_write *write)
{
	if (write->rows == 0)
		return OK;
	append_byte_of_json(write, ']');
	append_byte_of_json(write, '\0');
	write->now = clock_now();
	const enum result result = write_patiently(write);
	write->rows = write->used = 0;
	return result;
}

enum result
roster_write_row(struct roster_write *write, enum roster_statement statement,
    const char *const *cells, size_t count)
{
	if (statement != write->statement || write->rows == ROSTER_BATCH_ROWS ||
	    write->used + ROW_BYTES_MAX > ROSTER_BATCH_BYTES)
		TRY(roster_write_flush(write));
	write->statement = statement;
	append_row(write, cells, count);
	return OK;
}
