/* client.h - who asks, as far as the service can tell: for counters, the audit trail and the label
 * of a login. Filled by the HTTP edge; lives while the request is served. */

#ifndef CLIENT_H
#define CLIENT_H

#include "bounds.h"
#include "ids.h"

#include <stdint.h>

#define SHARED_NETWORK_FACTOR \
	100 /* SHARED_NETWORKS: so many members may be behind one address at once */

/* So many times the limits of a source hold for the /48 around an IPv6 one. One line may be all of a
 * /48, and is then as much as sixteen lines of IPv4, not 65,536. It may also be the homes of 256 lines
 * with a /56 each, or a carrier's telephones with a /64 each: they have room, as few of them are here
 * at once. (RFC 6177.) */
#define PREFIX_FACTOR 16

struct client {
	char source[SOURCE_MAX +
		    1]; /* what is counted: an IPv4 address, or the /64 of an IPv6 one */
	char prefix[SOURCE_MAX + 1]; /* counted beside it: the /48 around an IPv6 one; "" of IPv4 */
	char network[SOURCE_MAX + 1]; /* what is kept: the /24 or /48 */
	struct request_id request_id;
	const char *user_agent; /* NULL: none said */
	unsigned
	    shared_network_factor; /* times the limits of a source and of its prefix: 1, or CROWD where
				   many share one */
};

#endif
