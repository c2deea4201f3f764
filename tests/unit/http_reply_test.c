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

#define ALWAYS "Cache-Control: no-store\r\n" REST
#define REST                                                                                       \
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
		const char *media_type;
		size_t body_size;
		bool keep_alive;
		const char *first, *rest;
	} rows[] = {
		{ "with a body",                200, "text/plain", 5, true,
		  "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("text/plain",
		  "5") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "that closes",                400, "a/b; c=d", 1, false,
		  "HTTP/1.1 400 Bad Request\r\n",
		  "Connection: close\r\n" TYPE("a/b; c=d", "1") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "with the longest body",      200, "audio/wav", REPLY_MAX, true,
		  "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("audio/wav",
		  "135168") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "with an empty body",         200, "text/plain", 0, true,
		  "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("text/plain",
		  "0") ALWAYS "Vary: Origin\r\n\r\n" },
		{ "without a body",             202, NULL, 0, true,
		  "HTTP/1.1 202 Accepted\r\n",
		  "Connection: keep-alive\r\nContent-Length: 0\r\n" ALWAYS "Vary: Origin\r\n\r\n" },
		{ "204 has no length",          204, NULL, 0, true,
		  "HTTP/1.1 204 No Content\r\n",
		  "Connection: keep-alive\r\n" ALWAYS "Vary: Origin\r\n\r\n" },
		{ "204, were a type said",      204, "text/plain", 0, false,
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
		const char *const head = http_reply_head(&reply, rows[i].keep_alive);
		check_head(rows[i].why, head, rows[i].first, rows[i].rest);
		assert_memory_equal(reply.body - 4, "\r\n\r\nb", 5);
		assert_ptr_equal(strstr(head, "\r\n\r\n") + 4, reply.body);
	}
}

/* A body that is a part of the program may be larger than the room of the others, which it leaves
 * alone; and only an answer that says so may be kept. */
static void
documents_are_announced_and_stay_where_they_are(void **state)
{
	static const struct http_document document = {
		.bytes = "whatever", .size = 3 * REPLY_MAX, .media_type = "application/yaml"
	};
	/* clang-format off */
	static const struct {
		const char *why;
		int status;
		bool with_document;
		int64_t max_age_s;
		const char *first, *rest;
	} rows[] = {
		{ "a document", 200, true, 0, "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("application/yaml", "405504") ALWAYS "\r\n" },
		{ "that may be kept", 200, true, 300, "HTTP/1.1 200 OK\r\n",
		  "Connection: keep-alive\r\n" TYPE("application/yaml", "405504")
		  "Cache-Control: public, max-age=300\r\n" REST "\r\n" },
		{ "that is kept", 304, false, 30, "HTTP/1.1 304 Not Modified\r\n",
		  "Connection: keep-alive\r\nCache-Control: public, max-age=30\r\n" REST "\r\n" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		http_reply_clear(&reply);
		reply.status = rows[i].status;
		reply.max_age_s = rows[i].max_age_s;
		reply.document = rows[i].with_document ? &document : NULL;
		reply.media_type = rows[i].with_document ? document.media_type : NULL;
		const char *const head = http_reply_head(&reply, true);
		check_head(rows[i].why, head, rows[i].first, rows[i].rest);
		assert_ptr_equal(strstr(head, "\r\n\r\n") + 4, reply.body);
	}
	http_reply_clear(&reply); /* or the next answer would be kept, too */
	assert_null(reply.document);
	assert_int_equal(reply.max_age_s, 0);
}

/* As RFC 9110 15 and RFC 6585 write them. */
static void
each_status_has_its_reason(void **state)
{
	static const struct {
		int status;
		const char *line;
	} rows[] = {
		{ 200, "HTTP/1.1 200 OK\r\n" }, { 201, "HTTP/1.1 201 Created\r\n" },
		{ 202, "HTTP/1.1 202 Accepted\r\n" }, { 204, "HTTP/1.1 204 No Content\r\n" },
		{ 304, "HTTP/1.1 304 Not Modified\r\n" }, { 400, "HTTP/1.1 400 Bad Request\r\n" },
		{ 401, "HTTP/1.1 401 Unauthorized\r\n" }, { 403, "HTTP/1.1 403 Forbidden\r\n" },
		{ 404, "HTTP/1.1 404 Not Found\r\n" },
		{ 405, "HTTP/1.1 405 Method Not Allowed\r\n" },
		{ 408, "HTTP/1.1 408 Request Timeout\r\n" }, { 409, "HTTP/1.1 409 Conflict\r\n" },
		{ 410, "HTTP/1.1 410 Gone\r\n" }, { 411, "HTTP/1.1 411 Length Required\r\n" },
		{ 413, "HTTP/1.1 413 Content Too Large\r\n" },
		{ 415, "HTTP/1.1 415 Unsupported Media Type\r\n" },
		{ 422, "HTTP/1.1 422 Unprocessable Content\r\n" },
		{ 429, "HTTP/1.1 429 Too Many Requests\r\n" },
		{ 431, "HTTP/1.1 431 Request Header Fields Too Large\r\n" },
		{ 500, "HTTP/1.1 500 Internal Server Error\r\n" },
		{ 503, "HTTP/1.1 503 Service Unavailable\r\n" },
		{ 505, "HTTP/1.1 505 HTTP Version Not Supported\r\n" },
		{ 299, "HTTP/1.1 299 \r\n" }, /* the blank stays (RFC 9112 4) */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		http_reply_clear(&reply);
		reply.status = rows[i].status;
		const char *const head = http_reply_head(&reply, true);
		if (strncmp(head, rows[i].line, strlen(rows[i].line)) != 0)
			fail_msg("%d: %.50s", rows[i].status, head);
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
	reply.status = 431; /* no other reason is as long */
	reply.media_type = "application/problem+json; charset=utf-8";
	reply.body_size = REPLY_MAX;
	add_line(HTTP_REPLY_HEADERS_MAX - 100);
	add_line(100);
	assert_int_equal(reply.headers_size, HTTP_REPLY_HEADERS_MAX);
	assert_int_equal(strlen(reply.headers), HTTP_REPLY_HEADERS_MAX);
	const char *const head = http_reply_head(&reply, false);
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
	http_reply_head(&reply, true);
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
		cmocka_unit_test(documents_are_announced_and_stay_where_they_are),
		cmocka_unit_test(each_status_has_its_reason),
		cmocka_unit_test(header_lines_fill_their_room),
		cmocka_unit_test(nothing_of_the_last_answer_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
