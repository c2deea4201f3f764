/* db_connection.c - one connection to MariaDB, with its prepared statements: the only file with
 * mysql.h. */

#include "db_connection.h"

#include "bounds.h"
#include "cleanup.h"
#include "clock.h"
#include "db_error.h"
#include "deadline.h"
#include "log.h"
#include "openssl_errors.h"
#include "text.h"

#include <mysql.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CALL_S      5    /* one call; above the statement timeout: the server gives up first */
#define CONNECT_MS  6000 /* to connect, log in and prepare all statements */
#define TLS_LOOK_MS 20   /* how long a wait under TLS lasts before the library looks again */

struct db_connection {
	MYSQL *mysql;
	const struct db_statements *table;
	MYSQL_STMT **prepared; /* of each row of the table; NULL: not yet */
	int64_t call_ms;       /* how long one call to the library may take */
	bool tls;
	bool cluster; /* the server is a node of a Galera cluster */
	char server[DB_SERVER_SIZE];
	MYSQL_BIND binds[SQL_PARAMS_MAX]; /* of the statement that is executed */
};

static atomic_uint last_error;
static atomic_bool library_is_kept;

unsigned
db_connection_last_error(void)
{
	return atomic_load(&last_error);
}

/* Waiting ------------------------------------------------------------------------------------- */

/* The call that this thread makes to the library, which waits in wait_for_server() and tells it
 * nothing of the caller. */
static _Thread_local struct {
	int64_t ends_at_ms;
	bool tls;
} library_call;

/* False: the deadline of this thread has passed. What an earlier call left to this thread, on
 * whatever connection or token, is no error of this one. */
static bool
begin_call(const struct db_connection *connection, int64_t most_ms)
{
	const int64_t left_ms = deadline_left_ms(most_ms);

	library_call.ends_at_ms = clock_monotonic_ms() + left_ms;
	library_call.tls = connection->tls;
	openssl_errors_forget();
	return left_ms > 0;
}

/* The same for a call of a transaction. UNAVAILABLE: the server is not asked, and the connection
 * stays of use. */
static enum result
begin_tx_call(struct db_tx *tx)
{
	if (begin_call(tx->connection, tx->connection->call_ms))
		return OK;
	tx->error = DB_ERROR_SLOW;
	return UNAVAILABLE;
}

/* Every wait of the library (MARIADB_OPT_IO_WAIT). A call ends at its time, however slowly the
 * bytes of its answer come in; the library's own timeouts begin anew with each byte.
 *
 * Under TLS `timeout_ms` is in seconds, and a wait to write is announced as one to read
 * (Connector/C 3.3.20): there the library is told from time to time to look for itself. */
static int
wait_for_server(my_socket socket, my_bool is_read, int timeout_ms)
{
	struct pollfd polled = { .fd = socket, .events = is_read ? POLLIN : POLLOUT };
	const int64_t left_ms = library_call.ends_at_ms - clock_monotonic_ms();
	const bool looks = is_read && library_call.tls && left_ms > TLS_LOOK_MS;
	int64_t wait_ms = left_ms;

	if (looks)
		wait_ms = TLS_LOOK_MS;
	else if (timeout_ms > 0 && timeout_ms < left_ms)
		wait_ms = timeout_ms;
	const int ready = left_ms > 0 ? poll(&polled, 1, (int)wait_ms) : 0;
	if ((ready == 0 && looks) || (ready < 0 && errno == EINTR))
		return 1;
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready;
}

/* Connecting ---------------------------------------------------------------------------------- */

bool
db_connection_start_library(void)
{
	return mysql_library_init(0, NULL, NULL) == 0;
}

void
db_connection_stop_library(void)
{
	if (!atomic_load(&library_is_kept))
		mysql_library_end();
}

void
db_connection_keep_library(void)
{
	atomic_store(&library_is_kept, true);
}

static unsigned
call_seconds(const struct db_options *o)
{
	return o->statement_timeout_s < CALL_S ? CALL_S : o->statement_timeout_s + 1;
}

