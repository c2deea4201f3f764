/* ctl_doctor_db.c - checks of myportalctl doctor: the database. */

#include "ctl_doctor_db.h"

#include "cleanup.h"
#include "clock.h"
#include "config_rules.h"
#include "ctl_doctor_host.h"
#include "ctl_rights.h"
#include "db_error.h"
#include "keyring.h"
#include "migration_file.h"
#include "ready.h"
#include "statements.h"
#include "statements_rights.h"
#include "text.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_OFF_MAX_S 5   /* outbox and roster lease by the server's clock */
#define LISTED_MAX      300 /* bytes of a list in a finding */
#define NAME_SIZE       65  /* of a table, column or right, with the NUL */
#define TABLES_MAX      40

/* Connecting ----------------------------------------------------------------------------------- */

static struct db *
open_db(const struct config *c, const char *user, const char *password,
    const struct statement *table, unsigned table_size)
{
	const struct db_options options = {
		.host = c->db_host,
		.port = (unsigned)c->db_port,
		.socket = c->db_socket[0] != '\0' ? c->db_socket : NULL,
		.name = c->db_name,
		.user = user,
		.password = password,
		.tls_required = c->db_socket[0] == '\0' && config_is(c->db_tls, "required"),
		.ca_file = c->db_ca_file,
		.connections = 1,
		.connect_timeout_s = 2,
		.statement_timeout_s = 3,
		.constants = sql_constants,
	};

	return db_open(&options, table, table_size);
}

static struct db *
open_service_db(const struct doctor *doctor, const struct statement *table, unsigned table_size)
{
	const struct config *const c = doctor->call->config;

	return open_db(c, c->db_user, c->db_password, table, table_size);
}

static void
close_db(struct db *const *db)
{
	if (*db != NULL)
		db_close(*db);
}

/* What the last error was, in words if there are some. */
static void
find_db_error(struct doctor_finding *ret, struct db *db, const char *what, const char *advice)
{
	const unsigned connect_error = db != NULL ? db_connect_error(db) : 0;
	const unsigned number = connect_error != 0 ? connect_error : db_last_error();
	const char *const words = db_error_text(number);

	doctor_find(ret, DOCTOR_PROBLEM, "%s%s%s (error %u): %s", what,
	    words[0] != '\0' ? ": " : "", words, number, advice);
}

static enum result
read_server(struct db *db, struct doctor_server *ret)
{
	struct db_tx alone = db_alone(db);
	const struct db_slot out[] = {
		db_to_text(ret->version, sizeof ret->version),
		db_to_number(&ret->now),
		db_to_text(ret->collation, sizeof ret->collation),
		db_to_text(ret->datadir, sizeof ret->datadir),
		db_to_number(&ret->flush),
		db_to_number(&ret->connections_max),
		{ 0 },
	};

	return db_row(&alone, DOCTOR_SERVER, NULL, out);
}

/* What to do about an error of the log-in. */
static const char *
log_in_advice(unsigned number, bool owner)
{
	switch (number) {
	case 1045:
	case 1698:
		return owner ? "compare DB_OWNER_USER and the file of DB_OWNER_PASSWORD with the "
			       "user "
			       "on the server"
			     : "compare DB_USER and the file of DB_PASSWORD with the user on the "
			       "server; `myportalctl rights --print --new` makes it";
	case 1044:
	case 1049:
		return "correct DB_NAME, or make database and users with `myportalctl rights "
		       "--print "
		       "--new` and `myportalctl migrate`";
	case 1040:
		return "raise max_connections of the server above the sum of all DB_CONNECTIONS";
	case 2026:
		return "give the server a certificate that is valid today and has DB_HOST as a "
		       "name, "
		       "and its authority in DB_CA_FILE";
	default:
		return "start the server, and correct DB_HOST and DB_PORT, or DB_SOCKET";
	}
}

static void
find_log_in_error(struct doctor_finding *ret, struct db *db, bool owner)
{
	const unsigned number = db != NULL ? db_connect_error(db) : 0;

	find_db_error(ret, db, owner ? "the owner cannot log in" : "the service cannot log in",
	    log_in_advice(number, owner));
}

void
doctor_db(struct doctor *doctor, struct doctor_finding *ret)
{
	doctor->db = open_service_db(doctor, doctor_statements, DOCTOR_STATEMENTS__MAX);
	if (doctor->db == NULL || read_server(doctor->db, &doctor->server) != OK)
		find_log_in_error(ret, doctor->db, false);
	else
		doctor_find(ret, DOCTOR_OK, "DB_USER logs in");
}

