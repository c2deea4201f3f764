/* monitor_test.c - what is counted by the day is kept once, over replicas, restarts, midnight and a
 * database that is away; levels are read, bounded, and not told when they are old: against a real
 * server with the tables of schema/. */

#include "monitor.h"

#include "bounds.h"
#include "clock.h"
#include "db.h"
#include "private_db.h"
#include "secret.h"
#include "service_tables.h"
#include "statements.h"
#include "step_count.h"
#include "tcp_proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* 2026-11-30 00:00 in Japan. */
#define MIDNIGHT  INT64_C(1795964400)
#define NOON      (MIDNIGHT - 43200)
#define YESTERDAY "2026-11-29"
#define TODAY     "2026-11-30"
#define POOL      4

/* What the service itself never asks. */
enum { SUM, ROWS, CLEAR, MAIL_INSERT, MAILS_CLEAR, RUN_INSERT, RUNS_CLEAR, INSPECT__MAX };

#define MAIL_COLUMNS                                                                           \
	"(id, kind, state, email, language, nickname, jti, person_id, account_id, generation," \
	" invitation_jti, created_at, expires_at, next_try_at)"

static const struct statement inspections[INSPECT__MAX] = {
	[SUM] = { "SELECT SUM(count) FROM step_count"
		  " WHERE day = :day AND step = :step AND outcome = :outcome",
	    .columns = 1 },
	[ROWS] = { "SELECT COUNT(*) FROM step_count", .columns = 1 },
	[CLEAR] = { "DELETE FROM step_count" },
	[MAIL_INSERT] = { "INSERT INTO outbox " MAIL_COLUMNS
			  " VALUES (UNHEX(MD5(:n)), 1, :state, '', 'ja', '', '', '', '', 0, '',"
			  " :created_at, 0, UTC_TIMESTAMP(6))" },
	[MAILS_CLEAR] = { "DELETE FROM outbox" },
	[RUN_INSERT] = { "INSERT INTO roster_run (id, outcome, file_hash, started_by, created_at,"
			 " eligible_after) VALUES (UNHEX(MD5(:created_at)), $ROSTER_IMPORTED, '',"
			 " '', :created_at, :eligible_after), (UNHEX(MD5(:created_at + 9)),"
			 " $ROSTER_HAS_ERRORS, '', '', :created_at + 9, 0)" },
	[RUNS_CLEAR] = { "DELETE FROM roster_run" },
};

static struct private_db server;
static struct db *db;        /* as the service has it */
static struct db *away;      /* a server that is not there */
static struct db *inspector; /* with the statements above */

static int
set_up(void **state)
{
	(void)state;
	if (!secret_start() || !db_start() || !private_db_open(&server) ||
	    !service_tables_make(&server, SCHEMA_FOLDER))
		return -1;
	struct db_options options = private_db_options(&server, POOL);
	options.constants = sql_constants;
	db = db_open(&options, statements, STATEMENTS__MAX);
	inspector = db_open(&options, inspections, INSPECT__MAX);
	options.socket = "/nowhere/socket";
	away = db_open(&options, statements, STATEMENTS__MAX);
	return db != NULL && inspector != NULL && away != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(away);
	db_close(inspector);
	db_close(db);
	private_db_remove(&server);
	db_stop();
	return 0;
}

static void
change(unsigned statement, const struct db_value *in)
{
	struct db_tx alone = db_alone(inspector);

	assert_int_equal(db_change(&alone, statement, in, NULL), OK);
}

static int
empty_tables(void **state)
{
	(void)state;
	change(CLEAR, NULL);
	change(MAILS_CLEAR, NULL);
	change(RUNS_CLEAR, NULL);
	return 0;
}

static int64_t
number(unsigned statement, const struct db_value *in)
{
	struct db_tx alone = db_alone(inspector);
	int64_t value = -1;
	const struct db_slot out[] = { db_to_number(&value), { 0 } };

	assert_int_equal(db_row(&alone, statement, in, out), OK);
	return value;
}

/* What the database has of a day, all processes together. */
static int64_t
stored(const char *day, enum step step, const char *outcome)
{
	return number(SUM, (const struct db_value[]){ db_text("day", day), db_number("step", step),
			       db_text("outcome", outcome), { 0 } });
}

