/* smtp.h - libcurl: send one mail over SMTP.
 *
 * What the mail says is mail_text.c's business; whether to try again is the caller's. One sender
 * belongs to one thread and keeps its connection between mails. */

#ifndef SMTP_H
#define SMTP_H

#include "bounds.h"
#include "result.h"
#include "smtp_reply.h"

#include <stdbool.h>
#include <stdint.h>

#define MESSAGE_ID_MAX 128
#define SMTP_ERROR_MAX 60

/* How long a server is waited for, in the order of RFC 5321 4.5.3.2: minutes. */
struct smtp_limits {
	int session_ms; /* until the log-in is done: name, connection, greeting, TLS */
	int reply_ms;   /* for each reply */
	int all_ms;     /* for the whole conversation */
};

/* May it go on? Asked about once a second while a server is waited for, and once more before the
 * end of the mail is sent. `complete`: all of the mail was handed over, so that a mail that is
 * given up now may have been sent. */
typedef bool smtp_go_on(void *context, bool complete);

/* Told each line of the conversation, without its line end, as a person may see it: printable
 * ASCII, and nothing of the log-in but how it is done. The mail itself is not told. */
enum smtp_side { SMTP_OURS, SMTP_THEIRS, SMTP_BETWEEN, SMTP_SIDE__MAX }; /* connection and TLS */
typedef void smtp_tell(void *context, enum smtp_side, const char *line);

struct smtp_options {
	const char *url; /* smtp://host:port or smtps://host:port */
	/* Our name for EHLO; "" or NULL: what the system calls this host. */
	const char *ehlo_name;
	/* STARTTLS (or smtps) with verification; false only for a local catcher. */
	bool tls_required;
	const char *ca_file;   /* PEM, NULL for the system's */
	const char *user;      /* NULL: no authentication */
	const char *password;  /* with user */
	const char *from;      /* envelope and header address, ASCII */
	const char *from_name; /* the society's name, UTF-8 */
	struct smtp_limits limits;
	smtp_go_on *go_on; /* NULL: always */
	smtp_tell *tell;   /* NULL: nobody is told */
	void *context;     /* of both; borrowed until smtp_close() */
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

struct smtp;

/* Once in main, before any thread. The process must ignore SIGPIPE: libcurl is told to leave
 * signals alone. */
bool smtp_start(void) MUST_USE;

/* What a setting must be, in words that follow its name; NULL: it is. */
const char *smtp_ehlo_name_error(const char *name) MUST_USE;
const char *smtp_from_error(const char *address) MUST_USE;

/* Copies what it needs of the options. NULL: no memory, a setting that libcurl does not take, or
 * `from` is no address or `from_name` too long. Close: smtp_close(). */
struct smtp *smtp_open(const struct smtp_options *) MUST_USE;

/* Says QUIT and waits two seconds at most for the answer. Accepts NULL. */
void smtp_close(struct smtp *);

/* Sends. `ret_error` says why not, without any personal data: "smtp 450 4.2.2", "curl 28", "mail";
 * it is "" after SMTP_SENT. A server that goes on talking, however slowly, is listened to until the
 * limits; one that is gone (nothing is acknowledged any more) is left after a minute, or after 15
 * seconds where there was no connection yet. go_on() ends it within two seconds, also while a name
 * server does not answer. */
enum smtp_outcome smtp_send(
    struct smtp *, const struct mail_message *, char ret_error[static SMTP_ERROR_MAX + 1]) MUST_USE;

/* Where a try ended. */
enum smtp_tried {
	SMTP_TRIED_ALL,   /* it worked */
	SMTP_NOT_FOUND,   /* no address is known for the server's name */
	SMTP_NOT_REACHED, /* nothing answers there */
	SMTP_NOT_GREETED, /* there is a connection, and no greeting of a mail server on it */
	SMTP_NO_TLS,      /* the server does not offer it, or its certificate is not good */
	SMTP_NO_LOG_IN,   /* it rejects user or password, or knows no way to log in */
	SMTP_NOT_TRIED    /* all else */
};

/* Greets the server, starts TLS and logs in as for a mail, and says goodbye, within half a minute,
 * or within the limits of the options if that is less. errbuf, unless it worked: what did not, in
 * libcurl's words and with the server's number. */
enum smtp_tried smtp_try_stages(
    const struct smtp_options *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* The same: did it work? */
bool smtp_try(const struct smtp_options *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