/* Errors that both users meet: the service's check tells them. */
static bool
is_of_server(unsigned number)
{
	static const unsigned numbers[] = { 1040, 1049, 2002, 2003, 2005, 2013, 2026 };

	for (size_t i = 0; i < LENGTH(numbers); i++)
		if (number == numbers[i])
			return true;
	return false;
}

void
doctor_db_owner(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct config *const c = doctor->call->config;

	if (c->db_owner_password[0] == '\0') {
		doctor_find(ret, DOCTOR_SKIPPED,
		    "there is no DB_OWNER_PASSWORD here: `migrate`, `roster`, `member` and `purge` "
		    "run elsewhere");
		return;
	}
	CLEANUP(close_db)
	struct db *db = open_db(
	    c, c->db_owner_user, c->db_owner_password, doctor_statements, DOCTOR_STATEMENTS__MAX);
	if (db != NULL && read_server(db, &doctor->server) == OK)
		doctor_find(ret, DOCTOR_OK, "DB_OWNER_USER logs in");
	else if (db != NULL && is_of_server(db_connect_error(db)))
		doctor_find(ret, DOCTOR_SKIPPED, "see database");
	else
		find_log_in_error(ret, db, true);
}

/* The server ----------------------------------------------------------------------------------- */

bool
doctor_version_serves(const char *version)
{
	char *end;
	const long major = strtol(version, &end, 10);
	const long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

	return strstr(version, "MariaDB") != NULL && (major > 10 || (major == 10 && minor >= 11));
}

void
doctor_db_version(struct doctor *doctor, struct doctor_finding *ret)
{
	const char *const version = doctor->server.version;

	if (doctor_version_serves(version))
		doctor_find(ret, DOCTOR_OK, "%s", version);
	else
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s: upgrade the server to MariaDB 10.11 or newer; others lack what the "
		    "statements use",
		    version);
}

void
doctor_db_settings(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct doctor_server *const server = &doctor->server;
	const int64_t wanted = doctor->call->config->db_connections;

	if (strcmp(server->collation, "utf8mb4_nopad_bin") != 0)
		doctor_find(ret, DOCTOR_WARNING,
		    "the database's collation is %s: ALTER DATABASE ... CHARACTER SET utf8mb4 "
		    "COLLATE "
		    "utf8mb4_nopad_bin, so that new tables have it",
		    server->collation);
	else if (server->flush != 1)
		doctor_find(ret, DOCTOR_WARNING,
		    "innodb_flush_log_at_trx_commit is %" PRId64
		    ": set it to 1, or a power cut takes "
		    "back what members were told is done",
		    server->flush);
	else if (server->connections_max <= wanted)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "max_connections is %" PRId64 " and DB_CONNECTIONS %" PRId64
		    ": raise the first "
		    "above the sum of all replicas and commands",
		    server->connections_max, wanted);
	else
		doctor_find(ret, DOCTOR_OK, "collation, durability and max_connections fit");
}

#define CONNECTIONS_TRIED   4
#define CAUSAL_WAIT_MAX_S   2.0 /* another try fits within DB_RETRY_NODE_MS */
#define CAUSAL_WAIT_SIZE    32
#define CLUSTER_NODES_LEAST 3

/* What a node of a cluster says of it. */
struct doctor_cluster {
	int64_t is_node, nodes;
	char causal_wait[CAUSAL_WAIT_SIZE]; /* repl.causal_read_timeout, "PT1S" */
};

/* UNAVAILABLE, or INTERNAL where the server knows no cluster. */
static enum result
read_cluster(struct db *db, struct doctor_cluster *ret)
{
	struct db_tx alone = db_alone(db);
	const struct db_slot out[] = {
		db_to_number(&ret->is_node),
		db_to_number(&ret->nodes),
		db_to_text(ret->causal_wait, sizeof ret->causal_wait),
		{ 0 },
	};

	return db_row(&alone, DOCTOR_CLUSTER, NULL, out);
}

