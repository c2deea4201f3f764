/* http_guard_test.c - every head that two parsers could read differently, as civetweb leaves it.
 *
 * http_test.c sends such heads through civetweb. Here they are as it cuts them: with a NUL for all
 * white space of the request line, for the colon and the CRLF of a header, and for the last LF. */

#include "http_guard.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A bar stands before each string that the parser shows, a caret before a query; neither of them is
 * in the buffer. */
struct row {
	const char *why;
	const char *bytes;
	size_t size;
};

#define BYTES(literal) literal, sizeof(literal) - 1

#define GET       "|GET\0|/\0HTTP/|1.1\0\0"
#define TO(path)  "|GET\0|" path "\0HTTP/|1.1\0\0" HOST "\r\0"
#define HOST      "|Host\0 |a\0\0"
#define HOSTED(a) GET "|Host\0 |" a "\0\0\r\0"
#define ONE       "|A\0 |1\0\0"
#define FOUR      ONE ONE ONE ONE
#define LINES_63 \
	FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR ONE ONE ONE
#define CL(value) "|Content-Length\0 |" value "\0\0"
#define TE(value) "|Transfer-Encoding\0 |" value "\0\0"

/* clang-format off */
static const struct row accepted[] = {
	{ "plain",                         BYTES(GET HOST "\r\0") },
	{ "HTTP/1.0, no header at all",    BYTES("|GET\0|/\0HTTP/|1.0\0\0\0\0") },
	{ "HTTP/1.0, but no Host",         BYTES("|GET\0|/\0HTTP/|1.0\0\0" ONE "\r\0") },
	{ "HTTP/1.0 with a Host",          BYTES("|GET\0|/\0HTTP/|1.0\0\0" HOST "\r\0") },
	{ "Host behind another",           BYTES(GET ONE HOST "\r\0") },
	{ "a header twice, not looked at", BYTES(GET HOST ONE ONE "\r\0") },
	{ "a query",                       BYTES("|GET\0|/a\0^b=1\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "an empty query",                BYTES("|GET\0|/a\0^\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "first and last of visible ASCII", BYTES("|GET\0|/!~\0^!~\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "dots and slashes stay",         BYTES(TO("//a/../%2e/")) },
	{ "no space behind a colon",       BYTES(GET "|Host\0|a\0\0\r\0") },
	{ "three spaces behind a colon",   BYTES(GET "|Host\0   |a\0\0\r\0") },
	{ "an empty value last",           BYTES(GET HOST "|A\0|\0\0\r\0") },
	{ "an empty value amidst",         BYTES(GET "|A\0 |\0\0" HOST "\r\0") },
	{ "UTF-8 in a value",              BYTES(GET HOST "|A\0 |\343\201\202\0\0\r\0") },
	{ "a Host with a port",            BYTES(HOSTED("a:8080")) },
	{ "a Host of IPv6",                BYTES(HOSTED("[::1]:8080")) },
	{ "64 headers",                    BYTES(GET HOST LINES_63 "\r\0") },
	{ "a length of 0",                 BYTES(GET HOST CL("0") "\r\0") },
	{ "zeros before a length",         BYTES(GET HOST CL("002") "\r\0") },
	{ "15 digits of length",           BYTES(GET HOST CL("999999999999999") "\r\0") },
	{ "a length before a space",       BYTES(GET HOST CL("2 ") "\r\0") },
	{ "a Host before a space",         BYTES(HOSTED("a ")) },
	{ "spaces alone in a value",       BYTES(GET HOST "|A\0  |\0\0\r\0") },
	{ "a whole URL",                   BYTES(TO("http://a/")) },
	{ "the same in capitals",          BYTES(TO("HTTP://A/b")) },
	{ "a whole URL with a port",
	  BYTES("|GET\0|http://a:80/b\0^c\0HTTP/|1.1\0\0|Host\0 |a:80\0\0\r\0") },
};

static const struct row refused[] = {
	{ "a byte before the method",      BYTES("\r" GET HOST "\r\0") },
	{ "an empty line before it",       BYTES("\r\n" GET HOST "\r\0") },
	{ "two spaces behind the method",  BYTES("|GET\0\0|/\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "CRLF behind the method",        BYTES("|GET\0\0\0|/\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "two spaces before the version", BYTES("|GET\0|/\0\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "two spaces behind a query",     BYTES("|GET\0|/\0^a\0\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "a NUL in the target",           BYTES("|GET\0|/a\0b\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "a NUL in the query",            BYTES("|GET\0|/\0^a\0b\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "a shorter word before the version", BYTES("|GET\0|/\0HTP/|1.1\0\0" HOST "\r\0") },
	{ "a space behind the version",    BYTES("|GET\0|/\0HTTP/|1.1\0\0\0" HOST "\r\0") },
	{ "LF behind the request line",    BYTES("|GET\0|/\0HTTP/|1.1\0" HOST "\r\0") },
	{ "CR CR LF behind it",            BYTES("|GET\0|/\0HTTP/|1.1\0\0\0" HOST "\r\0") },
	{ "LF behind a header",            BYTES(GET "|Host\0 |a\0" ONE "\r\0") },
	{ "LF behind the last header",     BYTES(GET "|Host\0 |a\0\r\0") },
	{ "two CRLF behind a header",      BYTES(GET "|Host\0 |a\0\0\0\0" ONE "\r\0") },
	{ "LF for the empty line",         BYTES(GET HOST "\0") },
	{ "CR alone in a value",           BYTES(GET HOST "A\0 1\0B: 2\r\n\r\0") },
	{ "a NUL in a value",              BYTES(GET HOST "|A\0 |\0\r\n\r\0") },
	{ "a NUL and a byte in a value",   BYTES(GET HOST "|A\0 |\0x\r\0") },
	{ "space before the colon",        BYTES(GET "|Host\0\0 |a\0\0\r\0") },
	{ "the same, and no value",        BYTES(GET HOST "|A\0\0|\0\0\r\0") },
	{ "tab behind the colon",          BYTES(GET "|Host\0\t|a\0\0\r\0") },
	{ "tab behind a space",            BYTES(GET "|Host\0 \t|a\0\0\r\0") },
	{ "a folded line last",            BYTES(GET HOST " b\r\n\r\0") },
	{ "a folded line amidst",          BYTES(GET HOST " b\r\nA: 1\r\n\r\0") },
	{ "a folded line first",           BYTES(GET " Host: a\r\n\r\0") },
	{ "the same, HTTP/1.0",            BYTES("|GET\0|/\0HTTP/|1.0\0\0\0A: 1\r\n\r\0") },
	{ "a line without a name",         BYTES(GET HOST ": 1\r\n\r\0") },
	{ "a name that is no token",       BYTES(GET HOST "|A[\0 |1\0\0\r\0") },
	{ "a Content-Length in quotes",    BYTES(GET HOST "|\"Content-Length\"\0 |2\0\0\r\0") },
	{ "a line without a colon",        BYTES(GET HOST "A\r\n\r\0") },
	{ "two LFs and no header",         BYTES("|GET\0|/\0HTTP/|1.0\0\0") },
	{ "CR, but no end behind it",      BYTES(GET HOST "\rA") },

	{ "no Host",                 BYTES(GET ONE "\r\0") },
	{ "no header at all",        BYTES(GET "\0\0") },
	{ "no Host, HTTP/1.00",      BYTES("|GET\0|/\0HTTP/|1.00\0\0" ONE "\r\0") },
	{ "the same Host twice",     BYTES(GET HOST HOST "\r\0") },
	{ "two Hosts, HTTP/1.0",     BYTES("|GET\0|/\0HTTP/|1.0\0\0" HOST "|hOST\0 |b\0\0\r\0") },
	{ "an empty Host",           BYTES(HOSTED("")) },
	{ "an empty Host, HTTP/1.0", BYTES("|GET\0|/\0HTTP/|1.0\0\0|Host\0 |\0\0\r\0") },
	{ "two words of Host",       BYTES(HOSTED("a b")) },
	{ "a list of Hosts",         BYTES(HOSTED("a,b")) },
	{ "a Host with a path",      BYTES(HOSTED("a/b")) },
	{ "a Host with a query",     BYTES(HOSTED("a?b")) },
	{ "a Host with a fragment",  BYTES(HOSTED("a#b")) },
	{ "a Host with a user",      BYTES(HOSTED("a@b")) },
	{ "a Host with a backslash", BYTES(HOSTED("a\\b")) },

	{ "chunked twice",           BYTES(GET HOST TE("chunked") TE("chunked") "\r\0") },
	{ "chunked behind another",  BYTES(GET HOST TE("gzip, chunked") "\r\0") },
	{ "chunked, and no Host",    BYTES(GET TE("chunked") "\r\0") },
	{ "chunked and two Hosts",   BYTES(GET HOST HOST TE("chunked") "\r\0") },
	{ "identity",                BYTES(GET HOST TE("identity") "\r\0") },
	{ "an empty coding",         BYTES(GET HOST TE("") "\r\0") },
	{ "a coding, HTTP/1.0",      BYTES("|GET\0|/\0HTTP/|1.0\0\0" TE("chunked") "\r\0") },
	{ "a length, then a coding", BYTES(GET HOST CL("2") TE("chunked") "\r\0") },
	{ "a coding, then a length", BYTES(GET HOST TE("chunked") CL("2") "\r\0") },
	{ "two lengths",             BYTES(GET HOST CL("2") CL("40") "\r\0") },
	{ "the same length twice",   BYTES(GET HOST CL("2") "|content-length\0 |2\0\0\r\0") },
	{ "an empty length",         BYTES(GET HOST CL("") "\r\0") },
	{ "16 digits of length",     BYTES(GET HOST CL("0000000000000002") "\r\0") },
	{ "a length below zero",     BYTES(GET HOST CL("-2") "\r\0") },
	{ "a length with plus",      BYTES(GET HOST CL("+2") "\r\0") },
	{ "a length with a point",   BYTES(GET HOST CL("2.0") "\r\0") },
	{ "a length in hex",         BYTES(GET HOST CL("0x2") "\r\0") },
	{ "a length with letters",   BYTES(GET HOST CL("2abc") "\r\0") },
	{ "a length in two words",   BYTES(GET HOST CL("2 0 ") "\r\0") },
	{ "a list of lengths",       BYTES(GET HOST CL("2,2") "\r\0") },

	{ "no slash first", BYTES(TO("a/")) },
	{ "an asterisk", BYTES(TO("*")) },
	{ "a whole URL of another host", BYTES(TO("http://b/")) },
	{ "of a longer host", BYTES(TO("http://aa/")) },
	{ "of another port", BYTES(TO("http://a:80/")) },
	{ "of a user", BYTES(TO("http://b@a/")) },
	{ "of no host", BYTES(TO("http:///")) },
	{ "of another scheme", BYTES(TO("https://a/")) },
	{ "without a path", BYTES(TO("http://a")) },
	{ "without a Host", BYTES("|GET\0|http://a/\0HTTP/|1.0\0\0" ONE "\r\0") },
	{ "nothing", BYTES(TO("")) },
	{ "a control in the path", BYTES(TO("/\033")) },
	{ "a space in the path", BYTES(TO("/a b")) },
	{ "CR in the path", BYTES(TO("/a\rb")) },
	{ "DEL in the path", BYTES(TO("/\177")) },
	{ "UTF-8 in the path", BYTES(TO("/\343\201\202")) },
	{ "the highest byte in the path", BYTES(TO("/\377")) },
	{ "a control in the query", BYTES("|GET\0|/\0^\033\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "DEL in the query", BYTES("|GET\0|/\0^\177\0HTTP/|1.1\0\0" HOST "\r\0") },
	{ "UTF-8 in the query", BYTES("|GET\0|/\0^\343\201\202\0HTTP/|1.1\0\0" HOST "\r\0") },
};
/* clang-format on */

/* The strings come in this order: method, path, version, then names and values in turn. */
static void
show(struct http_head *head, size_t nth, char *string)
{
	const char **const first[] = { &head->method, &head->path, &head->version };

	if (nth < LENGTH(first)) {
		*first[nth] = string;
		return;
	}
	nth -= LENGTH(first);
	struct http_line *line = &head->lines[nth / 2];
	if (nth % 2 == 0)
		line->name = string;
	else
		line->value = string;
	head->line_count = nth / 2 + 1;
}

static bool
is_mark(char byte)
{
	return byte == '|' || byte == '^';
}

/* Fills the head, and a buffer as long as the row and two bytes behind it; free() that. */
static char *
lay_out(const struct row *row, struct http_head *ret)
{
	size_t marks = 0, nth = 0;

	for (size_t i = 0; i < row->size; i++)
		marks += is_mark(row->bytes[i]) ? 1 : 0;
	char *const buffer = malloc(row->size - marks + 2);
	char *to = buffer;
	assert_non_null(buffer);
	*ret = (struct http_head){ .buffer = buffer };
	for (size_t i = 0; i < row->size; i++) {
		if (row->bytes[i] == '|')
			show(ret, nth++, to);
		if (row->bytes[i] == '^')
			ret->query = to;
		if (!is_mark(row->bytes[i]))
			*to++ = row->bytes[i];
	}
	memset(to, 'x', 2);
	return buffer;
}

static enum result
guard(struct http_head *head, struct http_headers *ret_headers)
{
	http_headers_find(head, ret_headers);
	return http_guard(head, ret_headers);
}

static void
check_guarded_head(const struct row *row, enum result expected)
{
	struct http_headers headers;
	struct http_head head;
	char *const buffer = lay_out(row, &head);
	const enum result result = guard(&head, &headers);

	free(buffer);
	if (result != expected)
		fail_msg("%s: %s", row->why, result_code(result));
}

static void
clear_heads_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(accepted); i++)
		check_guarded_head(&accepted[i], OK);
}

/* asvs 4.2.1 */
static void
ambiguous_heads_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refused); i++)
		check_guarded_head(&refused[i], MALFORMED);
}

/* RFC 9112 6.3: a server may ask for a length. */
static void
chunked_bodies_want_a_length(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "chunked",             BYTES(GET HOST TE("chunked") "\r\0") },
		{ "in capitals",         BYTES(GET HOST "|TRANSFER-ENCODING\0 |CHUNKED\0\0\r\0") },
		{ "with a space behind", BYTES(GET HOST TE("chunked ") "\r\0") },
		{ "to a whole URL",
		  BYTES("|GET\0|http://a/\0HTTP/|1.1\0\0" HOST TE("chunked") "\r\0") },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_guarded_head(&rows[i], LENGTH_REQUIRED);
}

static void
too_many_lines_are_too_large(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "65",                BYTES(GET HOST LINES_63 "A: 1\r\n\r\0") },
		{ "a fold behind 64",  BYTES(GET HOST LINES_63 " b\r\n\r\0") },
		{ "a coding behind 64", BYTES(GET HOST LINES_63 "Transfer-Encoding: x\r\n\r\0") },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_guarded_head(&rows[i], HEADERS_TOO_LARGE);
}

/* What passes is what a proxy before us would have made of it. */
static void
blanks_and_authorities_are_cut_off(void **state)
{
	/* clang-format off */
	static const struct row row = { "a whole URL, and blanks", BYTES(
		"|GET\0|http://Example.jp:81/a//b\0^c\0HTTP/|1.1\0\0|Host\0 |example.JP:81 \0\0"
		"|Content-Type\0 |a b  \0\0|Authorization\0 |\0\0|Origin\0|   \0\0\r\0") };
	/* clang-format on */
	struct http_headers headers;
	struct http_head head;
	char *const buffer = lay_out(&row, &head);

	(void)state;
	assert_int_equal(guard(&head, &headers), OK);
	assert_string_equal(head.path, "/a//b");
	assert_string_equal(head.query, "c");
	assert_string_equal(headers.value[HTTP_HOST], "example.JP:81");
	assert_string_equal(headers.value[HTTP_CONTENT_TYPE], "a b");
	assert_string_equal(headers.value[HTTP_AUTHORIZATION], "");
	assert_string_equal(headers.value[HTTP_ORIGIN], "");
	free(buffer);
}

/* Of what is rejected the headers are told as well: a page may read why. */
static void
headers_of_a_rejected_head_are_found(void **state)
{
	/* clang-format off */
	static const struct row row = { "no Host, and two lengths", BYTES(
		GET "|Origin\0 |o\0\0" CL("1") CL("2") "|accept-language\0 |en\0\0\r\0") };
	/* clang-format on */
	struct http_headers headers;
	struct http_head head;
	char *const buffer = lay_out(&row, &head);

	(void)state;
	assert_int_equal(guard(&head, &headers), MALFORMED);
	assert_string_equal(headers.value[HTTP_ORIGIN], "o");
	assert_int_equal(headers.times[HTTP_ORIGIN], 1);
	assert_string_equal(headers.value[HTTP_ACCEPT_LANGUAGE], "en");
	assert_int_equal(headers.times[HTTP_CONTENT_LENGTH], 2);
	free(buffer);
}

#define LARGE_START GET HOST "|A\0 |"
/* The longest value: 7 marks do not count, CRLF behind it does. */
#define LARGE (HTTP_HEAD_SIZE_MAX - (sizeof LARGE_START - 1 - 7) - 2)

static void
heads_have_a_bound(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		size_t value_size;
		const char *tail;
		size_t tail_size;
		enum result expected;
	} rows[] = {
		{ "16 KiB",
		  LARGE,     BYTES("\0\0\r\0"),         OK },
		{ "one byte more",
		  LARGE + 1, BYTES("\0\0\r\0"),         HEADERS_TOO_LARGE },
		{ "one header more",
		  LARGE,     BYTES("\0\0" ONE "\r\0"),  HEADERS_TOO_LARGE },
		{ "nearly 32 KiB",
		  2 * LARGE, BYTES("\0\0\r\0"),         HEADERS_TOO_LARGE },
		{ "too large and two Hosts",
		  LARGE + 1, BYTES("\0\0" HOST "\r\0"), HEADERS_TOO_LARGE },
		{ "too large, folded at the end",
		  LARGE + 1, BYTES("\0\0 b\r\n\r\0"),   HEADERS_TOO_LARGE },
		{ "too large, LF in the lines",
		  LARGE + 1, BYTES("\0" ONE "\r\0"),    MALFORMED },
		{ "16 KiB, folded at the end",
		  LARGE,     BYTES("\0\0 b\r\n\r\0"),   MALFORMED },
	};
	/* clang-format on */
	static char bytes[2 * HTTP_HEAD_SIZE_MAX + 64];
	const size_t start = sizeof LARGE_START - 1;

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	memcpy(bytes, LARGE_START, start);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const size_t size = start + rows[i].value_size;
		const struct row row = { rows[i].why, bytes, size + rows[i].tail_size };

		memcpy(bytes + size, rows[i].tail, rows[i].tail_size);
		check_guarded_head(&row, rows[i].expected);
		memset(bytes + size, 'a', rows[i].tail_size);
	}
}

