/* limit_table.c - the table of limits. */

#include "limit_table.h"

#include "clock.h"
#include "text.h"

#include <string.h>

#define QUARTER_HOUR_S 900
#define HOUR_S         3600
#define DAY_S          86400
#define FAILURES_S     (365 * (int64_t)DAY_S) /* in a row, however slowly */
#define KNOWN_S        (30 * (int64_t)DAY_S)
/* No link lives longer (clock_is_over()), so no counter of one is forgotten while it lives. */
#define LINK_WINDOW_S (DAY_S + 2 * CLOCK_SKEW_S)
#define PAUSES_ALIKE  5 /* letters of a kind to one address; a day of them is about thirty */
#define MANY          1000000
#define MANY_MORE     1000000000

#define IN_DATABASE LIMIT_IN_DATABASE
#define IN_PROCESS  LIMIT_IN_PROCESS

/* Written by limit_table_set() alone. Where LIMITS may not say another window, the window is part of what
 * the limit protects. */
/* clang-format off */
static struct limit table[LIMIT__MAX] = {
	/*                            name                 per                        count  window          what happens                         counted in   LIMITS: count, window   locks from, for, at most, doubled from */
	[LIMIT_INVITATION_MAIL]    = { "invitation_mail",    "address",                 1,     0,              "same answer, no further mail",      IN_DATABASE, 0,         0,          1, 0, HOUR_S, PAUSES_ALIKE },
	[LIMIT_SECOND_MAIL]        = { "second_mail",        "invitation",              1,     0,              "same answer, no further mail",      IN_DATABASE, 0,         0,          1, 0, HOUR_S, PAUSES_ALIKE },
	[LIMIT_IDENTITY_TRIES]     = { "identity_tries",     "invitation",              5,     LINK_WINDOW_S,         "410: start again",                  IN_DATABASE, 10,        0 },
	[LIMIT_KEY_TRIES]          = { "key_tries",          "second link",             5,     LINK_WINDOW_S,         "410: start again",                  IN_DATABASE, 10,        0 },
	[LIMIT_ACCOUNT_TRIES]      = { "account_tries",      "account step",            10,    LINK_WINDOW_S,         "410: start again",                  IN_DATABASE, 20,        0 },
	[LIMIT_WRONG_REPEATS]      = { "wrong_repeats",      "used link",               5,     LINK_WINDOW_S,         "410: start again",                  IN_DATABASE, 10,        0 },
	/* At most 100 in a row: NIST SP 800-63B-4 3.2.2; then the way in is a new password. */
	[LIMIT_LOGIN_FAILURES]     = { "login_failures",     "login ID, known or not",  100,   FAILURES_S,     "401 as for a wrong password",       IN_DATABASE, 100,       0,          5, 30, 900, 5 },
	[LIMIT_SOURCE_FAILURES]    = { "source_failures",    "source, failed logins",   100,   QUARTER_HOUR_S, "429 with Retry-After",              IN_DATABASE, MANY,      DAY_S },
	[LIMIT_CURRENT_PASSWORD]   = { "current_password",   "account",                 5,     QUARTER_HOUR_S, "429 with Retry-After",              IN_DATABASE, 20,        DAY_S },
	[LIMIT_LOGIN_IDS_MAIL]     = { "login_ids_mail",     "address",                 1,     0,              "same answer, no further mail",      IN_DATABASE, 0,         0,          1, 0, HOUR_S, PAUSES_ALIKE },
	[LIMIT_RESET_MAIL]         = { "reset_mail",         "login ID, known or not",  1,     0,              "same answer, no further mail",      IN_DATABASE, 0,         0,          1, 0, HOUR_S, PAUSES_ALIKE },
	[LIMIT_RESET_TRIES]        = { "reset_tries",        "reset link",              10,    LINK_WINDOW_S,         "410: start again",                  IN_DATABASE, 20,        0 },
	[LIMIT_LOGIN_ID_TRIES]     = { "login_id_tries",     "account",                 10,    DAY_S,          "429 with Retry-After",              IN_DATABASE, 100,       DAY_S },
	[LIMIT_CONFIRMATION_MAIL]  = { "confirmation_mail",  "account and new address", 1,     0,              "same answer, no further mail",      IN_DATABASE, 0,         0,          1, 0, HOUR_S, PAUSES_ALIKE },
	[LIMIT_ADDRESS_CHANGES]    = { "address_changes",    "account, links to new addresses", 10, DAY_S,   "429 with Retry-After",              IN_DATABASE, 100,       DAY_S },
	[LIMIT_TAKEN_LOGIN_IDS]    = { "taken_login_ids",    "person, taken login IDs", 20,   DAY_S,          "429 with Retry-After",              IN_DATABASE, 100,       DAY_S },
	/* Its window begins with a success, and what is known ends with it. */
	[LIMIT_KNOWN_SOURCE_FAILURES] = { "known_source_failures", "login ID and a source it was used from", 100, KNOWN_S, "401 as for a wrong password", IN_DATABASE, 100, 0, 5, 30, 900, 5 },
	/* Who guesses with a stolen login is out after as many. */
	[LIMIT_PASSWORD_GUESSES]   = { "password_guesses",   "login, wrong current passwords in a row", 20, FAILURES_S, "401: the login is over", IN_DATABASE, 100,   0 },
	/* Numbers follow one another: whoever has one can try those beside it, and need not be wrong. */
	[LIMIT_SOURCE_PERSONS]     = { "source_persons",     "source, right numbers",   20,    DAY_S,          "429 with Retry-After",              IN_DATABASE, MANY,      DAY_S },
	/* With the number known, what is left to guess is the birth date. */
	[LIMIT_NUMBER_FAILURES]    = { "number_failures",    "number, known or not",    20,    DAY_S,          "422 as for a wrong number",         IN_DATABASE, 100,       DAY_S },
	[LIMIT_SOURCE_IDENTITIES]  = { "source_identities",  "source, wrong numbers",   50,    HOUR_S,         "429 with Retry-After",              IN_DATABASE, MANY,      DAY_S },
	[LIMIT_SERVICE_IDENTITIES] = { "service_identities", "service, wrong numbers",  1000,  HOUR_S,         "503 with Retry-After",              IN_DATABASE, MANY,      DAY_S },
	[LIMIT_SOURCE_REQUESTS]    = { "source_requests",    "source",                  600,   60,             "429 with Retry-After",              IN_PROCESS,  MANY_MORE, HOUR_S },
	[LIMIT_SOURCE_MAILS]       = { "source_mails",       "source, mails asked for", 30,    QUARTER_HOUR_S, "429 with Retry-After",              IN_PROCESS,  MANY,      DAY_S },
	[LIMIT_LINK_CAPTCHAS]      = { "link_captchas",      "invitation",              30,    QUARTER_HOUR_S, "429 with Retry-After",              IN_PROCESS,  1000,      DAY_S },
	[LIMIT_SERVICE_MAILS]      = { "service_mails",      "service, mails owed to whoever asked", 10000, HOUR_S,        "503 with Retry-After",              IN_PROCESS,  MANY_MORE, DAY_S },
	[LIMIT_SERVICE_FAILURES]   = { "service_failures",   "service, failed logins",  1000,  QUARTER_HOUR_S, "the log says `limit_reached`",      IN_PROCESS,  MANY_MORE, DAY_S },
};
/* clang-format on */

