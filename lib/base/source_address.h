/* source_address.h - the client's address behind proxies, and what is counted and kept of it. Pure.
 * (ASVS 4.1.3, 15.3.4.)
 *
 * A client can write any X-Forwarded-For. Each proxy appends the address that it was connected
 * from, so the header is true from the right end, as far as trusted proxies wrote it. The caller
 * passes their networks; without any, the header is ignored.
 *
 * Addresses are texts as inet_ntop() writes them, at most SOURCE_MAX bytes. IPv4 within IPv6
 * (::ffff:192.0.2.1) is IPv4. */

#ifndef SOURCE_ADDRESS_H
#define SOURCE_ADDRESS_H

#include "bounds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCE_NETWORKS_MAX      16
#define SOURCE_NETWORKS_TEXT_MAX 512
/* As long as a whole head may be. If it were less, a client that sends a longer header would be
 * taken for the proxy. */
#define FORWARDED_FOR_MAX 16384

struct source_address {
	uint8_t bytes[16]; /* IPv4 as ::ffff:0:0/96 (RFC 4291 2.5.5.2) */
};

struct source_network {
	struct source_address address;
	unsigned bits; /* of 128 */
};

/* Zeroed, it holds none. */
struct source_networks {
	size_t count;
	struct source_network network[SOURCE_NETWORKS_MAX];
};

/* Reads the networks of the setting `name` (the proxies that are trusted, say): written as
 * 10.0.0.0/8 or 2001:db8::/32, or single addresses, commas and spaces between; at most
 * SOURCE_NETWORKS_MAX of them in SOURCE_NETWORKS_TEXT_MAX bytes; "" is none. An address with bits
 * behind its prefix is rejected (10.0.0.1/8: which was meant?), and so is a prefix of 0, with which
 * every client could write its own address. False, and errbuf says what is wrong with which word;
 * `ret` is untouched. */
bool source_networks_read(const char *name, const char *text, struct source_networks *ret,
    char errbuf[static ERRBUF_MAX + 1]) __attribute__((warn_unused_result));

/* Is this address in one of the networks? False, too, if it is no address. */
bool source_networks_hold(const struct source_networks *, const char *source);

/* The client's address: the first that is not trusted, from the socket's through X-Forwarded-For
 * from right to left; the leftmost, if all are. What is no address ends the walk at the one before.
 * Ports are passed over (192.0.2.1:443, [2001:db8::1]:443); zones (%eth0) and octal (010.0.0.1) are
 * no addresses. `forwarded_for` is NULL if there was none, or several: which of them came first is
 * not known, so the proxy must append to one or replace it. One longer than FORWARDED_FOR_MAX is
 * not looked at. `ret` is "" if the socket's is no address. */
void source_of(const struct source_networks *trusted, const char *socket_address,
    const char *forwarded_for, char ret[static SOURCE_MAX + 1]);

/* What is counted: an IPv4 address as it is, "2001:db8:1:2::/64" of an IPv6 one, since that is the
 * least that anybody has alone. "" if it is no address. `ret` may be `source`. */
void source_key(const char *source, char ret[static SOURCE_MAX + 1]);

/* What is counted beside it: "2001:db8:1::/48" of an IPv6 address. One line gets more than a /64,
 * commonly a /56, at most a /48 (RFC 6177), and so is 256 to 65,536 of the sources above. "" of
 * IPv4, and if it is no address. `ret` may be `source`. */
void source_prefix(const char *source, char ret[static SOURCE_MAX + 1]);

/* What is kept: enough to tell a region or a provider, not a household: "192.0.2.0" of a /24,
 * "2001:db8:1::" of a /48 (one household only where a provider gives that much to each). "" if it
 * is no address. `ret` may be `source`. */
void source_truncate(const char *source, char ret[static SOURCE_MAX + 1]);

#endif
