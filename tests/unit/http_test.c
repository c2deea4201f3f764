/* http_test.c - what the HTTP edge refuses, how it answers, and who waits for whom.
 *
 * A real server on a free loopback port, spoken to over raw sockets. HTTP_TEST_LONG=1 in the
 * environment makes the leak tests as long as they were meant. */

#include "http.h"

#include "clock.h"
#include "loopback.h"
#include "mappings.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_MS    1000 /* request_timeout_ms of the servers here */
#define KEEP_ALIVE_MS 700
#define WORKERS       8
#define PATIENCE_MS   6000 /* of a client here; nothing may take that long */
#define LOOKS_UP_MS   2000 /* civetweb looks at the clock as often while it waits for a client */
#define AGAIN_MAX \
	10 /* tries of what must be quick, on a machine that may stand still for a while */

/* The server */

struct fixture {
	struct http *http;
	uint16_t port;
	atomic_uint served, finished; /* requests that began, that ended */
	atomic_bool holds;            /* requests for /held */
	atomic_uint refused;
	pthread_mutex_t lock;
	char path[256]; /* of the last request served */
	char query[256];
	char source[64];
	char authorization[64];
	bool authorization_twice;
	char refused_origin[64];       /* of the last one refused */
	int64_t closing_ms, closed_ms; /* when http_close() began and was over: close_it() */
	atomic_uint body;              /* result of the last http_read_body */
	const char *deep;              /* of the last request for /deep: its room on the stack, */
	const struct http_exchange *deep_exchange; /* and what the worker wrote into */
	size_t deep_resident;                      /* of both together, while it ran */
};

static void
reply_text(struct http_reply *reply, int status, const char *text)
{
	reply->status = status;
	reply->media_type = "text/plain";
	text_copy_cut(reply->body, sizeof reply->body, text);
	reply->body_size = strlen(reply->body);
}

/* Not by a literal: a worker's stack may have no room for one. */
static void
reply_empty(struct http_reply *reply, int status)
{
	memset(reply, 0, sizeof *reply);
	reply->status = status;
}

static const int statuses[RESULT__MAX] = {
	[MALFORMED] = 400,
	[TIMED_OUT] = 408,
	[LENGTH_REQUIRED] = 411,
	[TOO_LARGE] = 413,
	[HEADERS_TOO_LARGE] = 431,
	[UNAVAILABLE] = 503,
	[OVERLOADED] = 503,
	[STOPPING] = 502,
	[BAD_HTTP_VERSION] = 505,
};

static void
note(struct fixture *fixture, const struct http_request *request)
{
	const char *authorization = request->authorization;

	pthread_mutex_lock(&fixture->lock);
	text_copy_cut(fixture->path, sizeof fixture->path, request->path);
	text_copy_cut(fixture->query, sizeof fixture->query, request->query ? request->query : "");
	text_copy_cut(fixture->source, sizeof fixture->source, request->source);
	text_copy_cut(fixture->authorization, sizeof fixture->authorization,
	    authorization != NULL ? authorization : "");
	fixture->authorization_twice = request->authorization_twice;
	pthread_mutex_unlock(&fixture->lock);
}

static void
serve_echo(struct fixture *fixture, struct http_exchange *exchange)
{
	const enum result result = http_read_body(&exchange->request);

	atomic_store(&fixture->body, result);
	if (result == OK)
		reply_text(&exchange->reply, 200, exchange->request.body);
	else
		reply_text(&exchange->reply, statuses[result], result_code(result));
}

#define DEEP 40960 /* bytes of stack: of the true one, also where a sanitizer has another */

__attribute__((no_sanitize("address"))) static void
serve_deep(struct fixture *fixture, struct http_exchange *exchange)
{
	char deep[DEEP];

	explicit_bzero(deep, sizeof deep);
	memset(exchange->reply.body, 'd', DEEP);
	exchange->reply.body_size = DEEP;
	fixture->deep = deep;
	fixture->deep_exchange = exchange;
	fixture->deep_resident = resident_bytes(deep, DEEP) +
				 resident_bytes(exchange, sizeof *exchange);
}

/* Far larger than a worker's room, and each byte another than those beside it. */
#define DOCUMENT_SIZE (3 * (size_t)REPLY_MAX)
static char document_bytes[DOCUMENT_SIZE];
static const struct http_document document = { document_bytes, DOCUMENT_SIZE, "a/b", "\"e\"" };

static void
serve(void *context, struct http_exchange *exchange)
{
	struct fixture *fixture = context;
	struct http_reply *reply = &exchange->reply;
	const char *path = exchange->request.path;

	atomic_fetch_add(&fixture->served, 1);
	note(fixture, &exchange->request);
	reply_text(reply, 200, "hello");
	if (strcmp(path, "/echo") == 0)
		serve_echo(fixture, exchange);
	if (strcmp(path, "/deep") == 0)
		serve_deep(fixture, exchange);
	if (strcmp(path, "/big") == 0) {
		memset(reply->body, 'b', REPLY_MAX);
		reply->body_size = REPLY_MAX;
	}
	if (strcmp(path, "/document") == 0) {
		reply_empty(reply, 200);
		reply->media_type = document.media_type;
		reply->document = &document;
	}
	if (strcmp(path, "/304") == 0)
		reply_empty(reply, 304);
	if (strcmp(path, "/204") == 0)
		reply_empty(reply, 204);
	if (strcmp(path, "/202") == 0)
		reply_empty(reply, 202);
	if (strcmp(path, "/close") == 0)
		reply->close = true;
	if (strcmp(path, "/slow") == 0)
		usleep(400000);
	if (strcmp(path, "/slower") == 0)
		usleep(1500000);
	while (strcmp(path, "/held") == 0 && atomic_load(&fixture->holds))
		usleep(1000);
	if (strcmp(path, "/headers") == 0) {
		http_reply_add(reply, "Allow", "GET, HEAD");
		http_reply_add(reply, "Vary", "Origin");
	}
	atomic_fetch_add(&fixture->finished, 1);
}

static void
refuse(void *context, struct http_exchange *exchange, enum result why)
{
	struct fixture *fixture = context;

	atomic_fetch_add(&fixture->refused, 1);
	pthread_mutex_lock(&fixture->lock);
	text_copy_cut(fixture->refused_origin, sizeof fixture->refused_origin,
	    exchange->request.origin != NULL ? exchange->request.origin : "");
	pthread_mutex_unlock(&fixture->lock);
	reply_text(&exchange->reply, statuses[why], result_code(why));
	exchange->reply.media_type = "application/problem+json; charset=utf-8";
}

static void
fixture_open(struct fixture *fixture, unsigned workers, int keep_alive_ms)
{
	const struct http_server server = { serve, refuse, fixture };
	char listen[32], why[ERRBUF_MAX + 1] = "";

	memset(fixture, 0, sizeof *fixture);
	pthread_mutex_init(&fixture->lock, NULL);
	fixture->port = loopback_free_port();
	assert_true(text_format(listen, sizeof listen, "127.0.0.1:%u", fixture->port));
	const struct http_options options = { listen, workers, keep_alive_ms, TIMEOUT_MS };
	fixture->http = http_open(&options, &server, why);
	if (fixture->http == NULL)
		fail_msg("http_open: %s", why);
}

static struct fixture shared;

static int
open_shared(void **state)
{
	(void)state;
	fixture_open(&shared, WORKERS, KEEP_ALIVE_MS);
	return 0;
}

static int
close_shared(void **state)
{
	(void)state;
	http_close(shared.http);
	return 0;
}

/* The client */

struct client {
	int fd;
	size_t size;
	char bytes[DOCUMENT_SIZE + 4096];
};

struct answer {
	int status; /* 0: the connection ended instead */
	bool keeps;
	size_t body_size;
	char head[4096];
	char body[DOCUMENT_SIZE + 1];
};

static void
client_open(struct client *client, const struct fixture *fixture)
{
	client->size = 0;
	client->fd = loopback_connect(fixture->port);
	assert_true(client->fd >= 0);
}

static bool
client_send(const struct client *client, const char *bytes, size_t size)
{
	return send(client->fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool
client_say(const struct client *client, const char *text)
{
	return client_send(client, text, strlen(text));
}

/* False: the other side ended, or said nothing for too long. */
static bool
client_fill(struct client *client)
{
	struct pollfd waiting = { .fd = client->fd, .events = POLLIN };

	if (poll(&waiting, 1, PATIENCE_MS) <= 0)
		return false;
	const ssize_t size = recv(
	    client->fd, client->bytes + client->size, sizeof client->bytes - client->size - 1, 0);
	if (size <= 0)
		return false;
	client->size += (size_t)size;
	client->bytes[client->size] = '\0';
	return true;
}

static bool
client_ended(struct client *client)
{
	return client->size == 0 && !client_fill(client);
}

static void
client_drop(struct client *client, size_t size)
{
	client->size -= size;
	memmove(client->bytes, client->bytes + size, client->size + 1);
}

/* How often does the header come? Its value goes to `ret`. */
static unsigned
header_count(const char *head, const char *name, char *ret, size_t ret_size)
{
	unsigned times = 0;

	for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, strlen(name)) != 0 || line[strlen(name)] != ':')
			continue;
		const char *value = line + strlen(name) + 2;
		const size_t length = strcspn(value, "\r");
		assert_true(length < ret_size);
		memcpy(ret, value, length);
		ret[length] = '\0';
		times++;
	}
	return times;
}

