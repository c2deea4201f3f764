/* main.c - starts the service: reads the settings, opens keys, database, pools and mailer, listens
 * until SIGTERM, drains, and closes everything. */

#include "access_keys.h"
#include "captcha_pool.h"
#include "config.h"
#include "db.h"
#include "gate.h"
#include "hash_pool.h"
#include "http.h"
#include "keyring.h"
#include "limit_local.h"
#include "limit_table.h"
#include "log.h"
#include "mailer.h"
#include "metrics.h"
#include "sandbox.h"
#include "secret.h"
#include "service.h"
#include "smtp.h"
#include "source_address.h"
#include "statements.h"
#include "text.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PICTURES_AHEAD  16
#define SMTP_TIMEOUT_MS 6000 /* a stop waits for it, and has ten seconds */
#define INSIDE_WORKERS  4
#define MALLOC_ARENAS   2     /* more arenas take memory and make nothing here faster */
#define MALLOC_LARGE    65536 /* a sound's buffers: mapped alone, so that free() gives them back */
#define DESCRIPTORS_MAX 8192  /* a connection has one, and HTTP_WORKERS is at most 4096 */
/* File descriptors of connections in civetweb's two queues, of database, mail and files. */
#define DESCRIPTORS_ELSE 700

/* What is opened at the start and closed at the end. */
struct parts {
	struct keyring *keyring;
	struct access_keys *access_keys;
	struct db *db;
	struct hash_pool *hash_pool;
	struct captcha_pool *pictures;
	struct mailer *mailer;
	struct metrics *metrics;
	struct limit_local *limit_local;
	struct http *inside;
	struct http *public;
};

static void
log_not_started(const char *errbuf)
{
	log_event("not_started", (const struct log_value[]){ log_text("why", errbuf), { 0 } });
}

static void
parts_close(struct parts *parts)
{
	mailer_close(parts->mailer);
	captcha_pool_close(parts->pictures);
	hash_pool_close(parts->hash_pool);
	db_close(parts->db);
	limit_local_close(parts->limit_local);
	metrics_free(parts->metrics);
	access_keys_close(parts->access_keys);
	keyring_close(parts->keyring);
}

static struct db *
open_db(const struct config *c)
{
	const struct db_options options = {
		.host = c->db_host,
		.port = (unsigned)c->db_port,
		.socket = c->db_socket[0] != '\0' ? c->db_socket : NULL,
		.name = c->db_name,
		.user = c->db_user,
		.password = c->db_password,
		.tls_required = c->db_socket[0] == '\0' && config_is(c->db_tls, "required"),
		.ca_file = c->db_ca_file,
		.connections = (unsigned)c->db_connections,
		.connect_timeout_s = 2,
		.statement_timeout_s = 3,
		.constants = sql_constants,
	};

	return db_open(&options, statements, STATEMENTS__MAX);
}

static struct mailer *
open_mailer(const struct config *c, const struct parts *parts)
{
	const struct mailer_options options = {
		.db = parts->db,
		.keyring = parts->keyring,
		.smtp = {
		    .url = c->smtp_url,
		    .tls_required = config_is(c->smtp_tls, "required"),
		    .ca_file = c->smtp_ca_file[0] != '\0' ? c->smtp_ca_file : NULL,
		    .user = c->smtp_user[0] != '\0' ? c->smtp_user : NULL,
		    .password = c->smtp_password,
		    .from = c->mail_from,
		    .from_name = c->society_name_ja,
		    .timeout_ms = SMTP_TIMEOUT_MS,
		},
		.workers = (unsigned)c->mail_workers,
		.portal_url = c->portal_url,
		.society_name_ja = c->society_name_ja,
		.society_name_en = c->society_name_en,
	};

	return mailer_open(&options);
}

static struct secret_cost
hash_cost(const struct config *c)
{
	return (struct secret_cost){
		.passes = (uint64_t)c->argon2_passes,
		.memory_bytes = (size_t)c->argon2_memory_kib * 1024,
	};
}

