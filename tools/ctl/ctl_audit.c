/* ctl_audit.c - myportalctl audit: prints the audit trail, the newest event first, a page at a
 * time. */

#include "audit_trail.h"
#include "cleanup.h"
#include "ctl_app.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "member_find.h"
#include "secret.h"
#include "text.h"

#include <stdint.h>

#define EVENTS_MAX 10000
#define DAY_S      86400

/* A filter, and what it borrows. */
struct audit_call {
	struct trail_filter filter;
	struct account_id account_id;
	struct person_id person_id;
	struct trail_cursor after;
};

/* A deleted account has no login ID any more: it is found by its id, or that of its person. */
static enum ctl_status
find_account(const struct app *app, struct audit_call *audit)
{
	char login_id[EMAIL_MAX + 1];
	struct member_ids ids = { .account_id = no_account };

	if (!ctl_login_id(login_id))
		return CTL_ERROR;
	const enum ctl_status status = ctl_status_of(member_find_login_id(app, login_id, &ids));
	secret_wipe_bytes(login_id, sizeof login_id);
	audit->account_id = ids.account_id;
	return status;
}

static bool
read_filter(const struct ctl_call *call, struct audit_call *audit)
{
	struct trail_filter *filter = &audit->filter;
	const char *after = ctl_text(call, "--after");

	filter->since = ctl_given(call, "--since") ? ctl_number(call, "--since") : INT64_MIN;
	filter->until = ctl_given(call, "--until") ? ctl_number(call, "--until") + DAY_S
						   : INT64_MAX;
	filter->limit = (size_t)ctl_number(call, "--limit");
	filter->operator= ctl_text(call, "--operator");
	if (ctl_id(call, "--account", audit->account_id.bytes) || ctl_given(call, "--login-id"))
		filter->account_id = &audit->account_id;
	if (ctl_id(call, "--person", audit->person_id.bytes))
		filter->person_id = &audit->person_id;
	if (after != NULL) {
		filter->after = &audit->after;
		if (!trail_cursor_read(after, &audit->after))
			return ctl_print_error(
			    "--after must be what a page before has printed behind its events");
	}
	return true;
}

/* The page, and where it ends. */
struct page_ctx {
	struct ctl_output *out;
	bool begun;
	struct trail_cursor last;
};

/* Nothing of the page is put before its first event was read: what failed is no empty page. */
static void
begin_page(struct page_ctx *ctx)
{
	if (!ctx->begun)
		ctl_begin_list(ctx->out, "events");
	ctx->begun = true;
}

static enum result
put_event(void *context, const struct trail_event *event)
{
	struct page_ctx *ctx = context;
	struct ctl_output *out = ctx->out;
	char request[REQUEST_ID_TEXT + 1];

	begin_page(ctx);
	ctx->last = event->at;
	text_hex(event->at.request_id.bytes, sizeof event->at.request_id.bytes, request);
	ctl_begin_row(out);
	ctl_put_time(out, "time", event->at.happened_at);
	ctl_put_text(out, "event", audit_word(event->at.event));
	ctl_put_id(out, "account", event->account_id.bytes);
	ctl_put_id(out, "person", event->person_id.bytes);
	ctl_put_text(out, "network", event->network);
	ctl_put_text(out, "request", request);
	ctl_put_text(out, "operator", event->operator);
	ctl_put_text(out, "reason", event->reason);
	ctl_end(out);
	return OK;
}

static enum ctl_status
put_page(const struct ctl_call *call, struct db *db, const struct trail_filter *filter)
{
	struct page_ctx ctx = { .out = call->out };
	char after[TRAIL_CURSOR_TEXT + 1];
	bool more = false;

	const enum ctl_status status = ctl_status_of(
	    audit_trail_read(db, filter, put_event, &ctx, &more));
	if (status == CTL_DONE)
		begin_page(&ctx);
	if (ctx.begun)
		ctl_end(call->out);
	if (status != CTL_DONE || !more)
		return status;
	trail_cursor_text(&ctx.last, after);
	ctl_put_text(call->out, "after", after);
	return CTL_DONE;
}

static enum ctl_status
print_audit(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct audit_call audit = { .filter = { .limit = 0 } };
	enum ctl_status status = CTL_DONE;

	if (!read_filter(call, &audit))
		return CTL_USAGE;
	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	if (ctl_given(call, "--login-id"))
		status = find_account(&app, &audit);
	return status == CTL_DONE ? put_page(call, app.db, &audit.filter) : status;
}

const struct ctl_command ctl_audit_commands[] = {
	{
	    .words = "audit",
	    .summary = "show what happened to accounts, the newest first",
	    .help = "The trail outlives an account: its person, whom member find shows by 番号 and "
	        "記号, finds all that happened to all accounts of that person.",
	    .settings = CTL_APP_SETTINGS,
	    .run = print_audit,
	    .params = {
		{ "--login-id", CTL_WORD, "-", .words = "-",
		    .help = "of the account of a login ID, a line of standard input",
		    .without = "--account" },
		{ "--account", CTL_ID, .help = "of this account, also when it is deleted",
		    .without = "--person" },
		{ "--person", CTL_ID, .help = "of all accounts that this person has had",
		    .without = "--operator" },
		{ "--operator", CTL_TEXT, "NAME", .min = 1, .max = OPERATOR_NAME_MAX,
		    .help = "what this operator has done", .without = "--login-id" },
		{ "--since", CTL_DAY, .help = "from this day on (UTC)" },
		{ "--until", CTL_DAY, .help = "up to this day, it included (UTC)" },
		{ "--limit", CTL_NUMBER, .min = 1, .max = EVENTS_MAX, .preset = "100",
		    .help = "at most so many" },
		{ "--after", CTL_TEXT, "CURSOR", .min = 1, .max = TRAIL_CURSOR_TEXT,
		    .help = "go on behind a page: what it printed as `after`" },
	    },
	},
	{ .words = NULL },
};
