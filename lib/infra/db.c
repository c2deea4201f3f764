/* db.c - MariaDB: a pool of connections, prepared statements, transactions that are retried. */

#include "db.h"

#include "cleanup.h"
#include "clock.h"
#include "log.h"
#include "secret.h"
#include "text.h"

#include <mysql.h>

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BORROW_MS        1000 /* how long a call waits for a connection to come free */
#define CONNECT_AGAIN_MS 500  /* after a failed connect nobody tries before */
#define READ_TIMEOUT_S \
	5 /* of one answer; above the statement timeout, so the server speaks first */

struct db_connection {
	MYSQL *mysql; /* NULL: not open */
	MYSQL_STMT **statements;
	unsigned generation;
	bool busy;
};

struct db {
	struct db_options options;
	const struct statement *table;
	struct sql_text *texts; /* of the table, as the server wants them */
	unsigned statements;
	pthread_mutex_t mutex; /* guards all below; never held while an answer is waited for */
	pthread_cond_t returned;
	unsigned generation; /* connections of an older one met a lost server and are not trusted */
	int64_t connect_after_ms;
	bool away;
	int64_t retries;
	struct db_connection connections[];
};

/* What an error number asks for. */
enum advice {
	ADVICE_NONE,
	ADVICE_AGAIN,     /* rolled back by the server: run the body again */
	ADVICE_AGAIN_FEW, /* a lock took too long */
	ADVICE_RECONNECT, /* the connection is gone, the outcome may be unknown */
	ADVICE_AWAY,      /* this node does not serve now */
	ADVICE_SLOW,      /* stopped by a limit of ours */
	ADVICE_DUPLICATE,
	ADVICE_NO_ROW,
	ADVICE_BUG
};

static enum advice
advice_of(unsigned number)
{
	/* clang-format off */
	static const struct {
		unsigned number;
		enum advice advice;
	} table[] = {
		{ 1213, ADVICE_AGAIN },     /* deadlock, or certification failure on Galera */
		{ 1020, ADVICE_AGAIN },     /* changed since the snapshot */
		{ 1205, ADVICE_AGAIN_FEW }, /* lock wait timeout */
		{ 2006, ADVICE_RECONNECT }, /* server has gone away */
		{ 2013, ADVICE_RECONNECT }, /* lost connection */
		{ 2055, ADVICE_RECONNECT }, /* lost connection, with system error */
		{ 1927, ADVICE_RECONNECT }, /* connection was killed */
		{ 1243, ADVICE_RECONNECT }, /* unknown prepared statement: a new connection has them all */
		{ 1615, ADVICE_RECONNECT }, /* statement needs to be prepared again */
		{ 1047, ADVICE_AWAY },      /* not in the primary component */
		{ 1290, ADVICE_AWAY },      /* read only */
		{ 1836, ADVICE_AWAY },      /* read only */
		{ 1053, ADVICE_AWAY },      /* shutting down */
		{ 1461, ADVICE_AWAY },      /* too many prepared statements */
		{ 1317, ADVICE_SLOW },      /* interrupted */
		{ 1969, ADVICE_SLOW },      /* max_statement_time */
		{ 1062, ADVICE_DUPLICATE },
		{ 1643, ADVICE_NO_ROW },    /* SIGNAL SQLSTATE '02000' */
	};
	/* clang-format on */
	for (size_t i = 0; i < LENGTH(table); i++)
		if (table[i].number == number)
			return table[i].advice;
	return ADVICE_BUG;
}

/* How often a body is run again for it. */
static unsigned
advice_again(enum advice advice)
{
	switch (advice) {
	case ADVICE_AGAIN:
		return 5;
	case ADVICE_AGAIN_FEW:
	case ADVICE_RECONNECT:
	case ADVICE_AWAY:
		return 2;
	case ADVICE_NONE:
	case ADVICE_SLOW:
	case ADVICE_DUPLICATE:
	case ADVICE_NO_ROW:
	case ADVICE_BUG:
		return 0;
	}
	return 0;
}

