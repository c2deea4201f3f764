/* limit_table.c - the table of limits. */

#include "limit_table.h"

#include "clock.h"
#include "text.h"

#include <string.h>

#define QUARTER_HOUR_S 900
#define HOUR_S         3600
#define DAY_S          86400
#define MONTH_S        (30 * (int64_t)DAY_S)
#define YEAR_S         (365 * (int64_t)DAY_S) /* in a row, however slowly */
#define MANY           1000000
#define MANY_MORE      1000000000

/* A token lives for a day at most. The second link is mailed again, with the same count, as long as
 * the first one lives: it ends two days after it was mailed first (clock_is_over()). So no count of
 * a link is forgotten while it lives. */
#define LINK_WINDOW_S (2 * DAY_S + 3 * CLOCK_SKEW_S)

#define IN_DATABASE LIMIT_IN_DATABASE
#define IN_PROCESS  LIMIT_IN_PROCESS

#define AS_WRONG_PASSWORD "401 as for a wrong password"
#define AS_WRONG_NUMBER   "422 as for a wrong number"
#define NO_MORE_MAIL      "same answer, no further mail"
#define RETRY_LATER       "429 with Retry-After"
#define SERVICE_IS_FULL   "503 with Retry-After"
#define START_AGAIN       "410: start again"

/* The last four members of limits that lock. Mails: limit_table_set() writes lock_s. A hundred a
 * day are never reached, because the locks allow for 41 at most. */
#define MAILS_A_DAY 100, DAY_S, 0, 0
#define MAIL_LOCKS  1, HOUR_S, 5, HOUR_S
#define LOGIN_LOCKS 5, 30, 5, QUARTER_HOUR_S

/* Only limit_table_set() writes it. Where LIMITS may not set another window, the window is part of
 * what the limit protects. */
