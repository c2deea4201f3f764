/* http.h - the only file that knows civetweb: bytes in, struct http_request out; reply in, bytes
 * out.
 *
 * Before a request is handed on, http_guard.c has refused what two parsers could read differently;
 * such a connection is answered and closed. Paths are compared as they came: nothing is decoded.
 *
 * A request is served on a thread of civetweb's with a 100 KiB stack; each such thread has one
 * struct http_exchange of its own, so nothing is allocated for a request. Bodies and answers are
 * wiped from it after each; what civetweb's own read buffer keeps until the next request overwrites
 * it is beyond reach.
 *
 * A connection that has not asked for anything whole has no worker: it waits in the reception
 * (reception.h), thousands of them at once, where it is also ended when it is too slow. A whole
 * request is served, or told within 50 ms that there is too much to do.
 *
 * From its first request on a connection owns a worker while it is open. It is handed back after
 * 100 requests, and after any answer while more than three quarters of the workers have one: so
 * connections that are kept, however idle or slow their later requests, never hold more than those
 * three quarters. An answer is given up when the client takes none of it for half of
 * request_timeout_ms; most fit into the socket. */

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

/* Who serves. Both run on civetweb's threads, many at once; refuse() on the reception's too. */
struct http_server {
	/* Answers a request that passed the guard. */
	void (*serve)(void *context, struct http_exchange *);
	/* Answers one that did not, or an error of civetweb's own, or who was ended in the
	 * reception: writes the problem document of `why` into the reply. Of the request only
	 * `source` is known; all else may be NULL. `why` is MALFORMED, HEADERS_TOO_LARGE (on a kept
	 * connection 16 to 32 KiB; beyond that MALFORMED), BAD_HTTP_VERSION, TIMED_OUT (not whole in
	 * time), OVERLOADED (no worker was free in time), UNAVAILABLE (we are closing) or INTERNAL.
	 */
	void (*refuse)(void *context, struct http_exchange *, enum result why);
	void *context;
};

struct http_options {
	const char *listen; /* "127.0.0.1:8080" */
	unsigned workers;   /* threads = connections served at once */
	int keep_alive_ms;  /* how long an idle connection is kept; 0: not at all. A later request's
			     * headers are cut within twice this. */
	/* For the headers, and again for the body, as a whole. The first request of a connection
	 * gets all of it; of a later one half is granted, after all of it the request is cut. */
	int request_timeout_ms;
};

struct http;
struct reception_totals;

/* Listens and serves from now on. NULL, and `why`: the address is in use or not one of ours, or the
 * threads could not be made. Several may be open (public, inside). Close: http_close(). */
struct http *http_open(
    const struct http_options *, const struct http_server *, char why[static WHY_MAX + 1]) MUST_USE;

/* What became of connections that have no worker (reception.h). Any thread. */
void http_totals(const struct http *, struct reception_totals *ret);

/* Refuses new requests (UNAVAILABLE), lets the running ones end for up to 10 s, stops listening,
 * closes; NULL is fine. Idle connections delay it by at most 2 s (civetweb looks up that often). */
void http_close(struct http *);

/* Reads the announced body into request->body, once; asks for it if the client waits to be asked
 * (Expect: 100-continue). That of a connection's first request is there already. On failure the body is empty and the connection ends with the answer.
 * TOO_LARGE: announced over BODY_MAX, nothing read. TIMED_OUT: not whole in time. MALFORMED: the
 * peer went away, or there is a NUL in it. A body nobody read is read before the answer goes out.
 */
enum result http_read_body(struct http_request *) MUST_USE;

#endif
