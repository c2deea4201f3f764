/* http_request_test.c - what of a head becomes a request, and that nothing of the last one
 * stays. */

#include "http_request.h"

#include "http_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
a_connection_is_kept_if_the_client_says_so(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *version;
		unsigned times;
		const char *value;
		bool keeps;
	} rows[] = {
		{ "HTTP/1.1 keeps unasked",       "1.1", 0, NULL,                     true },
		{ "HTTP/1.0 does not",            "1.0", 0, NULL,                     false },
		{ "HTTP/1.0 that asks",           "1.0", 1, "keep-alive",             true },
		{ "in capitals",                  "1.0", 1, "Keep-Alive",             true },
		{ "HTTP/1.1 that asks",           "1.1", 1, "keep-alive",             true },
		{ "close",                        "1.1", 1, "close",                  false },
		{ "asked twice",                  "1.1", 2, "keep-alive",             false },
		{ "nothing said",                 "1.1", 1, "",                       false },
		{ "among other words",            "1.1", 1, "keep-alive, Upgrade",    false },
		{ "a word that begins so",        "1.1", 1, "keep-alive2",            false },
	};
	/* clang-format on */
	static struct http_request request;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct http_head head = { .version = rows[i].version };
		const struct http_headers headers = {
			.value[HTTP_CONNECTION] = rows[i].value,
			.times[HTTP_CONNECTION] = rows[i].times,
		};

		http_request_clear(&request);
		http_request_fill(&request, &head, &headers);
		if (request.keeps != rows[i].keeps)
			fail_msg("%s: %s", rows[i].why, request.keeps ? "kept" : "closed");
	}
}

static void
a_body_is_encoded_by_what_is_not_identity(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		unsigned times;
		const char *value;
		bool encoded;
	} rows[] = {
		{ "none",                0, NULL,                 false },
		{ "identity",            1, "identity",           false },
		{ "in capitals",         1, "IDENTITY",           false },
		{ "an empty list",       1, "",                   false },
		{ "gzip",                1, "gzip",               true },
		{ "identity among them", 1, "identity, gzip",     true },
		{ "a longer word",       1, "identity2",          true },
		{ "said twice",          2, "identity",           true },
		{ "the last one empty",  2, "",                   true },
	};
	/* clang-format on */
	static struct http_request request;
	const struct http_head head = { .version = "1.1" };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct http_headers headers = {
			.value[HTTP_CONTENT_ENCODING] = rows[i].value,
			.times[HTTP_CONTENT_ENCODING] = rows[i].times,
		};

		http_request_clear(&request);
		http_request_fill(&request, &head, &headers);
		if (request.encoded != rows[i].encoded)
			fail_msg("%s", rows[i].why);
	}
}

/* A page may read why its request was rejected; nothing else of that request counts. */
static void
of_a_rejected_request_the_reader_is_known(void **state)
{
	static struct http_request request;
	const struct http_headers headers = {
		.value = { [HTTP_ORIGIN] = "o",
		    [HTTP_ACCEPT_LANGUAGE] = "l",
		    [HTTP_AUTHORIZATION] = "a",
		    [HTTP_COOKIE] = "c=1",
		    [HTTP_FORWARDED_FOR] = "f" },
		.times = { [HTTP_ORIGIN] = 1,
		    [HTTP_ACCEPT_LANGUAGE] = 1,
		    [HTTP_AUTHORIZATION] = 1,
		    [HTTP_COOKIE] = 1,
		    [HTTP_FORWARDED_FOR] = 1 },
	};

	(void)state;
	http_request_clear(&request);
	http_request_fill_reader(&request, &headers);
	assert_string_equal(request.origin, "o");
	assert_string_equal(request.accept_language, "l");
	assert_null(request.authorization);
	assert_null(request.cookie);
	assert_null(request.forwarded_for);
}

