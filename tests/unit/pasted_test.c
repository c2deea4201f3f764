/* pasted_test.c - what comes along when a value is copied, around and within the value of each
 * field of each request. */

#include "bounds.h"
#include "endpoints.h"
#include "json.h"
#include "nickname.h"
#include "password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum sight {
	UNSEEN, /* dropped around a value, rejected within it */
	SPACE,  /* dropped around it */
	CONTROL /* rejected around it, too */
};

/* The tables of Unicode 15: the categories Cf, Zs, Zl, Zp and Cc, and what else has the property
 * Default_Ignorable_Code_Point or shows nothing. */
/* clang-format off */
static const struct sight_range {
	enum sight sight;
	int32_t first, last;
} ranges[] = {
	{ CONTROL, 0x0001,  0x0008 },  { UNSEEN,  0x0009,  0x000D },  { CONTROL, 0x000E,  0x001F },
	{ SPACE,   0x0020,  0x0020 },  { CONTROL, 0x007F,  0x0084 },  { UNSEEN,  0x0085,  0x0085 },
	{ CONTROL, 0x0086,  0x009F },  { SPACE,   0x00A0,  0x00A0 },  { UNSEEN,  0x00AD,  0x00AD },
	{ UNSEEN,  0x034F,  0x034F },  { UNSEEN,  0x0600,  0x0605 },  { UNSEEN,  0x061C,  0x061C },
	{ UNSEEN,  0x06DD,  0x06DD },  { UNSEEN,  0x070F,  0x070F },  { UNSEEN,  0x0890,  0x0891 },
	{ UNSEEN,  0x08E2,  0x08E2 },  { UNSEEN,  0x115F,  0x1160 },  { SPACE,   0x1680,  0x1680 },
	{ UNSEEN,  0x17B4,  0x17B5 },  { UNSEEN,  0x180B,  0x180F },  { SPACE,   0x2000,  0x200A },
	{ UNSEEN,  0x200B,  0x200F },  { UNSEEN,  0x2028,  0x202E },  { SPACE,   0x202F,  0x202F },
	{ SPACE,   0x205F,  0x205F },  { UNSEEN,  0x2060,  0x206F },  { UNSEEN,  0x2800,  0x2800 },
	{ SPACE,   0x3000,  0x3000 },  { UNSEEN,  0x3164,  0x3164 },  { UNSEEN,  0xFE00,  0xFE0F },
	{ UNSEEN,  0xFEFF,  0xFEFF },  { UNSEEN,  0xFFA0,  0xFFA0 },  { UNSEEN,  0xFFF0,  0xFFFC },
	{ UNSEEN,  0x110BD, 0x110BD }, { UNSEEN,  0x110CD, 0x110CD }, { UNSEEN,  0x13430, 0x1343F },
	{ UNSEEN,  0x1BCA0, 0x1BCA3 }, { UNSEEN,  0x1D159, 0x1D159 }, { UNSEEN,  0x1D173, 0x1D17A },
	{ UNSEEN,  0xE0000, 0xE0FFF },
};

/* A value that is right, for each field of that name. */
static const struct { const char *field, *value; } samples[] = {
	{ "authentication_key",    "K7QM-4TXD-9P" },
	{ "birth_date",            "1978-04-12" },
	{ "captcha_answer",        "K7QM4T" },
	{ "captcha_token",         "eyJhbGciOiJIUzI1NiJ9.eyJ1c2UiOiJjIn0.5kYcVqS1nA" },
	{ "current_password",      "kuma72gonokuma" },
	{ "email",                 "hanako@example.jp" },
	{ "insured_number",        "56789-100" },
	{ "kind",                  "audio" },
	{ "language",              "en" },
	{ "login_id",              "hanako@example.jp" },
	{ "nickname",              "はなこ" },
	{ "password",              "kuma72gonokuma" },
	{ "password_confirmation", "kuma72gonokuma" },
	{ "posted_code",           "W3TK-8HNC-V5" },
	{ "refresh",               "cookie" },
	{ "refresh_token",
	  "3q2-7wABAgMEBQYHCAkKC3kR0mRzVw9f6Yx5uW1aQpLJt2dNEoZcHsGbTiXvKrPy" },
};
/* clang-format on */

