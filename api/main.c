/* main.c - starts the service: reads the settings, opens keys, database, pools and mailer, listens
 * until SIGTERM, drains, and closes everything. With --check it tries the parts instead. */

#include "access_keys.h"
#include "captcha_pool.h"
#include "check.h"
#include "clock.h"
#include "config.h"
#include "db.h"
#include "gate.h"
#include "hash_pool.h"
#include "http.h"
#include "keyring.h"
#include "limit_db.h"
#include "limit_local.h"
#include "limit_table.h"
#include "log.h"
#include "mail_folder.h"
#include "mail_templates.h"
#include "mailer.h"
#include "metrics.h"
#include "monitor.h"
#include "reload.h"
#include "sandbox.h"
#include "secret.h"
#include "service.h"
#include "smtp.h"
#include "source_address.h"
#include "standard_streams.h"
#include "statements.h"
#include "text.h"
#include "version.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define PICTURES_AHEAD 16
#define INSIDE_WORKERS 4
#define OTHER_THREADS  32    /* which may use OpenSSL; see access_keys_make_room() */
#define MALLOC_ARENAS  2     /* more arenas take memory and make nothing here faster */
#define MALLOC_LARGE   65536 /* a sound's buffers: mapped alone, so that free() gives them back */

/* RFC 5321 4.5.3.2: five minutes for the greeting, ten for the reply to the mail. */
static const struct smtp_limits smtp_limits = {
	.session_ms = 300000,
	.reply_ms = 600000,
	.all_ms = 1800000,
};

/* What is opened at the start and closed at the end. */
struct parts {
	struct keyring *keyring;
	struct access_keys *access_keys;
	struct db *db;
	struct hash_pool *hash_pool;
	struct captcha_pool *pictures;
	struct mail_templates *templates;
	struct mailer *mailer;
	struct metrics *metrics;
	struct monitor *monitor;
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
	mail_templates_close(parts->templates);
	monitor_close(parts->monitor);
	captcha_pool_close(parts->pictures);
	hash_pool_close(parts->hash_pool);
	db_close(parts->db);
	limit_local_close(parts->limit_local);
	metrics_free(parts->metrics);
	access_keys_close(parts->access_keys);
	keyring_close(parts->keyring);
}

static struct db_options
db_options_of(const struct config *c)
{
	return (struct db_options){
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
		.patience_ms = 1500, /* a proxy chooses another node (docs/scaling.md) */
		.constants = sql_constants,
	};
}

static struct mailer *
open_mailer(const struct config *c, const struct parts *parts)
{
	const struct mailer_options options = {
		.db = parts->db,
		.keyring = parts->keyring,
		.smtp = config_smtp(c, smtp_limits),
		.workers = (unsigned)c->mail_workers,
		.portal_url = c->portal_url,
		.society_name_ja = c->society_name_ja,
		.society_name_en = c->society_name_en,
		.society_contact_ja = c->society_contact_ja,
		.society_contact_en = c->society_contact_en,
		.access_after_loss_days = c->access_after_loss_days,
		.templates = parts->templates,
	};

	return mailer_open(&options);
}

/* A mail_faults.tell: keeps the first. */
static void
keep_fault(const char *line, void *context)
{
	char *const errbuf = context;

	if (errbuf[0] == '\0' &&
	    !text_format(errbuf, ERRBUF_MAX + 1, "MAIL_TEMPLATES_FOLDER: %s", line))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, line);
}

/* Faults were told with the settings; here the sandbox may keep us from reading them. */
static struct mail_templates *
open_templates(const struct config *c, char errbuf[static ERRBUF_MAX + 1])
{
	struct mail_faults faults = { .tell = keep_fault, .context = errbuf };
	struct mail_templates *const templates = mail_templates_open();

	text_copy_cut(errbuf, ERRBUF_MAX + 1, templates == NULL ? "no memory" : "");
	if (templates == NULL)
		return NULL;
	if (mail_templates_load(templates, c->mail_templates_folder, &faults))
		return templates;
	mail_templates_close(templates);
	return NULL;
}

static struct hash_pool *
open_hash_pool(const struct config *c)
{
	const struct secret_cost cost = config_hash_cost(c);
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const unsigned threads = c->hash_threads > 0 ? (unsigned)c->hash_threads
						     : (unsigned)(cores > 0 ? cores : 1);

	return hash_pool_open(threads, (unsigned)c->hashing_max, &cost);
}

/* How many threads may sign or speak TLS: those of the listeners, of the mailer, and one for each
 * connection to the database that is made. */
