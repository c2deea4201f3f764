/* smtp.c - send one mail over SMTP within a deadline.
 *
 * What the mail says is mail_text.c's business; whether to try again is the caller's. What a
 * client may have typed is checked here once more: libcurl sends a line end in an address as a
 * second recipient, and one in a header as a second header. */

#include "smtp.h"

#include "bounds.h"
#include "cleanup.h"
#include "encoded_word.h"
#include "text.h"

#include <curl/curl.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define CONNECT_TIMEOUT_MS    3000L
#define CONNECTION_LIFETIME_S 300L /* beyond it a relay has closed, or is about to */

#define MAILBOX_MAX   (EMAIL_MAX + 2) /* quotes around the local part */
#define FROM_NAME_MAX ENCODED_WORD_MAX(SOCIETY_NAME_MAX)
#define FROM_MAX      (FROM_NAME_MAX + MAILBOX_MAX + 7)
#define DATE_MAX      31 /* Sun, 22 Nov 2026 01:02:03 +0000 */
#define HEADER_MAX    1024

struct smtp {
	CURL *curl;
	char from[FROM_MAX + 1];
	char errbuf[CURL_ERROR_SIZE]; /* libcurl writes here */
};

/* Header values made from the mail's fields. */
struct values {
	char date[DATE_MAX + 1];
	char mailbox[MAILBOX_MAX + 1];
	char to[MAILBOX_MAX + 3];
	char subject[ENCODED_WORD_MAX(SUBJECT_MAX) + 1];
	char message_id[MESSAGE_ID_MAX + 3];
};

/* A text being read with CRLF line ends, which RFC 2045 6.8 wants before base64. */
struct lines {
	const char *at;
	bool in_line_end;
};

static void
free_list(struct curl_slist *const *list)
{
	curl_slist_free_all(*list);
}

static void
free_mime(curl_mime *const *mime)
{
	curl_mime_free(*mime);
}

/* One dot-atom, with dots anywhere, and one LDH domain: no space, bracket, quote or control
 * character passes, and nothing beyond ASCII. */
