/* hash_memory.c - a hashing thread keeps its work area from one password hash to the next. */

#include "hash_memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

/* The linker's names: what libsodium calls, and where it would have gone (ld, --wrap). */
void *__wrap_mmap(void *address, size_t, int protection, int flags, int fd, off_t);
int __wrap_munmap(void *address, size_t);
void *__real_mmap(void *address, size_t, int protection, int flags, int fd, off_t);
int __real_munmap(void *address, size_t);

static _Thread_local struct {
	uint8_t *work; /* NULL: there is none */
	size_t size;
	uint8_t *mapped; /* `work` and HUGE_PAGE more, for its boundary; never touched */
	bool wanted;
	bool used; /* by a hash that is running */
} kept;

static void
unmap_work_area(void)
{
	if (kept.work != NULL)
		__real_munmap(kept.mapped, kept.size + HUGE_PAGE);
	kept.work = NULL;
	kept.size = 0;
}

/* The kernel may ignore all three: a kernel without huge pages, or older than 5.14, serves page by
 * page. */
static void
advise_kernel(void *work, size_t size)
{
	madvise(work, size, MADV_DONTDUMP);
	madvise(work, size, MADV_HUGEPAGE);
	madvise(work, size, MADV_POPULATE_WRITE);
}

static bool
map_work_area(size_t size)
{
	uint8_t *const mapped = __real_mmap(
	    NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		return false;
	kept.mapped = mapped;
	kept.work = mapped + -(uintptr_t)mapped % HUGE_PAGE;
	kept.size = size;
	advise_kernel(kept.work, size);
	return true;
}

/* The work area for a hash of this size: the one there is, or another in its place. */
static void *
work_area_of(size_t size)
{
	if (kept.size != size) {
		unmap_work_area();
		if (!map_work_area(size))
			return MAP_FAILED;
	}
	kept.used = true;
	return kept.work;
}

void *
__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	const bool is_work_area = address == NULL && (flags & MAP_ANONYMOUS) != 0 &&
				  (flags & MAP_PRIVATE) != 0 &&
				  protection == (PROT_READ | PROT_WRITE);

	if (!kept.wanted || kept.used || !is_work_area)
		return __real_mmap(address, size, protection, flags, fd, offset);
	return work_area_of(size);
}

int
__wrap_munmap(void *address, size_t size)
{
	if (!kept.used || address != kept.work)
		return __real_munmap(address, size);
	kept.used = false;
	return 0;
}

void
hash_memory_keep(void)
{
	kept.wanted = true;
}

void
hash_memory_release(void)
{
	kept.wanted = false;
	unmap_work_area();
}

size_t
hash_memory_kept(void)
{
	return kept.size;
}
