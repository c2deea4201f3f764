/* ctl_outbox.c - myportalctl outbox: the mails that wait, and those that could not be sent.
 *
 * Of an address the first character and the domain are shown: enough to see that a domain was
 * mistyped. docs/mail.md tells what to do on a bad morning. */

#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "ctl_operator.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "mail_template.h"
#include "outbox_support.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define AGE_HELP   "as 30m, 12h or 3d"
#define AGE_MAX    400 /* of its unit */
#define AGE_LENGTH 4

static const struct {
	const char *word;
	enum ctl_mark mark;
} states[] = {
	[OUTBOX_PENDING] = { "pending", CTL_DOUBTFUL },
	[OUTBOX_SENT] = { "sent", CTL_GOOD },
	[OUTBOX_DEAD] = { "dead", CTL_BAD },
	[OUTBOX_DROPPED] = { "dropped", CTL_PLAIN },
};

/* What the call asks for ----------------------------------------------------------------------- */

/* 30m, 12h, 3d in seconds. */
static bool
read_age(const char *text, int64_t *ret_s)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	const size_t length = strlen(text);
	char digits[AGE_LENGTH + 1];
	int64_t count;

	if (length < 2 || length > AGE_LENGTH)
		return false;
	text_copy_cut(digits, length, text);
	for (size_t i = 0; i < LENGTH(units); i++)
		if (text[length - 1] == units[i].unit) {
			*ret_s = 0;
			if (!text_number(digits, 0, AGE_MAX, &count))
				return false;
			*ret_s = count * units[i].seconds;
			return true;
		}
	return false;
}

/* An option that is an age. `none`: what it is when it is not given. */
static bool
age_of(const struct ctl_call *call, const char *name, int64_t none, int64_t *ret_s)
{
	const char *const text = ctl_text(call, name);

	*ret_s = none;
	if (text == NULL || read_age(text, ret_s))
		return true;
	fprintf(stderr, "myportalctl: %s must be a number and its unit, " AGE_HELP "\n", name);
	return false;
}

/* The kind of --kind; MAIL_NONE: not given. */
static bool
kind_of(const struct ctl_call *call, enum mail_kind *ret)
{
	const char *const name = ctl_text(call, "--kind");
	unsigned id = MAIL_NONE;

	*ret = MAIL_NONE;
	if (name == NULL)
		return true;
	if (!mail_template_of_name(name, &id) || id >= MAIL_KIND__MAX)
		return ctl_print_error("no kind of mail has this name: docs/mail.md lists them");
	*ret = (enum mail_kind)id;
	return true;
}

static bool
read_filter(const struct ctl_call *call, struct outbox_filter *ret)
{
	const char *const state = ctl_text(call, "--state");
	const int64_t now = clock_now();
	int64_t older_s, newer_s;

	*ret = (struct outbox_filter){ .states = { OUTBOX_PENDING, OUTBOX_DEAD },
		.rows_max = ctl_number(call, "--limit") };
	for (unsigned i = 0; state != NULL && i < LENGTH(states); i++)
		if (strcmp(state, states[i].word) == 0)
			ret->states[0] = ret->states[1] = (enum outbox_state)i;
	if (!kind_of(call, &ret->kind) || !age_of(call, "--older-than", -CLOCK_SKEW_S, &older_s) ||
	    !age_of(call, "--newer-than", now, &newer_s))
		return false;
	ret->since = now - newer_s;
	ret->until = now - older_s;
	return true;
}

/* Printing ------------------------------------------------------------------------------------- */

static void
put_state(struct ctl_output *out, const struct outbox_entry *entry)
{
	const bool known = entry->state >= 0 && entry->state < (int)LENGTH(states);

	ctl_put_marked(out, "state", known ? states[entry->state].word : "",
	    known ? states[entry->state].mark : CTL_PLAIN);
}

static void
put_mail_kind(struct ctl_output *out, enum mail_kind kind)
{
	char name[MAIL_TEMPLATE_NAME_MAX + 1] = "";

	if (kind > MAIL_NONE && kind < MAIL_KIND__MAX)
		mail_template_name(kind, name);
	ctl_put_text(out, "kind", name);
}

