/* http_reply_test.c - the bytes of an answer, to the last header line that fits. */

#include "http_reply.h"

#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct http_reply reply;

#define ALWAYS                                                                                     \
	"Cache-Control: no-store\r\n"                                                              \
	"X-Content-Type-Options: nosniff\r\n"                                                      \
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'\r\n" \
	"Referrer-Policy: no-referrer\r\n"                                                         \
	"Cross-Origin-Resource-Policy: same-site\r\n"
#define TYPE(type, length) "Content-Type: " type "\r\nContent-Length: " length "\r\n"

/* The date is checked by its form: "Sun, 06 Nov 1994 08:49:37 GMT". */
static void
check_head(const char *why, const char *head, const char *status, const char *rest)
{
	static const char form[] = "Date: @@@, 00 @@@ 0000 00:00:00 GMT\r\n";
	const size_t size = strlen(status);

	if (strncmp(head, status, size) != 0)
		fail_msg("%s: %.40s", why, head);
	for (size_t i = 0; i < strlen(form); i++) {
		const char byte = head[size + i];
		const bool digit = byte >= '0' && byte <= '9';

		if (form[i] == '0' ? !digit : form[i] != '@' && byte != form[i])
			fail_msg("%s: %.37s", why, head + size);
	}
	assert_memory_equal(head + size + strlen(form), rest, strlen(rest));
}

static void
heads_have_their_lines_and_end_where_the_body_begins(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		int status;
		const char *reason, *media_type;
		size_t body_size;
		bool keep_alive;
		const char *first, *rest;
	} rows[] = {
		{ "with a body",                200, "OK", "text/plain", 5, true,
		  "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("text/plain",
		  "5") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "that closes",                400, "Bad Request", "a/b; c=d", 1, false,
		  "HTTP/1.1 400 Bad Request\r\n",
		  "Connection: close\r\n" TYPE("a/b; c=d", "1") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "with the longest body",      200, "OK", "audio/wav", REPLY_MAX, true,
		  "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("audio/wav",
		  "135168") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "with an empty body",         200, "OK", "text/plain", 0, true,
		  "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("text/plain",
		  "0") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "without a body",             202, "Accepted", NULL, 0, true,
		  "HTTP/1.1 202 Accepted\r\n",
		  "Connection: keep-alive\r\nContent-Length: 0\r\n" ALWAYS "Vary: Origin\r\n\r\n" },
		{ "204 has no length",          204, "No Content", NULL, 0, true,
		  "HTTP/1.1 204 No Content\r\n",
		  "Connection: keep-alive\r\n" ALWAYS "Vary: Origin\r\n\r\n" },
		{ "204, were a type said",      204, "No Content", "text/plain", 0, false,
		  "HTTP/1.1 204 No Content\r\n",
		  "Connection: close\r\n" ALWAYS "Vary: Origin\r\n\r\n" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		http_reply_clear(&reply);
		http_reply_add(&reply, "Vary", "Origin");
		reply.status = rows[i].status;
		reply.media_type = rows[i].media_type;
		reply.body_size = rows[i].body_size;
		memset(reply.body, 'b', sizeof reply.body - 1);
		const char *const head = http_reply_head(
		    &reply, rows[i].reason, rows[i].keep_alive);
		check_head(rows[i].why, head, rows[i].first, rows[i].rest);
		assert_memory_equal(reply.body - 4, "\r\n\r\nb", 5);
		assert_ptr_equal(strstr(head, "\r\n\r\n") + 4, reply.body);
	}
}

/* A line of exactly `size` bytes. */
static void
add_line(size_t size)
{
	char value[HTTP_REPLY_HEADERS_MAX + 1];
	const size_t length = size - strlen("A: \r\n");

	memset(value, 'v', length);
	value[length] = '\0';
	http_reply_add(&reply, "A", value);
}

static void
header_lines_fill_their_room(void **state)
{
	(void)state;
	http_reply_clear(&reply);
	reply.status = 200;
	reply.media_type = "application/problem+json; charset=utf-8";
	add_line(HTTP_REPLY_HEADERS_MAX - 100);
	add_line(100);
	assert_int_equal(reply.headers_size, HTTP_REPLY_HEADERS_MAX);
	assert_int_equal(strlen(reply.headers), HTTP_REPLY_HEADERS_MAX);
	const char *const head = http_reply_head(&reply, "Network Authentication Required", true);
	assert_non_null(strstr(head, "vvvv\r\n\r\n"));
}

static void
nothing_of_the_last_answer_stays(void **state)
{
	static const char none[REPLY_MAX];

	(void)state;
	http_reply_clear(&reply);
	reply.status = 200;
	reply.media_type = "text/plain";
	reply.body_size = REPLY_MAX;
	memset(reply.body, 'b', REPLY_MAX);
	add_line(HTTP_REPLY_HEADERS_MAX);
	http_reply_head(&reply, "OK", true);
	http_reply_wipe(&reply);
	assert_memory_equal(reply.headers, none, HTTP_REPLY_HEADERS_MAX);
	assert_memory_equal(reply.head, none, HTTP_REPLY_HEAD_MAX);
	assert_memory_equal(reply.body, none, REPLY_MAX);
	reply.headers[0] = reply.body[0] = 'x';
	http_reply_clear(&reply);
	assert_int_equal(reply.status, 0);
	assert_int_equal(reply.headers_size, 0);
	assert_int_equal(reply.body_size, 0);
	assert_string_equal(reply.headers, "");
	assert_string_equal(reply.body, "");
	assert_null(reply.media_type);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_have_their_lines_and_end_where_the_body_begins),
		cmocka_unit_test(header_lines_fill_their_room),
		cmocka_unit_test(nothing_of_the_last_answer_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
