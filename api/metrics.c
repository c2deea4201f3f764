/* metrics.c - counts requests; writes all metrics as Prometheus text. */

#include "metrics.h"

#include "clock.h"
#include "metrics_parts.h"
#include "metrics_text.h"
#include "service.h"
#include "step_count.h"
#include "version.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Upper bounds of the duration histogram; longer durations go to +Inf. */
static const int64_t buckets_us[] = { 1000, 5000, 25000, 100000, 500000, 2000000 };

/* What is counted of one endpoint. */
struct route {
	atomic_uint_fast64_t by_result[RESULT__MAX];
	atomic_uint_fast64_t by_bucket[LENGTH(buckets_us) + 1];
	atomic_uint_fast64_t duration_us;
};

struct metrics {
	const struct endpoint_table *table;
	struct step_counts *steps;
	struct route routes[]; /* one per endpoint; the last is of requests that met none */
};

struct metrics *
metrics_new(const struct endpoint_table *table)
{
	struct metrics *metrics = calloc(
	    1, sizeof *metrics + (table->count + 1) * sizeof(struct route));

	if (metrics == NULL)
		return NULL;
	metrics->table = table;
	metrics->steps = step_counts_new(clock_now());
	if (metrics->steps != NULL)
		return metrics;
	metrics_free(metrics);
	return NULL;
}

void
metrics_free(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	step_counts_free(metrics->steps);
	free(metrics);
}

struct step_counts *
metrics_steps(struct metrics *metrics)
{
	return metrics->steps;
}

void
metrics_count(struct metrics *metrics, const struct endpoint *endpoint, enum result result,
    int64_t duration_us)
{
	const struct endpoint_table *table = metrics->table;
	struct route *route =
	    &metrics->routes[endpoint != NULL ? (size_t)(endpoint - table->rows) : table->count];
	size_t bucket = 0;

	while (bucket < LENGTH(buckets_us) && duration_us > buckets_us[bucket])
		bucket++;
	atomic_fetch_add_explicit(&route->by_result[result], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&route->by_bucket[bucket], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&route->duration_us, (uint64_t)duration_us, memory_order_relaxed);
	if (endpoint != NULL)
		step_counts_add(metrics->steps, endpoint->step, result);
}

static void
append_build(struct metrics_text *text)
{
	metrics_text_head(
	    text, "build_info", "gauge", "Always 1; the label is the program's version.");
	metrics_text_add(text, "myportal_build_info{version=\"%s\"} 1\n", version_text());
}

static void
append_results(struct metrics_text *text, const struct route *route, const char *labels)
{
	uint64_t counts[RESULT__MAX] = { 0 }; /* at the first result of each code */

	for (enum result result = OK; result < RESULT__MAX; result++)
		counts[result_first_of_code(result)] += atomic_load(&route->by_result[result]);
	for (enum result result = OK; result < RESULT__MAX; result++)
		if (counts[result] > 0)
			metrics_text_add(text,
			    "myportal_requests_total{%s,code=\"%s\"} %" PRIu64 "\n", labels,
			    result_code(result), counts[result]);
}

static void
append_durations(struct metrics_text *text, const struct route *route, const char *labels)
{
	uint64_t count = 0;

	for (size_t i = 0; i < LENGTH(buckets_us); i++) {
		count += atomic_load(&route->by_bucket[i]);
		metrics_text_add(text,
		    "myportal_request_seconds_bucket{%s,le=\"%g\"} %" PRIu64 "\n", labels,
		    (double)buckets_us[i] / 1e6, count);
	}
	count += atomic_load(&route->by_bucket[LENGTH(buckets_us)]);
	metrics_text_add(
	    text, "myportal_request_seconds_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", labels, count);
	metrics_text_add(text, "myportal_request_seconds_sum{%s} %.6f\n", labels,
	    (double)atomic_load(&route->duration_us) / 1e6);
	metrics_text_add(text, "myportal_request_seconds_count{%s} %" PRIu64 "\n", labels, count);
}

/* Calls `each` for every route with its labels. */
static void
append_routes(struct metrics_text *text, const struct metrics *metrics,
    void (*each)(struct metrics_text *, const struct route *, const char *labels))
{
	char labels[160];

	for (size_t i = 0; i < metrics->table->count; i++) {
		const struct endpoint *endpoint = &metrics->table->rows[i];

		snprintf(labels, sizeof labels, "method=\"%s\",route=\"%s\"", endpoint->method,
		    endpoint->path);
		each(text, &metrics->routes[i], labels);
	}
	each(text, &metrics->routes[metrics->table->count], "method=\"-\",route=\"-\"");
}

/* A step that nobody took is a 0: what was never counted could not be seen to rise. */
static void
append_steps(struct metrics_text *text, const struct metrics *metrics)
{
	metrics_text_head(text, "steps_total", "counter",
	    "Steps of registrations, and log-ins, by how they ended.");
	for (enum step step = STEP_NONE + 1; step < STEP__MAX; step++)
		for (enum result result = OK; result < RESULT__MAX; result++) {
			const uint64_t count = step_counts_total(metrics->steps, step, result);

			if (result == OK || (count > 0 && result_first_of_code(result) == result))
				metrics_text_add(text,
				    "myportal_steps_total{step=\"%s\",outcome=\"%s\"} %" PRIu64
				    "\n",
				    step_word(step), result_code(result), count);
		}
}

enum result
metrics_write(const struct service *service, char *ret, size_t ret_size, size_t *ret_length)
{
	struct metrics_text text = { .at = ret, .room = ret_size };

	append_build(&text);
	metrics_text_head(&text, "requests_total", "counter", "Requests by route and outcome.");
	append_routes(&text, service->metrics, append_results);
	metrics_text_head(&text, "request_seconds", "histogram", "Duration of requests by route.");
	append_routes(&text, service->metrics, append_durations);
	append_steps(&text, service->metrics);
	metrics_parts_add(&text, service);
	*ret_length = (size_t)(text.at - ret);
	return text.full ? INTERNAL : OK;
}
