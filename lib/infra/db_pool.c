/* db_pool.c - a pool of connections to MariaDB. */

#include "db_pool.h"

#include "clock.h"
#include "log.h"
#include "secret.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BORROW_MS        1000 /* how long a call waits for an idle place */
#define CONNECT_AGAIN_MS 500  /* no thread tries to connect for so long after a failure */

struct db_pool {
	struct db_options options;
	struct db_statements statements;
	pthread_mutex_t mutex; /* guards all below; never held while an answer is waited for */
	pthread_cond_t returned;
	unsigned generation; /* connections of an older one met a lost server and are not trusted */
	int64_t connect_after_ms;
	bool away; /* the last try to connect failed */
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
		log_event("db_statement_miscounted",
		    (const struct log_value[]){ log_int("statement", i), { 0 } });
		return false;
	}
	return true;
}

struct db_pool *
db_pool_open(const struct db_options *options, const struct statement *table, unsigned statements)
{
	pthread_condattr_t monotonic;
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
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->returned, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&pool->mutex, NULL);
	return pool;
}

void
db_pool_close(struct db_pool *pool)
{
	for (unsigned i = 0; i < pool->options.connections; i++)
		db_connection_close(pool->places[i].connection);
	pthread_cond_destroy(&pool->returned);
	pthread_mutex_destroy(&pool->mutex);
	statements_free(&pool->statements);
	options_free(&pool->options);
	free(pool);
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

/* Waits for a place that is connected or may be connected. NULL: time is up, or the server is
 * away. */
static struct db_place *
borrow_place(struct db_pool *pool)
{
	const struct timespec until = clock_monotonic_in(BORROW_MS);
	struct db_place *place;
	int waited = 0;

	pthread_mutex_lock(&pool->mutex);
	while ((place = idle_place(pool)) == NULL && waited == 0)
		waited = pthread_cond_timedwait(&pool->returned, &pool->mutex, &until);
	if (place != NULL && place->generation != pool->generation) {
		db_connection_close(place->connection);
		place->connection = NULL;
		place->generation = pool->generation;
	}
	if (place != NULL && place->connection == NULL &&
	    clock_monotonic_ms() < pool->connect_after_ms)
		place = NULL;
	if (place != NULL)
		place->busy = true;
	pthread_mutex_unlock(&pool->mutex);
	return place;
}

/* Remembers whether the server could be reached, and logs it when that changes. */
static void
note_reached(struct db_pool *pool, bool reached, unsigned number)
{
	pthread_mutex_lock(&pool->mutex);
	const bool changed = pool->away == reached;
	pool->away = !reached;
	if (!reached)
		pool->connect_after_ms = clock_monotonic_ms() + CONNECT_AGAIN_MS;
	pthread_mutex_unlock(&pool->mutex);
	if (changed)
		log_event(reached ? "db_back" : "db_away",
		    (const struct log_value[]){ log_int("error", number), { 0 } });
}

struct db_place *
db_pool_borrow(struct db_pool *pool)
{
	struct db_place *place = borrow_place(pool);
	unsigned number;

	if (place == NULL || place->connection != NULL)
		return place;
	place->connection = db_connection_open(&pool->options, &pool->statements, &number);
	note_reached(pool, place->connection != NULL, number);
	if (place->connection != NULL)
		return place;
	db_pool_give_back(pool, place);
	return NULL;
}

void
db_pool_give_back(struct db_pool *pool, struct db_place *place)
{
	pthread_mutex_lock(&pool->mutex);
	place->busy = false;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->mutex);
}

void
db_pool_distrust(struct db_pool *pool, struct db_place *place)
{
	db_connection_close(place->connection);
	place->connection = NULL;
	pthread_mutex_lock(&pool->mutex);
	if (place->generation == pool->generation)
		pool->generation++;
	place->generation = pool->generation;
	pthread_mutex_unlock(&pool->mutex);
}

void
db_pool_totals(struct db_pool *pool, int64_t *ret_open, int64_t *ret_busy)
{
	*ret_open = 0;
	*ret_busy = 0;
	pthread_mutex_lock(&pool->mutex);
	for (unsigned i = 0; i < pool->options.connections; i++) {
		/* A busy one belongs to its borrower: it is open or about to be. */
		*ret_busy += pool->places[i].busy;
		*ret_open += pool->places[i].busy || pool->places[i].connection != NULL;
	}
	pthread_mutex_unlock(&pool->mutex);
}
