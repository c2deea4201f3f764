/* db.c - MariaDB: transactions that are retried, and statements that stand alone. */

#include "db.h"

#include "clock.h"
#include "db_connection.h"
#include "db_error.h"
#include "db_pool.h"
#include "db_writes.h"
#include "deadline.h"
#include "secret.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct db {
	struct db_pool *pool;
	struct db_writes writes;
	int64_t retries;
};

bool
db_start(void)
{
	return db_connection_start_library();
}

void
db_stop(void)
{
	db_connection_stop_library();
}

struct db *
db_open(const struct db_options *options, const struct statement *table, unsigned statements)
{
	struct db *db = calloc(1, sizeof *db);

	if (db == NULL)
		return NULL;
	db->pool = db_pool_open(options, table, statements);
	if (db->pool != NULL)
		return db;
	free(db);
	return NULL;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_pool_close(db->pool);
	free(db);
}

unsigned
db_connect_error(struct db *db)
{
	return db_pool_connect_error(db->pool);
}

void
db_totals(struct db *db, struct db_totals *ret)
{
	db_pool_totals(db->pool, ret);
	ret->retries = __atomic_load_n(&db->retries, __ATOMIC_RELAXED);
}

unsigned
db_servers(struct db *db, struct db_server ret[static DB_SERVERS_MAX])
{
	return db_pool_servers(db->pool, ret);
}

unsigned
db_last_error(void)
{
	return db_connection_last_error();
}

void
db_tell_read_only(struct db *db, bool read_only)
{
	if (!read_only) {
		db_writes_allowed(&db->writes);
		return;
	}
	db_writes_failed(&db->writes, DB_ERROR_NUMBER_READ_ONLY);
	db_pool_distrust_all(db->pool);
}

int64_t
db_failing_ms(struct db *db)
{
	return db_writes_failing_ms(&db->writes);
}

/* Running ------------------------------------------------------------------------------------- */

/* Is it unknown whether the server did what it was told? */
static bool
outcome_is_unknown(const struct db_tx *tx)
{
	return tx->error == DB_ERROR_LOST || tx->error == DB_ERROR_AWAY;
}

bool
db_may_be_committed(const struct db_tx *tx)
{
	return tx->earlier;
}

bool
db_may_be_done(const struct db_tx *tx)
{
	return !tx->transaction && (tx->earlier || tx->committed);
}

bool
db_duplicate_is(const struct db_tx *tx, const char *key)
{
	return strcmp(tx->duplicate_key, key) == 0;
}

/* Runs the body once. tx->error says what an error asks for. */
static enum result
run_once(struct db_tx *tx, enum result (*body)(struct db_tx *, void *), void *context)
{
	unsigned ignored;

	if (tx->transaction)
		TRY(db_connection_command(tx, "START TRANSACTION", &ignored));
	enum result result = body(tx, context);
	if (!tx->transaction && tx->error == DB_ERROR_NONE)
		return result;
	if (result == OK && tx->error == DB_ERROR_NONE) {
		result = db_connection_commit(tx);
		if (result == OK)
			return OK;
		tx->committed |= outcome_is_unknown(tx);
	}
	/* After a lost connection there is nothing to roll back; after anything else there must be.
	 * So also of a statement that is a transaction of its own: its handler is not called when
	 * it is stopped between two of its steps. */
	if (tx->error != DB_ERROR_LOST && !db_connection_roll_back(tx))
		tx->error = DB_ERROR_LOST;
	return result != OK ? result : UNAVAILABLE;
}

/* Is the connection, and probably its sisters, of no use any more? */
static bool
connection_is_of_no_use(const struct db_tx *tx)
{
	return outcome_is_unknown(tx) || tx->error == DB_ERROR_READ_ONLY;
}

static void
note_writes(struct db *db, const struct db_tx *tx, enum result result)
{
	if (tx->error == DB_ERROR_READ_ONLY || tx->error == DB_ERROR_FULL)
		db_writes_failed(&db->writes, tx->number);
	else if (result == OK && tx->changed)
		db_writes_succeeded(&db->writes);
}

/* Half of 5*2^n ms to one and a half of it, so that two who collided do not meet again. Longer
 * where a proxy has to notice that the server is read-only and to choose another one: two such
 * pauses are more than what docs/scaling.md sets for that. */
static void
pause_before(unsigned tries, enum db_error error)
{
	const uint32_t first_us = error == DB_ERROR_READ_ONLY ? 300000 : 5000;
	const uint32_t middle_us = first_us << (tries > 5 ? 5 : tries);
	const uint32_t us = middle_us / 2 + secret_random_below(middle_us);
	const int64_t left_us = deadline_left_ms(1000) * 1000;

	nanosleep(&(struct timespec){ .tv_nsec = (us < left_us ? us : left_us) * 1000 }, NULL);
}

/* Has the deadline of this thread passed? */
static bool
is_over(void)
{
	return deadline_left_ms(1) == 0;
}

/* Runs the body until it is done or need not be run again. `ret_last` (may be NULL) gets what the
 * last run knew. */
