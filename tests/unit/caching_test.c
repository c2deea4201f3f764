/* caching_test.c - which list of entity tags has which tag, and what becomes of an answer that may
 * be kept. */

#include "caching.h"

#include "http_reply.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TAG "\"0123456789abcdef\""

static void
lists_have_the_tags_between_their_commas(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *list;
		bool listed;
	} rows[] = {
		{ "the tag", TAG, true },
		{ "made weak by a proxy that packs", "W/" TAG, true },
		{ "whatever there is", "*", true },
		{ "the first of two", TAG ", \"x\"", true },
		{ "the second of two", "\"x\", " TAG, true },
		{ "without blanks", "\"x\"," TAG ",\"y\"", true },
		{ "among weak ones", "W/\"x\", W/" TAG ", W/\"y\"", true },
		{ "with empty places", ", ,\t" TAG " ,,", true },
		{ "behind a tag with a comma", "\"a, b\", " TAG, true },
		{ "behind an empty tag", "\"\", " TAG, true },
		{ "nothing", "", false },
		{ "blanks and commas", " , ,\t", false },
		{ "another tag", "\"x\"", false },
		{ "a shorter one", "\"0123456789abcde\"", false },
		{ "a longer one", "\"0123456789abcdef0\"", false },
		{ "in capitals", "\"0123456789ABCDEF\"", false },
		{ "without quotes", "0123456789abcdef", false },
		{ "without the last quote", "\"0123456789abcdef", false },
		{ "without the first", "0123456789abcdef\"", false },
		{ "in single quotes", "'0123456789abcdef'", false },
		{ "a weak mark in small letters", "w/" TAG, false },
		{ "a weak mark and a blank", "W/ " TAG, false },
		{ "a weak mark alone", "W/", false },
		{ "letters behind it", TAG "x", false },
		{ "two with nothing between", TAG TAG, false },
		{ "behind what is none", "x, " TAG, false },
		{ "a star among others", "*, \"x\"", false },
		{ "a star in quotes", "\"*\"", false },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (caching_tag_is_listed(rows[i].list, TAG) != rows[i].listed)
			fail_msg("%s: %s", rows[i].why, rows[i].list);
}

static struct http_reply reply;

static void
answer_with(const char *body, const struct http_document *document)
{
	http_reply_clear(&reply);
	reply.status = 200;
	reply.media_type = "text/plain";
	reply.document = document;
	assert_true(text_copy(reply.body, sizeof reply.body, body));
	reply.body_size = strlen(body);
}

/* The value of ETag, which must be the only line. */
static const char *
only_tag(void)
{
	static char tag[80];
	static const char name[] = "ETag: ";

	assert_true(text_starts_with(reply.headers, name));
	const size_t length = strcspn(reply.headers + strlen(name), "\r");
	assert_string_equal(reply.headers + strlen(name) + length, "\r\n");
	text_copy_cut(tag, length + 1, reply.headers + strlen(name));
	return tag;
}

/* RFC 9110 8.8.3: strong, so another body has another name, and the same one the same. */
static void
a_body_is_named_by_its_bytes(void **state)
{
	char first[80];

	(void)state;
	answer_with("{\"a\":1}", NULL);
	caching_allow(&reply, 30, NULL);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.max_age_s, 30);
	assert_string_equal(reply.media_type, "text/plain");
	/* printf '{"a":1}' | sha256sum */
	assert_string_equal(only_tag(), "\"015abd7f5cc57a2dd94b7590f04ad808\"");
	text_copy_cut(first, sizeof first, only_tag());

	answer_with("{\"a\":1}", NULL);
	memset(reply.body + reply.body_size, 'x', 8); /* of an earlier answer */
	caching_allow(&reply, 30, NULL);
	assert_string_equal(only_tag(), first);
	answer_with("{\"a\":2}", NULL);
	caching_allow(&reply, 30, NULL);
	assert_string_not_equal(only_tag(), first);
	answer_with("", NULL);
	caching_allow(&reply, 30, NULL);
	assert_string_not_equal(only_tag(), first);
}

static void
a_document_has_the_name_it_brings(void **state)
{
	static const struct http_document document = { "bytes", 5, "application/yaml", TAG };

	(void)state;
	answer_with("", &document);
	caching_allow(&reply, 300, "\"another\"");
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.max_age_s, 300);
	assert_ptr_equal(reply.document, &document);
	assert_string_equal(only_tag(), TAG);
}

/* RFC 9110 15.4.5: with its name and its time, and without a body and what describes one. */
static void
who_has_it_gets_nothing_but_its_name(void **state)
{
	static const struct http_document document = { "bytes", 5, "application/yaml", TAG };

	(void)state;
	answer_with("", &document);
	caching_allow(&reply, 300, "\"x\", " TAG);
	assert_int_equal(reply.status, 304);
	assert_int_equal(reply.max_age_s, 300);
	assert_null(reply.document);
	assert_null(reply.media_type);
	assert_string_equal(only_tag(), TAG);

	answer_with("{\"a\":1}", NULL);
	caching_allow(&reply, 30, "W/\"015abd7f5cc57a2dd94b7590f04ad808\"");
	assert_int_equal(reply.status, 304);
	assert_null(reply.media_type);
	assert_string_equal(only_tag(), "\"015abd7f5cc57a2dd94b7590f04ad808\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_have_the_tags_between_their_commas),
		cmocka_unit_test(a_body_is_named_by_its_bytes),
		cmocka_unit_test(a_document_has_the_name_it_brings),
		cmocka_unit_test(who_has_it_gets_nothing_but_its_name),
	};

	return cmocka_run_group_tests_name("caching", tests, NULL, NULL);
}