static unsigned
openssl_threads(const struct config *c)
{
	return (unsigned)(c->http_workers + c->mail_workers + c->db_connections) + INSIDE_WORKERS +
	       OTHER_THREADS;
}

/* Opens everything but the listeners. False, and errbuf; parts_close() closes what was opened. */
static bool
open_parts(const struct config *c, struct parts *parts, char errbuf[static ERRBUF_MAX + 1])
{
	parts->keyring = keyring_open(c->keys_folder, errbuf);
	if (parts->keyring == NULL)
		return false;
	access_keys_make_room(openssl_threads(c));
	parts->access_keys = access_keys_open(c->keys_folder, errbuf);
	if (parts->access_keys == NULL)
		return false;
	parts->templates = open_templates(c, errbuf);
	if (parts->templates == NULL)
		return false;
	text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory or no threads");
	parts->metrics = metrics_new(&endpoints_public);
	parts->limit_local = limit_local_open();
	const struct db_options db_options = db_options_of(c);
	parts->db = db_open(&db_options, statements, STATEMENTS__MAX);
	parts->hash_pool = open_hash_pool(c);
	parts->pictures = captcha_pool_open(PICTURES_AHEAD);
	if (parts->metrics == NULL || parts->limit_local == NULL || parts->db == NULL ||
	    parts->hash_pool == NULL || parts->pictures == NULL)
		return false;
	parts->mailer = open_mailer(c, parts);
	parts->monitor = monitor_open(parts->db, metrics_steps(parts->metrics));
	return parts->mailer != NULL && parts->monitor != NULL;
}

static void
fill_service(struct service *service, const struct config *c, const struct parts *parts)
{
	service->config = c;
	service->metrics = parts->metrics;
	service->monitor = parts->monitor;
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
		.account_deletion_lives_s = c->account_deletion_lives_s,
		.access_token_lives_s = c->access_token_lives_s,
		.session_idle_s = c->session_idle_s,
		.session_lives_s = c->session_lives_s,
		.registration_domains = &service->registration_domains,
		.access_after_loss_days = c->access_after_loss_days,
		.mail_interval_s = c->mail_interval_s,
		.demands_posted_code = config_is(c->identity_posted_code, "yes"),
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

/* The signals that ask for a stop, and SIGHUP, which asks to read anew what can be. In the service
 * they are blocked in every thread from main() on, so that none ends the process; sigtimedwait()
 * takes them in the main thread. All else that main() does they may end. */
static sigset_t
awaited_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	return signals;
}

/* What is done every second, `second` times so far. */
static void
tick_over(const struct parts *parts, const struct reload_parts *reloaded, unsigned second)
{
	reload_keys(reloaded, second);
	limit_db_run_later(parts->db);
	log_report_dropped();
}

/* Waits for a signal that asks for a stop; reads anew what SIGHUP asks for. One that comes during
 * the stop is not taken any more. */
static void
wait_for_stop(const struct parts *parts, const struct reload_parts *reloaded)
{
	const sigset_t signals = awaited_signals();
	const struct timespec tick = { .tv_sec = 1 };

	for (unsigned second = 1;;) {
		const int signal_number = sigtimedwait(&signals, NULL, &tick);

		if (signal_number == SIGHUP)
			reload_all(reloaded);
		else if (signal_number > 0)
			return;
		else
			tick_over(parts, reloaded, second++);
	}
}

/* All goes on as before for so long. */
static void
wait_for_drain(const struct parts *parts, const struct reload_parts *reloaded, int64_t ms)
{
	const int64_t ends_at_ms = clock_monotonic_ms() + ms;
	int64_t left_ms = ms;

	for (unsigned second = 1; left_ms > 0; second++) {
		const int64_t tick_ms = left_ms < 1000 ? left_ms : 1000;
		const struct timespec tick = { tick_ms / 1000, tick_ms % 1000 * 1000000 };

		nanosleep(&tick, NULL);
		tick_over(parts, reloaded, second);
		left_ms = ends_at_ms - clock_monotonic_ms();
	}
}

/* Warns a society that demands neither the birth date nor a posted code. */
static void
log_birth_date_not_asked(const struct config *c)
{
	if (config_is(c->identity_birth_date, "yes") || config_is(c->identity_posted_code, "yes"))
		return;
	log_event("birth_date_not_asked",
	    (const struct log_value[]){
		log_text("why",
		    "whoever has one number can register those beside it, so many a day "
		    "and source; IDENTITY_BIRTH_DATE=yes is the way to stop that"),
		log_int("source_persons", limit_of(LIMIT_SOURCE_PERSONS)->max), { 0 } });
}

