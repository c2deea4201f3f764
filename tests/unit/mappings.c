/* mappings.c - what this process has mapped and open at the moment. */

#include "mappings.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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
