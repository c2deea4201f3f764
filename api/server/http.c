/* http.c - bytes in, struct http_request out; reply in, bytes out. The only file with civetweb.
 *
 * civetweb 1.15 drops what it does not understand and has no deadline for a body; where this file
 * works around that, a comment says why. http_guard.c rejects what civetweb reads and a proxy may
 * read differently. What a path means, and what an answer says, is the business of struct
 * http_server. */

#include "http.h"

#include "clock.h"
#include "http_guard.h"
#include "pages.h"
#include "read_buffer.h"
#include "text.h"

#include <civetweb.h>

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define READ_BUFFER_SIZE        32768 /* a head over HTTP_HEAD_SIZE_MAX is still seen */
#define REQUESTS_PER_CONNECTION 100   /* then the worker goes to a waiting connection */
#define FIRST_WRITE             20480 /* nearly every answer is smaller than this */
#define LATER_WRITE             2048
#define RUNNING_MAX_MS          10000 /* for running requests to end, when it closes */
#define QUIET_MS                500   /* below the time for which a proxy goes elsewhere */
#define QUIET_MAX_MS            3000  /* there may be clients that no rejection sends away */
#define KNOCK_MAX_MS            100
#define A_MOMENT_NS             5000000
#define START_MAX_MS            5000
#define PAGE                    4096

/* On pages of its own, so that all of them can be given back. */
struct own_pages {
	_Alignas(PAGE) struct http_exchange exchange;
};

/* The state of one of civetweb's threads, which serves one connection at a time. */
struct worker {
	struct read_buffer read_buffer;
	void *stack_low;
	unsigned served;          /* requests of this connection */
	bool failed;              /* civetweb reported an error of this connection */
	int64_t waiting_since_ms; /* for the request that comes next */
	struct http_exchange *exchange;
};

