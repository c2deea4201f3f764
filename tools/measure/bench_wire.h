/* bench_wire.h - one kept HTTP/1.1 connection, as the load programs need it: a call at a time.
 *
 * Reads what myportald writes: a status line, a Content-Length, a body. Nothing is repeated: a
 * connection that breaks is an error of the call that saw it. */

#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define WIRE_REQUEST_MAX 16384 /* head and body */
#define WIRE_ANSWER_MAX  65536 /* head and body; the service's own bound is 40 KiB */
#define WIRE_TIMEOUT_S   30    /* for each read; then the call has failed */

struct wire {
	struct sockaddr_in to;
	int fd; /* -1: the next call connects */
	char request[WIRE_REQUEST_MAX];
	char answer[WIRE_ANSWER_MAX + 1];
};

struct wire_call {
	const char *method;
	const char *path;
	const char *token; /* of the bearer; "-" for none */
	const char *body;  /* JSON; "" for none */
};

/* Prepares a wire to HOST:PORT, an IPv4 address. False: it is none. */
bool wire_open(struct wire *, const char *address);

void wire_close(struct wire *);

/* Sends a call and reads its answer; connects first if the service ended the connection. Returns
 * the status, or -1: no answer. *ret_body is the wire's until the next call. */
int wire_call(struct wire *, const struct wire_call *, const char **ret_body);

/* Copies the value of the first member of this name: a string without escapes, as tokens are.
 * False: there is none that fits. */
bool wire_member(const char *body, const char *name, char *ret, size_t size);

#endif
