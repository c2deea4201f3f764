/* metrics.h - counts requests, and writes all metrics as Prometheus text (docs/monitoring.md says
 * what each means).
 *
 * Every request counts once, by route and outcome. Those that are a step of a registration, or a
 * log-in, count as that, too: comparing the "ok" of the steps shows where people give up. */

#ifndef METRICS_H
#define METRICS_H

#include "endpoints.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

struct metrics;
struct service;
struct step_counts;

/* Makes the counters of every endpoint of the table, which must outlive them, and those of requests
 * that met none. NULL: no memory. Free: metrics_free(). */
struct metrics *metrics_new(const struct endpoint_table *) MUST_USE;
void metrics_free(struct metrics *);

/* Counts a request that took `duration_us` microseconds; `endpoint` is of the table, or NULL: it
 * met none. Thread-safe. */
void metrics_count(struct metrics *, const struct endpoint *, enum result, int64_t duration_us);

/* Where it counts steps, to be stored by the day; of metrics_new() and metrics_free(). */
struct step_counts *metrics_steps(struct metrics *);

/* Writes all metrics, with those of database, mailer, pools, keys and log (metrics_parts.h).
 * INTERNAL: they do not fit into ret_size bytes. */
enum result metrics_write(
    const struct service *, char *ret, size_t ret_size, size_t *ret_length) MUST_USE;

#endif