/* Makes a connection and keeps it. False: none was made. */
static bool
meet_one_server(const struct doctor *doctor, struct db **ret_db, char ret_server[DB_SERVER_SIZE])
{
	struct db_server servers[DB_SERVERS_MAX];
	struct doctor_server ignored = { .now = 0 };

	*ret_db = open_service_db(doctor, doctor_statements, DOCTOR_STATEMENTS__MAX);
	if (*ret_db == NULL || read_server(*ret_db, &ignored) != OK ||
	    db_servers(*ret_db, servers) == 0)
		return false;
	text_copy_cut(ret_server, DB_SERVER_SIZE, servers[0].name);
	return true;
}

/* Connects several times at once. True: the connections lead to several servers, of which two are
 * named. */
static bool
leads_to_several(const struct doctor *doctor, char one[DB_SERVER_SIZE], char other[DB_SERVER_SIZE])
{
	struct db *kept[CONNECTIONS_TRIED] = { NULL };
	char name[DB_SERVER_SIZE];

	one[0] = other[0] = '\0';
	for (unsigned i = 0; i < CONNECTIONS_TRIED; i++)
		if (meet_one_server(doctor, &kept[i], name))
			text_copy_cut(one[0] == '\0' || strcmp(one, name) == 0 ? one : other,
			    DB_SERVER_SIZE, name);
	for (unsigned i = 0; i < CONNECTIONS_TRIED; i++)
		close_db(&kept[i]);
	return other[0] != '\0';
}

/* "PT1S", "PT0.5S": seconds are enough, as more than two are too long. */
static bool
causal_wait_is_short(const char *text)
{
	char *end;

	if (strncmp(text, "PT", 2) != 0)
		return false;
	const double seconds = strtod(text + 2, &end);
	return seconds > 0 && strcmp(end, "S") == 0 && seconds <= CAUSAL_WAIT_MAX_S;
}

static void
find_cluster_settings(const struct doctor_cluster *cluster, struct doctor_finding *ret)
{
	if (!causal_wait_is_short(cluster->causal_wait))
		doctor_find(ret, DOCTOR_WARNING,
		    "repl.causal_read_timeout is %s: set it to PT1S in wsrep_provider_options, or "
		    "a node that lags holds calls beyond their time",
		    cluster->causal_wait);
	else if (cluster->nodes < CLUSTER_NODES_LEAST || cluster->nodes % 2 == 0)
		doctor_find(ret, DOCTOR_WARNING,
		    "the cluster has %" PRId64
		    " nodes: bring back what is missing, or add one (or an "
		    "arbitrator); of an odd number from three on, one may fail",
		    cluster->nodes);
	else
		doctor_find(ret, DOCTOR_OK, "a cluster of %" PRId64 " nodes, with one writer",
		    cluster->nodes);
}

void
doctor_db_cluster(struct doctor *doctor, struct doctor_finding *ret)
{
	char one[DB_SERVER_SIZE], other[DB_SERVER_SIZE];
	struct doctor_cluster cluster = { .is_node = 0 };
	CLEANUP(close_db)
	struct db *db = open_service_db(
	    doctor, doctor_cluster_statements, DOCTOR_CLUSTER_STATEMENTS__MAX);
	const bool several = leads_to_several(doctor, one, other);
	const enum result result = db != NULL ? read_cluster(db, &cluster) : UNAVAILABLE;

	if (several)
		doctor_find(ret, DOCTOR_WARNING,
		    "connections lead to %s and %s: more than one node is written to. Let a proxy "
		    "choose one writer (haproxy-db.cfg, docs/scaling.md)",
		    one, other);
	else if (result == UNAVAILABLE)
		find_db_error(ret, db, "the server does not say whether it is a node of a cluster",
		    "if it is one, it may lag behind the others: see its log, and try again");
	else if (result != OK || cluster.is_node == 0)
		doctor_find(ret, DOCTOR_OK, "one server, no node of a cluster");
	else
		find_cluster_settings(&cluster, ret);
}

void
doctor_db_clock(struct doctor *doctor, struct doctor_finding *ret)
{
	struct doctor_server now = { .now = 0 };

	if (read_server(doctor->db, &now) != OK) {
		find_db_error(ret, doctor->db, "the clock cannot be read", "try again");
		return;
	}
	const int64_t off_s = clock_now() - now.now;
	if (off_s < -CLOCK_OFF_MAX_S || off_s > CLOCK_OFF_MAX_S)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "this machine's clock is %" PRId64 " s %s the database's: let a time service "
		    "(chrony, systemd-timesyncd) set both, and look which one is wrong",
		    off_s < 0 ? -off_s : off_s, off_s < 0 ? "behind" : "ahead of");
	else
		doctor_find(ret, DOCTOR_OK, "within %d s of the database's", CLOCK_OFF_MAX_S);
}

