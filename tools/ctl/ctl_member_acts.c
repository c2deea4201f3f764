/* ctl_member_acts.c - myportalctl member: what an operator does for a member, each with a reason.
 *
 * Prints what is so by then; member_acts.h and member_resend.h say what else an act does. */

#include "member_acts.h"

#include "cleanup.h"
#include "ctl_member.h"
#include "ctl_operator.h"
#include "ctl_table.h"
#include "email.h"
#include "insured_number.h"
#include "member_invite.h"
#include "member_resend.h"
#include "secret.h"

#include <string.h>

/* What an act works with. Close: act_call_close(). */
struct act_call {
	struct app app;
	struct operator_act act;
	struct member_ids ids;
};

static void
act_call_close(struct act_call *act_call)
{
	ctl_app_close(&act_call->app);
}

static enum ctl_status
open_act(const struct ctl_call *call, struct act_call *ret)
{
	if (!ctl_act_begin(call, &ret->act))
		return CTL_USAGE;
	return ctl_member_open(call, &ret->app, &ret->ids);
}

/* An act on an account; a person or a registration without one is told so. */
static enum ctl_status
open_act_on_account(const struct ctl_call *call, struct act_call *ret)
{
	const enum ctl_status status = open_act(call, ret);

	if (status != CTL_DONE || !id_is_none(ret->ids.account_id.bytes))
		return status;
	ctl_print_error("there is no account (any more); find the member again");
	return CTL_NOT_FOUND;
}

static enum ctl_status
tell(const struct ctl_call *call, enum result result, const char *text)
{
	const enum ctl_status status = ctl_member_status(result);

	if (status == CTL_DONE)
		ctl_say(call->out, "%s", text);
	return status;
}

static enum ctl_status
change_member(
    const struct ctl_call *call, enum member_change change, const char *done, const char *already)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	bool changed = false;
	const enum ctl_status status = open_act_on_account(call, &act);

	if (status != CTL_DONE)
		return status;
	if (change != MEMBER_LOG_OUT)
		ctl_note_act(call, &act.act,
		    change == MEMBER_DISABLE ? AUDIT_ACCOUNT_DISABLED : AUDIT_ACCOUNT_ENABLED,
		    act.ids.account_id, no_person);
	const enum result result = member_change(
	    &act.app, &act.act, change, act.ids.account_id, &changed);
	return tell(call, result, changed ? done : already);
}

static enum ctl_status
disable_member(const struct ctl_call *call)
{
	return change_member(call, MEMBER_DISABLE,
	    "disabled; its sessions and mailed links are over", "was disabled already");
}

static enum ctl_status
enable_member(const struct ctl_call *call)
{
	return change_member(call, MEMBER_ENABLE, "enabled", "was enabled already");
}

static enum ctl_status
log_out_all(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct operator_act act;
	uint64_t accounts = 0;

	if (!ctl_act_begin(call, &act))
		return CTL_USAGE;
	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	const enum ctl_status status = ctl_member_status(member_log_out_all(&app, &act, &accounts));
	ctl_put_number(call->out, "accounts", (int64_t)accounts);
	if (status != CTL_DONE)
		ctl_print_error("not all sessions are over: do it again");
	return status;
}

static enum ctl_status
log_out_member(const struct ctl_call *call)
{
	if (ctl_given(call, "--all"))
		return log_out_all(call);
	if (ctl_given(call, CTL_MEMBER))
		return change_member(
		    call, MEMBER_LOG_OUT, "its sessions and mailed links are over", "");
	ctl_print_error("member logout: name a member, or --all");
	return CTL_USAGE;
}

static enum ctl_status
end_member(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	const enum ctl_status status = open_act_on_account(call, &act);

	if (status != CTL_DONE)
		return status;
	ctl_note_act(
	    call, &act.act, AUDIT_ACCOUNT_ENDED_BY_OPERATOR, act.ids.account_id, no_person);
	return tell(call, member_end(&act.app, &act.act, act.ids.account_id),
	    "the account is deleted; the person may register again");
}

