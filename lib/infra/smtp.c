/* smtp.c - send one mail over SMTP.
 *
 * What the mail says is mail_text.c's business; whether to try again is the caller's. What a
 * client may have typed is checked here once more: libcurl sends a line end in an address as a
 * second recipient, and one in a header as a second header. */

#include "smtp.h"

#include "bounds.h"
#include "cleanup.h"
#include "clock.h"
#include "encoded_word.h"
#include "mime.h"
#include "text.h"

#include <curl/curl.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define CONNECTION_LIFETIME_S 300L  /* beyond it a relay has closed, or is about to */
#define IDLE_MAX_MS           30000 /* beyond it something between may have forgotten us */
#define QUIT_TIMEOUT_S        2L
#define TRY_TIMEOUT_MS        30000L
#define KEEP_ALIVE_S          30L
#define CONNECT_TRIES         3 /* after the first: 1 + 2 + 4 + 8 s in all */
#define UNACKNOWLEDGED_MS     60000
#define UPLOAD_BYTES          16384L /* at once; libcurl asks for three times as much memory */

#define MAILBOX_MAX   (EMAIL_MAX + 2) /* quotes around the local part */
#define FROM_NAME_MAX ENCODED_WORD_MAX(SOCIETY_NAME_MAX)
#define FROM_MAX      (FROM_NAME_MAX + MAILBOX_MAX + 7)
#define HOST_MAX      253
#define SMTP_URL_MAX  (URL_MAX + 1 + HOST_MAX)
#define DATE_MAX      31 /* Sun, 22 Nov 2026 01:02:03 +0000 */
#define HEADERS_MAX   4096

struct smtp {
	CURL *curl;
	smtp_go_on *go_on;
	smtp_tell *tell;
	void *context;
	char from[FROM_MAX + 1];
	int64_t idle_since_ms;
	/* Of the mail that is being sent. */
	char errbuf[CURL_ERROR_SIZE]; /* libcurl writes here */
	struct smtp_reply reply;      /* the last of 400 or more */
	bool greeted;                 /* a reply of 2xx came */
	bool logged_in;               /* it took user and password */
	bool in_session;              /* the session stands: the next command names the sender */
	bool under_way;               /* it was taken: the rest is about this mail */
	bool complete;                /* libcurl has all of it but its final dot */
	struct mime mime;             /* what it has not taken yet */
};

/* Header values made from the mail's fields. */
struct values {
	char date[DATE_MAX + 1];
	char mailbox[MAILBOX_MAX + 1];
	char to[MAILBOX_MAX + 3];
	char subject[ENCODED_WORD_MAX(SUBJECT_MAX) + 1];
	char message_id[MESSAGE_ID_MAX + 3];
};

