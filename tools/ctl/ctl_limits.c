/* ctl_limits.c - myportalctl limits: every limit of the service, with what LIMITS says. */

#include "ctl_output.h"
#include "ctl_table.h"
#include "limit_table.h"

#include <stdio.h>

static void
put_limit(struct ctl_output *out, const struct limit *limit)
{
	ctl_begin_row(out);
	ctl_put_text(out, "limit", limit->name);
	ctl_put_text(out, "per", limit->per);
	ctl_put_number(out, "times", limit->max);
	ctl_put_number(out, "within_s", limit->window_s);
	ctl_put_text(out, "then", limit->what_happens);
	ctl_put_text(
	    out, "counted_in", limit->counted_in == LIMIT_IN_DATABASE ? "database" : "process");
	ctl_end(out);
}

/* main has taken LIMITS over. */
static enum ctl_status
print_limits(const struct ctl_call *call)
{
	if (ctl_given(call, "--markdown")) {
		limit_table_print(stdout);
		return CTL_DONE;
	}
	ctl_begin_list(call->out, "limits");
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
		put_limit(call->out, limit_of(limit_id));
	ctl_end(call->out);
	return CTL_DONE;
}

const struct ctl_command ctl_limits_commands[] = {
	{
	    .words = "limits",
	    .summary = "show every limit of the service: how often, and what then",
	    .settings = CONFIG_LIMITS,
	    .run = print_limits,
	    .params = { { "--markdown", CTL_FLAG, .help = "as docs/limits.md has them" } },
	},
	{ .words = NULL },
};