const struct limit *
limit_of(enum limit_id limit_id)
{
	return &table[limit_id];
}

/* Setting ------------------------------------------------------------------------------------- */

static struct limit *
find(struct limit rows[static LIMIT__MAX], const char *name, size_t length)
{
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
		if (strlen(rows[limit_id].name) == length &&
		    strncmp(rows[limit_id].name, name, length) == 0)
			return &rows[limit_id];
	return NULL;
}

static bool
complain(const char *word, const char *what, char errbuf[static ERRBUF_MAX + 1])
{
	if (!text_format(errbuf, ERRBUF_MAX + 1, "LIMITS: \"%s\" %s", word, what))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "LIMITS is wrong");
	return false;
}

/* "name=count" or "name=count/seconds". */
static bool
set_one(struct limit rows[static LIMIT__MAX], const char *word, char errbuf[static ERRBUF_MAX + 1])
{
	char count_text[24];
	int64_t count, window_s;
	const char *equals = strchr(word, '=');
	struct limit *row = equals == NULL ? NULL : find(rows, word, (size_t)(equals - word));

	if (row == NULL)
		return complain(word, "names no limit; `myportalctl limits` lists them", errbuf);
	if (row->count_max == 0)
		return complain(word, "is the setting MAIL_INTERVAL_S", errbuf);
	text_copy_cut(count_text, sizeof count_text, equals + 1);
	count_text[strcspn(count_text, "/")] = '\0';
	if (!text_number(count_text, 1, row->count_max, &count))
		return complain(word, "is too many, or no number from 1", errbuf);
	row->count = (int)count;
	const char *slash = strchr(equals, '/');
	if (slash == NULL)
		return true;
	if (!text_number(slash + 1, 1, row->window_max_s, &window_s))
		return complain(word, "has a window that it may not have", errbuf);
	row->window_s = window_s;
	return true;
}

bool
limit_table_set(const char *limits, char errbuf[static ERRBUF_MAX + 1])
{
	static const char between[] = ", \n";
	struct limit rows[LIMIT__MAX];
	char word[80];

	memcpy(rows, table, sizeof rows);
	for (limits += strspn(limits, between); *limits != '\0';
	     limits += strspn(limits, between)) {
		const size_t length = strcspn(limits, between);

		text_copy_cut(word, length + 1 < sizeof word ? length + 1 : sizeof word, limits);
		if (!set_one(rows, word, errbuf))
			return false;
		limits += length;
	}
	memcpy(table, rows, sizeof rows);
	return true;
}

/* Printing ------------------------------------------------------------------------------------ */

static void
print_window(FILE *out, const struct limit *limit)
{
	if (limit->window_s == 0)
		fprintf(out, "`MAIL_INTERVAL_S`; longer from the %dth of a day on",
		    limit->doubles_from + 1);
	else
		fprintf(out, "%lld s", (long long)limit->window_s);
}

void
limit_table_print(FILE *out)
{
	fputs("| limit | counted per | times | within | then | counted in |\n"
	      "| --- | --- | --- | --- | --- | --- |\n",
	    out);
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++) {
		const struct limit *limit = limit_of(limit_id);

		fprintf(out, "| `%s` | %s | %d | ", limit->name, limit->per, limit->count);
		print_window(out, limit);
		fprintf(out, " | %s | %s |\n", limit->what_happens,
		    limit->counted_in == LIMIT_IN_DATABASE ? "database" : "process");
	}
}
