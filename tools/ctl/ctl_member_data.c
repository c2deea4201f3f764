/* ctl_member_data.c - myportalctl member export, erase: what the law gives a person a right to
 * (docs/privacy.md).
 *
 * An export is not masked, unlike what the other commands print: it is the answer to the person. So
 * it is JSON, for a file that is closed to others or for a program. */

#include "audit_trail.h"
#include "cleanup.h"
#include "clock.h"
#include "ctl_member.h"
#include "ctl_operator.h"
#include "ctl_table.h"
#include "member_erase.h"
#include "member_export.h"
#include "secret.h"
#include "text.h"

#include <stdio.h>
#include <unistd.h>

#define TRAIL_PAGE 1000

/* Export --------------------------------------------------------------------------------------- */

static void
put_person(struct ctl_output *out, const struct member_export *export)
{
	const struct roster_person *person = &export->person;

	ctl_begin_record(out, "person");
	ctl_put_id(out, "id", export->ids.person_id.bytes);
	if (export->has_person) {
		ctl_put_text(out, "number", person->pair.number);
		ctl_put_text(out, "symbol", person->pair.symbol);
		ctl_put_text(out, "birth_date", person->birth_date);
		ctl_put_text(out, "kana_name", person->kana_name);
		ctl_put_text(out, "eligible_from", person->eligible_from);
		ctl_put_text(out, "eligible_until", person->eligible_until);
		ctl_put_id(out, "changed_by_import", export->run.bytes);
		ctl_put_time(out, "import_time", export->run_at);
		ctl_put_text(out, "import_by", export->run_by);
	}
	ctl_end(out);
}

static void
put_account(struct ctl_output *out, const struct member_export *export)
{
	const struct account *account = &export->account;

	ctl_begin_record(out, "account");
	ctl_put_id(out, "id", account->id.bytes);
	ctl_put_text(out, "state", export->state == ACCOUNT_ACTIVE ? "active" : "disabled");
	ctl_put_text(out, "login_id", account->login_id);
	ctl_put_text(out, "address", account->email);
	ctl_put_text(out, "unconfirmed_address", account->pending_email);
	ctl_put_text(out, "nickname", account->nickname);
	ctl_put_text(out, "language", account->language);
	ctl_put_number(out, "generation", account->generation);
	ctl_put_time(out, "created", account->created_at);
	ctl_put_time(out, "password_set", account->password_changed_at);
	ctl_put_time(out, "last_login", export->last_login_at);
	ctl_end(out);
}

static void
put_registration(struct ctl_output *out, const struct member_registration *registration)
{
	const enum stage next = registration->next;

	ctl_begin_record(out, "registration");
	ctl_put_id(out, "id", registration->mail_id.bytes);
	ctl_put_time(out, "asked", registration->asked_at);
	ctl_put_text(out, "next_step", next != STAGE_NONE ? stage_rule(next)->name : "");
	if (next != STAGE_NONE) {
		ctl_put_number(out, "tries_left", registration->tries_left);
		ctl_put_time(out, "link_until", registration->expires_at);
	}
	ctl_end(out);
}

static void
put_counters(struct ctl_output *out, const struct member_limits *limits)
{
	ctl_begin_list(out, "counters");
	for (size_t i = 0; i < limits->count; i++) {
		const struct member_limit *limit = &limits->limits[i];

		ctl_begin_row(out);
		ctl_put_text(out, "limit", limit_of(limit->limit_id)->name);
		ctl_put_number(out, "count", limit->count);
		ctl_put_number(out, "of", limit->max);
		ctl_put_bool(out, "locked", limit->locked);
		ctl_end(out);
	}
	ctl_end(out);
	ctl_put_number(out, "known_sources", limits->known_sources);
}

static enum result
put_session(void *context, const struct session *session)
{
	struct ctl_output *const out = context;

	ctl_begin_row(out);
	ctl_put_id(out, "session", session->id.bytes);
	ctl_put_text(out, "device", session->device);
	ctl_put_time(out, "begun", session->created_at);
	ctl_put_time(out, "used", session->used_at);
	ctl_put_time(out, "ends", session->expires_at);
	ctl_end(out);
	return OK;
}