static bool
ask_email(const struct ctl_call *call, const char *what, char ret[static EMAIL_MAX + 1])
{
	char typed[CTL_TYPED_MAX + 1];

	if (!ctl_member_prompt(call, what, typed, sizeof typed))
		return false;
	const bool folded = email_fold(typed, ret, EMAIL_MAX + 1) == FIELD_OK;
	secret_wipe_bytes(typed, sizeof typed);
	return folded || ctl_print_error("this is no address");
}

static enum ctl_status
set_email(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	char email[EMAIL_MAX + 1];
	bool changed = false;
	const enum ctl_status status = open_act_on_account(call, &act);

	if (status != CTL_DONE)
		return status;
	if (!ask_email(call, "new address", email))
		return CTL_ERROR;
	const enum result result = member_set_email(
	    &act.app, &act.act, act.ids.account_id, email, &changed);
	secret_wipe_bytes(email, sizeof email);
	return tell(call, result,
	    changed ? "a link to the new address is pending; the present one is told"
		    : "it is the account's address already");
}

static enum ctl_status
release_login_id(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	bool changed = false;
	const enum ctl_status status = open_act_on_account(call, &act);

	if (status != CTL_DONE)
		return status;
	const enum result result = member_release_login_id(
	    &act.app, &act.act, act.ids.account_id, &changed);
	if (result == OK && !changed) {
		ctl_print_error("not done: the login ID is the account's own proven address");
		return CTL_ERROR;
	}
	return tell(call, result, "the login ID is free; the account's is its address now");
}

/* A part of an insured number, as a roster's column has it. */
static bool
ask_part(
    const struct ctl_call *call, const char *what, char ret[static INSURED_NUMBER_SIZE_MAX + 1])
{
	char typed[CTL_TYPED_MAX + 1];

	if (!ctl_member_prompt(call, what, typed, sizeof typed))
		return false;
	const bool folded = insured_number_fold(typed, ret, INSURED_NUMBER_SIZE_MAX + 1) ==
			    FIELD_OK;
	secret_wipe_bytes(typed, sizeof typed);
	return folded || ctl_print_error("this is no 番号 or 記号");
}

