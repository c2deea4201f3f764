/* ctl_doctor_test.c - the doctor's lanes: one that hangs or dies holds up no other and is told,
 * what needs another check or a faulty setting is skipped; which servers' versions serve; and what
 * is read of a proxy's file. */

#include "ctl_doctor_db.h"
#include "ctl_doctor_lanes.h"

#include "clock.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

static void
is_well(struct doctor *doctor, struct doctor_finding *ret)
{
	(void)doctor;
	doctor_find(ret, DOCTOR_OK, "well");
}

static void
is_ill(struct doctor *doctor, struct doctor_finding *ret)
{
	(void)doctor;
	doctor_find(ret, DOCTOR_PROBLEM, "ill");
}

static void
has_nothing_to_do(struct doctor *doctor, struct doctor_finding *ret)
{
	(void)doctor;
	doctor_find(ret, DOCTOR_SKIPPED, "nothing to do");
}

static void
hangs(struct doctor *doctor, struct doctor_finding *ret)
{
	(void)doctor, (void)ret;
	for (;;)
		pause();
}

static void
dies(struct doctor *doctor, struct doctor_finding *ret)
{
	(void)doctor, (void)ret;
	_exit(1);
}

/* Leaves something for the next one of its lane. */
static void
leaves(struct doctor *doctor, struct doctor_finding *ret)
{
	text_copy_cut(doctor->mail_error, sizeof doctor->mail_error, "left");
	doctor_find(ret, DOCTOR_OK, "well");
}

static void
takes(struct doctor *doctor, struct doctor_finding *ret)
{
	doctor_find(ret, DOCTOR_OK, "%s", doctor->mail_error);
}

