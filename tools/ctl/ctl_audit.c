/* ctl_audit.c - myportalctl audit: the audit trail, the newest first.
 *
 * A line a row, columns between tabs: time (UTC), what, account, network, request; "-" for no
 * account. Or a JSON object a line. */

#define _GNU_SOURCE 1 /* strptime */

#include "ctl.h"

#include "cleanup.h"
#include "clock.h"
#include "member_support.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_DEFAULT "100"
#define LIMIT_MAX     10000

/* As asked. */
struct question {
	const char *login_id;
	const char *account;
	const char *since;
	const char *limit;
	bool json;
};

static bool
read_question(int argc, char **argv, struct question *ret)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {
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
		for (size_t j = 0; j < LENGTH(options); j++)
			if (strcmp(argv[i], options[j].name) == 0)
				value = options[j].value;
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
    const struct question *question, struct account_id *account_id, struct trail_filter *ret)
{
	int64_t limit;

	if (question->since != NULL && !read_day(question->since, &ret->since))
		return ctl_complain("--since must be a day as 2026-11-22");
	if (!text_number(question->limit, 1, LIMIT_MAX, &limit))
		return ctl_complain("--limit must be 1-10000");
	if (question->account != NULL && !text_unhex(question->account, account_id->bytes, ID_SIZE))
		return ctl_complain("--account must be 32 hex digits");
	ret->limit = (size_t)limit;
	if (question->account != NULL || question->login_id != NULL)
		ret->account_id = account_id;
	return true;
}

/* An account that was deleted has no login ID any more. */
static bool
find_account(const struct app *app, const char *word, struct account_id *account_id)
{
	char login_id[EMAIL_MAX + 1];

	return ctl_login_id(word, login_id) &&
	       ctl_is_done(operator_account_id(app, login_id, account_id));
}

/* A row as text. */
struct line {
	char time[CLOCK_TEXT_MAX + 1];
	char account[2 * ID_SIZE + 1]; /* "": none */
	char request[REQUEST_ID_TEXT + 1];
	const char *what;
	const char *network;
};

static void
write_line(const struct audit_event *event, struct line *ret)
{
	clock_text(event->happened_at, ret->time);
	ret->account[0] = '\0';
	if (memcmp(event->account_id.bytes, no_account.bytes, ID_SIZE) != 0)
		text_hex(event->account_id.bytes, sizeof event->account_id.bytes, ret->account);
	text_hex(event->request_id.bytes, sizeof event->request_id.bytes, ret->request);
	ret->what = audit_word(event->what);
	ret->network = event->network;
}

static void
print_tabs(const struct line *line)
{
	printf("%s\t%s\t%s\t%s\t%s\n", line->time, line->what,
	    line->account[0] != '\0' ? line->account : "-", line->network, line->request);
}

/* Nothing here needs an escape: digits, letters and what addresses are made of. */
static void
print_json(const struct line *line)
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
	struct line line;

	if (events == NULL)
		return ctl_complain("no memory");
	if (!ctl_is_done(operator_trail(app, filter, events, &count)))
		return false;
	for (size_t i = 0; i < count; i++) {
		write_line(&events[i], &line);
		if (json)
			print_json(&line);
		else
			print_tabs(&line);
	}
	return fflush(stdout) == 0 || ctl_complain("standard output can not be written");
}

int
ctl_audit(const struct config *config, int argc, char **argv)
{
	CLEANUP(ctl_app_close) struct app app = { 0 };
	struct question question = { .limit = LIMIT_DEFAULT };
	struct trail_filter filter = { .since = INT64_MIN };
	struct account_id account_id;

	if (!read_question(argc, argv, &question))
		return CTL_USAGE;
	if (!read_filter(&question, &account_id, &filter) || !ctl_app_open(config, false, &app))
		return CTL_ERROR;
	if (question.login_id != NULL && !find_account(&app, question.login_id, &account_id))
		return CTL_ERROR;
	return print_trail(&app, &filter, question.json) ? CTL_DONE : CTL_ERROR;
}