/* In so large a range not every one is tried. */
#define MANY 512
#define STEP 61

/* A pair of \uXXXX, with room for what the compiler believes of two numbers. */
#define ESCAPED_MAX 20

struct read_body {
	_Alignas(max_align_t) char bytes[BODY_STRUCT_MAX];
	enum field_error field_error;
};

/* A field, and what a right value becomes in its body. */
struct tried_field {
	const struct body_rule *body;
	const struct field *field;
	const char *value;
	struct read_body plain;
};

static enum field_error
error_of(const struct field_errors *field_errors, const char *name)
{
	for (size_t i = 0; i < field_errors->count; i++)
		if (strcmp(field_errors->list[i].field, name) == 0)
			return field_errors->list[i].field_error;
	return FIELD_OK;
}

/* `before`, `within` and `behind` are JSON; `within` goes behind the first character. */
static void
read_with(const struct tried_field *tried, const char *before, const char *within,
    const char *behind, struct read_body *ret)
{
	const int first = (unsigned char)tried->value[0] < 0x80 ? 1 : 3;
	struct field_errors field_errors;
	char text[1024];

	const int size = snprintf(text, sizeof text, "{\"%s\":\"%s%.*s%s%s%s\"}",
	    tried->field->name, before, first, tried->value, within, tried->value + first, behind);
	assert_in_range(size, 1, sizeof text - 1);
	const enum result read = json_read(text, (size_t)size,
	    &(struct field_table){ tried->body->fields, tried->body->size }, ret->bytes,
	    &field_errors);
	assert_true(read == OK || read == BAD_FIELD);
	ret->field_error = error_of(&field_errors, tried->field->name);
}

static void
escape(int32_t code_point, char ret[static ESCAPED_MAX + 1])
{
	if (code_point < 0x10000)
		snprintf(ret, ESCAPED_MAX + 1, "\\u%04x", (unsigned)code_point);
	else
		snprintf(ret, ESCAPED_MAX + 1, "\\u%04x\\u%04x",
		    0xD7C0U + ((unsigned)code_point >> 10),
		    0xDC00U + ((unsigned)code_point & 0x3FF));
}

static bool
is_same(const struct tried_field *tried, const struct read_body *read)
{
	return read->field_error == FIELD_OK &&
	       memcmp(read->bytes, tried->plain.bytes, tried->body->size) == 0;
}

static void
fail_at(const struct tried_field *tried, const char *where, const char *escaped,
    const struct read_body *read)
{
	fail_msg("%s, %s %s: %s", tried->field->name, escaped, where,
	    field_error_code(read->field_error));
}

/* The padding of a field is dropped, and nobody's within. */
static void
try_typed(const struct tried_field *tried, enum sight sight, const char *escaped)
{
	static struct read_body before, behind, within;

	read_with(tried, escaped, "", "", &before);
	read_with(tried, "\\n", "", escaped, &behind);
	read_with(tried, "", escaped, "", &within);
	if (sight == CONTROL ? before.field_error != FIELD_INVISIBLE_CHARACTER
			     : !is_same(tried, &before))
		fail_at(tried, "before", escaped, &before);
	if (sight == CONTROL ? behind.field_error != FIELD_INVISIBLE_CHARACTER
			     : !is_same(tried, &behind))
		fail_at(tried, "behind", escaped, &behind);
	/* In a nickname an unassigned one is a bad character before it is an unseen one. */
	if (sight != SPACE && within.field_error != FIELD_INVISIBLE_CHARACTER &&
	    !(tried->field->rule == &nickname_rule && within.field_error == FIELD_BAD_CHARACTER))
		fail_at(tried, "within", escaped, &within);
}

