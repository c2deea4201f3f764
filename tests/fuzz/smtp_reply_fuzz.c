/* smtp_reply_fuzz.c - replies of a mail server: whatever it says, a verdict rests on code and
 * status alone, and ends a mail only where the recipient is rejected for good.
 *
 * The input is what the server says, one line after the other. */

#include "bounds.h"
#include "fuzz.h"
#include "smtp_reply.h"
#include "text.h"

#include <string.h>

static bool
has_status(const struct smtp_reply *reply, int class, int subject, int detail)
{
	const int *const status = reply->status;

	return status[0] == class && status[1] == subject && status[2] == detail;
}

static bool
is_same_reply(const struct smtp_reply *a, const struct smtp_reply *b)
{
	return a->code == b->code && a->goes_on == b->goes_on &&
	       has_status(a, b->status[0], b->status[1], b->status[2]);
}

/* RFC 5321 4.2: three digits, and behind them a blank, "-" or the end of the line. */
static bool
is_reply_line(const char *line, size_t length)
{
	for (size_t i = 0; i < 3; i++)
		if (i == length || line[i] < '0' || line[i] > '9')
			return false;
	return length == 3 || memchr(" -\r\n", line[3], 4) != NULL;
}

static void
check_reply_line(const struct smtp_reply *before, const struct smtp_reply *reply, const char *line,
    size_t length)
{
	const int *const status = before->status;
	const int code = 100 * (line[0] - '0') + 10 * (line[1] - '0') + line[2] - '0';

	FUZZ_CHECK(reply->code == code, "the code is that of the last line");
	FUZZ_CHECK(reply->goes_on == (length > 3 && line[3] == '-'), "a dash says that it goes on");
	if (before->goes_on && status[0] != 0)
		FUZZ_CHECK(has_status(reply, status[0], status[1], status[2]),
		    "of a reply in several lines the first status counts");
}

/* The same code and status, whatever else was said and however the line ends. */
static void
check_rewritten(const struct smtp_reply *reply)
{
	static const char *const ends[] = { "", "\n", "\r\n", " said\r\n" };
	const bool bare = has_status(reply, 0, 0, 0);
	const int *const status = reply->status;
	char number[16] = "", line[40];

	FUZZ_CHECK(bare || status[0] == 2 || status[0] == 4 || status[0] == 5,
	    "a status has a class of RFC 3463, or there is none");
	FUZZ_CHECK(bare || text_format(
			       number, sizeof number, " %d.%d.%d", status[0], status[1], status[2]),
	    "its numbers have their bound");
	for (size_t i = 0; i < LENGTH(ends); i++) {
		struct smtp_reply again = { 0 };

		FUZZ_CHECK(text_format(line, sizeof line, "%03d%s%s", reply->code, number, ends[i]),
		    "and so has the code");
		smtp_reply_read(&again, line, strlen(line));
		FUZZ_CHECK(is_same_reply(&again, reply), "nothing but code and status counts");
	}
}

static void
check_verdict(enum smtp_step step, const struct smtp_reply *reply)
{
	const enum smtp_outcome outcome = smtp_reply_outcome(step, reply);
	const bool relay = outcome == SMTP_RELAY_AWAY || outcome == SMTP_RELAY_REJECTS;
	const int *const status = reply->status;

	FUZZ_CHECK(
	    relay || outcome == SMTP_LATER || outcome == SMTP_REJECTED, "it is rejected or waits");
	FUZZ_CHECK(step != SMTP_SESSION || relay, "before the recipient no mail is meant");
	FUZZ_CHECK(reply->code / 100 != 4 || outcome == SMTP_LATER || outcome == SMTP_RELAY_AWAY,
	    "a code of 4xx is for now");
	if (outcome == SMTP_REJECTED)
		FUZZ_CHECK(
		    reply->code / 100 == 5 && (status[0] == 5 || status[0] == 0) && status[1] <= 2,
		    "a mail ends only for its recipient, and for good");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_reply reply = { 0 }, alone = { 0 };

	for (size_t at = 0, length; at < size; at += length) {
		const uint8_t *const end = memchr(data + at, '\n', size - at);
		struct fuzz_input input = { data + at,
			end != NULL ? (size_t)(end - data) - at + 1 : size - at };
		CLEANUP(cleanup_free) char *line = fuzz_rest(&input, &length);
		const struct smtp_reply before = reply;

		if (!before.goes_on)
			alone = (struct smtp_reply){ 0 };
		smtp_reply_read(&reply, line, length);
		smtp_reply_read(&alone, line, length);
		if (!is_reply_line(line, length)) {
			FUZZ_CHECK(is_same_reply(&before, &reply), "no reply changes nothing");
			continue;
		}
		check_reply_line(&before, &reply, line, length);
		FUZZ_CHECK(is_same_reply(&reply, &alone), "nothing counts of a reply before");
		if (reply.goes_on)
			continue;
		check_rewritten(&reply);
		for (enum smtp_step step = SMTP_SESSION; reply.code >= 400 && step <= SMTP_CONTENT;
		     step++)
			check_verdict(step, &reply);
	}
	return 0;
}
