/* node_watch.c - asks the database server again and again how it is, in a thread of its own. */

#include "node_watch.h"

#include "clock.h"
#include "db.h"
#include "deadline.h"
#include "log.h"
#include "node_state.h"
#include "statements.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ASK_MS 1000 /* a server that takes longer to say how it is serves nobody */

struct node_watch {
	struct db *db;
	pthread_mutex_t mutex; /* guards what follows; held for no wait */
	const char *answer;
	int64_t answered_at_ms;
};

/* A row, and the facts that the rows make. */
struct node_rows {
	struct node_facts facts;
	char name[65];
	char value[257];
};

static enum result
take_row(void *context)
{
	struct node_rows *rows = context;

	node_facts_take(&rows->facts, rows->name, rows->value);
	return OK;
}

static const char *
ask_node(struct db *db)
{
	struct db_tx alone = db_alone(db);
	struct node_rows rows = { .name = "" };
	const struct db_slot out[] = {
		db_to_text(rows.name, sizeof rows.name),
		db_to_text(rows.value, sizeof rows.value),
		{ 0 },
	};

	deadline_begin(ASK_MS);
	const enum result result = db_rows(&alone, NODE_FACTS, NULL, out, take_row, &rows);
	const bool in_time = deadline_left_ms(1) > 0;
	deadline_end();
	if (result == OK)
		return node_facts_answer(&rows.facts);
	return in_time ? node_unreachable : node_silent;
}

/* The text without its newline. */
static void
log_answer(const char *answer)
{
	char text[NODE_ANSWER_SIZE] = "";

	memcpy(text, answer, strcspn(answer, "\n"));
	log_event_at(LOG_LEVEL_NOTICE, "db_node",
	    (const struct log_value[]){ log_text("told", text), { 0 } });
}

static void *
run_watch(void *context)
{
	struct node_watch *watch = context;

	for (;;) {
		const char *const answer = ask_node(watch->db);

		pthread_mutex_lock(&watch->mutex);
		const bool is_news = watch->answer != answer;
		watch->answer = answer;
		watch->answered_at_ms = clock_monotonic_ms();
		pthread_mutex_unlock(&watch->mutex);
		if (is_news)
			log_answer(answer);
		nanosleep(&(struct timespec){ .tv_nsec = NODE_ASKED_EVERY_MS * 1000000L }, NULL);
	}
	return NULL;
}

struct node_watch *
node_watch_begin(const char *socket, const char *user)
{
	const struct db_options options = {
		.socket = socket,
		.user = user,
		.password = "",
		.connections = 1,
		.connect_timeout_s = 1,
		.statement_timeout_s = 1,
	};
	struct node_watch *watch = calloc(1, sizeof *watch);
	pthread_t thread;

	if (watch == NULL)
		return NULL;
	pthread_mutex_init(&watch->mutex, NULL);
	watch->answer = node_unreachable;
	watch->answered_at_ms = clock_monotonic_ms();
	watch->db = db_open(&options, node_statements, NODE_STATEMENTS__MAX);
	if (watch->db != NULL && pthread_create(&thread, NULL, run_watch, watch) == 0) {
		pthread_detach(thread);
		return watch;
	}
	db_close(watch->db);
	pthread_mutex_destroy(&watch->mutex);
	free(watch);
	return NULL;
}

const char *
node_watch_answer(struct node_watch *watch)
{
	pthread_mutex_lock(&watch->mutex);
	const int64_t age_ms = clock_monotonic_ms() - watch->answered_at_ms;
	const char *const answer = age_ms > NODE_SILENT_MS ? node_silent : watch->answer;
	pthread_mutex_unlock(&watch->mutex);
	return answer;
}
