/* pages.c - memory that a thread touched and needs no more goes back to the system. */

#define _GNU_SOURCE 1 /* pthread_getattr_np */

#include "pages.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_IN_USE 1024 /* below the caller's frame: for what is called here */

void
pages_release(void *bytes, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t from = ((uintptr_t)bytes + page - 1) / page * page;
	const uintptr_t to = ((uintptr_t)bytes + size) / page * page;

	if (from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

void *
stack_low(void)
{
	pthread_attr_t attributes;
	void *low = NULL;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attributes) != 0)
		return NULL;
	if (pthread_attr_getstack(&attributes, &low, &size) != 0)
		low = NULL;
	pthread_attr_destroy(&attributes);
	return low;
}

void
stack_release(void *low)
{
	const uintptr_t end = (uintptr_t)__builtin_frame_address(0) - STACK_IN_USE;

	if (low != NULL && end > (uintptr_t)low)
		pages_release(low, end - (uintptr_t)low);
}
