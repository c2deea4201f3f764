/* sandbox.c - libseccomp: what this process may still ask of the kernel once it serves. */

#include "sandbox.h"

#include "cleanup.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_BUILT false
#else
#define IS_BUILT true
#endif

/* Of linux/netlink.h, sched.h and fcntl.h; the latter two show them to _GNU_SOURCE only. */
#define NETLINK_ROUTES  0
#define THREAD_OF_OURS  0x00010000 /* CLONE_THREAD */
#define TMPFILE_BIT     020000000  /* O_TMPFILE without O_DIRECTORY */
#define CHANGES_FILE    (O_ACCMODE | O_CREAT | O_TRUNC | TMPFILE_BIT)
#define WRITTEN_AND_RUN (PROT_WRITE | PROT_EXEC)

/* What the service and its libraries do, whatever the arguments: seen under strace in the flow
 * tests, and their near relatives that glibc, OpenSSL, curl and name services choose elsewhere. */
static const int needed[] = {
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mincore), SCMP_SYS(mlock), SCMP_SYS(mlock2),
	SCMP_SYS(mremap), SCMP_SYS(munlock), SCMP_SYS(munmap),
	/* threads */
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(get_robust_list),
	SCMP_SYS(getcpu), SCMP_SYS(membarrier), SCMP_SYS(restart_syscall), SCMP_SYS(rseq),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler),
	SCMP_SYS(sched_yield), SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address),
	/* signals */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack),
	/* time, randomness, ids of user and process */
	SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpid), SCMP_SYS(getppid),
	SCMP_SYS(getrandom), SCMP_SYS(getrlimit), SCMP_SYS(getrusage), SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday), SCMP_SYS(getuid), SCMP_SYS(nanosleep), SCMP_SYS(sysinfo),
	SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(uname),
	/* files that are open, and looking for others */
	SCMP_SYS(access), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(dup), SCMP_SYS(dup2),
	SCMP_SYS(dup3), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fadvise64),
	SCMP_SYS(fcntl), SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
	SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(pread64), SCMP_SYS(read),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(readv), SCMP_SYS(stat), SCMP_SYS(statfs),
	SCMP_SYS(statx), SCMP_SYS(write), SCMP_SYS(writev),
	/* sockets and waiting */
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(connect),
	SCMP_SYS(getpeername), SCMP_SYS(getsockname), SCMP_SYS(getsockopt), SCMP_SYS(listen),
	SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pselect6),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmmsg), SCMP_SYS(recvmsg), SCMP_SYS(select),
	SCMP_SYS(sendmmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown), SCMP_SYS(socketpair)
};

/* Calls that no code of ours makes: only an intruder would. What some library might try and do
 * without (memfd_create, keyctl, pidfd_open, personality, ...) is not among them. */
static const int dangerous[] = {
	/* other programs and processes */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(ptrace), SCMP_SYS(vfork),
	/* another user, another view of the system */
	SCMP_SYS(capset), SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(setfsgid),
	SCMP_SYS(setfsuid), SCMP_SYS(setgid), SCMP_SYS(setgroups), SCMP_SYS(setns),
	SCMP_SYS(setregid), SCMP_SYS(setresgid), SCMP_SYS(setresuid), SCMP_SYS(setreuid),
	SCMP_SYS(setuid), SCMP_SYS(unshare),
	/* file systems */
	SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fsopen), SCMP_SYS(fspick), SCMP_SYS(mknod),
	SCMP_SYS(mknodat), SCMP_SYS(mount), SCMP_SYS(mount_setattr), SCMP_SYS(move_mount),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(open_tree), SCMP_SYS(swapoff), SCMP_SYS(swapon),
	SCMP_SYS(umount2),
	/* programs and memory inside the kernel */
	SCMP_SYS(bpf), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
	SCMP_SYS(io_uring_setup), SCMP_SYS(modify_ldt), SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	/* the machine */
	SCMP_SYS(acct), SCMP_SYS(clock_settime), SCMP_SYS(delete_module), SCMP_SYS(finit_module),
	SCMP_SYS(init_module), SCMP_SYS(ioperm), SCMP_SYS(iopl), SCMP_SYS(kexec_file_load),
	SCMP_SYS(kexec_load), SCMP_SYS(reboot), SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
	SCMP_SYS(settimeofday)
};

