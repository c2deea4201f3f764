/* smtp.h - libcurl: send one mail over SMTP within a deadline.
 *
 * What the mail says is mail_text.c's business; whether to try again is the caller's. One sender
 * belongs to one thread and keeps its connection between mails. */

#ifndef SMTP_H
#define SMTP_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define MESSAGE_ID_MAX 128
#define SMTP_ERROR_MAX 60

struct smtp_options {
	const char *url;   /* smtp://host:port or smtps://host:port; a path is our name for EHLO */
	bool tls_required; /* STARTTLS (or smtps) with verification; false only for a local catcher
			    */
	const char *ca_file;   /* PEM, NULL for the system's */
	const char *user;      /* NULL: no authentication */
	const char *password;  /* with user */
	const char *from;      /* envelope and header address, ASCII */
	const char *from_name; /* the society's name, UTF-8 */
	int timeout_ms;        /* for the whole conversation */
};

/* One mail, ready to send. Texts are UTF-8 with \n line ends; borrowed until smtp_send returns. */
struct mail_message {
	char to[EMAIL_MAX + 1];
	char subject[SUBJECT_MAX + 1];
	char text[MAIL_TEXT_MAX + 1];
	char html[MAIL_HTML_MAX + 1];
	char language[LANGUAGE_MAX + 1];
	char message_id[MESSAGE_ID_MAX +
			1]; /* local@domain, without brackets; the same at every try */
	int64_t date;       /* seconds UTC */
};

enum smtp_outcome {
	SMTP_SENT,     /* the server took it */
	SMTP_LATER,    /* not this mail's fault, or unknown: try again with the same Message-ID */
	SMTP_REJECTED, /* 5xx for this mail, or it must not be sent as it is: never again */
};

struct smtp;

/* Once in main, before any thread. The process must ignore SIGPIPE: libcurl is told to leave
 * signals alone. */
bool smtp_start(void) MUST_USE;

/* Copies what it needs of the options. NULL: no memory, a setting libcurl does not take, or `from`
 * is no address or `from_name` too long. Close: smtp_close(). */
struct smtp *smtp_open(const struct smtp_options *) MUST_USE;

/* Says QUIT and waits at most the deadline for the answer. Accepts NULL. */
void smtp_close(struct smtp *);

/* Sends. `ret_error` says why not, without any personal data: "smtp 450", "curl 28", "mail"; it
 * is "" after SMTP_SENT. SMTP_REJECTED only when the server judged this mail (its recipient or,
 * after DATA, its content); 5xx to the connection, the login or the sender,
 * and 554 to the recipient, are about this service: SMTP_LATER. */
enum smtp_outcome smtp_send(
    struct smtp *, const struct mail_message *, char ret_error[static SMTP_ERROR_MAX + 1]) MUST_USE;

#endif