/* A row of the list. */
static enum result
put_row(const struct outbox_entry *entry, void *context)
{
	struct ctl_output *const out = context;

	ctl_begin_row(out);
	ctl_put_id(out, "mail", entry->id.bytes);
	put_state(out, entry);
	put_mail_kind(out, entry->kind);
	ctl_put_text(out, "to", entry->to);
	ctl_put_time(out, "asked", entry->created_at);
	ctl_put_time(out, "next_try", entry->held ? 0 : entry->next_try_at);
	ctl_put_number(out, "tries", entry->tries + entry->relay_failures);
	ctl_put_text(out, "error", entry->error);
	ctl_end(out);
	return OK;
}

static void
put_entry(struct ctl_output *out, const struct outbox_entry *entry)
{
	ctl_put_id(out, "mail", entry->id.bytes);
	put_state(out, entry);
	put_mail_kind(out, entry->kind);
	ctl_put_text(out, "to", entry->to);
	ctl_put_text(out, "language", entry->language);
	ctl_put_time(out, "asked", entry->created_at);
	ctl_put_time(out, "link_ends", entry->link_ends_at);
	ctl_put_bool(out, "being_sent", entry->held);
	ctl_put_time(out, "next_try", entry->next_try_at);
	ctl_put_time(out, "finished", entry->finished_at);
	ctl_put_number(out, "tries", entry->tries);
	ctl_put_number(out, "relay_failures", entry->relay_failures);
	ctl_put_number(out, "unconfirmed_copies", entry->unconfirmed);
	ctl_put_text(out, "error", entry->error);
}

/* Commands ------------------------------------------------------------------------------------- */

static enum ctl_status
list_mails(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct outbox_filter filter;

	if (!read_filter(call, &filter))
		return CTL_USAGE;
	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	ctl_begin_list(call->out, "mails");
	const enum result listed = outbox_support_list(&app, &filter, put_row, call->out);
	ctl_end(call->out);
	return ctl_status_of(listed);
}

/* The mail that the call names. */
static struct mail_id
mail_of(const struct ctl_call *call)
{
	struct mail_id id = { .bytes = { 0 } };

	(void)ctl_id(call, "MAIL", id.bytes);
	return id;
}

static enum ctl_status
show_mail(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct outbox_entry entry;

	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	const enum result read = outbox_support_read(&app, mail_of(call), &entry);
	if (read == NO_ROW) {
		ctl_print_error("there is no such mail (any more)");
		return CTL_NOT_FOUND;
	}
	if (read == OK)
		put_entry(call->out, &entry);
	return ctl_status_of(read);
}

/* Why nothing was done to a mail, and with what status the command ends. */
static enum ctl_status
status_of_answer(enum outbox_answer answer)
{
	static const struct {
		enum ctl_status status;
		const char *text;
	} rows[] = {
		[OUTBOX_ACTED] = { CTL_DONE, NULL },
		[OUTBOX_NOT_THERE] = { CTL_NOT_FOUND, "there is no such mail (any more)" },
		[OUTBOX_HELD] = { CTL_BUSY,
		    "the service is sending this mail just now: look again in a minute" },
		[OUTBOX_IS_FINISHED] = { CTL_ERROR,
		    "this mail was sent or dropped already, or its address was erased" },
		[OUTBOX_TOO_OLD] = { CTL_ERROR,
		    "not sent: it was asked for more than three days ago; the member asks again" },
		[OUTBOX_ALL_COPIES] = { CTL_ERROR,
		    "not sent: the relay was given this mail twice and confirmed neither, so the "
		    "member may have it; the member asks again" },
	};

	if (rows[answer].text != NULL)
		ctl_print_error(rows[answer].text);
	return rows[answer].status;
}

static enum ctl_status
change_mail(const struct ctl_call *call, const struct operator_act *act,
    enum result (*change)(
	const struct app *, const struct operator_act *, struct mail_id, enum outbox_answer *),
    const char *done)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	enum outbox_answer answer = OUTBOX_NOT_THERE;

	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	enum ctl_status status = ctl_status_of(change(&app, act, mail_of(call), &answer));
	if (status == CTL_DONE)
		status = status_of_answer(answer);
	if (status == CTL_DONE)
		ctl_say(call->out, "%s", done);
	return status;
}

