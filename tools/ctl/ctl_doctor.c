/* ctl_doctor.c - myportalctl doctor: looks at a set-up, and says of each thing that is wrong what
 * to do. The table of checks; what each does is in ctl_doctor_*.c. */

#include "ctl_doctor_check.h"
#include "ctl_doctor_db.h"
#include "ctl_doctor_host.h"
#include "ctl_doctor_lanes.h"
#include "ctl_doctor_mail.h"
#include "ctl_doctor_proxy.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "mail_folder.h"
#include "source_address.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define DATABASE "DB_ "
#define PROXY    "LISTEN HTTP_WORKERS REQUESTS_MAX KEEP_ALIVE_MS DRAIN_MS CORS_ORIGINS "
#define RELAY    "SMTP_ EHLO_NAME MAIL_FROM SOCIETY_NAME_JA "

/* In the order of the output. */
/* clang-format off */
static const struct doctor_check checks[] = {
	{ "secrets", "nobody but root and the service's user reads the files of secrets",
	  DOCTOR_LANE_HOST, "", NULL, CTL_ERROR, doctor_secrets },
	{ "descriptors", "the limit of open files lets HTTP_WORKERS connections in",
	  DOCTOR_LANE_HOST, "HTTP_WORKERS ", NULL, CTL_ERROR, doctor_descriptors },
	{ "retention", "for how long former members are kept",
	  DOCTOR_LANE_HOST, "RETENTION_AFTER_LOSS_DAYS ", NULL, CTL_ERROR, doctor_retention },
	{ "keys", "the keys are whole, and only the service's user reads them",
	  DOCTOR_LANE_KEYS, "KEYS_FOLDER ", NULL, CTL_ERROR, doctor_keys },
	{ "keys disk", "there is room for new keys",
	  DOCTOR_LANE_KEYS, "KEYS_FOLDER ", NULL, CTL_ERROR, doctor_keys_disk },
	{ "database", "the service's user logs in",
	  DOCTOR_LANE_DB, DATABASE, NULL, CTL_DB_AWAY, doctor_db },
	{ "database version", "MariaDB 10.11 or newer",
	  DOCTOR_LANE_DB, DATABASE, "database", CTL_ERROR, doctor_db_version },
	{ "database settings", "collation, durability, max_connections",
	  DOCTOR_LANE_DB, DATABASE, "database", CTL_ERROR, doctor_db_settings },
	{ "database cluster", "all connections lead to one server; a node is set as it must be",
	  DOCTOR_LANE_DB, DATABASE, "database", CTL_ERROR, doctor_db_cluster },
	{ "database clock", "this machine's clock is within 5 s of the server's",
	  DOCTOR_LANE_DB, DATABASE, "database", CTL_ERROR, doctor_db_clock },
	{ "database disk", "there is room for tables, where the server is on this machine",
	  DOCTOR_LANE_DB, DATABASE, "database", CTL_ERROR, doctor_db_disk },
	{ "schema", "the tables are those of this version, and no migration stands half-way",
	  DOCTOR_LANE_DB, DATABASE, "database", CTL_ERROR, doctor_schema },
	{ "restore", "tables that were put back have been followed by `after-restore`",
	  DOCTOR_LANE_DB, DATABASE "KEYS_FOLDER ", "schema", CTL_ERROR, doctor_restored },
	{ "migrations", "the files NNNN_*.sql are those that ran",
	  DOCTOR_LANE_DB, DATABASE, "schema", CTL_ERROR, doctor_migrations },
	{ "tables", "every table that rights.sql names is there",
	  DOCTOR_LANE_DB, DATABASE, "schema", CTL_ERROR, doctor_tables },
	{ "collations", "no column takes different texts for one",
	  DOCTOR_LANE_DB, DATABASE, "schema", CTL_ERROR, doctor_collations },
	{ "rights", "the service's user has the rights of rights.sql, and no others",
	  DOCTOR_LANE_DB, DATABASE, "tables", CTL_ERROR, doctor_rights },
	{ "statements", "every statement of the service prepares",
	  DOCTOR_LANE_DB, DATABASE, "rights", CTL_ERROR, doctor_statements_check },
	{ "posted codes", "where IDENTITY_POSTED_CODE asks for them, some are out",
	  DOCTOR_LANE_DB, DATABASE, "statements", CTL_ERROR, doctor_posted_codes },
	{ "database writes", "a row can be written (it is taken back)",
	  DOCTOR_LANE_DB, DATABASE, "statements", CTL_ERROR, doctor_db_writes },
	{ "database owner", "the owner of the tables logs in, where its password is",
	  DOCTOR_LANE_OWNER, DATABASE, NULL, CTL_DB_AWAY, doctor_db_owner },
	{ "mail server", "it answers, and greets",
	  DOCTOR_LANE_MAIL, RELAY, NULL, CTL_ERROR, doctor_mail_server },
	{ "mail TLS", "it offers TLS, with a certificate that is good",
	  DOCTOR_LANE_MAIL, RELAY, "mail server", CTL_ERROR, doctor_mail_tls },
	{ "mail log-in", "it takes SMTP_USER and SMTP_PASSWORD",
	  DOCTOR_LANE_MAIL, RELAY, "mail TLS", CTL_ERROR, doctor_mail_log_in },
	{ "portal URL", "https, unless it is this machine",
	  DOCTOR_LANE_NAME, "PORTAL_URL ", NULL, CTL_ERROR, doctor_portal_url },
	{ "portal name", "the host of PORTAL_URL has an address",
	  DOCTOR_LANE_NAME, "PORTAL_URL ", NULL, CTL_ERROR, doctor_portal_name },
	{ "proxy", "the file of `--nginx` or `--haproxy`, or where Debian has it, is for LISTEN",
	  DOCTOR_LANE_PROXY, PROXY, NULL, CTL_ERROR, doctor_proxy },
	{ "proxy connections", "its bounds stay below three quarters of HTTP_WORKERS",
	  DOCTOR_LANE_PROXY, PROXY, "proxy", CTL_ERROR, doctor_proxy_connections },
	{ "proxy idle time", "it closes idle connections before KEEP_ALIVE_MS",
	  DOCTOR_LANE_PROXY, PROXY, "proxy", CTL_ERROR, doctor_proxy_idle },
	{ "proxy origins", "its origins are those of CORS_ORIGINS",
	  DOCTOR_LANE_PROXY, PROXY, "proxy", CTL_ERROR, doctor_proxy_origins },
};
/* clang-format on */