/* Values and slots ---------------------------------------------------------------------------- */

struct db_value
db_text(const char *name, const char *text)
{
	return (
	    struct db_value){ .name = name, .type = DB_TEXT, .data = text, .size = strlen(text) };
}

struct db_value
db_text_or_null(const char *name, const char *text)
{
	return text[0] != '\0' ? db_text(name, text)
			       : (struct db_value){ .name = name, .type = DB_NULL };
}

struct db_value
db_bytes(const char *name, const void *bytes, size_t size)
{
	return (struct db_value){ .name = name, .type = DB_BYTES, .data = bytes, .size = size };
}

struct db_value
db_number(const char *name, int64_t number)
{
	return (struct db_value){ .name = name, .type = DB_NUMBER, .number = number };
}

struct db_value
db_first_run(const char *name)
{
	return (struct db_value){ .name = name, .type = DB_FIRST_RUN };
}

struct db_value
db_text_at(const char *text)
{
	return db_text(NULL, text);
}

struct db_value
db_text_or_null_at(const char *text)
{
	return db_text_or_null(NULL, text);
}

struct db_value
db_bytes_at(const void *bytes, size_t size)
{
	return db_bytes(NULL, bytes, size);
}

struct db_value
db_number_at(int64_t number)
{
	return db_number(NULL, number);
}

struct db_slot
db_to_text(char *ret, size_t size)
{
	return (struct db_slot){ .type = DB_TEXT, .data = ret, .size = size };
}

struct db_slot
db_to_bytes(void *ret, size_t size)
{
	return (struct db_slot){ .type = DB_BYTES, .data = ret, .size = size };
}

struct db_slot
db_to_number(int64_t *ret)
{
	return (struct db_slot){ .type = DB_NUMBER, .data = ret, .size = sizeof *ret };
}

/* Connecting ---------------------------------------------------------------------------------- */

static void
connection_close(struct db_connection *connection, unsigned statements)
{
	if (connection->statements != NULL)
		for (unsigned i = 0; i < statements; i++)
			if (connection->statements[i] != NULL)
				mysql_stmt_close(connection->statements[i]);
	free(connection->statements);
	connection->statements = NULL;
	if (connection->mysql != NULL)
		mysql_close(connection->mysql);
	connection->mysql = NULL;
}

/* Everything the defaults leave open: clear text, any certificate, any file of ours, any wait. */
static bool
set_options(MYSQL *mysql, const struct db_options *o)
{
	static const my_bool yes = 1;
	static const unsigned no = 0;
	static const unsigned read_timeout_s = READ_TIMEOUT_S;
	const unsigned patience_s = o->statement_timeout_s > READ_TIMEOUT_S
					? o->statement_timeout_s + 1
					: read_timeout_s;
	char session[256];

	/* A second for a lock leaves time within DB_RETRY_MS for another try, which two would
	 * not. */
	if (!text_format(session, sizeof session,
		"SET SESSION innodb_lock_wait_timeout=1, max_statement_time=%u, "
		"tx_isolation='READ-COMMITTED', sql_mode='TRADITIONAL', time_zone='+00:00', "
		"autocommit=1",
		o->statement_timeout_s))
		return false;
	if (mysql_options(mysql, MYSQL_INIT_COMMAND, session) != 0 ||
	    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0 ||
	    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &o->connect_timeout_s) != 0 ||
	    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &patience_s) != 0 ||
	    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &patience_s) != 0 ||
	    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no) != 0 ||
	    mysql_options(
		mysql, MARIADB_OPT_RESTRICTED_AUTH, "mysql_native_password,client_ed25519") != 0)
		return false;
	for (const char *const *sql = o->session_sql; sql != NULL && *sql != NULL; sql++)
		if (mysql_options(mysql, MYSQL_INIT_COMMAND, *sql) != 0)
			return false;
	if (!o->tls_required)
		return true;
	return mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes) == 0 &&
	       mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes) == 0 &&
	       mysql_options(mysql, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3") == 0 &&
	       (o->ca_file == NULL || mysql_options(mysql, MYSQL_OPT_SSL_CA, o->ca_file) == 0);
}

