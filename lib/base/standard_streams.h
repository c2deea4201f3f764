/* standard_streams.h - standard input, output and error: their numbers are nobody else's, and what
 * could not be printed is noticed. */

#ifndef STANDARD_STREAMS_H
#define STANDARD_STREAMS_H

#include <stdbool.h>

/* Makes /dev/null of those that are closed: the next file or socket would get the number, and with
 * it what is printed. Reading then meets the end, writing to standard output fails, because
 * somebody wants to know of it, and what goes to standard error is dropped. Called first in main.
 * False: that cannot be had, and the program must not go on. */
bool standard_streams_open(void) __attribute__((warn_unused_result));

/* Writes out what stdio still holds. False: a part of what was printed since the start, to standard
 * output or error, could not be written. Called last in main, for its exit status. */
bool standard_streams_flush(void) __attribute__((warn_unused_result));

#endif
