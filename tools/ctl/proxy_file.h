/* proxy_file.h - reads what the configuration of nginx or HAProxy says about connections to the
 * service, and about the app's origins; for myportalctl doctor.
 *
 * Not a parser of their languages: it looks for the words that deploy/nginx/myportal.conf and
 * deploy/haproxy/haproxy.cfg have. Pure. */

#ifndef PROXY_FILE_H
#define PROXY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROXY_ORIGINS_MAX 2048

enum proxy_kind { PROXY_NGINX, PROXY_HAPROXY };

struct proxy_file {
	size_t servers;      /* lines of them whose port is the service's */
	int64_t connections; /* the most to one of them at once; 0: without a bound */
	int64_t idle;        /* kept besides: of HAProxy, of all processes of nginx */
	int64_t idle_ms;     /* the longest; 0: not said */
	char origins[PROXY_ORIGINS_MAX + 1]; /* a blank behind each */
	size_t others; /* sections of HAProxy with servers, and none of the service's */
};

/* Reads the text of a file. `port`: the service's, which its lines "server" end in. */
void proxy_file_read(enum proxy_kind, const char *text, unsigned port, struct proxy_file *ret);

#endif