/* MariaDB tells the columns of INSERT ... RETURNING only with its rows; db_rows() counts them. */
static bool
counts_are_right(MYSQL_STMT *statement, const struct statement *row, const struct sql_text *text)
{
	const bool returns = strstr(row->sql, " RETURNING ") != NULL;
	const unsigned params = text->params > 0 ? text->params : row->params;

	return mysql_stmt_param_count(statement) == params &&
	       (returns ? row->columns > 0 : mysql_stmt_field_count(statement) == row->columns);
}

static bool
prepare_all(struct db_connection *connection, const struct db *db)
{
	connection->statements = calloc(db->statements + 1, sizeof(MYSQL_STMT *));
	if (connection->statements == NULL)
		return false;
	for (unsigned i = 0; i < db->statements; i++) {
		const struct statement *row = &db->table[i];
		const struct sql_text *text = &db->texts[i];
		MYSQL_STMT *statement = mysql_stmt_init(connection->mysql);

		connection->statements[i] = statement;
		if (statement == NULL ||
		    mysql_stmt_prepare(statement, text->sql, strlen(text->sql)) != 0)
			return false;
		if (counts_are_right(statement, row, text))
			continue;
		log_event("db_statement_miscounted",
		    (const struct log_value[]){ log_int("statement", i), { 0 } });
		return false;
	}
	return true;
}

/* Opens and prepares; the server's error number, or 0, tells why it is not open afterwards. */
static unsigned
connection_open(struct db_connection *connection, const struct db *db)
{
	const struct db_options *o = &db->options;
	unsigned number = 0;

	connection->mysql = mysql_init(NULL);
	if (connection->mysql != NULL && set_options(connection->mysql, o) &&
	    mysql_real_connect(connection->mysql, o->socket == NULL ? o->host : NULL, o->user,
		o->password, o->name, o->port, o->socket, 0) != NULL &&
	    (!o->tls_required || mysql_get_ssl_cipher(connection->mysql) != NULL) &&
	    prepare_all(connection, db))
		return 0;
	if (connection->mysql != NULL)
		number = mysql_errno(connection->mysql);
	connection_close(connection, db->statements);
	return number;
}

/* The pool ------------------------------------------------------------------------------------ */

bool
db_start(void)
{
	return mysql_library_init(0, NULL, NULL) == 0;
}

void
db_stop(void)
{
	mysql_library_end();
}

static void
options_free(struct db_options *o)
{
	if (o->password != NULL)
		secret_wipe_bytes((char *)(uintptr_t)o->password, strlen(o->password));
	free((void *)(uintptr_t)o->host);
	free((void *)(uintptr_t)o->socket);
	free((void *)(uintptr_t)o->name);
	free((void *)(uintptr_t)o->user);
	free((void *)(uintptr_t)o->password);
	free((void *)(uintptr_t)o->ca_file);
}

static bool
copy_option(const char **ret, const char *from)
{
	*ret = from != NULL && from[0] != '\0' ? strdup(from) : NULL;
	return *ret != NULL || from == NULL || from[0] == '\0';
}

static bool
options_copy(struct db_options *ret, const struct db_options *from)
{
	bool copied = true;

	*ret = *from;
	copied &= copy_option(&ret->host, from->host);
	copied &= copy_option(&ret->socket, from->socket);
	copied &= copy_option(&ret->name, from->name);
	copied &= copy_option(&ret->user, from->user);
	copied &= copy_option(&ret->password, from->password);
	copied &= copy_option(&ret->ca_file, from->ca_file);
	return copied;
}

