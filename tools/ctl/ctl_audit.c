/* ctl_audit.c - myportalctl audit: prints the audit trail, the newest event first.
 *
 * A line has the columns time (UTC), what, account ("-": none), network and request with tabs
 * between, or is a JSON object. */

#define _GNU_SOURCE 1 /* strptime */

#include "ctl_commands.h"

#include "audit_trail.h"
#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "member_support.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_DEFAULT "100"
#define LIMIT_MAX     10000

/* The words of the command line; NULL: not given. */
struct audit_options {
	const char *login_id;
	const char *account;
	const char *since;
	const char *limit;
	bool json;
};

static bool
read_audit_options(int argc, char **argv, struct audit_options *ret)
{
	const struct {
		const char *name;
		const char **value;
	} with_value[] = {
		{ "--login-id", &ret->login_id },
		{ "--account", &ret->account },
		{ "--since", &ret->since },
		{ "--limit", &ret->limit },
	};

	for (int i = 0; i < argc; i++) {
		const char **value = NULL;

		ret->json = ret->json || strcmp(argv[i], "--json") == 0;
		if (strcmp(argv[i], "--json") == 0)
			continue;
		for (size_t j = 0; j < LENGTH(with_value); j++)
			if (strcmp(argv[i], with_value[j].name) == 0)
				value = with_value[j].value;
		if (value == NULL || ++i == argc)
			return false;
		*value = argv[i];
	}
	return ret->login_id == NULL || ret->account == NULL;
}

/* The first second of a day in UTC, as the lines show it. */
static bool
read_day(const char *text, int64_t *ret)
{
	struct tm day = { 0 };

	if (!clock_date_is_valid(text) || strptime(text, "%Y-%m-%d", &day) == NULL)
		return false;
	*ret = timegm(&day);
	return true;
}

/* `account_id` is where the filter's account goes, if there is one. */
static bool
read_filter(
    const struct audit_options *options, struct account_id *account_id, struct trail_filter *ret)
{
	int64_t limit;

	if (options->since != NULL && !read_day(options->since, &ret->since))
		return ctl_print_error("--since must be a day as 2026-11-22");
	if (!text_number(options->limit, 1, LIMIT_MAX, &limit))
		return ctl_print_error("--limit must be 1-10000");
	if (options->account != NULL && !text_unhex(options->account, account_id->bytes, ID_SIZE))
		return ctl_print_error("--account must be 32 hex digits");
	ret->limit = (size_t)limit;
	if (options->account != NULL || options->login_id != NULL)
		ret->account_id = account_id;
	return true;
}

/* A deleted account has no login ID any more: it is found by --account only. */
static bool
find_account_id(const struct app *app, const char *word, struct account_id *account_id)
{
	char login_id[EMAIL_MAX + 1];

	return ctl_login_id(word, login_id) &&
	       ctl_is_done(operator_account_id(app, login_id, account_id));
}

/* An event as text. */
struct audit_line {
	char time[CLOCK_TEXT_MAX + 1];
	char account[2 * ID_SIZE + 1]; /* "": none */
	char request[REQUEST_ID_TEXT + 1];
	const char *what;
	const char *network;
};

static void
format_line(const struct audit_event *event, struct audit_line *ret)
{
	clock_text(event->happened_at, ret->time);
	ret->account[0] = '\0';
	if (memcmp(event->account_id.bytes, no_account.bytes, ID_SIZE) != 0)
		text_hex(event->account_id.bytes, sizeof event->account_id.bytes, ret->account);
	text_hex(event->request_id.bytes, sizeof event->request_id.bytes, ret->request);
	ret->what = audit_word(event->kind);
	ret->network = event->network;
}

static void
print_tabs(const struct audit_line *line)
{
	printf("%s\t%s\t%s\t%s\t%s\n", line->time, line->what,
	    line->account[0] != '\0' ? line->account : "-", line->network, line->request);
}

/* No value needs an escape: digits, letters, and the characters of IP addresses. */
static void
print_json(const struct audit_line *line)
{
	const char *quote = line->account[0] != '\0' ? "\"" : "";

	printf("{\"time\":\"%s\",\"what\":\"%s\",\"account\":%s%s%s,\"network\":\"%s\","
	       "\"request\":\"%s\"}\n",
	    line->time, line->what, quote, quote[0] != '\0' ? line->account : "null", quote,
	    line->network, line->request);
}

static bool
print_trail(const struct app *app, const struct trail_filter *filter, bool json)
{
	CLEANUP(cleanup_free)
	struct audit_event *events = calloc(LIMIT_MAX, sizeof *events);
	size_t count = 0;
	struct audit_line line;

	if (events == NULL)
		return ctl_print_error("no memory");
	if (!ctl_is_done(audit_trail_read(app->db, filter, events, &count)))
		return false;
	for (size_t i = 0; i < count; i++) {
		format_line(&events[i], &line);
		if (json)
			print_json(&line);
		else
			print_tabs(&line);
	}
	return fflush(stdout) == 0 || ctl_print_error("standard output can not be written");
}

int
ctl_audit(const struct config *config, int argc, char **argv)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct audit_options options = { .limit = LIMIT_DEFAULT };
	struct trail_filter filter = { .since = INT64_MIN };
	struct account_id account_id;

	if (!read_audit_options(argc, argv, &options))
		return CTL_USAGE;
	if (!read_filter(&options, &account_id, &filter) || !ctl_app_open(config, false, &app))
		return CTL_ERROR;
	if (options.login_id != NULL && !find_account_id(&app, options.login_id, &account_id))
		return CTL_ERROR;
	return print_trail(&app, &filter, options.json) ? CTL_DONE : CTL_ERROR;
}
