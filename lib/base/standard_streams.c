/* standard_streams.c - standard input, output and error. */

#include "standard_streams.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool
standard_streams_open(void)
{
	static const int flags[] = {
		[STDIN_FILENO] = O_RDONLY,
		[STDOUT_FILENO] = O_RDONLY, /* so that writing fails */
		[STDERR_FILENO] = O_WRONLY,
	};

	/* open() takes the lowest number that is free, and all below this one are taken. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
			return false;
	return true;
}

bool
standard_streams_flush(void)
{
	const bool flushed = fflush(stdout) == 0 && fflush(stderr) == 0;

	return flushed && !ferror(stdout) && !ferror(stderr);
}
