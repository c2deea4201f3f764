/* private_db.c - a MariaDB for a unit test. */

#include "private_db.h"

#include "bounds.h"
#include "clock.h"
#include "loopback.h"
#include "text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS      30000
#define ARGUMENTS_MAX 32
#define FILES_MAX     1024
#define DATA_MAX      (PRIVATE_DB_PATH_MAX + 16)

/* For the server itself, at every start; its reader wants a statement a line. */
/* clang-format off */
static const char init_sql[] =
	"CREATE DATABASE IF NOT EXISTS " PRIVATE_DB_NAME
		" CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n"
	"CREATE USER IF NOT EXISTS " PRIVATE_DB_USER " IDENTIFIED BY '" PRIVATE_DB_PASSWORD "';\n"
	"CREATE USER IF NOT EXISTS " PRIVATE_DB_ADMIN " IDENTIFIED BY '" PRIVATE_DB_PASSWORD "';\n"
	"CREATE USER IF NOT EXISTS " PRIVATE_DB_NARROW " IDENTIFIED BY '" PRIVATE_DB_PASSWORD "'"
		" WITH MAX_USER_CONNECTIONS 1;\n"
	"GRANT ALL ON " PRIVATE_DB_NAME ".* TO " PRIVATE_DB_USER ";\n"
	"GRANT ALL ON " PRIVATE_DB_NAME ".* TO " PRIVATE_DB_NARROW ";\n"
	"GRANT ALL ON *.* TO " PRIVATE_DB_ADMIN " WITH GRANT OPTION;\n";
/* clang-format on */

/* Programs ------------------------------------------------------------------------------------- */

/* In the child: the folder is its home, a file there gets what it says, and nothing of the test's
 * is held open: a connection that the test closes has to end. Temporary tables are made there, too:
 * a server that starts removes those of others that it finds in its own folder for them. */
static void
become(const char *folder, const char *const *arguments)
{
	const int out = chdir(folder) == 0
			    ? open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
			    : -1;

	if (out < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0 ||
	    setenv("TMPDIR", folder, 1) != 0)
		_exit(126);
	for (int fd = STDERR_FILENO + 1; fd < FILES_MAX; fd++)
		close(fd);
	execvp(arguments[0], (char *const *)(uintptr_t)arguments);
	_exit(127);
}

static pid_t
spawn(const char *folder, const char *const *arguments)
{
	const pid_t parent = getpid();
	const pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		become(folder, arguments);
	_exit(126);
}

static bool
run_program(const char *folder, const char *const *arguments)
{
	const pid_t pid = spawn(folder, arguments);
	int status;

	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		return true;
	fprintf(stderr, "%s failed; its words are in %s/log\n", arguments[0], folder);
	return false;
}

/* A shared server ------------------------------------------------------------------------------ */

static bool
is_shared(const struct private_db *db)
{
	return db->folder[0] == '\0';
}

/* On a connection of its own, which begins in this database. */
static enum result
administer(const struct private_db *db, const char *name, const char *sql)
{
	struct db_options options = private_db_options(db, 1);

	options.name = name;
	options.user = PRIVATE_DB_ADMIN;
	options.statement_timeout_s = 30; /* tables are made by it */
	struct db *const pool = db_open(&options, NULL, 0);
	if (pool == NULL)
		return INTERNAL;
	struct db_tx alone = db_alone(pool);
	const enum result result = db_command(&alone, sql, NULL);
	db_close(pool);
	return result;
}

/* A statement about the database, whose name stands between these two texts. */
static bool
administer_name(const struct private_db *db, const char *before, const char *behind)
{
	char sql[160];

	return text_format(sql, sizeof sql, "%s%s%s", before, db->name, behind) &&
	       administer(db, PRIVATE_DB_NAME, sql) == OK;
}

static void
drop(const struct private_db *db)
{
	if (!administer_name(db, "DROP DATABASE ", ""))
		fprintf(stderr, "the database %s is left behind\n", db->name);
}

