/* source_address_fuzz.c - who asks: X-Forwarded-For is walked only as far as it is to be believed.
 *
 * The input is the list of trusted networks, the socket's address, and the header. */

#include "fuzz.h"
#include "source_address.h"

#include <arpa/inet.h>
#include <string.h>

#define OTHER "203.0.113.77"

static bool
is_address(const char *text)
{
	uint8_t bytes[16];

	return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static void
check_source(const char *source)
{
	char key[SOURCE_MAX + 1], network[SOURCE_MAX + 1], again[SOURCE_MAX + 1];
	char prefix[SOURCE_MAX + 1];

	source_key(source, key);
	source_prefix(source, prefix);
	source_truncate(source, network);
	if (!is_address(source)) {
		FUZZ_CHECK(key[0] == '\0' && prefix[0] == '\0' && network[0] == '\0',
		    "of no address nothing is kept");
		return;
	}
	FUZZ_CHECK(is_address(key) || strcmp(strchr(key, '\0') - 3, "/64") == 0,
	    "an address or its /64 is counted");
	FUZZ_CHECK((prefix[0] == '\0') == is_address(key), "a /48 is counted beside a /64 alone");
	FUZZ_CHECK(is_address(network), "what is kept is an address");
	source_truncate(network, again);
	FUZZ_CHECK(strcmp(network, again) == 0, "and of it nothing is left to cut");
	if (prefix[0] != '\0')
		FUZZ_CHECK(strncmp(prefix, network, strlen(network)) == 0 &&
			       strcmp(prefix + strlen(network), "/48") == 0,
		    "and is what is kept");
	if (strchr(key, '/') != NULL)
		*strchr(key, '/') = '\0';
	source_truncate(key, again);
	FUZZ_CHECK(strcmp(network, again) == 0, "what is counted lies in what is kept");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *networks = fuzz_text(&input);
	CLEANUP(cleanup_free) char *socket_address = fuzz_text(&input);
	CLEANUP(cleanup_free) char *header = fuzz_text(&input);
	const struct source_networks nobody = { 0 };
	struct source_networks trusted = { 0 };
	char why[ERRBUF_MAX + 1] = "", source[SOURCE_MAX + 1], own[SOURCE_MAX + 1];

	if (!source_networks_read("NAME", networks, &trusted, why))
		FUZZ_CHECK(why[0] != '\0' && trusted.count == 0, "a list that is none says why");
	source_of(&nobody, socket_address, NULL, own);
	FUZZ_CHECK((own[0] != '\0') == is_address(socket_address), "the socket's end is seen");
	source_of(&nobody, socket_address, header, source);
	FUZZ_CHECK(strcmp(source, own) == 0, "where nobody is trusted, no word counts");
	source_of(&trusted, socket_address, header, source);
	FUZZ_CHECK(is_address(source) || source[0] == '\0', "who asks is an address");
	FUZZ_CHECK((source[0] == '\0') == (own[0] == '\0'), "and there if the socket has one");
	check_source(source);
	check_source(header);

	/* Another's word counts only where the socket's end is one whom we trust. */
	char named[SOURCE_MAX + 1];
	source_of(&trusted, own, OTHER, named);
	FUZZ_CHECK(strcmp(named, OTHER) == 0 || strcmp(source, own) == 0,
	    "nobody else names another address");
	source_of(&trusted, source, NULL, named);
	FUZZ_CHECK(strcmp(source, named) == 0, "an address has one spelling");
	return 0;
}