/* Every header that a request knows, so often in the head. */
static void
fill_with_each(struct http_request *request, unsigned times)
{
	const struct http_head head = {
		.method = "GET", .path = "/p", .query = "q", .version = "1.1"
	};
	struct http_headers headers = {
		.value = {
			[HTTP_AUTHORIZATION] = "a",
			[HTTP_CONTENT_TYPE] = "t",
			[HTTP_ACCEPT_LANGUAGE] = "l",
			[HTTP_ORIGIN] = "o",
			[HTTP_PREFLIGHT_METHOD] = "m",
			[HTTP_COOKIE] = "c=1",
			[HTTP_USER_AGENT] = "u",
			[HTTP_FORWARDED_FOR] = "f",
			[HTTP_IF_NONE_MATCH] = "*",
		},
	};

	for (size_t i = 0; i < LENGTH(headers.times); i++)
		headers.times[i] = headers.value[i] != NULL ? times : 0;
	http_request_clear(request);
	http_request_fill(request, &head, &headers);
}

/* asvs 15.3.7 */
static void
headers_count_once_or_not_at_all(void **state)
{
	static struct http_request request;

	(void)state;
	fill_with_each(&request, 1);
	assert_string_equal(request.method, "GET");
	assert_string_equal(request.path, "/p");
	assert_string_equal(request.query, "q");
	assert_string_equal(request.authorization, "a");
	assert_string_equal(request.content_type, "t");
	assert_string_equal(request.accept_language, "l");
	assert_string_equal(request.origin, "o");
	assert_string_equal(request.preflight_method, "m");
	assert_string_equal(request.cookie, "c=1");
	assert_string_equal(request.user_agent, "u");
	assert_string_equal(request.forwarded_for, "f");
	assert_string_equal(request.if_none_match, "*");
	assert_string_equal(request.source, "");
	assert_false(request.authorization_twice);
	for (unsigned times = 2; times <= 3; times++) {
		fill_with_each(&request, times);
		assert_true(request.authorization_twice);
		assert_null(request.authorization);
		assert_null(request.content_type);
		assert_null(request.accept_language);
		assert_null(request.origin);
		assert_null(request.preflight_method);
		assert_null(request.cookie);
		assert_null(request.user_agent);
		assert_null(request.forwarded_for);
		assert_null(request.if_none_match);
	}
}

static void
nothing_of_the_last_request_stays(void **state)
{
	static struct http_request request;
	static const char none[sizeof request.body];

	(void)state;
	memset(&request, 'x', sizeof request);
	request.body_size = BODY_MAX;
	request.body[BODY_MAX] = '\0';
	http_request_wipe(&request);
	assert_memory_equal(request.body, none, sizeof request.body);
	request.body[0] = 'x';
	http_request_clear(&request);
	assert_int_equal(request.content_length, -1);
	assert_int_equal(request.body_size, 0);
	assert_string_equal(request.body, "");
	assert_string_equal(request.source, "");
	assert_null(request.authorization);
	assert_null(request.cookie);
	assert_null(request.user_agent);
	assert_null(request.forwarded_for);
	assert_null(request.if_none_match);
	assert_false(request.body_failed);
}

/* Room for a value of four bytes, and what nobody may touch. */
struct guarded {
	char text[5];
	char guard[8];
};

