/* read_buffer.h - where civetweb keeps what it read of a client, so that it can be wiped.
 *
 * Each of civetweb's threads has one buffer for all its connections, and writes the next request
 * over the last: passwords and tokens would stay there for hours. civetweb does not say where it
 * is, but reads every byte into it by recv(). So read_buffer.c defines recv() for the whole process
 * (the program's own symbol stands before the C library's), does what that does, and notes the
 * place: a thread's first recv() reads into its buffer, and at its beginning. */

#ifndef READ_BUFFER_H
#define READ_BUFFER_H

#include <stddef.h>

/* Of one thread. Zeroed, it has not read anything yet. */
struct read_buffer {
	char *start; /* NULL: not known yet */
	size_t size;
	size_t used; /* bytes from the start on that may hold what a client sent */
};

/* From now on the calling thread's buffer, of `size` bytes. Called before the thread reads. */
void read_buffer_watch(struct read_buffer *, size_t size);

/* Wipes `size` bytes at `from`, as far as they are in the buffer and used. */
void read_buffer_wipe(const struct read_buffer *, const char *from, size_t size);

/* Wipes all that is used: of a connection that is closed. */
void read_buffer_wipe_all(struct read_buffer *);

#endif
