/* mime_test.c - a mail is the same however it is taken. What a reader makes of it is shown with a
 * real server and Python's email package (smtp_test.c). */

#include "mime.h"

#include "base64.h"
#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WHOLE_MAX 8192
#define HEADERS   "Subject: x\r\n" MIME_CONTENT_TYPE
#define TEXT      "a\n.\nb健康健康健康健康健康健康健康健康健康健康健康健康"

/* RFC 4648 10, and each digit once. */
static void
base64_is_that_of_the_standard(void **state)
{
	static const char bytes[] = "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93"
				    "\x51\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7"
				    "\xa2\x9a\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb"
				    "\xf3\xdf\xbf";
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	/* clang-format off */
	static const struct { const char *text, *encoded; } rows[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	};
	/* clang-format on */
	char got[BASE64_MAX(sizeof bytes) + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const size_t length = base64_encode(rows[i].text, strlen(rows[i].text), got);
		assert_string_equal(got, rows[i].encoded);
		assert_int_equal(length, strlen(got));
	}
	assert_int_equal(base64_encode(bytes, sizeof bytes - 1, got), strlen(digits));
	assert_string_equal(got, digits);
}

/* Takes a mail, never more than `size` at once. */
static size_t
take_all(size_t size, char ret[static WHOLE_MAX])
{
	struct mime mime = mime_of(HEADERS, TEXT, "<p>\n</p>\n");
	size_t length = 0;

	for (size_t taken = 1; taken > 0; length += taken) {
		assert_true(length + size < WHOLE_MAX);
		taken = mime_take(&mime, ret + length, size);
		assert_true(taken <= size);
	}
	return length;
}

static void
a_mail_is_the_same_however_it_is_taken(void **state)
{
	static char whole[WHOLE_MAX], taken[WHOLE_MAX];
	const size_t length = take_all(WHOLE_MAX / 2, whole);

	(void)state;
	for (size_t size = MIME_LINE_MAX + 1; size < 2 * length; size++) {
		memset(taken, 'x', sizeof taken);
		assert_int_equal(take_all(size, taken), length);
		assert_memory_equal(taken, whole, length);
	}
}

static void
its_lines_are_short_and_end_as_they_must(void **state)
{
	static char whole[WHOLE_MAX];
	const size_t length = take_all(WHOLE_MAX / 2, whole);

	(void)state;
	whole[length] = '\0';
	assert_non_null(strstr(whole, "\r\n\r\n--" MIME_BOUNDARY "\r\nContent-Type: text/plain"));
	assert_non_null(strstr(whole, "\r\n\r\nYQ0KLg0KYuWBpeW6"));
	assert_non_null(strstr(whole, "\r\n--" MIME_BOUNDARY "\r\nContent-Type: text/html"));
	assert_non_null(strstr(whole, "\r\n\r\nPHA+DQo8L3A+DQo=\r\n--" MIME_BOUNDARY "--\r\n"));
	for (const char *line = whole; *line != '\0';) {
		const char *end = strstr(line, "\r\n");

		assert_non_null(end);
		assert_true(end - line <= MIME_LINE_MAX - 2);
		assert_true(strcspn(line, "\r\n") == (size_t)(end - line));
		line = end + 2;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_that_of_the_standard),
		cmocka_unit_test(a_mail_is_the_same_however_it_is_taken),
		cmocka_unit_test(its_lines_are_short_and_end_as_they_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