/* Everything the defaults leave open: clear text, any certificate, any file of ours, any wait. */
static bool
set_options(MYSQL *mysql, const struct db_options *o)
{
	static const my_bool yes = 1;
	static const unsigned no = 0;
	/* The library takes "localhost" for its own default socket, whatever the port. */
	static const unsigned tcp = MYSQL_PROTOCOL_TCP;
	const unsigned call_s = call_seconds(o);

	if (mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0 ||
	    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &o->connect_timeout_s) != 0 ||
	    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &call_s) != 0 ||
	    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &call_s) != 0 ||
	    (o->socket == NULL && mysql_options(mysql, MYSQL_OPT_PROTOCOL, &tcp) != 0) ||
	    mysql_optionsv(mysql, MARIADB_OPT_IO_WAIT, wait_for_server) != 0 ||
	    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no) != 0 ||
	    mysql_options(
		mysql, MARIADB_OPT_RESTRICTED_AUTH, "mysql_native_password,client_ed25519") != 0)
		return false;
	if (!o->tls_required)
		return true;
	return mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes) == 0 &&
	       mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes) == 0 &&
	       mysql_options(mysql, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3") == 0 &&
	       (o->ca_file == NULL || mysql_options(mysql, MYSQL_OPT_SSL_CA, o->ca_file) == 0);
}

/* What every session has. Not by MYSQL_INIT_COMMAND, which crashes where there is no memory
 * (Connector/C 3.3.20). */
static bool
set_session(MYSQL *mysql, const struct db_options *o)
{
	char session[256];

	/* A second for a lock leaves time within DB_RETRY_MS for another try, which two would
	 * not. */
	if (!text_format(session, sizeof session,
		"SET SESSION innodb_lock_wait_timeout=1, max_statement_time=%u, "
		"tx_isolation='READ-COMMITTED', sql_mode='TRADITIONAL', time_zone='+00:00', "
		"autocommit=1",
		o->statement_timeout_s) ||
	    mysql_query(mysql, session) != 0)
		return false;
	for (const char *const *sql = o->session_sql; sql != NULL && *sql != NULL; sql++)
		if (mysql_query(mysql, *sql) != 0)
			return false;
	return true;
}

void
db_connection_log_miscounted(unsigned statement)
{
	log_event("db_statement_miscounted",
	    (const struct log_value[]){ log_int("statement", statement), { 0 } });
}

/* MariaDB tells the columns of INSERT ... RETURNING and of a statement block only with their rows:
 * execute() counts them. */
static bool
columns_are_right(const struct statement *row, unsigned told)
{
	if (strstr(row->sql, " RETURNING ") != NULL)
		return row->columns > 0;
	return told == row->columns || text_starts_with(row->sql, "BEGIN NOT ATOMIC");
}

/* Has a prepared statement the parameters and columns of its row? If not, that is logged. */
static bool
counts_are_right(const struct db_statements *table, unsigned number, MYSQL_STMT *statement)
{
	if (mysql_stmt_param_count(statement) == table->texts[number].params &&
	    columns_are_right(&table->rows[number], mysql_stmt_field_count(statement)))
		return true;
	db_connection_log_miscounted(number);
	return false;
}

/* What the server says of itself. */
struct server_facts {
	char host[DB_SERVER_SIZE];
	char port[8];
	bool cluster;
};

static void
take_server_fact(struct server_facts *facts, const char *name, const char *value)
{
	if (strcmp(name, "hostname") == 0)
		text_copy_cut(facts->host, sizeof facts->host - sizeof facts->port, value);
	else if (strcmp(name, "port") == 0)
		text_copy_cut(facts->port, sizeof facts->port, value);
	else
		facts->cluster = strcmp(value, "ON") == 0; /* wsrep_on, where it is built in */
}

/* SHOW, as it names no variable that a server may lack, and is answered by a node without a quorum.
 */
static bool
read_server_facts(MYSQL *mysql, struct server_facts *ret)
{
	static const char sql[] = "SHOW GLOBAL VARIABLES"
				  " WHERE Variable_name IN ('hostname', 'port', 'wsrep_on')";
	MYSQL_ROW row;

	if (mysql_query(mysql, sql) != 0)
		return false;
	MYSQL_RES *rows = mysql_store_result(mysql);
	if (rows == NULL)
		return false;
	while ((row = mysql_fetch_row(rows)) != NULL)
		if (row[0] != NULL && row[1] != NULL)
			take_server_fact(ret, row[0], row[1]);
	mysql_free_result(rows);
	return true;
}