static void
texts_free(struct db *db)
{
	for (unsigned i = 0; db->texts != NULL && i < db->statements; i++)
		sql_text_free(&db->texts[i]);
	free(db->texts);
}

/* Reads the table. A statement that cannot be read is a bug, told by its number. */
static bool
texts_read(struct db *db)
{
	db->texts = calloc(db->statements + 1, sizeof *db->texts);
	if (db->texts == NULL)
		return false;
	for (unsigned i = 0; i < db->statements; i++) {
		if (sql_text_read(&db->texts[i], db->table[i].sql, db->options.constants) == OK)
			continue;
		log_event("db_statement_miscounted",
		    (const struct log_value[]){ log_int("statement", i), { 0 } });
		return false;
	}
	return true;
}

struct db *
db_open(const struct db_options *options, const struct statement *table, unsigned statements)
{
	pthread_condattr_t monotonic;
	struct db *db = calloc(1, sizeof *db + options->connections * sizeof(struct db_connection));

	if (db == NULL)
		return NULL;
	db->table = table;
	db->statements = statements;
	if (!options_copy(&db->options, options) || !texts_read(db)) {
		texts_free(db);
		options_free(&db->options);
		free(db);
		return NULL;
	}
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&db->returned, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&db->mutex, NULL);
	return db;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (unsigned i = 0; i < db->options.connections; i++)
		connection_close(&db->connections[i], db->statements);
	pthread_cond_destroy(&db->returned);
	pthread_mutex_destroy(&db->mutex);
	texts_free(db);
	options_free(&db->options);
	free(db);
}

/* An idle connection, rather an open one; NULL when all are busy. With the mutex held. */
static struct db_connection *
idle_connection(struct db *db)
{
	struct db_connection *closed = NULL;

	for (unsigned i = 0; i < db->options.connections; i++) {
		struct db_connection *connection = &db->connections[i];

		if (connection->busy)
			continue;
		if (connection->mysql != NULL)
			return connection;
		if (closed == NULL)
			closed = connection;
	}
	return closed;
}

/* Waits for a connection slot and whether it may be connected. NULL: time is up, or the server is
 * away. */
static struct db_connection *
borrow_slot(struct db *db)
{
	const struct timespec until = clock_monotonic_in(BORROW_MS);
	struct db_connection *connection;
	int waited = 0;

	pthread_mutex_lock(&db->mutex);
	while ((connection = idle_connection(db)) == NULL && waited == 0)
		waited = pthread_cond_timedwait(&db->returned, &db->mutex, &until);
	if (connection != NULL && connection->generation != db->generation) {
		connection_close(connection, db->statements);
		connection->generation = db->generation;
	}
	if (connection != NULL && connection->mysql == NULL &&
	    clock_monotonic_ms() < db->connect_after_ms)
		connection = NULL;
	if (connection != NULL)
		connection->busy = true;
	pthread_mutex_unlock(&db->mutex);
	return connection;
}

static void
give_back(struct db *db, struct db_connection *connection)
{
	pthread_mutex_lock(&db->mutex);
	connection->busy = false;
	pthread_cond_signal(&db->returned);
	pthread_mutex_unlock(&db->mutex);
}

/* Remembers whether the server could be reached, and says so once when that changes. */
static void
note_reached(struct db *db, bool reached, unsigned number)
{
	pthread_mutex_lock(&db->mutex);
	const bool changed = db->away == reached;
	db->away = !reached;
	if (!reached)
		db->connect_after_ms = clock_monotonic_ms() + CONNECT_AGAIN_MS;
	pthread_mutex_unlock(&db->mutex);
	if (changed)
		log_event(reached ? "db_back" : "db_away",
		    (const struct log_value[]){ log_int("error", number), { 0 } });
}

