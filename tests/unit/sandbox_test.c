/* sandbox_test.c - what a process in the sandbox can do, and what becomes of it when it does more.
 *
 * Each action is done by a child of its own, in the sandbox. */

#include "sandbox.h"

#include "secret.h"
#include "start_secret.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* CLONE_NEWUSER of sched.h, and O_TMPFILE of fcntl.h but O_DIRECTORY: both need _GNU_SOURCE. */
#define NEW_USER_NAMESPACE 0x10000000
#define TMPFILE_BIT        020000000

/* Actions: 0 if it went well, errno if not. */

static int
result_of(long returned)
{
	return returned < 0 ? errno : 0;
}

static void *
nothing(void *unused)
{
	return unused;
}

static int
make_a_thread(void)
{
	pthread_t thread;
	const int error = pthread_create(&thread, NULL, nothing, NULL);

	return error != 0 ? error : pthread_join(thread, NULL);
}

static int
look_up_a_name(void)
{
	struct addrinfo *found = NULL;
	const int error = getaddrinfo("localhost", "80", NULL, &found);

	if (error == 0)
		freeaddrinfo(found);
	return error;
}

/* No server is needed to see that it may. */
static int
connect_somewhere(void)
{
	const struct sockaddr_in nowhere = { .sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)&nowhere, sizeof nowhere) != 0 &&
	    errno != ECONNREFUSED)
		return errno;
	return result_of(close(fd));
}

static int
listen_on_a_port(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&any, sizeof any) != 0)
		return errno;
	return result_of(listen(fd, 1));
}

static int
read_a_file(void)
{
	char byte;
	const int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : result_of(read(fd, &byte, 1));
}

static int
load_a_library_late(void)
{
	return dlopen("libutil.so.1", RTLD_NOW) != NULL ? 0 : EINVAL;
}

static int
hold_a_key(void)
{
	void *const key = secret_alloc(32);

	secret_free(key);
	return key != NULL ? 0 : ENOMEM;
}

static int
say_something(void)
{
	return fprintf(stderr, "# in the sandbox\n") > 0 ? 0 : errno;
}

static int
read_a_limit(void)
{
	struct rlimit limit;

	return result_of(getrlimit(RLIMIT_NOFILE, &limit));
}

static int
give_up(void)
{
	abort();
}

static int
run_a_program(void)
{
	char name[] = "/bin/true";
	char *const arguments[] = { name, NULL };

	return result_of(execve(name, arguments, NULL));
}

static int
run_a_program_by_descriptor(void)
{
	char name[] = "/bin/true";
	char *const arguments[] = { name, NULL };

	return result_of(syscall(SYS_execveat, AT_FDCWD, name, arguments, NULL, 0));
}

static int
fork_glibc(void)
{
	return result_of(fork());
}

static int
fork_old(void)
{
	return result_of(syscall(SYS_fork));
}

static int
vfork_old(void)
{
	return result_of(syscall(SYS_vfork));
}

/* Its flags can not be looked at: no thread and no process, but libc then takes clone. */
static int
clone_by_memory(void)
{
	const uint64_t no_flags[8] = { [4] = SIGCHLD };

	return result_of(syscall(SYS_clone3, no_flags, sizeof no_flags));
}

