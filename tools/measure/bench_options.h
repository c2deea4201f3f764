/* bench_options.h - reads the command line of a load program. */

#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>

/* An option: exactly one of the pointers is set, and says what its value is. */
struct bench_option {
	const char *name;
	bool *flag; /* it has no value */
	unsigned long *number;
	double *decimal;
	const char **text;
};

/* Reads the options, up to a row without a name, and then `words` words. Where the command line is
 * no such one it prints the usage and ends the program. Returns the words. */
char **bench_options_read(
    const struct bench_option *, int words, const char *usage, int argc, char **argv);

#endif
