/* source_address.c - the client's address behind proxies, and what is counted and kept of
 * it. */

#include "source_address.h"

#include "text.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#define ADDRESS_BITS    128
#define IPV4_BITS       32
#define IPV4_PREFIX     (ADDRESS_BITS - IPV4_BITS)
#define NETWORK_MAX     (SOURCE_MAX + 4) /* "/128" */
#define ENTRY_MAX       (SOURCE_MAX + 8) /* "[", "]:65535" */
#define COUNTED_BITS    64
#define SITE_BITS       48
#define KEPT_BITS       48
#define KEPT_BITS_IPV4  (IPV4_PREFIX + 24)
#define NETWORK_BETWEEN ", "

/* Addresses */

static const uint8_t ipv4_prefix[IPV4_PREFIX / 8] = { [10] = 0xFF, [11] = 0xFF };

static bool
is_ipv4(const struct source_address *address)
{
	return memcmp(address->bytes, ipv4_prefix, sizeof ipv4_prefix) == 0;
}

/* inet_pton() takes neither zones nor octal, and nothing before or behind. */
static bool
address_read(const char *text, struct source_address *ret)
{
	if (inet_pton(AF_INET6, text, ret->bytes) == 1)
		return true;
	memcpy(ret->bytes, ipv4_prefix, sizeof ipv4_prefix);
	return inet_pton(AF_INET, text, ret->bytes + sizeof ipv4_prefix) == 1;
}

static void
address_write(const struct source_address *address, char ret[static SOURCE_MAX + 1])
{
	static_assert(SOURCE_MAX + 1 == INET6_ADDRSTRLEN, "inet_ntop() has room");
	if (is_ipv4(address))
		inet_ntop(AF_INET, address->bytes + sizeof ipv4_prefix, ret, SOURCE_MAX + 1);
	else
		inet_ntop(AF_INET6, address->bytes, ret, SOURCE_MAX + 1);
}

static void
clear_behind(struct source_address *address, unsigned bits)
{
	for (unsigned i = bits; i < ADDRESS_BITS; i++)
		address->bytes[i / 8] &= (uint8_t) ~(0x80U >> (i % 8));
}

static bool
prefixes_match(const struct source_address *a, const struct source_address *b, unsigned bits)
{
	const size_t whole = bits / 8;
	const unsigned rest = bits % 8;

	if (memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

/* Networks */

/* A network of IPv6 that happens to span ::ffff:0:0/96 says nothing about IPv4. */
static bool
is_in(const struct source_network *network, const struct source_address *address)
{
	return is_ipv4(&network->address) == is_ipv4(address) &&
	       prefixes_match(&network->address, address, network->bits);
}

static bool
network_holds(const struct source_networks *networks, const struct source_address *address)
{
	for (size_t i = 0; i < networks->count; i++)
		if (is_in(&networks->network[i], address))
			return true;
	return false;
}

/* What is behind the slash; no slash: a single address. */
static bool
bits_read(const char *digits, unsigned bits_max, unsigned *ret)
{
	int64_t bits = bits_max;

	if (digits != NULL && (digits[0] == '0' || !text_number(digits, 1, bits_max, &bits)))
		return false;
	*ret = (unsigned)bits + ADDRESS_BITS - bits_max;
	return true;
}

static bool
is_exact(const struct source_network *network)
{
	struct source_address cleared = network->address;

	clear_behind(&cleared, network->bits);
	return memcmp(&cleared, &network->address, sizeof cleared) == 0;
}

/* ::ffff:0:0/96 is all of IPv4 by another name. */
static bool
is_all_of_ipv4(const struct source_network *network)
{
	return is_ipv4(&network->address) && network->bits == IPV4_PREFIX;
}

static bool
network_read(const char *word, size_t length, struct source_network *ret)
{
	char text[NETWORK_MAX + 1];

	if (length > NETWORK_MAX)
		return false;
	memcpy(text, word, length);
	text[length] = '\0';

	char *slash = strchr(text, '/');
	if (slash != NULL)
		*slash++ = '\0';
	const unsigned bits_max = strchr(text, ':') == NULL ? IPV4_BITS : ADDRESS_BITS;
	return address_read(text, &ret->address) && bits_read(slash, bits_max, &ret->bits) &&
	       is_exact(ret) && !is_all_of_ipv4(ret);
}

static bool
write_network_error(
    const char *name, const char *word, size_t length, char errbuf[static ERRBUF_MAX + 1])
{
	const int shown = (int)(length > NETWORK_MAX ? NETWORK_MAX : length);

	if (!text_format(errbuf, ERRBUF_MAX + 1,
		"%s has \"%.*s\", which is no network like 10.0.0.0/8 or "
		"2001:db8::/32, with nothing set behind its prefix, and that not 0",
		name, shown, word))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, name);
	return false;
}

static bool
write_networks_error(const char *name, char errbuf[static ERRBUF_MAX + 1])
{
	if (!text_format(errbuf, ERRBUF_MAX + 1, "%s must be at most %d networks in %d characters",
		name, SOURCE_NETWORKS_MAX, SOURCE_NETWORKS_TEXT_MAX))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, name);
	return false;
}

