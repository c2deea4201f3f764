/* db_pool.c - a pool of connections to MariaDB. */

#include "db_pool.h"

#include "clock.h"
#include "db_error.h"
#include "deadline.h"
#include "log.h"
#include "openssl_errors.h"
#include "secret.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How long a call waits for an idle place: longer than a cluster takes to put out a node, during
 * which all connections are busy and nothing ends (docs/scaling.md). */
#define BORROW_MS        3000
#define CONNECT_WAIT_MS  4000 /* and for one that is being connected for it */
#define CONNECT_AGAIN_MS 500  /* from the begin of a try that failed until the next one */
#define CLOSE_MS         1000 /* how long a stop waits for threads that connect */
#define STACK_BYTES      ((size_t)256 * 1024)

/* A borrower, on its own stack while it waits. */
struct borrower {
	int64_t until_ms;
	int64_t due_ms; /* its place in the line: the deadline of its thread */
	bool connects;  /* it had a place connected, and waits longer */
	bool gives_up;  /* the server is away */
	pthread_cond_t called;
	struct borrower *next; /* in line */
};

struct db_pool {
	struct db_options options;
	struct db_statements statements;
	pthread_mutex_t mutex;    /* guards all below; never held while an answer is waited for */
	struct borrower *line;    /* who waits, the earliest deadline first */
	pthread_cond_t connected; /* or not: a thread that connects has ended */
	unsigned generation; /* connections of an older one met a lost server and are not trusted */
	unsigned connecting; /* threads that connect a place */
	int64_t waiting;     /* borrowers that wait */
	int64_t waited_us;   /* by all of them so far */
	int64_t connect_after_ms;
	int64_t away_since_ms;
	bool closed;            /* the last thread that connects frees the pool */
	bool prepared;          /* a connection has prepared all statements: they are right */
	bool failed;            /* the last try to connect did */
	unsigned connect_error; /* with this number */
	bool away;              /* it failed, and no connection has been trusted since */
	struct db_place places[];
};

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
statements_free(struct db_statements *statements)
{
	for (unsigned i = 0; statements->texts != NULL && i < statements->count; i++)
		sql_text_free(&statements->texts[i]);
	free(statements->texts);
}

/* Reads the table. A statement that cannot be read is a bug; the log has its number. */
static bool
statements_read(struct db_statements *statements, const struct sql_constant *constants)
{
	statements->texts = calloc(statements->count + 1, sizeof *statements->texts);
	if (statements->texts == NULL)
		return false;
	for (unsigned i = 0; i < statements->count; i++) {
		if (sql_text_read(&statements->texts[i], statements->rows[i].sql, constants) == OK)
			continue;
		db_connection_log_miscounted(i);
		return false;
	}
	return true;
}

struct db_pool *
db_pool_open(const struct db_options *options, const struct statement *table, unsigned statements)
{
	struct db_pool *pool = calloc(
	    1, sizeof *pool + options->connections * sizeof(struct db_place));

	if (pool == NULL)
		return NULL;
	pool->statements = (struct db_statements){ .rows = table, .count = statements };
	if (!options_copy(&pool->options, options) ||
	    !statements_read(&pool->statements, options->constants)) {
		statements_free(&pool->statements);
		options_free(&pool->options);
		free(pool);
		return NULL;
	}
	clock_condition_init(&pool->connected);
	pthread_mutex_init(&pool->mutex, NULL);
	for (unsigned i = 0; i < options->connections; i++)
		pool->places[i].pool = pool;
	return pool;
}

static void
pool_free(struct db_pool *pool)
{
	for (unsigned i = 0; i < pool->options.connections; i++)
		db_connection_close(pool->places[i].connection);
	pthread_cond_destroy(&pool->connected);
	pthread_mutex_destroy(&pool->mutex);
	statements_free(&pool->statements);
	options_free(&pool->options);
	free(pool);
}

/* Waits for the threads that connect, but not for a name server. False: one still works with the
 * pool, and frees it. */
