/* ctl_member.c - myportalctl member: finds who is on the phone, and shows what is known.
 *
 * What a caller says (a login ID, an address, 番号 and 記号) is typed at a prompt or comes by
 * standard input: other users of the machine can read command lines. What is printed is masked, for
 * it stays in the scrollback of terminals (member_show.h). docs/support.md tells which call is
 * helped by which command. */

#include "ctl_member.h"

#include "cleanup.h"
#include "clock.h"
#include "ctl_prompt.h"
#include "ctl_table.h"
#include "mail_template.h"
#include "member_show.h"
#include "secret.h"

#include <string.h>

#define FROM_STDIN "-" /* the operand of member find */

/* In common ------------------------------------------------------------------------------------ */

enum ctl_status
ctl_member_status(enum result result)
{
	static const struct {
		enum result result;
		enum ctl_status status;
		const char *text;
	} rows[] = {
		{ NO_ROW, CTL_NOT_FOUND, "it is not there (any more); find the member again" },
		{ LOGIN_FAILED, CTL_ERROR, "the account is disabled, or its person has no access" },
		{ TAKEN, CTL_ERROR,
		    "not done: another account has this one's address as its login ID, so its "
		    "member could not log in any more; release that login ID first" },
		{ TOKEN_EXPIRED, CTL_ERROR,
		    "not sent: its link is over; the member begins again, or member send-reset" },
		{ TOKEN_SPENT, CTL_ERROR, "not sent: its link was used, or ended" },
		{ ACCOUNT_EXISTS, CTL_ERROR, "not sent: the person has an account by now" },
		{ PERSON_NOT_ELIGIBLE, CTL_ERROR, "not sent: the person is not insured today" },
		{ IDENTITY_MISMATCH, CTL_ERROR,
		    "not sent: another person's 番号 and 記号 spell the same, and neither can "
		    "register" },
		{ TOO_MANY, CTL_ERROR, "not sent: that mail is still waiting; see outbox" },
		{ BAD_FIELD, CTL_ERROR, "not sent: that mail went to another address" },
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		if (rows[i].result == result) {
			ctl_print_error(rows[i].text);
			return rows[i].status;
		}
	return ctl_status_of(result);
}

bool
ctl_member_prompt(const struct ctl_call *call, const char *what, char *ret, size_t ret_size)
{
	const char *operand = ctl_text(call, CTL_MEMBER);

	return ctl_prompt(what, operand != NULL && strcmp(operand, "-") == 0, ret, ret_size);
}

enum ctl_status
ctl_member_open(const struct ctl_call *call, struct app *app, struct member_ids *ret)
{
	char login_id[EMAIL_MAX + 1] = "";
	uint8_t id[ID_SIZE];
	const bool by_id = ctl_id(call, CTL_MEMBER, id);

	if (!by_id && !ctl_login_id(login_id))
		return CTL_ERROR;
	if (!ctl_app_open(call->config, true, app))
		return CTL_ERROR;
	const enum result found = by_id ? member_find_id(app, id, ret)
					: member_find_login_id(app, login_id, ret);
	secret_wipe_bytes(login_id, sizeof login_id);
	return ctl_member_status(found);
}

bool
ctl_member_ask_source(const struct ctl_call *call, struct client *client, const struct client **ret)
{
	char typed[CTL_TYPED_MAX + 1];

	*ret = NULL;
	if (!ctl_given(call, "--source"))
		return true;
	if (!ctl_member_prompt(call, "address in the network (192.0.2.1)", typed, sizeof typed))
		return false;
	*ret = client;
	return member_source_read(typed, client) ||
	       ctl_print_error("this is no address of a network");
}

void
ctl_member_put_kind(struct ctl_output *out, enum mail_kind kind)
{
	char name[MAIL_TEMPLATE_NAME_MAX + 1];

	mail_template_name(kind, name);
	ctl_put_text(out, "kind", name);
}

/* Finding -------------------------------------------------------------------------------------- */

static void
put_found(struct ctl_output *out, const struct member_found *found)
{
	static const char *const states[] = {
		[ACCOUNT_ACTIVE] = "active", [ACCOUNT_DISABLED] = "disabled"
	};
	const bool is_registration = (found->matches & 1U << MATCH_REGISTRATION) != 0;
	char by[MEMBER_MATCHES_MAX + 1];

	member_match_words(found->matches, by);
	ctl_begin_row(out);
	ctl_put_text(out, "by", by);
	ctl_put_id(out, "account", found->ids.account_id.bytes);
	ctl_put_id(out, "person", found->ids.person_id.bytes);
	ctl_put_id(out, "registration", found->ids.mail_id.bytes);
	ctl_put_text(out, "state",
	    found->state > 0 && found->state < (int64_t)LENGTH(states) ? states[found->state] : "");
	if (is_registration)
		ctl_put_null(out, "eligible");
	else
		ctl_put_bool(out, "eligible", found->eligible);
	ctl_put_text(out, "number", found->number);
	ctl_put_time(out, "since", found->created_at);
	ctl_end(out);
}

static enum ctl_status
put_list(struct ctl_output *out, const struct member_list *list)
{
	if (list->count == 0) {
		ctl_print_error("nothing was found");
		return CTL_NOT_FOUND;
	}
	ctl_begin_list(out, "found");
	for (size_t i = 0; i < list->count; i++)
		put_found(out, &list->found[i]);
	ctl_end(out);
	if (list->more)
		ctl_say(out, "there are more than these");
	return CTL_DONE;
}

static enum ctl_status
find_member(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	CLEANUP(member_query_wipe) struct member_query query = { .email = "" };
	char typed[CTL_TYPED_MAX + 1];
	static struct member_list list;

	if (!ctl_prompt("login ID, address, or 番号 and 記号", ctl_given(call, FROM_STDIN), typed,
		sizeof typed))
		return CTL_ERROR;
	const bool understood = member_query_read(typed, &query);
	secret_wipe_bytes(typed, sizeof typed);
	if (!understood) {
		ctl_print_error("this is neither an address nor 番号 and 記号");
		return CTL_ERROR;
	}
	if (!ctl_app_open(call->config, true, &app))
		return CTL_ERROR;
	const enum ctl_status status = ctl_member_status(member_find(&app, &query, &list));
	return status == CTL_DONE ? put_list(call->out, &list) : status;
}

/* Showing -------------------------------------------------------------------------------------- */

static void
put_person(struct ctl_output *out, const struct member_record *record)
{
	const struct member_person *person = &record->person;

	ctl_begin_record(out, "person");
	ctl_put_id(out, "id", record->ids.person_id.bytes);
	if (record->has_person) {
		ctl_put_text(out, "number", person->number);
		ctl_put_text(out, "name", person->name);
		ctl_put_marked(out, "eligible", person->eligible ? "yes" : "no",
		    person->eligible ? CTL_GOOD : CTL_BAD);
		ctl_put_text(out, "eligible_from", person->eligible_from);
		ctl_put_text(out, "eligible_until", person->eligible_until);
		ctl_put_marked(out, "access", person->has_access ? "yes" : "no",
		    person->has_access ? CTL_GOOD : CTL_BAD);
		ctl_put_text(out, "access_until", person->access_until);
		ctl_put_marked(out, "number_is_ambiguous", person->ambiguous ? "yes" : "no",
		    person->ambiguous ? CTL_BAD : CTL_PLAIN);
		ctl_put_id(out, "changed_by_import", person->run.bytes);
		ctl_put_time(out, "import_time", person->run_at);
		ctl_put_text(out, "import_by", person->run_by);
	}
	ctl_end(out);
}

static const char *
code_state(const struct member_code *code)
{
	if (code->used_at != 0)
		return "used";
	if (clock_now() >= code->expires_at)
		return "over";
	return code->in_file ? "good" : "in no file that counts";
}

void
ctl_member_put_code(struct ctl_output *out, const struct member_code *code)
{
	const char *state = code_state(code);

	if (code->made_at == 0)
		return;
	ctl_begin_record(out, "posted_code");
	ctl_put_marked(out, "state", state, strcmp(state, "good") == 0 ? CTL_GOOD : CTL_DOUBTFUL);
	ctl_put_time(out, "made", code->made_at);
	ctl_put_time(out, "used", code->used_at);
	ctl_put_time(out, "until", code->expires_at == MEMBER_CODE_NEVER ? 0 : code->expires_at);
	ctl_end(out);
}

static void
put_account(struct ctl_output *out, const struct member_record *record)
{
	const struct member_account *account = &record->account;

	ctl_begin_record(out, "account");
	ctl_put_id(out, "id", record->ids.account_id.bytes);
	ctl_put_marked(out, "state", account->active ? "active" : "disabled",
	    account->active ? CTL_GOOD : CTL_BAD);
	ctl_put_text(out, "login_id", account->login_id);
	ctl_put_text(out, "address", account->email);
	ctl_put_bool(out, "login_id_is_address", account->login_id_is_email);
	ctl_put_text(out, "unconfirmed_address", account->pending_email);
	ctl_put_text(out, "language", account->language);
	ctl_put_time(out, "created", account->created_at);
	ctl_put_time(out, "password_set", account->password_changed_at);
	ctl_put_time(out, "last_login", account->last_login_at);
	ctl_end(out);
}

static void
put_registration(struct ctl_output *out, const struct member_registration *registration)
{
	const bool is_over = registration->next != STAGE_NONE &&
			     clock_now() >= registration->expires_at;

	ctl_begin_record(out, "registration");
	ctl_put_id(out, "id", registration->mail_id.bytes);
	ctl_put_time(out, "asked", registration->asked_at);
	ctl_put_text(out, "next_step",
	    registration->next != STAGE_NONE ? stage_rule(registration->next)->name : "");
	if (registration->next != STAGE_NONE) {
		ctl_put_number(out, "tries_left", registration->tries_left);
		ctl_put_time(out, "link_until", registration->expires_at);
		ctl_put_marked(
		    out, "link_is_over", is_over ? "yes" : "no", is_over ? CTL_BAD : CTL_PLAIN);
	}
	ctl_end(out);
}

static void
put_limits(struct ctl_output *out, const struct member_limits *limits)
{
	ctl_begin_list(out, "limits");
	for (size_t i = 0; i < limits->count; i++) {
		const struct member_limit *limit = &limits->limits[i];
		const bool until_reset = limit->locked_until == MEMBER_LOCKED;

		ctl_begin_row(out);
		ctl_put_text(out, "limit", limit_of(limit->limit_id)->name);
		ctl_put_number(out, "count", limit->count);
		ctl_put_number(out, "of", limit->max);
		ctl_put_marked(out, "locked", limit->locked ? "yes" : "no",
		    limit->locked ? CTL_BAD : CTL_PLAIN);
		if (until_reset)
			ctl_put_text(out, "until", "a new password");
		else
			ctl_put_time(out, "until", limit->locked_until);
		ctl_end(out);
	}
	ctl_end(out);
	ctl_put_number(out, "known_sources", limits->known_sources);
	ctl_put_number(out, "failures_of_known_sources", limits->known_failures);
	ctl_put_number(out, "locked_known_sources", limits->locked_known);
}

static void
put_sessions(struct ctl_output *out, const struct session_list *sessions)
{
	ctl_begin_list(out, "sessions");
	for (size_t i = 0; i < sessions->count; i++) {
		const struct session *session = &sessions->sessions[i];

		ctl_begin_row(out);
		ctl_put_text(out, "device", session->device);
		ctl_put_time(out, "begun", session->created_at);
		ctl_put_time(out, "used", session->used_at);
		ctl_end(out);
	}
	ctl_end(out);
}

static void
put_mail(struct ctl_output *out, const struct member_mail *mail)
{
	static const struct {
		const char *word;
		enum ctl_mark mark;
	} states[] = {
		[OUTBOX_PENDING] = { "pending", CTL_DOUBTFUL },
		[OUTBOX_SENT] = { "sent", CTL_GOOD },
		[OUTBOX_DEAD] = { "dead", CTL_BAD },
		[OUTBOX_DROPPED] = { "dropped", CTL_PLAIN },
	};

	ctl_begin_row(out);
	ctl_put_id(out, "mail", mail->id.bytes);
	ctl_member_put_kind(out, mail->kind);
	ctl_put_marked(out, "state", states[mail->state].word, states[mail->state].mark);
	ctl_put_time(out, "asked", mail->created_at);
	ctl_put_time(out, "finished", mail->finished_at);
	ctl_put_number(out, "tries", mail->tries);
	ctl_put_text(out, "error", mail->error);
	ctl_end(out);
}

static void
put_record(struct ctl_output *out, const struct member_record *record)
{
	if (record->has_account)
		put_account(out, record);
	put_person(out, record);
	ctl_member_put_code(out, &record->code);
	if (record->has_registration &&
	    (!record->has_account || record->registration.next != STAGE_NONE))
		put_registration(out, &record->registration);
	put_limits(out, &record->limits);
	put_sessions(out, &record->sessions);
	ctl_begin_list(out, "mails");
	for (size_t i = 0; i < record->mails; i++)
		put_mail(out, &record->mail[i]);
	ctl_end(out);
}

static enum ctl_status
show_member(const struct ctl_call *call)
{
	static struct member_record record;
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct member_ids ids;
	struct client client;
	const struct client *source;
	enum ctl_status status = ctl_member_open(call, &app, &ids);

	if (status != CTL_DONE)
		return status;
	if (!ctl_member_ask_source(call, &client, &source))
		return CTL_ERROR;
	status = ctl_member_status(member_show(&app, &ids, source, &record));
	if (status == CTL_DONE)
		put_record(call->out, &record);
	return status;
}

/* clang-format off */
const struct ctl_command ctl_member_commands[] = {
	{
	    .words = "member find",
	    .summary = "find a member by login ID, address, or 番号 and 記号",
	    .help = "Asks at the terminal what the caller says, or reads a line of standard "
	        "input.\n"
	        "An address is looked for as login ID, as confirmed address, as one that waits for "
	        "its link, and in registrations that are under way. All that is found is listed, "
	        "with the ids that the other commands take.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = find_member,
	    .params = {
		{ FROM_STDIN, CTL_WORD, .words = "-", .optional = true,
		    .help = "read a line of standard input, also at a terminal" },
	    },
	},
	{
	    .words = "member show",
	    .summary = "show what is known of a member, masked",
	    .help = "Person, posted code, account, a registration that is under way, limits and "
	        "locks, sessions, and the last mails with what became of them.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = show_member,
	    .params = { CTL_MEMBER_PARAM,
		CTL_SOURCE_PARAM("also what is counted about an address in the network") },
	},
	{ .words = NULL },
};
/* clang-format on */