/* clang-format off */
static struct limit table[LIMIT__MAX] = {
	/* name, counted per,
	 * max, window, allowed max and window, counted in, what happens then, locks */
	[LIMIT_INVITATION_MAIL] = { "invitation_mail", "address",
	    MAILS_A_DAY, IN_DATABASE, NO_MORE_MAIL, MAIL_LOCKS },
	[LIMIT_SECOND_MAIL] = { "second_mail", "invitation",
	    MAILS_A_DAY, IN_DATABASE, NO_MORE_MAIL, MAIL_LOCKS },
	[LIMIT_LOGIN_IDS_MAIL] = { "login_ids_mail", "address",
	    MAILS_A_DAY, IN_DATABASE, NO_MORE_MAIL, MAIL_LOCKS },
	[LIMIT_RESET_MAIL] = { "reset_mail", "login ID, known or not",
	    MAILS_A_DAY, IN_DATABASE, NO_MORE_MAIL, MAIL_LOCKS },
	[LIMIT_ACCOUNT_DELETION_MAIL] = { "account_deletion_mail", "address",
	    MAILS_A_DAY, IN_DATABASE, NO_MORE_MAIL, MAIL_LOCKS },
	[LIMIT_CONFIRMATION_MAIL] = { "confirmation_mail", "person and new address",
	    MAILS_A_DAY, IN_DATABASE, NO_MORE_MAIL, MAIL_LOCKS },
	[LIMIT_UNPROVEN_LOGIN_ID_MAIL] = { "unproven_login_id_mail", "address set as login ID",
	    MAILS_A_DAY, IN_DATABASE, NO_MORE_MAIL, MAIL_LOCKS },
	[LIMIT_IDENTITY_TRIES] = { "identity_tries", "invitation",
	    5, LINK_WINDOW_S, 10, 0, IN_DATABASE, START_AGAIN },
	[LIMIT_KEY_TRIES] = { "key_tries", "second link",
	    5, LINK_WINDOW_S, 10, 0, IN_DATABASE, START_AGAIN },
	[LIMIT_ACCOUNT_TRIES] = { "account_tries", "account step",
	    10, LINK_WINDOW_S, 20, 0, IN_DATABASE, START_AGAIN },
	[LIMIT_WRONG_REPEATS] = { "wrong_repeats", "used link",
	    5, LINK_WINDOW_S, 10, 0, IN_DATABASE, START_AGAIN },
	[LIMIT_RESET_TRIES] = { "reset_tries", "reset link",
	    10, LINK_WINDOW_S, 20, 0, IN_DATABASE, START_AGAIN },
	/* At most 100 in a row: NIST SP 800-63B-4 3.2.2; then the way in is a new password. */
	[LIMIT_LOGIN_FAILURES] = { "login_failures", "login ID, known or not",
	    100, YEAR_S, 100, 0, IN_DATABASE, AS_WRONG_PASSWORD, LOGIN_LOCKS },
	/* Its window begins with a success, and the source is known until it ends. */
	[LIMIT_KNOWN_SOURCE_FAILURES] = { "known_source_failures",
	    "login ID and a source it was used from",
	    100, MONTH_S, 100, 0, IN_DATABASE, AS_WRONG_PASSWORD, LOGIN_LOCKS },
	[LIMIT_SOURCE_FAILURES] = { "source_failures", "source, failed logins",
	    100, QUARTER_HOUR_S, MANY, DAY_S, IN_DATABASE, RETRY_LATER },
	[LIMIT_CURRENT_PASSWORD] = { "current_password", "account",
	    5, QUARTER_HOUR_S, 20, DAY_S, IN_DATABASE, RETRY_LATER },
	/* Whoever guesses in a stolen session loses it. */
	[LIMIT_PASSWORD_GUESSES] = { "password_guesses",
	    "session, wrong current passwords in a row",
	    20, YEAR_S, 100, 0, IN_DATABASE, "401: the session is over" },
	[LIMIT_LOGIN_ID_TRIES] = { "login_id_tries", "person",
	    10, DAY_S, 100, DAY_S, IN_DATABASE, RETRY_LATER },
	[LIMIT_ADDRESS_CHANGES] = { "address_changes", "person, links to new addresses",
	    10, DAY_S, 100, DAY_S, IN_DATABASE, RETRY_LATER },
	[LIMIT_TAKEN_LOGIN_IDS] = { "taken_login_ids", "person, taken login IDs",
	    20, DAY_S, 100, DAY_S, IN_DATABASE, RETRY_LATER },
	/* Numbers follow one another: a member can enter those beside theirs, and be right. */
	[LIMIT_SOURCE_PERSONS] = { "source_persons", "source, right numbers",
	    20, DAY_S, MANY, DAY_S, IN_DATABASE, RETRY_LATER },
	/* With the number known, only the birth date is left to guess. */
	[LIMIT_NUMBER_FAILURES] = { "number_failures", "number, known or not",
	    20, DAY_S, 100, DAY_S, IN_DATABASE, AS_WRONG_NUMBER },
	[LIMIT_SOURCE_IDENTITIES] = { "source_identities", "source, wrong numbers",
	    50, HOUR_S, MANY, DAY_S, IN_DATABASE, RETRY_LATER },
	[LIMIT_SERVICE_IDENTITIES] = { "service_identities", "service, wrong numbers",
	    1000, HOUR_S, MANY, DAY_S, IN_DATABASE, SERVICE_IS_FULL },
	[LIMIT_SOURCE_REQUESTS] = { "source_requests", "source",
	    600, 60, MANY_MORE, HOUR_S, IN_PROCESS, RETRY_LATER },
	/* At most one a request; beyond that limit a page should still be able to read the 429. */
	[LIMIT_SOURCE_PREFLIGHTS] = { "source_preflights", "source, preflights of pages",
	    6000, 60, MANY_MORE, HOUR_S, IN_PROCESS, RETRY_LATER },
	[LIMIT_SOURCE_MAILS] = { "source_mails", "source, mails asked for",
	    30, QUARTER_HOUR_S, MANY, DAY_S, IN_PROCESS, RETRY_LATER },
	[LIMIT_LINK_CAPTCHAS] = { "link_captchas", "invitation",
	    30, QUARTER_HOUR_S, 1000, DAY_S, IN_PROCESS, RETRY_LATER },
	[LIMIT_SERVICE_MAILS] = { "service_mails", "service, mails that clients asked for",
	    10000, HOUR_S, MANY_MORE, DAY_S, IN_PROCESS, SERVICE_IS_FULL },
	[LIMIT_SERVICE_FAILURES] = { "service_failures", "service, failed logins",
	    1000, QUARTER_HOUR_S, MANY_MORE, DAY_S, IN_PROCESS, "the log says `limit_reached`" },
};
/* clang-format on */

