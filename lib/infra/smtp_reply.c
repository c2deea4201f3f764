/* smtp_reply.c - what the reply of a mail server means for a mail. */

#include "smtp_reply.h"

#include "bounds.h"

#include <string.h>

#define ANY        (-1)
#define DIGITS_MAX 3 /* of a code, and of each number of a status */

/* The first row that fits decides. */
static const struct {
	int step;
	int code;      /* or its first digit */
	int status[3]; /* zeros: none */
	enum smtp_outcome outcome;
} rows[] = {
	/* clang-format off */
	/* step         code  status             outcome */
	{ SMTP_SESSION,   4,   { ANY, ANY, ANY }, SMTP_RELAY_AWAY },
	{ SMTP_SESSION,   ANY, { ANY, ANY, ANY }, SMTP_RELAY_REJECTS },
	{ SMTP_RECIPIENT, 421, { ANY, ANY, ANY }, SMTP_RELAY_AWAY },    /* closes down */
	{ ANY,            4,   { ANY, ANY, ANY }, SMTP_LATER },
	{ ANY,            5,   { 4, ANY, ANY },   SMTP_LATER },         /* says: for now */
	{ ANY,            5,   { 5, 1, 1 },       SMTP_REJECTED },      /* no such mailbox */
	{ ANY,            5,   { 5, 1, 2 },       SMTP_REJECTED },      /* no such domain */
	{ ANY,            5,   { 5, 1, 3 },       SMTP_REJECTED },      /* no address at all */
	{ ANY,            5,   { 5, 1, 6 },       SMTP_REJECTED },      /* has moved */
	{ ANY,            5,   { 5, 1, 10 },      SMTP_REJECTED },      /* the domain has no mail */
	{ ANY,            5,   { 5, 2, 1 },       SMTP_REJECTED },      /* is disabled */
	{ ANY,            5,   { 5, 1, 7 },       SMTP_RELAY_REJECTS }, /* sender's address */
	{ ANY,            5,   { 5, 1, 8 },       SMTP_RELAY_REJECTS }, /* sender's domain */
	{ SMTP_RECIPIENT, 550, { 0, 0, 0 },       SMTP_REJECTED },      /* no such mailbox */
	{ SMTP_RECIPIENT, 551, { 0, 0, 0 },       SMTP_REJECTED },      /* not of this server */
	{ SMTP_RECIPIENT, 553, { 0, 0, 0 },       SMTP_REJECTED },      /* no address at all */
	{ SMTP_RECIPIENT, 552, { 0, 0, 0 },       SMTP_LATER },         /* the mailbox is full */
	{ ANY,            5,   { 5, 1, ANY },     SMTP_LATER },         /* else of the address */
	{ ANY,            5,   { 5, 2, ANY },     SMTP_LATER },         /* else of the mailbox */
	{ ANY,            ANY, { ANY, ANY, ANY }, SMTP_RELAY_REJECTS },
	/* clang-format on */
};

/* Reads a number, and moves on behind it. */
static bool
read_digits(const char **at, const char *end, int *ret)
{
	const char *start = *at;

	for (*ret = 0; *at < end && **at >= '0' && **at <= '9' && *at - start < DIGITS_MAX; ++*at)
		*ret = *ret * 10 + (**at - '0');
	return *at > start;
}

static bool
is_word_end(const char *at, const char *end)
{
	return at == end || *at == ' ' || *at == '\r' || *at == '\n';
}

/* "5.7.1 ...": the status at the beginning of a text. RFC 3463 has three classes. */
static void
read_status(const char *at, const char *end, int ret[static 3])
{
	int status[3];

	for (size_t i = 0; i < LENGTH(status); i++) {
		if (i > 0 && (at == end || *at++ != '.'))
			return;
		if (!read_digits(&at, end, &status[i]))
			return;
	}
	if (is_word_end(at, end) && (status[0] == 2 || status[0] == 4 || status[0] == 5))
		memcpy(ret, status, sizeof status);
}

void
smtp_reply_read(struct smtp_reply *reply, const char *line, size_t length)
{
	const char *at = line, *end = line + length;
	int code;

	if (!read_digits(&at, end, &code) || at - line != DIGITS_MAX ||
	    !(is_word_end(at, end) || *at == '-'))
		return;
	if (!reply->goes_on)
		*reply = (struct smtp_reply){ 0 };
	reply->code = code;
	reply->goes_on = at < end && *at == '-';
	if (at < end && reply->status[0] == 0)
		read_status(at + 1, end, reply->status);
}

/* "Other", "other about the address", "other about the mailbox": nothing that the code does not
 * say. */
static bool
says_nothing(const int status[static 3])
{
	return status[0] == 5 && status[1] <= 2 && status[2] == 0;
}

static bool
row_fits(size_t i, enum smtp_step step, int code, const int status[static 3])
{
	bool fits = (rows[i].step == ANY || rows[i].step == (int)step) &&
		    (rows[i].code == ANY || rows[i].code == code || rows[i].code == code / 100);

	for (size_t n = 0; n < LENGTH(rows[i].status); n++)
		fits = fits && (rows[i].status[n] == ANY || rows[i].status[n] == status[n]);
	return fits;
}

enum smtp_outcome
smtp_reply_outcome(enum smtp_step step, const struct smtp_reply *reply)
{
	static const int none[3] = { 0 };
	const int *status = says_nothing(reply->status) ? none : reply->status;
	size_t i = 0;

	while (!row_fits(i, step, reply->code, status))
		i++; /* the last row fits everything */
	return rows[i].outcome;
}
