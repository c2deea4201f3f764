/* monitor.h - the thread that reads the levels of the database for the metrics, and stores what was
 * counted by the day.
 *
 * So however often the metrics are asked for, a replica asks the database for its levels four times
 * a minute; and the answer never waits for the database. When it is away the levels grow old, and
 * after MONITOR_FRESH_MS there are none. Counts are stored once a minute, at midnight in Japan, and
 * at a stop; a process that is killed loses those of a minute.
 *
 * It also notices when connections lead to several servers for longer than a turn, and logs it once
 * ("db_servers_differ"): where a proxy is to choose one writer of a cluster, there are two. */

#ifndef MONITOR_H
#define MONITOR_H

#include "levels.h"
#include "result.h"

#include <stdbool.h>

struct db;
struct step_counts;

#define MONITOR_LEVELS_MS 15000 /* how often levels are read */
#define MONITOR_FRESH_MS  60000 /* for so long they are told: a lost packet makes no gap */

struct monitor;

/* Starts the thread. Both are borrowed until monitor_close(). NULL: no memory, or no thread. */
struct monitor *monitor_open(struct db *, struct step_counts *) MUST_USE;

/* Stores what was counted, which may take a second and a half, and ends; NULL is fine. To be called
 * when nothing is counted any more. */
void monitor_close(struct monitor *);

/* The levels as they were at most MONITOR_FRESH_MS ago. False: none are known; of a NULL, too. From
 * any thread. */
bool monitor_levels(struct monitor *, struct levels *ret) MUST_USE;

#endif