/* SECURITY.md promises locked memory for keys. */
static void
log_memory_not_locked(void)
{
	if (!secret_memory_is_locked())
		log_event("memory_not_locked",
		    (const struct log_value[]){
			log_text(
			    "why", "keys may be written to swap: raise LimitMEMLOCK (ulimit -l)"),
			{ 0 } });
}

/* Serves until a stop is asked for. Then /readyz says so, no connection is kept any longer, and the
 * proxy has DRAIN_MS to notice; meanwhile everything is served. Without DRAIN_MS there is none. */
static void
serve_until_stopped(const struct config *c, const struct parts *parts, struct service *service)
{
	const struct reload_parts reloaded = {
		.keyring = parts->keyring,
		.access_keys = parts->access_keys,
		.templates = parts->templates,
		.templates_folder = c->mail_templates_folder,
	};

	log_birth_date_not_asked(c);
	log_memory_not_locked();
	log_event_at(LOG_LEVEL_NOTICE, "started",
	    (const struct log_value[]){ log_text("version", version_text()),
		log_text("listen", c->listen),
		log_text("sandbox", sandbox_is_built() ? c->sandbox : "not built"), { 0 } });
	wait_for_stop(parts, &reloaded);
	atomic_store(&service->draining, true);
	if (c->drain_ms > 0)
		http_drain(parts->public);
	log_event_at(LOG_LEVEL_NOTICE, "draining", (const struct log_value[]){ { 0 } });
	wait_for_drain(parts, &reloaded, c->drain_ms);
}

static bool
listen_and_serve(const struct config *c, struct service *service, struct parts *parts,
    char errbuf[static ERRBUF_MAX + 1])
{
	struct gate inside = { .service = service, .endpoints = &endpoints_inside, .inside = true };
	struct gate public = { .service = service, .endpoints = &endpoints_public };

	fill_service(service, c, parts);
	parts->inside = listen_on(c->listen_inside, INSIDE_WORKERS, c, &inside, errbuf);
	if (parts->inside == NULL)
		return false;
	parts->public = listen_on(c->listen, (unsigned)c->http_workers, c, &public, errbuf);
	const bool listens = parts->public != NULL;
	atomic_store(&service->public, parts->public);
	if (listens)
		serve_until_stopped(c, parts, service);
	close_listeners(parts);        /* before the gates, which end with this function */
	limit_db_run_later(parts->db); /* what the last requests left */
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
	const rlim_t wanted = limit.rlim_max < CONFIG_DESCRIPTORS_MAX ? limit.rlim_max
								      : CONFIG_DESCRIPTORS_MAX;
	if (limit.rlim_cur < wanted)
		setrlimit(RLIMIT_NOFILE, &(const struct rlimit){ wanted, limit.rlim_max });
}