static bool
wait_for_connecting(struct db_pool *pool)
{
	const struct timespec until = clock_monotonic_in(CLOSE_MS);
	int waited = 0;

	pthread_mutex_lock(&pool->mutex);
	while (pool->connecting > 0 && waited == 0)
		waited = pthread_cond_timedwait(&pool->connected, &pool->mutex, &until);
	const bool ended = pool->connecting == 0;
	pool->closed = !ended;
	pthread_mutex_unlock(&pool->mutex);
	return ended;
}

void
db_pool_close(struct db_pool *pool)
{
	if (wait_for_connecting(pool))
		pool_free(pool);
	else
		db_connection_keep_library();
}

/* An idle place, rather one that is connected; NULL when all are busy. With the mutex held. */
static struct db_place *
idle_place(struct db_pool *pool)
{
	struct db_place *unconnected = NULL;

	for (unsigned i = 0; i < pool->options.connections; i++) {
		struct db_place *place = &pool->places[i];

		if (place->busy)
			continue;
		if (place->connection != NULL)
			return place;
		if (unconnected == NULL)
			unconnected = place;
	}
	return unconnected;
}

/* The line ------------------------------------------------------------------------------------ */

/* Behind all whose deadline is as early. With the mutex held. */
static void
line_join(struct db_pool *pool, struct borrower *borrower)
{
	struct borrower **at = &pool->line;

	while (*at != NULL && (*at)->due_ms <= borrower->due_ms)
		at = &(*at)->next;
	borrower->next = *at;
	*at = borrower;
}

/* Calls the first: there may be a place. With the mutex held. */
static void
line_call_first(struct db_pool *pool)
{
	if (pool->line != NULL)
		pthread_cond_signal(&pool->line->called);
}

/* Calls everybody: each may have something to do. With the mutex held. */
static void
line_call_all(struct db_pool *pool)
{
	for (struct borrower *each = pool->line; each != NULL; each = each->next)
		pthread_cond_signal(&each->called);
}

/* With the mutex held. */
static void
line_leave(struct db_pool *pool, const struct borrower *borrower)
{
	struct borrower **at = &pool->line;

	while (*at != borrower)
		at = &(*at)->next;
	*at = borrower->next;
	line_call_first(pool);
}

/* Places -------------------------------------------------------------------------------------- */

/* Closes the connection if it is not trusted. With the mutex held: closing waits for nothing. */
static void
drop_if_distrusted(struct db_pool *pool, struct db_place *place)
{
	if (place->generation == pool->generation)
		return;
	db_connection_close(place->connection);
	place->connection = NULL;
	place->generation = pool->generation;
}

/* No connection that there is now is trusted any more. One was, so the server was there until now:
 * the next try that fails is the first one. With the mutex held. */
static void
distrust_connections(struct db_pool *pool)
{
	pool->generation++;
	pool->away = false;
}

/* Remembers whether the server could be reached, by a try that began then. With the mutex held.
 * True: that is news. */
static bool
note_reached(struct db_pool *pool, bool reached, unsigned number, int64_t began_ms)
{
	const bool is_news = reached ? pool->failed : !pool->away;

	if (!reached && !pool->away)
		pool->away_since_ms = began_ms;
	pool->away = pool->failed = !reached;
	pool->connect_error = reached ? 0 : number;
	if (!reached && pool->connect_after_ms < began_ms + CONNECT_AGAIN_MS)
		pool->connect_after_ms = began_ms + CONNECT_AGAIN_MS;
	return is_news;
}

static void
log_server_reached(bool reached, unsigned number)
{
	log_event(
	    reached ? "db_back" : "db_away", (const struct log_value[]){ log_int("error", number),
						 log_text("why", db_error_text(number)), { 0 } });
}

/* Have all statements been prepared once? For each connection it would cost service and server some
 * 25 ms of CPU, when all connections are made anew because another node has become the writer. */
static bool
statements_are_known(struct db_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	const bool known = pool->prepared;
	pthread_mutex_unlock(&pool->mutex);
	return known;
}

