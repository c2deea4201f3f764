/* metrics.h - counters and histograms as Prometheus text.
 *
 * Every request counts once, by route and outcome: the funnel of a registration is the "ok" of each
 * stage's route. */

#ifndef METRICS_H
#define METRICS_H

#include "endpoints.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

struct metrics;
struct service;

/* Counts for the endpoints of the table, and one more row for requests that met none. NULL: no
 * memory. Free: metrics_free(). */
struct metrics *metrics_new(const struct endpoint_table *) MUST_USE;
void metrics_free(struct metrics *);

/* Counts one request; `endpoint` NULL: it met none. Thread-safe. */
void metrics_count(struct metrics *, const struct endpoint *, enum result, int64_t duration_us);

/* Writes all of it, with what db, mailer and hash pool count. INTERNAL: it does not fit. */
enum result metrics_write(
    const struct service *, char *ret, size_t ret_size, size_t *ret_length) MUST_USE;

#endif