static struct db_connection *
borrow(struct db *db)
{
	struct db_connection *connection = borrow_slot(db);

	if (connection == NULL || connection->mysql != NULL)
		return connection;
	const unsigned number = connection_open(connection, db);
	note_reached(db, connection->mysql != NULL, number);
	if (connection->mysql != NULL)
		return connection;
	give_back(db, connection);
	return NULL;
}

/* Closes a connection that met a lost server; its sisters are not trusted either. */
static void
distrust(struct db *db, struct db_connection *connection)
{
	connection_close(connection, db->statements);
	pthread_mutex_lock(&db->mutex);
	if (connection->generation == db->generation)
		db->generation++;
	connection->generation = db->generation;
	pthread_mutex_unlock(&db->mutex);
}

/* Errors -------------------------------------------------------------------------------------- */

/* "Duplicate entry 'x' for key 'account_login_id'": keeps the key's name, forgets the entry. */
static void
keep_duplicate_key(struct db_tx *tx, const char *message)
{
	const char *end = strrchr(message, '\'');
	const char *start = end;

	tx->duplicate_key[0] = '\0';
	while (start != NULL && start > message && start[-1] != '\'')
		start--;
	if (start != NULL && (size_t)(end - start) <= DB_KEY_NAME_MAX) {
		memcpy(tx->duplicate_key, start, (size_t)(end - start));
		tx->duplicate_key[end - start] = '\0';
	}
}

static enum result
note_error(struct db_tx *tx, unsigned number, const char *sqlstate, const char *message)
{
	const enum advice advice = advice_of(number);

	if (advice == ADVICE_DUPLICATE) {
		keep_duplicate_key(tx, message);
		return DUPLICATE;
	}
	if (advice == ADVICE_NO_ROW)
		return NO_ROW;
	tx->advice = (int)advice;
	if (advice != ADVICE_BUG)
		return UNAVAILABLE;
	log_event("db_error", (const struct log_value[]){ log_int("number", number),
				  log_text("sqlstate", sqlstate), { 0 } });
	return INTERNAL;
}

static enum result
note_statement_error(struct db_tx *tx, MYSQL_STMT *statement)
{
	return note_error(tx, mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement),
	    mysql_stmt_error(statement));
}

static enum result
note_connection_error(struct db_tx *tx)
{
	MYSQL *mysql = tx->connection->mysql;

	return note_error(tx, mysql_errno(mysql), mysql_sqlstate(mysql), mysql_error(mysql));
}

/* After such an error nobody knows whether the server did what it was told. */
static bool
outcome_is_unknown(const struct db_tx *tx)
{
	return tx->advice == ADVICE_RECONNECT || tx->advice == ADVICE_AWAY;
}

bool
db_may_be_committed(const struct db_tx *tx)
{
	return tx->earlier;
}

bool
db_duplicate_is(const struct db_tx *tx, const char *key)
{
	return strcmp(tx->duplicate_key, key) == 0;
}

/* Running ------------------------------------------------------------------------------------- */

/* One try. The verdict on it is in tx->advice and in the result. */
static enum result
run_once(struct db_tx *tx, enum result (*body)(struct db_tx *, void *), void *context)
{
	MYSQL *mysql = tx->connection->mysql;
	enum result result;

	if (tx->transaction && mysql_query(mysql, "START TRANSACTION") != 0)
		return note_connection_error(tx);
	result = body(tx, context);
	if (!tx->transaction && tx->advice == ADVICE_NONE)
		return result;
	if (result == OK && tx->advice == ADVICE_NONE) {
		if (mysql_commit(mysql) == 0)
			return OK;
		result = note_connection_error(tx);
		tx->committed |= outcome_is_unknown(tx);
	}
	/* After a lost connection there is nothing to roll back; after anything else there must be.
	 * So also of a statement that is a transaction of its own: its handler is not called when
	 * it is stopped between two of its steps. */
	if (tx->advice != ADVICE_RECONNECT && mysql_rollback(mysql) != 0)
		tx->advice = ADVICE_RECONNECT;
	return result != OK ? result : UNAVAILABLE;
}