void
doctor_db_disk(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct config *const c = doctor->call->config;

	if (c->db_socket[0] == '\0' && !config_host_is_loopback(c->db_host))
		doctor_find(ret, DOCTOR_SKIPPED,
		    "the database is on another machine: watch its disk there");
	else
		doctor_find_room(ret, "the database", doctor->server.datadir);
}

/* The schema ----------------------------------------------------------------------------------- */

#define MIGRATIONS_MAX 200

struct migration_state {
	int64_t version;
	uint8_t checksum[SECRET_SHA256_SIZE];
	int64_t ended;
};

struct migration_states {
	struct migration_state row; /* the one that is read */
	size_t count;
	struct migration_state rows[MIGRATIONS_MAX];
};

static enum result
keep_migration(void *context)
{
	struct migration_states *const states = context;

	if (states->count < MIGRATIONS_MAX)
		states->rows[states->count++] = states->row;
	return OK;
}

/* False: the table cannot be read. */
static bool
read_migrations(
    const struct doctor *doctor, struct migration_states *states, struct doctor_finding *ret)
{
	CLEANUP(close_db)
	struct db *db = open_service_db(
	    doctor, doctor_schema_statements, DOCTOR_SCHEMA_STATEMENTS__MAX);
	const struct db_slot out[] = {
		db_to_number(&states->row.version),
		db_to_bytes(states->row.checksum, sizeof states->row.checksum),
		db_to_number(&states->row.ended),
		{ 0 },
	};

	if (db == NULL) {
		doctor_find(ret, DOCTOR_PROBLEM, "no memory");
		return false;
	}
	struct db_tx alone = db_alone(db);
	if (db_rows(&alone, DOCTOR_MIGRATIONS, NULL, out, keep_migration, states) == OK)
		return true;
	find_db_error(ret, db, "schema_migration cannot be read",
	    "run `myportalctl migrate`, then `myportalctl rights --print | mariadb`");
	return false;
}

static void
find_schema(const struct migration_states *states, struct doctor_finding *ret)
{
	int64_t newest = 0;

	for (size_t i = 0; i < states->count; i++) {
		if (states->rows[i].ended == 0) {
			doctor_find(ret, DOCTOR_PROBLEM,
			    "migration %" PRId64
			    " was begun and has not ended: wait if `migrate` is "
			    "at work; otherwise `myportalctl migrate` says where it stands, and "
			    "`migrate --repair` goes on",
			    states->rows[i].version);
			return;
		}
		newest = states->rows[i].version;
	}
	if (newest < READY_SCHEMA_VERSION)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the tables are those of migration %" PRId64 ", this program's are of %d: run "
		    "`myportalctl migrate`, then `myportalctl rights --print | mariadb`",
		    newest, READY_SCHEMA_VERSION);
	else if (newest > READY_SCHEMA_VERSION)
		doctor_find(ret, DOCTOR_WARNING,
		    "the tables are those of migration %" PRId64
		    ", newer than this program's (%d): "
		    "install the newer programs here, too",
		    newest, READY_SCHEMA_VERSION);
	else
		doctor_find(ret, DOCTOR_OK, "migration %" PRId64, newest);
}

void
doctor_schema(struct doctor *doctor, struct doctor_finding *ret)
{
	static struct migration_states states;

	if (read_migrations(doctor, &states, ret))
		find_schema(&states, ret);
}

/* Restore -------------------------------------------------------------------------------------- */

/* False, and a finding. */
static bool
read_made(
    struct doctor *doctor, int64_t *ret_made_at, int64_t *ret_begun_at, struct doctor_finding *ret)
{
	CLEANUP(close_db)
	struct db *db = open_service_db(
	    doctor, doctor_schema_statements, DOCTOR_SCHEMA_STATEMENTS__MAX);
	const struct db_slot out[] = { db_to_number(ret_made_at), db_to_number(ret_begun_at),
		{ 0 } };