/* The name comes to the log and the metrics, and is the server's own choice. */
static bool
name_server(struct db_connection *connection, const struct server_facts *facts)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789.-:";
	char *at = connection->server;

	if (!text_format(
		connection->server, sizeof connection->server, "%s:%s", facts->host, facts->port))
		return false;
	while (*(at += strspn(at, letters)) != '\0')
		*at = '_';
	return true;
}

/* Learns who the server is. */
static bool
meet_server(struct db_connection *connection)
{
	struct server_facts facts = { .host = "" };

	if (!read_server_facts(connection->mysql, &facts) || !name_server(connection, &facts))
		return false;
	connection->cluster = facts.cluster;
	return true;
}

/* On a node of a cluster, statements wait from now on for what others have committed: 1 reads and
 * BEGIN, 2 UPDATE and DELETE, 4 INSERT (a row that a foreign key names may have been written
 * elsewhere). The server waits for a statement that is prepared, too: who connects while a node is
 * put out would take it for one that is away. */
static bool
begin_sync_wait(struct db_connection *connection)
{
	return !connection->cluster ||
	       mysql_query(connection->mysql, "SET SESSION wsrep_sync_wait = 7") == 0;
}

const char *
db_connection_server(const struct db_connection *connection)
{
	return connection->server;
}

bool
db_connection_is_node(const struct db_connection *connection)
{
	return connection->cluster;
}

/* Prepares a statement that does not wait on a node of a cluster. False: no memory, or an error. */
static bool
prepare_lagging(MYSQL_STMT *statement, const char *sql)
{
	static const char at_once[] = "SET STATEMENT wsrep_sync_wait = 0 FOR ";
	const size_t size = sizeof at_once + strlen(sql);
	char *text = malloc(size);
	const bool prepared = text != NULL && text_format(text, size, "%s%s", at_once, sql) &&
			      mysql_stmt_prepare(statement, text, size - 1) == 0;

	free(text);
	return prepared;
}

static bool
prepare_one(const struct db_connection *connection, MYSQL_STMT *statement, unsigned i)
{
	const char *const sql = connection->table->texts[i].sql;

	if (connection->cluster && connection->table->rows[i].may_lag)
		return prepare_lagging(statement, sql);
	return mysql_stmt_prepare(statement, sql, strlen(sql)) == 0;
}

/* Prepares all statements to see whether they are right. None is kept: most are for rare calls, and
 * each takes some 10 KiB. One that is wrong is closed with the connection. */
static bool
prepare_all(struct db_connection *connection)
{
	const struct db_statements *table = connection->table;

	for (unsigned i = 0; i < table->count; i++) {
		MYSQL_STMT *statement = mysql_stmt_init(connection->mysql);

		connection->prepared[i] = statement;
		if (statement == NULL || !prepare_one(connection, statement, i) ||
		    !counts_are_right(table, i, statement))
			return false;
		connection->prepared[i] = NULL;
		mysql_stmt_close(statement);
	}
	return true;
}

/* Leaves every wait to wait_for_server(): under TLS the library would else wait in the socket. */
static bool
never_block(MYSQL *mysql)
{
	const my_socket socket = mysql_get_socket(mysql);
	const int flags = fcntl(socket, F_GETFL);

	return flags >= 0 && fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0;
}

struct db_connection *
db_connection_open(const struct db_options *o, const struct db_statements *table, bool prepares_all,
    unsigned *ret_number)
{
	struct db_connection *connection = calloc(1, sizeof *connection);

	*ret_number = 0;
	if (connection == NULL)
		return NULL;
	connection->table = table;
	connection->prepared = calloc(table->count + 1, sizeof(MYSQL_STMT *));
	connection->call_ms = (int64_t)call_seconds(o) * 1000;
	connection->tls = o->tls_required;
	connection->mysql = mysql_init(NULL);
	if (begin_call(connection, CONNECT_MS) && connection->prepared != NULL &&
	    connection->mysql != NULL && set_options(connection->mysql, o) &&
	    mysql_real_connect(connection->mysql, o->socket == NULL ? o->host : NULL, o->user,
		o->password, o->name, o->port, o->socket, 0) != NULL &&
	    (!o->tls_required || mysql_get_ssl_cipher(connection->mysql) != NULL) &&
	    never_block(connection->mysql) && set_session(connection->mysql, o) &&
	    meet_server(connection) && (!prepares_all || prepare_all(connection)) &&
	    begin_sync_wait(connection))
		return connection;
	if (connection->mysql != NULL)
		*ret_number = mysql_errno(connection->mysql);
	atomic_store(&last_error, *ret_number);
	db_connection_close(connection);
	return NULL;
}

