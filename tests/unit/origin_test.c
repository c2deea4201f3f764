/* origin_test.c - which origins are ours, and the many that only look like it. */

#include "origin.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PORTAL "https://portal.example"
#define OTHER  "https://other.example:8443"
#define TWO    PORTAL "," OTHER

struct row {
	const char *why;
	const char *ours; /* a list */
	const char *origin;
	bool expected;
};

/* clang-format off */
static const struct row listed[] = {
	{ "the only one",                  PORTAL,                 PORTAL,  true },
	{ "the first of two",              TWO,                    PORTAL,  true },
	{ "the last of two",               TWO,                    OTHER,   true },
	{ "a space behind the comma",      PORTAL ", " OTHER,      OTHER,   true },
	{ "a space before the comma",      PORTAL " ," OTHER,      PORTAL,  true },
	{ "spaces around the list",        "  " PORTAL "," OTHER " ", OTHER, true },
	{ "a space at the list's start",   " " PORTAL,             PORTAL,  true },
	{ "a comma at the list's start",   "," PORTAL,             PORTAL,  true },
	{ "a comma at its end",            PORTAL ",",             PORTAL,  true },
	{ "commas with nothing between",   PORTAL ",, ," OTHER,    OTHER,   true },
	{ "twice",                         PORTAL "," PORTAL,      PORTAL,  true },
	{ "the middle of three",
	  "https://a.example,http://localhost:5173,https://b.example", "http://localhost:5173",
	  true },

	{ "an empty list", "", PORTAL, false },
	{ "a list of commas", ", ,,", PORTAL, false },
	{ "no origin", TWO, "", false },
	{ "no origin, an empty list", "", "", false },
	{ "no origin, nothing between", PORTAL ",," OTHER, "", false },
	{ "no origin, a comma first", ", " PORTAL, "", false },
	{ "no origin, a space first", " " PORTAL, "", false },
	{ "another", TWO, "https://evil.example", false },
	{ "null", TWO, "null", false },
	{ "its beginning", TWO, "https://portal.exampl", false },
	{ "its scheme", TWO, "https://", false },
	{ "its end", TWO, "portal.example", false },
	{ "it and more", TWO, PORTAL ".evil.example", false },
	{ "it and a letter", TWO, PORTAL "s", false },
	{ "it, user info of another", TWO, PORTAL "@evil.example", false },
	{ "a name that ends like it", TWO, "https://evilportal.example", false },
	{ "below it", TWO, "https://app.portal.example", false },
	{ "a dot at the end", TWO, PORTAL ".", false },
	{ "without TLS", TWO, "http://portal.example", false },
	{ "another scheme", TWO, "chrome-extension://portal.example", false },
	{ "with a port", TWO, PORTAL ":8443", false },
	{ "the usual port, which no browser tells", TWO, PORTAL ":443", false },
	{ "without its port", TWO, "https://other.example", false },
	{ "another port", TWO, "https://other.example:8444", false },
	{ "the beginning of its port", TWO, "https://other.example:844", false },
	{ "its port and a digit", TWO, OTHER "0", false },
	{ "capitals", TWO, "https://PORTAL.example", false },
	{ "capitals of the scheme", TWO, "HTTPS://portal.example", false },
	{ "a slash at the end", TWO, PORTAL "/", false },
	{ "a path", TWO, PORTAL "/app", false },
	{ "a space before it", TWO, " " PORTAL, false },
	{ "a space behind it", TWO, PORTAL " ", false },
	{ "a comma behind it", TWO, PORTAL ",", false },
	{ "the whole list", TWO, TWO, false },
	{ "the whole list with its space", PORTAL " " OTHER, PORTAL " " OTHER, false },
	{ "across the comma", TWO, "example,https", false },
	{ "a star is no pattern", "*", PORTAL, false },
	{ "nor within a name", "https://*.example", PORTAL, false },
	{ "a listed path is no origin's", PORTAL "/", PORTAL, false },
};
/* clang-format on */

/* asvs 3.4.2 */
static void
a_listed_origin_is_one_to_the_letter(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(listed); i++)
		if (origin_is_listed(listed[i].ours, listed[i].origin) != listed[i].expected)
			fail_msg("%s: \"%s\" and \"%s\"", listed[i].why, listed[i].ours,
			    listed[i].origin);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listed_origin_is_one_to_the_letter),
	};

	return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