	if (db == NULL) {
		doctor_find(ret, DOCTOR_PROBLEM, "no memory");
		return false;
	}
	struct db_tx alone = db_alone(db);
	if (db_row(&alone, DOCTOR_MADE, NULL, out) == OK)
		return true;
	find_db_error(ret, db, "schema_migration cannot be read",
	    "run `myportalctl rights --print | mariadb`");
	return false;
}

/* 0: keys that cannot be read, which another check tells, have none. */
static int64_t
epoch_of(const char *keys_folder)
{
	char errbuf[ERRBUF_MAX + 1];
	struct keyring *const keyring = keyring_open(keys_folder, errbuf);
	const int64_t epoch = keyring != NULL ? keyring_epoch(keyring) : 0;

	keyring_close(keyring);
	return epoch;
}

/* A dump, and files that were copied back, make the tables anew, while their rows stay what they
 * were. What `after-restore` does to them is in the epoch, which is beside the keys and is not put
 * back with them. */
void
doctor_restored(struct doctor *doctor, struct doctor_finding *ret)
{
	int64_t made_at = 0, begun_at = 0;
	char when[CLOCK_TEXT_MAX + 1];

	if (!read_made(doctor, &made_at, &begun_at, ret))
		return;
	clock_text(made_at, when);
	if (made_at <= begun_at + CLOCK_OFF_MAX_S)
		doctor_find(ret, DOCTOR_OK, "the tables are those that `migrate` made");
	else if (made_at <= epoch_of(doctor->call->config->keys_folder))
		doctor_find(ret, DOCTOR_OK, "put back at %s, and `after-restore` was run", when);
	else
		doctor_find(ret, DOCTOR_WARNING,
		    "the tables were put back at %s, and `after-restore` was not run since: run "
		    "it, or copy the file `epoch` from where it was run; otherwise links that were "
		    "used and sessions that had ended are good again. (If the tables were moved, "
		    "and nothing since is lost, nothing is to be done.)",
		    when);
}

/* The state of a file's version; NULL: it has none. */
static const struct migration_state *
state_of(const struct migration_states *states, int64_t version)
{
	for (size_t i = 0; i < states->count; i++)
		if (states->rows[i].version == version)
			return &states->rows[i];
	return NULL;
}

/* Compares one file with what ran. False, and a finding: they differ. */
static bool
compare_migration(const char *folder, const char *name, const struct migration_states *states,
    struct doctor_finding *ret)
{
	struct migration_file file = { .text = NULL };
	char errbuf[ERRBUF_MAX + 1];
	bool same = false;

	if (!migration_file_read(folder, name, &file, errbuf)) {
		doctor_find(
		    ret, DOCTOR_PROBLEM, "%s: put the file of this version in its place", errbuf);
	} else {
		const struct migration_state *const state = state_of(states, file.version);

		same = state == NULL ||
		       secret_equal_bytes(state->checksum, file.checksum, sizeof file.checksum);
		if (!same)
			doctor_find(ret, DOCTOR_PROBLEM,
			    "%s is not the file that ran: put the file of this version in its "
			    "place "
			    "(a file that ran is never edited)",
			    file.name);
	}
	migration_file_free(&file);
	return same;
}

void
doctor_migrations(struct doctor *doctor, struct doctor_finding *ret)
{
	static struct migration_states states;
	const char *const folder = ctl_text(doctor->call, "--folder");
	struct dirent **names = NULL;

	if (!read_migrations(doctor, &states, ret))
		return;
	const int count = scandir(folder, &names, migration_file_is_one, alphasort);
	if (count <= 0)
		doctor_find(ret, DOCTOR_SKIPPED, "no files NNNN_*.sql can be read in --folder");
	else
		doctor_find(ret, DOCTOR_OK, "the files are those that ran");
	bool same = true;
	for (int i = 0; i < count; i++) {
		same = same && compare_migration(folder, names[i]->d_name, &states, ret);
		free(names[i]);
	}
	free(names);
}

/* Tables and rights ---------------------------------------------------------------------------- */

/* Names, or pairs of them: "INSERT on account, INSERT on outbox". */
struct listed {
	size_t count;
	char text[LISTED_MAX + 1];
};