static struct doctor doctor;

/* Settings ------------------------------------------------------------------------------------- */

static void
note_fault(const char *line, void *nobody)
{
	(void)nobody;
	doctor_fault(&doctor.faults, line);
}

static void
note_template_fault(const char *line, void *nobody)
{
	char fault[ERRBUF_MAX + 1];

	(void)nobody;
	(void)snprintf(fault, sizeof fault, "MAIL_TEMPLATES_FOLDER: %s", line);
	doctor_fault(&doctor.faults, fault);
}

static void
note_networks(const char *setting, const char *value)
{
	struct source_networks networks;
	char errbuf[ERRBUF_MAX + 1];

	if (!source_networks_read(setting, value, &networks, errbuf))
		doctor_fault(&doctor.faults, errbuf);
}

/* What the service itself asks of its settings besides what config.c knows. */
static void
note_other_faults(const struct config *c)
{
	struct mail_faults told = { .tell = note_template_fault };

	note_networks("TRUSTED_PROXIES", c->trusted_proxies);
	note_networks("SHARED_NETWORKS", c->shared_networks);
	mail_template_set_free(mail_folder_read(c->mail_templates_folder, &told));
}

static void
look(const struct ctl_call *call)
{
	(void)call;
	doctor_look_at_secrets(&doctor.secrets);
}

/* Telling -------------------------------------------------------------------------------------- */

static size_t found[DOCTOR_SKIPPED + 1]; /* how many of each state */