static const struct {
	const char *name;
	const char *value;
} always[] = {
	{ "Cache-Control", "no-store" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Content-Security-Policy",
	    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-site" },
};

/* What must be true of every answer whatsoever. */
static void
check_head(struct answer *answer, const char *why)
{
	char value[256];

	for (size_t i = 0; i < LENGTH(always); i++)
		if (header_count(answer->head, always[i].name, value, sizeof value) != 1 ||
		    strcmp(value, always[i].value) != 0)
			fail_msg("%s: %s is not once and as promised", why, always[i].name);
	if (header_count(answer->head, "Server", value, sizeof value) != 0)
		fail_msg("%s: a Server header", why);
	if (header_count(answer->head, "Date", value, sizeof value) != 1 || strlen(value) != 29)
		fail_msg("%s: Date", why);
	if (header_count(answer->head, "Connection", value, sizeof value) != 1)
		fail_msg("%s: Connection", why);
	answer->keeps = strcmp(value, "keep-alive") == 0;
	if (!answer->keeps && strcmp(value, "close") != 0)
		fail_msg("%s: Connection: %s", why, value);
	const bool no_content = answer->status == 204 || answer->status == 304;
	if (header_count(answer->head, "Content-Length", value, sizeof value) != !no_content)
		fail_msg("%s: not exactly one Content-Length", why);
	int64_t length = 0;
	if (!no_content && !text_number(value, 0, DOCUMENT_SIZE, &length))
		fail_msg("%s: Content-Length: %s", why, value);
	answer->body_size = (size_t)length;
	const unsigned types = header_count(answer->head, "Content-Type", value, sizeof value);
	if (types > 1 || (length > 0 && types == 0) || (no_content && types > 0))
		fail_msg("%s: a Content-Type goes with a body, and only so", why);
}

/* Takes the next answer; status 0 if there is none. A HEAD's body is not waited for. */
static void
client_take(struct client *client, bool head_only, const char *why, struct answer *ret)
{
	const char *end;

	ret->status = 0;
	client->bytes[client->size] = '\0';
	while ((end = strstr(client->bytes, "\r\n\r\n")) == NULL)
		if (!client_fill(client))
			return;
	const size_t head_size = (size_t)(end - client->bytes) + 4;
	assert_true(head_size < sizeof ret->head);
	memcpy(ret->head, client->bytes, head_size);
	ret->head[head_size] = '\0';
	client_drop(client, head_size);
	if (sscanf(ret->head, "HTTP/1.1 %3d ", &ret->status) != 1)
		fail_msg("%s: not an HTTP/1.1 answer: %.40s", why, ret->head);
	if (ret->status == 100)
		return;
	check_head(ret, why);
	if (head_only)
		return;
	while (client->size < ret->body_size)
		if (!client_fill(client))
			fail_msg("%s: the body is shorter than its Content-Length", why);
	memcpy(ret->body, client->bytes, ret->body_size);
	ret->body[ret->body_size] = '\0';
	client_drop(client, ret->body_size);
}

static void
client_ask(struct client *client, const char *request, struct answer *ret)
{
	ret->status = 0;
	if (client_say(client, request))
		client_take(client, strncmp(request, "HEAD", 4) == 0, request, ret);
}

static void
ask_once(const struct fixture *fixture, const char *request, struct answer *ret)
{
	struct client *const client = malloc(
	    sizeof *client); /* too big for a thread's own memory */

	assert_non_null(client);
	client_open(client, fixture);
	client_ask(client, request, ret);
	close(client->fd);
	free(client);
}

#define HOST      "Host: a\r\n"
#define V11       " HTTP/1.1\r\n" HOST
#define GET       "GET /" V11
#define GET_X     "GET /x" V11 "\r\n"
#define POST      "POST /echo" V11
#define CL        "Content-Length: "
#define TE        "Transfer-Encoding: "
#define NO_CHUNKS "\r\n\r\n0\r\n\r\n"

static void
assert_lives(const char *why)
{
	static struct answer answer;

	ask_once(&shared, GET "\r\n", &answer);
	if (answer.status != 200)
		fail_msg("%s: the next client got %d", why, answer.status);
}

/* Rejected requests */

struct rejected_request {
	const char *why;
	const char *bytes;
	size_t size;
	int status;
};

#define BYTES(literal) literal, sizeof(literal) - 1
#define H16(n)                                                                                 \
	"A" n "0: 1\r\nA" n "1: 1\r\nA" n "2: 1\r\nA" n "3: 1\r\n"                             \
	"A" n "4: 1\r\nA" n "5: 1\r\nA" n "6: 1\r\nA" n "7: 1\r\nA" n "8: 1\r\nA" n "9: 1\r\n" \
	"A" n "a: 1\r\nA" n "b: 1\r\nA" n "c: 1\r\nA" n "d: 1\r\nA" n "e: 1\r\nA" n "f: 1\r\n"
#define HEADERS_63                                                            \
	H16("1")                                                              \
	H16("2")                                                              \
	H16("3")                                                              \
	"B0: 1\r\nB1: 1\r\nB2: 1\r\nB3: 1\r\nB4: 1\r\n"                       \
	"B5: 1\r\nB6: 1\r\nB7: 1\r\nB8: 1\r\nB9: 1\r\nBa: 1\r\nBb: 1\r\nBc: " \
	"1\r\nBd: 1\r\nBe: 1\r\n"

/* Behind each of them comes GET /x, which must not be served. */
/* clang-format off */
static const struct rejected_request rejected[] = {
	{ "length and chunked",         BYTES(POST CL "5\r\n" TE "chunked" NO_CHUNKS), 400 },
	{ "chunked and length",         BYTES(POST TE "chunked\r\n" CL "5" NO_CHUNKS), 400 },
	{ "chunked alone",              BYTES(POST TE "chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"), 411 },
	{ "chunked in capitals",        BYTES(POST "TRANSFER-ENCODING: CHUNKED" NO_CHUNKS), 411 },
	{ "chunked and no chunk",       BYTES("GET /" V11 TE "chunked\r\n\r\n"), 411 },
	{ "chunked twice",              BYTES(POST TE "chunked\r\n" TE "chunked" NO_CHUNKS), 400 },
	{ "chunked in HTTP/1.0",
	  BYTES("POST /echo HTTP/1.0\r\n" HOST TE "chunked" NO_CHUNKS), 400 },
	{ "identity",                   BYTES(POST TE "identity\r\n" CL "2\r\n\r\n{}"), 400 },
	{ "identity, then chunked",     BYTES(POST TE "identity\r\n" TE "chunked" NO_CHUNKS), 400 },
	{ "identity, chunked in one",   BYTES(POST TE "identity, chunked" NO_CHUNKS), 400 },
	{ "an unknown coding",          BYTES(POST TE "xchunked" NO_CHUNKS), 400 },
	{ "an empty coding",            BYTES(POST TE "\r\n" CL "2\r\n\r\n{}"), 400 },
	{ "space before the colon",     BYTES(POST "Transfer-Encoding : chunked" NO_CHUNKS), 400 },
	{ "two spaces before a colon",  BYTES(GET "A  : 1\r\n\r\n"), 400 },
	{ "the same, no value",         BYTES(GET "A :\r\n\r\n"), 400 },
	{ "tab before a colon",         BYTES(GET "A\t: 1\r\n\r\n"), 400 },
	{ "tab in a value",             BYTES(GET "A: 1\t2\r\n\r\n"), 400 },
	{ "tab behind a value",         BYTES(GET "A: 1\t\r\n\r\n"), 400 },
	{ "a header without a name",    BYTES(GET ": 1\r\n\r\n"), 400 },
	{ "a header without a colon",   BYTES(GET "A\r\n\r\n"), 400 },
	{ "two words before a colon",   BYTES(GET "A B: 1\r\n\r\n"), 400 },
	{ "two lengths that differ",    BYTES(POST CL "2\r\n" CL "40\r\n\r\n{}"), 400 },
	{ "the same length twice",      BYTES(POST CL "2\r\n" CL "2\r\n\r\n{}"), 400 },
	{ "a list of lengths",          BYTES(POST CL "2, 2\r\n\r\n{}"), 400 },
	{ "a length with letters",      BYTES(POST CL "2abc\r\n\r\n{}"), 400 },
	{ "a length of letters",        BYTES(POST CL "abc\r\n\r\n{}"), 400 },
	{ "a length with plus",         BYTES(POST CL "+2\r\n\r\n{}"), 400 },
	{ "a length below zero",        BYTES(POST CL "-2\r\n\r\n{}"), 400 },
	{ "a length in hex",            BYTES(POST CL "0x2\r\n\r\n{}"), 400 },
	{ "a length in two words",      BYTES(POST CL "2 0\r\n\r\n{}"), 400 },
	{ "no length, but its header",  BYTES(POST "Content-Length:\r\n\r\n{}"), 400 },
	{ "16 digits of length",        BYTES(POST CL "0000000000000002\r\n\r\n{}"), 400 },
	{ "a length over 64 bits",      BYTES(POST CL "18446744073709551618\r\n\r\n{}"), 400 },
	{ "no Host",                    BYTES("GET / HTTP/1.1\r\n\r\n"), 400 },
	{ "no Host among others",       BYTES("GET / HTTP/1.1\r\nAccept: a\r\n\r\n"), 400 },
	{ "two Hosts",                  BYTES(GET "Host: b\r\n\r\n"), 400 },
	{ "the same Host twice",        BYTES(GET HOST "\r\n"), 400 },
	{ "two Hosts in HTTP/1.0",      BYTES("GET / HTTP/1.0\r\n" HOST HOST "\r\n"), 400 },
	{ "an empty Host",              BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400 },
	{ "a list of Hosts",            BYTES("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400 },
	{ "a Host with a user",         BYTES("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"), 400 },
	{ "a Host with a path",         BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400 },
	{ "a folded header",            BYTES(GET "A: 1\r\n 2\r\n\r\n"), 400 },
	{ "a folded TE",                BYTES(POST TE "\r\n chunked" NO_CHUNKS), 400 },
	{ "TE behind a fold",           BYTES(POST "A: 1\r\n 2\r\n" TE "chunked" NO_CHUNKS), 400 },
	{ "a folded first header",      BYTES("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400 },
	{ "folded first, HTTP/1.0",     BYTES("GET / HTTP/1.0\r\n A: a\r\n\r\n"), 400 },
	{ "LF after request line",      BYTES("GET / HTTP/1.1\nHost: a\r\n\r\n"), 400 },
	{ "LF after the first header",  BYTES("GET / HTTP/1.1\r\nHost: a\nA: 1\r\n\r\n"), 400 },
	{ "LF after the last header",   BYTES(GET "A: 1\n\r\nB: 1\r\n\r\n"), 400 },
	{ "LF for the empty line",      BYTES(GET "A: 1\r\n\n"), 400 },
	{ "LF alone everywhere",        BYTES("GET / HTTP/1.1\nHost: a\n\n"), 400 },
	{ "CR alone in a value",        BYTES(GET "A: 1\rB: 2\r\n\r\n"), 400 },
	{ "CR alone after the line",    BYTES("GET / HTTP/1.1\rHost: a\r\n\r\n"), 400 },
	{ "CR CR LF after the line",    BYTES("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"), 400 },
	{ "an empty line first",        BYTES("\r\n" GET "\r\n"), 400 },
	{ "two empty lines first",      BYTES("\r\n\r\n" GET "\r\n"), 400 },
	{ "LFs first",                  BYTES("\n\n" GET "\r\n"), 400 },
	{ "a space first",              BYTES(" " GET "\r\n"), 400 },
	{ "two spaces after method",    BYTES("GET  /" V11 "\r\n"), 400 },
	{ "two spaces before version",  BYTES("GET / " V11 "\r\n"), 400 },
	{ "a space behind the version", BYTES("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400 },
	{ "CRLF in the request line",   BYTES("GET \r\n/" V11 "\r\n"), 400 },
	{ "CR in the target",           BYTES("GET /a\rb" V11 "\r\n"), 400 },
	{ "NUL in the target",          BYTES("GET /a\0b" V11 "\r\n"), 400 },
	{ "NUL in a header",            BYTES(GET "A: \0\r\n\r\n"), 400 },
	{ "ESC in the target",          BYTES("GET /\033" V11 "\r\n"), 400 },
	{ "DEL in the target",          BYTES("GET /\177" V11 "\r\n"), 400 },
	{ "UTF-8 in the path",          BYTES("GET /\343\201\202" V11 "\r\n"), 400 },
	{ "UTF-8 in the query",         BYTES("GET /?\343\201\202" V11 "\r\n"), 400 },
	{ "the highest byte in a path", BYTES("GET /\377" V11 "\r\n"), 400 },
	{ "a high byte in a name",      BYTES(GET "\343A: 1\r\n\r\n"), 400 },
	{ "asterisk",                   BYTES("OPTIONS *" V11 "\r\n"), 400 },
	{ "GET of an asterisk",         BYTES("GET *" V11 "\r\n"), 400 },
	{ "absolute, another host's",   BYTES("GET http://b/" V11 "\r\n"), 400 },
	{ "absolute, another port",     BYTES("GET http://127.0.0.1:1/" V11 "\r\n"), 400 },
	{ "absolute without a path",    BYTES("GET http://b" V11 "\r\n"), 400 },
	{ "a target without a slash",   BYTES("GET a" V11 "\r\n"), 400 },
	{ "CONNECT to a port",          BYTES("CONNECT a:443" V11 "\r\n"), 400 },
	{ "65 headers",                 BYTES(GET HEADERS_63 "C: 1\r\n\r\n"), 431 },
	{ "TE behind 64 headers",       BYTES(POST HEADERS_63 TE "chunked" NO_CHUNKS), 431 },
	{ "a method nobody knows",      BYTES("BREW /" V11 "\r\n"), 400 },
	{ "TRACE",                      BYTES("TRACE /" V11 "\r\n"), 400 },
	{ "a method in small letters",  BYTES("get /" V11 "\r\n"), 400 },
	{ "HTTP/0.9",                   BYTES("GET /\r\n\r\n"), 400 },
	{ "HTTP/1.2",                   BYTES("GET / HTTP/1.2\r\n" HOST "\r\n"), 505 },
	{ "HTTP/2.0",                   BYTES("GET / HTTP/2.0\r\n" HOST "\r\n"), 505 },
	{ "http/1.1",                   BYTES("GET / http/1.1\r\n" HOST "\r\n"), 400 },
	{ "no version",                 BYTES("GET / HTTP/\r\n" HOST "\r\n"), 505 },
	{ "the preface of HTTP/2",      BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400 },
	{ "a TLS hello",                BYTES("\026\003\001\002\000\001\000\001\374\003"), 400 },
	{ "garbage",                    BYTES("\001\002\003\004\r\n\r\n"), 400 },
	{ "only empty lines",           BYTES("\r\n\r\n\r\n\r\n"), 400 },
	{ "a NUL in a body",            BYTES(POST CL "3\r\n\r\n{\0}"), 400 },
};
/* clang-format on */

/* One of them is seen only when its body is read: the handler refuses that. */
static bool
is_served(const struct rejected_request *row)
{
	return strcmp(row->why, "a NUL in a body") == 0;
}

static void
check_rejection(const struct rejected_request *row)
{
	static struct client client;
	static struct answer answer;
	const unsigned served = atomic_load(&shared.served);

	client_open(&client, &shared);
	client_send(&client, row->bytes, row->size);
	client_say(&client, GET_X);
	client_take(&client, false, row->why, &answer);
	if (answer.status != row->status)
		fail_msg("%s: answered %d", row->why, answer.status);
	if (answer.keeps || !client_ended(&client))
		fail_msg("%s: the connection is kept", row->why);
	close(client.fd);
	if (atomic_load(&shared.served) != served + is_served(row))
		fail_msg("%s: a request was served", row->why);
	if (strcmp(shared.path, "/x") == 0)
		fail_msg("%s: the second request was served", row->why);
}

static void
test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rejected); i++)
		check_rejection(&rejected[i]);
	assert_lives("after all rejected requests");
}

/* The same in two parts with a pause, so that the head is parsed before the rest is there. */
static void
test_refusals_in_parts(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	for (size_t i = 0; i < LENGTH(rejected); i += 4) {
		client_open(&client, &shared);
		client_send(&client, rejected[i].bytes, rejected[i].size);
		client_take(&client, false, rejected[i].why, &answer);
		if (answer.status != rejected[i].status || answer.keeps || !client_ended(&client))
			fail_msg("%s: answered %d", rejected[i].why, answer.status);
		close(client.fd);
	}
}

/* Whoever shows the answer is known where the head could be read, whatever was wrong with it. */
static void
test_origin_of_refusals(void **state)
{
#define PAGE "Origin: https://p\r\n"
	/* clang-format off */
	static const struct {
		const char *why;
		const char *request;
		int status;
		const char *origin;
	} rows[] = {
		{ "two lengths",     POST PAGE CL "5\r\n" CL "6\r\n\r\n",  400, "https://p" },
		{ "no Host",         "GET / HTTP/1.1\r\n" PAGE "\r\n",       400, "https://p" },
		{ "chunked",         POST PAGE TE "chunked\r\n\r\n",         411, "https://p" },
		{ "65 headers",      GET PAGE HEADERS_63 "\r\n",              431, "https://p" },
		{ "another version", "GET / HTTP/1.2\r\n" HOST PAGE "\r\n",  505, "https://p" },
		{ "an asterisk",     "OPTIONS *" V11 PAGE "\r\n",             400, "https://p" },
		{ "what civetweb refuses itself",
		  POST PAGE TE "gzip\r\n\r\n", 400, "https://p" },
		{ "the same of a length",
		  POST PAGE CL "abc\r\n\r\n", 400, "https://p" },
		{ "two pages",       "GET / HTTP/1.1\r\n" PAGE PAGE "\r\n",  400, "" },
		{ "none",            "GET / HTTP/1.1\r\n\r\n",               400, "" },
		{ "a head that is none",
		  GET PAGE "A: 1\t2\r\n\r\n", 400, "" },
		{ "no method",       "BREW /" V11 PAGE "\r\n",                400, "" },
	};
	/* clang-format on */
	static struct answer answer;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		strcpy(shared.refused_origin, "?");
		ask_once(&shared, rows[i].request, &answer);
		if (answer.status != rows[i].status ||
		    strcmp(shared.refused_origin, rows[i].origin) != 0)
			fail_msg(
			    "%s: %d for %s", rows[i].why, answer.status, shared.refused_origin);
	}
}

/* A proxy is asked with the whole address, and some hand it on. */
static void
test_whole_urls(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *scheme, *host;
		int port; /* 0: ours */
		const char *other_host; /* NULL: as in the address */
		int status;
	} rows[] = {
		{ "ours",                  "http",  "127.0.0.1",      0, NULL,        200 },
		{ "in capitals",           "HTTP",  "LocalHost",      0, NULL,        200 },
		{ "by any name",           "http",  "portal.example", 0, NULL,        200 },
		{ "another name in Host",  "http",  "127.0.0.1",      0, "b",         400 },
		{ "no port in Host",       "http",  "127.0.0.1",      0, "127.0.0.1", 400 },
		{ "another port",          "http",  "127.0.0.1",      1, NULL,        400 },
		{ "another scheme",        "https", "127.0.0.1",      0, NULL,        400 },
		{ "that of WebSockets",    "ws",    "127.0.0.1",      0, NULL,        400 },
		{ "a user",                "http",  "u@127.0.0.1",    0, NULL,        400 },
		{ "a user with a password", "http", "u:p@127.0.0.1",  0, NULL,        400 },
	};
	/* clang-format on */
	static struct answer answer;
	char request[256], authority[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(text_format(authority, sizeof authority, "%s:%d", rows[i].host,
		    rows[i].port != 0 ? rows[i].port : shared.port));
		assert_true(text_format(request, sizeof request,
		    "GET %s://%s/a//b?c HTTP/1.1\r\nHost: %s\r\n\r\n", rows[i].scheme, authority,
		    rows[i].other_host != NULL ? rows[i].other_host : authority));
		strcpy(shared.path, "");
		ask_once(&shared, request, &answer);
		if (answer.status != rows[i].status)
			fail_msg("%s: %d", rows[i].why, answer.status);
		if (strcmp(shared.path, answer.status == 200 ? "/a//b" : "") != 0)
			fail_msg("%s: became %s", rows[i].why, shared.path);
	}
	assert_string_equal(shared.query, "c");
}

/* A header of `size` bytes in all. */
static void
ask_with_head(size_t size, struct answer *ret)
{
	static char request[40000];
	const int length = snprintf(request, sizeof request, GET "A: ");

	memset(request + length, 'a', size - (size_t)length);
	snprintf(request + size - 4, 5, "\r\n\r\n");
	ask_once(&shared, request, ret);
}

static void
test_large_heads(void **state)
{
	static const struct {
		const char *why;
		size_t size;
		int status;
	} rows[] = {
		{ "a head of exactly 16 KiB", 16384 + 2, 200 },
		{ "one byte more", 16384 + 3, 431 },
		{ "17 KiB", 17408, 431 },
		{ "what still fits the buffer", 32768, 431 },
		{ "33 KiB, more than is read", 33792, 400 },
	};
	static struct answer answer;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ask_with_head(rows[i].size, &answer);
		if (answer.status != rows[i].status || (answer.status != 200 && answer.keeps))
			fail_msg("%s: answered %d", rows[i].why, answer.status);
		assert_lives(rows[i].why);
	}
}

/* civetweb skips white space before a request and then parses on into bytes that an earlier
 * connection left in the buffer. Of two pipelined requests the second stays there whole: as much
 * white space as the first was long would have it served again, token and all, to the attacker. */
static void
test_buffer_of_another_client(void **state)
{
#define VICTIM "GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer s\r\n\r\n"
	static struct client client;
	static struct answer answer;
	static char attack[sizeof VICTIM - 1];
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture, 2, KEEP_ALIVE_MS);
	memset(attack, '\r', sizeof attack);
	memset(attack + sizeof attack - 2, '\n', 2);
	for (int i = 0; i < 20; i++) { /* one of two workers takes it: now and then the same */
		client_open(&client, &fixture);
		client_ask(&client, VICTIM VICTIM, &answer);
		client_take(&client, false, "the victim's second", &answer);
		close(client.fd);
		usleep(10000);
		const unsigned served = atomic_load(&fixture.served);
		client_open(&client, &fixture);
		client_send(&client, attack, sizeof attack);
		client_take(&client, false, "the attacker", &answer);
		close(client.fd);
		if (answer.status != 400 || atomic_load(&fixture.served) != served)
			fail_msg("the request of another client was served again");
	}
	http_close(fixture.http);
}