struct http {
	struct mg_context *context;
	struct http_server server;
	struct sockaddr_in address;
	unsigned worker_count;
	int keep_alive_ms;
	int wait_max_ms;     /* the longest one wait for a client's bytes */
	atomic_uint started; /* threads that run */
	atomic_uint open;    /* connections that have a worker */
	atomic_uint running; /* requests between first look and last byte */
	atomic_bool draining;
	atomic_bool closing;
	atomic_llong rejected_ms; /* when one was last rejected because it closes */
	atomic_bool stopped;      /* civetweb is gone */
	struct own_pages *pages;  /* of the workers; what none used is not touched */
	struct worker workers[];
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

/* Requests ------------------------------------------------------------------------------------ */

static void
head_fill(struct http_head *head, const char *buffer, const struct mg_request_info *info)
{
	static_assert(MG_MAX_HEADERS == HTTP_HEAD_LINES_MAX, "http_guard.h says as many");
	head->buffer = buffer;
	head->method = info->request_method;
	head->path = info->request_uri;
	head->query = info->query_string;
	head->version = info->http_version;
	head->line_count = info->num_headers > 0 ? (size_t)info->num_headers : 0;
	for (size_t i = 0; i < head->line_count; i++) {
		head->lines[i].name = info->http_headers[i].name;
		/* It is in civetweb's read buffer, which is not const. */
		head->lines[i].value = (char *)(uintptr_t)info->http_headers[i]
					   .value; /* NOLINT(performance-no-int-to-ptr) */
	}
}

static struct http_exchange *
exchange_begin(struct worker *worker, struct mg_connection *connection)
{
	struct http_exchange *exchange = worker->exchange;

	http_request_clear(&exchange->request);
	http_reply_clear(&exchange->reply);
	exchange->request.connection = connection;
	text_copy_cut(exchange->request.source, sizeof exchange->request.source,
	    mg_get_request_info(connection)->remote_addr);
	return exchange;
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

/* Has the body of this request been read? If the handler did not, it is read now: then the
 * connection can be kept, and a client that is still sending does not lose the answer to a
 * reset. */
static bool
body_is_taken(struct http_request *request)
{
	if ((int64_t)request->body_size >= request->content_length)
		return true;
	if (waits_to_be_asked(request->connection))
		return false;
	return http_read_body(request) == OK;
}

/* Answers ------------------------------------------------------------------------------------- */

/* mg_write() waits again after each part that the client takes, so a large answer is written in
 * parts, with one deadline for all of them. False: the client did not take it all. */
static bool
write_until(struct mg_connection *connection, const char *bytes, size_t count, int64_t deadline_ms)
{
	size_t size = FIRST_WRITE;

	for (; count > 0; bytes += size, count -= size, size = LATER_WRITE) {
		if (size > count)
			size = count;
		if (mg_write(connection, bytes, size) != (int)size)
			return false;
		if (clock_monotonic_ms() >= deadline_ms)
			return size == count;
	}
	return true;
}

/* Head and body leave in one write: in two, Nagle and a delayed acknowledgement cost 40 ms. A
 * document is a second one, which is not copied and, by tcp_nodelay, waits for nothing. */
static void
send_reply(struct http *http, struct http_exchange *exchange, bool keep)
{
	struct mg_connection *connection = exchange->request.connection;
	struct http_reply *reply = &exchange->reply;
	const char *method = exchange->request.method;
	const char *start = http_reply_head(reply, keep);
	const bool with_body = reply->media_type != NULL &&
			       (method == NULL || strcmp(method, "HEAD") != 0);
	const struct http_document *document = with_body ? reply->document : NULL;
	const char *end = reply->body + (with_body ? reply->body_size : 0);
	const int64_t deadline_ms = clock_monotonic_ms() + 2 * (int64_t)http->wait_max_ms;

	/* The client would read a next answer as the rest of this one. */
	if (!write_until(connection, start, (size_t)(end - start), deadline_ms) ||
	    (document != NULL &&
		!write_until(connection, document->bytes, document->size, deadline_ms)))
		mg_disable_connection_keep_alive(connection);
}

static bool
server_keeps(struct http *http, const struct worker *worker)
{
	return http->keep_alive_ms > 0 && !worker->exchange->reply.close &&
	       worker->served < REQUESTS_PER_CONNECTION && !atomic_load(&http->draining) &&
	       4 * (uint64_t)atomic_load(&http->open) <= 3 * (uint64_t)http->worker_count;
}

static int
answer_and_wipe(struct http *http, struct worker *worker, bool keep)
{
	const int status = worker->exchange->reply.status;

	/* civetweb would go on to read the rest of an announced body, however long. */
	if (!keep)
		mg_disable_connection_keep_alive(worker->exchange->request.connection);
	send_reply(http, worker->exchange, keep);
	http_request_wipe(&worker->exchange->request);
	http_reply_wipe(&worker->exchange->reply);
	worker->waiting_since_ms = clock_monotonic_ms();
	atomic_fetch_sub(&http->running, 1);
	return status;
}

static int
reject_connection(
    struct mg_connection *connection, const struct http_headers *headers, enum result result)
{
	struct http *http = http_of(connection);
	struct worker *worker = worker_of(connection);

	atomic_fetch_add(&http->running, 1);
	struct http_exchange *exchange = exchange_begin(worker, connection);
	http_request_fill_reader(&exchange->request, headers);
	http->server.reject(http->server.context, exchange, result);
	return answer_and_wipe(http, worker, false);
}

/* Wipes what civetweb has read of a request that was answered: all values of headers but
 * "Connection", at which it looks once more, the query and the body. What follows in the buffer is
 * the next request. */
static void
wipe_read_request(
    const struct read_buffer *buffer, const struct http_head *head, const char *body, int64_t size)
{
	if (head->query != NULL)
		read_buffer_wipe(buffer, head->query, strlen(head->query));
	for (size_t i = 0; i < head->line_count; i++)
		if (!text_equal_ignoring_case(head->lines[i].name, "Connection"))
			read_buffer_wipe(
			    buffer, head->lines[i].value, strlen(head->lines[i].value));
	if (size > 0)
		read_buffer_wipe(buffer, body, (size_t)size);
}

/* Where the body begins: behind the last string, whose CR became its NUL, and the empty line. */
static const char *
body_of(const struct http_head *head)
{
	const char *const last = head->line_count > 0 ? head->lines[head->line_count - 1].value
						      : head->version;

	return last + strlen(last) + strlen("\r\n\r\n");
}

/* Answers what never came to on_request(). Where civetweb could not read a head, it has shown no
 * headers. */
static void
reject_unread(struct mg_connection *connection, enum result result)
{
	struct http_headers headers;
	struct http_head head;

	head_fill(&head, NULL, mg_get_request_info(connection));
	http_headers_find(&head, &headers);
	reject_connection(connection, &headers, result);
}

static void
reject_closing(struct http *http, struct http_exchange *exchange)
{
	atomic_store(&http->rejected_ms, clock_monotonic_ms());
	http->server.reject(http->server.context, exchange, STOPPING);
}

/* Callbacks of civetweb ----------------------------------------------------------------------- */

/* civetweb calls this for every request that it could parse, before it does anything else with it.
 * A returned status over 0 says that the request has its answer. */
static int
on_request(struct mg_connection *connection)
{
	struct http *http = http_of(connection);
	struct worker *worker = worker_of(connection);
	const struct mg_request_info *info = mg_get_request_info(connection);
	struct http_headers headers;
	struct http_head head;

	worker->served++;
	head_fill(&head, worker->read_buffer.start, info);
	const char *const body = body_of(&head);
	http_headers_find(&head, &headers);
	const enum result guarded = http_guard(&head, &headers);
	if (guarded != OK)
		return reject_connection(connection, &headers, guarded);
	/* Count first, then read `closing`: http_close() writes `closing` first, then reads the
	 * count. */
	atomic_fetch_add(&http->running, 1);
	struct http_exchange *exchange = exchange_begin(worker, connection);
	http_request_fill(&exchange->request, &head, &headers);
	exchange->request.content_length = info->content_length;
	if (atomic_load(&http->closing))
		reject_closing(http, exchange);
	else
		http->server.serve(http->server.context, exchange);

	const bool keep = body_is_taken(&exchange->request) && exchange->request.keeps &&
			  server_keeps(http, worker);
	const int status = answer_and_wipe(http, worker, keep);
	wipe_read_request(&worker->read_buffer, &head, body, info->content_length);
	return status;
}

/* civetweb says 400 of every request that it could not read; the time since the last tells a slow
 * client from a wrong one. */
static enum result
result_of_status(const struct mg_connection *connection, int status)
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
	reject_unread(connection, result_of_status(connection, status));
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

/* civetweb drops "*" and other ports' absolute targets without calling on_request() or on_error():
 * it has parsed a request but found no path here. This is the last moment to answer. */
static void
on_closing(const struct mg_connection *connection)
{
	const struct mg_request_info *info = mg_get_request_info(connection);

	if (worker_of(connection)->failed || info->request_uri == NULL || info->local_uri != NULL)
		return;
	/* The connection itself is not const. */
	reject_unread(
	    (struct mg_connection *)(uintptr_t)connection, /* NOLINT(performance-no-int-to-ptr) */
	    MALFORMED);
}

/* The worker may wait for hours now: it keeps no more than when it started. */
static void
on_closed(const struct mg_connection *connection)
{
	struct worker *const worker = worker_of(connection);

	read_buffer_wipe_all(&worker->read_buffer);
	pages_release(worker->exchange, sizeof *worker->exchange);
	stack_release(worker->stack_low);
	atomic_fetch_sub(&http_of(connection)->open, 1);
}

static void *
on_thread(const struct mg_context *context, int type)
{
	struct http *http = mg_get_user_data(context);

	if (type != 1) /* 1: serves connections */
		return NULL;
	const unsigned number = atomic_fetch_add(&http->started, 1);
	struct worker *const worker = &http->workers[number];
	worker->exchange = &http->pages[number].exchange;
	worker->stack_low = stack_low();
	read_buffer_watch(&worker->read_buffer, READ_BUFFER_SIZE);
	stack_release(worker->stack_low); /* naming the thread took a page */
	return worker;
}

/* civetweb's messages hold what clients sent, so they are not logged. */
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

/* Opening and closing ------------------------------------------------------------------------- */

struct decimal {
	char text[12];
};

static struct decimal
decimal(int64_t value)
{
	struct decimal decimal;

	if (!text_format(decimal.text, sizeof decimal.text, "%lld", (long long)value))
		assert(0);
	return decimal;
}

static struct mg_context *
start_civetweb(struct http *http, const char *listen, struct mg_error_data *error)
{
	const struct decimal workers = decimal(http->worker_count);
	const struct decimal keep_alive = decimal(http->keep_alive_ms);
	const struct decimal wait_max = decimal(http->wait_max_ms);
	const struct decimal buffer = decimal(READ_BUFFER_SIZE);
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
		/* or absolute targets are for a domain that it makes up; http_guard.c asks Host */
		"enable_auth_domain_check",     "no",
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

/* civetweb goes on when it could not make all its threads. */
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

static void
http_free(struct http *http)
{
	free(http->pages);
	free(http);
}

static struct http *
http_new(const struct http_options *options, const struct http_server *server)
{
	const size_t workers = options->workers;
	struct http *http = calloc(1, sizeof *http + workers * sizeof http->workers[0]);

	if (http == NULL)
		return NULL;
	http->pages = aligned_alloc(PAGE, workers * sizeof http->pages[0]);
	if (http->pages == NULL) {
		free(http);
		return NULL;
	}
	http->server = *server;
	http->worker_count = options->workers;
	http->keep_alive_ms = options->keep_alive_ms;
	/* civetweb begins its last wait within one, so twice this is the bound of the whole. */
	http->wait_max_ms = options->request_timeout_ms > 1 ? options->request_timeout_ms / 2 : 1;
	return http;
}

/* False, and errbuf: nothing was started. */
static bool
http_start(struct http *http, const char *listen, char errbuf[static ERRBUF_MAX + 1])
{
	char text[128] = "";
	struct mg_error_data error = { .text = text, .text_buffer_size = sizeof text };

	/* Without a feature asked for it returns 0, as when it fails; so ask for one it has. */
	if (mg_init_library(MG_FEATURES_FILES) == 0) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "civetweb does not start");
		return false;
	}
	http->context = start_civetweb(http, listen, &error);
	if (http->context != NULL && all_started(http))
		return true;
	if (!text_format(errbuf, ERRBUF_MAX + 1, "cannot listen on %s with %u workers: %s", listen,
		http->worker_count, http->context == NULL ? text : "not all threads could be made"))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "cannot listen");
	mg_stop(http->context);
	mg_exit_library();
	return false;
}