static void
put_finding(const char *check, enum doctor_state state, const char *text)
{
	static const enum ctl_mark marks[] = {
		[DOCTOR_OK] = CTL_GOOD,
		[DOCTOR_WARNING] = CTL_DOUBTFUL,
		[DOCTOR_PROBLEM] = CTL_BAD,
		[DOCTOR_SKIPPED] = CTL_PLAIN,
	};
	struct ctl_output *const out = doctor.call->out;

	ctl_begin_row(out);
	ctl_put_text(out, "check", check);
	ctl_put_marked(out, "state", doctor_state_name(state), marks[state]);
	ctl_put_text(out, "finding", text);
	ctl_end(out);
	found[state]++;
}

static void
put_unknown_name(const char *name, const char *meant)
{
	char text[200];

	(void)snprintf(text, sizeof text,
	    "%s is no setting and has no effect: %s may be meant; correct or remove it", name,
	    meant);
	put_finding("settings", DOCTOR_WARNING, text);
}

static void
put_settings(void)
{
	for (size_t i = 0; i < doctor.faults.count; i++)
		put_finding("settings", DOCTOR_PROBLEM, doctor.faults.lines[i]);
	if (doctor.faults.count == 0)
		put_finding("settings", DOCTOR_OK, "all are of their form, and fit together");
	config_unknown_names(put_unknown_name);
}

/* The exit status: that of the first problem. */
static enum ctl_status
put_findings(const struct doctor_finding *findings)
{
	enum ctl_status status = doctor.faults.count > 0 ? CTL_SETTINGS : CTL_DONE;

	ctl_begin_list(doctor.call->out, "checks");
	put_settings();
	for (size_t i = 0; i < LENGTH(checks); i++) {
		put_finding(checks[i].name, findings[i].state, findings[i].text);
		if (status == CTL_DONE && findings[i].state == DOCTOR_PROBLEM)
			status = checks[i].status;
	}
	ctl_end(doctor.call->out);
	return status;
}

static enum ctl_status
print_markdown(void)
{
	fputs("| check | what it looks at |\n| --- | --- |\n"
	      "| settings | every setting is of its form, and they fit together |\n",
	    stdout);
	for (size_t i = 0; i < LENGTH(checks); i++)
		printf("| %s | %s |\n", checks[i].name, checks[i].what);
	return CTL_DONE;
}

static enum ctl_status
run_doctor(const struct ctl_call *call)
{
	static struct doctor_finding findings[LENGTH(checks)];

	if (ctl_given(call, "--markdown"))
		return print_markdown();
	doctor.call = call;
	note_other_faults(call->config);
	doctor_run_lanes(&doctor, checks, LENGTH(checks), findings, DOCTOR_WAIT_MS);
	const enum ctl_status status = put_findings(findings);
	if (!call->json)
		ctl_say(call->out, "%zu ok, %zu warnings, %zu problems, %zu skipped",
		    found[DOCTOR_OK], found[DOCTOR_WARNING], found[DOCTOR_PROBLEM],
		    found[DOCTOR_SKIPPED]);
	return status;
}

const struct ctl_command ctl_doctor_commands[] = {
	{
	    .words = "doctor",
	    .summary = "look at the set-up, and say what is wrong and what to do",
	    .help = "Changes nothing, sends no mail, and ends within 15 seconds, whatever hangs. A "
		    "check that needs another one which found a problem is skipped.\n"
		    "The exit status is 0 where there are warnings at most, otherwise that of the "
		    "first problem: 78 of the settings, 7 where the database cannot be reached, 1 "
		    "of all else.",
	    .settings = CONFIG_ALL,
	    .run = run_doctor,
	    .fault = note_fault,
	    .look = look,
	    .params = {
		{ "--folder", CTL_FOLDER, .preset = CTL_SCHEMA_FOLDER,
		    .help = "where the files NNNN_*.sql and rights.sql are" },
		{ "--nginx", CTL_FILE, .without = "--haproxy",
		    .help = "the proxy's configuration, to compare the settings with" },
		{ "--haproxy", CTL_FILE, .help = "the same of HAProxy" },
		{ "--unit", CTL_FILE,
		    .help = "the service's unit, for LimitNOFILE: systemctl cat myportald@NAME" },
		{ "--markdown", CTL_FLAG, .help = "the list of checks, as docs have it" },
	    },
	},
	{ .words = NULL },
};
