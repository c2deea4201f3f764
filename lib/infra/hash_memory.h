/* hash_memory.h - a hashing thread keeps its work area from one password hash to the next.
 *
 * libsodium maps the work area of every Argon2id hash anew (argon2-core.c, allocate_memory) and
 * unmaps it behind it: 19 MiB that the kernel must find, zero and take back, two fifths of the time
 * of a hash. It offers no hook for its memory. So its archive is linked instead of its shared
 * library, its calls of mmap and munmap are led here (ld --wrap, lib/meson.build), and a thread
 * that asked for it keeps the mapping. Every other call goes to the C library as it came; shared
 * libraries are not touched, as --wrap binds only what is linked into the program itself.
 *
 * A kept work area is one mapping of exactly the size asked for, on a boundary of 2 MiB and in huge
 * pages where the kernel has some to give (9 faults instead of 4864: a third of a first hash), out
 * of core dumps. It holds blocks derived from the last password until it is released; then the
 * kernel has it, and zeroes each page before anybody sees it again. It is not wiped between two
 * hashes: the second writes every block before it reads it (RFC 9106 3.2).
 *
 * All of this is one thread's own affair; nothing is shared. */

#ifndef HASH_MEMORY_H
#define HASH_MEMORY_H

#include <stddef.h>

/* From now on the calling thread keeps the work area of its hashes: one, of the last hash's size; a
 * hash of another size makes another in its place. May be called again. Until the release the
 * thread maps no other memory through libsodium (secret_alloc). */
void hash_memory_keep(void);

/* Gives the work area back to the kernel, and keeps none from now on. Takes a millisecond if there
 * was one. Not during a hash. A thread that kept must call it before it ends. */
void hash_memory_release(void);

/* Bytes of the work area that the calling thread keeps at the moment; 0: none. */
size_t hash_memory_kept(void);

#endif