/* Adds "FIRST MIDDLE SECOND"; what does not fit becomes "...". */
static void
list_add(struct listed *list, const char *first, const char *middle, const char *second)
{
	char one[4 * NAME_SIZE];
	const size_t length = strlen(list->text), size = sizeof list->text - length;
	const char *const between = length > 0 ? ", " : "";

	(void)snprintf(one, sizeof one, "%s%s%s", first, middle, second);
	list->count++;
	if (length + strlen(one) + sizeof ", , ..." <= sizeof list->text)
		(void)snprintf(list->text + length, size, "%s%s", between, one);
	else if (length < 3 || strcmp(list->text + length - 3, "...") != 0)
		(void)snprintf(list->text + length, size, "%s...", between);
}

#define RIGHTS_LISTED_MAX 120

/* What rights.sql wants, and what there is: pairs of table and right. */
struct pairs {
	char table[NAME_SIZE], right[NAME_SIZE]; /* the one that is read */
	size_t count;
	struct {
		char table[NAME_SIZE], right[NAME_SIZE];
	} list[RIGHTS_LISTED_MAX];
};

static enum result
keep_pair(void *context)
{
	struct pairs *const pairs = context;

	if (pairs->count == RIGHTS_LISTED_MAX)
		return OK;
	text_copy_cut(pairs->list[pairs->count].table, NAME_SIZE, pairs->table);
	text_copy_cut(pairs->list[pairs->count++].right, NAME_SIZE, pairs->right);
	return OK;
}

static void
keep_wanted(void *context, const char *table, const char *privilege)
{
	struct pairs *const pairs = context;

	text_copy_cut(pairs->table, NAME_SIZE, table);
	text_copy_cut(pairs->right, NAME_SIZE, privilege);
	(void)keep_pair(pairs);
}

/* `right` NULL: any. */
static bool
has_pair(const struct pairs *pairs, const char *table, const char *right)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->list[i].table, table) == 0 &&
		    (right == NULL || strcmp(pairs->list[i].right, right) == 0))
			return true;
	return false;
}

/* False, and a finding: rights.sql cannot be read, or the server cannot be asked. */
static bool
read_wanted(const struct doctor *doctor, struct pairs *wanted, struct doctor_finding *ret)
{
	static char text[CTL_RIGHTS_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];

	if (ctl_rights_text(ctl_text(doctor->call, "--folder"), text, errbuf) &&
	    rights_read(text, keep_wanted, wanted, errbuf))
		return true;
	doctor_find(ret, DOCTOR_SKIPPED, "%s", errbuf);
	return false;
}

static bool
read_pairs(struct doctor *doctor, enum doctor_statement statement, struct pairs *pairs,
    struct doctor_finding *ret)
{
	struct db_tx alone = db_alone(doctor->db);
	const struct db_slot both[] = { db_to_text(pairs->table, NAME_SIZE),
		db_to_text(pairs->right, NAME_SIZE), { 0 } };
	const struct db_slot table[] = { db_to_text(pairs->table, NAME_SIZE), { 0 } };

	if (db_rows(&alone, statement, NULL, statement == DOCTOR_TABLES ? table : both, keep_pair,
		pairs) == OK)
		return true;
	find_db_error(ret, doctor->db, "information_schema cannot be read", "try again");
	return false;
}

void
doctor_tables(struct doctor *doctor, struct doctor_finding *ret)
{
	static struct pairs wanted, there;
	struct listed missing = { 0 };

	if (!read_wanted(doctor, &wanted, ret) || !read_pairs(doctor, DOCTOR_TABLES, &there, ret))
		return;
	for (size_t i = 0; i < wanted.count; i++)
		if (!has_pair(&there, wanted.list[i].table, NULL) &&
		    (i == 0 || strcmp(wanted.list[i].table, wanted.list[i - 1].table) != 0))
			list_add(&missing, wanted.list[i].table, "", "");
	if (missing.count == 0)
		doctor_find(ret, DOCTOR_OK, "all are there");
	else
		doctor_find(ret, DOCTOR_PROBLEM,
		    "not there, or the service has no right to them: %s. Run `myportalctl rights "
		    "--print "
		    "| mariadb`; what is missing then was dropped: restore it from a backup",
		    missing.text);
}

struct columns {
	char table[NAME_SIZE], column[NAME_SIZE], collation[NAME_SIZE];
	struct listed wrong;
};

static enum result
keep_column(void *context)
{
	struct columns *const columns = context;

	list_add(&columns->wrong, columns->table, ".", columns->column);
	return OK;
}

