/* smtp_reply_test.c - which replies of a mail server end a mail, and which let it wait. */

#include "smtp_reply.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct smtp_reply
reply_of(const char *line)
{
	struct smtp_reply reply = { 0 };

	smtp_reply_read(&reply, line, strlen(line));
	return reply;
}

static void
a_table_decides(void **state)
{
	/* clang-format off */
	static const struct {
		enum smtp_step step;
		const char *line;
		enum smtp_outcome outcome;
	} rows[] = {
		/* the recipient, for good */
		{ SMTP_RECIPIENT, "550 5.1.1 no such user",             SMTP_REJECTED },
		{ SMTP_RECIPIENT, "550 5.1.2 no such domain",           SMTP_REJECTED },
		{ SMTP_RECIPIENT, "501 5.1.3 bad address",              SMTP_REJECTED },
		{ SMTP_RECIPIENT, "551 5.1.6 moved",                    SMTP_REJECTED },
		{ SMTP_RECIPIENT, "556 5.1.10 takes no mail",           SMTP_REJECTED },
		{ SMTP_RECIPIENT, "550 5.2.1 disabled",                 SMTP_REJECTED },
		{ SMTP_RECIPIENT, "554 5.1.1 no such user",             SMTP_REJECTED },
		{ SMTP_RECIPIENT, "550 no such user",                   SMTP_REJECTED },
		{ SMTP_RECIPIENT, "550",                                SMTP_REJECTED },
		{ SMTP_RECIPIENT, "551 not here",                       SMTP_REJECTED },
		{ SMTP_RECIPIENT, "553 no such mailbox",                SMTP_REJECTED },
		{ SMTP_RECIPIENT, "550 5.0.0 rejected",                 SMTP_REJECTED },
		{ SMTP_RECIPIENT, "550 5.1.0 address rejected",         SMTP_REJECTED },
		{ SMTP_RECIPIENT, "553 5.2.0 mailbox",                  SMTP_REJECTED },
		{ SMTP_CONTENT,   "550 5.1.1 no such user",             SMTP_REJECTED },
		{ SMTP_CONTENT,   "554 5.2.1 disabled",                 SMTP_REJECTED },
		/* the recipient, for now */
		{ SMTP_RECIPIENT, "450 4.2.0 greylisted",               SMTP_LATER },
		{ SMTP_RECIPIENT, "451 4.7.1 greylisted",               SMTP_LATER },
		{ SMTP_RECIPIENT, "450 5.1.1 a status of another class", SMTP_LATER },
		{ SMTP_RECIPIENT, "550 4.2.2 a status of another class", SMTP_LATER },
		{ SMTP_RECIPIENT, "552 full",                           SMTP_LATER },
		{ SMTP_RECIPIENT, "552 5.2.2 full",                     SMTP_LATER },
		{ SMTP_RECIPIENT, "550 5.2.3 too long for it",          SMTP_LATER },
		{ SMTP_RECIPIENT, "550 5.1.4 ambiguous",                SMTP_LATER },
		{ SMTP_CONTENT,   "451 not now",                        SMTP_LATER },
		{ SMTP_CONTENT,   "421 closing",                        SMTP_LATER },
		{ SMTP_CONTENT,   "552 5.2.2 full",                     SMTP_LATER },
		/* the server has no time */
		{ SMTP_SESSION,   "421 4.3.2 closing",                  SMTP_RELAY_AWAY },
		{ SMTP_SESSION,   "450 4.7.1 who are you",              SMTP_RELAY_AWAY },
		{ SMTP_SESSION,   "454 4.7.0 try to log in later",      SMTP_RELAY_AWAY },
		{ SMTP_RECIPIENT, "421 4.7.0 too many",                 SMTP_RELAY_AWAY },
		/* our host, account, sender, quota; its policy */
		{ SMTP_SESSION,   "554 no service for you",             SMTP_RELAY_REJECTS },
		{ SMTP_SESSION,   "504 5.5.2 need a full name",         SMTP_RELAY_REJECTS },
		{ SMTP_SESSION,   "530 5.7.0 log in first",             SMTP_RELAY_REJECTS },
		{ SMTP_SESSION,   "535 5.7.8 wrong password",           SMTP_RELAY_REJECTS },
		{ SMTP_SESSION,   "550 5.1.8 sender's domain",          SMTP_RELAY_REJECTS },
		{ SMTP_SESSION,   "550 5.1.1 said of the sender",       SMTP_RELAY_REJECTS },
		{ SMTP_SESSION,   "553 sender",                         SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "550 5.7.1 relaying denied",          SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "550 5.7.0 relaying denied",          SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "553 5.7.1 not your sender",          SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "550 5.4.5 daily quota",              SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "504 5.5.2 HELO needs a full name",   SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "530 5.7.0 log in first",             SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "535 5.7.8 wrong password",           SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "554 5.7.1 client host rejected",     SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "554 no",                             SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "550 5.1.7 sender's address",         SMTP_RELAY_REJECTS },
		{ SMTP_RECIPIENT, "550 5.1.8 sender's domain",          SMTP_RELAY_REJECTS },
		{ SMTP_CONTENT,   "550 5.7.1 looks like spam",          SMTP_RELAY_REJECTS },
		{ SMTP_CONTENT,   "550 not by policy (RFC 5321 4.3.2)", SMTP_RELAY_REJECTS },
		{ SMTP_CONTENT,   "550 5.4.5 daily quota",              SMTP_RELAY_REJECTS },
		{ SMTP_CONTENT,   "552 5.3.4 too large",                SMTP_RELAY_REJECTS },
		{ SMTP_CONTENT,   "554 5.6.0 not this content",         SMTP_RELAY_REJECTS },
		{ SMTP_CONTENT,   "554 no valid recipients",            SMTP_RELAY_REJECTS },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct smtp_reply reply = reply_of(rows[i].line);
		const enum smtp_outcome outcome = smtp_reply_outcome(rows[i].step, &reply);

		if (outcome != rows[i].outcome)
			fail_msg("step %d, %s: %d, not %d", (int)rows[i].step, rows[i].line,
			    (int)outcome, (int)rows[i].outcome);
	}
}