static const char ldh[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";

static void
free_list(struct curl_slist *const *list)
{
	curl_slist_free_all(*list);
}

/* One dot-atom, with dots anywhere, and one LDH domain: no space, bracket, quote or control
 * character passes, and nothing beyond ASCII. */
static bool
address_is_safe(const char *address)
{
	static const char local[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "!#$%&'*+-/=?^_`{|}~.";
	const size_t at = strspn(address, local);

	if (at == 0 || address[at] != '@')
		return false;
	const char *domain = address + at + 1;
	const size_t length = strspn(domain, ldh);
	return length > 0 && domain[length] == '\0' && strlen(address) <= EMAIL_MAX;
}

/* The address as RFC 5321 4.1.2 writes it. Carrier addresses from before 2009 (a..b@docomo.ne.jp)
 * are no dot-atoms and need the quotes. */
static bool
format_mailbox(const char *address, char ret[static MAILBOX_MAX + 1])
{
	if (!address_is_safe(address))
		return false;
	const size_t at = strcspn(address, "@");
	const bool odd = address[0] == '.' || address[at - 1] == '.' ||
			 strstr(address, "..") != NULL;
	const char *quote = odd ? "\"" : "";

	return text_format(
	    ret, MAILBOX_MAX + 1, "%s%.*s%s%s", quote, (int)at, address, quote, address + at);
}

static bool
format_date(int64_t time_s, char ret[static DATE_MAX + 1])
{
	const time_t seconds = time_s;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		return false;
	return strftime(ret, DATE_MAX + 1, "%a, %d %b %Y %H:%M:%S +0000", &tm) > 0;
}

static bool
values_make(const struct mail_message *mail, struct values *ret)
{
	return format_mailbox(mail->to, ret->mailbox) &&
	       text_format(ret->to, sizeof ret->to, "<%s>", ret->mailbox) &&
	       address_is_safe(mail->message_id) &&
	       text_format(ret->message_id, sizeof ret->message_id, "<%s>", mail->message_id) &&
	       encoded_word(mail->subject, ret->subject, sizeof ret->subject) &&
	       format_date(mail->date, ret->date);
}

/* encoded_word leaves no quote in a plain name, and a name of words stands without quotes. */
static bool
from_make(const char *name, const char *mailbox_text, char ret[static FROM_MAX + 1])
{
	char words[FROM_NAME_MAX + 1];

	if (!encoded_word(name, words, sizeof words))
		return false;
	const char *quote = text_starts_with(words, "=?") ? "" : "\"";
	return text_format(ret, FROM_MAX + 1, "%s%s%s\r\n <%s>", quote, words, quote, mailbox_text);
}

static bool
headers_make(const char *from, const struct values *values, const char *language,
    char ret[static HEADERS_MAX + 1])
{
	return text_format(ret, HEADERS_MAX + 1,
	    MIME_CONTENT_TYPE "Date: %s\r\n"
			      "From: %s\r\n"
			      "To: %s\r\n"
			      "Subject: %s\r\n"
			      "Message-ID: %s\r\n"
			      "MIME-Version: 1.0\r\n"
			      "Auto-Submitted: auto-generated\r\n" /* RFC 3834 5 */
			      "Content-Language: %s\r\n",
	    values->date, from, values->to, values->subject, values->message_id,
	    strcmp(language, "en") == 0 ? "en" : "ja");
}

static bool
may_go_on(struct smtp *smtp)
{
	return smtp->go_on == NULL || smtp->go_on(smtp->context, smtp->complete);
}

/* Called by libcurl ---------------------------------------------------------------------------- */

/* What comes next of the mail; as much at once as libcurl has room for, as it sends nothing until
 * then. */
static size_t
give_mail(char *to, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;
	const size_t length = mime_take(&smtp->mime, to, size * count);

	if (length > 0)
		return length;
	if (!may_go_on(smtp))
		return CURL_READFUNC_ABORT;
	smtp->complete = true;
	return 0;
}

/* Each line that the server says. */
static size_t
note_line(char *line, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;

	if (*line == '4' || *line == '5')
		smtp_reply_read(&smtp->reply, line, size * count);
	smtp->greeted |= *line == '2';
	smtp->logged_in |= strncmp(line, "235", 3) == 0;
	smtp->under_way |= smtp->in_session && *line == '2';
	return size * count;
}

/* The session stands, and MAIL comes next. */
static int
note_session(void *context, char *ip, char *own_ip, int port, int own_port)
{
	struct smtp *smtp = context;

	(void)ip, (void)own_ip, (void)port, (void)own_port;
	smtp->in_session = true;
	return CURL_PREREQFUNC_OK;
}

/* At least once a second. */
static int
note_progress(void *context, curl_off_t down, curl_off_t down_now, curl_off_t up, curl_off_t up_now)
{
	(void)down, (void)down_now, (void)up, (void)up_now;
	return may_go_on(context) ? 0 : 1;
}

/* Who is gone is not waited for as long as who is slow. What this system does not know goes
 * without. */
static int
note_socket(void *context, curl_socket_t fd, curlsocktype purpose)
{
	static const int tries = CONNECT_TRIES, unacknowledged_ms = UNACKNOWLEDGED_MS;

	(void)context, (void)purpose;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &tries, sizeof tries);
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
	return CURL_SOCKOPT_OK;
}

/* The conversation ----------------------------------------------------------------------------- */

#define TOLD_MAX 200 /* of a line; what is longer is cut */

/* A command that has nothing secret in it. What is none of these is a part of the log-in. */
static bool
may_be_told(const char *line)
{
	static const char *const commands[] = { "EHLO", "HELO", "STARTTLS", "MAIL ", "RCPT ",
		"DATA", "RSET", "NOOP", "QUIT" };

	for (size_t i = 0; i < LENGTH(commands); i++)
		if (text_starts_with(line, commands[i]))
			return true;
	return false;
}

/* libcurl's words about connection and TLS that help to find a fault. */
static bool
is_about_connection(const char *line)
{
	static const char *const beginnings[] = { "Connected to ", "SSL connection using ",
		" subject:", " issuer:", " SSL certificate ", "SSL certificate ",
		"Could not resolve ", "connect to ", "SSL: " };

	while (line[0] == ' ' && line[1] == ' ')
		line++;
	for (size_t i = 0; i < LENGTH(beginnings); i++)
		if (text_starts_with(line, beginnings[i]))
			return true;
	return false;
}

/* Tells one line, if it may be told; of the log-in only its first word or two, or its number. */
static void
tell_line(const struct smtp *smtp, enum smtp_side side, char *line)
{
	static const char auth[] = "AUTH ", challenge[] = "334";

	for (char *at = line; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	if (side == SMTP_BETWEEN && !is_about_connection(line))
		return;
	if (side == SMTP_THEIRS && text_starts_with(line, challenge))
		line[strlen(challenge)] = '\0';
	if (side == SMTP_OURS && text_starts_with(line, auth))
		line[strlen(auth) + strcspn(line + strlen(auth), " ")] = '\0';
	else if (side == SMTP_OURS && !may_be_told(line))
		text_copy_cut(line, TOLD_MAX, "(log-in)");
	smtp->tell(smtp->context, side, line + strspn(line, " "));
}

/* False: it is not told. */
static bool
side_of(curl_infotype type, enum smtp_side *ret)
{
	static const struct {
		curl_infotype type;
		enum smtp_side side;
	} sides[] = { { CURLINFO_HEADER_OUT, SMTP_OURS }, { CURLINFO_HEADER_IN, SMTP_THEIRS },
		{ CURLINFO_TEXT, SMTP_BETWEEN } };

	for (size_t i = 0; i < LENGTH(sides); i++)
		if (sides[i].type == type) {
			*ret = sides[i].side;
			return true;
		}
	return false;
}

static size_t
line_length(const char *data, size_t size)
{
	size_t length = 0;

	while (length < size && data[length] != '\r' && data[length] != '\n')
		length++;
	return length;
}

/* libcurl tells a command or a reply at once, with its line ends. */
static int
note_debug(CURL *curl, curl_infotype type, char *data, size_t size, void *context)
{
	char line[TOLD_MAX + 1];
	enum smtp_side side;

	(void)curl;
	if (!side_of(type, &side))
		return 0;
	for (size_t at = 0; at < size; at++) {
		const size_t length = line_length(data + at, size - at);
		const size_t told = length < TOLD_MAX ? length : TOLD_MAX;

		memcpy(line, data + at, told);
		line[told] = '\0';
		if (told > 0)
			tell_line(context, side, line);
		at += length;
	}
	return 0;
}

/* Outcomes ------------------------------------------------------------------------------------- */

/* What the last reply was about. libcurl has one code for a rejected sender and a rejected
 * recipient, so its text must tell them apart. */
static enum smtp_step
step_of(const struct smtp *smtp)
{
	curl_off_t sent = 0;

	curl_easy_getinfo(smtp->curl, CURLINFO_SIZE_UPLOAD_T, &sent);
	if (text_starts_with(smtp->errbuf, "RCPT failed"))
		return SMTP_RECIPIENT;
	return sent > 0 || text_starts_with(smtp->errbuf, "DATA failed") ? SMTP_CONTENT
									 : SMTP_SESSION;
}

/* The code, and the enhanced status where there is one. */
static bool
write_reply(const struct smtp_reply *reply, char ret_error[static SMTP_ERROR_MAX + 1])
{
	const int *status = reply->status;

	if (status[0] == 0)
		return text_format(ret_error, SMTP_ERROR_MAX + 1, "smtp %d", reply->code);
	return text_format(ret_error, SMTP_ERROR_MAX + 1, "smtp %d %d.%d.%d", reply->code,
	    status[0], status[1], status[2]);
}

/* Was the last command left without a whole reply? libcurl then has the number of the reply before
 * it, or none, as the bytes came in. */
static bool
reply_is_missing(CURLcode code, long last)
{
	return code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_RECV_ERROR ||
	       code == CURLE_OPERATION_TIMEDOUT || last < 400;
}

/* No reply came: how far was the mail? */
static enum smtp_outcome
outcome_without_reply(const struct smtp *smtp, CURLcode code)
{
	if (smtp->complete)
		return SMTP_UNCONFIRMED;
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return SMTP_STOPPED;
	return smtp->under_way ? SMTP_LATER : SMTP_RELAY_AWAY;
}

static enum smtp_outcome
outcome_of(struct smtp *smtp, CURLcode code, char ret_error[static SMTP_ERROR_MAX + 1])
{
	struct smtp_reply *reply = &smtp->reply;
	long last = 0;

	if (code == CURLE_OK)
		return SMTP_SENT;
	curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &last);
	if (reply_is_missing(code, last)) {
		if (!text_format(ret_error, SMTP_ERROR_MAX + 1, "curl %d", (int)code))
			ret_error[0] = '\0';
		return outcome_without_reply(smtp, code);
	}
	if (reply->code != last)
		*reply = (struct smtp_reply){ .code = (int)last };
	if (!write_reply(reply, ret_error))
		ret_error[0] = '\0';
	return smtp_reply_outcome(step_of(smtp), reply);
}

/* libcurl keeps a connection whose server fell silent behind DATA, and would take the late answer
 * for the next mail's. Cut, it is found dead before it is used again, and smtp_close() does
 * not wait after QUIT. */
static void
hang_up(struct smtp *smtp)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(smtp->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RDWR);
}

