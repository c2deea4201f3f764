/* ctl_codes.c - myportalctl roster codes: the codes that a society posts, in a file for its
 * printer.
 *
 * The codes stand in that file alone: neither the screen nor the database has them. */

#include "cleanup.h"
#include "ctl_app.h"
#include "ctl_operator.h"
#include "ctl_output.h"
#include "ctl_prompt.h"
#include "ctl_table.h"
#include "insured_number.h"
#include "posted_codes.h"
#include "secret.h"

#include <stdio.h>

#define EXPORT     "--export"
#define REISSUE    "--reissue"
#define REPLACE    "--replace"
#define FROM_STDIN "-"

static enum ctl_status
status_of_codes(enum posted_codes_outcome outcome)
{
	static const enum ctl_status statuses[CODES_OUTCOME__MAX] = {
		[CODES_MADE] = CTL_DONE,
		[CODES_BUSY] = CTL_BUSY,
		[CODES_NO_PERSON] = CTL_NOT_FOUND,
		[CODES_AMBIGUOUS] = CTL_ERROR,
		[CODES_HAS_ACCOUNT] = CTL_ERROR,
		[CODES_FILE_FAILED] = CTL_ERROR,
		[CODES_TAKEN_OVER] = CTL_BUSY,
		[CODES_DB_AWAY] = CTL_DB_AWAY,
		[CODES_UNKNOWN] = CTL_DB_AWAY,
		[CODES_BUG] = CTL_ERROR,
	};

	return statuses[outcome];
}

struct codes_ctx {
	const struct ctl_call *call;
	struct operator_act act;
};

static void
show_codes(void *context, uint64_t codes)
{
	const struct codes_ctx *ctx = context;

	ctl_progress(ctx->call->out, "codes", codes, 0);
}

/* A database that is put back must not revive codes that were made void. */
static void
note_void_codes(void *context, enum audit_event_kind event, struct person_id person_id)
{
	const struct codes_ctx *ctx = context;

	ctl_note_act(ctx->call, &ctx->act, event, no_account, person_id);
}

/* The number of the one person. */
static bool
ask_whose(const struct ctl_call *call, char ret[static INSURED_NUMBER_SIZE_MAX + 1])
{
	char typed[INSURED_NUMBER_INPUT_MAX + 1];

	if (!ctl_prompt("番号 and 記号", ctl_given(call, FROM_STDIN), typed, sizeof typed))
		return false;
	const bool folded = insured_number_fold(typed, ret, INSURED_NUMBER_SIZE_MAX + 1) ==
			    FIELD_OK;
	secret_wipe_bytes(typed, sizeof typed);
	return folded || ctl_print_error("this is no 番号 and 記号");
}

static enum ctl_status
put_codes(const struct ctl_call *call, const struct posted_codes_options *options,
    enum posted_codes_outcome outcome, const struct posted_codes_counts *counts)
{
	struct ctl_output *out = call->out;

	ctl_progress_end(out);
	if (outcome != CODES_MADE) {
		ctl_print_error(posted_codes_text(outcome));
		if (outcome == CODES_DB_AWAY || outcome == CODES_BUG)
			ctl_print_error(ctl_db_error(UNAVAILABLE));
		return status_of_codes(outcome);
	}
	ctl_put_number(out, "codes", (int64_t)counts->codes);
	if (options->insured_number == NULL)
		ctl_put_number(out, "ambiguous", (int64_t)counts->ambiguous);
	ctl_put_time(out, "broken_off", counts->broken_off_at);
	ctl_say(out, "%s",
	    counts->broken_off_at != 0
		? "the codes of this file are good; a run broke off before: its file does not count"
		: "the codes of this file are good");
	return CTL_DONE;
}

static enum ctl_status
make_codes(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	char number[INSURED_NUMBER_SIZE_MAX + 1] = "";
	struct codes_ctx ctx = { .call = call };
	struct posted_codes_counts counts;
	const struct posted_codes_options options = {
		.act = &ctx.act,
		.fd = ctl_fd(call, EXPORT),
		.lives_days = call->config->posted_code_lives_days,
		.replaces = ctl_given(call, REPLACE),
		.insured_number = ctl_given(call, REISSUE) ? number : NULL,
		.voids = note_void_codes,
		.progress = show_codes,
		.context = &ctx,
	};

	if (!ctl_act_begin(call, &ctx.act))
		return CTL_USAGE;
	if (options.insured_number != NULL && !ask_whose(call, number))
		return CTL_ERROR;
	if (!ctl_app_open(call->config, true, &app))
		return CTL_ERROR;
	const enum posted_codes_outcome outcome = posted_codes_make(&app, &options, &counts);
	secret_wipe_bytes(number, sizeof number);
	return put_codes(call, &options, outcome, &counts);
}

/* clang-format off */
const struct ctl_command ctl_codes_commands[] = {
	{
	    .words = "roster codes",
	    .summary = "make the codes that the society posts, in a file for the printer",
	    .help =
		"For IDENTITY_POSTED_CODE. Everybody who is eligible, and has neither an account "
		"nor a good code, gets one. The file has the codes; the database has only hashes.\n"
		"A file counts when the command has said so: of a run that broke off nothing "
		"counts, and the next one makes all of its codes anew.",
	    .settings = CTL_APP_SETTINGS | CONFIG_KEYS | CONFIG_ROSTER,
	    .run = make_codes,
	    .params = {
		{ FROM_STDIN, CTL_WORD, .words = "-", .optional = true,
		    .help = "read 番号 and 記号 from standard input, also at a terminal" },
		{ EXPORT, CTL_NEW_FILE, "FILE", .demanded = true,
		    .help = "the letters: CSV with 番号, 記号, name, code, and its last day" },
		{ REISSUE, CTL_FLAG, .without = REPLACE,
		    .help = "for one person, who is asked for: the code of before is void" },
		{ REPLACE, CTL_FLAG,
		    .help = "also for those who have a good code: all codes of before are void" },
		CTL_REASON,
	    },
	},
	{ .words = NULL },
};
/* clang-format on */