void
doctor_collations(struct doctor *doctor, struct doctor_finding *ret)
{
	struct columns columns = { .table = "" };
	struct db_tx alone = db_alone(doctor->db);
	const struct db_slot out[] = { db_to_text(columns.table, NAME_SIZE),
		db_to_text(columns.column, NAME_SIZE), db_to_text(columns.collation, NAME_SIZE),
		{ 0 } };

	if (db_rows(&alone, DOCTOR_COLLATIONS, NULL, out, keep_column, &columns) != OK)
		find_db_error(ret, doctor->db, "information_schema cannot be read", "try again");
	else if (columns.wrong.count > 0)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "columns with a collation other than utf8mb4_nopad_bin, which takes different "
		    "texts for one: %s. ALTER TABLE ... MODIFY them as the files NNNN_*.sql have "
		    "them",
		    columns.wrong.text);
	else
		doctor_find(ret, DOCTOR_OK, "utf8mb4_nopad_bin everywhere");
}

/* What `of` has and `other` has not. */
static void
list_difference(const struct pairs *of, const struct pairs *other, struct listed *ret)
{
	for (size_t i = 0; i < of->count; i++)
		if (!has_pair(other, of->list[i].table, of->list[i].right))
			list_add(ret, of->list[i].right, " on ", of->list[i].table);
}

void
doctor_rights(struct doctor *doctor, struct doctor_finding *ret)
{
	static struct pairs wanted, there, beyond;
	struct listed missing = { 0 }, more = { 0 };

	if (!read_wanted(doctor, &wanted, ret) || !read_pairs(doctor, DOCTOR_RIGHTS, &there, ret) ||
	    !read_pairs(doctor, DOCTOR_RIGHTS_BEYOND, &beyond, ret))
		return;
	list_difference(&wanted, &there, &missing);
	list_difference(&there, &wanted, &more);
	for (size_t i = 0; i < beyond.count; i++)
		list_add(&more, beyond.list[i].table, " on all of ", beyond.list[i].right);
	if (more.count > 0)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the service has more rights than rights.sql gives: %s. REVOKE them from "
		    "DB_USER",
		    more.text);
	else if (missing.count > 0)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the service lacks rights: %s. Run `myportalctl rights --print | mariadb`",
		    missing.text);
	else
		doctor_find(ret, DOCTOR_OK, "those of rights.sql, and no others");
}

/* What the service does ------------------------------------------------------------------------ */

void
doctor_statements_check(struct doctor *doctor, struct doctor_finding *ret)
{
	struct ready ready = { 0 };
	struct db *const db = open_service_db(doctor, statements, STATEMENTS__MAX);

	close_db(&doctor->db);
	doctor->db = db;
	if (db != NULL && ready_check(&ready, db) == OK)
		doctor_find(ret, DOCTOR_OK, "the service's %d statements prepare", STATEMENTS__MAX);
	else
		find_db_error(ret, db, "a statement of the service does not prepare",
		    "a column, table or right is missing or another: run `myportalctl migrate`, "
		    "then "
		    "`myportalctl rights --print | mariadb`, and compare what was altered by hand");
}

void
doctor_posted_codes(struct doctor *doctor, struct doctor_finding *ret)
{
	struct db_tx alone = db_alone(doctor->db);
	int64_t are_out = 0;
	const struct db_value in[] = { db_number("now", clock_now()), { 0 } };
	const struct db_slot out[] = { db_to_number(&are_out), { 0 } };

	if (!config_is(doctor->call->config->identity_posted_code, "yes"))
		doctor_find(ret, DOCTOR_OK, "none are asked for");
	else if (db_row(&alone, POSTED_CODES_ARE_OUT, in, out) != OK)
		find_db_error(ret, doctor->db, "codes cannot be looked for", "try again");
	else if (are_out == 0)
		doctor_find(ret, DOCTOR_WARNING,
		    "IDENTITY_POSTED_CODE=yes, and no code is out: nobody can register. Make codes "
		    "with `myportalctl roster codes`, and post them");
	else
		doctor_find(ret, DOCTOR_OK, "some are out");
}

void
doctor_db_writes(struct doctor *doctor, struct doctor_finding *ret)
{
	if (ready_can_write(doctor->db))
		doctor_find(ret, DOCTOR_OK, "a row was written, and taken back");
	else
		find_db_error(ret, doctor->db, "nothing can be written",
		    "a replica or a server with read_only takes no changes: point DB_HOST at the "
		    "primary, or SET GLOBAL read_only = 0; a full disk: make room");
}
