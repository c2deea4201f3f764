/* smtp_fuzz.c - the mail relay: whatever it says and in whatever pieces, a mail counts as sent only
 * if all of it was handed over, and nobody is told a secret.
 *
 * The sender is real, and the relay is this program itself: whenever libcurl asks whether it may go
 * on, the relay says its next piece, and then no more. Of the input the first byte says whether
 * there is a log-in, TLS, a mail or only a try, the second how long a piece is; the rest is what
 * the relay says, whatever it is asked. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* accept4, memmem */

#include "fuzz.h"
#include "smtp.h"
#include "text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#define LOGS_IN    1
#define NEEDS_TLS  2
#define ONLY_TRIES 4

#define PATIENCE_MS 60000 /* nobody waits: the relay says all that it has, and ends */
#define HEARD_MAX   32767
#define URL_SIZE    32
#define TLS_RECORD  0x16 /* the first byte of a handshake */

static struct {
	int listener, fd; /* -1: it was not called yet */
	char url[URL_SIZE];
	const char *says;
	size_t says_size, said, piece;
	char heard[HEARD_MAX + 1];
	size_t heard_size;
} relay;

/* The relay ------------------------------------------------------------------------------------ */

static bool
open_relay(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;

	relay.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return relay.listener >= 0 &&
	       bind(relay.listener, (struct sockaddr *)&address, size) == 0 &&
	       listen(relay.listener, 8) == 0 &&
	       getsockname(relay.listener, (struct sockaddr *)&address, &size) == 0 &&
	       text_format(
		   relay.url, sizeof relay.url, "smtp://127.0.0.1:%u", ntohs(address.sin_port));
}

static void
hear(void)
{
	ssize_t more;

	while ((more = recv(
		    relay.fd, relay.heard + relay.heard_size, HEARD_MAX - relay.heard_size, 0)) > 0)
		relay.heard_size += (size_t)more;
	FUZZ_CHECK(relay.heard_size < HEARD_MAX, "a mail and what is around it have their bound");
	relay.heard[relay.heard_size] = '\0';
}