static void
what_looks_like_a_status_is_read_only_at_its_place(void **state)
{
	/* clang-format off */
	static const struct {
		const char *line;
		int code, status[3];
	} rows[] = {
		{ "550 5.7.1 no\r\n",         550, { 5, 7, 1 } },
		{ "550-5.7.1 no\r\n",         550, { 5, 7, 1 } },
		{ "550 5.7.1\r\n",            550, { 5, 7, 1 } },
		{ "550 5.7.1",                550, { 5, 7, 1 } },
		{ "550 5.7.1\n",              550, { 5, 7, 1 } },
		{ "556 5.1.10 null MX\r\n",   556, { 5, 1, 10 } },
		{ "550 5.7.511 blocked\r\n",  550, { 5, 7, 511 } },
		{ "550\r\n",                  550, { 0 } },
		{ "550 \r\n",                 550, { 0 } },
		{ "550 no 5.7.1\r\n",         550, { 0 } },
		{ "550  5.7.1 no\r\n",        550, { 0 } },
		{ "550 #5.7.1 no\r\n",        550, { 0 } },
		{ "550 5.7 no\r\n",           550, { 0 } },
		{ "550 5.7.1.2 no\r\n",       550, { 0 } },
		{ "550 5.7.1234 no\r\n",      550, { 0 } },
		{ "550 5.7.x no\r\n",         550, { 0 } },
		{ "550 5.7.",                 550, { 0 } },
		{ "550 5..1 no",              550, { 0 } },
		{ "550 0.7.1 no\r\n",         550, { 0 } },
		{ "550 10.7.1 no\r\n",        550, { 0 } },
		{ "55 5.7.1 no\r\n",          0,   { 0 } },
		{ "5505 5.7.1 no\r\n",        0,   { 0 } },
		{ "550x5.7.1 no\r\n",         0,   { 0 } },
		{ "no\r\n",                   0,   { 0 } },
		{ "",                         0,   { 0 } },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct smtp_reply reply = reply_of(rows[i].line);

		if (reply.code != rows[i].code ||
		    memcmp(reply.status, rows[i].status, sizeof reply.status) != 0)
			fail_msg("\"%s\": %d %d.%d.%d", rows[i].line, reply.code, reply.status[0],
			    reply.status[1], reply.status[2]);
	}
}

static void
a_reply_of_several_lines_is_one(void **state)
{
	static const char *const lines[] = { "550-no", "550-5.7.1 no", "550 5.1.1 really" };
	struct smtp_reply reply = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++)
		smtp_reply_read(&reply, lines[i], strlen(lines[i]));
	assert_int_equal(reply.status[1], 7);
	assert_false(reply.goes_on);
	smtp_reply_read(&reply, "550 no", 6);
	assert_int_equal(reply.status[0], 0); /* another reply, and nothing of the one before */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_decides),
		cmocka_unit_test(what_looks_like_a_status_is_read_only_at_its_place),
		cmocka_unit_test(a_reply_of_several_lines_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
