/* metrics_parts.c - the metrics of what the service works with. */

#include "metrics_parts.h"

#include "access_keys.h"
#include "captcha_pool.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "http.h"
#include "keyring.h"
#include "limit_reached.h"
#include "limit_table.h"
#include "log.h"
#include "mailer.h"
#include "monitor.h"
#include "service.h"
#include "text.h"

#include <inttypes.h>

/* Requests ------------------------------------------------------------------------------------- */

static void
add_loads(struct metrics_text *text, const struct service *service)
{
	static const char *const names[LOAD__MAX] = {
		[LOAD_REST] = "rest",
		[LOAD_HASHING] = "hashing",
		[LOAD_PICTURES] = "pictures",
	};

	metrics_text_head(text, "requests_in_flight", "gauge",
	    "Requests being worked on, by what they cost most.");
	for (enum load load = 0; load < LOAD__MAX; load++)
		metrics_text_add(text, "myportal_requests_in_flight{load=\"%s\"} %u\n", names[load],
		    atomic_load(&service->loads[load]));
}

static void
add_connections(struct metrics_text *text, const struct service *service)
{
	const struct http *const http = atomic_load(&service->public);

	metrics_text_number(text, "connections", "gauge",
	    "Connections that have a worker; HTTP_WORKERS is the most.",
	    http != NULL ? http_connections(http) : 0);
	metrics_text_number(text, "connections_max", "gauge",
	    "The most that have one at once (HTTP_WORKERS).", service->config->http_workers);
}

static void
add_pictures(struct metrics_text *text, const struct service *service)
{
	unsigned ready, waiting;

	captcha_pool_levels(service->app.pictures, &ready, &waiting);
	metrics_text_number(
	    text, "pictures_ready", "gauge", "CAPTCHA pictures drawn ahead.", ready);
	metrics_text_number(
	    text, "pictures_waited_for", "gauge", "Requests that wait for one.", waiting);
}

static void
add_hashes(struct metrics_text *text, const struct service *service)
{
	struct hash_pool_totals totals;

	hash_pool_totals(service->app.hash_pool, &totals);
	metrics_text_number(text, "password_hashes_total", "counter",
	    "Argon2id hashes and verifications.", totals.jobs);
	metrics_text_seconds(text, "password_hash_cpu_seconds_total", "counter",
	    "CPU time spent on them.", totals.cpu_us);
	metrics_text_number(text, "password_hash_queue_length", "gauge",
	    "Those that wait for a thread.", totals.queued);
	metrics_text_seconds(text, "password_hash_wait_seconds_total", "counter",
	    "How long all of them waited for one.", totals.waited_us);
}

static void
add_limits(struct metrics_text *text)
{
	metrics_text_head(
	    text, "limits_reached_total", "counter", "How often a limit was reached, by its name.");
	for (unsigned i = 0; i < LIMITS_TOLD; i++)
		metrics_text_add(text, "myportal_limits_reached_total{limit=\"%s\"} %" PRId64 "\n",
		    limit_of(limit_reached_told[i])->name, limit_reached_count(i));
}

/* Database ------------------------------------------------------------------------------------- */

static void
add_servers(struct metrics_text *text, const struct service *service)
{
	struct db_server servers[DB_SERVERS_MAX];
	const unsigned count = db_servers(service->app.db, servers);

	metrics_text_head(text, "db_server_connections", "gauge",
	    "Idle and busy connections, by the server that they lead to.");
	for (unsigned i = 0; i < count; i++)
		metrics_text_add(text,
		    "myportal_db_server_connections{server=\"%s\"} %" PRId64 "\n", servers[i].name,
		    servers[i].connections);
}

static void
add_pool(struct metrics_text *text, const struct service *service)
{
	struct db_totals totals;

	db_totals(service->app.db, &totals);
	metrics_text_head(text, "db_connections", "gauge",
	    "Connections to the database that are open, by whether they are in use.");
	metrics_text_add(
	    text, "myportal_db_connections{state=\"busy\"} %" PRId64 "\n", totals.busy);
	metrics_text_add(text, "myportal_db_connections{state=\"idle\"} %" PRId64 "\n",
	    totals.open - totals.busy);
	metrics_text_number(text, "db_connections_max", "gauge",
	    "The most that are open at once (DB_CONNECTIONS).", service->config->db_connections);
	metrics_text_number(
	    text, "db_connections_waited_for", "gauge", "Calls that wait for one.", totals.waiting);
	metrics_text_seconds(text, "db_connection_wait_seconds_total", "counter",
	    "How long all calls waited for one.", totals.waited_us);
	add_servers(text, service);
	metrics_text_number(text, "db_failing_seconds", "gauge",
	    "How long changes have failed, because the server is read-only or its disk is full.",
	    db_failing_ms(service->app.db) / 1000);
	metrics_text_number(text, "db_retries_total", "counter",
	    "Transactions that were run again.", totals.retries);
}

