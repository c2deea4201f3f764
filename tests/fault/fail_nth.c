/* fail_nth.c - makes the n-th call of a kind fail in a real myportald: a library for LD_PRELOAD.
 *
 * FAIL_NTH names a file that holds a struct control (tests/fault/calls.py writes it). While it is
 * armed, calls are counted in all threads but those that work beside requests: the main thread and
 * whoever asks the database without being asked by a client (mailer, monitor). A call fails as it
 * would in reality: a statement on a connection that is gone really meets one. */

#include <errmsg.h>
#include <mysql.h>

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAMES_MAX 24

/* What a fault is about; calls.py has the same numbers. */
enum fault {
	FAULT_NONE,
	SQL_LOST,       /* the connection is gone before the server hears */
	SQL_DEADLOCK,   /* 1213 */
	SQL_LOCKED,     /* 1205 */
	SQL_SLOW,       /* 1969, max_statement_time */
	SQL_FULL,       /* 1114, no room on the server's disk */
	SQL_BROKEN,     /* 1030, an error of the storage engine */
	READ_RESET,     /* ECONNRESET of a socket, EIO of a file */
	READ_END,       /* the other side has closed */
	READ_SHORT,     /* one byte of what is there */
	WRITE_RESET,    /* EPIPE of a socket, ENOSPC of a file */
	WRITE_SHORT,    /* one byte is taken */
	ALLOCATION,     /* there is no memory */
	RANDOM_STOPPED, /* getrandom: a signal came; getentropy: EIO */
	FAULT__MAX
};

enum call { CALL_NONE, CALL_SQL, CALL_READ, CALL_WRITE, CALL_ALLOCATION, CALL_RANDOM };

struct control {
	uint32_t fault;
	uint32_t nth;
	uint32_t armed;
	uint32_t client_port; /* of LISTEN: its sockets are the client's */
	_Atomic uint32_t passed;
	_Atomic uint32_t fired;
	_Atomic uint32_t on_client; /* it failed on the client's own socket */
	uint32_t frame_count;
	uint64_t frames[FRAMES_MAX]; /* who called */
	char name[32];               /* what was called */
};

/* clang-format off */
static const struct {
	enum call call;
	unsigned number;
	const char *sqlstate;
} faults[FAULT__MAX] = {
	[SQL_LOST]       = { CALL_SQL, 0, "" },
	[SQL_DEADLOCK]   = { CALL_SQL, 1213, "40001" },
	[SQL_LOCKED]     = { CALL_SQL, 1205, "HY000" },
	[SQL_SLOW]       = { CALL_SQL, 1969, "70100" },
	[SQL_FULL]       = { CALL_SQL, 1114, "HY000" },
	[SQL_BROKEN]     = { CALL_SQL, 1030, "HY000" },
	[READ_RESET]     = { CALL_READ, 0, "" },
	[READ_END]       = { CALL_READ, 0, "" },
	[READ_SHORT]     = { CALL_READ, 0, "" },
	[WRITE_RESET]    = { CALL_WRITE, 0, "" },
	[WRITE_SHORT]    = { CALL_WRITE, 0, "" },
	[ALLOCATION]     = { CALL_ALLOCATION, 0, "" },
	[RANDOM_STOPPED] = { CALL_RANDOM, 0, "" },
};
/* clang-format on */

static struct control nobody; /* until the file is there */
static struct control *control = &nobody;

static _Thread_local struct {
	bool serves;         /* it has read what a client sent */
	bool asks;           /* the database; who does not serve then asks for itself */
	bool inside;         /* of this library */
	volatile bool looks; /* for who allocates; the compiler thinks that dlsym() calls nobody */
} thread __attribute__((tls_model("initial-exec")));

/* The functions behind ours ------------------------------------------------------------------- */

/* dlsym() may allocate while it looks for who allocates: from here, never freed. */
static struct {
	_Alignas(16) char bytes[64 * 1024];
	size_t used;
} early;

static void *
early_alloc(size_t size)
{
	char *const at = early.bytes + early.used;

	early.used += (size + 31) & ~(size_t)15;
	if (early.used > sizeof early.bytes)
		abort();
	return at;
}

static bool
is_early(const void *memory)
{
	const char *const at = memory;

	return at >= early.bytes && at < early.bytes + sizeof early.bytes;
}