/* Address and port: a port alone would be every address. No list, and none of civetweb's suffixes
 * ("443s"). */
static bool
read_address(const char *listen, struct sockaddr_in *ret)
{
	const size_t length = strcspn(listen, ":");
	char host[INET_ADDRSTRLEN];
	int64_t port;

	if (listen[length] != ':' || !text_number(listen + length + 1, 1, 65535, &port) ||
	    !text_format(host, sizeof host, "%.*s", (int)length, listen))
		return false;
	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, host, &ret->sin_addr) == 1;
}

struct http *
http_open(const struct http_options *options, const struct http_server *server,
    char errbuf[static ERRBUF_MAX + 1])
{
	struct sockaddr_in address;

	if (!read_address(options->listen, &address)) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "not an IPv4 address and port to listen on");
		return NULL;
	}
	struct http *http = http_new(options, server);
	if (http == NULL) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory for so many workers");
		return NULL;
	}
	http->address = address;
	if (http_start(http, options->listen, errbuf))
		return http;
	http_free(http);
	return NULL;
}

unsigned
http_connections(const struct http *http)
{
	return atomic_load(&http->open);
}

void
http_drain(struct http *http)
{
	atomic_store(&http->draining, true);
}

/* Has http_close() to wait? Requests run, or there are proxies that may not know yet. */
static bool
is_asked(const struct http *http, int64_t began_ms, bool has_proxies)
{
	const int64_t now_ms = clock_monotonic_ms();

	if (atomic_load(&http->running) > 0)
		return now_ms < began_ms + RUNNING_MAX_MS;
	return has_proxies && now_ms < began_ms + QUIET_MAX_MS &&
	       now_ms < atomic_load(&http->rejected_ms) + QUIET_MS;
}

