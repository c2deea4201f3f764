/* http.c - bytes in, struct http_request out; reply in, bytes out. The only file with civetweb.
 *
 * civetweb 1.15 is lenient where a proxy in front of it may not be, drops what it does not
 * understand, and has no deadline for a body; what is refused or bounded here says why. What a path
 * means, and what an answer says, is the server's business. */

#include "http.h"

#include "clock.h"
#include "text.h"

#include <civetweb.h>

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define HEAD_MAX                16384 /* request line and headers; more is 431 */
#define READ_BUFFER_SIZE        32768 /* civetweb's: a head over HEAD_MAX is still seen */
#define CONTENT_LENGTH_DIGITS   15    /* far over BODY_MAX, far under an overflow */
#define REQUESTS_PER_CONNECTION 100   /* then the worker goes to who waits */
#define DRAIN_MAX_MS            10000
#define START_MAX_MS            5000

/* Of every answer (ASVS 3.4, 3.5.8). No Server header: it helps nobody but a scanner. */
#define FIXED_HEADERS                                                                              \
	"Cache-Control: no-store\r\n"                                                              \
	"X-Content-Type-Options: nosniff\r\n"                                                      \
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'\r\n" \
	"Referrer-Policy: no-referrer\r\n"                                                         \
	"Cross-Origin-Resource-Policy: same-site\r\n"

/* The headers that are looked at. */
enum header {
	CONNECTION,
	CONTENT_LENGTH,
	HOST,
	TRANSFER_ENCODING,
	ACCEPT_LANGUAGE,
	AUTHORIZATION,
	CONTENT_TYPE,
	ORIGIN,
	PREFLIGHT_METHOD,
	HEADER__MAX
};

static const char *const header_names[HEADER__MAX] = {
	[CONNECTION] = "Connection",
	[CONTENT_LENGTH] = "Content-Length",
	[HOST] = "Host",
	[TRANSFER_ENCODING] = "Transfer-Encoding",
	[ACCEPT_LANGUAGE] = "Accept-Language",
	[AUTHORIZATION] = "Authorization",
	[CONTENT_TYPE] = "Content-Type",
	[ORIGIN] = "Origin",
	[PREFLIGHT_METHOD] = "Access-Control-Request-Method",
};

struct headers {
	const char *value[HEADER__MAX];
	unsigned times[HEADER__MAX];
};

/* What one of civetweb's threads has of its own. It serves one connection at a time. */
struct worker {
	const char *buffer;       /* where civetweb's read buffer begins, as far as known */
	unsigned served;          /* requests of this connection */
	bool failed;              /* civetweb reported an error of this connection */
	int64_t waiting_since_ms; /* for the request that comes next */
	struct http_exchange exchange;
};

struct http {
	struct mg_context *context;
	struct http_server server;
	unsigned worker_count;
	int keep_alive_ms;
	int wait_max_ms;     /* the longest one wait for a client's bytes */
	atomic_uint started; /* threads that run */
	atomic_uint open;    /* connections that have a worker */
	atomic_uint running; /* requests between first look and last byte */
	atomic_bool closing;
	struct worker workers[]; /* pages of a worker that never ran are never touched */
};

static struct http *
http_of(const struct mg_connection *connection)
{
	return mg_get_user_data(mg_get_context(connection));
}

static struct worker *
worker_of(const struct mg_connection *connection)
{
	return mg_get_thread_pointer(connection);
}

static const char *
end_of(const char *text)
{
	return text + strlen(text);
}

/* The guard
 *
 * civetweb cuts the head into strings by writing NULs over what is between them, and shows only the
 * strings. Where they lie tells what was between: with CRLF and nothing else, each begins at
 * exactly one place. */

static bool
request_line_is_exact(const struct mg_request_info *info)
{
	const char *target_end = end_of(
	    info->query_string != NULL ? info->query_string : info->request_uri);

	return info->request_uri == end_of(info->request_method) + 1 &&
	       info->http_version == target_end + strlen(" HTTP/");
}

static bool
is_blank(const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	return from == to;
}

