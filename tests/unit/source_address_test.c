/* source_address_test.c - who is believed about whom, and what is counted and kept of an
 * address. */

#include "source_address.h"

#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GUARD 0x5A

/* Room for an address, with bytes behind it that nobody may touch. */
struct guarded {
	char text[SOURCE_MAX + 1];
	char guard[8];
};

static void
check_text(const char *why, const struct guarded *got, const char *expected)
{
	for (size_t i = 0; i < sizeof got->guard; i++)
		if (got->guard[i] != GUARD)
			fail_msg("%s: wrote behind the buffer", why);
	if (strcmp(got->text, expected) != 0)
		fail_msg("%s: got \"%s\"", why, got->text);
}

static struct source_networks
networks_of(const char *text)
{
	char why[ERRBUF_MAX + 1] = "";
	struct source_networks networks;

	if (!source_networks_read("TRUSTED_PROXIES", text, &networks, why))
		fail_msg("%s", why);
	return networks;
}

/* asvs 4.1.3 15.3.4 */
static void
the_first_who_is_not_trusted_asks(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *trusted;
		const char *socket;
		const char *forwarded_for; /* NULL: none, or several */
		const char *expected;
	} rows[] = {
		/* no proxy */
		{ "no proxy, no header", "", "192.0.2.1", NULL, "192.0.2.1" },
		{ "no proxy, a forged header", "", "192.0.2.1", "198.51.100.7", "192.0.2.1" },
		{ "no proxy, on a loopback", "", "127.0.0.1", "198.51.100.7", "127.0.0.1" },
		{ "not through the proxy", "10.0.0.0/8", "192.0.2.1", "198.51.100.7", "192.0.2.1" },
		{ "not through it, claims it",
		  "10.0.0.0/8", "192.0.2.1", "198.51.100.7, 10.0.0.1", "192.0.2.1" },
		/* one */
		{ "one proxy",
		  "10.0.0.1",   "10.0.0.1", "192.0.2.1",                         "192.0.2.1" },
		{ "one proxy, forged before it",
		  "10.0.0.1",   "10.0.0.1", "198.51.100.7, 192.0.2.1",           "192.0.2.1" },
		{ "many forged",
		  "10.0.0.1",   "10.0.0.1", "1.1.1.1,2.2.2.2,3.3.3.3,192.0.2.1", "192.0.2.1" },
		{ "forged: our own network",
		  "10.0.0.0/8", "10.0.0.1", "10.0.0.9, 192.0.2.1",               "192.0.2.1" },
		{ "forged: garbage",
		  "10.0.0.1",   "10.0.0.1", "<script>, ,;, 192.0.2.1",           "192.0.2.1" },
		{ "the proxy itself asks",
		  "10.0.0.1",   "10.0.0.1", NULL,                                "10.0.0.1" },
		{ "an empty header",
		  "10.0.0.1",   "10.0.0.1", "",                                  "10.0.0.1" },
		{ "a blank header",
		  "10.0.0.1",   "10.0.0.1", " \t ",                              "10.0.0.1" },
		{ "nothing but commas",
		  "10.0.0.1",   "10.0.0.1", ",,,",                               "10.0.0.1" },
		{ "IPv4 client, IPv6 proxy",
		  "fd00::/8",   "fd00::1",  "192.0.2.1",                         "192.0.2.1" },
		{ "IPv6 client",
		  "10.0.0.1",   "10.0.0.1", "2001:db8::1",                       "2001:db8::1" },
		/* three */
		{ "three proxies",
		  "10.0.0.0/8", "10.0.0.3", "192.0.2.1, 10.0.0.1, 10.0.0.2", "192.0.2.1" },
		{ "three proxies, forged",
		  "10.0.0.0/8", "10.0.0.3", "198.51.100.7, 192.0.2.1, 10.0.0.1, 10.0.0.2",
		  "192.0.2.1" },
		{ "three, of three networks",
		  "10.0.0.3,172.16.0.0/12 fd00::/8", "10.0.0.3", "192.0.2.1, fd00::1, 172.16.5.4",
		  "192.0.2.1" },
		{ "three, one of them not ours",
		  "10.0.0.0/8", "10.0.0.3", "192.0.2.1, 172.16.5.4, 10.0.0.2", "172.16.5.4" },
		{ "all are ours: the leftmost",
		  "10.0.0.0/8", "10.0.0.3", "10.0.0.1, 10.0.0.2", "10.0.0.1" },
		{ "garbage amidst ours",
		  "10.0.0.0/8", "10.0.0.3", "192.0.2.1, unknown, 10.0.0.2", "10.0.0.2" },
		{ "a gap amidst ours",
		  "10.0.0.0/8", "10.0.0.3", "192.0.2.1,,10.0.0.2", "10.0.0.2" },
		{ "a comma first, then all ours",
		  "10.0.0.0/8", "10.0.0.3", ",10.0.0.1", "10.0.0.1" },
		/* what is no address */
		{ "the last is garbage", "10.0.0.1", "10.0.0.1", "192.0.2.1, unknown", "10.0.0.1" },
		{ "the last is empty", "10.0.0.1", "10.0.0.1", "192.0.2.1,", "10.0.0.1" },
		{ "hidden (RFC 7239)", "10.0.0.1", "10.0.0.1", "_hidden", "10.0.0.1" },
		{ "a name", "10.0.0.1", "10.0.0.1", "localhost", "10.0.0.1" },
		{ "octal", "10.0.0.1", "10.0.0.1", "192.0.2.010", "10.0.0.1" },
		{ "a leading zero", "10.0.0.1", "10.0.0.1", "192.0.2.01", "10.0.0.1" },
		{ "hex", "10.0.0.1", "10.0.0.1", "0xC0000201", "10.0.0.1" },
		{ "three numbers", "10.0.0.1", "10.0.0.1", "192.0.2", "10.0.0.1" },
		{ "five numbers", "10.0.0.1", "10.0.0.1", "192.0.2.1.1", "10.0.0.1" },
		{ "256", "10.0.0.1", "10.0.0.1", "192.0.2.256", "10.0.0.1" },
		{ "two words", "10.0.0.1", "10.0.0.1", "192.0.2.1 192.0.2.2", "10.0.0.1" },
		{ "a network", "10.0.0.1", "10.0.0.1", "192.0.2.0/24", "10.0.0.1" },
		{ "a zone", "10.0.0.1", "10.0.0.1", "fe80::1%eth0", "10.0.0.1" },
		{ "a quote", "10.0.0.1", "10.0.0.1", "\"192.0.2.1\"", "10.0.0.1" },
		{ "UTF-8 digits", "10.0.0.1", "10.0.0.1", "\357\274\221.2.3.4", "10.0.0.1" },
		{ "five digits of a group",
		  "10.0.0.1", "10.0.0.1", "2001:0db8::00001", "10.0.0.1" },
		{ "two gaps", "10.0.0.1", "10.0.0.1", "2001::db8::1", "10.0.0.1" },
		{ "far longer than any address",     "10.0.0.1",   "10.0.0.1",
		  "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
		  "10.0.0.1" },
		/* ports and brackets */
		{ "a port", "10.0.0.1", "10.0.0.1", "192.0.2.1:443", "192.0.2.1" },
		{ "the highest port", "10.0.0.1", "10.0.0.1", "192.0.2.1:65535", "192.0.2.1" },
		{ "a higher one", "10.0.0.1", "10.0.0.1", "192.0.2.1:65536", "10.0.0.1" },
		{ "a colon, no port", "10.0.0.1", "10.0.0.1", "192.0.2.1:", "10.0.0.1" },
		{ "a port of letters", "10.0.0.1", "10.0.0.1", "192.0.2.1:http", "10.0.0.1" },
		{ "a port below zero", "10.0.0.1", "10.0.0.1", "192.0.2.1:-1", "10.0.0.1" },
		{ "a port alone", "10.0.0.1", "10.0.0.1", ":443", "10.0.0.1" },
		{ "a trusted one with a port",
		  "10.0.0.0/8", "10.0.0.1", "192.0.2.1:1, 10.0.0.2:2", "192.0.2.1" },
		{ "brackets", "10.0.0.1", "10.0.0.1", "[2001:db8::1]", "2001:db8::1" },
		{ "brackets and a port",
		  "10.0.0.1", "10.0.0.1", "[2001:db8::1]:443", "2001:db8::1" },
		{ "the longest of all",              "10.0.0.1",   "10.0.0.1",
		  "[2001:0db8:0001:0002:0003:0004:255.255.255.255]:65535",
		  "2001:db8:1:2:3:4:ffff:ffff" },
		{ "brackets that do not close",
		  "10.0.0.1", "10.0.0.1", "[2001:db8::1", "10.0.0.1" },
		{ "brackets that do not open", "10.0.0.1", "10.0.0.1", "2001:db8::1]", "10.0.0.1" },
		{ "a byte behind brackets", "10.0.0.1", "10.0.0.1", "[2001:db8::1]x", "10.0.0.1" },
		{ "brackets round IPv4", "10.0.0.1", "10.0.0.1", "[192.0.2.1]", "10.0.0.1" },
		{ "brackets round nothing", "10.0.0.1", "10.0.0.1", "[]", "10.0.0.1" },
		{ "a bracket alone", "10.0.0.1", "10.0.0.1", "[", "10.0.0.1" },
		/* the one form of an address */
		{ "blanks around",
		  "10.0.0.1", "10.0.0.1", "\t 192.0.2.1 \t", "192.0.2.1" },
		{ "capitals and zeros",
		  "10.0.0.1", "10.0.0.1", "2001:0DB8:0:0:0:0:0:00AB", "2001:db8::ab" },
		{ "IPv4 within IPv6",
		  "10.0.0.1", "10.0.0.1", "::ffff:192.0.2.1", "192.0.2.1" },
		{ "the same in hex",
		  "10.0.0.1", "10.0.0.1", "::FFFF:c000:201", "192.0.2.1" },
		{ "the same in brackets",
		  "10.0.0.1", "10.0.0.1", "[::ffff:192.0.2.1]:443", "192.0.2.1" },
		{ "octal within IPv6",
		  "10.0.0.1", "10.0.0.1", "::ffff:192.0.2.010", "10.0.0.1" },
		{ "IPv4 at the end of another IPv6",
		  "10.0.0.1", "10.0.0.1", "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
		{ "a socket of both families",
		  "10.0.0.1", "::ffff:10.0.0.1", "192.0.2.1", "192.0.2.1" },
		{ "the same, nobody trusted",
		  "", "::ffff:10.0.0.1", "192.0.2.1", "10.0.0.1" },
		{ "the longest IPv6",
		  "", "2001:db8:1111:2222:3333:4444:5555:6666", NULL,
		  "2001:db8:1111:2222:3333:4444:5555:6666" },
		/* a socket without an address */
		{ "no socket address",             "10.0.0.1", "",      "192.0.2.1", "" },
		{ "a socket address that is none", "10.0.0.1", "unix:", "192.0.2.1", "" },
		/* networks */
		{ "first of a network", "10.0.0.0/8", "10.0.0.0", "192.0.2.1", "192.0.2.1" },
		{ "last of a network", "10.0.0.0/8", "10.255.255.255", "192.0.2.1", "192.0.2.1" },
		{ "one before it", "10.0.0.0/8", "9.255.255.255", "192.0.2.1", "9.255.255.255" },
		{ "one behind it", "10.0.0.0/8", "11.0.0.0", "192.0.2.1", "11.0.0.0" },
		{ "last of a /12", "172.16.0.0/12", "172.31.255.255", "192.0.2.1", "192.0.2.1" },
		{ "one behind a /12", "172.16.0.0/12", "172.32.0.0", "192.0.2.1", "172.32.0.0" },
		{ "last of a /31", "10.0.0.2/31", "10.0.0.3", "192.0.2.1", "192.0.2.1" },
		{ "one behind a /31", "10.0.0.2/31", "10.0.0.4", "192.0.2.1", "10.0.0.4" },
		{ "one behind a /32", "10.0.0.2/32", "10.0.0.3", "192.0.2.1", "10.0.0.3" },
		{ "half of IPv4", "128.0.0.0/1", "127.0.0.1", "192.0.2.1", "127.0.0.1" },
		{ "last of a /33", "2001:db8::/33", "2001:db8:7fff::1", "192.0.2.1", "192.0.2.1" },
		{ "one behind a /33",
		  "2001:db8::/33", "2001:db8:8000::", "192.0.2.1", "2001:db8:8000::" },
		{ "one behind a single IPv6", "::1", "::2", "192.0.2.1", "::2" },
		{ "the last of many",
		  "10.0.0.1,10.0.0.2,10.0.0.3", "10.0.0.3", "192.0.2.1", "192.0.2.1" },
		{ "IPv6 that spans mapped IPv4", "::/8", "10.0.0.1", "192.0.2.1", "10.0.0.1" },
		{ "the same, and IPv6", "::/8", "::1", "192.0.2.1", "192.0.2.1" },
		{ "IPv4, and an IPv6 that ends so",
		  "10.0.0.0/8", "::a00:1", "192.0.2.1", "::10.0.0.1" },
		{ "a mapped network", "::ffff:10.0.0.0/104", "10.1.2.3", "192.0.2.1", "192.0.2.1" },
	};
	/* clang-format on */
	struct guarded got;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct source_networks trusted = networks_of(rows[i].trusted);

		memset(&got, GUARD, sizeof got);
		source_of(&trusted, rows[i].socket, rows[i].forwarded_for, got.text);
		check_text(rows[i].why, &got, rows[i].expected);
	}
}

