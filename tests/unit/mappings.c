/* mappings.c - what this process has mapped and open at the moment. */

#define _DEFAULT_SOURCE 1 /* mincore */

#include "mappings.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

unsigned
mappings_of(size_t size)
{
	char line[512];
	unsigned found = 0;
	FILE *const maps = fopen("/proc/self/maps", "re");

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps) != NULL) {
		uintptr_t from, to;

		if (sscanf(line, "%zx-%zx", &from, &to) == 2)
			found += to - from == size;
	}
	fclose(maps);
	return found;
}

size_t
resident_bytes(const void *bytes, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t from = ((uintptr_t)bytes + page - 1) / page * page;
	const uintptr_t to = ((uintptr_t)bytes + size) / page * page;
	size_t resident = 0;

	for (uintptr_t at = from; at < to; at += page) {
		unsigned char is_there;

		assert_int_equal(mincore((void *)at, page, &is_there), 0);
		resident += is_there & 1 ? page : 0;
	}
	return resident;
}

unsigned
open_files(void)
{
	unsigned count = 0;
	DIR *const directory = opendir("/proc/self/fd");

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count - 3; /* ".", "..", and the directory itself */
}