/* A kept connection that was idle for long may lead nowhere, and nobody waits for QUIT there. */
static void
forget_last_mail(struct smtp *smtp)
{
	if (clock_monotonic_ms() - smtp->idle_since_ms > IDLE_MAX_MS)
		hang_up(smtp);
	smtp->errbuf[0] = '\0';
	smtp->reply = (struct smtp_reply){ 0 };
	smtp->in_session = false;
	smtp->under_way = false;
	smtp->complete = false;
}

static enum smtp_outcome
unsent(enum smtp_outcome result, const char *error, char ret_error[static SMTP_ERROR_MAX + 1])
{
	text_copy_cut(ret_error, SMTP_ERROR_MAX + 1, error);
	return result;
}

enum smtp_outcome
smtp_send(
    struct smtp *smtp, const struct mail_message *mail, char ret_error[static SMTP_ERROR_MAX + 1])
{
	CLEANUP(free_list) struct curl_slist *recipients = NULL;
	struct values values;
	char headers[HEADERS_MAX + 1];

	ret_error[0] = '\0';
	if (!values_make(mail, &values) ||
	    !headers_make(smtp->from, &values, mail->language, headers))
		return unsent(SMTP_REJECTED, "mail", ret_error);
	recipients = curl_slist_append(NULL, values.mailbox);
	if (recipients == NULL)
		return unsent(SMTP_LATER, "memory", ret_error);