/* What passes */

struct passage {
	const char *why;
	const char *request;
	const char *path;
	const char *query;
	bool keeps;
};

/* clang-format off */
static const struct passage passages[] = {
	{ "plain",                       GET "\r\n", "/", "", true },
	{ "HTTP/1.0 without anything",   "GET / HTTP/1.0\r\n\r\n", "/", "", false },
	{ "HTTP/1.0 that wants to stay",
	  "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "/", "", true },
	{ "a client that closes",        GET "Connection: close\r\n\r\n", "/", "", false },
	{ "keep-alive said twice",
	  GET "Connection: keep-alive\r\nConnection: keep-alive\r\n\r\n", "/", "", false },
	{ "an upgrade is not taken",
	  GET "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "/", "", false },
	{ "an upgrade to h2c",
	  GET "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
	  "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", "/", "", false },
	{ "a handler that closes",       "GET /close" V11 "\r\n", "/close", "", false },
	{ "%00 stays",                   "GET /%00" V11 "\r\n", "/%00", "", true },
	{ "%2e%2e stays",                "GET /%2e%2e/%2F" V11 "\r\n", "/%2e%2e/%2F", "", true },
	{ "// stays",                    "GET //a//b" V11 "\r\n", "//a//b", "", true },
	{ ".. stays",                    "GET /a/../b/./c" V11 "\r\n", "/a/../b/./c", "", true },
	{ "+ and ; stay",                "GET /a+b;c=d" V11 "\r\n", "/a+b;c=d", "", true },
	{ "a query",                     "GET /a?b=%00&c" V11 "\r\n", "/a", "b=%00&c", true },
	{ "an empty query",              "GET /a?" V11 "\r\n", "/a", "", true },
	{ "two question marks",          "GET /a?b?c" V11 "\r\n", "/a", "b?c", true },
	{ "a URL in the path",           "GET /http://b/" V11 "\r\n", "/http://b/", "", true },
	{ "a Host with a port",
	  "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "/", "", true },
	{ "no space behind a colon",     "GET / HTTP/1.1\r\nHost:a\r\n\r\n", "/", "", true },
	{ "spaces behind a colon",       "GET / HTTP/1.1\r\nHost:   a\r\n\r\n", "/", "", true },
	{ "spaces behind a value",
	  "GET / HTTP/1.1\r\nHost: a  \r\nConnection: close \r\n\r\n", "/", "", false },
	{ "a space behind a length",     "POST /" V11 CL "5 \r\n\r\nhello", "/", "", true },
	{ "an empty header last",        GET "A:\r\n\r\n", "/", "", true },
	{ "an empty header amidst",      GET "A:\r\nB: 1\r\n\r\n", "/", "", true },
	{ "64 headers",                  GET HEADERS_63 "\r\n", "/", "", true },
	{ "UTF-8 in a value",            GET "A: \343\201\202\r\n\r\n", "/", "", true },
	{ "PATCH",                       "PATCH /" V11 "\r\n", "/", "", true },
	{ "DELETE",                      "DELETE /" V11 "\r\n", "/", "", true },
	{ "OPTIONS",                     "OPTIONS /" V11 "\r\n", "/", "", true },
	{ "a preflight is ours",
	  "OPTIONS /" V11 "Origin: https://b\r\nAccess-Control-Request-Method: POST\r\n\r\n",
	  "/", "", true },
	{ "PUT",                         "PUT /" V11 CL "0\r\n\r\n", "/", "", true },
	{ "a body nobody reads",         "POST /" V11 CL "5\r\n\r\nhello", "/", "", true },
	{ "15 digits of length",
	  "POST /" V11 CL "000000000000005\r\n\r\nhello", "/", "", true },
	{ "a GET with a body",           GET CL "5\r\n\r\nhello", "/", "", true },
	{ "the longest body unread",     "POST /" V11 CL "8193\r\n\r\n", "/", "", false },
};
/* clang-format on */

static void
check_passage(const struct passage *row)
{
	static struct client client;
	static struct answer answer;

	client_open(&client, &shared);
	client_ask(&client, row->request, &answer);
	if (answer.status != 200 || strcmp(answer.body, "hello") != 0)
		fail_msg("%s: answered %d", row->why, answer.status);
	if (strcmp(shared.path, row->path) != 0 || strcmp(shared.query, row->query) != 0)
		fail_msg("%s: became %s?%s", row->why, shared.path, shared.query);
	if (answer.keeps != row->keeps)
		fail_msg("%s: Connection: %s", row->why, answer.keeps ? "keep-alive" : "close");
	if (!row->keeps && !client_ended(&client))
		fail_msg("%s: said close, stayed open", row->why);
	if (row->keeps) {
		client_ask(&client, GET_X, &answer);
		if (answer.status != 200 || strcmp(shared.path, "/x") != 0)
			fail_msg("%s: said keep-alive, the next got %d", row->why, answer.status);
	}
	close(client.fd);
}

static void
test_passages(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(passages); i++)
		check_passage(&passages[i]);
	assert_string_equal(shared.source, "127.0.0.1");
}

static void
test_repeated_headers(void **state)
{
	static struct answer answer;

	(void)state;
	ask_once(&shared, GET "authorization: Bearer a\r\n\r\n", &answer);
	assert_string_equal(shared.authorization, "Bearer a");
	assert_false(shared.authorization_twice);
	ask_once(
	    &shared, GET "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", &answer);
	assert_string_equal(shared.authorization, "");
	assert_true(shared.authorization_twice);
	ask_once(
	    &shared, GET "X-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\n\r\n", &answer);
	assert_string_equal(shared.source, "127.0.0.1");
}

/* Answers */

static void
test_forms_of_answers(void **state)
{
	static const struct {
		const char *why;
		const char *request;
		int status;
		size_t body_size; /* announced */
	} rows[] = {
		{ "with a body", GET "\r\n", 200, 5 },
		{ "HEAD", "HEAD /" V11 "\r\n", 200, 5 },
		{ "HEAD of the largest", "HEAD /big" V11 "\r\n", 200, REPLY_MAX },
		{ "the largest", "GET /big" V11 "\r\n", 200, REPLY_MAX },
		{ "a document", "GET /document" V11 "\r\n", 200, DOCUMENT_SIZE },
		{ "HEAD of a document", "HEAD /document" V11 "\r\n", 200, DOCUMENT_SIZE },
		{ "304", "GET /304" V11 "\r\n", 304, 0 },
		{ "204", "GET /204" V11 "\r\n", 204, 0 },
		{ "202 without a body", "GET /202" V11 "\r\n", 202, 0 },
		{ "with more headers", "GET /headers" V11 "\r\n", 200, 5 },
	};
	static struct client client;
	static struct answer answer;
	char value[64];

	(void)state;
	client_open(&client, &shared);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		client_ask(&client, rows[i].request, &answer);
		if (answer.status != rows[i].status || answer.body_size != rows[i].body_size)
			fail_msg("%s: %d, %zu", rows[i].why, answer.status, answer.body_size);
	}
	assert_int_equal(header_count(answer.head, "Allow", value, sizeof value), 1);
	assert_string_equal(value, "GET, HEAD");
	assert_int_equal(header_count(answer.head, "Vary", value, sizeof value), 1);
	close(client.fd);
}

/* Whole, in its order, and as often as it is asked for: it is sent from where it is. */
static void
test_documents(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	for (size_t i = 0; i < DOCUMENT_SIZE; i++)
		document_bytes[i] = (char)('a' + i % 23);
	client_open(&client, &shared);
	for (int again = 0; again < 3; again++) {
		client_ask(&client, "GET /document" V11 "\r\n", &answer);
		assert_int_equal(answer.body_size, DOCUMENT_SIZE);
		assert_memory_equal(answer.body, document_bytes, DOCUMENT_SIZE);
		client_ask(&client, GET "\r\n", &answer);
		assert_string_equal(answer.body, "hello");
	}
	close(client.fd);
}

static void
test_pipelined(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	client_open(&client, &shared);
	client_say(&client,
	    POST "Content-Length: 3\r\n\r\none" POST "Content-Length: 5\r\n\r\nthree"
		 "POST /" V11 "Content-Length: 4\r\n\r\nGET " POST "Content-Length: 4\r\n\r\nfour");
	static const char *const expected[] = { "one", "three", "hello", "four" };
	for (size_t i = 0; i < LENGTH(expected); i++) {
		client_take(&client, false, expected[i], &answer);
		assert_int_equal(answer.status, 200);
		assert_string_equal(answer.body, expected[i]);
	}
	close(client.fd);
}

static void
test_hundred_requests_a_connection(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	client_open(&client, &shared);
	for (int i = 1; i <= 100; i++) {
		client_ask(&client, GET "\r\n", &answer);
		assert_int_equal(answer.status, 200);
		assert_int_equal(answer.keeps, i < 100);
	}
	assert_true(client_ended(&client));
	close(client.fd);
}

/* Bodies */

static void
test_bodies(void **state)
{
	static char body[BODY_MAX + 1], request[BODY_MAX + 256];
	static const size_t sizes[] = { 1, 2, 100, 4096, BODY_MAX - 1, BODY_MAX };
	static struct answer answer;

	(void)state;
	memset(body, 'x', BODY_MAX);
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		assert_true(text_format(request, sizeof request,
		    POST "Content-Length: %zu\r\n\r\n%.*s", sizes[i], (int)sizes[i], body));
		ask_once(&shared, request, &answer);
		assert_int_equal(answer.status, 200);
		assert_int_equal(answer.body_size, sizes[i]);
	}
	ask_once(&shared, POST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body_size, 0);
}