static enum result
run_with_retries(struct db *db, bool transaction, enum result (*body)(struct db_tx *, void *),
    void *context, struct db_tx *ret_last)
{
	int64_t began_ms = 0;
	bool committed = false;

	for (unsigned tries = 0;; tries++) {
		struct db_place *place = is_over() ? NULL : db_pool_borrow(db->pool);

		if (place == NULL)
			return UNAVAILABLE;
		if (tries == 0)
			began_ms = clock_monotonic_ms();
		const int64_t most_ms = db_connection_is_node(place->connection) ? DB_RETRY_NODE_MS
										 : DB_RETRY_MS;
		struct db_tx tx = {
			.db = db,
			.connection = place->connection,
			.transaction = transaction,
			.earlier = committed,
		};
		const enum result result = run_once(&tx, body, context);
		committed |= tx.committed;
		note_writes(db, &tx, result);
		if (connection_is_of_no_use(&tx))
			db_pool_distrust(db->pool, place);
		db_pool_give_back(db->pool, place);
		if (ret_last != NULL)
			*ret_last = tx;
		if (tries >= db_error_retries((enum db_error)tx.error) ||
		    clock_monotonic_ms() > began_ms + most_ms || is_over())
			return result;
		__atomic_add_fetch(&db->retries, 1, __ATOMIC_RELAXED);
		pause_before(tries, (enum db_error)tx.error);
	}
}

enum result
db_transaction(struct db *db, enum result (*body)(struct db_tx *, void *), void *context)
{
	return run_with_retries(db, true, body, context, NULL);
}

struct db_tx
db_alone(struct db *db)
{
	return (struct db_tx){ .db = db };
}

/* Runs one statement's body in what it was given: in its transaction, or on a connection of its
 * own. */
static enum result
run_in(struct db_tx *tx, enum result (*body)(struct db_tx *, void *), void *context)
{
	struct db_tx last = { .db = tx->db };

	if (tx->connection != NULL)
		return body(tx, context);
	const enum result result = run_with_retries(tx->db, false, body, context, &last);
	last.connection = NULL;
	*tx = last;
	return result;
}

/* Statements ---------------------------------------------------------------------------------- */

/* A statement that changes, as the body that run_in() runs. */
struct change_ctx {
	unsigned number;
	const struct db_value *in;
	uint64_t rows;
};

static enum result
change_tx(struct db_tx *tx, void *context)
{
	struct change_ctx *ctx = context;
	const enum result result = db_connection_change(tx, ctx->number, ctx->in, &ctx->rows);

	tx->committed |= !tx->transaction && (result == OK || outcome_is_unknown(tx));
	return result;
}

enum result
db_change(struct db_tx *tx, unsigned number, const struct db_value *in, uint64_t *ret_rows)
{
	struct change_ctx ctx = { .number = number, .in = in };

	TRY(run_in(tx, change_tx, &ctx));
	if (ret_rows != NULL)
		*ret_rows = ctx.rows;
	return OK;
}

enum result
db_insert_new(struct db_tx *tx, unsigned number, const struct db_value *in)
{
	const enum result inserted = db_change(tx, number, in, NULL);
	const bool is_own = inserted == DUPLICATE && tx->earlier && db_duplicate_is(tx, "PRIMARY");

	return is_own ? OK : inserted;
}

enum result
db_change_one(struct db_tx *tx, unsigned number, const struct db_value *in)
{
	uint64_t rows = 0;

	TRY(db_change(tx, number, in, &rows));
	return rows == 1 || tx->earlier ? OK : NO_ROW;
}

/* A statement that reads, as the body that run_in() runs. */
struct rows_ctx {
	unsigned number;
	const struct db_value *in;
	const struct db_slot *out;
	enum result (*each)(void *); /* NULL: the first row */
	void *context;
};

static enum result
rows_tx(struct db_tx *tx, void *context)
{
	const struct rows_ctx *ctx = context;
	const enum result result = db_connection_rows(
	    tx, ctx->number, ctx->in, ctx->out, ctx->each, ctx->context);

	tx->committed |= !tx->transaction && outcome_is_unknown(tx); /* it may change, too */
	return result;
}

enum result
db_rows(struct db_tx *tx, unsigned number, const struct db_value *in, const struct db_slot *out,
    enum result (*each)(void *), void *context)
{
	struct rows_ctx ctx = {
		.number = number, .in = in, .out = out, .each = each, .context = context
	};

	return run_in(tx, rows_tx, &ctx);
}

enum result
db_row(struct db_tx *tx, unsigned number, const struct db_value *in, const struct db_slot *out)
{
	return db_rows(tx, number, in, out, NULL, NULL);
}

struct command_ctx {
	const char *sql;
	unsigned number;
};

static enum result
command_tx(struct db_tx *tx, void *context)
{
	struct command_ctx *ctx = context;

	return db_connection_command(tx, ctx->sql, &ctx->number);
}

enum result
db_command(struct db_tx *tx, const char *sql, unsigned *ret_number)
{
	struct command_ctx ctx = { .sql = sql };
	const enum result result = run_in(tx, command_tx, &ctx);

	if (ret_number != NULL)
		*ret_number = ctx.number;
	return result;
}
