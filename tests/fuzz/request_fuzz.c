/* request_fuzz.c - the whole edge: raw bytes to a real listener, through gate and endpoints.
 *
 * The service is real but for its database, which is away. The input is what a client sends on one
 * connection before it closes its side. In it a byte from 0x11 on stands for a token that is good
 * now, 0x18 for the size of what is behind the next empty line. Whatever comes: every answer is
 * whole, says how long it is and is JSON if it says so; there is one for each unambiguous request,
 * one for what is wrong behind them, and none behind that. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* memmem */

#include "captcha.h"
#include "clock.h"
#include "db.h"
#include "fuzz.h"
#include "fuzz_keys.h"
#include "gate.h"
#include "json_scan.h"
#include "log.h"
#include "loopback.h"
#include "metrics.h"
#include "limit_table.h"
#include "app_away.h"
#include "service.h"
#include "smtp.h"
#include "strict_head.h"
#include "text.h"
#include "limit_local.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORKERS       4
#define PATIENCE_MS   60000    /* for an answer or an end */
#define SENT_MAX      65536    /* with its tokens */
#define ANSWERED_MAX  33554432 /* a hundred documents, after which a connection ends */
#define MARK_FIRST    0x11
#define MARK_LENGTH   0x18
#define LENGTH_DIGITS 5
#define DAY_S         86400

static struct {
	struct config config;
	struct service service;
	struct gate gate;
	uint16_t port;
	int64_t minted_at;
	char marks[STAGE__MAX][TOKEN_MAX + 1]; /* by stage; that of none is an access token */
	char sent[SENT_MAX];
	size_t sent_size;
	char answered[ANSWERED_MAX + 1];
	size_t answered_size;
} f;

/* Quiet: lib/base/log.c is not linked ---------------------------------------------------------- */

struct log_value
log_text(const char *name, const char *text)
{
	return (struct log_value){ .name = name, .type = LOG_TEXT, .text = text };
}

struct log_value
log_int(const char *name, int64_t number)
{
	return (struct log_value){ .name = name, .type = LOG_INT, .number = number };
}

void
log_event(const char *event, const struct log_value *values)
{
	(void)event, (void)values;
}

void
log_event_at(enum log_level level, const char *event, const struct log_value *values)
{
	(void)level, (void)event, (void)values;
}

uint64_t
log_dropped(void)
{
	return 0;
}

/* A service ------------------------------------------------------------------------------------ */

/* Tokens that are good for the next minutes. */
static bool
mint(const struct keyring *ring, struct access_keys *access)
{
	const int64_t now = f.minted_at = clock_now();
	struct stage_claims claims = { .issued_at = now,
		.expires_at = now + DAY_S,
		.email = "taro@example.jp",
		.language = "ja" };
	const struct captcha captcha = {
		.answer = "7K9QMX", .issued_at = now, .expires_at = now + DAY_S
	};
	const struct access_claims access_claims = {
		.auth_time = now, .issued_at = now, .expires_at = now + ACCESS_TOKEN_LIFE_MAX_S
	};

	for (claims.stage = STAGE_IDENTITY; claims.stage < STAGE__MAX; claims.stage++)
		if (claims.stage != STAGE_CAPTCHA &&
		    stage_seal(ring, &claims, f.marks[claims.stage]) != OK)
			return false;
	return captcha_seal(ring, &captcha, f.marks[STAGE_CAPTCHA]) == OK &&
	       access_token_seal(access, &access_claims, f.marks[STAGE_NONE]) == OK;
}

static bool
open_service(void)
{
	/* One client asks all day long. */
	static const char limits[] = "source_requests=1000000000/1,source_mails=1000000/1,"
				     "link_captchas=1000/1,service_mails=1000000000/1,"
				     "source_preflights=1000000000/1";
	char why[ERRBUF_MAX + 1];
	struct app *const app = &f.service.app;

	f.config.requests_max = WORKERS;
	f.config.hashing_max = WORKERS;
	f.config.pictures_max = WORKERS;
	text_copy_cut(f.config.identity_birth_date, sizeof f.config.identity_birth_date, "no");
	text_copy_cut(
	    f.config.cors_origins, sizeof f.config.cors_origins, "https://portal.example");
	text_copy_cut(f.config.portal_url, sizeof f.config.portal_url, "https://portal.example");
	f.service.config = &f.config;
	f.service.metrics = metrics_new(&endpoints_public);
	f.service.app.limit_local = limit_local_open();
	f.gate = (struct gate){ &f.service, &endpoints_public, false };
	app->keyring = fuzz_keyring_open();
	app->access_keys = fuzz_access_keys_open();
	app->mail_interval_s = 60;
	app->password_rules = (struct password_rules){ 8, true, "kenpo" };
	return f.service.metrics != NULL && f.service.app.limit_local != NULL &&
	       limit_table_set(limits, 60, why) && app_away_open(app) &&
	       mint(app->keyring, app->access_keys);
}