static void
test_body_apart_from_its_head(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	client_open(&client, &shared);
	client_say(&client, POST "Content-Length: 10\r\n\r\n");
	usleep(50000);
	client_say(&client, "hello");
	usleep(50000);
	client_ask(&client, "world", &answer);
	assert_string_equal(answer.body, "helloworld");
	assert_true(answer.keeps);
	client_say(&client, "POST /" V11 "Content-Length: 5\r\n\r\nun");
	usleep(50000);
	client_ask(&client, "red", &answer); /* nobody reads it; the next is not misread */
	assert_true(answer.keeps);
	client_ask(&client, GET_X, &answer);
	assert_int_equal(answer.status, 200);
	close(client.fd);
}

static void
test_expect(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	client_open(&client, &shared);
	client_ask(&client, POST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", &answer);
	assert_int_equal(answer.status, 100);
	client_ask(&client, "hello", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "hello");
	client_ask(
	    &client, "POST /" V11 "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", &answer);
	assert_int_equal(answer.status, 200); /* answered without the body: not asked for */
	assert_false(answer.keeps);
	close(client.fd);
	ask_once(&shared, POST "Expect: 100-continue\r\nContent-Length: 9000\r\n\r\n", &answer);
	assert_int_equal(answer.status, 413);
}

/* How long the rejection of such a length took. */
static int64_t
refuse_length(const char *length)
{
	static struct client client;
	static struct answer answer;
	const int64_t start = clock_monotonic_ms();
	char request[128];

	assert_true(
	    text_format(request, sizeof request, POST "Content-Length: %s\r\n\r\n", length));
	client_open(&client, &shared);
	client_ask(&client, request, &answer);
	assert_int_equal(answer.status, 413);
	assert_int_equal(atomic_load(&shared.body), TOO_LARGE);
	assert_false(answer.keeps);
	assert_true(client_ended(&client)); /* and what it sends is not taken */
	close(client.fd);
	return clock_monotonic_ms() - start;
}

static void
test_announced_too_large(void **state)
{
	static const char *const lengths[] = { "8193", "65536", "1000000000", "999999999999999" };

	(void)state;
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		int64_t took = refuse_length(lengths[i]);
		for (int again = 0; again < AGAIN_MAX && took >= 200; again++)
			took = refuse_length(lengths[i]);
		assert_true(took < 200);
	}
}