/* Where the empty line after the headers should be; NULL if a line before it is not exact (bare LF,
 * white space before a name or a colon). */
static const char *
headers_end(const struct mg_request_info *info)
{
	const char *line = end_of(info->http_version) + strlen("\r\n");

	for (int i = 0; i < info->num_headers; i++) {
		const struct mg_header *header = &info->http_headers[i];

		if (header->name != line || !is_blank(end_of(header->name) + 1, header->value))
			return NULL;
		line = end_of(header->value) + strlen("\r\n");
	}
	return line;
}

/* civetweb stops without a word at a folded line, a line it does not understand, and after 64. */
static bool
is_empty_line(const char *line, bool after_header)
{
	return line[-1] == '\0' && line[0] == (after_header ? '\r' : '\0') && line[1] == '\0';
}

/* RFC 9112 2.2 lets a server skip empty lines before a request. civetweb then takes the body from
 * the wrong place, and goes on into what an earlier client left in the buffer. */
static bool
begins_buffer(struct worker *worker, const char *method)
{
	if (worker->buffer == NULL || method < worker->buffer)
		worker->buffer = method;
	return method == worker->buffer;
}

static enum result
head_is_exact(struct worker *worker, const struct mg_request_info *info)
{
	if (!begins_buffer(worker, info->request_method) || !request_line_is_exact(info))
		return MALFORMED;
	const char *end = headers_end(info);
	if (end == NULL)
		return MALFORMED;
	if (end - info->request_method > HEAD_MAX)
		return HEADERS_TOO_LARGE;
	return is_empty_line(end, info->num_headers > 0) ? OK : MALFORMED;
}

/* RFC 9112 6.3: one length, or none; chunked is the proxy's to undo. */
static bool
framing_is_clear(const struct headers *headers)
{
	const char *length = headers->value[CONTENT_LENGTH];

	if (headers->times[TRANSFER_ENCODING] > 0 || headers->times[CONTENT_LENGTH] > 1)
		return false;
	if (length == NULL)
		return true;
	const size_t digits = strspn(length, "0123456789");
	return digits > 0 && digits <= CONTENT_LENGTH_DIGITS && length[digits] == '\0';
}

/* RFC 9112 3.2 */
static bool
host_is_clear(const struct headers *headers, const char *http_version)
{
	const char *host = headers->value[HOST];

	if (host == NULL)
		return strcmp(http_version, "1.0") == 0;
	return headers->times[HOST] == 1 && host[0] != '\0' &&
	       host[strcspn(host, " ,/?#@\\")] == '\0';
}

static bool
is_visible_ascii(const char *text)
{
	while (*text > ' ' && *text < 0x7F)
		text++;
	return *text == '\0';
}

static bool
target_is_plain(const struct mg_request_info *info)
{
	return info->request_uri[0] == '/' && is_visible_ascii(info->request_uri) &&
	       (info->query_string == NULL || is_visible_ascii(info->query_string));
}

static void
headers_note(struct headers *headers, const struct mg_header *header)
{
	for (int name = 0; name < HEADER__MAX; name++) {
		if (!text_equal_ignoring_case(header->name, header_names[name]))
			continue;
		headers->value[name] = header->value;
		headers->times[name]++;
		return;
	}
}

static enum result
guard(struct worker *worker, const struct mg_request_info *info, struct headers *ret_headers)
{
	TRY(head_is_exact(worker, info));
	for (int i = 0; i < info->num_headers; i++)
		headers_note(ret_headers, &info->http_headers[i]);
	if (!framing_is_clear(ret_headers) || !host_is_clear(ret_headers, info->http_version) ||
	    !target_is_plain(info))
		return MALFORMED;
	return OK;
}

/* Requests */

static const char *
once(const struct headers *headers, enum header name)
{
	return headers->times[name] == 1 ? headers->value[name] : NULL;
}