static bool
address_is_safe(const char *address)
{
	static const char local[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "!#$%&'*+-/=?^_`{|}~.";
	static const char ldh[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
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

/* Adds a line to a list, which then owns a copy. */
static bool
list_add(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		return false;
	*list = longer;
	return true;
}

static bool
headers_make(
    const char *from, const struct values *values, const char *language, struct curl_slist **ret)
{
	/* clang-format off */
	const struct { const char *name, *value; } headers[] = {
		{ "Date",             values->date },
		{ "From",             from },
		{ "To",               values->to },
		{ "Subject",          values->subject },
		{ "Message-ID",       values->message_id },
		{ "MIME-Version",     "1.0" },
		{ "Auto-Submitted",   "auto-generated" }, /* RFC 3834 5 */
		{ "Content-Language", strcmp(language, "en") == 0 ? "en" : "ja" },
		{ "Content-Type",     "multipart/alternative" }, /* libcurl adds the boundary */
	};
	/* clang-format on */
	char line[HEADER_MAX + 1];

	for (size_t i = 0; i < LENGTH(headers); i++)
		if (!text_format(line, sizeof line, "%s: %s", headers[i].name, headers[i].value) ||
		    !list_add(ret, line))
			return false;
	return true;
}

static size_t
lines_read(char *to, size_t size, size_t count, void *reader)
{
	struct lines *lines = reader;
	size_t length = 0;

	while (length < size * count && *lines->at != '\0') {
		lines->in_line_end = *lines->at == '\n' && !lines->in_line_end;
		to[length++] = (char)(lines->in_line_end ? '\r' : *lines->at++);
	}
	return length;
}

static bool
part_add(curl_mime *parts, const char *type, struct lines *borrowed)
{
	curl_mimepart *part = curl_mime_addpart(parts);

	return part != NULL && curl_mime_type(part, type) == CURLE_OK &&
	       curl_mime_encoder(part, "base64") == CURLE_OK &&
	       curl_mime_data_cb(part, -1, lines_read, NULL, NULL, borrowed) == CURLE_OK;
}

/* Is the mail at fault? Only an answer to the recipient or to the whole mail is about the mail; the
 * rest is about this service, and a later try may succeed. libcurl has one code for a rejected
 * sender and a rejected recipient, so its text must tell them apart. 554 to a recipient is how
 * Postfix rejects a client (smtpd_delay_reject): about this service again. */
static enum smtp_outcome
outcome_of(struct smtp *smtp, CURLcode code, char ret_error[static SMTP_ERROR_MAX + 1])
{
	curl_off_t sent = 0;
	long reply = 0;

	if (code == CURLE_OK)
		return SMTP_SENT;
	curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &reply);
	curl_easy_getinfo(smtp->curl, CURLINFO_SIZE_UPLOAD_T, &sent);
	const bool replied = reply >= 400;
	if (!text_format(ret_error, SMTP_ERROR_MAX + 1, "%s %ld", replied ? "smtp" : "curl",
		replied ? reply : (long)code))
		return SMTP_LATER;
	if (text_starts_with(smtp->errbuf, "RCPT failed"))
		return reply >= 500 && reply != 554 ? SMTP_REJECTED : SMTP_LATER;
	return reply >= 500 && sent > 0 ? SMTP_REJECTED : SMTP_LATER;
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
	CLEANUP(free_list) struct curl_slist *headers = NULL;
	CLEANUP(free_mime) curl_mime *parts = curl_mime_init(smtp->curl);
	struct lines text = { .at = mail->text };
	struct lines html = { .at = mail->html };
	struct values values;

	ret_error[0] = '\0';
	if (!values_make(mail, &values))
		return unsent(SMTP_REJECTED, "mail", ret_error);
	if (!list_add(&recipients, values.mailbox) ||
	    !headers_make(smtp->from, &values, mail->language, &headers) ||
	    !part_add(parts, "text/plain; charset=utf-8", &text) ||
	    !part_add(parts, "text/html; charset=utf-8", &html))
		return unsent(SMTP_LATER, "memory", ret_error);

	/* Borrowed until curl_easy_perform returns. */
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(smtp->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(smtp->curl, CURLOPT_MIMEPOST, parts);
	const CURLcode code = curl_easy_perform(smtp->curl);
	if (code != CURLE_OK)
		hang_up(smtp);
	return outcome_of(smtp, code, ret_error);
}

static bool
set_texts(CURL *curl, const struct smtp_options *options, const char *from)
{
	/* clang-format off */
	const struct { CURLoption option; const char *value; } texts[] = {
		{ CURLOPT_URL,           options->url },
		{ CURLOPT_PROTOCOLS_STR, "smtp,smtps" },
		{ CURLOPT_PROXY,         "" }, /* whatever the environment says */
		{ CURLOPT_MAIL_FROM,     from },
		{ CURLOPT_USERNAME,      options->user },
		{ CURLOPT_PASSWORD,      options->user != NULL ? options->password : NULL },
		{ CURLOPT_CAINFO,        options->ca_file },
	};
	/* clang-format on */

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
	const long timeout_s = (options->timeout_ms + 999L) / 1000L;
	/* clang-format off */
	const struct { CURLoption option; long value; } numbers[] = {
		{ CURLOPT_USE_SSL,                 options->tls_required ? (long)CURLUSESSL_ALL
		                                                         : (long)CURLUSESSL_NONE },
		{ CURLOPT_SSL_VERIFYPEER,          1L },
		{ CURLOPT_SSL_VERIFYHOST,          2L },
		{ CURLOPT_SSLVERSION,              CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_FOLLOWLOCATION,          0L },
		{ CURLOPT_CONNECTTIMEOUT_MS,       CONNECT_TIMEOUT_MS },
		{ CURLOPT_TIMEOUT_MS,              options->timeout_ms },
		/* bounds the wait after QUIT, which TIMEOUT_MS does not */
		{ CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout_s },
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
	smtp->curl = curl_easy_init();
	if (smtp->curl != NULL && format_mailbox(options->from, from) &&
	    from_make(options->from_name, from, smtp->from) &&
	    set_texts(smtp->curl, options, from) && set_numbers(smtp->curl, options) &&
	    curl_easy_setopt(smtp->curl, CURLOPT_ERRORBUFFER, smtp->errbuf) == CURLE_OK)
		return smtp;
	smtp_close(smtp);
	return NULL;
}

void
smtp_close(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	curl_easy_cleanup(smtp->curl);
	free(smtp);
}