/* A client that goes on sending is cut after what the sockets hold, not after a gigabyte. */
static void
test_gigabyte(void **state)
{
	static struct client client;
	static const char block[65536];
	size_t sent = 0;

	(void)state;
	client_open(&client, &shared);
	client_say(&client, POST "Content-Length: 1000000000\r\n\r\n");
	while (sent < 1000000000 && client_send(&client, block, sizeof block))
		sent += sizeof block;
	close(client.fd);
	assert_true(sent < 64U << 20);
	assert_lives("after a gigabyte");
}

static void
test_client_gone_amidst_its_body(void **state)
{
	static struct client client;

	(void)state;
	for (int i = 0; i < 2 * WORKERS; i++) {
		client_open(&client, &shared);
		client_say(&client, POST "Content-Length: 100\r\n\r\nhalf");
		close(client.fd);
	}
	for (int i = 0; i < PATIENCE_MS / 10 && atomic_load(&shared.body) != MALFORMED; i++)
		usleep(10000);
	assert_int_equal(atomic_load(&shared.body), MALFORMED);
	for (int i = 0; i < 2 * WORKERS; i++) { /* gone before the answer */
		client_open(&client, &shared);
		client_say(&client, "GET /big" V11 "\r\n");
		close(client.fd);
	}
	assert_lives("after clients that left");
}

static void
test_requests_in_pieces(void **state)
{
	static const struct {
		const char *why;
		const char *pieces[4];
	} rows[] = {
		{ "a head in two", { "GET / HTTP/1.1\r\nHo", "st: a\r\n\r\n" } },
		{ "between the last two bytes", { "GET / HTTP/1.1\r\nHost: a\r\n\r", "\n" } },
		{ "silence, then a request", { "", GET "\r\n" } },
		{ "a body behind its head", { POST CL "2\r\n\r\n", "{}" } },
		{ "a body in two", { POST CL "2\r\n\r\n{", "}" } },
		{ "all of it in four",
		    { "POST", " /echo HTTP/1.1\r\n", HOST CL "2\r\n\r\n{", "}" } },
	};
	static struct client client;
	static struct answer answer;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		client_open(&client, &shared);
		for (size_t j = 0; j < LENGTH(rows[i].pieces) && rows[i].pieces[j] != NULL; j++) {
			usleep(50000);
			client_say(&client, rows[i].pieces[j]);
		}
		client_take(&client, false, rows[i].why, &answer);
		if (answer.status != 200 || !answer.keeps)
			fail_msg("%s: answered %d", rows[i].why, answer.status);
		close(client.fd);
	}
}