static struct step_counts *
counts_from(int64_t now)
{
	struct step_counts *counts = step_counts_new(now);

	assert_non_null(counts);
	return counts;
}

static void
add(struct step_counts *counts, enum step step, enum result result, int times)
{
	for (int i = 0; i < times; i++)
		step_counts_add(counts, step, result);
}

/* Counts --------------------------------------------------------------------------------------- */

static void
what_is_counted_is_told_by_step_and_code(void **state)
{
	struct step_counts *counts = counts_from(NOON);

	(void)state;
	add(counts, STEP_IDENTITY, OK, 2);
	add(counts, STEP_IDENTITY, CAPTCHA_WRONG, 1);
	add(counts, STEP_NONE, OK, 5);
	/* One code, whichever of its results: who asks for metrics learns no more than a client. */
	add(counts, STEP_ACCOUNT, LINK_EXHAUSTED, 1);
	add(counts, STEP_ACCOUNT, ACCOUNT_EXISTS, 1);
	add(counts, STEP_ACCOUNT, PERSON_NOT_ELIGIBLE, 1);
	assert_int_equal(step_counts_total(counts, STEP_IDENTITY, OK), 2);
	assert_int_equal(step_counts_total(counts, STEP_IDENTITY, CAPTCHA_WRONG), 1);
	assert_int_equal(step_counts_total(counts, STEP_EMAIL, OK), 0);
	assert_int_equal(step_counts_total(counts, STEP_NONE, OK), 0);
	assert_int_equal(step_counts_total(counts, STEP_ACCOUNT, PERSON_NOT_ELIGIBLE), 3);
	assert_int_equal(step_counts_store(counts, db, NOON), OK);
	assert_int_equal(stored(YESTERDAY, STEP_IDENTITY, "ok"), 2);
	assert_int_equal(stored(YESTERDAY, STEP_IDENTITY, "captcha_wrong"), 1);
	assert_int_equal(stored(YESTERDAY, STEP_ACCOUNT, "registration_over"), 3);
	assert_int_equal(number(ROWS, NULL), 3);
	step_counts_free(counts);
}

static void
replicas_and_restarts_add_up(void **state)
{
	(void)state;
	for (int process = 1; process <= 3; process++) {
		struct step_counts *counts = counts_from(NOON);

		add(counts, STEP_EMAIL, OK, process);
		assert_int_equal(step_counts_store(counts, db, NOON), OK);
		add(counts, STEP_EMAIL, OK, 10);
		assert_int_equal(step_counts_store(counts, db, NOON + 60), OK);
		assert_int_equal(step_counts_store(counts, db, NOON + 120), OK);
		step_counts_free(counts);
	}
	assert_int_equal(stored(YESTERDAY, STEP_EMAIL, "ok"), 36);
	assert_int_equal(number(ROWS, NULL), 3);
}

/* Whoever has the clock's midnight in UTC would have a day end at nine in the morning. */
static void
a_day_ends_at_midnight_in_japan(void **state)
{
	struct step_counts *counts = counts_from(MIDNIGHT - 60);

	(void)state;
	add(counts, STEP_LOGIN, OK, 3);
	assert_int_equal(step_counts_store(counts, db, MIDNIGHT - 1), OK);
	add(counts, STEP_LOGIN, OK, 4); /* in the last second */
	assert_int_equal(step_counts_store(counts, db, MIDNIGHT), OK);
	add(counts, STEP_LOGIN, OK, 5);
	assert_int_equal(step_counts_store(counts, db, MIDNIGHT + 60), OK);
	assert_int_equal(stored(YESTERDAY, STEP_LOGIN, "ok"), 7);
	assert_int_equal(stored(TODAY, STEP_LOGIN, "ok"), 5);
	assert_int_equal(step_counts_total(counts, STEP_LOGIN, OK), 12);
	step_counts_free(counts);
}