/* Half of 5*2^n ms to one and a half of it, so that two who collided do not meet again. */
static void
pause_before(unsigned tries)
{
	const uint32_t middle_us = 5000U << (tries > 5 ? 5 : tries);
	const uint32_t us = middle_us / 2 + secret_random_below(middle_us);

	nanosleep(&(struct timespec){ .tv_nsec = (long)us * 1000 }, NULL);
}

/* Runs the body until it is done or need not be run again. `ret_last` (may be NULL) gets what the
 * last run knew. */
static enum result
run(struct db *db, bool transaction, enum result (*body)(struct db_tx *, void *), void *context,
    struct db_tx *ret_last)
{
	const int64_t deadline_ms = clock_monotonic_ms() + DB_RETRY_MS;
	bool committed = false;

	for (unsigned tries = 0;; tries++) {
		struct db_tx tx = {
			.db = db,
			.connection = borrow(db),
			.transaction = transaction,
			.earlier = committed,
		};

		if (tx.connection == NULL)
			return UNAVAILABLE;
		const enum result result = run_once(&tx, body, context);
		committed |= tx.committed;
		if (outcome_is_unknown(&tx))
			distrust(db, tx.connection);
		give_back(db, tx.connection);
		if (ret_last != NULL)
			*ret_last = tx;
		if (tries >= advice_again((enum advice)tx.advice) ||
		    clock_monotonic_ms() > deadline_ms)
			return result;
		__atomic_add_fetch(&db->retries, 1, __ATOMIC_RELAXED);
		pause_before(tries);
	}
}

enum result
db_transaction(struct db *db, enum result (*body)(struct db_tx *, void *), void *context)
{
	return run(db, true, body, context, NULL);
}

enum result
db_each_committed(struct db *db, enum result (*body)(struct db_tx *, void *), void *context)
{
	return run(db, false, body, context, NULL);
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
	const enum result result = run(tx->db, false, body, context, &last);
	last.connection = NULL;
	*tx = last;
	return result;
}

static void
bind_value(const struct db_tx *tx, MYSQL_BIND *bind, const struct db_value *value)
{
	static const int64_t first_run[] = { 1, 0 };
	static const enum enum_field_types types[] = {
		[DB_TEXT] = MYSQL_TYPE_STRING,
		[DB_BYTES] = MYSQL_TYPE_BLOB,
		[DB_NUMBER] = MYSQL_TYPE_LONGLONG,
		[DB_FIRST_RUN] = MYSQL_TYPE_LONGLONG,
		[DB_NULL] = MYSQL_TYPE_NULL,
	};
	const void *data = value->data;

	if (value->type == DB_NUMBER)
		data = &value->number;
	else if (value->type == DB_FIRST_RUN)
		data = &first_run[tx->earlier];
	bind->buffer_type = types[value->type];
	bind->buffer = (void *)(uintptr_t)data; /* the library only reads */
	bind->buffer_length = value->size;
}

static bool
is_named(const struct db_value *value, struct sql_name name)
{
	return strlen(value->name) == name.length &&
	       memcmp(value->name, name.start, name.length) == 0;
}

/* The place in the list of the value with this name, sought from `from` on: most come in order. */
static unsigned
value_named(const struct db_value *in, unsigned values, struct sql_name name, unsigned from)
{
	for (unsigned tried = 0; tried < values; tried++) {
		const unsigned i = (from + tried) % values;

		if (is_named(&in[i], name))
			return i;
	}
	assert(false); /* every parameter has a value */
	return 0;
}