static int
trace_another(void)
{
	return result_of(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
read_anothers_memory(void)
{
	return result_of(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}

static int
signal_another(void)
{
	return result_of(kill(getppid(), 0));
}

static int
mount_something(void)
{
	return result_of(mount("none", "/mnt", "tmpfs", 0, NULL));
}

static int
load_a_program_into_the_kernel(void)
{
	return result_of(syscall(SYS_bpf, 0, NULL, 0));
}

static int
queue_calls(void)
{
	return result_of(syscall(SYS_io_uring_setup, 1, NULL));
}

static int
leave_the_namespace(void)
{
	return result_of(syscall(SYS_unshare, NEW_USER_NAMESPACE));
}

static int
become_root(void)
{
	return result_of(syscall(SYS_setuid, 0));
}

/* A kernel that was built without 32-bit calls answers one with SIGSEGV: it is refused, too. */
static void
end_as_the_filter_does(int signal_number)
{
	(void)signal_number;
	signal(SIGSYS, SIG_DFL);
	raise(SIGSYS);
}

static int
call_by_32_bits(void)
{
#ifdef __x86_64__
	long result = 20; /* getpid there, writev here */

	signal(SIGSEGV, end_as_the_filter_does);
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	return result < 0 ? (int)-result : 0;
#else
	raise(SIGSYS);
	return 0;
#endif
}

static int
make_a_file(void)
{
	return result_of(open("/tmp/sandbox_test", O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int
write_a_file(void)
{
	return result_of(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

static int
write_its_own_memory(void)
{
	return result_of(open("/proc/self/mem", O_RDWR | O_CLOEXEC));
}

static int
write_a_file_by_the_old_call(void)
{
	return result_of(syscall(SYS_open, "/dev/null", O_WRONLY));
}

/* Neither reading nor writing: for ioctl alone. */
static int
open_for_control(void)
{
	return result_of(open("/dev/null", O_ACCMODE | O_CLOEXEC));
}

static int
empty_a_file(void)
{
	return result_of(open("/dev/null", O_RDONLY | O_TRUNC | O_CLOEXEC));
}

static int
make_a_nameless_file(void)
{
	return result_of(open("/tmp", O_DIRECTORY | TMPFILE_BIT | O_RDWR | O_CLOEXEC, 0600));
}

static int
remove_a_file(void)
{
	return result_of(unlink("/tmp/sandbox_test.absent"));
}

static int
open_a_packet_socket(void)
{
	return result_of(socket(AF_PACKET, SOCK_RAW, 0));
}

static int
open_another_netlink(void)
{
	return result_of(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
}

static int
map_written_and_run(void)
{
	void *const memory = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? errno : 0;
}

static int
run_what_was_written(void)
{
	void *const memory = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? EINVAL
				    : result_of(mprotect(memory, 4096, PROT_READ | PROT_EXEC));
}

static int
be_dumped_again(void)
{
	return result_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int
allow_cores_again(void)
{
	return result_of(setrlimit(RLIMIT_CORE, &(const struct rlimit){ 1, 1 }));
}

static int
call_what_is_new(void)
{
	return result_of(syscall(100000));
}

/* What came of it */

struct row {
	const char *why;
	int (*action)(void);
	int signal; /* that ended the child; 0: none */
	int error;  /* what the action returned */
};

/* clang-format off */
static const struct row rows[] = {
	{ "threads are made, by clone",            make_a_thread,               0, 0 },
	{ "names are looked up",                   look_up_a_name,              0, 0 },
	{ "database and mail are connected to",    connect_somewhere,           0, 0 },
	{ "listeners open after it",               listen_on_a_port,            0, 0 },
	{ "keys and certificates are read",        read_a_file,                 0, 0 },
	{ "name services are libraries, too",      load_a_library_late,         0, 0 },
	{ "rotated keys come into locked memory",  hold_a_key,                  0, 0 },
	{ "the log is written",                    say_something,               0, 0 },
	{ "limits may be read",                    read_a_limit,                0, 0 },
	{ "libsodium aborts rather than go on",    give_up,                     SIGABRT, 0 },

	{ "no other program",                      run_a_program,               SIGSYS, 0 },
	{ "nor by its descriptor",                 run_a_program_by_descriptor, SIGSYS, 0 },
	{ "no process of its own",                 fork_glibc,                  SIGSYS, 0 },
	{ "nor by the old call",                   fork_old,                    SIGSYS, 0 },
	{ "nor by the other old call",             vfork_old,                   SIGSYS, 0 },
	{ "clone3 says it is not there",           clone_by_memory,             0, ENOSYS },
	{ "no look into other processes",          trace_another,               SIGSYS, 0 },
	{ "nor into their memory",                 read_anothers_memory,        SIGSYS, 0 },
	{ "no signal to them",                     signal_another,              0, ENOSYS },
	{ "no mounts",                             mount_something,             SIGSYS, 0 },
	{ "no bpf",                                load_a_program_into_the_kernel, SIGSYS, 0 },
	{ "no io_uring: it goes around the filter", queue_calls,                SIGSYS, 0 },
	{ "no namespaces, they give capabilities", leave_the_namespace,         SIGSYS, 0 },
	{ "no other user",                         become_root,                 SIGSYS, 0 },
	{ "no calls by 32-bit numbers",            call_by_32_bits,             SIGSYS, 0 },

	{ "no file is made",                       make_a_file,                 0, ENOSYS },
	{ "no file is written",                    write_a_file,                0, EACCES },
	{ "nor its own memory through a file",     write_its_own_memory,        0, EACCES },
	{ "nor by the old call",                   write_a_file_by_the_old_call, 0, EACCES },
	{ "nor opened for control alone",          open_for_control,            0, ENOSYS },
	{ "no file is emptied",                    empty_a_file,                0, ENOSYS },
	{ "no file without a name",                make_a_nameless_file,        0, EACCES },
	{ "no file is removed",                    remove_a_file,               0, ENOSYS },
	{ "no raw packets",                        open_a_packet_socket,        0, ENOSYS },
	{ "netlink for routes only",               open_another_netlink,        0, ENOSYS },
	{ "no memory both written and run",        map_written_and_run,         0, EPERM },
	{ "nor one after the other",               run_what_was_written,        0, EPERM },
	{ "not to be dumped again",                be_dumped_again,             0, ENOSYS },
	{ "limits are not changed",                allow_cores_again,           0, ENOSYS },
	{ "what no kernel knows yet harms nobody", call_what_is_new,            0, ENOSYS },
};
/* clang-format on */

static void
enter(void)
{
	char why[ERRBUF_MAX + 1] = "";

	if (!sandbox_enter("/", why)) {
		fprintf(stderr, "# %s\n", why);
		_exit(99);
	}
}

/* The wait status of a child that did it. */
static int
status_of(int (*action)(void), bool in_sandbox)
{
	int status = -1;
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(const struct rlimit){ 0, 0 });
		signal(SIGSEGV, SIG_DFL); /* cmocka's would go on with the next test */
		if (in_sandbox)
			enter();
		_exit(action());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* asvs 15.2.5 */
static void
who_does_more_is_refused_or_ended(void **state)
{
	(void)state;
	if (!sandbox_is_built())
		skip();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *const row = &rows[i];
		const int status = status_of(row->action, true);
		const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		const int error = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

		if (signal != row->signal || error != row->error)
			fail_msg("%s: signal %d, error %d (%s)", row->why, signal, error,
			    strerror(error));
	}
}

/* The rows above would say nothing if it were the machine that rejects. */
static void
outside_it_a_file_is_written_and_a_program_run(void **state)
{
	(void)state;
	assert_int_equal(status_of(write_a_file, false), 0);
	assert_int_equal(status_of(run_a_program, false), 0);
	assert_int_equal(status_of(run_what_was_written, false), 0);
	assert_int_equal(status_of(signal_another, false), 0);
}

/* How a thread stands */

/* The value of a line of /proc/.../status; "" if there is none. */
static void
status_line(const char *name, char ret[static 40])
{
	char line[256];
	FILE *const file = fopen("/proc/thread-self/status", "re");

	ret[0] = '\0';
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			(void)sscanf(line + strlen(name) + 1, " %39s", ret);
	fclose(file);
}

static bool
line_is(const char *name, const char *wanted)
{
	char value[40];

	status_line(name, value);
	if (strcmp(value, wanted) == 0)
		return true;
	fprintf(stderr, "# %s is %s\n", name, value);
	return false;
}

/* Returns NULL when all is given up. */
static void *
stand_bare(void *unused)
{
	const bool bare = line_is("Seccomp", "2") && line_is("NoNewPrivs", "1");

	return bare ? NULL : unused;
}

static void *
stand_bare_when_told(void *told)
{
	while (!atomic_load((atomic_bool *)told))
		nanosleep(&(const struct timespec){ .tv_nsec = 1000 * 1000 }, NULL);
	return stand_bare(told);
}

/* Threads that were there before it, and those made after. */
static int
all_threads_are_in(void)
{
	atomic_bool entered = false;
	pthread_t before, after;
	void *earlier = NULL, *later = NULL;

	pthread_create(&before, NULL, stand_bare_when_told, &entered);
	enter();
	atomic_store(&entered, true);
	pthread_create(&after, NULL, stand_bare, &entered);
	pthread_join(before, &earlier);
	pthread_join(after, &later);
	return earlier == NULL && later == NULL ? 0 : 1;
}

static int
nothing_is_permitted(void)
{
	enter();
	return line_is("CapEff", "0000000000000000") && line_is("CapPrm", "0000000000000000") &&
		       line_is("CapInh", "0000000000000000") &&
		       prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0
		   ? 0
		   : 1;
}

/* asvs 15.2.5 13.2.2 */
static void
every_thread_is_in_it_without_a_capability(void **state)
{
	(void)state;
	if (!sandbox_is_built())
		skip();
	assert_int_equal(status_of(all_threads_are_in, false), 0);
	assert_int_equal(status_of(nothing_is_permitted, false), 0);
}

/* Root, and the folder is another user's: reading is all that is left. */
static int
reads_anothers_folder(void)
{
	char why[ERRBUF_MAX + 1] = "";
	char folder[] = "/tmp/sandbox_test.XXXXXX";
	const bool made = mkdtemp(folder) != NULL && chown(folder, 12345, 12345) == 0 &&
			  chmod(folder, 0700) == 0;

	if (made && fork() == 0)
		_exit(sandbox_enter(folder, why) && line_is("CapEff", "0000000000000004") &&
			      open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0
			  ? 0
			  : 1);
	int status = -1;
	wait(&status);
	rmdir(folder);
	return made && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void
root_keeps_reading_where_it_must(void **state)
{
	(void)state;
	if (!sandbox_is_built() || geteuid() != 0)
		skip();
	assert_int_equal(status_of(reads_anothers_folder, false), 0);
}

/* Is there, and does nothing: sanitizers do the rest of their work after it. */
static int
enters_anyway(void)
{
	enter();
	return sandbox_is_built() ? 0 : write_a_file();
}

static void
a_build_without_goes_on(void **state)
{
	(void)state;
	assert_int_equal(status_of(enters_anyway, false), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_does_more_is_refused_or_ended),
		cmocka_unit_test(outside_it_a_file_is_written_and_a_program_run),
		cmocka_unit_test(every_thread_is_in_it_without_a_capability),
		cmocka_unit_test(root_keeps_reading_where_it_must),
		cmocka_unit_test(a_build_without_goes_on),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