	/* Borrowed until curl_easy_perform returns. */
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
	smtp->mime = mime_of(headers, mail->text, mail->html);
	forget_last_mail(smtp);
	const CURLcode code = curl_easy_perform(smtp->curl);
	smtp->idle_since_ms = clock_monotonic_ms();
	if (code != CURLE_OK)
		hang_up(smtp);
	return outcome_of(smtp, code, ret_error);
}

/* libcurl takes the path of the URL as our name for EHLO. */
static bool
write_url(const struct smtp_options *options, char ret[static SMTP_URL_MAX + 1])
{
	const char *name = options->ehlo_name != NULL ? options->ehlo_name : "";

	return text_format(ret, SMTP_URL_MAX + 1, "%s/%s", options->url, name);
}

static bool
set_texts(CURL *curl, const struct smtp_options *options, const char *from)
{
	char url[SMTP_URL_MAX + 1];
	/* clang-format off */
	const struct { CURLoption option; const char *value; } texts[] = {
		{ CURLOPT_URL,           url },
		{ CURLOPT_PROTOCOLS_STR, "smtp,smtps" },
		{ CURLOPT_PROXY,         "" }, /* whatever the environment says */
		{ CURLOPT_MAIL_FROM,     from },
		{ CURLOPT_USERNAME,      options->user },
		{ CURLOPT_PASSWORD,      options->user != NULL ? options->password : NULL },
		{ CURLOPT_CAINFO,        options->ca_file },
	};
	/* clang-format on */

	if (!write_url(options, url))
		return false;
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (texts[i].value != NULL &&
		    curl_easy_setopt(curl, texts[i].option, texts[i].value) != CURLE_OK)
			return false;
	/* A CA of one's own stands instead of the system's, not beside them. */
	return options->ca_file == NULL || curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

/* Set once: a handle that also sent in clear text would re-use that connection although TLS is now
 * demanded (CVE-2026-4873). For the same reason never CURLUSESSL_TRY. */
static bool
set_numbers(CURL *curl, const struct smtp_options *options)
{
	const struct smtp_limits *limits = &options->limits;
	/* clang-format off */
	const struct { CURLoption option; long value; } numbers[] = {
		{ CURLOPT_USE_SSL,                 options->tls_required ? (long)CURLUSESSL_ALL
		                                                         : (long)CURLUSESSL_NONE },
		{ CURLOPT_SSL_VERIFYPEER,          1L },
		{ CURLOPT_SSL_VERIFYHOST,          2L },
		{ CURLOPT_SSLVERSION,              CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_UPLOAD,                  1L },
		{ CURLOPT_UPLOAD_BUFFERSIZE,       UPLOAD_BYTES },
		{ CURLOPT_FOLLOWLOCATION,          0L },
		{ CURLOPT_CONNECTTIMEOUT_MS,       limits->session_ms },
		{ CURLOPT_SERVER_RESPONSE_TIMEOUT, (limits->reply_ms + 999L) / 1000L },
		{ CURLOPT_TIMEOUT_MS,              limits->all_ms },
		{ CURLOPT_TCP_KEEPALIVE,           1L },
		{ CURLOPT_TCP_KEEPIDLE,            KEEP_ALIVE_S },
		{ CURLOPT_TCP_KEEPINTVL,           KEEP_ALIVE_S },
		{ CURLOPT_NOPROGRESS,              0L },
		/* A name server that does not answer is not waited for: otherwise the thread that
		 * asks it is joined, whatever the limits say. It ends by itself. */
		{ CURLOPT_QUICK_EXIT,              1L },
		{ CURLOPT_NOSIGNAL,                1L },
		{ CURLOPT_MAXCONNECTS,             1L },
		{ CURLOPT_MAXLIFETIME_CONN,        CONNECTION_LIFETIME_S },
	};
	/* clang-format on */

	for (size_t i = 0; i < LENGTH(numbers); i++)
		if (curl_easy_setopt(curl, numbers[i].option, numbers[i].value) != CURLE_OK)
			return false;
	return true;
}

/* What libcurl calls while it sends. */
static bool
set_calls(struct smtp *smtp)
{
	CURL *curl = smtp->curl;

	return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->errbuf) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_mail) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READDATA, smtp) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, note_line) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERDATA, smtp) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, note_session) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PREREQDATA, smtp) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, note_progress) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, smtp) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, note_socket) == CURLE_OK;
}

