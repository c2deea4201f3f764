/* service.h - what every request can reach: made by main, outlives the servers. */

#ifndef SERVICE_H
#define SERVICE_H

#include "config.h"
#include "portal.h"
#include "source_address.h"

#include <stdatomic.h>
#include <stdbool.h>

struct metrics;

struct service {
	const struct config *config;
	struct portal portal; /* the db, keys and pools that the stories work with */
	struct source_networks proxies;
	struct metrics *metrics;
	atomic_uint requests; /* being worked on now */
	atomic_bool draining; /* not ready any more: a stop has begun */
};

#endif