/* In a new password nothing is dropped: it is rejected, wherever it is. */
static void
try_password(const struct tried_field *tried, enum sight sight, const char *escaped)
{
	const bool is_typed = strcmp(escaped, "\\u0020") == 0 || strcmp(escaped, "\\u3000") == 0;
	const enum field_error wanted = is_typed ? FIELD_OK : FIELD_INVISIBLE_CHARACTER;
	static struct read_body read[3];

	(void)sight;
	read_with(tried, escaped, "", "", &read[0]);
	read_with(tried, "", escaped, "", &read[1]);
	read_with(tried, "", "", escaped, &read[2]);
	for (size_t i = 0; i < LENGTH(read); i++)
		if (read[i].field_error != wanted || is_same(tried, &read[i]))
			fail_at(tried, "somewhere", escaped, &read[i]);
}

/* A password that is compared is compared with all of it. */
static void
try_given_password(const struct tried_field *tried, enum sight sight, const char *escaped)
{
	static struct read_body read;

	read_with(tried, "", "", escaped, &read);
	if (is_same(tried, &read))
		fail_at(tried, "behind is dropped", escaped, &read);
	if (sight == SPACE && read.field_error != FIELD_OK)
		fail_at(tried, "behind", escaped, &read);
	if (sight == CONTROL && read.field_error != FIELD_INVISIBLE_CHARACTER)
		fail_at(tried, "behind", escaped, &read);
}

static void
try_field(const struct tried_field *tried)
{
	const struct text_rule *const rule = tried->field->rule;
	char escaped[ESCAPED_MAX + 1];

	for (size_t i = 0; i < LENGTH(ranges); i++) {
		const struct sight_range *range = &ranges[i];
		const int32_t step = range->last - range->first > MANY ? STEP : 1;

		for (int32_t at = range->first; at <= range->last; at += step) {
			escape(at, escaped);
			if (rule == &password_rule)
				try_password(tried, range->sight, escaped);
			else if (rule == &given_password_rule)
				try_given_password(tried, range->sight, escaped);
			else
				try_typed(tried, range->sight, escaped);
		}
	}
}

static const char *
sample_of(const char *name)
{
	for (size_t i = 0; i < LENGTH(samples); i++)
		if (strcmp(samples[i].field, name) == 0)
			return samples[i].value;
	fail_msg("no sample of %s", name);
	return "";
}

/* asvs 2.2.1 6.2.8 */
static void
what_nobody_sees_is_dropped_around_or_told(void **state)
{
	static struct tried_field tried;
	size_t fields = 0;

	(void)state;
	for (size_t i = 0; i < endpoints_public.count; i++) {
		tried.body = endpoints_public.rows[i].body;
		if (tried.body == NULL)
			continue;
		for (tried.field = tried.body->fields; tried.field->name != NULL; tried.field++) {
			tried.value = sample_of(tried.field->name);
			read_with(&tried, "", "", "", &tried.plain);
			assert_int_equal(tried.plain.field_error, FIELD_OK);
			try_field(&tried);
			fields++;
		}
	}
	assert_true(fields > 20);
}

/* Only what is judged by its own check is read as it was typed. */
static void
every_field_says_how_long_it_may_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < endpoints_public.count; i++) {
		const struct body_rule *body = endpoints_public.rows[i].body;

		for (const struct field *field = body != NULL ? body->fields : NULL;
		     field != NULL && field->name != NULL; field++) {
			const struct text_rule *const rule = field->rule;

			if (rule->length.max == 0 || rule->length.max > rule->input_max)
				fail_msg("%s: %u", field->name, rule->length.max);
			if (rule->as_typed && rule != &password_rule &&
			    rule != &given_password_rule && rule != &nickname_rule)
				fail_msg("%s is read as it was typed", field->name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_sees_is_dropped_around_or_told),
		cmocka_unit_test(every_field_says_how_long_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
