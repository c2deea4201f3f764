/* http_request_test.c - what of a head becomes a request, and that nothing of the last one stays. */

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
		},
	};

	for (size_t i = 0; i < LENGTH(headers.times); i++)
		headers.times[i] = headers.value[i] != NULL ? times : 0;
	http_request_clear(request);
	http_request_fill(request, &head, &headers);
}

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
	assert_false(request.authorization_twice);
	for (unsigned times = 2; times <= 3; times++) {
		fill_with_each(&request, times);
		assert_true(request.authorization_twice);
		assert_null(request.authorization);
		assert_null(request.content_type);
		assert_null(request.accept_language);
		assert_null(request.origin);
		assert_null(request.preflight_method);
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
	assert_false(request.body_failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_kept_if_the_client_says_so),
		cmocka_unit_test(headers_count_once_or_not_at_all),
		cmocka_unit_test(nothing_of_the_last_request_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
