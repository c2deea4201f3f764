/* read_buffer.c - where civetweb keeps what it read of a client, so that it can be wiped. */

#include "read_buffer.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

static _Thread_local struct read_buffer *buffer_of_thread;

void
read_buffer_watch(struct read_buffer *buffer, size_t size)
{
	*buffer = (struct read_buffer){ .size = size };
	buffer_of_thread = buffer;
}

/* Bytes from `at` to the end of what is used; 0 of what is not in the buffer. */
static size_t
used_from(const struct read_buffer *buffer, const char *at)
{
	if (buffer->start == NULL || at < buffer->start || at > buffer->start + buffer->used)
		return 0;
	return (size_t)(buffer->start + buffer->used - at);
}

void
read_buffer_wipe(const struct read_buffer *buffer, const char *from, size_t size)
{
	const size_t used = used_from(buffer, from);

	if (used > 0)
		explicit_bzero(buffer->start + (from - buffer->start), size < used ? size : used);
}

void
read_buffer_wipe_all(struct read_buffer *buffer)
{
	if (buffer->start != NULL)
		explicit_bzero(buffer->start, buffer->used);
	buffer->used = 0;
}

/* The first read of a thread is for a whole buffer; reads elsewhere, as the database's, are not in
 * it. */
static void
note_read(struct read_buffer *buffer, char *to, size_t size, size_t count)
{
	if (buffer->start == NULL && size == buffer->size)
		buffer->start = to;
	if (buffer->start == NULL || to < buffer->start || to >= buffer->start + buffer->size)
		return;
	const size_t end = (size_t)(to - buffer->start) + count;
	if (buffer->used < end)
		buffer->used = end;
}

/* recv() itself; by another name in C, because the headers may define it as an inline function. */
ssize_t read_buffer_recv(int fd, void *to, size_t size, int flags) __asm__("recv")
    __attribute__((visibility("default")));

/* By recvmsg(), not recvfrom(): ThreadSanitizer knows of that that it orders two threads. */
ssize_t
read_buffer_recv(int fd, void *to, size_t size, int flags)
{
	struct iovec part = { .iov_base = to, .iov_len = size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	const ssize_t count = recvmsg(fd, &message, flags);

	if (buffer_of_thread != NULL && count > 0)
		note_read(buffer_of_thread, to, size, (size_t)count);
	return count;
}
