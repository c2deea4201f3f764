/* limit_subject.h - what a limit counts: a client's address, a token, an account, the whole
 * service.
 *
 * The same subject serves both places of counting (limit_table.h): limit_try_of() makes a try in
 * the database of it, limit_local_count() counts it in the process. Neither keeps the bytes. */

#ifndef LIMIT_SUBJECT_H
#define LIMIT_SUBJECT_H

#include "client.h"
#include "limit_id.h"

#include <stdbool.h>
#include <stddef.h>

struct limit_subject {
	enum limit_id limit_id;
	const void *bytes; /* borrowed; compared byte by byte */
	size_t size;       /* 0: the whole service */
	int factor;        /* it may be so many times the limit's max */
	bool uncounted;    /* it is always granted, and nothing is written */
};

struct limit_subject limit_subject_of(enum limit_id, const void *bytes, size_t size);

/* The client's address; as many times the limit as clients may share it (SHARED_NETWORKS). */
struct limit_subject limit_subject_of_source(enum limit_id, const struct client *);

/* The /48 around an IPv6 address, PREFIX_FACTOR times the limit of the source. Uncounted for
 * IPv4. Is counted, peeked at and given back after the source's own. */
struct limit_subject limit_subject_of_prefix(enum limit_id, const struct client *);

struct limit_subject limit_subject_of_service(enum limit_id);

#endif