static void
a_clock_that_is_set_back_loses_nothing(void **state)
{
	struct step_counts *counts = counts_from(NOON);

	(void)state;
	add(counts, STEP_EMAIL, OK, 1);
	assert_int_equal(step_counts_store(counts, db, MIDNIGHT + 5), OK);
	add(counts, STEP_EMAIL, OK, 10);
	assert_int_equal(step_counts_store(counts, db, NOON), OK);
	add(counts, STEP_EMAIL, OK, 100);
	assert_int_equal(step_counts_store(counts, db, NOON + 60), OK);
	assert_int_equal(stored(YESTERDAY, STEP_EMAIL, "ok"), 101);
	assert_int_equal(stored(TODAY, STEP_EMAIL, "ok"), 10);
	step_counts_free(counts);
}

static void
a_database_that_is_away_gets_it_later(void **state)
{
	struct step_counts *counts = counts_from(NOON);

	(void)state;
	add(counts, STEP_EMAIL, OK, 1);
	assert_int_equal(step_counts_store(counts, away, NOON), UNAVAILABLE);
	add(counts, STEP_EMAIL, OK, 2);
	assert_int_equal(step_counts_store(counts, away, MIDNIGHT), UNAVAILABLE);
	add(counts, STEP_EMAIL, OK, 4);
	assert_int_equal(number(ROWS, NULL), 0);
	assert_int_equal(step_counts_store(counts, db, MIDNIGHT + 60), OK);
	assert_int_equal(stored(YESTERDAY, STEP_EMAIL, "ok"), 3);
	assert_int_equal(stored(TODAY, STEP_EMAIL, "ok"), 4);
	step_counts_free(counts);
}

static void
a_lost_commit_counts_once(void **state)
{
	struct db_options options = private_db_options(&server, POOL);
	struct tcp_proxy *const proxy = tcp_proxy_open("127.0.0.1", server.port, &options.port);
	struct step_counts *counts = counts_from(NOON);

	(void)state;
	assert_non_null(proxy);
	options.constants = sql_constants;
	options.socket = NULL;
	options.host = "127.0.0.1";
	struct db *const wire = db_open(&options, statements, STATEMENTS__MAX);
	assert_non_null(wire);
	for (enum tcp_cut cut = TCP_CUT_BEFORE; cut <= TCP_CUT_AFTER; cut++) {
		add(counts, STEP_EMAIL, OK, 2);
		tcp_proxy_cut(proxy, "\003COMMIT", cut);
		assert_int_equal(step_counts_store(counts, wire, NOON), OK);
	}
	assert_int_equal(tcp_proxy_cuts(proxy), 2);
	assert_int_equal(stored(YESTERDAY, STEP_EMAIL, "ok"), 4);
	step_counts_free(counts);
	db_close(wire);
	tcp_proxy_close(proxy);
}

static void
each_step_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (enum step step = STEP_NONE; step < STEP__MAX; step++) {
		assert_non_null(step_word(step));
		for (enum step other = STEP_NONE; other < step; other++)
			assert_string_not_equal(step_word(step), step_word(other));
	}
}

/* Levels --------------------------------------------------------------------------------------- */

static void
insert_mail(int64_t n, enum outbox_state mail_state, int64_t created_at)
{
	change(MAIL_INSERT,
	    (const struct db_value[]){ db_number("n", n), db_number("state", mail_state),
		db_number("created_at", created_at), { 0 } });
}

static void
levels_are_what_waits_and_what_died(void **state)
{
	struct levels levels;

	(void)state;
	assert_int_equal(levels_read(db, LEVELS_ROWS_MAX, &levels), OK);
	assert_int_equal(levels.mails_pending, 0);
	assert_int_equal(levels.oldest_pending_at, 0);
	assert_int_equal(levels.mails_dead, 0);
	assert_false(levels.read_only);
	assert_false(levels.imported);

	insert_mail(1, OUTBOX_PENDING, NOON + 5);
	insert_mail(2, OUTBOX_PENDING, NOON);
	insert_mail(3, OUTBOX_DEAD, NOON - 100);
	insert_mail(4, OUTBOX_SENT, NOON - 200);
	insert_mail(5, OUTBOX_DROPPED, NOON - 200);
	for (int64_t day = 1; day <= 3; day++)
		change(RUN_INSERT,
		    (const struct db_value[]){ db_number("created_at", NOON - 86400 * day),
			db_number("eligible_after", 1000 - day), { 0 } });
	assert_int_equal(levels_read(db, LEVELS_ROWS_MAX, &levels), OK);
	assert_int_equal(levels.mails_pending, 2);
	assert_int_equal(levels.oldest_pending_at, NOON);
	assert_int_equal(levels.mails_dead, 1);
	assert_true(levels.imported);
	assert_int_equal(levels.imported_at, NOON - 86400);
	assert_int_equal(levels.eligible_persons, 999);
}