bool
source_networks_read(const char *name, const char *text, struct source_networks *ret,
    char errbuf[static ERRBUF_MAX + 1])
{
	struct source_networks networks = { 0 };

	if (strlen(text) > SOURCE_NETWORKS_TEXT_MAX)
		return write_networks_error(name, errbuf);
	text += strspn(text, NETWORK_BETWEEN);
	while (*text != '\0') {
		const size_t length = strcspn(text, NETWORK_BETWEEN);

		if (networks.count == SOURCE_NETWORKS_MAX)
			return write_networks_error(name, errbuf);
		if (!network_read(text, length, &networks.network[networks.count++]))
			return write_network_error(name, text, length, errbuf);
		text += length;
		text += strspn(text, NETWORK_BETWEEN);
	}
	*ret = networks;
	return true;
}

bool
source_networks_hold(const struct source_networks *networks, const char *source)
{
	struct source_address address;

	return address_read(source, &address) && network_holds(networks, &address);
}

/* The walk */

static bool
is_port_or_nothing(const char *text)
{
	int64_t port;

	return *text == '\0' || (*text == ':' && text_number(text + 1, 0, UINT16_MAX, &port));
}

static bool
bracketed_read(char *text, struct source_address *ret)
{
	char *const end = strchr(text, ']');

	if (end == NULL || !is_port_or_nothing(end + 1))
		return false;
	*end = '\0';
	return inet_pton(AF_INET6, text + 1, ret->bytes) == 1;
}

/* One colon: IPv4 with a port. More: IPv6, whose port would need brackets. */
static bool
plain_read(char *text, struct source_address *ret)
{
	char *const colon = strchr(text, ':');

	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		return address_read(text, ret);
	if (!is_port_or_nothing(colon))
		return false;
	*colon = '\0';
	return address_read(text, ret);
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static bool
entry_read(const char *entry, size_t length, struct source_address *ret)
{
	char text[ENTRY_MAX + 1];

	for (; length > 0 && is_blank(entry[0]); length--)
		entry++;
	while (length > 0 && is_blank(entry[length - 1]))
		length--;
	if (length > ENTRY_MAX)
		return false;
	memcpy(text, entry, length);
	text[length] = '\0';
	return text[0] == '[' ? bracketed_read(text, ret) : plain_read(text, ret);
}

/* Takes the last entry off the list of *length bytes. False: it is no address; nor is what is left
 * of a list that is used up. */
static bool
last_taken(const char *list, size_t *length, struct source_address *ret)
{
	size_t from = *length;

	while (from > 0 && list[from - 1] != ',')
		from--;
	if (!entry_read(list + from, *length - from, ret))
		return false;
	*length = from > 0 ? from - 1 : 0;
	return true;
}

void
source_of(const struct source_networks *trusted, const char *socket_address,
    const char *forwarded_for, char ret[static SOURCE_MAX + 1])
{
	const char *const list = forwarded_for != NULL ? forwarded_for : "";
	size_t length = strlen(list);
	struct source_address at, before;

	ret[0] = '\0';
	if (!address_read(socket_address, &at))
		return;
	if (length > FORWARDED_FOR_MAX)
		length = 0;
	while (network_holds(trusted, &at) && last_taken(list, &length, &before))
		at = before;
	address_write(&at, ret);
}

/* What is counted and kept */

/* The network around an IPv6 address, of at most 64 bits. */
static void
around_write(struct source_address address, int bits, char ret[static SOURCE_MAX + 1])
{
	char text[SOURCE_MAX + 1] = "";

	clear_behind(&address, (unsigned)bits);
	address_write(&address, text);
	if (!text_format(ret, SOURCE_MAX + 1, "%s/%d", text, bits))
		assert(0); /* four groups, "::" and "/64" are 24 */
}

void
source_key(const char *source, char ret[static SOURCE_MAX + 1])
{
	struct source_address address;
	const bool is_address = address_read(source, &address);

	ret[0] = '\0';
	if (!is_address)
		return;
	if (is_ipv4(&address))
		address_write(&address, ret);
	else
		around_write(address, COUNTED_BITS, ret);
}

void
source_prefix(const char *source, char ret[static SOURCE_MAX + 1])
{
	struct source_address address;
	const bool is_address = address_read(source, &address);

	ret[0] = '\0';
	if (is_address && !is_ipv4(&address))
		around_write(address, SITE_BITS, ret);
}

void
source_truncate(const char *source, char ret[static SOURCE_MAX + 1])
{
	struct source_address address;
	const bool is_address = address_read(source, &address);

	ret[0] = '\0';
	if (!is_address)
		return;
	clear_behind(&address, is_ipv4(&address) ? KEPT_BITS_IPV4 : KEPT_BITS);
	address_write(&address, ret);
}