/* asvs 15.3.7 */
static void
a_cookie_is_found_once_or_not_at_all(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *header;
		const char *value; /* NULL: none */
	} rows[] = {
		{ "no header",                     NULL,                     NULL },
		{ "an empty header",               "",                       NULL },
		{ "alone",                         "sid=abcd",               "abcd" },
		{ "first",                         "sid=abcd; a=1",          "abcd" },
		{ "last",                          "a=1; sid=abcd",          "abcd" },
		{ "amidst",                        "a=1; sid=abcd; b=2",     "abcd" },
		{ "no space between",              "a=1;sid=abcd;b=2",       "abcd" },
		{ "three spaces between",          "a=1;   sid=abcd",        "abcd" },
		{ "a semicolon behind",            "sid=abcd;",              "abcd" },
		{ "a space before empty pairs",    ";; sid=abcd ;;",         NULL },
		{ "empty pairs close around",      ";; sid=abcd;;",          "abcd" },
		{ "an empty value",                "sid=",                   "" },
		{ "an empty value first",          "sid=; a=1",              "" },
		{ "equals signs in a value",       "sid=a=b=",               "a=b=" },
		{ "first and last of the octets",  "sid=!~",                 "!~" },
		{ "the longest value",             "sid=abcd; a=12345678",   "abcd" },
		{ "one byte more",                 "sid=abcde",              NULL },
		{ "a longer one of another",       "a=123456789; sid=abcd",  "abcd" },

		{ "another name",                  "a=1",                    NULL },
		{ "in capitals",                   "SID=abcd",               NULL },
		{ "a name that ends so",           "xsid=abcd",              NULL },
		{ "a name that begins so",         "sidx=abcd",              NULL },
		{ "a prefix to the name",          "__Host-sid=abcd",        NULL },
		{ "the name as a value",           "a=sid=abcd",             NULL },
		{ "the name without a value",      "sid",                    NULL },
		{ "the beginning of the name",     "si",                     NULL },
		{ "the name, then a pair",         "sid; a=1",               NULL },
		{ "a space before the sign",       "sid =abcd",              NULL },
		{ "a comma between",               "a=1, sid=abcd",          NULL },

		{ "the same twice",                "sid=abcd; sid=abcd",     NULL },
		{ "tossed before",                 "sid=evil; sid=abcd",     NULL },
		{ "tossed behind, amidst others",  "sid=abcd; a=1; sid=evil; b=2", NULL },
		{ "tossed with an empty one",      "sid=; sid=abcd",         NULL },
		{ "tossed with a bad one",         "sid=abcd; sid=\"\"",     NULL },
		{ "tossed with a long one",        "sid=abcde; sid=abcd",    NULL },
		{ "tossed behind a tab",           "sid=abcd;\tsid=evil",    NULL },
		{ "named without, then with",      "sid; sid=abcd",          "abcd" },

		{ "quotes",                        "sid=\"ab\"",             NULL },
		{ "a quote",                       "sid=ab\"",               NULL },
		{ "a comma in a value",            "sid=a,b",                NULL },
		{ "a backslash in a value",        "sid=a\\b",               NULL },
		{ "a space before a value",        "sid= abc",               NULL },
		{ "a space in a value",            "sid=a b",                NULL },
		{ "a space behind a value",        "sid=abc ; a=1",          NULL },
		{ "a tab in a value",              "sid=a\tb",               NULL },
		{ "a control in a value",          "sid=a\033b",             NULL },
		{ "DEL in a value",                "sid=a\177b",             NULL },
		{ "UTF-8 in a value",              "sid=\343\201\202",       NULL },
		{ "the highest byte in a value",   "sid=\377",               NULL },
		{ "what is bad is another's",      "a=\"\\\377\"; sid=abcd", "abcd" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct guarded got;

		memset(&got, 'x', sizeof got);
		const bool found = http_cookie_value(
		    rows[i].header, "sid", got.text, sizeof got.text);
		if (found != (rows[i].value != NULL))
			fail_msg("%s: %s", rows[i].why, found ? "found" : "not found");
		if (strcmp(got.text, rows[i].value != NULL ? rows[i].value : "") != 0)
			fail_msg("%s: got \"%s\"", rows[i].why, got.text);
		for (size_t at = 0; at < sizeof got.guard; at++)
			if (got.guard[at] != 'x')
				fail_msg("%s: wrote behind the buffer", rows[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_kept_if_the_client_says_so),
		cmocka_unit_test(a_body_is_encoded_by_what_is_not_identity),
		cmocka_unit_test(of_a_rejected_request_the_reader_is_known),
		cmocka_unit_test(headers_count_once_or_not_at_all),
		cmocka_unit_test(nothing_of_the_last_request_stays),
		cmocka_unit_test(a_cookie_is_found_once_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