/* What is decided by an argument or two: (argument & mask) == value. A mask of 0 asks nothing. */
struct call_rule {
	int call;
	uint32_t action;
	struct {
		unsigned argument;
		uint64_t mask, value;
	} if_so[2];
};

#define ALL         UINT32_MAX /* the kernel looks at 32 bits of an int */
#define ALLOW       SCMP_ACT_ALLOW
#define FAIL(error) SCMP_ACT_ERRNO(error)

/* clang-format off */
static const struct call_rule looked_at[] = {
	/* call                    action              argument, mask, value */
	{ SCMP_SYS(open),          ALLOW,              { { 1, CHANGES_FILE, 0 } } },
	{ SCMP_SYS(open),          FAIL(EACCES),       { { 1, O_ACCMODE, O_WRONLY } } },
	{ SCMP_SYS(open),          FAIL(EACCES),       { { 1, O_ACCMODE, O_RDWR } } },
	{ SCMP_SYS(openat),        ALLOW,              { { 2, CHANGES_FILE, 0 } } },
	{ SCMP_SYS(openat),        FAIL(EACCES),       { { 2, O_ACCMODE, O_WRONLY } } },
	{ SCMP_SYS(openat),        FAIL(EACCES),       { { 2, O_ACCMODE, O_RDWR } } },

	{ SCMP_SYS(mmap),          ALLOW,              { { 2, PROT_EXEC, 0 } } },
	/* a library that is loaded late */
	{ SCMP_SYS(mmap),          ALLOW,              { { 2, WRITTEN_AND_RUN, PROT_EXEC } } },
	{ SCMP_SYS(mmap),          FAIL(EPERM),       { { 2, WRITTEN_AND_RUN, WRITTEN_AND_RUN } } },
	{ SCMP_SYS(mprotect),      ALLOW,              { { 2, PROT_EXEC, 0 } } },
	{ SCMP_SYS(mprotect),      FAIL(EPERM),        { { 2, PROT_EXEC, PROT_EXEC } } },

	{ SCMP_SYS(clone),         ALLOW,              { { 0, THREAD_OF_OURS, THREAD_OF_OURS } } },
	{ SCMP_SYS(clone),         SCMP_ACT_KILL_PROCESS, { { 0, THREAD_OF_OURS, 0 } } },

	{ SCMP_SYS(socket),        ALLOW,              { { 0, ALL, AF_INET } } },
	{ SCMP_SYS(socket),        ALLOW,              { { 0, ALL, AF_INET6 } } },
	{ SCMP_SYS(socket),        ALLOW,              { { 0, ALL, AF_UNIX } } },
	{ SCMP_SYS(socket),        ALLOW,              { { 0, ALL, AF_NETLINK },
							 { 2, ALL, NETLINK_ROUTES } } },

	{ SCMP_SYS(ioctl),         ALLOW,              { { 1, ALL, FIONBIO } } },
	{ SCMP_SYS(ioctl),         ALLOW,              { { 1, ALL, FIONREAD } } },
	{ SCMP_SYS(ioctl),         ALLOW,              { { 1, ALL, TCGETS } } },
	{ SCMP_SYS(prctl),         ALLOW,              { { 0, ALL, PR_SET_NAME } } },
	{ SCMP_SYS(prctl),         ALLOW,              { { 0, ALL, PR_GET_NAME } } },
	{ SCMP_SYS(prctl),         ALLOW,              { { 0, ALL, PR_GET_DUMPABLE } } },
	/* without a new limit it only reads */
	{ SCMP_SYS(prlimit64),     ALLOW,              { { 2, UINT64_MAX, 0 } } },
};
/* clang-format on */

/* The filter */

static void
free_filter(scmp_filter_ctx *filter)
{
	if (*filter != NULL)
		seccomp_release(*filter);
}

static bool
add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (seccomp_rule_add(filter, action, calls[i], 0) != 0)
			return false;
	return true;
}

