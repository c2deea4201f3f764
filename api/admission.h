/* admission.h - admission control: rate limits of requests, and how many are worked on at once.
 *
 * Asked before a request costs anything. The limits stand in limit_table.h; the settings
 * REQUESTS_MAX, HASHING_MAX and PICTURES_MAX say how many at once. (ASVS 2.4.1, 15.2.2.) */

#ifndef ADMISSION_H
#define ADMISSION_H

#include "http_reply.h"
#include "limit_local.h"
#include "limit_table.h"
#include "error_info.h"
#include "result.h"
#include "service.h"
#include "client.h"

#include <stddef.h>
#include <stdint.h>

/* By what a request was counted, for admission_give_back(); borrows what it was counted by. Starts
 * as { 0 }. NULL in its place: what is counted is never given back. */
struct admission_counts {
	struct limit_subject subjects[2];
	struct limit_state states[2];
	unsigned count;
};

/* What the client of a request is told of its limits. */
struct admission_told {
	struct http_reply *reply;
	struct error_info *error_info;
};

/* Counts a request of this source and, if that is granted, of the /48 around it (PREFIX_FACTOR).
 * TOO_MANY and told->error_info->wait_s: one of them has reached the limit. Adds to the reply how
 * many are left to the source (RateLimit fields, draft-ietf-httpapi-ratelimit-headers-11). */
enum result admission_source(struct service *, enum limit_id, const struct client *,
    const struct admission_told *told, struct admission_counts *) MUST_USE;

/* Counts a request with this link. TOO_MANY as above; the reply says nothing of it. */
enum result admission_link(struct service *, enum limit_id, const struct jti *, struct error_info *,
    struct admission_counts *) MUST_USE;

/* Takes back what was counted: the request failed for a reason of ours. */
void admission_give_back(struct service *, const struct admission_counts *);

/* Counts for the whole service. OVERLOADED and error_info->wait_s: the limit has been reached. */
enum result admission_service(struct service *, enum limit_id, struct error_info *) MUST_USE;

/* A password that is to be hashed may wait so long for those before it. After a pause of the
 * database, as of a cluster that puts out a node, all who came meanwhile are there at once: two
 * seconds of them. It leaves time within the five of every answer. */
#define HASHING_WAIT_MS 2000

/* Takes a place among the requests that are worked on, and among those of this load. OVERLOADED:
 * there is none, or passwords would wait for longer than HASHING_WAIT_MS; nothing was taken. The
 * holder of a place gives it back with admission_leave(). */
enum result admission_enter(struct service *, enum load) MUST_USE;
void admission_leave(struct service *, enum load);

#endif