_Static_assert(PRIVATE_DB_PATH_MAX == 80, "the width that share() reads");

/* The database is named by the process: another run of the same program has another. */
static bool
share(struct private_db *db, const char *server)
{
	*db = (struct private_db){ 0 };
	return sscanf(server, "%79s %u", db->socket, &db->port) == 2 &&
	       text_format(db->name, sizeof db->name, "test_%ld", (long)getpid()) &&
	       administer_name(
		   db, "CREATE DATABASE ", " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin") &&
	       administer_name(db, "GRANT ALL ON ", ".* TO " PRIVATE_DB_USER);
}

bool
private_db_open(struct private_db *db)
{
	const char *const server = getenv(PRIVATE_DB_SHARED);

	if (server != NULL && server[0] != '\0')
		return share(db, server);
	return private_db_make(db) && private_db_start(db, false);
}

/* The folder ----------------------------------------------------------------------------------- */

static bool
write_init_sql(const struct private_db *db)
{
	char path[PRIVATE_DB_PATH_MAX];

	if (!text_format(path, sizeof path, "%s/init.sql", db->folder))
		return false;
	FILE *const file = fopen(path, "wxe");
	if (file == NULL)
		return false;
	const bool written = fputs(init_sql, file) >= 0;
	return fclose(file) == 0 && written;
}

/* Both programs read a relative one as below /usr. */
static bool
data_option(const char *folder, char ret[static DATA_MAX])
{
	return text_format(ret, DATA_MAX, "--datadir=%s/data", folder);
}

static bool
make_tables(const char *folder)
{
	char data[DATA_MAX];
	const char *const arguments[] = {
		"mariadb-install-db",
		"--no-defaults",
		data,
		"--skip-test-db",
		"--force", /* where no name can be looked up */
		"--skip-name-resolve",
		"--auth-root-authentication-method=socket",
		"--innodb-log-file-size=4M",
		"--innodb-buffer-pool-size=8M",
		"--aria-pagecache-buffer-size=1M",
		geteuid() == 0 ? "--user=root" : NULL,
		NULL,
	};

	return data_option(folder, data) && run_program(folder, arguments);
}

#define EC_CERTIFICATE                                                                     \
	"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", \
	    "-nodes", "-days", "2"

static bool
make_certificates(const char *folder)
{
	static const char *const ca[] = { EC_CERTIFICATE, "-subj", "/CN=ca", "-keyout", "ca.key",
		"-out", "ca.pem", NULL };
	static const char *const other[] = { EC_CERTIFICATE, "-subj", "/CN=other", "-keyout",
		"other.key", "-out", "other.pem", NULL };
	static const char *const server[] = { EC_CERTIFICATE, "-subj", "/CN=database", "-addext",
		"subjectAltName=IP:127.0.0.1", "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout",
		"server.key", "-out", "server.pem", NULL };

	return run_program(folder, ca) && run_program(folder, other) && run_program(folder, server);
}

/* mariadbd is not on a user's PATH. */
static bool
widen_path(void)
{
	const char *const path = getenv("PATH");
	char wide[4096];

	return text_format(
		   wide, sizeof wide, "%s:/usr/sbin:/sbin", path != NULL ? path : "/usr/bin") &&
	       setenv("PATH", wide, 1) == 0;
}

bool
private_db_make(struct private_db *db)
{
	/* The server keeps its port over its restarts. */
	*db = (struct private_db){
		.folder = "/tmp/private_db.XXXXXX",
		.name = PRIVATE_DB_NAME,
		.port = loopback_free_port(),
	};
	if (db->port == 0 || mkdtemp(db->folder) == NULL)
		return false;
	return widen_path() &&
	       text_format(db->socket, sizeof db->socket, "%s/socket", db->folder) &&
	       text_format(db->ca_file, sizeof db->ca_file, "%s/ca.pem", db->folder) &&
	       text_format(
		   db->other_ca_file, sizeof db->other_ca_file, "%s/other.pem", db->folder) &&
	       write_init_sql(db) && make_tables(db->folder) && make_certificates(db->folder);
}

