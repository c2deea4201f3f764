/* node_state_test.c - what HAProxy is told of a database server in each of its states, and of a
 * real one that becomes read-only, stands still, and is killed. */

#include "node_state.h"

#include "clock.h"
#include "db.h"
#include "node_watch.h"
#include "private_db.h"
#include "secret.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include <cmocka.h>

#define AGENT_USER "agent"

/* Variables of a node that is well, behind those that a row names. */
#define WELL                                                                                  \
	{ "wsrep_on", "ON" }, { "wsrep_ready", "ON" }, { "wsrep_cluster_status", "Primary" }, \
	    { "wsrep_reject_queries", "NONE" }, { "read_only", "OFF" },                       \
	{                                                                                     \
		"innodb_read_only", "OFF"                                                     \
	}

struct variable {
	const char *name, *value;
};

/* clang-format off */
static const struct state_row {
	const char *why;
	struct variable variables[10];
	const char *answer;
} rows[] = {
	{ "a single server", { { "wsrep_on", "OFF" }, { "read_only", "OFF" } }, "up 100%\n" },
	{ "a server that knows no cluster", { { "read_only", "OFF" } }, "up 100%\n" },
	{ "a replica", { { "wsrep_on", "OFF" }, { "read_only", "ON" } }, "down #read-only\n" },
	{ "its files are read-only", { { "innodb_read_only", "ON" }, { "read_only", "OFF" } },
	  "down #read-only\n" },
	{ "synced", { WELL, { "wsrep_local_state", "4" } }, "up 100%\n" },
	{ "donor, or desynced", { WELL, { "wsrep_local_state", "2" } }, "up 0%\n" },
	{ "joining", { WELL, { "wsrep_local_state", "1" } }, "down #joining\n" },
	{ "joined, not synced yet", { WELL, { "wsrep_local_state", "3" } }, "down #joining\n" },
	{ "a state that nobody told", { WELL }, "down #joining\n" },
	{ "an operator made a synced node read-only",
	  { { "read_only", "ON" }, { "wsrep_on", "ON" }, { "wsrep_ready", "ON" },
	    { "wsrep_cluster_status", "Primary" }, { "wsrep_local_state", "4" } },
	  "down #read-only\n" },
	{ "cut off from the quorum",
	  { { "wsrep_on", "ON" }, { "wsrep_ready", "OFF" },
	    { "wsrep_cluster_status", "non-Primary" }, { "wsrep_local_state", "0" } },
	  "down #no-quorum\n" },
	{ "not ready",
	  { { "wsrep_on", "ON" }, { "wsrep_ready", "OFF" },
	    { "wsrep_cluster_status", "Primary" }, { "wsrep_local_state", "4" } },
	  "down #not-ready\n" },
	{ "rejects queries",
	  { { "wsrep_on", "ON" }, { "wsrep_ready", "ON" }, { "wsrep_cluster_status", "Primary" },
	    { "wsrep_reject_queries", "ALL" }, { "wsrep_local_state", "4" } },
	  "down #rejects-queries\n" },
	{ "a node that told nothing but that it is one", { { "wsrep_on", "ON" } },
	  "down #no-quorum\n" },
};
/* clang-format on */

static void
each_state_has_its_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct node_facts facts = { 0 };

		for (const struct variable *v = rows[i].variables; v->name != NULL; v++)
			node_facts_take(&facts, v->name, v->value);
		const char *const answer = node_facts_answer(&facts);
		if (strcmp(answer, rows[i].answer) != 0)
			fail_msg("%s: %s", rows[i].why, answer);
		assert_true(strlen(answer) < NODE_ANSWER_SIZE);
	}
}

static void
other_variables_are_passed_over(void **state)
{
	struct node_facts facts = { 0 };

	(void)state;
	node_facts_take(&facts, "version", "10.11");
	node_facts_take(&facts, "READ_ONLY", "ON");
	node_facts_take(&facts, "", "ON");
	assert_string_equal(node_facts_answer(&facts), "up 100%\n");
}

/* Waits until this is the answer, for 20 s at most. */
static void
assert_becomes(struct node_watch *watch, const char *wanted)
{
	const int64_t until_ms = clock_monotonic_ms() + 20000;
	const char *answer;

	while (strcmp(answer = node_watch_answer(watch), wanted) != 0) {
		if (clock_monotonic_ms() > until_ms)
			fail_msg("wanted %s, got %s", wanted, answer);
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
}

static struct private_db private_db;

static int
remove_server(void **state)
{
	(void)state;
	private_db_remove(&private_db);
	return 0;
}

static void
a_server_is_watched(void **state)
{
	(void)state;
	assert_true(private_db_make(&private_db));
	assert_true(private_db_start(&private_db, false));
	assert_int_equal(private_db_administer(
			     &private_db, "CREATE USER " AGENT_USER "@localhost IDENTIFIED BY ''"),
	    OK);
	struct node_watch *watch = node_watch_begin(private_db.socket, AGENT_USER);
	assert_non_null(watch);
	assert_becomes(watch, "up 100%\n");

	assert_int_equal(private_db_administer(&private_db, "SET GLOBAL read_only = 1"), OK);
	assert_becomes(watch, "down #read-only\n");
	assert_int_equal(private_db_administer(&private_db, "SET GLOBAL read_only = 0"), OK);
	assert_becomes(watch, "up 100%\n");

	/* The kernel still takes connections for one that is stopped. */
	kill(private_db.pid, SIGSTOP);
	assert_becomes(watch, "down #silent\n");
	kill(private_db.pid, SIGCONT);
	assert_becomes(watch, "up 100%\n");

	private_db_kill(&private_db);
	assert_becomes(watch, "down #unreachable\n");
}

/* A watch goes on until the process ends: OpenSSL must not take from its thread, at the exit, what
 * that thread uses. LeakSanitizer told of it as of a leak, once. */
static int
start_libraries(void **state)
{
	(void)state;
	return OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL) == 1 && secret_start() &&
		       db_start()
		   ? 0
		   : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_answer),
		cmocka_unit_test(other_variables_are_passed_over),
		cmocka_unit_test_teardown(a_server_is_watched, remove_server),
	};

	return cmocka_run_group_tests(tests, start_libraries, NULL);
}