static struct hash_pool *
open_hash_pool(const struct config *c)
{
	const struct secret_cost cost = hash_cost(c);
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const unsigned threads = c->hash_threads > 0 ? (unsigned)c->hash_threads
						     : (unsigned)(cores > 0 ? cores : 1);

	return hash_pool_open(threads, (unsigned)c->hashing_max, &cost);
}

/* What the table of settings cannot say of one value alone. */
static bool
check_settings(const struct config *c, char errbuf[static ERRBUF_MAX + 1])
{
	const struct secret_cost cost = hash_cost(c);

	if (!secret_cost_is_allowed(&cost)) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1,
		    "ARGON2_MEMORY_KIB and ARGON2_PASSES are below the floor");
		return false;
	}
	if (c->captcha_proof_of_work > 0 && c->captcha_proof_of_work < 1000) {
		text_copy_cut(
		    errbuf, ERRBUF_MAX + 1, "CAPTCHA_PROOF_OF_WORK must be 0 or 1000-10000000");
		return false;
	}
	return limit_table_set(c->limits, c->mail_interval_s, errbuf);
}

/* Opens everything but the listeners. False, and errbuf; parts_close() closes what was opened. */
static bool
open_parts(const struct config *c, struct parts *parts, char errbuf[static ERRBUF_MAX + 1])
{
	parts->keyring = keyring_open(c->keys_folder, errbuf);
	if (parts->keyring == NULL)
		return false;
	parts->access_keys = access_keys_open(c->keys_folder, errbuf);
	if (parts->access_keys == NULL)
		return false;
	text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory or no threads");
	parts->metrics = metrics_new(&endpoints_public);
	parts->limit_local = limit_local_open();
	parts->db = open_db(c);
	parts->hash_pool = open_hash_pool(c);
	parts->pictures = captcha_pool_open(PICTURES_AHEAD);
	if (parts->metrics == NULL || parts->limit_local == NULL || parts->db == NULL ||
	    parts->hash_pool == NULL || parts->pictures == NULL)
		return false;
	parts->mailer = open_mailer(c, parts);
	return parts->mailer != NULL;
}

static void
fill_service(struct service *service, const struct config *c, const struct parts *parts)
{
	memset(service, 0, sizeof *service);
	service->config = c;
	service->metrics = parts->metrics;
	service->app = (struct app){
		.db = parts->db,
		.keyring = parts->keyring,
		.access_keys = parts->access_keys,
		.hash_pool = parts->hash_pool,
		.pictures = parts->pictures,
		.mailer = parts->mailer,
		.limit_local = parts->limit_local,
		.invitation_lives_s = c->invitation_lives_s,
		.second_link_lives_s = c->second_link_lives_s,
		.account_step_lives_s = c->account_step_lives_s,
		.captcha_lives_s = c->captcha_lives_s,
		.captcha_work = c->captcha_proof_of_work,
		.email_confirmation_lives_s = c->email_confirmation_lives_s,
		.password_reset_lives_s = c->password_reset_lives_s,
		.session_idle_s = c->session_idle_s,
		.session_lives_s = c->session_lives_s,
		.mail_interval_s = c->mail_interval_s,
		.password_rules = {
		    .length_min = (unsigned)c->password_length_min,
		    .letter_and_digit = config_is(c->password_composition, "letter-and-digit"),
		    .society_words = c->society_words,
		},
	};
}

static struct http *
listen_on(const char *address, unsigned workers, const struct config *c, struct gate *gate,
    char errbuf[static ERRBUF_MAX + 1])
{
	const struct http_options options = {
		.listen = address,
		.workers = workers,
		.keep_alive_ms = (int)c->keep_alive_ms,
		.request_timeout_ms = (int)c->request_timeout_ms,
	};
	const struct http_server server = {
		.serve = gate_serve,
		.reject = gate_reject,
		.context = gate,
	};

	return http_open(&options, &server, errbuf);
}