void
db_connection_close(struct db_connection *connection)
{
	if (connection == NULL)
		return;
	/* First: of an open connection the library would fetch the rest of an answer that it had no
	 * memory for, which ends the process (Connector/C 3.3.20). */
	if (connection->mysql != NULL)
		mysql_close(connection->mysql);
	for (unsigned i = 0; connection->prepared != NULL && i < connection->table->count; i++)
		if (connection->prepared[i] != NULL)
			mysql_stmt_close(connection->prepared[i]);
	free(connection->prepared);
	free(connection);
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
	const enum db_error error = db_error_of(number);

	if (error == DB_ERROR_DUPLICATE) {
		keep_duplicate_key(tx, message);
		return DUPLICATE;
	}
	if (error == DB_ERROR_NO_ROW)
		return NO_ROW;
	tx->error = (int)error;
	tx->number = number;
	atomic_store(&last_error, number);
	if (error != DB_ERROR_BUG)
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

/* Values and rows ----------------------------------------------------------------------------- */

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
	bool is_bound[SQL_PARAMS_MAX] = { false };
	unsigned values = 0, bound = 0, at = 0;

	while (in != NULL && in[values].type != DB_END)
		values++;
	assert(values <= SQL_PARAMS_MAX);
	for (unsigned i = 0; i < text->params; i++, at++) {
		at = value_named(in, values, text->names[i], at);
		bind_value(tx, &binds[i], &in[at]);
		bound += !is_bound[at];
		is_bound[at] = true;
	}
	assert(bound == values);
}

/* The table of statements does not say what the server answers, or a row holds what does not fit
 * where it goes. */
static enum result
misfit(unsigned number)
{
	log_event(
	    "db_row_misfit", (const struct log_value[]){ log_int("statement", number), { 0 } });
	return INTERNAL;
}

/* Reads past an answer that is not taken over, and returns `result`. The reset costs a trip: after
 * mysql_stmt_free_result() alone the next execution of the statement waits for rows that nobody
 * sends, until the read timeout (Connector/C 3.3.20). It fails with its connection, which the next
 * use tells. */
static enum result
give_up_answer(MYSQL_STMT *statement, enum result result)
{
	mysql_stmt_reset(statement);
	return result;
}

/* Prepares a statement that was not used yet on this connection. */
static enum result
prepare_late(struct db_tx *tx, unsigned number)
{
	struct db_connection *connection = tx->connection;
	MYSQL_STMT *statement = mysql_stmt_init(connection->mysql);
	enum result result = OK;

	if (statement == NULL)
		return note_connection_error(tx);
	if (!prepare_one(connection, statement, number))
		result = note_statement_error(tx, statement);
	else if (!counts_are_right(connection->table, number, statement))
		result = INTERNAL;
	if (result == OK)
		connection->prepared[number] = statement;
	else
		mysql_stmt_close(statement);
	return result;
}

/* Binds the values and executes; the answer has the columns that the table says. */
static enum result
execute(struct db_tx *tx, unsigned number, const struct db_value *in, MYSQL_STMT **ret_statement)
{
	const struct db_statements *table = tx->connection->table;
	MYSQL_BIND *binds = tx->connection->binds;

	assert(number < table->count);
	TRY(begin_tx_call(tx));
	if (tx->connection->prepared[number] == NULL)
		TRY(prepare_late(tx, number));
	MYSQL_STMT *statement = tx->connection->prepared[number];
	memset(binds, 0, table->texts[number].params * sizeof *binds);
	bind_by_name(tx, &table->texts[number], in, binds);
	if (table->texts[number].params > 0 && mysql_stmt_bind_param(statement, binds) != 0)
		return note_statement_error(tx, statement);
	if (mysql_stmt_execute(statement) != 0)
		return note_statement_error(tx, statement);
	*ret_statement = statement;
	return mysql_stmt_field_count(statement) == table->rows[number].columns
		   ? OK
		   : give_up_answer(statement, misfit(number));
}

