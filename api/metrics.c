/* metrics.c - counters and histograms as Prometheus text. */

#include "metrics.h"

#include "captcha_pool.h"
#include "db.h"
#include "hash_pool.h"
#include "http.h"
#include "log.h"
#include "mailer.h"
#include "service.h"

#include <inttypes.h>
#include <stdarg.h>
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
	struct route routes[]; /* one per endpoint; the last is of requests that met none */
};

struct metrics *
metrics_new(const struct endpoint_table *table)
{
	struct metrics *metrics = calloc(
	    1, sizeof *metrics + (table->count + 1) * sizeof(struct route));

	if (metrics != NULL)
		metrics->table = table;
	return metrics;
}

void
metrics_free(struct metrics *metrics)
{
	free(metrics);
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
}

/* The text being written. Once something did not fit, nothing more is written. */
struct metrics_text {
	char *at;
	size_t room;
	bool full;
};

static void __attribute__((format(printf, 2, 3)))
append_metric(struct metrics_text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int length = vsnprintf(text->at, text->room, format, arguments);
	va_end(arguments);
	text->full |= length < 0 || (size_t)length >= text->room;
	if (text->full)
		return;
	text->at += length;
	text->room -= (size_t)length;
}

static void
append_head(struct metrics_text *text, const char *name, const char *type, const char *help)
{
	append_metric(
	    text, "# HELP myportal_%s %s\n# TYPE myportal_%s %s\n", name, help, name, type);
}

static void
append_number(
    struct metrics_text *text, const char *name, const char *type, const char *help, int64_t value)
{
	append_head(text, name, type, help);
	append_metric(text, "myportal_%s %" PRId64 "\n", name, value);
}

static void
append_results(struct metrics_text *text, const struct route *route, const char *labels)
{
	uint64_t counts[RESULT__MAX] = { 0 }; /* at the first result of each code */

	for (enum result result = OK; result < RESULT__MAX; result++)
		counts[result_first_of_code(result)] += atomic_load(&route->by_result[result]);
	for (enum result result = OK; result < RESULT__MAX; result++)
		if (counts[result] > 0)
			append_metric(text, "myportal_requests_total{%s,code=\"%s\"} %" PRIu64 "\n",
			    labels, result_code(result), counts[result]);
}

static void
append_durations(struct metrics_text *text, const struct route *route, const char *labels)
{
	uint64_t count = 0;

	for (size_t i = 0; i < LENGTH(buckets_us); i++) {
		count += atomic_load(&route->by_bucket[i]);
		append_metric(text, "myportal_request_seconds_bucket{%s,le=\"%g\"} %" PRIu64 "\n",
		    labels, (double)buckets_us[i] / 1e6, count);
	}
	count += atomic_load(&route->by_bucket[LENGTH(buckets_us)]);
	append_metric(
	    text, "myportal_request_seconds_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", labels, count);
	append_metric(text, "myportal_request_seconds_sum{%s} %.6f\n", labels,
	    (double)atomic_load(&route->duration_us) / 1e6);
	append_metric(text, "myportal_request_seconds_count{%s} %" PRIu64 "\n", labels, count);
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

static void
append_loads(struct metrics_text *text, const struct service *service)
{
	static const char *const names[LOAD__MAX] = {
		[LOAD_REST] = "rest",
		[LOAD_HASHING] = "hashing",
		[LOAD_PICTURES] = "pictures",
	};

	append_head(text, "requests_in_flight", "gauge",
	    "Requests being worked on, by what they cost most.");
	for (enum load load = 0; load < LOAD__MAX; load++)
		append_metric(text, "myportal_requests_in_flight{load=\"%s\"} %u\n", names[load],
		    atomic_load(&service->loads[load]));
}

static void
append_connections(struct metrics_text *text, const struct service *service)
{
	const struct http *const http = atomic_load(&service->public);

	append_number(text, "connections", "gauge",
	    "Connections that have a worker; HTTP_WORKERS is the most.",
	    http != NULL ? http_connections(http) : 0);
}

static void
append_pictures(struct metrics_text *text, const struct service *service)
{
	unsigned ready, waiting;

	captcha_pool_levels(service->app.pictures, &ready, &waiting);
	append_number(text, "pictures_ready", "gauge", "CAPTCHA pictures drawn ahead.", ready);
	append_number(text, "pictures_waited_for", "gauge", "Requests that wait for one.", waiting);
}

static void
append_totals(struct metrics_text *text, const struct service *service)
{
	int64_t open, busy, retries, cpu_us, jobs;
	struct mailer_totals mail;

	db_totals(service->app.db, &open, &busy, &retries);
	append_number(
	    text, "db_connections", "gauge", "Connections to the database that are open.", open);
	append_number(text, "db_connections_busy", "gauge", "Connections in use.", busy);
	append_number(
	    text, "db_retries_total", "counter", "Transactions that were run again.", retries);
	hash_pool_totals(service->app.hash_pool, &cpu_us, &jobs);
	append_number(
	    text, "password_hashes_total", "counter", "Argon2id hashes and verifications.", jobs);
	append_number(text, "password_hash_cpu_microseconds_total", "counter",
	    "CPU time spent on them.", cpu_us);
	mailer_totals(service->app.mailer, &mail);
	append_head(text, "mails_total", "counter", "Tries to send a mail, by outcome.");
	append_metric(text, "myportal_mails_total{outcome=\"sent\"} %" PRId64 "\n", mail.sent);
	append_metric(text, "myportal_mails_total{outcome=\"later\"} %" PRId64 "\n", mail.later);
	append_metric(text, "myportal_mails_total{outcome=\"dead\"} %" PRId64 "\n", mail.dead);
	append_metric(
	    text, "myportal_mails_total{outcome=\"dropped\"} %" PRId64 "\n", mail.dropped);
	append_number(text, "log_lines_dropped_total", "counter",
	    "Log lines for which standard error had no room.", (int64_t)log_dropped());
}

enum result
metrics_write(const struct service *service, char *ret, size_t ret_size, size_t *ret_length)
{
	struct metrics_text text = { .at = ret, .room = ret_size };

	append_head(&text, "requests_total", "counter", "Requests by route and outcome.");
	append_routes(&text, service->metrics, append_results);
	append_head(&text, "request_seconds", "histogram", "Duration of requests by route.");
	append_routes(&text, service->metrics, append_durations);
	append_loads(&text, service);
	append_connections(&text, service);
	append_pictures(&text, service);
	append_totals(&text, service);
	*ret_length = (size_t)(text.at - ret);
	return text.full ? INTERNAL : OK;
}