/* The inside listener first: its metrics read the public one. */
static void
close_listeners(struct parts *parts)
{
	http_close(parts->inside);
	http_close(parts->public);
	parts->inside = NULL;
	parts->public = NULL;
}

/* The signals that ask for a stop. They are blocked in every thread; sigtimedwait() takes them in
 * the main thread. */
static sigset_t
stop_signals(void)
{
	sigset_t stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	return stops;
}

static void
log_keys_refreshed(const char *kind, bool good, bool changed, const char *errbuf)
{
	if (!good)
		log_event("keys_not_refreshed", (const struct log_value[]){ log_text("kind", kind),
						    log_text("why", errbuf), { 0 } });
	else if (changed)
		log_event(
		    "keys_refreshed", (const struct log_value[]){ log_text("kind", kind), { 0 } });
}

/* A rotation takes effect within a second. A faulty folder is logged once a minute. */
static void
refresh_keys(const struct parts *parts, unsigned second)
{
	char errbuf[ERRBUF_MAX + 1] = "";
	bool changed = false;
	bool good = keyring_refresh(parts->keyring, &changed, errbuf);

	if (good || second % 60 == 0)
		log_keys_refreshed("stage", good, changed, errbuf);
	changed = false;
	good = access_keys_refresh(parts->access_keys, &changed, errbuf);
	if (good || second % 60 == 0)
		log_keys_refreshed("access", good, changed, errbuf);
}

/* Warns a society that does not demand the birth date. */
static void
log_birth_date_not_asked(const struct config *c)
{
	if (config_is(c->identity_birth_date, "yes"))
		return;
	log_event("birth_date_not_asked",
	    (const struct log_value[]){
		log_text("why",
		    "whoever has one number can register those beside it, so many a day "
		    "and source; IDENTITY_BIRTH_DATE=yes is the way to stop that"),
		log_int("source_persons", limit_of(LIMIT_SOURCE_PERSONS)->max), { 0 } });
}

/* Serves until a stop is asked for. Then /readyz says so, and the proxy has DRAIN_MS to notice. */
static void
serve_until_stopped(const struct config *c, const struct parts *parts, struct service *service)
{
	const sigset_t stops = stop_signals();
	const struct timespec tick = { .tv_sec = 1 };
	const struct timespec drain = {
		.tv_sec = c->drain_ms / 1000,
		.tv_nsec = c->drain_ms % 1000 * 1000000,
	};

	log_birth_date_not_asked(c);
	log_event("started",
	    (const struct log_value[]){ log_text("listen", c->listen),
		log_text("sandbox", sandbox_is_built() ? c->sandbox : "not built"), { 0 } });
	for (unsigned second = 1; sigtimedwait(&stops, NULL, &tick) < 0; second++) {
		refresh_keys(parts, second);
		log_report_dropped();
	}
	atomic_store(&service->draining, true);
	log_event("draining", (const struct log_value[]){ { 0 } });
	nanosleep(&drain, NULL);
}

static bool
listen_and_serve(const struct config *c, struct parts *parts, char errbuf[static ERRBUF_MAX + 1])
{
	struct service service;
	struct gate inside = {
		.service = &service, .endpoints = &endpoints_inside, .inside = true
	};
	struct gate public = { .service = &service, .endpoints = &endpoints_public };

	fill_service(&service, c, parts);
	if (!source_networks_read(
		"TRUSTED_PROXIES", c->trusted_proxies, &service.proxies, errbuf) ||
	    !source_networks_read("SHARED_NETWORKS", c->shared_networks, &service.shared, errbuf))
		return false;
	parts->inside = listen_on(c->listen_inside, INSIDE_WORKERS, c, &inside, errbuf);
	if (parts->inside == NULL)
		return false;
	parts->public = listen_on(c->listen, (unsigned)c->http_workers, c, &public, errbuf);
	const bool listens = parts->public != NULL;
	atomic_store(&service.public, parts->public);
	if (listens)
		serve_until_stopped(c, parts, &service);
	close_listeners(parts); /* before the gates, which end with this function */
	return listens;
}