/* Connects a place that is busy meanwhile; then it is idle, connected or not. */
static void *
run_connect(void *context)
{
	struct db_place *place = context;
	struct db_pool *pool = place->pool;
	const int64_t began_ms = clock_monotonic_ms();
	unsigned number = 0;
	struct db_connection *connection = db_connection_open(
	    &pool->options, &pool->statements, !statements_are_known(pool), &number);
	const bool reached = connection != NULL;

	openssl_errors_end();
	pthread_mutex_lock(&pool->mutex);
	const bool is_news = note_reached(pool, reached, number, began_ms);
	place->connection = connection;
	pool->prepared |= reached;
	if (reached)
		text_copy_cut(
		    place->server, sizeof place->server, db_connection_server(connection));
	place->busy = false;
	pool->connecting--;
	line_call_all(pool);
	pthread_cond_broadcast(&pool->connected);
	const bool frees = pool->closed && pool->connecting == 0;
	pthread_mutex_unlock(&pool->mutex);
	if (frees)
		pool_free(pool);
	/* The pool may be gone from here on. */
	if (is_news)
		log_server_reached(reached, number);
	return NULL;
}

/* With the mutex held. False: no thread could be had. */
static bool
start_connect(struct db_pool *pool, struct db_place *place)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	const bool started = pthread_create(&thread, &attributes, run_connect, place) == 0;
	pthread_attr_destroy(&attributes);
	place->busy = started;
	pool->connecting += started;
	return started;
}

/* An idle place whose connection is trusted, or one without a connection; NULL when all are busy.
 * With the mutex held. */
static struct db_place *
trusted_place(struct db_pool *pool)
{
	struct db_place *place = idle_place(pool);

	for (; place != NULL && place->connection != NULL; place = idle_place(pool)) {
		drop_if_distrusted(pool, place);
		if (place->connection != NULL)
			break;
	}
	return place;
}

/* Has the server been there, and not been away for long? Another one may take over. With the mutex
 * held. */
static bool
is_worth_waiting(const struct db_pool *pool, int64_t now_ms)
{
	return pool->prepared &&
	       (!pool->away || now_ms - pool->away_since_ms < pool->options.patience_ms);
}

/* Does somebody work with a connection, which will come back? Where no other one can be had, those
 * that there are go round. With the mutex held. */
static bool
is_worked_with(const struct db_pool *pool)
{
	for (unsigned i = 0; i < pool->options.connections; i++) {
		const struct db_place *place = &pool->places[i];

		if (place->busy && place->connection != NULL &&
		    place->generation == pool->generation)
			return true;
	}
	return false;
}

/* Has a try failed that began when no try was worth waiting for any more? With the mutex held. */
static bool
is_given_up(const struct db_pool *pool)
{
	return pool->away && !is_worth_waiting(pool, pool->connect_after_ms - CONNECT_AGAIN_MS) &&
	       !is_worked_with(pool);
}

/* A connected place, or NULL: the borrower must wait, or gives up. Whoever is not the first in line
 * leaves what is idle to the first. With the mutex held. */
static struct db_place *
take_place(struct db_pool *pool, struct borrower *borrower)
{
	struct db_place *place = trusted_place(pool);
	const int64_t now_ms = clock_monotonic_ms();

	if (place == NULL)
		return NULL;
	if (place->connection != NULL) {
		place->busy = pool->line == borrower;
		return place->busy ? place : NULL;
	}
	if (now_ms < pool->connect_after_ms) {
		borrower->gives_up = !is_worth_waiting(pool, now_ms) && !is_worked_with(pool);
		return NULL;
	}
	/* Only who began the try that goes on waits for its end, and begins no other one then. */
	borrower->gives_up = borrower->connects != (pool->connecting > 0) && is_given_up(pool);
	if (borrower->gives_up || (pool->connecting > 0 && (borrower->connects || pool->away)))
		return NULL;
	place->generation = pool->generation;
	borrower->gives_up = !start_connect(pool, place);
	if (!borrower->connects)
		borrower->until_ms = now_ms + deadline_left_ms(CONNECT_WAIT_MS);
	borrower->connects = true;
	return NULL;
}

/* Waits for a place to come back, or for the time of another try to connect. With the mutex held.
 * False: the borrower's time is over. */
