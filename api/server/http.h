/* http.h - an HTTP/1.1 server on civetweb: hands on each request as a struct http_request and sends
 * the struct http_reply that it gets.
 *
 * Before a request is handed on, http_guard.c has rejected what two parsers could read differently;
 * such a connection is answered and closed. Paths are handed on as they came: nothing is decoded.
 *
 * A request is served on a thread of civetweb's with a stack of 100 KiB. Each such thread has one
 * struct http_exchange of its own, so nothing is allocated for a request. Body and answer are wiped
 * after each, and so are body, query and headers in civetweb's read buffer, all of which is wiped
 * when the connection is closed (read_buffer.h). Then the pages of the exchange and of the stack
 * go back to the system, as pages.h says: all workers take their turn, and would keep them.
 *
 * A connection owns a worker from the moment it is accepted until it is closed. It is closed after
 * 100 requests, and after any answer while more than three quarters of the workers have one: so
 * connections that are kept, however idle or slow their later requests, never hold more than those
 * three quarters. Silent and slow clients hold a worker until their time is over. When all workers
 * are taken, new connections wait unanswered, 256 in civetweb's queue and 1,024 in the system's. A
 * proxy in front keeps their number below that (deploy/). */

#ifndef HTTP_H
#define HTTP_H

#include "bounds.h"
#include "http_reply.h"
#include "http_request.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_exchange {
	struct http_request request;
	struct http_reply reply;
};

/* What answers requests. Both functions run on civetweb's threads, many at once. */
struct http_server {
	/* Answers a request that passed http_guard(). */
	void (*serve)(void *context, struct http_exchange *);
	/* Answers one that did not, or an error of civetweb's own: writes the problem document of
	 * the result into the reply. Of the request `source` is known and, where the head could be
	 * read, who reads the answer: `origin` and `accept_language`; all else may be NULL. The
	 * result is MALFORMED, HEADERS_TOO_LARGE (more than 64 headers, or 16 to 32 KiB; beyond
	 * that MALFORMED), LENGTH_REQUIRED (a chunked body), BAD_HTTP_VERSION, TIMED_OUT (headers
	 * not whole in time), STOPPING (the server is closing: nothing was done) or INTERNAL. */
	void (*reject)(void *context, struct http_exchange *, enum result);
	void *context;
};

struct http_options {
	const char *listen; /* "127.0.0.1:8080" */
	unsigned workers;   /* threads = connections served at once */
	int keep_alive_ms;  /* how long an idle connection is kept; 0: not at all. A later request's
			     * headers are cut within twice this. */
	/* For the headers, again for the body, and again for the client to take the answer, each as
	 * a whole: half of it is granted, after all of it the connection is cut. An answer is also
	 * given up when the client takes none of it for half of this. */
	int request_timeout_ms;
};

struct http;

/* Listens and serves from now on. NULL, and errbuf: the address is in use or not one of ours, or
 * the threads could not be made. Several may be open (public, inside). Close: http_close(). */
struct http *http_open(const struct http_options *, const struct http_server *,
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* How many connections have a worker now, at most options.workers. Any thread. */
unsigned http_connections(const struct http *);

/* There is a proxy, which shall learn that this server will close: ends every connection with its
 * next answer ("Connection: close") from now on, and serves new ones as before. So a proxy keeps no
 * connection that http_close() would close in the moment in which the proxy sends a request on
 * it. */
void http_drain(struct http *);

/* Rejects new requests (STOPPING), gives the running ones up to 10 s to end, stops listening and
 * closes; NULL is fine. After http_drain() it goes on to reject until none has come for half a
 * second, three seconds at most: a proxy that was rejected goes elsewhere, and only then can the
 * listener close without one that sends meanwhile. Idle connections delay it by at most 2 s
 * (civetweb looks up that often). */
void http_close(struct http *);

/* Reads the announced body into request->body, once; asks for it if the client waits to be asked
 * (Expect: 100-continue). On failure the body is empty and the connection ends with the answer.
 * TOO_LARGE: announced over BODY_MAX, nothing read. TIMED_OUT: not whole in time. MALFORMED: the
 * client went away, or there is a NUL in it. A body that the handler did not read is read before
 * the answer is sent. */
enum result http_read_body(struct http_request *) MUST_USE;

#endif
