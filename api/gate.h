/* gate.h - one request's life: load, find, token, body, handler, answer, one log line. */

#ifndef GATE_H
#define GATE_H

#include "endpoints.h"
#include "http.h"

struct service;

/* One listener's way in. */
struct gate {
	struct service *service;
	const struct endpoint_table *endpoints;
	bool inside; /* health and metrics: never shed, not counted */
};

/* For struct http_server: `context` is a struct gate. */
void gate_serve(void *context, struct http_exchange *);
void gate_reject(void *context, struct http_exchange *, enum result result);

#endif
