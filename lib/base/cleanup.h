/* cleanup.h - release is written where the thing is taken.
 *
 *   CLEANUP(cleanup_free) char *copy = strdup(text);
 *
 * The named function gets a pointer to the variable when it leaves scope, on every path. Functions
 * given to CLEANUP accept the empty and the half-built. */

#ifndef CLEANUP_H
#define CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void
cleanup_free(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

static inline void
cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
cleanup_fclose(FILE *const *file)
{
	if (*file != NULL)
		fclose(*file);
}

#endif
