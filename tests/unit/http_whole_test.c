/* http_whole_test.c - which requests are waited for, and until which byte. */

#include "http_whole.h"

#include "bounds.h"
#include "http_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define V11     " HTTP/1.1\r\nHost: a\r\n"
#define GET     "GET /" V11
#define POST    "POST /" V11
#define CL      "Content-Length: "
#define EXPECT  "Expect: 100-continue\r\n"
#define WHOLE   HTTP_WHOLE, 0, false
#define NO_HEAD HTTP_HEAD_MISSING, 0, false

struct row {
	const char *why;
	const char *bytes;
	enum http_wholeness verdict;
	size_t body; /* that is waited for */
	bool held_back;
};

/* clang-format off */
static const struct row rows[] = {
	{ "nothing",                        "", NO_HEAD },
	{ "a letter",                       "G", NO_HEAD },
	{ "a request line",                 "GET / HTTP/1.1\r\n", NO_HEAD },
	{ "all but a line feed",            GET "\r", NO_HEAD },
	{ "a whole head",                   GET "\r\n", WHOLE },
	{ "two of them",                    GET "\r\n" GET "\r\n", WHOLE },
	{ "one and a half",                 GET "\r\n" "GE", WHOLE },
	{ "bare line feeds: civetweb's end", "GET / HTTP/1.1\n\n", WHOLE },
	{ "bare feed behind CRLF",          "GET / HTTP/1.1\r\n\n", WHOLE },
	{ "line feed, then CRLF: no end",   "GET / HTTP/1.1\n\r\n", NO_HEAD },
	{ "empty lines alone",              "\r\n\r\n", WHOLE },
	{ "one empty line",                 "\r\n", NO_HEAD },
	{ "a TLS hello",                    "\026\003\001\002", WHOLE },
	{ "a tab, which civetweb refuses",  "GET\t", WHOLE },
	{ "a DEL",                          "GET \177", WHOLE },
	{ "UTF-8 passes civetweb",          "GET /\343\201\202", NO_HEAD },
	{ "a body that is there",           POST CL "2\r\n\r\n{}", WHOLE },
	{ "a body and more",                POST CL "2\r\n\r\n{}GET", WHOLE },
	{ "half of a body",                 POST CL "2\r\n\r\n{", HTTP_BODY_MISSING, 2, false },
	{ "none of a body",                 POST CL "2\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "a body of a GET",                GET CL "2\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "a length of nothing",            POST CL "0\r\n\r\n", WHOLE },
	{ "no length",                      POST "\r\n", WHOLE },
	{ "in small letters",               POST "content-length: 2\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "no space behind the colon",      POST "Content-Length:2\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "many spaces",                    POST "Content-Length:   2\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "15 digits",                      POST CL "000000000000002\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "another header first and last",  POST "A: 1\r\n" CL "2\r\nB: 1\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "the longest body",               POST CL "8192\r\n\r\n", HTTP_BODY_MISSING, BODY_MAX, false },
	{ "one byte more",                  POST CL "8193\r\n\r\n", WHOLE },
	{ "a gigabyte",                     POST CL "1000000000\r\n\r\n", WHOLE },
	{ "16 digits",                      POST CL "0000000000000002\r\n\r\n", WHOLE },
	{ "two lengths",                    POST CL "2\r\n" CL "2\r\n\r\n", WHOLE },
	{ "letters behind a length",        POST CL "2a\r\n\r\n", WHOLE },
	{ "a space behind a length",        POST CL "2 \r\n\r\n", WHOLE },
	{ "a plus",                         POST CL "+2\r\n\r\n", WHOLE },
	{ "a minus",                        POST CL "-2\r\n\r\n", WHOLE },
	{ "no digits",                      POST CL "\r\n\r\n", WHOLE },
	{ "chunked",                        POST "Transfer-Encoding: chunked\r\n\r\n", WHOLE },
	{ "chunked and a length",           POST CL "2\r\nTransfer-Encoding: chunked\r\n\r\n", WHOLE },
	{ "a length in another's name",     POST "X-Content-Length: 2\r\n\r\n", WHOLE },
	{ "a length in the request line",   "GET /Content-Length:2" V11 "\r\n", WHOLE },
	{ "a body held back",               POST EXPECT CL "2\r\n\r\n", HTTP_BODY_MISSING, 2, true },
	{ "the same, in capitals",          POST "EXPECT: 100-CONTINUE\r\n" CL "2\r\n\r\n", HTTP_BODY_MISSING, 2, true },
	{ "held back, but it came",         POST EXPECT CL "2\r\n\r\n{}", WHOLE },
	{ "held back, and too large",       POST EXPECT CL "8193\r\n\r\n", WHOLE },
	{ "HTTP/1.0 can not be asked",      "POST / HTTP/1.0\r\n" EXPECT CL "2\r\n\r\n", HTTP_BODY_MISSING, 2, false },
	{ "another expectation",            POST "Expect: 100-continued\r\n" CL "2\r\n\r\n", HTTP_BODY_MISSING, 2, false },
};
/* clang-format on */

static void
check(const struct row *row, const char *bytes, size_t known)
{
	const size_t size = strlen(bytes);
	struct http_extent extent = { 0 };

	const enum http_wholeness verdict = http_whole(bytes, size, known, &extent);
	if (verdict != row->verdict)
		fail_msg("%s (%zu bytes known): %d", row->why, known, verdict);
	if (verdict != HTTP_BODY_MISSING)
		return;
	const size_t head = (size_t)(strstr(bytes, "\r\n\r\n") - bytes) + 4;
	if (extent.size != head + row->body || extent.is_held_back != row->held_back)
		fail_msg("%s: of %zu bytes, %s", row->why, extent.size,
		    extent.is_held_back ? "held back" : "not held back");
}

/* asvs 4.2.1 */
static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check(&rows[i], rows[i].bytes, 0);
}

