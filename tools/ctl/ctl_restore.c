/* ctl_restore.c - myportalctl after-restore: what must be done when the database was put back to an
 * earlier state, before the service starts again (after_restore.h). */

#include "act_journal.h"
#include "after_restore.h"
#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "ctl_operator.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "key_epoch.h"
#include "purge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The epoch lies so far ahead that a replica which still serves has read it before it comes, and
 * nothing that begins afterwards is caught by it: it is waited for. */
#define AHEAD_S 2

static void
put_replayed(void *context, const uint8_t id[static ID_SIZE], enum act_outcome outcome)
{
	static const char *const words[ACT_OUTCOME__MAX] = {
		[ACT_DISABLES] = "disabled",
		[ACT_ENABLES] = "enabled",
		[ACT_ENDS] = "ended",
		[ACT_FORGETS_PASSWORD] = "must set a new password",
		[ACT_TELLS_ADDRESS] = "has its address of before: ask the member",
		[ACT_ERASES] = "the person is erased",
		[ACT_VOIDS_CODE] = "needs a new posted code",
	};
	const bool is_of_person = outcome == ACT_ERASES || outcome == ACT_VOIDS_CODE;
	struct ctl_output *const out = context;

	ctl_begin_row(out);
	if (id_is_none(id))
		ctl_put_text(out, "person", "everybody");
	else
		ctl_put_id(out, is_of_person ? "person" : "account", id);
	ctl_put_text(out, "now", words[outcome]);
	ctl_end(out);
}

/* An epoch of a clock that is ahead would keep everybody out. */
static bool
clock_is_right(struct db *db)
{
	int64_t skew_s = 0;
	char text[120];

	if (ctl_status_of(purge_skew(db, clock_now(), &skew_s)) != CTL_DONE)
		return false;
	if (skew_s >= -CLOCK_SKEW_S && skew_s <= CLOCK_SKEW_S)
		return true;
	(void)snprintf(text, sizeof text,
	    "nothing was done: this clock is %" PRId64 " s ahead of the database's; set it right",
	    skew_s);
	return ctl_print_error(text);
}

/* The journal beside the keys, and those that were kept elsewhere. */
static bool
read_acts(const struct ctl_call *call, struct act_list *list)
{
	const int fd = ctl_fd(call, "--journal");
	CLEANUP(cleanup_fclose) FILE *file = fd >= 0 ? fdopen(dup(fd), "r") : NULL;
	char errbuf[ERRBUF_MAX + 1];

	if (!act_list_open(list))
		return ctl_print_error("no memory");
	if (!act_list_read_folder(list, call->config->keys_folder, errbuf) ||
	    (file != NULL && !act_list_read(list, file, ctl_text(call, "--journal"), errbuf)))
		return ctl_print_error(errbuf);
	act_list_sort(list);
	return true;
}

/* After it, whatever begins is of after it. */
static bool
begin_epoch(const struct ctl_call *call, int64_t *ret_epoch)
{
	char errbuf[ERRBUF_MAX + 1];

	if (!key_epoch_set(call->config->keys_folder, clock_now() + AHEAD_S, ret_epoch, errbuf))
		return ctl_print_error(errbuf);
	nanosleep(&(struct timespec){ .tv_sec = AHEAD_S + 1 }, NULL);
	return true;
}

static enum ctl_status
replay(const struct ctl_call *call, const struct app *app, const struct operator_act *act,
    const struct act_list *list)
{
	const struct secret_cost cost = config_hash_cost(call->config);
	const struct after_restore restore = {
		.act = act, .hash_cost = &cost, .tell = put_replayed, .context = call->out
	};

	ctl_begin_list(call->out, "accounts");
	const enum result result = after_restore_replay(app, &restore, list);
	ctl_end(call->out);
	return ctl_status_of(result);
}

static enum ctl_status
put_summary(const struct ctl_call *call, const struct app *app, int64_t epoch)
{
	int64_t stands_at = 0;
	uint64_t mails = 0;
	enum ctl_status status = ctl_status_of(after_restore_stands_at(app, &stands_at));

	if (status == CTL_DONE)
		status = ctl_status_of(after_restore_mails(app, epoch, &mails));
	if (status != CTL_DONE)
		return status;
	ctl_put_time(call->out, "database_until", stands_at);
	ctl_put_time(call->out, "epoch", epoch);
	ctl_put_number(call->out, "mails_dropped", (int64_t)mails);
	return CTL_DONE;
}

static enum ctl_status
finish(const struct ctl_call *call, const struct app *app, const struct operator_act *act,
    const struct act_list *list)
{
	int64_t epoch = 0;

	if (!clock_is_right(app->db) || !begin_epoch(call, &epoch))
		return CTL_ERROR;
	enum ctl_status status = put_summary(call, app, epoch);
	if (status == CTL_DONE)
		status = ctl_status_of(
		    operator_act_record_alone(app->db, act, AUDIT_DATABASE_RESTORED));
	if (status == CTL_DONE)
		status = replay(call, app, act, list);
	if (status == CTL_DONE)
		ctl_say(call->out,
		    "Links, sessions and pending mails of before the epoch are over. With copied "
		    "folders copy the file `epoch` to every replica. Now import the newest roster, "
		    "then start the service: who lost eligibility since the backup has it back "
		    "until then. Who registered since then registers again, and who changed the "
		    "password since has the old one, unless a journal said so.");
	return status;
}

static enum ctl_status
after_restore(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	CLEANUP(act_list_close) struct act_list list = { 0 };
	struct operator_act act;

	if (!ctl_act_begin(call, &act))
		return CTL_USAGE;
	if (!read_acts(call, &list))
		return CTL_FAULTY_FILE;
	if (!ctl_app_open(call->config, true, &app))
		return CTL_ERROR;
	return finish(call, &app, &act, &list);
}

const struct ctl_command ctl_restore_commands[] = {
	{
	    .words = "after-restore",
	    .summary = "end what an earlier state of the database has brought back",
	    .help = "Run it after `migrate` and before the service starts. It begins a new epoch, "
		    "kept with the keys: links and sessions that are older are over. It disables "
		    "and ends accounts again that were disabled or ended since the backup, from "
		    "the file `acts` beside the keys and from journals that were kept elsewhere.",
	    .settings = CTL_APP_SETTINGS | CONFIG_KEYS,
	    .run = after_restore,
	    .params = {
		{ "--journal", CTL_FILE, "FILE",
		    .help = "acts that were kept elsewhere: lines of the file `acts` of another "
			    "machine, or of `audit`" },
		CTL_REASON,
	    },
	},
	{ .words = NULL },
};
