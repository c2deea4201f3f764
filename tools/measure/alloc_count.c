/* alloc_count.c - counts who asks for memory, in a program that is started with LD_PRELOAD of this
 * and ALLOC_COUNT=FILE.
 *
 * FILE is mapped, so whoever measures reads it while the program runs: a struct alloc_object for
 * the program, then one for each library that it was linked with. What a library asks for counts as
 * the library's, also where the program called it (strdup() is libc's). */

#define _GNU_SOURCE 1 /* dl_iterate_phdr */

#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OBJECTS_MAX 64 /* the last one counts whatever is in none of the others */
#define NAME_MAX_   48

/* As tools/measure/profile unpacks it: <48sQQ. */
struct alloc_object {
	char name[NAME_MAX_]; /* the file's, without its folder; empty for the program */
	_Atomic uint64_t calls;
	_Atomic uint64_t bytes;
};

static struct alloc_object *objects;
static struct {
	uintptr_t first;
	uintptr_t last;
} ranges[OBJECTS_MAX];
static unsigned object_count;

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static int
object_add(struct dl_phdr_info *info, size_t size, void *unused)
{
	const char *slash = strrchr(info->dlpi_name, '/');

	(void)size, (void)unused;
	if (object_count == OBJECTS_MAX - 1)
		return 1;
	for (unsigned n = 0; n < info->dlpi_phnum; n++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[n];
		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
			continue;
		ranges[object_count].first = info->dlpi_addr + part->p_vaddr;
		ranges[object_count].last = ranges[object_count].first + part->p_memsz;
	}
	snprintf(objects[object_count].name, NAME_MAX_, "%s",
	    slash == NULL ? info->dlpi_name : slash + 1);
	object_count++;
	return 0;
}

__attribute__((constructor)) static void
count_begin(void)
{
	const size_t size = OBJECTS_MAX * sizeof *objects;
	const char *path = getenv("ALLOC_COUNT");
	const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	if (ftruncate(fd, (off_t)size) == 0) {
		void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		objects = mapped == MAP_FAILED ? NULL : mapped;
	}
	close(fd);
	if (objects != NULL)
		dl_iterate_phdr(object_add, NULL);
}

static void
count(const void *caller, size_t size)
{
	unsigned n = 0;

	if (objects == NULL || object_count == 0)
		return;
	while (n < object_count &&
	       ((uintptr_t)caller < ranges[n].first || (uintptr_t)caller >= ranges[n].last))
		n++;
	struct alloc_object *object = &objects[n == object_count ? OBJECTS_MAX - 1 : n];
	atomic_fetch_add_explicit(&object->calls, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&object->bytes, size, memory_order_relaxed);
}

/* These take the place of libc's: nothing else of this tree is seen from outside. */
#pragma GCC visibility push(default)

void *
malloc(size_t size)
{
	count(__builtin_return_address(0), size);
	return __libc_malloc(size);
}

void *
calloc(size_t items, size_t size)
{
	count(__builtin_return_address(0), items * size);
	return __libc_calloc(items, size);
}

void *
realloc(void *old, size_t size)
{
	count(__builtin_return_address(0), size);
	return __libc_realloc(old, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	count(__builtin_return_address(0), size);
	return __libc_memalign(alignment, size);
}

int
posix_memalign(void **ret, size_t alignment, size_t size)
{
	count(__builtin_return_address(0), size);
	*ret = __libc_memalign(alignment, size);
	return *ret == NULL;
}

#pragma GCC visibility pop