/* Without a descriptor for each connection civetweb would try to accept it again and again. */
static bool
descriptors_suffice(const struct config *c, char errbuf[static ERRBUF_MAX + 1])
{
	struct rlimit limit;
	const rlim_t needed = (rlim_t)config_descriptors(c);

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

/* Checking the settings ------------------------------------------------------------------------ */

/* Each fault is a line of its own, so that all are seen at the first start. */
static void
log_fault(const char *line, void *context)
{
	(void)context;
	log_not_started(line);
}

static void
print_fault(const char *line, void *context)
{
	fprintf(context, "settings: %s\n", line);
}

static void
log_unknown_name(const char *name, const char *meant)
{
	log_event("setting_unknown",
	    (const struct log_value[]){ log_text("name", name), log_text("meant", meant), { 0 } });
}

static void
print_unknown_name(const char *name, const char *meant)
{
	printf("settings: warning: %s is no setting; %s is one\n", name, meant);
}

static void
add_template_fault(const char *line, void *context)
{
	config_fault(context, "MAIL_TEMPLATES_FOLDER: %s", line);
}

static void
check_templates(const struct config *c, struct config_faults *faults)
{
	struct mail_faults told = { .tell = add_template_fault, .context = faults };

	mail_template_set_free(mail_folder_read(c->mail_templates_folder, &told));
}

/* All that is wrong with the settings: what config.c knows, and what those who read them say. */
static bool
settings_are_right(struct config *c, struct service *service, struct config_faults *faults)
{
	char errbuf[ERRBUF_MAX + 1];

	config_read(c, CONFIG_ALL, faults);
	if (!limit_table_set(c->limits, c->mail_interval_s, errbuf))
		config_fault(faults, "%s", errbuf);
	if (!source_networks_read("TRUSTED_PROXIES", c->trusted_proxies, &service->proxies, errbuf))
		config_fault(faults, "%s", errbuf);
	if (!source_networks_read("SHARED_NETWORKS", c->shared_networks, &service->shared, errbuf))
		config_fault(faults, "%s", errbuf);
	if (!email_domains_read("REGISTRATION_EMAIL_DOMAINS", c->registration_email_domains,
		&service->registration_domains, errbuf))
		config_fault(faults, "%s", errbuf);
	if (!descriptors_suffice(c, errbuf))
		config_fault(faults, "%s", errbuf);
	check_templates(c, faults);
	return faults->count == 0;
}

/* Running -------------------------------------------------------------------------------------- */

static bool
open_and_serve(
    const struct config *config, struct service *service, char errbuf[static ERRBUF_MAX + 1])
{
	struct parts parts = { 0 };
	const bool served = open_parts(config, &parts, errbuf) &&
			    listen_and_serve(config, service, &parts, errbuf);

	parts_close(&parts);
	return served;
}

/* Starts, and returns when the service has stopped: the exit status. EX_CONFIG: a restart would
 * meet the same. */
static int
run_service(struct config *config, struct service *service)
{
	struct config_faults faults = { .tell = log_fault };
	char errbuf[ERRBUF_MAX + 1];
	int status = EXIT_SUCCESS;

	config_unknown_names(log_unknown_name);
	if (!settings_are_right(config, service, &faults))
		return EX_CONFIG;
	log_set_level(config->log_level);
	if (!enter_sandbox(config, errbuf))
		status = EX_CONFIG;
	else if (!open_and_serve(config, service, errbuf))
		status = EXIT_FAILURE;
	if (status == EXIT_SUCCESS)
		log_event_at(LOG_LEVEL_NOTICE, "stopped", (const struct log_value[]){ { 0 } });
	else
		log_not_started(errbuf);
	return status;
}

/* Says whether it would start and work; the exit status is that of the first part that would
 * not. */
static int
check_service(struct config *config, struct service *service)
{
	struct config_faults faults = { .tell = print_fault, .context = stdout };
	char errbuf[ERRBUF_MAX + 1];

	config_unknown_names(print_unknown_name);
	if (!settings_are_right(config, service, &faults))
		return EX_CONFIG;
	if (!enter_sandbox(config, errbuf)) {
		printf("settings: %s\n", errbuf);
		return EX_CONFIG;
	}
	printf("settings: ok\n");
	const struct check_options options = {
		.keys_folder = config->keys_folder,
		.db = db_options_of(config),
		.smtp = config_smtp(config, smtp_limits),
	};
	return check_parts(&options, stdout);
}

static int
print_settings(struct config *config, struct service *service)
{
	(void)config;
	(void)service;
	config_print_table(stdout);
	return EXIT_SUCCESS;
}

static int
print_version(struct config *config, struct service *service)
{
	(void)config;
	(void)service;
	printf("myportald %s\n", version_text());
	return EXIT_SUCCESS;
}

static const struct mode {
	const char *option; /* NULL: none */
	bool starts;        /* it needs the process prepared, and the libraries */
	int (*run)(struct config *, struct service *);
} modes[] = {
	{ NULL, true, run_service },
	{ "--check", true, check_service },
	{ "--settings", false, print_settings },
	{ "--version", false, print_version },
};

static const struct mode *
find_mode(int argc, char **argv)
{
	for (size_t i = 0; i < LENGTH(modes); i++)
		if (modes[i].option == NULL ? argc == 1
					    : argc == 2 && strcmp(argv[1], modes[i].option) == 0)
			return &modes[i];
	return NULL;
}

static int
run_mode(const struct mode *mode)
{
	static struct config config;
	static struct service service;

	if (mode->starts) {
		prepare_process();
		if (!access_keys_start() || !secret_start() || !smtp_start() || !db_start()) {
			log_not_started("a library did not start");
			return EXIT_FAILURE;
		}
	}
	const int status = mode->run(&config, &service);
	config_wipe(&config);
	return status;
}

int
main(int argc, char **argv)
{
	const struct mode *mode = find_mode(argc, argv);
	const sigset_t signals = awaited_signals();

	if (mode != NULL && mode->run == run_service)
		pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (!standard_streams_open())
		return EXIT_FAILURE;
	if (mode == NULL) {
		fputs("usage: myportald [--check|--settings|--version]\nSettings come from the "
		      "environment.\n",
		    stderr);
		return EX_USAGE;
	}
	const int status = run_mode(mode);
	if (!standard_streams_flush() && status == EXIT_SUCCESS)
		return EXIT_FAILURE;
	return status;
}