/* On a port that was free a moment ago. */
static bool
listen_somewhere(void)
{
	const struct http_server server = { gate_serve, gate_reject, &f.gate };
	char listen[32], why[ERRBUF_MAX + 1];

	f.port = loopback_free_port();
	if (f.port == 0 || !text_format(listen, sizeof listen, "127.0.0.1:%u", f.port))
		return false;
	const struct http_options options = { listen, WORKERS, 15000, 5000 };
	return http_open(&options, &server, why) != NULL;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	sigset_t alarms;

	(void)argc, (void)argv;
	signal(SIGPIPE, SIG_IGN);
	/* libFuzzer's clock would interrupt the server's waits and ours, which is PATIENCE_MS. */
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarms, NULL);
	if (!secret_start() || !smtp_start() || !db_start() || !open_service() ||
	    !listen_somewhere())
		abort();
	return 0;
}

/* Asking --------------------------------------------------------------------------------------- */

/* Into the place of the digits goes the size of what is behind the next empty line. */
static void
fill_length(char *digits)
{
	const char *const end = f.sent + f.sent_size;
	const char *const line = memmem(digits, (size_t)(end - digits), "\r\n\r\n", 4);
	size_t size = line != NULL ? (size_t)(end - line) - 4 : 0;

	for (char *digit = digits + LENGTH_DIGITS; digit > digits; size /= 10)
		*--digit = (char)('0' + size % 10);
}

/* With what the marks stand for; what does not fit is left out. */
static void
fill_service_for_fuzz(const uint8_t *data, size_t size)
{
	char *digits = NULL;

	f.sent_size = 0;
	for (size_t i = 0; i < size && f.sent_size < SENT_MAX - TOKEN_MAX; i++) {
		char *const to = f.sent + f.sent_size;
		const unsigned mark = data[i] - (unsigned)MARK_FIRST;

		if (data[i] == MARK_LENGTH)
			digits = to;
		else if (mark >= STAGE__MAX)
			*to = (char)data[i];
		else
			memcpy(to, f.marks[mark], TOKEN_MAX);
		f.sent_size += data[i] == MARK_LENGTH ? LENGTH_DIGITS
			       : mark >= STAGE__MAX   ? 1
						      : strlen(f.marks[mark]);
	}
	if (digits != NULL)
		fill_length(digits);
}

static bool
send_all(int fd)
{
	for (size_t sent = 0; sent < f.sent_size;) {
		const ssize_t more = send(fd, f.sent + sent, f.sent_size - sent, 0);

		if (more <= 0)
			return false; /* it may have been refused before its end */
		sent += (size_t)more;
	}
	return shutdown(fd, SHUT_WR) == 0;
}

static void
hear_all(int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	ssize_t more = 1;

	f.answered_size = 0;
	while (more > 0) {
		FUZZ_CHECK(poll(&waiting, 1, PATIENCE_MS) > 0, "it answers or closes");
		more = recv(fd, f.answered + f.answered_size, ANSWERED_MAX - f.answered_size, 0);
		f.answered_size += more > 0 ? (size_t)more : 0;
		FUZZ_CHECK(f.answered_size < ANSWERED_MAX, "it does not answer for ever");
	}
	f.answered[f.answered_size] = '\0';
}

static void
ask(void)
{
	CLEANUP(cleanup_close) const int fd = loopback_connect(f.port);

	FUZZ_CHECK(fd >= 0, "it is still there");
	send_all(fd);
	hear_all(fd);
}

/* Judging the answers -------------------------------------------------------------------------- */

struct answer {
	int status;
	bool closes;
	const char *body;
	size_t body_size;
};