static enum ctl_status
move_status(enum result result)
{
	static const struct {
		enum result result;
		const char *text;
	} rows[] = {
		{ BAD_FIELD, "not done: the person has this 番号 and 記号" },
		{ ACCOUNT_EXISTS, "not done: somebody with an account has this 番号 and 記号" },
		{ IDENTITY_MISMATCH,
		    "not done: somebody with another birth date has this 番号 and 記号" },
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		if (rows[i].result == result) {
			ctl_print_error(rows[i].text);
			return CTL_ERROR;
		}
	return ctl_member_status(result);
}

static enum ctl_status
move_member(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	struct roster_transfer transfer = { .is_ambiguous = false };
	enum ctl_status status = open_act(call, &act);

	if (status != CTL_DONE)
		return status;
	if (!ask_part(call, "new 番号", transfer.to.number) ||
	    !ask_part(call, "new 記号", transfer.to.symbol))
		return CTL_ERROR;
	status = move_status(member_move(&act.app, &act.act, &act.ids, &transfer));
	secret_wipe_bytes(&transfer.to, sizeof transfer.to);
	if (status != CTL_DONE)
		return status;
	ctl_put_bool(
	    call->out, "joined_a_person_of_the_roster", !id_is_none(transfer.joined_id.bytes));
	ctl_put_bool(call->out, "number_is_ambiguous", transfer.is_ambiguous);
	ctl_say(call->out, "the person has the new 番号 and 記号; the account stays");
	return CTL_DONE;
}

static enum ctl_status
unlock_member(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	struct client client;
	const struct client *source;
	const enum ctl_status status = open_act(call, &act);

	if (status != CTL_DONE)
		return status;
	if (!ctl_member_ask_source(call, &client, &source))
		return CTL_ERROR;
	return tell(call, member_unlock(&act.app, &act.act, &act.ids, source),
	    "what was counted does not count any more");
}

static enum ctl_status
send_reset(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	const enum ctl_status status = open_act_on_account(call, &act);

	if (status != CTL_DONE)
		return status;
	return tell(call, member_send_reset(&act.app, &act.act, act.ids.account_id),
	    "a mail with a reset link is pending");
}

/* Invite --------------------------------------------------------------------------------------- */

/* The one person who has the number that is typed. */
static enum ctl_status
find_by_number(const struct ctl_call *call, struct act_call *act)
{
	CLEANUP(member_query_wipe) struct member_query query = { .email = "" };
	char typed[CTL_TYPED_MAX + 1];
	static struct member_list list;

	if (!ctl_member_prompt(call, "番号 and 記号", typed, sizeof typed))
		return CTL_ERROR;
	const bool understood = member_query_read(typed, &query) && query.number[0] != '\0';
	secret_wipe_bytes(typed, sizeof typed);
	if (!understood) {
		ctl_print_error("this is no 番号 and 記号");
		return CTL_ERROR;
	}
	if (!ctl_app_open(call->config, true, &act->app))
		return CTL_ERROR;
	const enum ctl_status status = ctl_member_status(member_find(&act->app, &query, &list));
	if (status != CTL_DONE)
		return status;
	if (list.count != 1)
		return ctl_member_status(list.count == 0 ? NO_ROW : IDENTITY_MISMATCH);
	act->ids = list.found[0].ids;
	return CTL_DONE;
}

static enum ctl_status
invite_person(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	uint8_t id[ID_SIZE];
	char email[EMAIL_MAX + 1];

	if (!ctl_act_begin(call, &act.act))
		return CTL_USAGE;
	const bool by_id = ctl_given(call, CTL_MEMBER) && ctl_id(call, CTL_MEMBER, id);
	const enum ctl_status status = by_id ? ctl_member_open(call, &act.app, &act.ids)
					     : find_by_number(call, &act);
	if (status != CTL_DONE)
		return status;
	if (!ask_email(call, "address to invite", email))
		return CTL_ERROR;
	const enum result invited = member_invite(
	    &act.app, &act.act, act.ids.person_id, email, ctl_text(call, "--language"));
	secret_wipe_bytes(email, sizeof email);
	if (invited == OK)
		ctl_put_time(call->out, "link_until", act.act.now + act.app.invitation_lives_s);
	return tell(call, invited, "an invitation for this person alone is pending");
}

/* Resend --------------------------------------------------------------------------------------- */

/* The last mail with a link, and its address where no row has it. */
static enum ctl_status
find_link(const struct ctl_call *call, struct act_call *act, struct link_mail *link,
    char email[static EMAIL_MAX + 1])
{
	uint8_t id[ID_SIZE];
	enum ctl_status status;

	if (!ctl_id(call, CTL_MEMBER, id)) {
		if (!ask_email(call, "login ID, or address of a registration", email) ||
		    !ctl_app_open(call->config, true, &act->app))
			return CTL_ERROR;
		return ctl_member_status(member_last_link_of(&act->app, email, link));
	}
	status = ctl_member_open(call, &act->app, &act->ids);
	if (status == CTL_DONE)
		status = ctl_member_status(member_last_link(&act->app, &act->ids, link));
	if (status != CTL_DONE || !member_link_needs_address(link))
		return status;
	return ask_email(call, "address of the registration", email) ? CTL_DONE : CTL_ERROR;
}

static enum ctl_status
resend(const struct ctl_call *call)
{
	CLEANUP(act_call_close) struct act_call act = { 0 };
	char email[EMAIL_MAX + 1] = "";
	struct link_mail link;

	if (!ctl_act_begin(call, &act.act))
		return CTL_USAGE;
	const enum ctl_status status = find_link(call, &act, &link, email);
	if (status != CTL_DONE)
		return status;
	const enum result sent = member_resend(&act.app, &act.act, &link, email);
	secret_wipe_bytes(email, sizeof email);
	if (sent == OK) {
		ctl_member_put_kind(call->out, link.kind);
		ctl_put_time(call->out, "link_until", link.expires_at);
	}
	return tell(call, sent, "the same mail is pending once more");
}

/* Table ---------------------------------------------------------------------------------------- */

/* clang-format off */
const struct ctl_command ctl_member_act_commands[] = {
	{
	    .words = "member disable",
	    .summary = "take an account out of use, at once and on every replica",
	    .help = "Its sessions and mailed links are over, and stay so when it is enabled again.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = disable_member,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{
	    .words = "member enable",
	    .summary = "let a disabled member log in again",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = enable_member,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{
	    .words = "member logout",
	    .summary = "end a member's sessions and mailed links, or everybody's",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = log_out_member,
	    .params = {
		{ CTL_MEMBER, CTL_ID_OR_STDIN, .optional = true, .without = "--all",
		    .help = "an id that member find printed; \"-\": a login ID on standard input" },
		{ "--all", CTL_FLAG, .help = "of all accounts" },
		CTL_REASON,
	    },
	},
	{
	    .words = "member end",
	    .summary = "delete an account; the person may register again",
	    .help = "Also ends the registrations of the person that are under way. The address of "
	        "the account is told by mail; the audit trail stays.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = end_member,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{
	    .words = "member set-email",
	    .summary = "mail a confirmation link to another address of a member",
	    .help = "Asks for the new address at the terminal, or reads another line of standard "
	        "input. The present address is told, and stays until the link is used.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = set_email,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{
	    .words = "member release-login-id",
	    .summary = "free a login ID that is somebody else's address",
	    .help = "The login ID of the account is its confirmed address from then on; its member "
	        "is told there.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = release_login_id,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{
	    .words = "member move",
	    .summary = "give a person another 番号 or 記号; the account stays",
	    .help = "For a transfer that no roster has told (docs/roster.md). Asks for both at the "
	        "terminal, or reads two more lines of standard input. Whoever has the new pair "
	        "without an account, and the same birth date, becomes one with the person.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = move_member,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{
	    .words = "member unlock",
	    .summary = "forget a member's failed tries",
	    .help = "Wrong passwords and birth dates, and taken login IDs; with --source also what "
	        "is counted about an address in the network.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = unlock_member,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON,
		CTL_SOURCE_PARAM("also of an address in the network") },
	},
	{
	    .words = "member send-reset",
	    .summary = "mail a member a link to a new password",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = send_reset,
	    .params = { CTL_MEMBER_PARAM, CTL_REASON },
	},
	{
	    .words = "member invite",
	    .summary = "mail one person an invitation to register, at any address",
	    .help = "Asks for 番号 and 記号, unless an id names the person, and for the address, at "
	        "the terminal, or reads them as lines of standard input. Nobody else's number is "
	        "right with that link. Domains of addresses (REGISTRATION_EMAIL_DOMAINS) do not "
	        "hold here.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = invite_person,
	    .params = {
		{ CTL_MEMBER, CTL_ID_OR_STDIN, .optional = true,
		    .help = "an id of a person that member find printed; \"-\": 番号 and 記号, and "
			"the address, on standard input" },
		{ "--language", CTL_WORD, .words = "ja|en", .preset = "ja",
		    .help = "of the mail" },
		CTL_REASON,
	    },
	},
	{
	    .words = "member resend",
	    .summary = "send the last mail with a link once more",
	    .help = "Of a registration, or of a change of password or address: the same link, "
	        "which ends when it would have ended. Where the address is not stored any more, it "
	        "is asked for.",
	    .settings = CTL_MEMBER_SETTINGS,
	    .run = resend,
	    .params = {
		{ CTL_MEMBER, CTL_ID_OR_STDIN,
		    .help = "an id that member find printed; \"-\": a login ID, or the address "
			"of a registration, on standard input" },
		CTL_REASON,
	    },
	},
	{ .words = NULL },
};
/* clang-format on */