const struct limit *
limit_of(enum limit_id limit_id)
{
	return &table[limit_id];
}

/* Setting ------------------------------------------------------------------------------------- */

/* Are mails apart by MAIL_INTERVAL_S? Each one locks, and no other limit does so from the first
 * on. */
static bool
is_mail_interval(const struct limit *limit)
{
	return limit->lock_from == 1;
}

static struct limit *
limit_named(struct limit rows[static LIMIT__MAX], const char *name, size_t length)
{
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
		if (strlen(rows[limit_id].name) == length &&
		    strncmp(rows[limit_id].name, name, length) == 0)
			return &rows[limit_id];
	return NULL;
}

static bool
reject_word(const char *word, const char *reason, char errbuf[static ERRBUF_MAX + 1])
{
	if (!text_format(errbuf, ERRBUF_MAX + 1, "LIMITS: \"%s\" %s", word, reason))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "LIMITS is wrong");
	return false;
}

/* "name=max" or "name=max/seconds". */
static bool
set_limit(
    struct limit rows[static LIMIT__MAX], const char *word, char errbuf[static ERRBUF_MAX + 1])
{
	char max_text[24];
	int64_t max, window_s;
	const char *equals = strchr(word, '=');
	struct limit *row = equals == NULL ? NULL
					   : limit_named(rows, word, (size_t)(equals - word));

	if (row == NULL)
		return reject_word(word, "names no limit; `myportalctl limits` lists them", errbuf);
	if (row->max_allowed == 0)
		return reject_word(word, "is the setting MAIL_INTERVAL_S", errbuf);
	text_copy_cut(max_text, sizeof max_text, equals + 1);
	max_text[strcspn(max_text, "/")] = '\0';
	if (!text_number(max_text, 1, row->max_allowed, &max))
		return reject_word(word, "is too many, or no number from 1", errbuf);
	row->max = (int)max;
	const char *slash = strchr(equals, '/');
	if (slash == NULL)
		return true;
	if (!text_number(slash + 1, 1, row->window_allowed_s, &window_s))
		return reject_word(word, "has a window that it may not have", errbuf);
	row->window_s = window_s;
	return true;
}

bool
limit_table_set(const char *limits, int64_t mail_interval_s, char errbuf[static ERRBUF_MAX + 1])
{
	static const char between[] = ", \n";
	struct limit rows[LIMIT__MAX];
	char word[80];

	memcpy(rows, table, sizeof rows);
	for (limits += strspn(limits, between); *limits != '\0';
	     limits += strspn(limits, between)) {
		const size_t length = strcspn(limits, between);

		text_copy_cut(word, length + 1 < sizeof word ? length + 1 : sizeof word, limits);
		if (!set_limit(rows, word, errbuf))
			return false;
		limits += length;
	}
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++)
		if (is_mail_interval(&rows[limit_id]))
			rows[limit_id].lock_s = mail_interval_s;
	memcpy(table, rows, sizeof rows);
	return true;
}

/* Printing ------------------------------------------------------------------------------------ */

/* How many within how long. A mail interval grants one at a time; its max is never met. */
static void
print_rate(FILE *out, const struct limit *limit)
{
	if (is_mail_interval(limit))
		fprintf(out, "1 | `MAIL_INTERVAL_S`; longer from the %dth of a day on",
		    limit->doubles_from + 1);
	else
		fprintf(out, "%d | %lld s", limit->max, (long long)limit->window_s);
}

void
limit_table_print(FILE *out)
{
	fputs("| limit | counted per | times | within | then | counted in |\n"
	      "| --- | --- | --- | --- | --- | --- |\n",
	    out);
	for (enum limit_id limit_id = 1; limit_id < LIMIT__MAX; limit_id++) {
		const struct limit *limit = limit_of(limit_id);

		fprintf(out, "| `%s` | %s | ", limit->name, limit->per);
		print_rate(out, limit);
		fprintf(out, " | %s | %s |\n", limit->what_happens,
		    limit->counted_in == LIMIT_IN_DATABASE ? "database" : "process");
	}
}