static void
add_outbox(struct metrics_text *text, const struct levels *levels)
{
	const int64_t waits_s = clock_now() - levels->oldest_pending_at;

	metrics_text_head(text, "outbox_mails", "gauge",
	    "Mails in the outbox, by what became of them; 20000 is that many or more.");
	metrics_text_add(
	    text, "myportal_outbox_mails{state=\"pending\"} %" PRId64 "\n", levels->mails_pending);
	metrics_text_add(
	    text, "myportal_outbox_mails{state=\"dead\"} %" PRId64 "\n", levels->mails_dead);
	metrics_text_number(text, "outbox_oldest_pending_age_seconds", "gauge",
	    "How long the oldest pending mail has waited; 0: none is pending.",
	    levels->oldest_pending_at > 0 && waits_s > 0 ? waits_s : 0);
}

static void
add_roster(struct metrics_text *text, const struct levels *levels)
{
	if (!levels->imported)
		return;
	metrics_text_number(text, "roster_age_seconds", "gauge",
	    "How long ago a roster was imported.", clock_now() - levels->imported_at);
	metrics_text_number(text, "eligible_persons", "gauge",
	    "Persons who are insured, as the last import counted them.", levels->eligible_persons);
}

static void
add_levels(struct metrics_text *text, const struct service *service)
{
	struct levels levels;
	const bool known = monitor_levels(service->monitor, &levels);

	metrics_text_number(text, "db_gauges_stale", "gauge",
	    "1: what only the database knows could not be read for a minute, and is absent.",
	    !known);
	if (!known)
		return;
	metrics_text_number(text, "db_read_only", "gauge",
	    "1: the server is read-only, and takes no changes.", levels.read_only);
	add_outbox(text, &levels);
	add_roster(text, &levels);
}

/* Mails, keys, log ----------------------------------------------------------------------------- */

static void
add_mails(struct metrics_text *text, const struct service *service)
{
	struct mailer_totals totals;

	mailer_totals(service->app.mailer, &totals);
	const struct {
		const char *outcome;
		int64_t mails;
	} rows[] = {
		{ "sent", totals.sent },
		{ "later", totals.later },
		{ "relay_away", totals.relay_away },
		{ "relay_rejects", totals.relay_rejects },
		{ "dead", totals.dead },
		{ "dropped", totals.dropped },
	};

	metrics_text_head(text, "mails_total", "counter", "Tries to send a mail, by outcome.");
	for (size_t i = 0; i < LENGTH(rows); i++)
		metrics_text_add(text, "myportal_mails_total{outcome=\"%s\"} %" PRId64 "\n",
		    rows[i].outcome, rows[i].mails);
}

/* The kids of both kinds, as they are in use now. */
static void
read_kids(const struct service *service, struct key_kids ret[static KEY_KIND__MAX])
{
	struct jwk jwks[KEYS_MAX];

	keyring_kids(service->app.keyring, &ret[KEY_STAGE]);
	ret[KEY_ACCESS].count = access_keys_jwks(service->app.access_keys, jwks);
	for (size_t i = 0; i < ret[KEY_ACCESS].count; i++)
		text_copy_cut(ret[KEY_ACCESS].kids[i], sizeof jwks[i].kid, jwks[i].kid);
}

static void
add_keys(struct metrics_text *text, const struct service *service)
{
	struct key_kids kids[KEY_KIND__MAX];
	const int64_t now = clock_now();

	read_kids(service, kids);
	metrics_text_head(text, "keys", "gauge", "Keys in the folder, by kind; 8 is the most.");
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		metrics_text_add(text, "myportal_keys{kind=\"%s\"} %zu\n", key_kind_name(kind),
		    kids[kind].count);
	metrics_text_head(text, "key_age_seconds", "gauge",
	    "How long ago the newest key was made: since the last rotation.");
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		metrics_text_add(text, "myportal_key_age_seconds{kind=\"%s\"} %" PRId64 "\n",
		    key_kind_name(kind), now - kid_time(kids[kind].kids[0]));
}

void
metrics_parts_add(struct metrics_text *text, const struct service *service)
{
	add_loads(text, service);
	add_connections(text, service);
	add_pictures(text, service);
	add_hashes(text, service);
	add_limits(text);
	add_pool(text, service);
	add_levels(text, service);
	add_mails(text, service);
	add_keys(text, service);
	metrics_text_number(text, "log_lines_dropped_total", "counter",
	    "Log lines for which standard error had no room.", (int64_t)log_dropped());
}
