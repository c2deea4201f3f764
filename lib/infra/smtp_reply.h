/* smtp_reply.h - what the reply of a mail server means for a mail: a table of codes (RFC 5321) and
 * enhanced status codes (RFC 3463, RFC 5248).
 *
 * Only a recipient that is rejected for good ends a mail: there is no such mailbox, or it takes no
 * mail any more. Whatever else a server rejects for good is about us, as it knows us: relaying
 * denied, no or a wrong log-in, our EHLO name, our quota, its policy. An operator can change that,
 * so the mail waits. */

#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum smtp_outcome {
	/* The server took it. */
	SMTP_SENT,
	/* About this mail, for now (a busy or full mailbox, greylisting), or not known: the
	 * connection was lost when the mail was under way, and before all of it was handed over. */
	SMTP_LATER,
	/* All of the mail was handed over and no reply came: perhaps it is delivered. */
	SMTP_UNCONFIRMED,
	/* There is no server, or it has no time; nothing was said about this mail yet. */
	SMTP_RELAY_AWAY,
	/* The server rejects us: our host, account, sender or quota; or its policy does. */
	SMTP_RELAY_REJECTS,
	/* The recipient is rejected for good, or the mail must not be sent as it is: never again.
	 */
	SMTP_REJECTED,
	/* The caller wanted it, and nothing was sent. */
	SMTP_STOPPED,
};

/* What a reply is about. */
enum smtp_step {
	SMTP_SESSION,   /* the greeting, EHLO, TLS, log-in or the sender: not about one mail */
	SMTP_RECIPIENT, /* RCPT */
	SMTP_CONTENT,   /* DATA, or the whole mail */
};

/* "550 5.7.1 relaying denied". Zeros: no reply yet, no enhanced status. */
struct smtp_reply {
	int code;
	int status[3]; /* class, subject, detail */
	bool goes_on;  /* more lines of it are to come */
};

/* Reads the next line of what a server says; of a reply in several lines the first status counts.
 * Lines that are no reply change nothing. */
void smtp_reply_read(struct smtp_reply *, const char *line, size_t length);

/* What a reply of 400 or more means. */
enum smtp_outcome smtp_reply_outcome(enum smtp_step, const struct smtp_reply *)
    __attribute__((warn_unused_result));

#endif