/* The value of a header in an answer's head, or NULL. */
static const char *
value_of(const char *head, const char *name)
{
	const size_t length = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line != NULL && line[2] != '\r';
	     line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':')
			return line + 2 + length + 2;
	return NULL;
}

/* Reads one final answer and any 100 before it; returns what is behind it. */
static char *
read_answer(char *at, bool to_head, struct answer *ret)
{
	static const char please_go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (text_starts_with(at, please_go_on))
		at += strlen(please_go_on);
	char *const end = strstr(at, "\r\n\r\n");
	FUZZ_CHECK(end != NULL && text_starts_with(at, "HTTP/1.1 ") && at[12] == ' ',
	    "an answer begins with HTTP/1.1 and a status");
	const char kept = end[4];
	end[4] = '\0';
	const char *const length = value_of(at, "Content-Length");
	const char *const connection = value_of(at, "Connection");
	*ret = (struct answer){ .status = atoi(at + 9), .body = end + 4 };
	FUZZ_CHECK((length == NULL) == (ret->status == 204 || ret->status == 304),
	    "and says how long it is");
	FUZZ_CHECK(connection != NULL && value_of(at, "Cache-Control") != NULL &&
		       value_of(at, "X-Request-Id") != NULL,
	    "and has the lines of every answer");
	ret->closes = text_starts_with(connection, "close");
	/* A rejection does not look at the method any more, and is the last. */
	const size_t announced = length != NULL ? strtoul(length, NULL, 10) : 0;
	const size_t behind = f.answered_size - (size_t)(ret->body - f.answered);
	ret->body_size = !to_head || (ret->closes && behind == announced) ? announced : 0;
	const char *const type = value_of(at, "Content-Type");
	const bool is_json = type != NULL && !text_starts_with(type, "application/yaml");
	end[4] = kept;
	FUZZ_CHECK(ret->body_size <= behind, "it is as long as it says");
	if (is_json && ret->body_size > 0)
		FUZZ_CHECK(json_scan(ret->body, ret->body_size), "it is JSON");
	return end + 4 + ret->body_size;
}

static void
check_status(int status)
{
	static const int known[] = { 200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 410,
		411, 413, 415, 422, 429, 431, 503, 505 };

	for (size_t i = 0; i < LENGTH(known); i++)
		if (status == known[i])
			return;
	FUZZ_CHECK(false, "no answer is a 500, or one that we do not give");
}

/* Takes the next request off what was sent. False: it is ambiguous, or not whole. */
static bool
take_request(const char **at, struct strict_head *ret)
{
	const size_t left = f.sent_size - (size_t)(*at - f.sent);

	*ret = (struct strict_head){ 0 };
	if (!strict_head(*at, left, ret)) {
		*ret = (struct strict_head){ 0 };
		return false;
	}
	if (ret->body_size > left - ret->size)
		return false;
	*at += ret->size + ret->body_size;
	return true;
}

static void
check_answers(void)
{
	const char *request = f.sent;
	char *answer = f.answered;
	bool over = false;

	while (answer < f.answered + f.answered_size) {
		struct strict_head head;
		struct answer told;

		FUZZ_CHECK(!over, "one answer for what is ambiguous, and none behind the last");
		const bool clear = take_request(&request, &head);
		answer = read_answer(answer, head.is_head, &told);
		check_status(told.status);
		FUZZ_CHECK(clear || told.closes, "behind what is ambiguous the connection ends");
		FUZZ_CHECK(head.size > 0 || told.status == 400 || told.status == 408 ||
			       told.status == 411 || told.status == 431 || told.status == 505 ||
			       told.status == 503,
		    "and it was not served");
		over = told.closes;
	}
	FUZZ_CHECK(answer == f.answered + f.answered_size, "nothing is behind the last answer");
}

/* Each thread's random generator of OpenSSL lies in its locked memory, where LeakSanitizer does not
 * look, and what it points to seems lost. Leaks of keys and signatures are
 * access_token_fuzz.c's. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libcrypto.so\n";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct app *const app = &f.service.app;

	if (clock_now() - f.minted_at > ACCESS_TOKEN_LIFE_MAX_S / 2)
		FUZZ_CHECK(mint(app->keyring, app->access_keys), "tokens can be made");
	fill_service_for_fuzz(data, size);
	ask();
	check_answers();
	return 0;
}
