/* headers_fuzz.c - the values of headers that any stranger writes: Cookie, Origin, User-Agent,
 * Accept-Language.
 *
 * The input is the value, and a list of origins, the address of the portal, or a cookie's name. */

#include "device.h"
#include "fuzz.h"
#include "http_request.h"
#include "origin.h"
#include "problem.h"

#include <stdlib.h>
#include <string.h>

static void
check_cookie(const char *header, const char *name)
{
	char value[64], exact[64];

	if (!http_cookie_value(header, name, value, sizeof value)) {
		FUZZ_CHECK(value[0] == '\0', "of a cookie that is none nothing is left");
		return;
	}
	const size_t length = strlen(value);
	FUZZ_CHECK(fuzz_is_visible_ascii(value) && strpbrk(value, " \",;\\") == NULL,
	    "a cookie's value has plain bytes only");
	FUZZ_CHECK(strstr(header, name) != NULL && strstr(header, value) != NULL, "it was there");
	FUZZ_CHECK(!http_cookie_value(header, name, exact, length), "it needs room for its NUL");
	FUZZ_CHECK(http_cookie_value(header, name, exact, length + 1), "and no more");
}

static void
check_origin(const char *origin, const char *other)
{
	if (origin_is_listed(other, origin))
		FUZZ_CHECK(origin[0] != '\0' && strpbrk(origin, ", ") == NULL &&
			       strstr(other, origin) != NULL,
		    "a listed origin is one word of the list");
}

/* Then the whole character is cut off. */
static bool
is_amid_character(const char *at)
{
	return ((unsigned char)*at & 0xC0) == 0x80;
}

/* Only so much is looked at, and no byte of it comes out that is not ours. */
static void
check_device(const char *user_agent)
{
	char device[DEVICE_MAX + 1], again[DEVICE_MAX + 1];
	CLEANUP(cleanup_free) char *cut = strndup(user_agent, DEVICE_LOOKED_MAX);

	device_of(user_agent, device);
	FUZZ_CHECK(fuzz_is_visible_ascii(device), "a device has a plain name");
	if (cut == NULL)
		abort();
	device_of(cut, again);
	FUZZ_CHECK(strcmp(device, again) == 0 || is_amid_character(user_agent + strlen(cut)),
	    "what is beyond does not count");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *value = fuzz_text(&input);
	CLEANUP(cleanup_free) char *other = fuzz_text(&input);

	check_cookie(value, other);
	check_origin(value, other);
	check_device(value);
	const enum problem_language language = problem_language(value);
	FUZZ_CHECK(language == PROBLEM_JA || language == PROBLEM_EN, "there are two languages");
	FUZZ_CHECK(language == PROBLEM_JA || strpbrk(value, "eE*") != NULL, "en was asked for");
	return 0;
}
