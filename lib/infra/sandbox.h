/* sandbox.h - libseccomp: which system calls this process may make once it serves.
 *
 * An intruder who manages to run code inside the service can do little with it: start no program,
 * touch no other process, write no file, run no memory that was written, use no capability and no
 * kernel interface that a JSON service has no use for (ASVS 15.2.5). System calls fall into three
 * classes:
 *
 *   needed      what the service and its libraries do; names, threads, sockets, reading
 *   dangerous   what this service never does: execve, fork, ptrace, mount, bpf, io_uring, ...
 *               The kernel ends the process (SIGSYS); a supervisor starts it anew, nothing that was
 *               acknowledged is lost
 *   the rest    fails with an error, and the caller goes on without. So a C library that tries
 *               something new after an update falls back as on an older kernel (ENOSYS), and costs
 *               no member a registration
 *
 * Some are looked at more closely: open only for reading (else EACCES), mmap and mprotect never of
 * what is written and run (else EPERM), clone only for threads (else dangerous); sockets of INET,
 * INET6, UNIX and netlink's routes, signals to this process and reading of limits (else ENOSYS).
 * sandbox.c has the lists.
 *
 * A build with AddressSanitizer or ThreadSanitizer has none: they read and trace the process. */

#ifndef SANDBOX_H
#define SANDBOX_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>

/* Is there a sandbox in this build? */
bool sandbox_is_built(void) MUST_USE;

/* Leaves no core dump and is closed to debuggers of the same user (PR_SET_DUMPABLE): for every
 * process that holds a password or a key. In a build without a sandbox only the former. False: the
 * kernel refused. */
bool sandbox_hide_memory(void) MUST_USE;

/* For good, for this thread, all others and all that they make: gives up every capability, and any
 * way to get one (PR_SET_NO_NEW_PRIVS); hides its memory, as above; the kernel refuses all of the
 * above. Earliest when the settings are read: it opens, resolves, connects, listens and makes
 * threads as before.
 *
 * `folder` must stay readable. Root without capabilities cannot read another user's folder: only
 * then CAP_DAC_READ_SEARCH is kept, which reads and does nothing else.
 *
 * False, and errbuf: this kernel lacks a part of it; the process is not to go on. In a build
 * without, true and nothing done. Costs under 1 ms once, and next to nothing a call: the kernel
 * knows by a bitmap which calls need no look (Linux 5.11). */
bool sandbox_enter(const char *folder, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