/* Whoever could push the true entry out of sight would be counted as the proxy. */
static void
a_header_as_long_as_a_head_is_looked_at(void **state)
{
	static const char tail[] = ",192.0.2.1";
	static char header[FORWARDED_FOR_MAX + 2];
	const struct source_networks trusted = networks_of("10.0.0.1");
	struct guarded got;

	(void)state;
	memset(header, 'x', FORWARDED_FOR_MAX + 1);
	memcpy(header + FORWARDED_FOR_MAX - strlen(tail), tail, sizeof tail);
	memset(&got, GUARD, sizeof got);
	source_of(&trusted, "10.0.0.1", header, got.text);
	check_text("the longest header", &got, "192.0.2.1");

	memset(header, 'x', FORWARDED_FOR_MAX + 1);
	memcpy(header + FORWARDED_FOR_MAX + 1 - strlen(tail), tail, sizeof tail);
	source_of(&trusted, "10.0.0.1", header, got.text);
	check_text("one byte more", &got, "10.0.0.1");
}

#define EIGHT "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 "

static void
trusted_networks_are_read(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *text;
		size_t count;
	} rows[] = {
		{ "none", "", 0 },
		{ "blanks and commas alone", " , ,", 0 },
		{ "one", "10.0.0.0/8", 1 },
		{ "a single address", "10.0.0.1", 1 },
		{ "commas", "10.0.0.0/8,192.168.0.0/16", 2 },
		{ "spaces", "10.0.0.0/8 192.168.0.0/16", 2 },
		{ "both, and too many", " ,10.0.0.0/8 , ,fd00::/8, ", 2 },
		{ "the smallest prefix", "128.0.0.0/1 8000::/1", 2 },
		{ "the largest prefix", "10.0.0.1/32 2001:db8::1/128", 2 },
		{ "the longest word", "1111:2222:3333:4444:5555:6666:255.255.255.255/128", 1 },
		{ "mapped IPv4", "::ffff:10.0.0.0/104", 1 },
		{ "sixteen", EIGHT EIGHT, 16 },
	};
	/* clang-format on */
	char why[ERRBUF_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct source_networks networks;

		memset(&networks, 'x', sizeof networks);
		if (!source_networks_read("TRUSTED_PROXIES", rows[i].text, &networks, why))
			fail_msg("%s: %s", rows[i].why, why);
		if (networks.count != rows[i].count)
			fail_msg("%s: %zu of them", rows[i].why, networks.count);
	}
}