static bool
set_tell(struct smtp *smtp)
{
	CURL *curl = smtp->curl;

	return smtp->tell == NULL ||
	       (curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, note_debug) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp) == CURLE_OK);
}

/* GnuTLS, which comes along because libcurl can also speak LDAP and RTMP, asks this in its
 * constructor. Nothing here calls it (libcurl's TLS is OpenSSL's), and what it would load is a MiB
 * of memory. A hook of its documentation (GNUTLS_SKIP_GLOBAL_INIT); it is found only where the
 * program exports it (api/meson.build), and without it all is as well. */
__attribute__((visibility("default"))) int _gnutls_global_init_skip(void);

int
_gnutls_global_init_skip(void)
{
	return 1;
}

/* Settings ------------------------------------------------------------------------------------- */

const char *
smtp_ehlo_name_error(const char *name)
{
	const size_t length = strspn(name, ldh);

	if (length > HOST_MAX || name[length] != '\0')
		return "must be the name of a host, as portal.example";
	return NULL;
}

const char *
smtp_from_error(const char *address)
{
	if (strpbrk(address, "<> ") != NULL)
		return "must be the address alone; the name before it is SOCIETY_NAME_JA";
	if (strchr(address, '@') == NULL)
		return "must be an address, and has no @";
	if (!address_is_safe(address))
		return "must be an address in ASCII, as no-reply@kenpo.example";
	return NULL;
}