static void
answer_call(void)
{
	static const int at_once = 1;

	relay.fd = accept4(relay.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (relay.fd >= 0)
		setsockopt(relay.fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
}

/* A smtp_go_on. Once the mail is handed over it is seldom asked: the rest comes in one piece. */
static bool
say_piece(void *context, bool complete)
{
	(void)context;
	if (relay.fd < 0)
		answer_call();
	if (relay.fd < 0)
		return true;
	const size_t left = relay.says_size - relay.said;
	const size_t size = complete || left < relay.piece ? left : relay.piece;
	if (size > 0)
		(void)send(relay.fd, relay.says + relay.said, size, MSG_NOSIGNAL);
	if (size == left)
		(void)shutdown(relay.fd, SHUT_WR);
	relay.said += size;
	hear();
	return true;
}

static void
begin_call(const char *says, size_t size, size_t piece)
{
	relay.fd = -1;
	relay.says = says;
	relay.says_size = size;
	relay.said = relay.heard_size = 0;
	relay.piece = piece;
	relay.heard[0] = '\0';
}

static void
end_call(void)
{
	FUZZ_CHECK(relay.fd >= 0, "the relay is called");
	hear();
	close(relay.fd);
}

/* What is told --------------------------------------------------------------------------------- */

static bool
begins_with_one_of(const char *line, const char *const *words)
{
	while (*words != NULL && !text_starts_with(line, *words))
		words++;
	return *words != NULL;
}

/* A smtp_tell. */
static void
check_told(void *context, enum smtp_side side, const char *line)
{
	static const char *const open[] = { "EHLO ", "HELO ", "STARTTLS", "MAIL FROM:<",
		"RCPT TO:<", "DATA", "NOOP", "QUIT", "(log-in)", NULL };

	(void)context;
	FUZZ_CHECK(fuzz_is_visible_ascii(line), "what is told can be shown on a terminal");
	if (side != SMTP_OURS)
		return;
	if (text_starts_with(line, "QUIT"))
		say_piece(NULL, true); /* libcurl gives up, and hardly asks any more */
	const bool is_auth = text_starts_with(line, "AUTH ");
	FUZZ_CHECK(begins_with_one_of(line, open) || (is_auth && strchr(line + 5, ' ') == NULL),
	    "of the log-in only how it is done is told, and nothing of the mail");
}

/* Sending -------------------------------------------------------------------------------------- */

struct sent {
	enum smtp_outcome outcome;
	char error[SMTP_ERROR_MAX + 1];
};

/* No authority is known, so that no relay's certificate is good. */
static struct smtp_options
options_of(unsigned how)
{
	return (struct smtp_options){
		.url = relay.url,
		.ehlo_name = "portal.example",
		.tls_required = (how & NEEDS_TLS) != 0,
		.ca_file = "/dev/null",
		.user = (how & LOGS_IN) != 0 ? "portal" : NULL,
		.password = "asagao7rakuda",
		.from = "noreply@portal.example",
		.from_name = "Sakura",
		.limits = { PATIENCE_MS, PATIENCE_MS, PATIENCE_MS },
		.go_on = say_piece,
		.tell = check_told,
	};
}

/* Behind STARTTLS comes a TLS record, and nothing in clear text any more. */
static void
check_clear_text(unsigned how)
{
	static const char *const before_tls[] = { "EHLO ", "HELO ", "STARTTLS", "QUIT", NULL };
	const char *line = (how & NEEDS_TLS) != 0 ? relay.heard : "";

	for (; *line != '\0' && *line != TLS_RECORD;
	     line += strcspn(line, "\n"), line += *line == '\n')
		FUZZ_CHECK(begins_with_one_of(line, before_tls), "without TLS nothing is sent");
}

/* "curl 56", "smtp 550", "smtp 550 5.1.1". */
static bool
is_number(const char *error)
{
	return (text_starts_with(error, "curl ") || text_starts_with(error, "smtp ")) &&
	       error[5 + strspn(error + 5, "0123456789. ")] == '\0';
}

static void
check_sent(const struct sent *sent)
{
	const bool whole = strstr(relay.heard, "\r\n.\r\n") != NULL;
	const bool replied = text_starts_with(sent->error, "smtp ");

	if (sent->outcome == SMTP_SENT) {
		FUZZ_CHECK(whole, "what counts as sent was handed over");
		FUZZ_CHECK(sent->error[0] == '\0', "and there is no error");
		return;
	}
	FUZZ_CHECK(is_number(sent->error), "an error is a number, and nothing that was said");
	FUZZ_CHECK(sent->outcome > SMTP_SENT && sent->outcome < SMTP_STOPPED, "nobody stopped it");
	FUZZ_CHECK(sent->outcome != SMTP_REJECTED || text_starts_with(sent->error, "smtp 5"),
	    "a mail ends only where a reply says so");
	FUZZ_CHECK(!whole || replied || sent->outcome == SMTP_UNCONFIRMED,
	    "handed over without a reply, it is not confirmed");
}

/* One mail over one connection. */
static struct sent
send_mail_for_fuzz(unsigned how, const char *says, size_t size, size_t piece)
{
	static const struct mail_message mail = { .to = "taro@example.jp",
		.subject = "S",
		.text = "T\n",
		.html = "<p>T</p>\n",
		.language = "ja",
		.message_id = "1@portal.example",
		.date = 1800000000 };
	const struct smtp_options options = options_of(how);
	struct smtp *const smtp = smtp_open(&options);
	struct sent sent;

	begin_call(says, size, piece);
	FUZZ_CHECK(smtp != NULL, "there is a sender");
	sent.outcome = smtp_send(smtp, &mail, sent.error);
	say_piece(NULL, true); /* nobody asks for the reply to QUIT */
	smtp_close(smtp);
	end_call();
	check_clear_text(how);
	check_sent(&sent);
	return sent;
}

static void
try_relay(unsigned how, const char *says, size_t size)
{
	const struct smtp_options options = options_of(how);
	char errbuf[ERRBUF_MAX + 1];

	begin_call(says, size, size);
	const enum smtp_tried tried = smtp_try_stages(&options, errbuf);
	end_call();
	check_clear_text(how);
	FUZZ_CHECK(tried >= SMTP_NOT_GREETED || tried == SMTP_TRIED_ALL, "the relay is reached");
	FUZZ_CHECK(tried != SMTP_NOT_GREETED || relay.heard[0] == '\0', "who greets hears EHLO");
	FUZZ_CHECK(tried != SMTP_TRIED_ALL || strstr(relay.heard, "\nNOOP") != NULL,
	    "it works only where it was spoken to");
	FUZZ_CHECK(
	    tried != SMTP_TRIED_ALL || options.user == NULL || memmem(says, size, "235", 3) != NULL,
	    "and where user and password were taken");
	FUZZ_CHECK(fuzz_is_visible_ascii(errbuf) && errbuf[0] != '\0', "what failed is told");
	FUZZ_CHECK(strstr(relay.heard, "MAIL") == NULL, "a try sends no mail");
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	signal(SIGPIPE, SIG_IGN);
	return smtp_start() && open_relay() ? 0 : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const unsigned how = fuzz_byte(&input);
	const size_t piece = 1U + fuzz_byte(&input);
	size_t length;
	CLEANUP(cleanup_free) char *says = fuzz_rest(&input, &length);

	if ((how & ONLY_TRIES) != 0) {
		try_relay(how, says, length);
		return 0;
	}
	const struct sent at_once = send_mail_for_fuzz(how, says, length, length);
	const struct sent in_pieces = send_mail_for_fuzz(how, says, length, piece);
	FUZZ_CHECK(at_once.outcome == in_pieces.outcome, "in pieces it means the same");
	/* Words behind the reply to STARTTLS have an error of their own, if they come with it. */
	if ((how & NEEDS_TLS) == 0)
		FUZZ_CHECK(strcmp(at_once.error, in_pieces.error) == 0, "and is the same error");
	return 0;
}