/* Binds each parameter to the value of its name; every value has a parameter. */
static void
bind_by_name(const struct db_tx *tx, const struct sql_text *text, const struct db_value *in,
    MYSQL_BIND binds[static SQL_PARAMS_MAX])
{
	uint64_t used = 0;
	unsigned values = 0, at = 0;

	while (in != NULL && in[values].type != DB_END)
		values++;
	assert(values > 0 && values <= 64);
	for (unsigned i = 0; i < text->params; i++) {
		at = value_named(in, values, text->names[i], at);
		used |= UINT64_C(1) << at;
		bind_value(tx, &binds[i], &in[at++]);
	}
	assert(used == UINT64_MAX >> (64 - values));
}

static unsigned
bind_in_order(const struct db_tx *tx, const struct db_value *in, MYSQL_BIND *binds)
{
	unsigned count = 0;

	for (; in != NULL && in[count].type != DB_END; count++)
		bind_value(tx, &binds[count], &in[count]);
	return count;
}

/* Binds the values and executes. */
static enum result
execute(struct db_tx *tx, unsigned number, const struct db_value *in, MYSQL_STMT **ret_statement)
{
	const struct sql_text *text = &tx->db->texts[number];
	MYSQL_BIND binds[SQL_PARAMS_MAX];
	MYSQL_STMT *statement = tx->connection->statements[number];
	unsigned count = text->params;

	assert(number < tx->db->statements);
	memset(binds, 0, sizeof binds);
	if (count > 0)
		bind_by_name(tx, text, in, binds);
	else {
		count = bind_in_order(tx, in, binds);
		assert(count == tx->db->table[number].params);
	}

	if (count > 0 && mysql_stmt_bind_param(statement, binds) != 0)
		return note_statement_error(tx, statement);
	if (mysql_stmt_execute(statement) != 0)
		return note_statement_error(tx, statement);
	*ret_statement = statement;
	return OK;
}

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
	MYSQL_STMT *statement;
	const enum result result = execute(tx, ctx->number, ctx->in, &statement);

	assert(tx->db->table[ctx->number].columns == 0);
	tx->committed |= !tx->transaction && (result == OK || outcome_is_unknown(tx));
	if (result == OK)
		ctx->rows = mysql_stmt_affected_rows(statement);
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

/* Where the library writes a row's columns: the caller's slots, and what it says about each. */
struct row {
	const struct db_slot *out;
	unsigned columns;
	MYSQL_BIND binds[DB_COLUMNS_MAX];
	unsigned long lengths[DB_COLUMNS_MAX];
	my_bool nulls[DB_COLUMNS_MAX];
};

static void
row_bind(struct row *row, const struct db_slot *out)
{
	memset(row, 0, sizeof *row);
	row->out = out;
	for (; out[row->columns].type != DB_END; row->columns++) {
		const unsigned i = row->columns;
		MYSQL_BIND *bind = &row->binds[i];

		bind->buffer_type = out[i].type == DB_NUMBER ? MYSQL_TYPE_LONGLONG
							     : MYSQL_TYPE_STRING;
		bind->buffer = out[i].data;
		bind->buffer_length = out[i].size;
		bind->length = &row->lengths[i];
		bind->is_null = &row->nulls[i];
	}
}

/* NULL becomes nothing, a text gets its NUL, and every length is the promised one. */
static bool
row_finish(const struct row *row)
{
	for (unsigned i = 0; i < row->columns; i++) {
		const struct db_slot *slot = &row->out[i];

		if (row->nulls[i])
			memset(slot->data, 0, slot->size);
		else if (slot->type == DB_TEXT && row->lengths[i] < slot->size)
			((char *)slot->data)[row->lengths[i]] = '\0';
		else if (slot->type != DB_NUMBER && row->lengths[i] != slot->size)
			return false;
		else if (slot->type == DB_TEXT)
			return false;
	}
	return true;
}

/* The table holds what it should not: a column that does not fit where it goes. */
static enum result
misfit(unsigned number)
{
	log_event(
	    "db_row_misfit", (const struct log_value[]){ log_int("statement", number), { 0 } });
	return INTERNAL;
}