static void
a_flood_of_mails_is_not_counted_to_its_end(void **state)
{
	struct levels levels;

	(void)state;
	for (int64_t n = 1; n <= 5; n++) {
		insert_mail(n, OUTBOX_PENDING, NOON - n);
		insert_mail(-n, OUTBOX_DEAD, NOON);
	}
	assert_int_equal(levels_read(db, 4, &levels), OK);
	assert_int_equal(levels.mails_pending, 4);
	assert_int_equal(levels.mails_dead, 4);
	/* Of those that are due first. */
	assert_int_equal(levels.oldest_pending_at, NOON - 4);
}

/* The thread ----------------------------------------------------------------------------------- */

static void
sleep_a_moment(void)
{
	nanosleep(&(const struct timespec){ .tv_nsec = 5000000 }, NULL);
}

static void
the_thread_reads_at_once_and_stores_at_its_end(void **state)
{
	struct step_counts *counts = counts_from(clock_now());
	struct levels levels = { 0 };
	char today[CLOCK_DATE_MAX + 1];

	(void)state;
	insert_mail(1, OUTBOX_PENDING, NOON);
	struct monitor *monitor = monitor_open(db, counts);
	assert_non_null(monitor);
	for (int i = 0; i < 2000 && !monitor_levels(monitor, &levels); i++)
		sleep_a_moment();
	assert_int_equal(levels.mails_pending, 1);
	add(counts, STEP_EMAIL, OK, 7);
	assert_int_equal(number(ROWS, NULL), 0);
	clock_date_japan(clock_now(), today);
	monitor_close(monitor);
	assert_int_equal(stored(today, STEP_EMAIL, "ok"), 7);
	step_counts_free(counts);
}

/* Nor does a stop wait for it. */
static void
of_a_database_that_is_away_nothing_is_told(void **state)
{
	struct step_counts *counts = counts_from(clock_now());
	struct monitor *monitor = monitor_open(away, counts);
	struct levels levels = { .mails_pending = -1 };

	(void)state;
	assert_non_null(monitor);
	add(counts, STEP_EMAIL, OK, 1);
	sleep_a_moment();
	assert_false(monitor_levels(monitor, &levels));
	assert_int_equal(levels.mails_pending, -1);
	const int64_t began_ms = clock_monotonic_ms();
	monitor_close(monitor);
	assert_in_range(clock_monotonic_ms() - began_ms, 0, 3000);
	assert_false(monitor_levels(NULL, &levels));
	monitor_close(NULL);
	step_counts_free(counts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_counted_is_told_by_step_and_code, empty_tables),
		cmocka_unit_test_setup(replicas_and_restarts_add_up, empty_tables),
		cmocka_unit_test_setup(a_day_ends_at_midnight_in_japan, empty_tables),
		cmocka_unit_test_setup(a_clock_that_is_set_back_loses_nothing, empty_tables),
		cmocka_unit_test_setup(a_database_that_is_away_gets_it_later, empty_tables),
		cmocka_unit_test_setup(a_lost_commit_counts_once, empty_tables),
		cmocka_unit_test(each_step_has_a_word_of_its_own),
		cmocka_unit_test_setup(levels_are_what_waits_and_what_died, empty_tables),
		cmocka_unit_test_setup(a_flood_of_mails_is_not_counted_to_its_end, empty_tables),
		cmocka_unit_test_setup(
		    the_thread_reads_at_once_and_stores_at_its_end, empty_tables),
		cmocka_unit_test_setup(of_a_database_that_is_away_nothing_is_told, empty_tables),
	};

	return cmocka_run_group_tests_name("monitor", tests, set_up, tear_down);
}