static enum result
put_mail(void *context, const struct member_export_mail *mail)
{
	static const char *const states[] = {
		[OUTBOX_PENDING] = "pending",
		[OUTBOX_SENT] = "sent",
		[OUTBOX_DEAD] = "dead",
		[OUTBOX_DROPPED] = "dropped",
	};
	struct ctl_output *const out = context;

	ctl_begin_row(out);
	ctl_put_id(out, "mail", mail->id.bytes);
	ctl_member_put_kind(out, mail->kind);
	ctl_put_text(out, "state", states[mail->state]);
	ctl_put_text(out, "address", mail->email);
	ctl_put_text(out, "nickname", mail->nickname);
	ctl_put_text(out, "language", mail->language);
	ctl_put_time(out, "asked", mail->created_at);
	ctl_put_time(out, "finished", mail->finished_at);
	ctl_put_number(out, "tries", mail->tries);
	ctl_put_text(out, "error", mail->error);
	ctl_end(out);
	return OK;
}

struct events_ctx {
	struct ctl_output *out;
	bool without_person; /* only those that name no person */
	struct trail_cursor last;
};

static enum result
put_event(void *context, const struct trail_event *event)
{
	struct events_ctx *ctx = context;
	struct ctl_output *out = ctx->out;
	char request[REQUEST_ID_TEXT + 1];

	ctx->last = event->at;
	if (ctx->without_person && !id_is_none(event->person_id.bytes))
		return OK;
	text_hex(event->at.request_id.bytes, sizeof event->at.request_id.bytes, request);
	ctl_begin_row(out);
	ctl_put_time(out, "time", event->at.happened_at);
	ctl_put_text(out, "event", audit_word(event->at.event));
	ctl_put_id(out, "account", event->account_id.bytes);
	ctl_put_text(out, "network", event->network);
	ctl_put_text(out, "request", request);
	ctl_put_text(out, "operator", event->operator);
	ctl_put_text(out, "reason", event->reason);
	ctl_end(out);
	return OK;
}

/* All pages of what belongs to a person or, where it is not known whose it is, to an account. */
static enum result
put_pages(struct ctl_output *out, const struct app *app, const struct person_id *person_id,
    const struct account_id *account_id)
{
	struct events_ctx ctx = { .out = out, .without_person = account_id != NULL };
	struct trail_filter filter = {
		.person_id = person_id,
		.account_id = account_id,
		.since = INT64_MIN,
		.until = INT64_MAX,
		.limit = TRAIL_PAGE,
	};
	bool more = true;

	while (more) {
		TRY(audit_trail_read(app->db, &filter, put_event, &ctx, &more));
		filter.after = &ctx.last;
	}
	return OK;
}

/* A session that ends by its token leaves an event of its account, which names no person. */
static enum result
put_events(struct ctl_output *out, const struct app *app, const struct member_ids *ids)
{
	enum result result = OK;

	ctl_begin_list(out, "events");
	if (!id_is_none(ids->person_id.bytes))
		result = put_pages(out, app, &ids->person_id, NULL);
	if (result == OK && !id_is_none(ids->account_id.bytes))
		result = put_pages(out, app, NULL, &ids->account_id);
	ctl_end(out);
	return result;
}

static enum result
put_lists(struct ctl_output *out, const struct app *app, const struct member_export *export)
{
	ctl_begin_list(out, "sessions");
	enum result result = member_export_sessions(app, export, put_session, out);
	ctl_end(out);
	ctl_begin_list(out, "mails");
	if (result == OK)
		result = member_export_mails(app, export, put_mail, out);
	ctl_end(out);
	return result == OK ? put_events(out, app, &export->ids) : result;
}

static enum result
put_export(struct ctl_output *out, const struct app *app, const struct member_export *export)
{
	ctl_put_time(out, "exported", clock_now());
	put_person(out, export);
	ctl_member_put_code(out, &export->code);
	if (export->has_account)
		put_account(out, export);
	if (export->has_registration)
		put_registration(out, &export->registration);
	put_counters(out, &export->limits);
	return put_lists(out, app, export);
}

