/* client.h - who sends a request, as far as the service can tell: for limits, the audit trail and
 * the device label of a session. The HTTP edge fills it; it lives while the request is served. */

#ifndef CLIENT_H
#define CLIENT_H

#include "bounds.h"
#include "ids.h"

#include <stdint.h>

/* In the networks of SHARED_NETWORKS so many members may share one address at once. */
#define SHARED_NETWORK_FACTOR 100

/* The /48 around an IPv6 address may have so many times the limits of one source. A /48 may be
 * one line, which then has as much as sixteen lines of IPv4, not 65,536. It may also be the homes
 * of 256 lines with a /56 each, or a carrier's telephones with a /64 each: sixteen times is room
 * for them, as few of them come here at once (RFC 6177). */
#define PREFIX_FACTOR 16

struct client {
	/* What limits count: an IPv4 address, or the /64 of an IPv6 one. */
	char source[SOURCE_MAX + 1];
	/* What they count beside it: the /48 around an IPv6 address; "" for IPv4. */
	char prefix[SOURCE_MAX + 1];
	/* What the audit trail keeps: the /24 or /48. */
	char network[SOURCE_MAX + 1];
	struct request_id request_id;
	const char *user_agent; /* borrowed; NULL: the request has none */
	/* Times the limits of source and prefix: 1, or SHARED_NETWORK_FACTOR. */
	unsigned shared_network_factor;
};

#endif
