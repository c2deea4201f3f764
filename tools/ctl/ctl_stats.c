/* ctl_stats.c - myportalctl stats: the steps of registrations of a day or month, on the terminal
 * and as a picture. */

#include "app.h"
#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "ctl_output.h"
#include "ctl_table.h"
#include "statistics.h"
#include "statistics_svg.h"
#include "step_count.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_CELLS 24
#define EIGHTHS   8 /* of a cell: the finest block that Unicode has */

/* A bar of blocks, U+2588 to U+258F; `most` fills it. */
static void
write_bar(int64_t count, int64_t most, char ret[static 3 * BAR_CELLS + 1])
{
	static const char *const blocks[EIGHTHS + 1] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉",
		"█" };
	int64_t eighths = most > 0 ? count * BAR_CELLS * EIGHTHS / most : 0;

	if (eighths == 0 && count > 0)
		eighths = 1; /* some is not none */
	ret[0] = '\0';
	for (; eighths > 0; eighths -= EIGHTHS) {
		const char *block = blocks[eighths < EIGHTHS ? eighths : EIGHTHS];

		memcpy(ret, block, strlen(block) + 1);
		ret += strlen(block);
	}
}

static int64_t
most_of(const struct statistics *statistics)
{
	int64_t most = 0;

	for (enum step step = STEP_EMAIL; step < STEP_LOGIN; step++)
		if (statistics_ok(statistics, step) > most)
			most = statistics_ok(statistics, step);
	return most;
}

static void
put_step(const struct ctl_call *call, const struct statistics *statistics, enum step step)
{
	char bar[3 * BAR_CELLS + 1];

	ctl_begin_row(call->out);
	ctl_put_text(call->out, "step", step_word(step));
	ctl_put_text(call->out, "means", statistics_step(step).en);
	ctl_put_text(call->out, "ja", statistics_step(step).ja);
	ctl_put_number(call->out, "ok", statistics_ok(statistics, step));
	ctl_put_number(call->out, "percent", statistics_percent(statistics, step));
	write_bar(statistics_ok(statistics, step), most_of(statistics), bar);
	if (!call->json)
		ctl_put_text(call->out, "of_the_first", bar);
	ctl_end(call->out);
}

static void
put_reasons(const struct ctl_call *call, const struct statistics *statistics)
{
	ctl_begin_list(call->out, "not_ok");
	for (size_t i = 0; i < statistics->count; i++) {
		const struct statistics_row *row = &statistics->rows[i];

		if (strcmp(row->outcome, result_code(OK)) == 0)
			continue;
		ctl_begin_row(call->out);
		ctl_put_text(call->out, "step", step_word(row->step));
		ctl_put_text(call->out, "code", row->outcome);
		ctl_put_number(call->out, "count", row->count);
		ctl_end(call->out);
	}
	ctl_end(call->out);
}

static void
put_statistics(const struct ctl_call *call, const struct statistics *statistics)
{
	ctl_put_text(call->out, "first_day", statistics->first_day);
	ctl_put_text(call->out, "last_day", statistics->last_day);
	ctl_begin_list(call->out, "registrations");
	for (enum step step = STEP_EMAIL; step < STEP_LOGIN; step++)
		put_step(call, statistics, step);
	ctl_end(call->out);
	ctl_put_number(call->out, "log_ins", statistics_ok(statistics, STEP_LOGIN));
	put_reasons(call, statistics);
}

static bool
write_all(int fd, const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		const ssize_t written = write(fd, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		left -= (size_t)written;
	}
	return true;
}

static enum ctl_status
write_picture(const struct ctl_call *call, const struct statistics *statistics)
{
	static char picture[STATISTICS_SVG_MAX + 1];
	const int fd = ctl_fd(call, "--svg");

	if (fd < 0)
		return CTL_DONE;
	if (statistics_svg_write(statistics, picture) == OK && write_all(fd, picture))
		return CTL_DONE;
	fprintf(stderr, "myportalctl: %s: not all of the picture could be written\n",
	    ctl_text(call, "--svg"));
	return CTL_ERROR;
}

/* The days that are asked for; today's by default. */
static bool
read_days(const struct ctl_call *call, char first[static CLOCK_DATE_MAX + 1],
    char last[static CLOCK_DATE_MAX + 1])
{
	clock_date_japan(clock_now(), first);
	if (ctl_given(call, "--day"))
		text_copy_cut(first, CLOCK_DATE_MAX + 1, ctl_text(call, "--day"));
	memcpy(last, first, CLOCK_DATE_MAX + 1);
	return !ctl_given(call, "--month") ||
	       statistics_month(ctl_text(call, "--month"), first, last);
}

static enum ctl_status
print_stats(const struct ctl_call *call)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	static struct statistics statistics;
	char first[CLOCK_DATE_MAX + 1], last[CLOCK_DATE_MAX + 1];

	if (!read_days(call, first, last)) {
		fputs("myportalctl: --month must be a month as 2026-11\n", stderr);
		return CTL_USAGE;
	}
	if (!ctl_app_open(call->config, false, &app))
		return CTL_ERROR;
	enum ctl_status status = ctl_status_of(statistics_read(app.db, first, last, &statistics));
	if (status != CTL_DONE)
		return status;
	put_statistics(call, &statistics);
	status = write_picture(call, &statistics);
	if (status != CTL_DONE || statistics.count > 0)
		return status;
	fputs("myportalctl: nothing was counted on these days\n", stderr);
	return CTL_NOT_FOUND;
}

const struct ctl_command ctl_stats_commands[] = {
	{
	    .words = "stats",
	    .summary = "show how many took each step of a registration, and why others did not",
	    .help = "A step that is sent again counts again. The running services write what they "
		    "have counted once a minute. Days are those of Japan; they are kept for 800.",
	    .settings = CTL_APP_SETTINGS,
	    .run = print_stats,
	    .params = {
		{ "--day", CTL_DAY, .help = "of this day (in Japan); otherwise of today",
		    .without = "--month" },
		{ "--month", CTL_TEXT, "YYYY-MM", .min = STATISTICS_MONTH,
		    .max = STATISTICS_MONTH, .help = "of this month" },
		{ "--svg", CTL_NEW_FILE, .help = "draw it, too" },
	    },
	},
	{ .words = NULL },
};