static enum ctl_status
retry_dead(const struct ctl_call *call, const struct operator_act *act)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	uint64_t mails = 0, left = 0;
	enum mail_kind kind;

	if (!kind_of(call, &kind))
		return CTL_USAGE;
	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	const enum ctl_status status = ctl_status_of(
	    outbox_support_retry_dead(&app, act, kind, &mails, &left));
	if (status != CTL_DONE)
		return status;
	ctl_put_number(call->out, "due", (int64_t)mails);
	ctl_put_number(call->out, "still_dead", (int64_t)left);
	if (left > 0)
		ctl_say(call->out, "those still dead are older than three days, or were handed "
				   "over twice without an answer");
	return CTL_DONE;
}

static enum ctl_status
retry_mails(const struct ctl_call *call)
{
	const bool all = ctl_given(call, "--dead");
	struct operator_act act;

	if (!ctl_act_begin(call, &act))
		return CTL_USAGE;
	if (all)
		return retry_dead(call, &act);
	if (!ctl_given(call, "MAIL") || ctl_given(call, "--kind")) {
		ctl_print_error("outbox retry: name a mail, or --dead and perhaps --kind");
		return CTL_USAGE;
	}
	return change_mail(call, &act, outbox_support_retry, "due now; the service sends it");
}

static enum ctl_status
drop_mail(const struct ctl_call *call)
{
	struct operator_act act;

	if (!ctl_act_begin(call, &act))
		return CTL_USAGE;
	return change_mail(call, &act, outbox_support_drop, "dropped; its address was emptied");
}

static enum ctl_status
flush_outbox(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct operator_act act;
	uint64_t mails = 0;

	if (!ctl_act_begin(call, &act))
		return CTL_USAGE;
	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	const enum ctl_status status = ctl_status_of(outbox_support_flush(&app, &act, &mails));
	if (status == CTL_DONE)
		ctl_put_number(call->out, "due", (int64_t)mails);
	return status;
}

/* clang-format off */
#define KIND_PARAM                                                                             \
	{                                                                                      \
		"--kind", CTL_TEXT, "NAME", .min = 1, .max = MAIL_TEMPLATE_NAME_MAX,           \
		.help = "of one kind, as docs/mail.md names them"                              \
	}

const struct ctl_command ctl_outbox_commands[] = {
	{
	    .words = "outbox list",
	    .summary = "list mails, the last asked for first; by default pending and dead ones",
	    .settings = CTL_APP_SETTINGS,
	    .run = list_mails,
	    .params = {
		{ "--state", CTL_WORD, .words = "pending|dead|sent|dropped",
		  .help = "in one state" },
		KIND_PARAM,
		{ "--older-than", CTL_TEXT, "AGE", .min = 2, .max = AGE_LENGTH,
		  .help = "asked for before, " AGE_HELP },
		{ "--newer-than", CTL_TEXT, "AGE", .min = 2, .max = AGE_LENGTH,
		  .help = "asked for since, " AGE_HELP },
		{ "--limit", CTL_NUMBER, "N", .min = 1, .max = OUTBOX_LIST_MAX, .preset = "100",
		  .help = "at most so many" },
	    },
	},
	{
	    .words = "outbox show",
	    .summary = "show all that is known of a mail, its address masked",
	    .settings = CTL_APP_SETTINGS,
	    .run = show_mail,
	    .params = { { "MAIL", CTL_ID, .help = "an id that outbox list printed" } },
	},
	{
	    .words = "outbox retry",
	    .summary = "send a mail that waits or is dead now, or all dead ones",
	    .help = "One whose link is over says to begin again. Not sent are mails older than "
		    "three days, and those that the relay was given twice without an answer.",
	    .settings = CTL_APP_SETTINGS,
	    .run = retry_mails,
	    .params = {
		{ "MAIL", CTL_ID, .optional = true, .without = "--dead",
		  .help = "an id that outbox list printed" },
		{ "--dead", CTL_FLAG, .help = "all dead mails" },
		KIND_PARAM,
		CTL_REASON,
	    },
	},
	{
	    .words = "outbox drop",
	    .summary = "never send a mail that waits or is dead, and empty its address",
	    .settings = CTL_APP_SETTINGS,
	    .run = drop_mail,
	    .params = { { "MAIL", CTL_ID, .help = "an id that outbox list printed" }, CTL_REASON },
	},
	{
	    .words = "outbox flush",
	    .summary = "make all pending mails due now",
	    .help = "Also those that wait for their own mailbox. While the service pauses for the "
		    "relay, they go out within a minute.",
	    .settings = CTL_APP_SETTINGS,
	    .run = flush_outbox,
	    .params = { CTL_REASON },
	},
	{ .words = NULL },
};
/* clang-format on */