static void
each_check_is_told_whatever_the_others_do(void **state)
{
	/* clang-format off */
	static const struct doctor_check checks[] = {
		{ "ill", "", DOCTOR_LANE_HOST, "", NULL, CTL_ERROR, is_ill },
		{ "needs ill", "", DOCTOR_LANE_HOST, "", "ill", CTL_ERROR, is_well },
		{ "needs needs", "", DOCTOR_LANE_HOST, "", "needs ill", CTL_ERROR, is_well },
		{ "idle", "", DOCTOR_LANE_HOST, "", NULL, CTL_ERROR, has_nothing_to_do },
		{ "needs idle", "", DOCTOR_LANE_HOST, "", "idle", CTL_ERROR, is_well },
		{ "setting", "", DOCTOR_LANE_HOST, "KEYS_FOLDER DB_ ", NULL, CTL_ERROR, is_well },
		{ "another", "", DOCTOR_LANE_HOST, "DB_PORT_ SMTP_ ", NULL, CTL_ERROR, is_well },
		{ "hangs", "", DOCTOR_LANE_DB, "", NULL, CTL_ERROR, hangs },
		{ "behind it", "", DOCTOR_LANE_DB, "", NULL, CTL_ERROR, is_well },
		{ "leaves", "", DOCTOR_LANE_MAIL, "", NULL, CTL_ERROR, leaves },
		{ "takes", "", DOCTOR_LANE_MAIL, "", "leaves", CTL_ERROR, takes },
		{ "before it", "", DOCTOR_LANE_NAME, "", NULL, CTL_ERROR, is_well },
		{ "dies", "", DOCTOR_LANE_NAME, "", NULL, CTL_ERROR, dies },
	};
	static const struct { enum doctor_state state; const char *text; } wanted[] = {
		{ DOCTOR_PROBLEM, "ill" },
		{ DOCTOR_SKIPPED, "see ill" },
		{ DOCTOR_SKIPPED, "see needs ill" },
		{ DOCTOR_SKIPPED, "nothing to do" },
		{ DOCTOR_OK, "well" },
		{ DOCTOR_SKIPPED, "DB_PORT is wrong: see settings" },
		{ DOCTOR_OK, "well" },
		{ DOCTOR_PROBLEM, "no answer within 300 ms: " },
		{ DOCTOR_SKIPPED, "see hangs" },
		{ DOCTOR_OK, "well" },
		{ DOCTOR_OK, "left" },
		{ DOCTOR_OK, "well" },
		{ DOCTOR_PROBLEM, "the check ended without an answer: " },
	};
	/* clang-format on */
	static struct doctor_finding findings[LENGTH(checks)];
	static struct doctor doctor;
	const int64_t began_ms = clock_monotonic_ms();

	(void)state;
	doctor_fault(&doctor.faults, "DB_PORT must be 1-65535; it is \"0\"");
	doctor_run_lanes(&doctor, checks, LENGTH(checks), findings, 300);
	for (size_t i = 0; i < LENGTH(checks); i++)
		if (findings[i].state != wanted[i].state ||
		    !text_starts_with(findings[i].text, wanted[i].text))
			fail_msg("%s: %s: %s", checks[i].name, doctor_state_name(findings[i].state),
			    findings[i].text);
	assert_in_range(clock_monotonic_ms() - began_ms, 300, 5000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no process is left */
}

static void
old_and_foreign_servers_do_not_serve(void **state)
{
	static const struct {
		const char *version;
		bool serves;
	} rows[] = {
		{ "10.11.0-MariaDB", true },
		{ "10.11.19-MariaDB-0+deb12u1", true },
		{ "11.4.2-MariaDB-ubu2404", true },
		{ "12.0.1-MariaDB", true },
		{ "10.10.9-MariaDB", false },
		{ "10.6.18-MariaDB-log", false },
		{ "9.11.1-MariaDB", false },
		{ "8.0.36", false },
		{ "11.4.2", false },
		{ "MariaDB", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (doctor_version_serves(rows[i].version) != rows[i].serves)
			fail_msg("%s", rows[i].version);
}

#define NGINX_ORIGINS   "https://a.jp https://b.jp:8443 "
#define HAPROXY_ORIGINS "https://a.jp https://b.jp "

static const char nginx[] = "upstream other {\n"
			    "\tserver 10.0.0.9:9999 max_conns=7;\n"
			    "\tkeepalive 99; keepalive_timeout 9m;\n"
			    "}\n"
			    "upstream portal {\n"
			    "  # server 10.0.0.1:8080 max_conns=9999;\n"
			    "  server 10.0.0.1:8080 max_conns=20;\n"
			    "  server 10.0.0.2:8080 max_conns=30 max_fails=1;  # a second\n"
			    "  keepalive 4;\n"
			    "  keepalive_timeout 500ms;\n"
			    "}\n"
			    "map $http_origin $page {\n"
			    "  default 0;\n"
			    "  https://a.jp 1;\n"
			    "  https://b.jp:8443 1;\n"
			    "}\n"
			    "server {\n"
			    "  listen 443; keepalive_timeout 30s;\n"
			    "  return 301 https://c.example;\n"
			    "}\n";

static const char haproxy[] =
    "frontend public\n"
    "  acl page capture.req.hdr(0) -m str https://a.jp https://b.jp\n"
    "backend other\n"
    "  default-server maxconn 5000 pool-max-conn 500 pool-purge-delay 1h\n"
    "  server x 10.0.0.9:9999\n"
    "backend portal\n"
    "  default-server check maxconn 20 pool-max-conn 3 pool-purge-delay 5s\n"
    "  server one 10.0.0.1:8080\n"
    "  server two 10.0.0.2:8080 maxconn 30 pool-purge-delay 700\n";

/* Of several servers the largest bounds count; those of other services do not. */
static void
of_a_proxys_file_only_what_concerns_the_service_is_read(void **state)
{
	/* clang-format off */
	static const struct {
		enum proxy_kind kind;
		const char *text;
		unsigned port;
		struct proxy_file wanted;
	} rows[] = {
		{ PROXY_NGINX, nginx, 8080, { 2, 30, 12, 500, NGINX_ORIGINS } },
		{ PROXY_NGINX, nginx, 9999, { 1, 7, 297, 540000, NGINX_ORIGINS } },
		{ PROXY_NGINX, "server x:80 ;keepalive 2;", 80, { 1, 0, 6, 60000, "" } },
		{ PROXY_NGINX, "", 80, { 0, 0, 0, 0, "" } },
		{ PROXY_HAPROXY, haproxy, 8080, { 2, 30, 3, 10000, HAPROXY_ORIGINS, 1 } },
		{ PROXY_HAPROXY, haproxy, 80, { 0, 0, 0, 0, HAPROXY_ORIGINS, 2 } },
		{ PROXY_HAPROXY, "server a h:80 maxconn 9\nserver b h:80", 80, { 2, 0, 0, 0, "" } },
		{ PROXY_HAPROXY, "server", 80, { 0, 0, 0, 0, "" } },
	};
	/* clang-format on */
	static struct proxy_file read;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct proxy_file *const wanted = &rows[i].wanted;

		proxy_file_read(rows[i].kind, rows[i].text, rows[i].port, &read);
		if (read.servers != wanted->servers || read.connections != wanted->connections ||
		    read.idle != wanted->idle || read.idle_ms != wanted->idle_ms ||
		    strcmp(read.origins, wanted->origins) != 0 || read.others != wanted->others)
			fail_msg(
			    "%zu: %zu servers, %lld, %lld idle for %lld ms, %zu others, origins %s",
			    i, read.servers, (long long)read.connections, (long long)read.idle,
			    (long long)read.idle_ms, read.others, read.origins);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check_is_told_whatever_the_others_do),
		cmocka_unit_test(old_and_foreign_servers_do_not_serve),
		cmocka_unit_test(of_a_proxys_file_only_what_concerns_the_service_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
