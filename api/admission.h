/* admission.h - admission control: has its sender asked too often, and is there room for one more?
 *
 * Answered before a request costs anything; limit_table.h has the table of how often, config.c the
 * settings of how many at once. (ASVS 2.4.1, 15.2.2.) */

#ifndef ADMISSION_H
#define ADMISSION_H

#include "http_reply.h"
#include "limit_table.h"
#include "error_info.h"
#include "result.h"
#include "service.h"
#include "client.h"

#include <stddef.h>
#include <stdint.h>

/* Counts one by source, and if it is granted one by the /48 around it (PREFIX_FACTOR). TOO_MANY and
 * refusal->wait_s, beyond either. Says in the reply how many are left to the source (RateLimit fields,
 * draft-ietf-httpapi-ratelimit-headers-11). */
enum result admission_source(struct service *, enum limit_id, const struct client *,
    struct http_reply *, struct error_info *) MUST_USE;

/* Counts one by link. TOO_MANY as above; the reply says nothing. */
enum result admission_link(
    struct service *, enum limit_id, struct jti jti, struct error_info *) MUST_USE;

/* Counts one of the whole service. OVERLOADED and refusal->wait_s, beyond it. */
enum result admission_service(struct service *, enum limit_id, struct error_info *) MUST_USE;

/* Takes a place among the requests that are worked on, and among those of its kind. OVERLOADED:
 * there is none; nothing was taken. */
enum result admission_enter(struct service *, enum load) MUST_USE;
void admission_leave(struct service *, enum load);

#endif