/* Coming in any pieces, a request is what it is in one: what was known before changes nothing. */
static void
test_pieces(void **state)
{
	struct http_extent extent;
	char piece[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (size_t known = 0; known < strlen(rows[i].bytes); known++) {
			memcpy(piece, rows[i].bytes, known);
			if (http_whole(piece, known, 0, &extent) != HTTP_HEAD_MISSING)
				break;
			check(&rows[i], rows[i].bytes, known);
		}
}

/* A head of `size` bytes, the empty line among them if it is to end. */
static const char *
head_of(size_t size, bool ends)
{
	static char head[40000];
	const int length = snprintf(head, sizeof head, GET "A: ");

	memset(head + length, 'a', size - (size_t)length);
	head[size] = '\0';
	if (ends)
		memcpy(head + size - 4, "\r\n\r\n", 4);
	return head;
}

static void
test_long_heads(void **state)
{
	const size_t most = HTTP_HEAD_SIZE_MAX + 2; /* which does not count the empty line */
	const struct {
		const char *why;
		size_t size;
		bool ends;
		enum http_wholeness verdict;
	} long_rows[] = {
		{ "the longest", most, true, HTTP_WHOLE },
		{ "it may still end there", most - 1, false, HTTP_HEAD_MISSING },
		{ "it can not any more", most, false, HTTP_HEAD_ENDLESS },
		{ "far beyond", 32768, false, HTTP_HEAD_ENDLESS },
		{ "too long, but it ends: refused by its reader", most + 1, true, HTTP_WHOLE },
	};
	struct http_extent extent;

	(void)state;
	for (size_t i = 0; i < LENGTH(long_rows); i++) {
		const size_t size = long_rows[i].size;
		if (http_whole(head_of(size, long_rows[i].ends), size, 0, &extent) !=
		    long_rows[i].verdict)
			fail_msg("%s", long_rows[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_long_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
