/* gate.h - the life of one request: the guards in their order, the handler, one answer, one log
 * line. */

#ifndef GATE_H
#define GATE_H

#include "endpoints.h"
#include "http.h"

struct service;

/* What the requests of one listener go through. */
struct gate {
	struct service *service;
	const struct endpoint_table *endpoints;
	bool inside; /* the listener of health and metrics: no limits, no CORS, no log line */
};

/* The two functions of struct http_server; `context` is a struct gate. gate_serve() answers a
 * request, gate_reject() one that never reached the guards, with the problem document of `result`.
 */
void gate_serve(void *context, struct http_exchange *);
void gate_reject(void *context, struct http_exchange *, enum result result);

#endif
