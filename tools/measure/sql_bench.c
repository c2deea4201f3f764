/* sql_bench.c - how fast is the bare database: prepared statements over kept connections, nothing
 * around them. What the service makes of it is measured beside.
 *
 *   sql_bench select|commit CONNECTIONS SECONDS SOCKET USER DATABASE
 *
 * select reads accounts of the database by primary key; commit inserts into `bench.durable`, each
 * row a transaction of its own. Prints JSON. */

#include "bench_times.h"

#include <mysql.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CONNECTIONS_MAX 256
#define KEY_SIZE        16
#define KEYS_MAX        20000 /* accounts that are read, over and over */
#define ROW_SIZE        120   /* about a row of `spent_token` */

static const char keys_sql[] = "SELECT id FROM account LIMIT 20000";
static const char select_sql[] = "SELECT login_id, nickname, email FROM account WHERE id = ?";
static const char commit_sql[] = "INSERT INTO bench.durable (id, body) VALUES (?, ?)";

static struct {
	bool commits;
	const char *socket;
	const char *user;
	const char *database;
	double seconds;
	int64_t end_ns;
	unsigned char keys[KEYS_MAX][KEY_SIZE];
	size_t key_count;
} plan;

struct worker {
	MYSQL *db;
	MYSQL_STMT *statement;
	unsigned seed;
	struct times times;
	unsigned errors;

	unsigned char key[KEY_SIZE];
	char row[3][ROW_SIZE];
	MYSQL_BIND sent[2];
	MYSQL_BIND got[3];
};

static void
sql_bench_error(const char *what)
{
	fprintf(stderr, "sql_bench: %s\n", what);
	exit(2);
}

static MYSQL *
connect_db(void)
{
	MYSQL *db = mysql_init(NULL);

	if (db == NULL ||
	    mysql_real_connect(db, NULL, plan.user, NULL, plan.database, 0, plan.socket, 0) == NULL)
		sql_bench_error(db == NULL ? "no memory" : mysql_error(db));
	return db;
}

static void
keys_read(void)
{
	MYSQL *db = connect_db();
	MYSQL_RES *rows;

	if (mysql_query(db, keys_sql) != 0 || (rows = mysql_store_result(db)) == NULL)
		sql_bench_error(mysql_error(db));
	for (MYSQL_ROW row; (row = mysql_fetch_row(rows)) != NULL && plan.key_count < KEYS_MAX;)
		memcpy(plan.keys[plan.key_count++], row[0], KEY_SIZE);
	mysql_free_result(rows);
	mysql_close(db);
	if (plan.key_count == 0)
		sql_bench_error("there is no account");
}

/* Buffers are bound once; a call changes what they hold. */
static void
worker_prepare(struct worker *worker)
{
	const char *sql = plan.commits ? commit_sql : select_sql;

	worker->db = connect_db();
	worker->statement = mysql_stmt_init(worker->db);
	worker->sent[0] = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_BLOB, .buffer = worker->key, .buffer_length = KEY_SIZE
	};
	worker->sent[1] = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_BLOB, .buffer = worker->row[0], .buffer_length = ROW_SIZE
	};
	for (unsigned n = 0; n < 3; n++)
		worker->got[n] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_BLOB,
			.buffer = worker->row[n],
			.buffer_length = ROW_SIZE };
	if (worker->statement == NULL ||
	    mysql_stmt_prepare(worker->statement, sql, strlen(sql)) != 0 ||
	    mysql_stmt_bind_param(worker->statement, worker->sent) != 0 ||
	    (!plan.commits && mysql_stmt_bind_result(worker->statement, worker->got) != 0))
		sql_bench_error(mysql_error(worker->db));
}

static bool
run_commit(struct worker *worker)
{
	return getrandom(worker->key, KEY_SIZE, 0) == KEY_SIZE &&
	       mysql_stmt_execute(worker->statement) == 0;
}

static bool
run_select(struct worker *worker)
{
	const size_t nth = (size_t)rand_r(&worker->seed) % plan.key_count;

	memcpy(worker->key, plan.keys[nth], KEY_SIZE);
	const bool found = mysql_stmt_execute(worker->statement) == 0 &&
			   mysql_stmt_store_result(worker->statement) == 0 &&
			   mysql_stmt_fetch(worker->statement) == 0;
	return mysql_stmt_free_result(worker->statement) == 0 && found;
}

static void *
worker_run(void *argument)
{
	struct worker *worker = argument;

	for (int64_t began_ns; (began_ns = times_now()) < plan.end_ns;) {
		if (plan.commits ? run_commit(worker) : run_select(worker))
			times_add(&worker->times, began_ns);
		else
			worker->errors++;
	}
	mysql_stmt_close(worker->statement);
	mysql_close(worker->db);
	mysql_thread_end();
	return NULL;
}

static void
workers_run(struct worker *workers, unsigned count)
{
	pthread_t threads[CONNECTIONS_MAX];

	for (unsigned n = 0; n < count; n++) {
		workers[n].seed = n + 1;
		worker_prepare(&workers[n]);
	}
	const int64_t start_ns = times_now();
	plan.end_ns = start_ns + (int64_t)(plan.seconds * 1e9);
	for (unsigned n = 0; n < count; n++)
		if (pthread_create(&threads[n], NULL, worker_run, &workers[n]) != 0)
			sql_bench_error("no threads");
	for (unsigned n = 0; n < count; n++) {
		pthread_join(threads[n], NULL);
		if (n == 0)
			continue;
		times_merge(&workers[0].times, &workers[n].times);
		workers[0].errors += workers[n].errors;
	}
	const size_t calls = workers[0].times.count;
	const double seconds = (double)(times_now() - start_ns) / 1e9;
	printf("{\"calls\":%zu,\"seconds\":%.3f,\"rate\":%.2f,\"errors\":%u,", calls, seconds,
	    (double)calls / seconds, workers[0].errors);
	times_print(&workers[0].times);
	printf("}\n");
}

int
main(int argc, char **argv)
{
	if (argc != 7)
		sql_bench_error(
		    "usage: sql_bench select|commit CONNECTIONS SECONDS SOCKET USER DATABASE");
	const unsigned count = (unsigned)strtoul(argv[2], NULL, 10);
	plan.commits = strcmp(argv[1], "commit") == 0;
	plan.seconds = strtod(argv[3], NULL);
	plan.socket = argv[4];
	plan.user = argv[5];
	plan.database = argv[6];
	struct worker *workers = calloc(CONNECTIONS_MAX, sizeof *workers);
	if (count < 1 || count > CONNECTIONS_MAX || workers == NULL ||
	    mysql_library_init(0, NULL, NULL))
		sql_bench_error("1 to 256 connections, and memory for them");
	if (!plan.commits)
		keys_read();
	workers_run(workers, count);
	free(workers[0].times.us);
	free(workers);
	mysql_library_end();
	return 0;
}
