/* ctl_policy.c - myportalctl policy: every limit of the service, with what LIMITS says. */

#include "ctl.h"

#include "policy.h"

#include <stdio.h>

int
ctl_policy(const struct config *config, int argc, char **argv)
{
	(void)config; /* main has taken LIMITS over */
	(void)argv;
	if (argc != 0)
		return CTL_USAGE;
	policy_print(stdout);
	return CTL_DONE;
}