static enum result
fetch(struct db_tx *tx, unsigned number, MYSQL_STMT *statement, const struct row *row)
{
	switch (mysql_stmt_fetch(statement)) {
	case 0:
		return row_finish(row) ? OK : misfit(number);
	case MYSQL_NO_DATA:
		return NO_ROW;
	case MYSQL_DATA_TRUNCATED:
		return misfit(number);
	default:
		return note_statement_error(tx, statement);
	}
}

/* Takes the whole result over. One that is not taken over is ended by a reset, which costs a trip:
 * after mysql_stmt_free_result() alone the next execution of the statement waits for rows that
 * nobody sends, until the read timeout (Connector/C 3.3.20). The errors of INSERT ... RETURNING
 * come here: the server has told the columns by then. */
static enum result
store_result(struct db_tx *tx, unsigned number, MYSQL_STMT *statement, struct row *row)
{
	enum result result;

	if (mysql_stmt_field_count(statement) != row->columns)
		result = misfit(number);
	else if (mysql_stmt_bind_result(statement, row->binds) == 0 &&
		 mysql_stmt_store_result(statement) == 0)
		return OK;
	else
		result = note_statement_error(tx, statement);
	mysql_stmt_reset(statement); /* fails with its connection, which the next use tells */
	return result;
}

static void
free_result(MYSQL_STMT **statement)
{
	mysql_stmt_free_result(*statement);
}

/* A statement that reads, as the body that run_in() runs. */
struct rows_ctx {
	unsigned number;
	const struct db_value *in;
	const struct db_slot *out;
	enum result (*each)(void *);
	void *context;
};

static enum result
rows_tx(struct db_tx *tx, void *context)
{
	const struct rows_ctx *ctx = context;
	struct row row;
	MYSQL_STMT *executed;
	enum result result;

	row_bind(&row, ctx->out);
	assert(row.columns == tx->db->table[ctx->number].columns);
	TRY(execute(tx, ctx->number, ctx->in, &executed));
	TRY(store_result(tx, ctx->number, executed, &row));
	CLEANUP(free_result) MYSQL_STMT *statement = executed;
	while ((result = fetch(tx, ctx->number, statement, &row)) == OK)
		TRY(ctx->each(ctx->context));
	return result == NO_ROW ? OK : result;
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

/* Ends the reading after the first row: NO_ROW stands in for "no more wanted". */
static enum result
stop_after_first(void *context)
{
	*(bool *)context = true;
	return NO_ROW;
}

enum result
db_row(struct db_tx *tx, unsigned number, const struct db_value *in, const struct db_slot *out)
{
	bool found = false;
	const enum result result = db_rows(tx, number, in, out, stop_after_first, &found);

	if (result == NO_ROW || result == OK)
		return found ? OK : NO_ROW;
	return result;
}

struct command_ctx {
	const char *sql;
	unsigned number;
};

static enum result
command_tx(struct db_tx *tx, void *context)
{
	struct command_ctx *ctx = context;
	MYSQL *mysql = tx->connection->mysql;
	const bool done = mysql_query(mysql, ctx->sql) == 0;

	ctx->number = mysql_errno(mysql);
	return done ? OK : note_connection_error(tx);
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

void
db_totals(struct db *db, int64_t *ret_open, int64_t *ret_busy, int64_t *ret_retries)
{
	*ret_open = 0;
	*ret_busy = 0;
	pthread_mutex_lock(&db->mutex);
	for (unsigned i = 0; i < db->options.connections; i++) {
		/* A busy one belongs to its borrower: it is open or about to be. */
		*ret_busy += db->connections[i].busy;
		*ret_open += db->connections[i].busy || db->connections[i].mysql != NULL;
	}
	pthread_mutex_unlock(&db->mutex);
	*ret_retries = __atomic_load_n(&db->retries, __ATOMIC_RELAXED);
}