/* Slow, but honest: the largest request there is, in 500 pieces. */
static void
test_largest_request_in_small_pieces(void **state)
{
	static char request[16384 + 2 + BODY_MAX + 1];
	static struct client client;
	static struct answer answer;
	const int length = snprintf(request, sizeof request, POST CL "8192\r\nA: ");

	(void)state;
	memset(request + length, 'a', sizeof request - 1 - (size_t)length);
	memcpy(request + 16384 - 2, "\r\n\r\n", 4);
	client_open(&client, &shared);
	for (size_t at = 0; at < sizeof request - 1; at += 50) {
		const size_t rest = sizeof request - 1 - at;
		assert_true(client_send(&client, request + at, rest < 50 ? rest : 50));
		if (at % 1000 == 0)
			usleep(1000);
	}
	client_take(&client, false, "the largest request", &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body_size, BODY_MAX);
	close(client.fd);
}

/* A body has its own time, also after a head that was slow. */
static void
test_time_for_a_body(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	client_open(&client, &shared);
	client_say(&client, POST "A: ");
	usleep(TIMEOUT_MS / 2 * 800);
	client_say(&client, "\r\n" CL "2\r\n\r\n");
	usleep(TIMEOUT_MS / 2 * 800);
	client_ask(&client, "{}", &answer);
	assert_int_equal(answer.status, 200);
	close(client.fd);
}

/* Nothing more will come of it: a whole request is answered, the rest is malformed. */
static void
test_half_closed(void **state)
{
	static const struct {
		const char *request;
		int status;
	} rows[] = {
		{ GET "\r\n", 200 },
		{ POST CL "2\r\n\r\n{}", 200 },
		{ "GET /", 400 },
		{ POST CL "9\r\n\r\n{", 400 },
		{ "", 0 },
	};
	static struct client client;
	static struct answer answer;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		client_open(&client, &shared);
		client_say(&client, rows[i].request);
		usleep(20000); /* it waits already */
		shutdown(client.fd, SHUT_WR);
		const int64_t start = clock_monotonic_ms();
		client_take(&client, false, rows[i].request, &answer);
		if (answer.status != rows[i].status)
			fail_msg("%s: answered %d", rows[i].request, answer.status);
		assert_true(clock_monotonic_ms() - start < PATIENCE_MS / 2);
		close(client.fd);
	}
}

/* Slow clients */

/* Sends `rest` one byte at a time; how long was it served, and what was the answer? */
static int64_t
drip(const char *head, const char *rest, useconds_t pause_us, struct answer *ret)
{
	static struct client client;
	const int64_t start = clock_monotonic_ms();

	client_open(&client, &shared);
	client_say(&client, head);
	for (; *rest != '\0' && client_send(&client, rest, 1); rest++) {
		struct pollfd answered = { .fd = client.fd, .events = POLLIN };
		if (poll(&answered, 1, (int)(pause_us / 1000)) > 0)
			break;
	}
	client_take(&client, false, head, ret);
	const int64_t took = clock_monotonic_ms() - start;
	if (ret->status != 0)
		assert_true(client_ended(&client));
	close(client.fd);
	return took;
}

#define LONG_REST \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
test_slow_clients(void **state)
{
	static const struct {
		const char *why;
		const char *head;
		const char *rest;
		useconds_t pause_us;
		int status;
	} rows[] = {
		{ "headers, a byte now and then", "GET / HTTP/1.1\r\nA: ", LONG_REST, 100000, 408 },
		{ "headers, just within each wait", "GET / HTTP/1.1\r\nA: ", LONG_REST, 450000,
		    408 },
		{ "headers that stop", "GET / HTTP/1.1\r\nA: ", "", 0, 408 },
		{ "nothing at all", "", "", 0, 0 },
		{ "a body, a byte now and then", POST "Content-Length: 80\r\n\r\n", LONG_REST,
		    100000, 408 },
		{ "a body, just within each wait", POST "Content-Length: 80\r\n\r\n", LONG_REST,
		    450000, 408 },
		{ "a body that stops", POST "Content-Length: 80\r\n\r\n", "", 0, 408 },
		{ "a body nobody reads", "POST /" V11 "Content-Length: 80\r\n\r\n", LONG_REST,
		    100000, 200 },
	};
	static struct answer answer;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int64_t took = drip(rows[i].head, rows[i].rest, rows[i].pause_us, &answer);
		if (took < TIMEOUT_MS / 2 - 50 || took > TIMEOUT_MS + 1500)
			fail_msg("%s: cut after %lld ms", rows[i].why, (long long)took);
		if (answer.status != rows[i].status || (answer.status != 0 && answer.keeps))
			fail_msg("%s: answered %d", rows[i].why, answer.status);
	}
}

static void
test_idle_connection_ends(void **state)
{
	static struct client client;
	static struct answer answer;

	(void)state;
	client_open(&client, &shared);
	client_ask(&client, GET "\r\n", &answer);
	assert_true(answer.keeps);
	const int64_t start = clock_monotonic_ms();
	assert_true(client_ended(&client));
	const int64_t took = clock_monotonic_ms() - start;
	assert_in_range(took, KEEP_ALIVE_MS - 50, KEEP_ALIVE_MS + 1500);
	close(client.fd);
	client_open(&client, &shared); /* a later request that stops amidst its headers */
	client_ask(&client, GET "\r\n", &answer);
	client_ask(&client, "GET / HTTP/1.1\r\nA:", &answer);
	assert_int_equal(answer.status, 408);
	close(client.fd);
}

/* Who waits for whom */

#define CLIENTS 32
#define BUSY_MS 1500

struct busy {
	pthread_t thread;
	unsigned answers;
	int64_t longest_ms;
	struct client client;
	struct answer answer;
};

/* Asks as fast as it can over one connection for as long as it is let. */
static void *
be_busy(void *context)
{
	struct busy *busy = context;
	const int64_t until = clock_monotonic_ms() + BUSY_MS;
	bool open = false;

	while (clock_monotonic_ms() < until) {
		const int64_t start = clock_monotonic_ms();
		if (!open)
			client_open(&busy->client, &shared);
		client_ask(&busy->client, GET "\r\n", &busy->answer);
		busy->answers += busy->answer.status == 200;
		open = busy->answer.status == 200 && busy->answer.keeps;
		if (!open)
			close(busy->client.fd);
		const int64_t took = clock_monotonic_ms() - start;
		busy->longest_ms = took > busy->longest_ms ? took : busy->longest_ms;
	}
	if (open)
		close(busy->client.fd);
	return NULL;
}

static void
test_nobody_starves(void **state)
{
	static struct busy clients[CLIENTS];
	unsigned all = 0, fewest = UINT32_MAX;
	int64_t longest = 0;

	(void)state;
	for (size_t i = 0; i < CLIENTS; i++)
		assert_int_equal(pthread_create(&clients[i].thread, NULL, be_busy, &clients[i]), 0);
	for (size_t i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		all += clients[i].answers;
		fewest = clients[i].answers < fewest ? clients[i].answers : fewest;
		longest = clients[i].longest_ms > longest ? clients[i].longest_ms : longest;
	}
	print_message("             %u answers, fewest %u, longest wait %lld ms\n", all, fewest,
	    (long long)longest);
	assert_true(fewest >= 10);
	assert_true(longest < 1000);
}

static void
assert_served_at_once(void)
{
	static struct answer answer;
	int64_t took = INT64_MAX;

	for (int i = 0; i < AGAIN_MAX && took >= 100; i++) {
		const int64_t start = clock_monotonic_ms();
		ask_once(&shared, GET "\r\n", &answer);
		assert_int_equal(answer.status, 200);
		took = clock_monotonic_ms() - start;
	}
	assert_true(took < 100);
}

/* Of twice as many clients as workers, those that are kept say something more, in turn. */
static void
check_kept_connections(const char *const words[static 2])
{
	static struct client clients[2 * WORKERS];
	static struct answer answer;
	unsigned kept = 0;

	usleep(100000);
	for (size_t i = 0; i < LENGTH(clients); i++) {
		client_open(&clients[i], &shared);
		client_ask(&clients[i], GET "\r\n", &answer);
		assert_int_equal(answer.status, 200);
		kept += answer.keeps;
		if (answer.keeps)
			client_say(&clients[i], words[i % 2]);
	}
	assert_int_equal(kept, WORKERS * 3 / 4);
	assert_served_at_once();
	for (size_t i = 0; i < LENGTH(clients); i++)
		close(clients[i].fd);
}

static void
test_idle_connections_lock_nobody_out(void **state)
{
	static const char *const nothing[2] = { "", "" };

	(void)state;
	check_kept_connections(nothing);
}

/* Connections that never speak, or never come to an end, hold each worker until their time is over.
 * Who comes then is served. */
/* asvs 15.4.4 */
static void
test_silent_connections(void **state)
{
	static struct client silent[WORKERS];
	static struct answer answer;
	static const char *const words[] = { "", "GET /", POST CL "5\r\n\r\n",
		POST "Expect: 100-continue\r\n" CL "5\r\n\r\n" };

	(void)state;
	usleep(100000);
	for (size_t i = 0; i < LENGTH(silent); i++) {
		client_open(&silent[i], &shared);
		client_say(&silent[i], words[i % LENGTH(words)]);
	}
	usleep(50000);
	const int64_t start = clock_monotonic_ms();
	ask_once(&shared, GET "\r\n", &answer);
	const int64_t took = clock_monotonic_ms() - start;
	assert_int_equal(answer.status, 200);
	assert_in_range(took, 0, TIMEOUT_MS + 500);
	for (size_t i = 0; i < LENGTH(silent); i++)
		close(silent[i].fd);
}

/* Nor do those that were served, were kept, and are slow with what they ask for next. */
static void
test_slow_later_requests(void **state)
{
	static const char *const beginnings[2] = { "GET /", POST CL "5\r\n\r\n" };

	(void)state;
	check_kept_connections(beginnings);
}

