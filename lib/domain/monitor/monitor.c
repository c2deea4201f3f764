/* monitor.c - the thread that reads levels and stores counts. */

#include "monitor.h"

#include "clock.h"
#include "db.h"
#include "deadline.h"
#include "log.h"
#include "step_count.h"

#include <pthread.h>
#include <stdlib.h>

#define LEVELS_PER_STORE 4    /* counts are stored once a minute */
#define DATABASE_MS      2000 /* for the database, each time */
#define STOP_MS          1000 /* for the last time */
#define STACK_BYTES      ((size_t)256 * 1024)
#define DAY_S            INT64_C(86400)
#define JAPAN_S          INT64_C(32400) /* ahead of UTC */

struct monitor {
	struct db *db;
	struct step_counts *counts;
	pthread_t thread;
	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t stopped;
	bool stopping;
	struct levels levels;
	int64_t read_at_ms; /* by the monotonic clock; 0: never */
};

static void
refresh_levels(struct monitor *monitor)
{
	struct levels levels;

	deadline_begin(DATABASE_MS);
	const enum result result = levels_read(monitor->db, LEVELS_ROWS_MAX, &levels);
	deadline_end();
	if (result != OK)
		return;
	pthread_mutex_lock(&monitor->mutex);
	monitor->levels = levels;
	monitor->read_at_ms = clock_monotonic_ms();
	pthread_mutex_unlock(&monitor->mutex);
}

/* How many turns in a row the connections led to several servers. */
static unsigned
count_differing(struct db *db, unsigned turns)
{
	struct db_server servers[DB_SERVERS_MAX];
	const unsigned count = db_servers(db, servers);

	if (count < 2)
		return 0;
	/* The first time may be the moment of a failover. */
	if (turns == 1)
		log_event(
		    "db_servers_differ", (const struct log_value[]){ log_int("servers", count),
					     log_text("one", servers[0].name),
					     log_text("other", servers[1].name), { 0 } });
	return turns + 1;
}

/* What cannot be stored is stored the next time. */
static void
store_counts(struct monitor *monitor, int64_t within_ms)
{
	deadline_begin(within_ms);
	const enum result stored = step_counts_store(monitor->counts, monitor->db, clock_now());
	deadline_end();
	(void)stored;
}

static int64_t
ms_to_midnight(int64_t now)
{
	return (DAY_S - (now + JAPAN_S) % DAY_S) * 1000;
}

/* False: the monitor stops. *ret_midnight: a day has ended in Japan. */
static bool
wait_for_turn(struct monitor *monitor, bool *ret_midnight)
{
	const int64_t to_midnight_ms = ms_to_midnight(clock_now());

	*ret_midnight = to_midnight_ms <= MONITOR_LEVELS_MS;
	const struct timespec until = clock_monotonic_in(
	    *ret_midnight ? to_midnight_ms : MONITOR_LEVELS_MS);
	int waited = 0;

	pthread_mutex_lock(&monitor->mutex);
	while (!monitor->stopping && waited == 0)
		waited = pthread_cond_timedwait(&monitor->stopped, &monitor->mutex, &until);
	const bool go_on = !monitor->stopping;
	pthread_mutex_unlock(&monitor->mutex);
	return go_on;
}

static void *
run_monitor(void *context)
{
	struct monitor *monitor = context;
	bool midnight = false;
	unsigned differing = 0;

	for (unsigned turn = 1; turn == 1 || wait_for_turn(monitor, &midnight); turn++) {
		refresh_levels(monitor);
		differing = count_differing(monitor->db, differing);
		if (midnight || turn % LEVELS_PER_STORE == 0)
			store_counts(monitor, DATABASE_MS);
	}
	store_counts(monitor, STOP_MS);
	return NULL;
}

static bool
start_thread(struct monitor *monitor)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	const bool started = pthread_create(&monitor->thread, &attributes, run_monitor, monitor) ==
			     0;
	pthread_attr_destroy(&attributes);
	return started;
}

static void
monitor_free(struct monitor *monitor)
{
	pthread_cond_destroy(&monitor->stopped);
	pthread_mutex_destroy(&monitor->mutex);
	free(monitor);
}

struct monitor *
monitor_open(struct db *db, struct step_counts *counts)
{
	struct monitor *monitor = calloc(1, sizeof *monitor);

	if (monitor == NULL)
		return NULL;
	monitor->db = db;
	monitor->counts = counts;
	clock_condition_init(&monitor->stopped);
	pthread_mutex_init(&monitor->mutex, NULL);
	if (start_thread(monitor))
		return monitor;
	monitor_free(monitor);
	return NULL;
}

void
monitor_close(struct monitor *monitor)
{
	if (monitor == NULL)
		return;
	pthread_mutex_lock(&monitor->mutex);
	monitor->stopping = true;
	pthread_cond_signal(&monitor->stopped);
	pthread_mutex_unlock(&monitor->mutex);
	pthread_join(monitor->thread, NULL);
	monitor_free(monitor);
}

bool
monitor_levels(struct monitor *monitor, struct levels *ret)
{
	if (monitor == NULL)
		return false;
	pthread_mutex_lock(&monitor->mutex);
	const bool fresh = monitor->read_at_ms > 0 &&
			   clock_monotonic_ms() - monitor->read_at_ms <= MONITOR_FRESH_MS;
	if (fresh)
		*ret = monitor->levels;
	pthread_mutex_unlock(&monitor->mutex);
	return fresh;
}