static bool
wait_for_place(struct db_pool *pool, struct borrower *borrower)
{
	const int64_t began_us = clock_monotonic_us(), now_ms = began_us / 1000;
	const bool another_try = now_ms < pool->connect_after_ms &&
				 pool->connect_after_ms < borrower->until_ms;
	const struct timespec until = clock_monotonic_in(
	    (another_try ? pool->connect_after_ms : borrower->until_ms) - now_ms);

	pool->waiting++;
	pthread_cond_timedwait(&borrower->called, &pool->mutex, &until);
	pool->waiting--;
	pool->waited_us += clock_monotonic_us() - began_us;
	return clock_monotonic_ms() < borrower->until_ms;
}

struct db_place *
db_pool_borrow(struct db_pool *pool)
{
	const int64_t now_ms = clock_monotonic_ms();
	struct borrower borrower = {
		.until_ms = now_ms + deadline_left_ms(BORROW_MS),
		.due_ms = now_ms + deadline_left_ms(CONNECT_WAIT_MS),
	};
	struct db_place *place;
	bool waits = true;

	clock_condition_init(&borrower.called);
	pthread_mutex_lock(&pool->mutex);
	line_join(pool, &borrower);
	while ((place = take_place(pool, &borrower)) == NULL && !borrower.gives_up && waits)
		waits = wait_for_place(pool, &borrower);
	line_leave(pool, &borrower);
	pthread_mutex_unlock(&pool->mutex);
	pthread_cond_destroy(&borrower.called);
	return place;
}

void
db_pool_give_back(struct db_pool *pool, struct db_place *place)
{
	pthread_mutex_lock(&pool->mutex);
	place->busy = false;
	line_call_first(pool);
	pthread_mutex_unlock(&pool->mutex);
}

void
db_pool_distrust(struct db_pool *pool, struct db_place *place)
{
	struct db_connection *const lost = place->connection;

	pthread_mutex_lock(&pool->mutex);
	place->connection = NULL; /* others look whether there is one: is_worked_with() */
	if (place->generation == pool->generation)
		distrust_connections(pool);
	place->generation = pool->generation;
	pthread_mutex_unlock(&pool->mutex);
	db_connection_close(lost);
}

unsigned
db_pool_connect_error(struct db_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	const unsigned number = pool->connect_error;
	pthread_mutex_unlock(&pool->mutex);
	return number;
}

void
db_pool_distrust_all(struct db_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	distrust_connections(pool);
	pthread_mutex_unlock(&pool->mutex);
}

/* Counts a connection to this server. */
static unsigned
count_server(struct db_server servers[static DB_SERVERS_MAX], unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(servers[i].name, name) != 0)
			continue;
		servers[i].connections++;
		return count;
	}
	if (count == DB_SERVERS_MAX)
		return count;
	text_copy_cut(servers[count].name, sizeof servers[count].name, name);
	servers[count].connections = 1;
	return count + 1;
}

unsigned
db_pool_servers(struct db_pool *pool, struct db_server ret[static DB_SERVERS_MAX])
{
	unsigned count = 0;

	pthread_mutex_lock(&pool->mutex);
	for (unsigned i = 0; i < pool->options.connections; i++) {
		const struct db_place *place = &pool->places[i];

		/* What met a lost server, or is older, leads nowhere any more. */
		if (place->connection != NULL && place->generation == pool->generation)
			count = count_server(ret, count, place->server);
	}
	pthread_mutex_unlock(&pool->mutex);
	return count;
}

void
db_pool_totals(struct db_pool *pool, struct db_totals *ret)
{
	*ret = (struct db_totals){ 0 };
	pthread_mutex_lock(&pool->mutex);
	for (unsigned i = 0; i < pool->options.connections; i++) {
		/* A busy one belongs to its borrower: it is open or about to be. */
		ret->busy += pool->places[i].busy;
		ret->open += pool->places[i].busy || pool->places[i].connection != NULL;
	}
	ret->waiting = pool->waiting;
	ret->waited_us = pool->waited_us;
	pthread_mutex_unlock(&pool->mutex);
}
