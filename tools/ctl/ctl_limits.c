/* ctl_limits.c - myportalctl limits: every limit of the service, with what LIMITS says. */

#include "ctl_commands.h"

#include "limit_table.h"

#include <stdio.h>

int
ctl_limits(const struct config *config, int argc, char **argv)
{
	(void)config; /* main has taken LIMITS over */
	(void)argv;
	if (argc != 0)
		return CTL_USAGE;
	limit_table_print(stdout);
	return CTL_DONE;
}
