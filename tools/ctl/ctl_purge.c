/* ctl_purge.c - myportalctl purge: deletes rows by age; purge.h has the rules.
 *
 * Prints the number of rows of each rule. A run that failed on the way has deleted what it printed;
 * the next run goes on. */

#include "cleanup.h"
#include "clock.h"
#include "app.h"
#include "ctl_app.h"
#include "ctl_operator.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "purge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A clock that is a year ahead would delete a year of the audit trail. */
#define SKEW_MAX_S 300

static enum ctl_status
check_clock(struct db *db, int64_t now)
{
	int64_t skew_s = 0;
	const enum ctl_status status = ctl_status_of(purge_skew(db, now, &skew_s));

	if (status != CTL_DONE || (skew_s >= -SKEW_MAX_S && skew_s <= SKEW_MAX_S))
		return status;
	fprintf(stderr,
	    "myportalctl: nothing was deleted: this clock is %" PRId64
	    " s ahead of the database's\n",
	    skew_s);
	return CTL_ERROR;
}

static enum ctl_status
purge_all(const struct ctl_call *call, struct db *db, const struct purge_clock *clock)
{
	const bool dry_run = ctl_given(call, "--dry-run");
	enum ctl_status status = CTL_DONE;

	ctl_begin_list(call->out, "deleted");
	for (enum purge_rule rule = 0; rule < PURGE__MAX && status == CTL_DONE; rule++) {
		uint64_t rows = 0;
		const enum result result = dry_run ? purge_count(db, rule, clock, &rows)
						   : purge_delete(db, rule, clock, &rows);

		ctl_begin_row(call->out);
		ctl_put_text(call->out, "rows_of", purge_rows(rule));
		ctl_put_number(call->out, "rows", (int64_t)rows);
		ctl_end(call->out);
		status = ctl_status_of(result);
	}
	ctl_end(call->out);
	if (dry_run && status == CTL_DONE)
		ctl_say(call->out, "dry run: nothing was deleted");
	return status;
}

/* Each former member's event says by which setting the person went. */
static bool
begin_purge_act(const struct ctl_call *call, struct operator_act *ret)
{
	char name[OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1], reason[80];

	ctl_operator_name(name);
	(void)snprintf(reason, sizeof reason, "RETENTION_AFTER_LOSS_DAYS=%" PRId64,
	    call->config->retention_after_loss_days);
	const char *fault = operator_act_begin(name, reason, ret);
	return fault == NULL || ctl_print_error(fault);
}

static enum ctl_status
run_purge(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct operator_act act;

	if (!begin_purge_act(call, &act) || !ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	const struct purge_clock clock = {
		.now = act.now,
		.session_idle_s = app.session_idle_s,
		.retention_days = call->config->retention_after_loss_days,
		.act = &act,
	};
	const enum ctl_status status = check_clock(app.db, clock.now);

	return status == CTL_DONE ? purge_all(call, app.db, &clock) : status;
}

const struct ctl_command ctl_purge_commands[] = {
	{
	    .words = "purge",
	    .summary = "delete what is old; run it daily",
	    .settings = CTL_APP_SETTINGS,
	    .run = run_purge,
	    .params = { { "--dry-run", CTL_FLAG, .help = "only count" } },
	},
	{ .words = NULL },
};
