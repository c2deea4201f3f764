/* bench_options.c - reads the command line of a load program. */

#include "bench_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bench_option *
find_option(const struct bench_option *options, const char *word)
{
	if (strncmp(word, "--", 2) != 0)
		return NULL;
	for (; options->name != NULL; options++)
		if (strcmp(options->name, word + 2) == 0)
			return options;
	return NULL;
}

static bool
read_value(const struct bench_option *option, const char *value)
{
	char *end = NULL;

	if (option->text != NULL) {
		*option->text = value;
		return true;
	}
	if (option->number != NULL)
		*option->number = strtoul(value, &end, 10);
	else
		*option->decimal = strtod(value, &end);
	return end != value && *end == '\0';
}

char **
bench_options_read(
    const struct bench_option *options, int words, const char *usage, int argc, char **argv)
{
	const struct bench_option *option;
	bool right = true;
	int at = 1;

	while (right && at < argc && (option = find_option(options, argv[at])) != NULL) {
		at++;
		if (option->flag != NULL)
			*option->flag = true;
		else
			right = at < argc && read_value(option, argv[at++]);
	}
	if (!right || argc - at != words) {
		fputs(usage, stderr);
		exit(2);
	}
	return argv + at;
}