/* While every worker has a request, the next ones wait and are served in their turn. */
static void
test_no_worker_is_free(void **state)
{
	static struct client busy[WORKERS], waiting[2 * WORKERS];
	static struct answer answer;

	(void)state;
	usleep(100000);
	for (size_t i = 0; i < LENGTH(busy); i++) {
		client_open(&busy[i], &shared);
		client_say(&busy[i], "GET /slow" V11 "\r\n");
	}
	usleep(50000);
	for (size_t i = 0; i < LENGTH(waiting); i++) {
		client_open(&waiting[i], &shared);
		client_say(&waiting[i], GET_X);
	}
	assert_int_equal(http_connections(shared.http), WORKERS);
	for (size_t i = 0; i < LENGTH(busy); i++) {
		client_take(&busy[i], false, "who was busy", &answer);
		assert_int_equal(answer.status, 200);
		close(busy[i].fd);
	}
	for (size_t i = 0; i < LENGTH(waiting); i++) {
		client_take(&waiting[i], false, "who waited", &answer);
		assert_int_equal(answer.status, 200);
		close(waiting[i].fd);
	}
}

/* As client_open(), but the system takes next to nothing in until it is asked for. */
static void
client_open_deaf(struct client *client, const struct fixture *fixture)
{
	const int room = 1024, segment = 100; /* small ones make the server's room small too */

	client->size = 0;
	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	setsockopt(client->fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
	assert_true(loopback_connect_by(client->fd, fixture->port));
}

/* How many bytes come until the connection ends? */
static size_t
take_all(const struct client *client)
{
	static char bytes[4096];
	size_t all = 0;
	ssize_t size;

	while ((size = recv(client->fd, bytes, sizeof bytes, 0)) > 0)
		all += (size_t)size;
	return all;
}

/* Who takes nothing of an answer holds a worker until its time is over; and half an answer is the
 * last on its connection. */
static void
take_nothing_of(const char *request, size_t body_size)
{
	static struct client deaf[WORKERS];
	static struct answer answer;

	usleep(100000);
	for (size_t i = 0; i < LENGTH(deaf); i++) {
		client_open_deaf(&deaf[i], &shared);
		client_say(&deaf[i], request);
	}
	usleep(50000);
	const int64_t start = clock_monotonic_ms();
	ask_once(&shared, GET "\r\n", &answer);
	const int64_t took = clock_monotonic_ms() - start;
	assert_int_equal(answer.status, 200);
	assert_in_range(took, 0, TIMEOUT_MS + LOOKS_UP_MS + 500);
	for (size_t i = 0; i < LENGTH(deaf); i++) {
		assert_true(take_all(&deaf[i]) < body_size);
		close(deaf[i].fd);
	}
	assert_string_not_equal(shared.path, "/x");
}

/* asvs 15.4.4 */
static void
test_clients_that_take_nothing(void **state)
{
	(void)state;
	take_nothing_of("GET /big" V11 "\r\n" GET_X, REPLY_MAX);
	take_nothing_of("GET /document" V11 "\r\n" GET_X, DOCUMENT_SIZE);
}

/* The same of one who takes a little again and again. */
/* asvs 15.4.4 */
static void
test_client_that_takes_slowly(void **state)
{
	static struct client slow;
	char bytes[200];
	size_t size = 0;

	(void)state;
	for (int i = 0; i < 100 && http_connections(shared.http) > 0; i++)
		usleep(10000);
	client_open_deaf(&slow, &shared);
	client_say(&slow, "GET /big" V11 "\r\n");
	usleep(50000);
	assert_int_equal(http_connections(shared.http), 1);
	const int64_t start = clock_monotonic_ms();
	while (http_connections(shared.http) > 0 && size < REPLY_MAX) {
		size += (size_t)recv(slow.fd, bytes, sizeof bytes, 0);
		usleep(10000);
	}
	const int64_t took = clock_monotonic_ms() - start;
	print_message("             cut after %lld ms and %zu bytes\n", (long long)took, size);
	assert_in_range(took, TIMEOUT_MS - 100, TIMEOUT_MS + LOOKS_UP_MS + 500);
	assert_true(size + take_all(&slow) < REPLY_MAX);
	close(slow.fd);
}

/* Leaks */

static bool
is_long(void)
{
	return getenv("HTTP_TEST_LONG") != NULL;
}

static long
resident_kib(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
	fclose(file);
	return pages * 4;
}

/* Once they have been as many for half a second: those of before may be closing. */
static unsigned
settled_files(void)
{
	unsigned files = open_files();

	for (int alike = 0; alike < 10; alike++) {
		usleep(50000);
		const unsigned now = open_files();
		if (now != files)
			alike = 0;
		files = now;
	}
	return files;
}

/* How often what may leak is done. A sanitizer tells of a single leak. */
static int
repetitions(int many)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	many /= 10;
#endif
	return is_long() ? 5 * many : many;
}

static void
test_connections_leak_nothing(void **state)
{
	static struct answer answer;
	const int count = repetitions(2000);

	(void)state;
	const unsigned before = settled_files();
	for (int i = 0; i < count; i++) {
		ask_once(&shared, GET "Connection: close\r\n\r\n", &answer);
		assert_int_equal(answer.status, 200);
	}
	assert_int_equal(settled_files(), before);
}

static void
ask_many(int count)
{
	static struct client client;
	static struct answer answer;
	bool open = false;

	for (int i = 0; i < count; i++) {
		if (!open)
			client_open(&client, &shared);
		client_ask(&client, "GET /a//b/../c?d=e" V11 "\r\n", &answer);
		assert_int_equal(answer.status, 200);
		open = answer.keeps;
		if (!open)
			close(client.fd);
	}
	if (open)
		close(client.fd);
}

static void
test_requests_leak_nothing(void **state)
{
	(void)state;
	ask_many(2000);
	const long before = resident_kib();
	ask_many(repetitions(20000));
	const long after = resident_kib();
	print_message("             resident %ld KiB, then %ld KiB\n", before, after);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
	assert_true(after - before < 256);
#endif
}

/* The next connection is another worker's, for hundreds in turn. */
static void
test_closed_connection_keeps_no_memory(void **state)
{
	static struct answer answer;

	(void)state;
	ask_once(&shared, "GET /deep" V11 "Connection: close\r\n\r\n", &answer);
	assert_int_equal(answer.body_size, DEEP);
	assert_true(shared.deep_resident > (size_t)2 * DEEP - 4 * 4096);
	for (int i = 0; i < PATIENCE_MS && http_connections(shared.http) > 0; i++)
		usleep(1000);
	assert_int_equal(http_connections(shared.http), 0);
	assert_int_equal(resident_bytes(shared.deep, DEEP), 0);
	assert_int_equal(resident_bytes(shared.deep_exchange, sizeof *shared.deep_exchange), 0);
}

/* Kept alive, no answer waits for an acknowledgement: fifty would take two seconds. */
static void
test_no_answer_takes_40_ms(void **state)
{
	static struct client client;
	static struct answer answer;
	int64_t took = INT64_MAX;

	(void)state;
	for (int again = 0; again < AGAIN_MAX && took >= 1000; again++) {
		client_open(&client, &shared);
		const int64_t start = clock_monotonic_ms();
		for (int i = 0; i < 50; i++)
			client_ask(&client, POST "Content-Length: 5\r\n\r\nhello", &answer);
		took = clock_monotonic_ms() - start;
		close(client.fd);
	}
	assert_true(took < 1000);
}

/* Opening and closing */

static void
test_open_refuses(void **state)
{
	static const char *const rows[] = {
		"",
		"localhost:80",
		"18155", /* would be every address of the machine */
		"127.0.0.1:8443s",
		"127.0.0.1:80r",
		"[::1]:0",
		"127.0.0.1:1,127.0.0.1:2",
		"127.0.0.1:99999",
		"192.0.2.1:8080",
		"x/y",
	};
	const struct http_server server = { serve, refuse, &shared };
	char why[ERRBUF_MAX + 1], taken[32];
	struct http_options options = { taken, 2, KEEP_ALIVE_MS, TIMEOUT_MS };

	(void)state;
	assert_true(text_format(taken, sizeof taken, "127.0.0.1:%u", shared.port));
	for (size_t i = 0; i <= LENGTH(rows); i++) {
		options.listen = i < LENGTH(rows) ? rows[i] : taken;
		why[0] = '\0';
		struct http *http = http_open(&options, &server, why);
		if (http != NULL || why[0] == '\0')
			fail_msg("\"%s\" is listened on (%s)", options.listen, why);
	}
	http_close(NULL);
	assert_lives("after failed starts");
}

static void *
ask_slow(void *context)
{
	static struct answer answer;

	ask_once(context, "GET /slower" V11 "\r\n", &answer);
	return &answer;
}

static void *
ask_held(void *context)
{
	static struct answer answer;

	ask_once(context, "GET /held" V11 "\r\n", &answer);
	return NULL;
}

static void
wait_until_served(const struct fixture *fixture, unsigned count)
{
	const int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (atomic_load(&fixture->served) < count) {
		assert_true(clock_monotonic_ms() < until_ms);
		usleep(1000);
	}
}

