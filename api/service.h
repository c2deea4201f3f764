/* service.h - what every request can reach: made by main, outlives the servers. */

#ifndef SERVICE_H
#define SERVICE_H

#include "config.h"
#include "app.h"
#include "email_domains.h"
#include "ready.h"
#include "source_address.h"

#include <stdatomic.h>
#include <stdbool.h>

struct http;
struct metrics;
struct monitor;

/* What a request costs most (ASVS 15.1.3); each kind has a bound of its own (ASVS 15.2.2). */
enum load { LOAD_REST, LOAD_HASHING, LOAD_PICTURES, LOAD__MAX };

struct service {
	const struct config *config;
	struct app app; /* the db, keys and pools that the flows work with */
	struct email_domains registration_domains;
	struct source_networks proxies;
	struct source_networks shared; /* where many members share an address */
	struct http *_Atomic public;   /* NULL until it listens */
	struct metrics *metrics;
	struct monitor *monitor;      /* NULL: what only the database knows is in no metric */
	atomic_uint requests;         /* being worked on now */
	atomic_uint loads[LOAD__MAX]; /* of them by what they cost most */
	struct ready ready;
	atomic_bool draining; /* not ready any more: a stop has begun */
};

#endif