/* A service manager may have set the soft limit to 1024, which only callers of select() need; this
 * process has none. Raised before the sandbox, in which no limit can be raised. */
static void
allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	const rlim_t wanted = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
	if (limit.rlim_cur < wanted)
		setrlimit(RLIMIT_NOFILE, &(const struct rlimit){ wanted, limit.rlim_max });
}

/* Without a descriptor for each connection civetweb would try to accept it again and again. */
static bool
descriptors_suffice(const struct config *c, char errbuf[static ERRBUF_MAX + 1])
{
	struct rlimit limit;
	const rlim_t needed = (rlim_t)c->http_workers + DESCRIPTORS_ELSE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
		return true;
	if (!text_format(errbuf, ERRBUF_MAX + 1,
		"HTTP_WORKERS=%lld needs %llu file descriptors, and the limit is %llu",
		(long long)c->http_workers, (unsigned long long)needed,
		(unsigned long long)limit.rlim_cur))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "too few file descriptors for HTTP_WORKERS");
	return false;
}

/* Signals, log, limits and allocator. A process that holds keys leaves no core file. */
static void
prepare_process(void)
{
	const sigset_t stops = stop_signals();

	pthread_sigmask(SIG_BLOCK, &stops, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a log file of the maximal size must not end the process */
	log_open();
	setrlimit(RLIMIT_CORE, &(const struct rlimit){ 0, 0 });
	allow_descriptors();
	mallopt(M_ARENA_MAX, MALLOC_ARENAS);
	mallopt(M_MMAP_THRESHOLD, MALLOC_LARGE);
}

/* Before the first thread, the first connection and the first key. */
static bool
enter_sandbox(const struct config *c, char errbuf[static ERRBUF_MAX + 1])
{
	if (geteuid() == 0)
		log_event("runs_as_root",
		    (const struct log_value[]){
			log_text("why", "a user of its own would own nothing else"), { 0 } });
	return !config_is(c->sandbox, "on") || sandbox_enter(c->keys_folder, errbuf);
}

static bool
open_and_serve(const struct config *config, char errbuf[static ERRBUF_MAX + 1])
{
	struct parts parts = { 0 };
	const bool served = enter_sandbox(config, errbuf) && check_settings(config, errbuf) &&
			    open_parts(config, &parts, errbuf) &&
			    listen_and_serve(config, &parts, errbuf);

	parts_close(&parts);
	return served;
}

/* Starts, and returns when the service has stopped. */
static bool
run_service(struct config *config, char errbuf[static ERRBUF_MAX + 1])
{
	prepare_process();
	if (!secret_start() || !smtp_start() || !db_start()) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "a library did not start");
		return false;
	}
	return config_read(config, errbuf) && descriptors_suffice(config, errbuf) &&
	       open_and_serve(config, errbuf);
}

int
main(int argc, char **argv)
{
	static struct config config;
	char errbuf[ERRBUF_MAX + 1];

	if (argc == 2 && strcmp(argv[1], "--settings") == 0) {
		config_print_table(stdout);
		return EXIT_SUCCESS;
	}
	if (argc != 1) {
		fputs(
		    "usage: myportald [--settings]\nSettings come from the environment.\n", stderr);
		return EXIT_FAILURE;
	}
	const bool ran = run_service(&config, errbuf);
	if (ran)
		log_event("stopped", (const struct log_value[]){ { 0 } });
	else
		log_not_started(errbuf);
	config_wipe(&config);
	return ran ? EXIT_SUCCESS : EXIT_FAILURE;
}