/* Connects, and goes away. False: nobody listens there any more. */
static bool
knock(const struct sockaddr_in *address)
{
	const struct timeval most = { .tv_usec = KNOCK_MAX_MS * 1000L };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return true;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
	const bool refused = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
			     errno == ECONNREFUSED;
	close(fd);
	return !refused;
}

/* civetweb's listening thread looks every two seconds, or when somebody connects, whether it shall
 * end. It serves nobody who connects after mg_stop() has begun, so it is woken at once. */
static void *
wake_listener(void *context)
{
	const struct timespec a_moment = { .tv_nsec = A_MOMENT_NS };
	struct http *http = context;

	while (!atomic_load(&http->stopped) && knock(&http->address))
		nanosleep(&a_moment, NULL);
	return NULL;
}

static void
stop_civetweb(struct http *http)
{
	pthread_t waker;
	const bool wakes = pthread_create(&waker, NULL, wake_listener, http) == 0;

	mg_stop(http->context);
	atomic_store(&http->stopped, true);
	if (wakes)
		pthread_join(waker, NULL);
	mg_exit_library();
}

void
http_close(struct http *http)
{
	const struct timespec a_moment = { .tv_nsec = A_MOMENT_NS };

	if (http == NULL)
		return;
	const bool has_proxies = atomic_load(&http->draining);
	const int64_t began_ms = clock_monotonic_ms();
	http_drain(http);
	/* mg_stop() sends nothing any more, so running requests must end before. */
	atomic_store(&http->rejected_ms, began_ms);
	atomic_store(&http->closing, true);
	do /* at least once: a worker may be about to count its request */
		nanosleep(&a_moment, NULL);
	while (is_asked(http, began_ms, has_proxies));
	stop_civetweb(http);
	http_free(http);
}