static void
what_is_no_network_is_refused_by_name(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *text;
		const char *named; /* must be in the complaint */
	} rows[] = {
		{ "a name",                       "proxy",              "\"proxy\"" },
		{ "the second of two",            "10.0.0.0/8, proxy",  "\"proxy\"" },
		{ "the first of two",             "proxy 10.0.0.0/8",   "\"proxy\"" },
		{ "another separator",            "10.0.0.1;10.0.0.2",  "\"10.0.0.1;10.0.0.2\"" },
		{ "a newline",                    "10.0.0.1\n",         "\"10.0.0.1\n\"" },
		{ "IPv4 of three numbers",        "10.0.0/8",           "\"10.0.0/8\"" },
		{ "a leading zero",               "010.0.0.0/8",        "\"010.0.0.0/8\"" },
		{ "a zone",                       "fe80::1%eth0",       "\"fe80::1%eth0\"" },
		{ "brackets",                     "[::1]",              "\"[::1]\"" },
		{ "a port",                       "10.0.0.1:80",        "\"10.0.0.1:80\"" },
		{ "a mask",                       "10.0.0.0/255.0.0.0", "\"10.0.0.0/255.0.0.0\"" },
		{ "no prefix behind the slash",   "10.0.0.0/",          "\"10.0.0.0/\"" },
		{ "no address before it",         "/8",                 "\"/8\"" },
		{ "two slashes",                  "10.0.0.0/8/8",       "\"10.0.0.0/8/8\"" },
		{ "a space before the slash",     "10.0.0.0 /8",        "\"/8\"" },
		{ "a prefix below zero",          "10.0.0.0/-8",        "\"10.0.0.0/-8\"" },
		{ "a prefix with a leading zero", "10.0.0.0/08",        "\"10.0.0.0/08\"" },
		{ "a prefix with letters",        "10.0.0.0/8x",        "\"10.0.0.0/8x\"" },
		{ "33 bits of IPv4",              "10.0.0.0/33",        "\"10.0.0.0/33\"" },
		{ "129 bits of IPv6",             "2001:db8::/129",     "\"2001:db8::/129\"" },
		{ "all of IPv4",                  "0.0.0.0/0",          "\"0.0.0.0/0\"" },
		{ "all of IPv6",                  "::/0",               "\"::/0\"" },
		{ "all of IPv4, mapped",          "::ffff:0:0/96",      "\"::ffff:0:0/96\"" },
		{ "bits behind the prefix",       "10.0.0.1/8",         "\"10.0.0.1/8\"" },
		{ "the bit right behind it",      "10.128.0.0/8",       "\"10.128.0.0/8\"" },
		{ "the last bit",                 "10.0.0.1/31",        "\"10.0.0.1/31\"" },
		{ "bits behind it in IPv6",       "2001:db8::1/32",     "\"2001:db8::1/32\"" },
		{ "a word longer than any",
		  "1111:2222:3333:4444:5555:6666:255.255.255.255/1280",
		  "\"1111:2222:3333:4444:5555:6666:255.255.255.255/128\"" },
		{ "seventeen",                     EIGHT EIGHT "10.0.0.9",    "at most 16" },
	};
	/* clang-format on */
	const struct source_networks before = networks_of("10.0.0.1");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct source_networks networks = before;
		char why[ERRBUF_MAX + 1] = "";

		if (source_networks_read("TRUSTED_PROXIES", rows[i].text, &networks, why))
			fail_msg("%s: taken", rows[i].why);
		if (strstr(why, rows[i].named) == NULL || strstr(why, "TRUSTED_PROXIES") == NULL)
			fail_msg("%s: says \"%s\"", rows[i].why, why);
		if (memcmp(&networks, &before, sizeof networks) != 0)
			fail_msg("%s: wrote networks", rows[i].why);
	}
}

