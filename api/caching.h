/* caching.h - answers that anybody may keep: for how long, under which name, and who has one
 * already (RFC 9110 8.8.3, 13.1.2; RFC 9111).
 *
 * What the service answers is for nobody's cache, but for the few endpoints whose row says
 * otherwise (endpoints.h). Their successes are the same for everybody, and of one spelling, so that
 * all replicas give them one name: a hash of their bytes. */

#ifndef CACHING_H
#define CACHING_H

#include <stdbool.h>
#include <stdint.h>

struct http_reply;

/* Lets anybody keep this success for so long: adds Cache-Control and ETag. If the client has it
 * already, which `if_none_match` says (NULL: it has nothing), the answer becomes a 304 without a
 * body. */
void caching_allow(struct http_reply *, int64_t max_age_s, const char *if_none_match);

/* Is this entity tag among those of an If-None-Match? Compares weakly, as RFC 9110 13.1.2 wants:
 * a proxy that packs an answer makes its tag weak. What is no list of tags has none. Pure. */
bool caching_tag_is_listed(const char *if_none_match, const char *entity_tag);

#endif