static void
request_fill(
    struct http_request *request, const struct mg_request_info *info, const struct headers *headers)
{
	request->method = info->request_method;
	request->path = info->request_uri;
	request->query = info->query_string;
	request->authorization = once(headers, AUTHORIZATION);
	request->authorization_twice = headers->times[AUTHORIZATION] > 1;
	request->content_type = once(headers, CONTENT_TYPE);
	request->accept_language = once(headers, ACCEPT_LANGUAGE);
	request->origin = once(headers, ORIGIN);
	request->preflight_method = once(headers, PREFLIGHT_METHOD);
	request->content_length = info->content_length;
}

/* Clears all but the big arrays, whose untouched pages stay untouched. */
static struct http_exchange *
exchange_begin(struct worker *worker, struct mg_connection *connection)
{
	struct http_exchange *exchange = &worker->exchange;

	memset(&exchange->request, 0, offsetof(struct http_request, body));
	memset(&exchange->reply, 0, offsetof(struct http_reply, headers));
	exchange->request.body[0] = '\0';
	exchange->reply.headers[0] = '\0';
	exchange->reply.body[0] = '\0';
	exchange->request.content_length = -1;
	exchange->request.connection = connection;
	text_copy_cut(exchange->request.source, sizeof exchange->request.source,
	    mg_get_request_info(connection)->remote_addr);
	return exchange;
}

static void
exchange_wipe(struct http_exchange *exchange)
{
	explicit_bzero(exchange->request.body, exchange->request.body_size);
	explicit_bzero(exchange->reply.headers, exchange->reply.headers_size);
	explicit_bzero(exchange->reply.head, sizeof exchange->reply.head);
	explicit_bzero(exchange->reply.body, exchange->reply.body_size);
}

/* RFC 9110 10.1.1: some clients hold a body back until they are asked for it. */
static bool
waits_to_be_asked(struct mg_connection *connection)
{
	const char *expect = mg_get_header(connection, "Expect");

	return expect != NULL && text_equal_ignoring_case(expect, "100-continue") &&
	       strcmp(mg_get_request_info(connection)->http_version, "1.1") == 0;
}

/* mg_read blocks until it has all it was asked for, and each byte renews its wait: only a read of
 * one byte is bounded. Nearly every body came with its head and lies in civetweb's buffer. */
static enum result
read_until(struct http_request *request, int64_t deadline_ms)
{
	while (request->body_size < (size_t)request->content_length) {
		if (clock_monotonic_ms() >= deadline_ms)
			return TIMED_OUT;
		const int count = mg_read(
		    request->connection, request->body + request->body_size, 1);
		if (count <= 0)
			return count == 0 ? TIMED_OUT : MALFORMED;
		request->body_size++;
	}
	request->body[request->body_size] = '\0';
	/* Nothing we take holds a NUL; a body taken from the wrong place (begins_buffer) does. */
	return memchr(request->body, '\0', request->body_size) == NULL ? OK : MALFORMED;
}

enum result
http_read_body(struct http_request *request)
{
	static const char please_go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const int wait_max_ms = http_of(request->connection)->wait_max_ms;

	if (request->content_length > BODY_MAX)
		return TOO_LARGE;
	if (request->body_failed)
		return MALFORMED;
	if ((int64_t)request->body_size >= request->content_length)
		return OK;
	if (waits_to_be_asked(request->connection))
		mg_write(request->connection, please_go_on, strlen(please_go_on));

	const enum result result = read_until(request, clock_monotonic_ms() + wait_max_ms);
	if (result != OK) {
		explicit_bzero(request->body, request->body_size);
		request->body_size = 0;
		request->body_failed = true;
	}
	return result;
}

/* Is the body of this request out of the way of the next? One that nobody asked for is read now:
 * the connection can be kept, and a client still sending would lose the answer to a reset. */
static bool
body_is_taken(struct http_request *request)
{
	if ((int64_t)request->body_size >= request->content_length)
		return true;
	if (waits_to_be_asked(request->connection))
		return false;
	return http_read_body(request) == OK;
}

/* Answers */

