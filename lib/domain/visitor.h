/* visitor.h - who asks, as far as the service can tell: for counters, the audit trail and the label
 * of a login. Filled by the HTTP edge; lives while the request is served. */

#ifndef VISITOR_H
#define VISITOR_H

#include "bounds.h"

#include <stdint.h>

#define CROWD 100 /* SHARED_NETWORKS: so many members may be behind one address at once */

struct visitor {
	char source[SOURCE_MAX +
		    1]; /* what is counted: an IPv4 address, or the /64 of an IPv6 one */
	char network[SOURCE_MAX + 1]; /* what is kept: the /24 or /48 */
	uint8_t request_id[REQUEST_ID_SIZE];
	const char *user_agent; /* NULL: none said */
	unsigned crowd;         /* times the limits of a source: 1, or CROWD where many share one */
};

#endif