enum result
db_connection_change(
    struct db_tx *tx, unsigned number, const struct db_value *in, uint64_t *ret_rows)
{
	MYSQL_STMT *statement;

	assert(tx->connection->table->rows[number].columns == 0);
	TRY(execute(tx, number, in, &statement));
	*ret_rows = mysql_stmt_affected_rows(statement);
	tx->changed |= *ret_rows > 0;
	return OK;
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

/* Takes all rows over. The errors of INSERT ... RETURNING come here: the server has told the
 * columns by then. */
static enum result
store_rows(struct db_tx *tx, MYSQL_STMT *statement, struct row *row)
{
	if (mysql_stmt_bind_result(statement, row->binds) == 0 &&
	    mysql_stmt_store_result(statement) == 0)
		return OK;
	return give_up_answer(statement, note_statement_error(tx, statement));
}

/* Calls `each` after every row. */
static enum result
fetch_each(struct db_tx *tx, unsigned number, MYSQL_STMT *statement, const struct row *row,
    enum result (*each)(void *), void *context)
{
	enum result result;

	while ((result = fetch(tx, number, statement, row)) == OK)
		TRY(each(context));
	return result == NO_ROW ? OK : result;
}

/* Behind the rows of a statement block stands how it ended, its COMMIT too: an error is that of the
 * block. More rows are those of a second SELECT, which is a bug. What SELECT ... INTO reads counts
 * as changed, too: a block that found nothing to do has no row, and changed nothing. */
static enum result
end_block(struct db_tx *tx, unsigned number, MYSQL_STMT *statement, enum result result)
{
	const bool has_rows = mysql_stmt_num_rows(statement) > 0;

	while (mysql_stmt_more_results(statement)) {
		if (mysql_stmt_next_result(statement) != 0)
			return note_statement_error(tx, statement);
		if (mysql_stmt_field_count(statement) > 0)
			result = misfit(number);
		tx->changed |= has_rows && mysql_stmt_affected_rows(statement) > 0;
	}
	return result;
}

static void
free_result(MYSQL_STMT **statement)
{
	mysql_stmt_free_result(*statement);
}

enum result
db_connection_rows(struct db_tx *tx, unsigned number, const struct db_value *in,
    const struct db_slot *out, enum result (*each)(void *), void *context)
{
	struct row row;
	MYSQL_STMT *executed;

	row_bind(&row, out);
	assert(row.columns == tx->connection->table->rows[number].columns);
	TRY(execute(tx, number, in, &executed));
	TRY(store_rows(tx, executed, &row));
	CLEANUP(free_result) MYSQL_STMT *statement = executed;
	const enum result read = each != NULL
				     ? fetch_each(tx, number, statement, &row, each, context)
				     : fetch(tx, number, statement, &row);
	return end_block(tx, number, statement, read);
}

enum result
db_connection_command(struct db_tx *tx, const char *sql, unsigned *ret_number)
{
	MYSQL *mysql = tx->connection->mysql;

	*ret_number = 0;
	TRY(begin_tx_call(tx));
	const bool done = mysql_query(mysql, sql) == 0;
	*ret_number = mysql_errno(mysql);
	return done ? OK : note_connection_error(tx);
}

enum result
db_connection_commit(struct db_tx *tx)
{
	TRY(begin_tx_call(tx));
	return mysql_commit(tx->connection->mysql) == 0 ? OK : note_connection_error(tx);
}

bool
db_connection_roll_back(struct db_tx *tx)
{
	const bool tidies = deadline_tidy(true);
	const bool rolled_back = begin_call(tx->connection, tx->connection->call_ms) &&
				 mysql_rollback(tx->connection->mysql) == 0;

	deadline_tidy(tidies);
	return rolled_back;
}