void
http_add_header(struct http_reply *reply, const char *name, const char *value)
{
	char *line = reply->headers + reply->headers_size;
	const size_t room = sizeof reply->headers - reply->headers_size;

	assert(name[strcspn(name, "\r\n: ")] == '\0' && value[strcspn(value, "\r\n")] == '\0');
	const bool fits = text_format(line, room, "%s: %s\r\n", name, value);
	assert(fits);
	(void)fits;
	reply->headers_size += strlen(line);
}

/* RFC 9110 5.6.7 */
static void
date_text(char ret[static 30])
{
	const time_t now = (time_t)clock_now();
	struct tm tm;

	gmtime_r(&now, &tm);
	if (strftime(ret, 30, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
		ret[0] = '\0';
}

/* RFC 9110 8.6: a 204 has no length, everything else of ours has exactly one. */
static bool
content_lines(const struct http_reply *reply, char *ret, size_t ret_size)
{
	ret[0] = '\0';
	if (reply->status == 204)
		return true;
	if (reply->media_type == NULL)
		return text_format(ret, ret_size, "Content-Length: 0\r\n");
	return text_format(ret, ret_size, "Content-Type: %s\r\nContent-Length: %zu\r\n",
	    reply->media_type, reply->body_size);
}

/* Writes the head of the answer right before its body and returns where it begins. */
static const char *
head_write(const struct mg_connection *connection, struct http_reply *reply, bool keep)
{
	char date[30], content[160];

	date_text(date);
	const bool fits = content_lines(reply, content, sizeof content) &&
			  text_format(reply->head, sizeof reply->head,
			      "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: %s\r\n%s" FIXED_HEADERS
			      "%s\r\n",
			      reply->status, mg_get_response_code_text(connection, reply->status),
			      date, keep ? "keep-alive" : "close", content, reply->headers);
	assert(fits && reply->status >= 200 && reply->body_size <= REPLY_MAX);
	(void)fits;
	const size_t size = strlen(reply->head);
	char *start = (char *)reply + offsetof(struct http_reply, body) - size;
	return memmove(start, reply->head, size);
}

/* Head and body leave in one write: in two, Nagle and a delayed acknowledgement cost 40 ms. */
static void
send_reply(struct http_exchange *exchange, bool keep)
{
	struct http_reply *reply = &exchange->reply;
	const char *method = exchange->request.method;
	const char *start = head_write(exchange->request.connection, reply, keep);
	const bool with_body = reply->media_type != NULL &&
			       (method == NULL || strcmp(method, "HEAD") != 0);
	const char *end = reply->body + (with_body ? reply->body_size : 0);

	/* A client that is gone is no news. */
	mg_write(exchange->request.connection, start, (size_t)(end - start));
}

static bool
client_keeps(const struct headers *headers, const char *http_version)
{
	if (headers->times[CONNECTION] == 0)
		return strcmp(http_version, "1.1") == 0;
	return headers->times[CONNECTION] == 1 &&
	       text_equal_ignoring_case(headers->value[CONNECTION], "keep-alive");
}

static bool
server_keeps(struct http *http, const struct worker *worker)
{
	return http->keep_alive_ms > 0 && !worker->exchange.reply.close &&
	       worker->served < REQUESTS_PER_CONNECTION && !atomic_load(&http->closing) &&
	       4 * (uint64_t)atomic_load(&http->open) <= 3 * (uint64_t)http->worker_count;
}

static int
finish(struct http *http, struct worker *worker, bool keep)
{
	const int status = worker->exchange.reply.status;

	/* civetweb would go on to read the rest of an announced body, however long. */
	if (!keep)
		mg_disable_connection_keep_alive(worker->exchange.request.connection);
	send_reply(&worker->exchange, keep);
	exchange_wipe(&worker->exchange);
	worker->waiting_since_ms = clock_monotonic_ms();
	atomic_fetch_sub(&http->running, 1);
	return status;
}

static int
refuse(struct mg_connection *connection, enum result why)
{
	struct http *http = http_of(connection);
	struct worker *worker = worker_of(connection);

	atomic_fetch_add(&http->running, 1);
	http->server.refuse(http->server.context, exchange_begin(worker, connection), why);
	return finish(http, worker, false);
}

/* What civetweb calls */

/* Every request it could parse, before it does anything with it. A result over 0 ends it. */
static int
on_request(struct mg_connection *connection)
{
	struct http *http = http_of(connection);
	struct worker *worker = worker_of(connection);
	const struct mg_request_info *info = mg_get_request_info(connection);
	struct headers headers = { 0 };

	worker->served++;
	const enum result verdict = guard(worker, info, &headers);
	if (verdict != OK)
		return refuse(connection, verdict);
	/* Counted first, asked then: http_close() does it the other way round. */
	atomic_fetch_add(&http->running, 1);
	struct http_exchange *exchange = exchange_begin(worker, connection);
	request_fill(&exchange->request, info, &headers);
	if (atomic_load(&http->closing))
		http->server.refuse(http->server.context, exchange, UNAVAILABLE);
	else
		http->server.serve(http->server.context, exchange);

	const bool keep = body_is_taken(&exchange->request) &&
			  client_keeps(&headers, info->http_version) && server_keeps(http, worker);
	return finish(http, worker, keep);
}

/* It says 400 to all that it could not read; the clock tells a slow client from a wrong one. */
static enum result
result_of(const struct mg_connection *connection, int status)
{
	const struct http *http = http_of(connection);
	const struct worker *worker = worker_of(connection);
	const int limit_ms = worker->served > 0 ? http->keep_alive_ms : http->wait_max_ms;

	if (status == 505)
		return BAD_HTTP_VERSION;
	if (status >= 500)
		return INTERNAL;
	return clock_monotonic_ms() - worker->waiting_since_ms >= limit_ms ? TIMED_OUT : MALFORMED;
}

static int
on_error(struct mg_connection *connection, int status, const char *message)
{
	(void)message;
	worker_of(connection)->failed = true; /* civetweb closes after each of its errors */
	refuse(connection, result_of(connection, status));
	return 0;
}

static int
on_open(const struct mg_connection *connection, void **connection_data)
{
	struct worker *worker = worker_of(connection);

	(void)connection_data;
	worker->served = 0;
	worker->failed = false;
	worker->waiting_since_ms = clock_monotonic_ms();
	atomic_fetch_add(&http_of(connection)->open, 1);
	return 0;
}

/* civetweb drops "*" and other hosts' absolute targets without calling anybody: it has parsed a
 * request but found no path here. This is the last moment to answer. */
static void
on_closing(const struct mg_connection *connection)
{
	const struct mg_request_info *info = mg_get_request_info(connection);

	if (worker_of(connection)->failed || info->request_uri == NULL || info->local_uri != NULL)
		return;
	/* The callback's const is for its user, not of the object. */
	refuse(
	    (struct mg_connection *)(uintptr_t)connection, /* NOLINT(performance-no-int-to-ptr) */
	    MALFORMED);
}

static void
on_closed(const struct mg_connection *connection)
{
	atomic_fetch_sub(&http_of(connection)->open, 1);
}

static void *
on_thread(const struct mg_context *context, int type)
{
	struct http *http = mg_get_user_data(context);

	if (type != 1) /* 1: serves connections */
		return NULL;
	return &http->workers[atomic_fetch_add(&http->started, 1)];
}

/* Its messages hold what clients sent. */
static int
on_message(const struct mg_connection *connection, const char *message)
{
	(void)connection;
	(void)message;
	return 1;
}

static const struct mg_callbacks callbacks = {
	.begin_request = on_request,
	.http_error = on_error,
	.init_connection = on_open,
	.connection_close = on_closing,
	.connection_closed = on_closed,
	.init_thread = on_thread,
	.log_message = on_message,
};

/* Opening and closing */

struct number {
	char text[12];
};

static struct number
number(int64_t value)
{
	struct number number;

	if (!text_format(number.text, sizeof number.text, "%lld", (long long)value))
		assert(0);
	return number;
}

static struct mg_context *
start(struct http *http, const char *listen, struct mg_error_data *error)
{
	const struct number workers = number(http->worker_count);
	const struct number keep_alive = number(http->keep_alive_ms);
	const struct number wait_max = number(http->wait_max_ms);
	const struct number buffer = number(READ_BUFFER_SIZE);
	/* clang-format off */
	const char *options[] = {
		"listening_ports",              listen,
		"num_threads",                  workers.text,
		"connection_queue",             "256",
		"listen_backlog",               "1024",
		"tcp_nodelay",                  "1",
		"max_request_size",             buffer.text,
		"request_timeout_ms",           wait_max.text,
		"enable_keep_alive",            http->keep_alive_ms > 0 ? "yes" : "no",
		"keep_alive_timeout_ms",        keep_alive.text,
		"decode_url",                   "no",
		/* or it answers preflights with "*" itself */
		"access_control_allow_origin",  "",
		"access_control_allow_methods", "",
		"access_control_allow_headers", "",
		NULL,
	};
	/* clang-format on */
	struct mg_init_data init = {
		.callbacks = &callbacks,
		.user_data = http,
		.configuration_options = options,
	};

	return mg_start2(&init, error);
}

/* civetweb goes on with fewer threads than it was told to make. */
static bool
all_started(struct http *http)
{
	const struct timespec a_moment = { .tv_nsec = 1000000 };

	for (int ms = 0; ms < START_MAX_MS; ms++) {
		if (atomic_load(&http->started) == http->worker_count)
			return true;
		nanosleep(&a_moment, NULL);
	}
	return false;
}

static struct http *
http_new(const struct http_options *options, const struct http_server *server)
{
	struct http *http = calloc(
	    1, sizeof *http + (size_t)options->workers * sizeof http->workers[0]);

	if (http == NULL)
		return NULL;
	http->server = *server;
	http->worker_count = options->workers;
	http->keep_alive_ms = options->keep_alive_ms;
	/* civetweb begins its last wait within one, so twice this is the bound of the whole. */
	http->wait_max_ms = options->request_timeout_ms > 1 ? options->request_timeout_ms / 2 : 1;
	return http;
}

/* All or nothing; on failure `why` is told. */
static bool
http_start(struct http *http, const char *listen, char why[static WHY_MAX + 1])
{
	char text[128] = "";
	struct mg_error_data error = { .text = text, .text_buffer_size = sizeof text };

	/* Asked for nothing it answers 0 as when it fails: ask for something it has. */
	if (mg_init_library(MG_FEATURES_FILES) == 0) {
		text_copy_cut(why, WHY_MAX + 1, "civetweb does not start");
		return false;
	}
	http->context = start(http, listen, &error);
	if (http->context != NULL && all_started(http))
		return true;
	if (!text_format(why, WHY_MAX + 1, "cannot listen on %s with %u workers: %s", listen,
		http->worker_count, http->context == NULL ? text : "not all threads could be made"))
		text_copy_cut(why, WHY_MAX + 1, "cannot listen");
	mg_stop(http->context);
	mg_exit_library();
	return false;
}

struct http *
http_open(const struct http_options *options, const struct http_server *server,
    char why[static WHY_MAX + 1])
{
	/* Address and port; no list, and none of civetweb's suffixes ("443s"). */
	if (options->listen[strspn(options->listen, "0123456789.:")] != '\0') {
		text_copy_cut(why, WHY_MAX + 1, "not an IPv4 address and port to listen on");
		return NULL;
	}
	struct http *http = http_new(options, server);
	if (http == NULL) {
		text_copy_cut(why, WHY_MAX + 1, "no memory for so many workers");
		return NULL;
	}
	if (http_start(http, options->listen, why))
		return http;
	free(http);
	return NULL;
}

void
http_close(struct http *http)
{
	const struct timespec a_moment = { .tv_nsec = 5000000 };

	if (http == NULL)
		return;
	/* mg_stop() sends nothing any more: what runs must end before. */
	atomic_store(&http->closing, true);
	const int64_t until_ms = clock_monotonic_ms() + DRAIN_MAX_MS;
	while (atomic_load(&http->running) > 0 && clock_monotonic_ms() < until_ms)
		nanosleep(&a_moment, NULL);
	mg_stop(http->context);
	mg_exit_library();
	free(http);
}