/* Each connection ends with its next answer, and whoever comes is served. */
static void
test_draining(void **state)
{
	static struct client kept, later;
	static struct answer answer;
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture, 8, 60000);
	client_open(&kept, &fixture);
	client_ask(&kept, GET "\r\n", &answer);
	assert_true(answer.keeps);
	http_drain(fixture.http);
	client_ask(&kept, GET "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_false(answer.keeps);
	assert_true(client_ended(&kept));
	client_open(&later, &fixture);
	client_ask(&later, GET "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_false(answer.keeps);
	close(kept.fd);
	close(later.fd);
	http_close(fixture.http);
}

static void
test_closing(void **state)
{
	static struct client idle, half;
	static struct answer answer;
	struct fixture fixture;
	pthread_t thread;
	void *slow;

	(void)state;
	fixture_open(&fixture, 8, 60000);
	client_open(&idle, &fixture);
	client_ask(&idle, GET "\r\n", &answer);
	assert_true(answer.keeps);
	client_open(&half, &fixture);
	client_say(&half, "GET / HT");
	assert_int_equal(pthread_create(&thread, NULL, ask_slow, &fixture), 0);
	wait_until_served(&fixture, 2);
	const int64_t start = clock_monotonic_ms();
	http_close(fixture.http);
	const int64_t took = clock_monotonic_ms() - start;
	print_message("             closed after %lld ms\n", (long long)took);
	assert_int_equal(atomic_load(&fixture.finished), 2);
	pthread_join(thread, &slow);
	assert_int_equal(((struct answer *)slow)->status, 200); /* it ran, so it was answered */
	assert_false(((struct answer *)slow)->keeps);
	assert_true(client_ended(&idle));
	assert_in_range(took, 0, 10000);
	close(idle.fd);
	close(half.fd);
}

static void *
close_it(void *context)
{
	struct fixture *const fixture = context;

	fixture->closing_ms = clock_monotonic_ms();
	http_close(fixture->http);
	fixture->closed_ms = clock_monotonic_ms();
	return NULL;
}

/* Asks on a connection of its own; 0: nobody listens. */
static int
status_of_a_newcomer(const struct fixture *fixture)
{
	static struct client client;
	static struct answer answer;

	client.size = 0;
	client.fd = loopback_connect(fixture->port);
	if (client.fd < 0)
		return 0;
	client_ask(&client, GET "\r\n", &answer);
	close(client.fd);
	return answer.status;
}

/* Newcomers one after the other, from before the server begins to close. */
struct newcomers {
	unsigned rejected;
	int64_t last_ms;  /* when the last one came that was rejected */
	int64_t apart_ms; /* the longest time without one that the server may have seen */
};

/* They come until one is not even rejected, at most so many. */
static struct newcomers
newcomers_come(const struct fixture *fixture, int64_t since_ms, unsigned count, useconds_t pause_us)
{
	struct newcomers newcomers = { .last_ms = since_ms };

	while (newcomers.rejected < count) {
		const int64_t came_ms = clock_monotonic_ms();
		const int status = status_of_a_newcomer(fixture);
		const int64_t apart_ms = clock_monotonic_ms() - newcomers.last_ms;

		if (status != 200 && newcomers.apart_ms < apart_ms)
			newcomers.apart_ms = apart_ms;
		if (status != 200 && status != 502)
			break;
		newcomers.last_ms = came_ms;
		newcomers.rejected += status == 502;
		usleep(status == 502 ? pause_us : 0);
	}
	return newcomers;
}

static void
test_late_requests_are_handed_back(void **state)
{
	static struct client client;
	static struct answer answer;
	struct fixture fixture;
	pthread_t held, closer;

	(void)state;
	fixture_open(&fixture, 8, 60000);
	client_open(&client, &fixture);
	client_ask(&client, GET "\r\n", &answer);
	atomic_store(&fixture.holds, true);
	assert_int_equal(pthread_create(&held, NULL, ask_held, &fixture), 0);
	wait_until_served(&fixture, 2);
	assert_int_equal(pthread_create(&closer, NULL, close_it, &fixture), 0);
	assert_int_equal(newcomers_come(&fixture, 0, 1, 0).rejected, 1);
	const unsigned served = atomic_load(&fixture.served);
	client_ask(&client, GET "\r\n", &answer);
	assert_int_equal(answer.status, 502);
	assert_false(answer.keeps);
	assert_int_equal(status_of_a_newcomer(&fixture), 502);
	assert_int_equal(atomic_load(&fixture.served), served);
	atomic_store(&fixture.holds, false);
	close(client.fd);
	pthread_join(held, NULL);
	pthread_join(closer, NULL);
}

#define QUIET_MS     500  /* http.c: then nobody comes any more */
#define QUIET_MAX_MS 3000 /* http.c: whoever still comes holds up nothing */

static struct newcomers
drained_and_closed(struct fixture *fixture, unsigned count, useconds_t pause_us)
{
	pthread_t closer;

	fixture_open(fixture, 8, 60000);
	http_drain(fixture->http);
	assert_int_equal(status_of_a_newcomer(fixture), 200);
	const int64_t since_ms = clock_monotonic_ms();
	assert_int_equal(pthread_create(&closer, NULL, close_it, fixture), 0);
	const struct newcomers newcomers = newcomers_come(fixture, since_ms, count, pause_us);
	pthread_join(closer, NULL);
	assert_int_equal(status_of_a_newcomer(fixture), 0);
	return newcomers;
}

/* A proxy that comes again and again is given time to learn that it shall not; then nobody listens.
 * It is tried again where the machine stood still. */
static void
test_drained_hands_back_until_nobody_comes(void **state)
{
	struct fixture fixture;
	int64_t took_ms = QUIET_MAX_MS;

	(void)state;
	for (int i = 0; i < AGAIN_MAX && took_ms > QUIET_MAX_MS / 2; i++) {
		const struct newcomers newcomers = drained_and_closed(&fixture, 5, 200000);
		if (newcomers.rejected < 5) {
			assert_true(newcomers.apart_ms >= QUIET_MS);
			continue;
		}
		took_ms = fixture.closed_ms - newcomers.last_ms;
		assert_true(took_ms >= QUIET_MS);
	}
	assert_in_range(took_ms, QUIET_MS, QUIET_MAX_MS / 2);
}

/* Who never learns holds up nothing for long. */
static void
test_drained_closes_whoever_comes(void **state)
{
	struct fixture fixture;
	int64_t took_ms = 0;

	(void)state;
	for (int i = 0; i < AGAIN_MAX && took_ms < QUIET_MAX_MS; i++) {
		const struct newcomers newcomers = drained_and_closed(&fixture, 1000, 10000);
		took_ms = fixture.closed_ms - fixture.closing_ms;
		assert_true(took_ms >= QUIET_MAX_MS || newcomers.apart_ms >= QUIET_MS);
	}
	assert_in_range(took_ms, QUIET_MAX_MS, 3 * QUIET_MAX_MS);
}

/* civetweb looks only every two seconds whether it shall stop, and would serve nobody meanwhile. */
static void
test_idle_server_closes_at_once(void **state)
{
	struct fixture fixture;
	int64_t took = LOOKS_UP_MS;

	(void)state;
	for (int i = 0; i < AGAIN_MAX && took >= LOOKS_UP_MS / 4; i++) {
		fixture_open(&fixture, 8, 60000);
		usleep(20000); /* its listening thread waits */
		const int64_t began = clock_monotonic_ms();
		http_close(fixture.http);
		took = clock_monotonic_ms() - began;
	}
	assert_in_range(took, 0, LOOKS_UP_MS / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refusals_in_parts),
		cmocka_unit_test(test_origin_of_refusals),
		cmocka_unit_test(test_whole_urls),
		cmocka_unit_test(test_large_heads),
		cmocka_unit_test(test_buffer_of_another_client),
		cmocka_unit_test(test_passages),
		cmocka_unit_test(test_repeated_headers),
		cmocka_unit_test(test_forms_of_answers),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_pipelined),
		cmocka_unit_test(test_hundred_requests_a_connection),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_body_apart_from_its_head),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_announced_too_large),
		cmocka_unit_test(test_gigabyte),
		cmocka_unit_test(test_client_gone_amidst_its_body),
		cmocka_unit_test(test_requests_in_pieces),
		cmocka_unit_test(test_largest_request_in_small_pieces),
		cmocka_unit_test(test_time_for_a_body),
		cmocka_unit_test(test_half_closed),
		cmocka_unit_test(test_slow_clients),
		cmocka_unit_test(test_idle_connection_ends),
		cmocka_unit_test(test_nobody_starves),
		cmocka_unit_test(test_idle_connections_lock_nobody_out),
		cmocka_unit_test(test_silent_connections),
		cmocka_unit_test(test_slow_later_requests),
		cmocka_unit_test(test_no_worker_is_free),
		cmocka_unit_test(test_clients_that_take_nothing),
		cmocka_unit_test(test_client_that_takes_slowly),
		cmocka_unit_test(test_connections_leak_nothing),
		cmocka_unit_test(test_requests_leak_nothing),
		cmocka_unit_test(test_closed_connection_keeps_no_memory),
		cmocka_unit_test(test_no_answer_takes_40_ms),
		cmocka_unit_test(test_open_refuses),
		cmocka_unit_test(test_draining),
		cmocka_unit_test(test_closing),
		cmocka_unit_test(test_late_requests_are_handed_back),
		cmocka_unit_test(test_drained_hands_back_until_nobody_comes),
		cmocka_unit_test(test_drained_closes_whoever_comes),
		cmocka_unit_test(test_idle_server_closes_at_once),
	};

	return cmocka_run_group_tests(tests, open_shared, close_shared);
}