static void
headers_are_found_by_name(void **state)
{
	/* clang-format off */
	static const struct row row = { "all of them", BYTES(GET
		"|hOST\0 |h\0\0|CONTENT-encoding\0 |e\0\0"
		"|CONNECTION\0 |c\0\0|content-length\0 |7\0\0|Accept-Language\0|\0\0"
		"|Authorization\0 |a\0\0|Authorizations\0 |x\0\0|Authorizatio\0 "
		"|x\0\0|AUTHORIZATION\0 |b\0\0"
		"|Content-Type\0 |t\0\0|X-Origin\0 |x\0\0|access-control-REQUEST-method\0 |m\0\0"
		"|COOKIE\0 |s=1; t=2\0\0|Cookie2\0 |x\0\0|Set-Cookie\0 |x\0\0|user-agent\0 |u\0\0"
		"|X-FORWARDED-FOR\0 |1.2.3.4\0\0|X-Forwarded-Host\0 |x\0\0|X_Forwarded_For\0 |x\0\0"
		"|Forwarded\0 |x\0\0|x-forwarded-for\0 |5.6.7.8\0\0|IF-none-MATCH\0 |\"e\"\0\0"
		"|If-Match\0 |x\0\0\r\0") };
	static const struct {
		enum http_header name;
		unsigned times;
		const char *value;
	} rows[] = {
		{ HTTP_CONNECTION,        1, "c" },
		{ HTTP_CONTENT_ENCODING,  1, "e" },
		{ HTTP_CONTENT_LENGTH,    1, "7" },
		{ HTTP_HOST,              1, "h" },
		{ HTTP_TRANSFER_ENCODING, 0, NULL },
		{ HTTP_ACCEPT_LANGUAGE,   1, "" },
		{ HTTP_AUTHORIZATION,     2, "b" },
		{ HTTP_CONTENT_TYPE,      1, "t" },
		{ HTTP_ORIGIN,            0, NULL },
		{ HTTP_PREFLIGHT_METHOD,  1, "m" },
		{ HTTP_COOKIE,            1, "s=1; t=2" },
		{ HTTP_USER_AGENT,        1, "u" },
		{ HTTP_FORWARDED_FOR,     2, "5.6.7.8" },
		{ HTTP_IF_NONE_MATCH,     1, "\"e\"" },
	};
	/* clang-format on */
	struct http_headers headers;
	struct http_head head;
	char *const buffer = lay_out(&row, &head);

	(void)state;
	assert_int_equal(LENGTH(rows), HTTP_HEADER__MAX);
	assert_int_equal(guard(&head, &headers), OK);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(headers.times[rows[i].name], rows[i].times);
		if (rows[i].value == NULL)
			assert_null(headers.value[rows[i].name]);
		else
			assert_string_equal(headers.value[rows[i].name], rows[i].value);
	}
	free(buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clear_heads_pass),
		cmocka_unit_test(ambiguous_heads_are_refused),
		cmocka_unit_test(chunked_bodies_want_a_length),
		cmocka_unit_test(too_many_lines_are_too_large),
		cmocka_unit_test(blanks_and_authorities_are_cut_off),
		cmocka_unit_test(headers_of_a_rejected_head_are_found),
		cmocka_unit_test(heads_have_a_bound),
		cmocka_unit_test(headers_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