static void *
find_next(const char *name)
{
	thread.looks = true;
	void *const next = dlsym(RTLD_NEXT, name);
	thread.looks = false;
	if (next == NULL)
		abort();
	return next;
}

/* The next library's function of this name, looked up once. */
#define NEXT(name)                                \
	({                                        \
		static __typeof__(name) *next_;   \
		if (next_ == NULL)                \
			next_ = find_next(#name); \
		next_;                            \
	})

/* Counting ------------------------------------------------------------------------------------ */

__attribute__((constructor)) static void
open_control(void)
{
	void *frames[1];
	const char *const path = getenv("FAIL_NTH");
	const int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;

	(void)backtrace(frames, 1); /* it loads a library the first time */
	if (fd < 0)
		abort();
	void *const shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		abort();
	control = shared;
	close(fd);
}

static bool
is_beside(void)
{
	return thread.inside || (thread.asks && !thread.serves) || gettid() == getpid();
}

static bool
is_client(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof address;

	return getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
	       address.sin_family == AF_INET && ntohs(address.sin_port) == control->client_port;
}

static void
record_fault(const char *name, int fd)
{
	const int error = errno;

	thread.inside = true;
	control->frame_count = (uint32_t)backtrace((void **)control->frames, FRAMES_MAX);
	strncpy(control->name, name, sizeof control->name - 1);
	control->on_client = fd >= 0 && is_client(fd);
	control->fired = 1;
	thread.inside = false;
	errno = error;
}

/* Counts a call; is it the one to fail? */
static bool
fails(enum call call, const char *name, int fd)
{
	if (control->armed == 0 || faults[control->fault].call != call || is_beside() ||
	    atomic_fetch_add(&control->passed, 1) + 1 != control->nth)
		return false;
	record_fault(name, fd);
	return true;
}

/* Memory -------------------------------------------------------------------------------------- */

static bool
no_memory(const char *name)
{
	if (!fails(CALL_ALLOCATION, name, -1))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	if (thread.looks)
		return early_alloc(size);
	return no_memory("malloc") ? NULL : NEXT(malloc)(size);
}

void *
calloc(size_t count, size_t size)
{
	if (thread.looks)
		return early_alloc(count * size); /* zeros, as it is static */
	return no_memory("calloc") ? NULL : NEXT(calloc)(count, size);
}

void *
realloc(void *memory, size_t size)
{
	if (is_early(memory)) {
		void *const larger = malloc(size);

		return larger != NULL ? memcpy(larger, memory, size) : NULL;
	}
	if (size > 0 && no_memory("realloc"))
		return NULL;
	return NEXT(realloc)(memory, size);
}

void
free(void *memory)
{
	/* What dlsym() frees while it looks for free() stays: the text of an error. */
	if (!is_early(memory) && !thread.looks)
		NEXT(free)(memory);
}

int
posix_memalign(void **ret, size_t alignment, size_t size)
{
	return no_memory("posix_memalign") ? ENOMEM : NEXT(posix_memalign)(ret, alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return no_memory("aligned_alloc") ? NULL : NEXT(aligned_alloc)(alignment, size);
}

void *
mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	if ((flags & MAP_ANONYMOUS) != 0 && no_memory("mmap"))
		return MAP_FAILED;
	return NEXT(mmap)(address, size, protection, flags, fd, offset);
}

/* Reading and writing ------------------------------------------------------------------------- */

static bool
is_socket(int fd)
{
	int type;
	socklen_t size = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

/* True: the call ends with *ret. False: it is done with so many bytes. */
static bool
read_fails(const char *name, int fd, size_t *size, ssize_t *ret)
{
	if (!fails(CALL_READ, name, fd))
		return false;
	if (control->fault == READ_SHORT && *size > 1)
		*size = 1;
	if (control->fault == READ_SHORT)
		return false;
	errno = is_socket(fd) ? ECONNRESET : EIO;
	*ret = control->fault == READ_END ? 0 : -1;
	return true;
}

static bool
write_fails(const char *name, int fd, size_t *size, ssize_t *ret)
{
	if (!fails(CALL_WRITE, name, fd))
		return false;
	if (control->fault == WRITE_SHORT && *size > 1)
		*size = 1;
	if (control->fault == WRITE_SHORT)
		return false;
	errno = is_socket(fd) ? EPIPE : ENOSPC;
	*ret = -1;
	return true;
}

ssize_t
read(int fd, void *bytes, size_t size)
{
	ssize_t ret;

	return read_fails("read", fd, &size, &ret) ? ret : NEXT(read)(fd, bytes, size);
}

/* Every recv() of the process comes here: api/server/read_buffer.c has its own. */
ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t ret;

	if (!thread.serves && control->client_port != 0)
		thread.serves = is_client(fd);
	return read_fails("recvmsg", fd, &message->msg_iov->iov_len, &ret)
		   ? ret
		   : NEXT(recvmsg)(fd, message, flags);
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
	ssize_t ret;

	return write_fails("write", fd, &size, &ret) ? ret : NEXT(write)(fd, bytes, size);
}

ssize_t
send(int fd, const void *bytes, size_t size, int flags)
{
	ssize_t ret;

	return write_fails("send", fd, &size, &ret) ? ret : NEXT(send)(fd, bytes, size, flags);
}

/* Randomness ---------------------------------------------------------------------------------- */

ssize_t
getrandom(void *bytes, size_t size, unsigned flags)
{
	if (fails(CALL_RANDOM, "getrandom", -1)) {
		errno = EINTR;
		return -1;
	}
	return NEXT(getrandom)(bytes, size, flags);
}

int
getentropy(void *bytes, size_t size)
{
	if (fails(CALL_RANDOM, "getentropy", -1)) {
		errno = EIO;
		return -1;
	}
	return NEXT(getentropy)(bytes, size);
}

/* Statements ---------------------------------------------------------------------------------- */

/* What no server heard of, as it is gone. */
static void
cut_off(MYSQL *mysql)
{
	(void)shutdown(mysql_get_socket(mysql), SHUT_RDWR);
}

static void
set_error(unsigned *number, char *sqlstate, char *text)
{
	*number = faults[control->fault].number;
	memcpy(sqlstate, faults[control->fault].sqlstate, SQLSTATE_LENGTH + 1);
	memcpy(text, "made to fail", sizeof "made to fail");
}

static bool
connection_fails(const char *name, MYSQL *mysql)
{
	if (!fails(CALL_SQL, name, -1))
		return false;
	if (control->fault == SQL_LOST) {
		cut_off(mysql);
		return false;
	}
	set_error(&mysql->net.last_errno, mysql->net.sqlstate, mysql->net.last_error);
	return true;
}

static bool
statement_fails(const char *name, MYSQL_STMT *statement)
{
	thread.asks = true;
	if (!fails(CALL_SQL, name, -1))
		return false;
	if (control->fault == SQL_LOST) {
		cut_off(statement->mysql);
		return false;
	}
	set_error(&statement->last_errno, statement->sqlstate, statement->last_error);
	return true;
}

int
mysql_query(MYSQL *mysql, const char *sql)
{
	return connection_fails("mysql_query", mysql) ? 1 : NEXT(mysql_query)(mysql, sql);
}

my_bool
mysql_commit(MYSQL *mysql)
{
	return connection_fails("mysql_commit", mysql) ? 1 : NEXT(mysql_commit)(mysql);
}

my_bool
mysql_rollback(MYSQL *mysql)
{
	return connection_fails("mysql_rollback", mysql) ? 1 : NEXT(mysql_rollback)(mysql);
}

int
mysql_stmt_prepare(MYSQL_STMT *statement, const char *sql, unsigned long length)
{
	if (fails(CALL_SQL, "mysql_stmt_prepare", -1)) {
		set_error(&statement->last_errno, statement->sqlstate, statement->last_error);
		return 1;
	}
	return NEXT(mysql_stmt_prepare)(statement, sql, length);
}

int
mysql_stmt_execute(MYSQL_STMT *statement)
{
	return statement_fails("mysql_stmt_execute", statement)
		   ? 1
		   : NEXT(mysql_stmt_execute)(statement);
}

/* The server has done the block, and its word of that is lost behind the row. */
int
mysql_stmt_next_result(MYSQL_STMT *statement)
{
	const int ended = NEXT(mysql_stmt_next_result)(statement);

	if (control->fault != SQL_LOST || !fails(CALL_SQL, "mysql_stmt_next_result", -1))
		return ended;
	cut_off(statement->mysql);
	statement->last_errno = CR_SERVER_LOST;
	memcpy(statement->sqlstate, "HY000", SQLSTATE_LENGTH + 1);
	return 1;
}
