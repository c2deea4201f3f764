/* full_disk.c - a disk that has no room on demand: a library for LD_PRELOAD, for a MariaDB server.
 *
 * While ../disk-full exists beside the folder in which the program works (of the server, its data),
 * no file there can grow: what would make it longer fails with ENOSPC. What is there can be written
 * again, as on a real disk; so InnoDB's redo log, which has its size from the beginning, goes on,
 * and so do pages that go through io_uring.
 *
 * A small file system would need root to be mounted, or user namespaces, which containers refuse.
 * RLIMIT_FSIZE is a limit of each file, not of all, with another error (EFBIG); a table below it
 * would grow, and the redo log above it would end the server. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
has_room(int fd, off64_t end)
{
	struct stat64 file;

	return fd <= STDERR_FILENO || access("../disk-full", F_OK) != 0 ||
	       fstat64(fd, &file) != 0 || !S_ISREG(file.st_mode) || end <= file.st_size;
}

static int
no_room(void)
{
	errno = ENOSPC;
	return -1;
}

int
fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
	if (mode == 0 && !has_room(fd, offset + length))
		return no_room();
	return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	if (!has_room(fd, offset + (off64_t)size))
		return no_room();
	return syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t
write(int fd, const void *data, size_t size)
{
	off64_t at = lseek64(fd, 0, SEEK_CUR);

	if (at >= 0 && !has_room(fd, at + (off64_t)size))
		return no_room();
	return syscall(SYS_write, fd, data, size);
}
