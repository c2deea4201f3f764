/* metrics.h - counters and histograms as Prometheus text (docs/operating.md names them).
 *
 * Every request counts once, by route and outcome. Comparing the "ok" of the routes of a
 * registration shows at which step people give up. */

#ifndef METRICS_H
#define METRICS_H

#include "endpoints.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

struct metrics;
struct service;

/* Makes the counters of every endpoint of the table, which must outlive them, and those of requests
 * that met none. NULL: no memory. Free: metrics_free(). */
struct metrics *metrics_new(const struct endpoint_table *) MUST_USE;
void metrics_free(struct metrics *);

/* Counts a request that took `duration_us` microseconds; `endpoint` is of the table, or NULL: it
 * met none. Thread-safe. */
void metrics_count(struct metrics *, const struct endpoint *, enum result, int64_t duration_us);

/* Writes all metrics, with those of database, mailer, hash pool and log. INTERNAL: they do not fit
 * into ret_size bytes. */
enum result metrics_write(
    const struct service *, char *ret, size_t ret_size, size_t *ret_length) MUST_USE;

#endif