void
private_db_remove(struct private_db *db)
{
	const char *const arguments[] = { "rm", "-r", "-f", "--", db->folder, NULL };

	if (is_shared(db)) {
		drop(db);
		return;
	}
	private_db_kill(db);
	if (!run_program(db->folder, arguments))
		fprintf(stderr, "%s is left behind\n", db->folder);
}

/* The server ----------------------------------------------------------------------------------- */

static bool
takes_connections(const struct private_db *db)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const bool taken = fd >= 0 &&
			   text_copy(address.sun_path, sizeof address.sun_path, db->socket) &&
			   connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

	if (fd >= 0)
		close(fd);
	return taken;
}

static bool
has_ended(struct private_db *db)
{
	if (waitpid(db->pid, NULL, WNOHANG) == 0)
		return false;
	db->pid = 0;
	return true;
}

/* Small and quick; a commit outlives the process, which is all that ends here. */
static bool
start(struct private_db *db, bool tls)
{
	char data[DATA_MAX], port[24];
	/* clang-format off */
	const char *arguments[ARGUMENTS_MAX] = {
		"mariadbd", "--no-defaults", data, "--socket=../socket", "--tmpdir=.",
		"--pid-file=pid", "--bind-address=127.0.0.1", port, "--init-file=../init.sql",
		"--skip-name-resolve", "--skip-log-bin", "--character-set-server=utf8mb4",
		"--performance-schema=OFF", "--innodb-log-file-size=4M",
		"--innodb-buffer-pool-size=8M", "--innodb-flush-log-at-trx-commit=2",
		"--innodb-use-native-aio=0", "--max-connections=50", "--thread-cache-size=8",
		"--aria-pagecache-buffer-size=1M", "--key-buffer-size=64K",
	};
	/* clang-format on */
	static const char *const with_tls[] = { "--ssl-cert=../server.pem",
		"--ssl-key=../server.key", "--ssl-ca=../ca.pem" };
	size_t count = 0;

	if (!data_option(db->folder, data) ||
	    !text_format(port, sizeof port, "--port=%u", db->port))
		return false;
	while (arguments[count] != NULL)
		count++;
	for (size_t i = 0; tls && i < LENGTH(with_tls); i++)
		arguments[count++] = with_tls[i];
	if (geteuid() == 0)
		arguments[count] = "--user=root";
	db->pid = spawn(db->folder, arguments);
	return db->pid > 0;
}

bool
private_db_start(struct private_db *db, bool tls)
{
	const int64_t deadline_ms = clock_monotonic_ms() + START_MS;

	unlink(db->socket);
	if (!start(db, tls))
		return false;
	while (!takes_connections(db)) {
		if (has_ended(db) || clock_monotonic_ms() > deadline_ms) {
			fprintf(
			    stderr, "mariadbd does not run; its words are in %s/log\n", db->folder);
			return false;
		}
		nanosleep(&(const struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	return true;
}

void
private_db_kill(struct private_db *db)
{
	if (db->pid <= 0)
		return;
	kill(db->pid, SIGKILL);
	waitpid(db->pid, NULL, 0);
	db->pid = 0;
}

/* Its clients ---------------------------------------------------------------------------------- */

struct db_options
private_db_options(const struct private_db *db, unsigned connections)
{
	return (struct db_options){
		.socket = db->socket,
		.name = db->name,
		.user = PRIVATE_DB_USER,
		.password = PRIVATE_DB_PASSWORD,
		.connections = connections,
		.connect_timeout_s = 2,
		.statement_timeout_s = 3,
	};
}

enum result
private_db_administer(const struct private_db *db, const char *sql)
{
	return administer(db, db->name, sql);
}