static void
the_list_has_a_bound(void **state)
{
	char text[SOURCE_NETWORKS_TEXT_MAX + 2] = "10.0.0.1";
	struct source_networks networks;
	char why[ERRBUF_MAX + 1] = "";

	(void)state;
	memset(text + strlen(text), ' ', sizeof text - 1 - strlen(text));
	text[SOURCE_NETWORKS_TEXT_MAX + 1] = '\0';
	assert_false(source_networks_read("TRUSTED_PROXIES", text, &networks, why));
	assert_non_null(strstr(why, "512"));
	text[SOURCE_NETWORKS_TEXT_MAX] = '\0';
	assert_true(source_networks_read("TRUSTED_PROXIES", text, &networks, why));
	assert_int_equal(networks.count, 1);
}

static void
networks_and_lines_are_counted_and_regions_are_kept(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *source;
		const char *key;
		const char *prefix;
		const char *truncated;
	} rows[] = {
		{ "IPv4",
		  "192.0.2.1", "192.0.2.1", "", "192.0.2.0" },
		{ "highest IPv4",
		  "255.255.255.255", "255.255.255.255", "", "255.255.255.0" },
		{ "loopback",
		  "127.0.0.1", "127.0.0.1", "", "127.0.0.0" },
		{ "mapped IPv4",
		  "::ffff:192.0.2.1", "192.0.2.1", "", "192.0.2.0" },
		{ "IPv6",
		  "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48", "2001:db8:1::" },
		{ "another of the same network",
		  "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64", "2001:db8:1::/48",
		  "2001:db8:1::" },
		{ "the next of the same line",
		  "2001:db8:1:3::6", "2001:db8:1:3::/64", "2001:db8:1::/48", "2001:db8:1::" },
		{ "the last of the same line",
		  "2001:db8:1:ffff::6", "2001:db8:1:ffff::/64", "2001:db8:1::/48", "2001:db8:1::" },
		{ "the next line",
		  "2001:db8:2:2::6", "2001:db8:2:2::/64", "2001:db8:2::/48", "2001:db8:2::" },
		{ "the longest",
		  "2001:db8f:1111:2222:3333:4444:5555:6666", "2001:db8f:1111:2222::/64",
		  "2001:db8f:1111::/48", "2001:db8f:1111::" },
		{ "highest IPv6",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::/64",
		  "ffff:ffff:ffff::/48", "ffff:ffff:ffff::" },
		{ "zeros within",
		  "2001:db8::1", "2001:db8::/64", "2001:db8::/48", "2001:db8::" },
		{ "loopback of IPv6",
		  "::1", "::/64", "::/48", "::" },
		{ "nothing",
		  "", "", "", "" },
		{ "no address",
		  "unix:", "", "", "" },
		{ "a key is no address",
		  "2001:db8::/64", "", "", "" },
		{ "a leading zero",
		  "192.0.2.01", "", "", "" },
	};
	/* clang-format on */
	struct guarded got;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		memset(&got, GUARD, sizeof got);
		source_key(rows[i].source, got.text);
		check_text(rows[i].why, &got, rows[i].key);
		source_prefix(rows[i].source, got.text);
		check_text(rows[i].why, &got, rows[i].prefix);
		source_truncate(rows[i].source, got.text);
		check_text(rows[i].why, &got, rows[i].truncated);
		/* in place */
		text_copy_cut(got.text, sizeof got.text, rows[i].source);
		source_key(got.text, got.text);
		check_text(rows[i].why, &got, rows[i].key);
		text_copy_cut(got.text, sizeof got.text, rows[i].source);
		source_prefix(got.text, got.text);
		check_text(rows[i].why, &got, rows[i].prefix);
		text_copy_cut(got.text, sizeof got.text, rows[i].source);
		source_truncate(got.text, got.text);
		check_text(rows[i].why, &got, rows[i].truncated);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_who_is_not_trusted_asks),
		cmocka_unit_test(a_header_as_long_as_a_head_is_looked_at),
		cmocka_unit_test(trusted_networks_are_read),
		cmocka_unit_test(what_is_no_network_is_refused_by_name),
		cmocka_unit_test(the_list_has_a_bound),
		cmocka_unit_test(networks_and_lines_are_counted_and_regions_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