static bool
add_looks(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < LENGTH(looked_at); i++) {
		const struct call_rule *const look = &looked_at[i];
		struct scmp_arg_cmp compare[LENGTH(look->if_so)];
		unsigned count = 0;

		for (size_t n = 0; n < LENGTH(look->if_so) && look->if_so[n].mask != 0; n++)
			compare[count++] = SCMP_CMP(look->if_so[n].argument, SCMP_CMP_MASKED_EQ,
			    look->if_so[n].mask, look->if_so[n].value);
		if (seccomp_rule_add_array(filter, look->action, look->call, count, compare) != 0)
			return false;
	}
	return true;
}

/* abort() and raise() signal the process itself; no code here signals another. */
static bool
add_own_signals(scmp_filter_ctx filter)
{
	const scmp_datum_t self = (scmp_datum_t)getpid();

	return seccomp_rule_add(filter, ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, self)) ==
		   0 &&
	       seccomp_rule_add(filter, ALLOW, SCMP_SYS(kill), 1, SCMP_A0(SCMP_CMP_EQ, self)) == 0;
}

/* All threads at once, also those of libraries; a search tree in place of a walk through every
 * rule; calls by another machine's numbers (32 bits) end the process too. */
static bool
set_attributes(scmp_filter_ctx filter)
{
	return seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	       seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
	       seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
}

/* clone3 has its flags in memory, where no filter can look. It is among the rest, that fail with
 * ENOSYS, and then glibc takes clone. */
static bool
load_filter(void)
{
	CLEANUP(free_filter) scmp_filter_ctx filter = seccomp_init(FAIL(ENOSYS));

	return filter != NULL && set_attributes(filter) &&
	       add_all(filter, ALLOW, needed, LENGTH(needed)) &&
	       add_all(filter, SCMP_ACT_KILL_PROCESS, dangerous, LENGTH(dangerous)) &&
	       add_looks(filter) && add_own_signals(filter) && seccomp_load(filter) == 0;
}

/* Capabilities */

static bool
set_capabilities(uint32_t effective, uint32_t permitted, uint32_t permitted_above)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = effective, .permitted = permitted },
		{ .permitted = permitted_above },
	};

	return syscall(SYS_capset, &header, data) == 0;
}

static bool
can_read(const char *folder)
{
	CLEANUP(cleanup_close) const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 || errno != EACCES;
}

/* Tries without any; what is permitted is given up only then. */
static bool
give_up_capabilities(const char *folder)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct had[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, had) != 0)
		return false;
	if ((had[0].permitted | had[1].permitted | had[0].inheritable | had[1].inheritable) == 0)
		return true; /* a supervisor's filter may refuse even to ask for none */
	if (!set_capabilities(0, had[0].permitted, had[1].permitted))
		return false;
	const uint32_t reading = had[0].permitted & (1U << CAP_DAC_READ_SEARCH);
	const uint32_t kept = can_read(folder) ? 0 : reading;
	return set_capabilities(kept, kept, 0);
}

/* All of it */

bool
sandbox_is_built(void)
{
	return IS_BUILT;
}

bool
sandbox_hide_memory(void)
{
	const bool no_core = setrlimit(RLIMIT_CORE, &(const struct rlimit){ 0, 0 }) == 0;

	return no_core && (!IS_BUILT || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}

static bool
write_kernel_error(const char *what, char errbuf[static ERRBUF_MAX + 1])
{
	if (!text_format(errbuf, ERRBUF_MAX + 1,
		"%s was refused by the kernel; SANDBOX=off goes without", what))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, what);
	return false;
}

bool
sandbox_enter(const char *folder, char errbuf[static ERRBUF_MAX + 1])
{
	if (!IS_BUILT)
		return true;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return write_kernel_error("PR_SET_NO_NEW_PRIVS", errbuf);
	if (!give_up_capabilities(folder))
		return write_kernel_error("giving up the capabilities", errbuf);
	if (!sandbox_hide_memory())
		return write_kernel_error("PR_SET_DUMPABLE", errbuf);
	return load_filter() || write_kernel_error("the seccomp filter", errbuf);
}