/* Opening and closing -------------------------------------------------------------------------- */

bool
smtp_start(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

struct smtp *
smtp_open(const struct smtp_options *options)
{
	struct smtp *smtp = calloc(1, sizeof *smtp);
	char from[MAILBOX_MAX + 1];

	if (smtp == NULL)
		return NULL;
	smtp->go_on = options->go_on;
	smtp->tell = options->tell;
	smtp->context = options->context;
	smtp->idle_since_ms = clock_monotonic_ms();
	smtp->curl = curl_easy_init();
	if (smtp->curl != NULL && format_mailbox(options->from, from) &&
	    from_make(options->from_name, from, smtp->from) &&
	    set_texts(smtp->curl, options, from) && set_numbers(smtp->curl, options) &&
	    set_calls(smtp) && set_tell(smtp))
		return smtp;
	smtp_close(smtp);
	return NULL;
}

/* libcurl waits for the reply to QUIT as long as its last transfer was to wait for one. So there is
 * one more, which leads nowhere. */
static void
say_goodbye(CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, QUIT_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_URL, "none:");
	(void)curl_easy_perform(curl);
	curl_easy_cleanup(curl);
}

void
smtp_close(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	say_goodbye(smtp->curl);
	free(smtp);
}

static void
close_tried(struct smtp *const *smtp)
{
	smtp_close(*smtp);
}

/* Left without a reply: how far it came tells what did not answer. */
static enum smtp_tried
tried_without_reply(const struct smtp *smtp)
{
	curl_off_t connected_us = 0;

	curl_easy_getinfo(smtp->curl, CURLINFO_CONNECT_TIME_T, &connected_us);
	if (connected_us == 0)
		return SMTP_NOT_REACHED;
	return smtp->greeted ? SMTP_NOT_TRIED : SMTP_NOT_GREETED;
}

static enum smtp_tried
tried_of(const struct smtp *smtp, CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return SMTP_TRIED_ALL;
	case CURLE_COULDNT_RESOLVE_HOST:
		return SMTP_NOT_FOUND;
	case CURLE_COULDNT_CONNECT:
		return SMTP_NOT_REACHED;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_RECV_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
		return tried_without_reply(smtp);
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return SMTP_NO_TLS;
	case CURLE_LOGIN_DENIED:
	case CURLE_AUTH_ERROR:
		return SMTP_NO_LOG_IN;
	default:
		return SMTP_NOT_TRIED;
	}
}

/* Without a recipient libcurl says this command in place of a mail. */
enum smtp_tried
smtp_try_stages(const struct smtp_options *options, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(close_tried) struct smtp *smtp = smtp_open(options);
	const long all_ms = options->limits.all_ms < TRY_TIMEOUT_MS ? options->limits.all_ms
								    : TRY_TIMEOUT_MS;
	long reply = 0;

	text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory, or a setting that libcurl does not take");
	if (smtp == NULL ||
	    curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, "NOOP") != CURLE_OK ||
	    curl_easy_setopt(smtp->curl, CURLOPT_TIMEOUT_MS, all_ms) != CURLE_OK ||
	    curl_easy_setopt(smtp->curl, CURLOPT_NOBODY, 1L) != CURLE_OK) /* print no answer */
		return SMTP_NOT_TRIED;
	CURLcode code = curl_easy_perform(smtp->curl);
	if (code == CURLE_OK && options->user != NULL && !smtp->logged_in)
		code = CURLE_LOGIN_DENIED; /* where no way is offered libcurl goes on without */
	if (code == CURLE_OK)
		return SMTP_TRIED_ALL;
	curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &reply);
	const enum smtp_tried tried = tried_of(smtp, code);
	hang_up(smtp);
	if (!text_format(errbuf, ERRBUF_MAX + 1, "%s (curl %d, smtp %ld)", curl_easy_strerror(code),
		(int)code, reply))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "cannot connect");
	return tried;
}

bool
smtp_try(const struct smtp_options *options, char errbuf[static ERRBUF_MAX + 1])
{
	return smtp_try_stages(options, errbuf) == SMTP_TRIED_ALL;
}