static enum ctl_status
print_to(struct ctl_output *out, FILE *file)
{
	const bool printed = file != NULL && ctl_output_print(out, file) && fflush(file) == 0 &&
			     !ferror(file);

	if (!printed)
		ctl_print_error("not all of it could be written");
	return printed ? CTL_DONE : CTL_ERROR;
}

static enum ctl_status
print_export(const struct ctl_call *call, struct ctl_output *out)
{
	if (!ctl_given(call, "--to"))
		return print_to(out, stdout);
	CLEANUP(cleanup_fclose) FILE *const file = fdopen(dup(ctl_fd(call, "--to")), "w");
	return print_to(out, file);
}

static enum ctl_status
export_opened(const struct ctl_call *call, const struct operator_act *act, const struct app *app,
    const struct member_ids *ids)
{
	static struct member_export export;
	CLEANUP(ctl_output_free) struct ctl_output *out = ctl_output_new(true, false);

	if (out == NULL) {
		ctl_print_error("no memory");
		return CTL_ERROR;
	}
	enum result result = member_export_read(app, act, ids, &export);
	if (result == OK)
		result = put_export(out, app, &export);
	member_export_wipe(&export);
	const enum ctl_status status = ctl_member_status(result);
	return status == CTL_DONE ? print_export(call, out) : status;
}

static enum ctl_status
export_member(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct operator_act act;
	struct member_ids ids;

	if (!ctl_act_begin(call, &act))
		return CTL_USAGE;
	const enum ctl_status status = ctl_member_open(call, &app, &ids);
	return status == CTL_DONE ? export_opened(call, &act, &app, &ids) : status;
}

/* Erase ---------------------------------------------------------------------------------------- */

static enum ctl_status
erase_opened(const struct ctl_call *call, const struct operator_act *act, const struct app *app,
    const struct member_ids *ids)
{
	struct account_id account_id;

	if (id_is_none(ids->person_id.bytes)) {
		ctl_print_error("no number was entered yet, so there is no person; a mail that "
				"waits is dropped by outbox drop");
		return CTL_NOT_FOUND;
	}
	ctl_note_act(call, act, AUDIT_PERSON_ERASED, ids->account_id, ids->person_id);
	const enum ctl_status status = ctl_member_status(
	    member_erase(app, act, ids->person_id, &account_id));
	if (status != CTL_DONE)
		return status;
	ctl_say(call->out, "%s; a roster that lists the person again brings a new one",
	    id_is_none(account_id.bytes) ? "the person is deleted"
					 : "the person and the account are deleted");
	return CTL_DONE;
}

static enum ctl_status
erase_member(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct operator_act act;
	struct member_ids ids;

	if (!ctl_act_begin(call, &act))
		return CTL_USAGE;
	const enum ctl_status status = ctl_member_open(call, &app, &ids);
	return status == CTL_DONE ? erase_opened(call, &act, &app, &ids) : status;
}

/* clang-format off */
const struct ctl_command ctl_member_data_commands[] = {
	{
	    .words = "member export",
	    .summary = "write everything that is known of a person, as JSON",
	    .help = "For the answer to a request for disclosure: person, account, sessions, mails, "
	        "counters and audit trail, not masked, without hashes. Of a person who is deleted "
	        "it is the trail.\n"
	        "It goes to standard output, or into a new file of mode 0600.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = export_member,
	    .params = {
		CTL_MEMBER_PARAM,
		{ "--to", CTL_NEW_FILE, .help = "is made, of mode 0600" },
		CTL_REASON,
	    },
	},
	{
	    .words = "member erase",
	    .summary = "delete a person, with the account and all that belongs to it",
	    .help = "The row of the roster, account, sessions, and addresses of mails; what is "
	        "pending or under way ends. The audit trail stays, whose ids mean nobody any more. "
	        "Nobody is told by mail.\n"
	        "A roster that lists the person again brings a new one.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = erase_member,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{ .words = NULL },
};
/* clang-format on */
