/* json_test.c - bodies into structs with all their faults, answers into JSON, and what is left in
 * memory of either. */

#include "json.h"

#include "cleanup.h"
#include "json_scan.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The allocator, watched: the n-th allocation fails, what is alive is counted, and a block that is
 * given back with the marker in it is a secret left behind. A sanitizer brings its own allocator.
 */
#define MARKER "Marker-7f3a"

static struct {
	bool on;
	unsigned until_failure; /* 0: none fails */
	bool failed;
	int alive;
	int left_behind;
} watch;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NEEDS_WATCHED_ALLOCATOR() skip()
#else
#define NEEDS_WATCHED_ALLOCATOR() ((void)0)

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void __libc_free(void *);

static bool
may_allocate(void)
{
	if (!watch.on)
		return true;
	if (watch.until_failure > 0 && --watch.until_failure == 0) {
		watch.failed = true;
		return false;
	}
	watch.alive++;
	return true;
}

__attribute__((visibility("default"))) void *
malloc(size_t size)
{
	return may_allocate() ? __libc_malloc(size) : NULL;
}

__attribute__((visibility("default"))) void *
calloc(size_t count, size_t size)
{
	return may_allocate() ? __libc_calloc(count, size) : NULL;
}

static bool
holds_marker(const char *bytes, size_t size)
{
	for (size_t at = 0; at + strlen(MARKER) <= size; at++)
		if (memcmp(bytes + at, MARKER, strlen(MARKER)) == 0)
			return true;
	return false;
}

__attribute__((visibility("default"))) void
free(void *block)
{
	if (watch.on && block != NULL) {
		watch.alive--;
		watch.left_behind += holds_marker(block, malloc_usable_size(block));
	}
	__libc_free(block);
}
#endif

static void
watch_start(unsigned until_failure)
{
	memset(&watch, 0, sizeof watch);
	watch.until_failure = until_failure;
	watch.on = true;
}

static bool
watch_stop(void)
{
	watch.on = false;
	return watch.failed;
}

/* What the bodies of these tests are read into. */
struct form {
	char login_id[16];
	char password[64];
	char nickname[8];
	char note[8];
};

/* Lower letters only; the fold doubles the first. */
static enum field_error
fold_login_id(const char *typed, char *ret, size_t ret_size)
{
	ret[0] = '\0';
	for (const char *at = typed; *at != '\0'; at++)
		if (*at < 'a' || *at > 'z')
			return FIELD_BAD_CHARACTER;
	if (*typed == '\0')
		return FIELD_TOO_SHORT;
	snprintf(ret, ret_size, "%c%s", *typed, typed);
	return FIELD_OK;
}

static const struct text_rule login_id_rule = { fold_login_id, 10, { 1, 9 } };
static const struct text_rule password_rule = { NULL, 63, { 0 }, true };
static const struct text_rule nickname_rule = { NULL, 20, { 0, 7 } };
static const struct text_rule note_rule = { NULL, 4, { 0, 4 } };

static const struct field form_fields[] = {
	TEXT_FIELD(form, login_id, login_id_rule),
	TEXT_FIELD(form, password, password_rule),
	OPTIONAL_FIELD(form, nickname, nickname_rule),
	OPTIONAL_FIELD(form, note, note_rule),
	END_OF_FIELDS,
};

static enum result
read_form(const char *text, size_t size, struct form *form, struct field_errors *field_errors)
{
	memset(form, 'x', sizeof *form);
	memset(field_errors, 'x', sizeof *field_errors);
	return json_read(
	    text, size, &(struct field_table){ form_fields, sizeof *form }, form, field_errors);
}

struct malformed_row {
	const char *why;
	const char *text;
	size_t size;
};

/* clang-format off */
#define ROW(why, literal) { why, literal, sizeof(literal) - 1 }
#define GOOD "\"login_id\":\"ada\",\"password\":\"secret\""

static const struct malformed_row malformed[] = {
	ROW("empty",                                ""),
	ROW("no object",                            "[]"),
	ROW("a byte order mark",                    "\xEF\xBB\xBF{" GOOD "}"),
	ROW("bytes behind the object",              "{" GOOD "}xyz"),
	ROW("a second object behind the first",     "{" GOOD "}{}"),
	ROW("a NUL behind the object",              "{" GOOD "}\0"),
	ROW("a raw newline in a value",             "{\"login_id\":\"a\nb\",\"password\":\"b\"}"),
	ROW("UTF-8 cut in a value",
	    "{\"login_id\":\"\xE5\x81\",\"password\":\"b\"}"),
	ROW("\\u0000 would cut the password",
	    "{\"login_id\":\"ada\",\"password\":\"x\\u0000y\"}"),
	ROW("a leading zero",                       "{" GOOD ",\"note\":01}"),
	ROW("nesting of 9",                         "{" GOOD ",\"note\":[[[[[[[[]]]]]]]]}"),
	ROW("a member twice",                       "{" GOOD ",\"password\":\"other\"}"),
	ROW("a member twice, the same value",       "{" GOOD ",\"password\":\"secret\"}"),
	ROW("a member twice, once null",            "{" GOOD ",\"password\":null}"),
	ROW("a member twice, once escaped",         "{" GOOD ",\"p\\u0061ssword\":\"other\"}"),
	ROW("a member twice, escaped in two cases", "{\"\\u006A\":1,\"\\u006a\":1," GOOD "}"),
	ROW("a member twice, as a surrogate pair",
	    "{\"\xF0\x9D\x84\x9E\":1,\"\\uD834\\uDD1E\":1}"),
	ROW("an unknown member twice",              "{" GOOD ",\"x\":1,\"x\":2}"),
	ROW("the empty name twice",                 "{\"\":1,\"\":1}"),
};

struct fault_row {
	const char *why;
	const char *text;
	const char *field_errors; /* "field:code " in order; "" is OK */
};

static const struct fault_row fault_rows[] = {
	{ "what is required",
	  "{" GOOD "}",                                                   "" },
	{ "an optional one",
	  "{" GOOD ",\"nickname\":\"ada\"}",                              "" },
	{ "in another order, with spaces",
	  "{ \"password\" : \"x\" ,\n\"login_id\" : \"ada\" }",           "" },
	{ "escaped spelling of a name",
	  "{\"login\\u005fid\":\"ada\",\"password\":\"x\"}",              "" },
	{ "escaped spelling of a value",
	  "{\"login_id\":\"\\u0061da\",\"password\":\"\\ud83c\\udf63\"}", "" },
	{ "an empty text without a check",
	  "{\"login_id\":\"ada\",\"password\":\"\"}",                     "" },

	{ "nothing",
	  "{}", "login_id:required password:required " },
	{ "one absent",
	  "{\"password\":\"x\"}",                                 "login_id:required " },
	{ "one absent, an optional there",
	  "{\"login_id\":\"ada\",\"note\":\"x\"}",                "password:required " },
	{ "null",
	  "{\"login_id\":null,\"password\":\"x\"}",               "login_id:wrong_type " },
	{ "null is no absence",
	  "{" GOOD ",\"note\":null}",                             "note:wrong_type " },
	{ "a number",
	  "{\"login_id\":1,\"password\":\"x\"}",                  "login_id:wrong_type " },
	{ "a number out of every range",
	  "{\"login_id\":1e999,\"password\":\"x\"}",              "login_id:wrong_type " },
	{ "2^53 + 1",
	  "{\"login_id\":9007199254740993,\"password\":\"x\"}",   "login_id:wrong_type " },
	{ "true",
	  "{\"login_id\":true,\"password\":\"x\"}",               "login_id:wrong_type " },
	{ "false",
	  "{\"login_id\":false,\"password\":\"x\"}",              "login_id:wrong_type " },
	{ "an array of one text",
	  "{\"login_id\":[\"ada\"],\"password\":\"x\"}",          "login_id:wrong_type " },
	{ "an object",
	  "{\"login_id\":{\"$ne\":\"\"},\"password\":\"x\"}",     "login_id:wrong_type " },
	{ "duplicates inside an object",
	  "{\"login_id\":{\"a\":1,\"a\":2},\"password\":\"x\"}",  "login_id:wrong_type " },
	{ "nesting of 8",
	  "{" GOOD ",\"note\":[[[[[[[]]]]]]]}",                   "note:wrong_type " },
	{ "as long as may be typed",
	  "{\"login_id\":\"abcdefghij\",\"password\":\"x\"}",     "" },
	{ "one byte longer",
	  "{\"login_id\":\"abcdefghijk\",\"password\":\"x\"}",    "login_id:too_long " },
	{ "too long comes before the check",
	  "{\"login_id\":\"ABCDEFGHIJK\",\"password\":\"x\"}",    "login_id:too_long " },
	{ "fills the array",
	  "{" GOOD ",\"nickname\":\"1234567\"}",                  "" },
	{ "may be typed, does not fit",
	  "{" GOOD ",\"nickname\":\"12345678\"}",                 "nickname:too_long " },
	{ "escapes count as what they mean",
	  "{" GOOD ",\"note\":\"\\u0031\\u0032\\u0033\\u0034\"}", "" },
	{ "length is bytes",
	  "{" GOOD ",\"note\":\"ああ\"}",                           "note:too_long " },
	{ "the check speaks",
	  "{\"login_id\":\"ADA\",\"password\":\"x\"}",            "login_id:bad_character " },
	{ "the check sees the empty text",
	  "{\"login_id\":\"\",\"password\":\"x\"}",               "login_id:too_short " },

	{ "padding is dropped",
	  "{\"login_id\":\"\\ufeff \\tada\\u200b\\r\\n\",\"password\":\"x\"}", "" },
	{ "and does not count",
	  "{" GOOD ",\"note\":\"\\n\\u2028  1234\\u3000\\u00a0\"}", "" },
	{ "the check sees nothing of it",
	  "{\"login_id\":\"\\u200b \\n\",\"password\":\"x\"}", "login_id:too_short " },
	{ "what nobody sees within a value",
	  "{\"login_id\":\"a\\u200bda\",\"password\":\"x\",\"note\":\"a\\nb\"}",
	  "login_id:invisible_character note:invisible_character " },
	{ "that comes before too long",
	  "{" GOOD ",\"note\":\"12\\u200b34\"}", "note:invisible_character " },
	{ "a control is no padding",
	  "{" GOOD ",\"note\":\"ab\\u0007\"}", "note:invisible_character " },
	{ "where the rule wants it as typed",
	  "{\"login_id\":\"ada\",\"password\":\" \\ufeff\\u0007\\n\"}", "" },

	{ "unknown",
	  "{" GOOD ",\"role\":\"admin\"}", "role:unknown_field " },
	{ "unknown and null",
	  "{" GOOD ",\"role\":null}", "role:unknown_field " },
	{ "unknown and a long number",
	  "{" GOOD ",\"n\":-0.123456789012345678901234567890123456789012345678901234567890123456"
	  "7890123456789e-300}", "n:unknown_field " },
	{ "names tell upper from lower",
	  "{" GOOD ",\"Password\":\"x\"}", "Password:unknown_field " },
	{ "another case is not the one",
	  "{\"Login_id\":\"ada\",\"password\":\"x\"}",
	  "login_id:required Login_id:unknown_field " },
	{ "the empty name",
	  "{" GOOD ",\"\":1}", ":unknown_field " },
	{ "a name with a space behind",
	  "{" GOOD ",\"note \":1}", "note :unknown_field " },
	{ "the beginning of a name",
	  "{" GOOD ",\"not\":1}", "not:unknown_field " },
	{ "__proto__",
	  "{" GOOD ",\"__proto__\":{\"note\":\"x\"}}", "__proto__:unknown_field " },
	{ "all at once, declared first",
	  "{\"zz\":1,\"note\":\"12345\",\"Note\":1,\"password\":7,\"aa\":[]}",
	  "login_id:required password:wrong_type note:too_long zz:unknown_field "
	  "Note:unknown_field aa:unknown_field " },
	{ "more than are kept",
	  "{\"b0\":0,\"b1\":0,\"b2\":0,\"b3\":0,\"b4\":0,\"b5\":0,\"b6\":0,\"b7\":0,\"b8\":0,\"b"
	  "9\":0,\"c0\":0}",
	  "login_id:required password:required b0:unknown_field b1:unknown_field b2:unknown_field "
	  "b3:unknown_field b4:unknown_field b5:unknown_field b6:unknown_field b7:unknown_field "
	  "b8:unknown_field b9:unknown_field " },
	{ "a name of 40 bytes",
	  "{" GOOD ",\"1234567890123456789012345678901234567890\":1}",
	  "1234567890123456789012345678901234567890:unknown_field " },
	{ "a longer name is cut",
	  "{" GOOD ",\"12345678901234567890123456789012345678901\":1}",
	  "1234567890123456789012345678901234567890:unknown_field " },
	{ "a longer name is cut between characters",
	  "{" GOOD ",\"あああああああああああああああ\":1}",
	  "あああああああああああああ:unknown_field " },
};
/* clang-format on */

static void
malformed_bodies_are_refused_whole(void **state)
{
	struct form form;
	struct field_errors field_errors;

	(void)state;
	for (size_t i = 0; i < LENGTH(malformed); i++) {
		const struct malformed_row *row = &malformed[i];

		if (read_form(row->text, row->size, &form, &field_errors) != MALFORMED)
			fail_msg("not MALFORMED: %s", row->why);
		for (size_t at = 0; at < sizeof form; at++)
			if (((const char *)&form)[at] != '\0')
				fail_msg("something was read: %s", row->why);
		if (field_errors.count != 0)
			fail_msg("faults of no fields: %s", row->why);
	}
}

static void
list_faults(const struct field_errors *field_errors, char *ret, size_t ret_size)
{
	size_t length = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < field_errors->count; i++)
		length += (size_t)snprintf(ret + length, ret_size - length, "%s:%s ",
		    field_errors->list[i].field,
		    field_error_code(field_errors->list[i].field_error));
}

/* asvs 1.5.2 */
static void
every_fault_is_named_in_order(void **state)
{
	struct form form;
	struct field_errors field_errors;
	char list[1024];

	(void)state;
	for (size_t i = 0; i < LENGTH(fault_rows); i++) {
		const struct fault_row *row = &fault_rows[i];
		const enum result result = read_form(
		    row->text, strlen(row->text), &form, &field_errors);

		if (result != (row->field_errors[0] == '\0' ? OK : BAD_FIELD))
			fail_msg("%s: %s", row->why, result_code(result));
		list_faults(&field_errors, list, sizeof list);
		if (strcmp(list, row->field_errors) != 0)
			fail_msg("%s: %s", row->why, list);
	}
}

static void
values_are_folded_into_the_struct(void **state)
{
	static const char text[] =
	    "{\"login_id\":\"ada\",\"password\":\"a\\u00e9\\n\\ud83c\\udf63\"}";
	struct form form;
	struct field_errors field_errors;

	(void)state;
	assert_int_equal(read_form(text, strlen(text), &form, &field_errors), OK);
	assert_string_equal(form.login_id, "aada");
	assert_string_equal(form.password, "a\xC3\xA9\n\xF0\x9F\x8D\xA3");
	assert_string_equal(form.nickname, "");
	assert_string_equal(form.note, "");
}

/* asvs 6.2.8 */
static void
padding_is_dropped_where_the_rule_does_not_want_it(void **state)
{
	static const char text[] = "{\"login_id\":\"\\ufeff\\nada \",\"password\":\"\\ufeff\\nx \","
				   "\"note\":\"\\u200b\\n\"}";
	struct form form;
	struct field_errors field_errors;

	(void)state;
	assert_int_equal(read_form(text, strlen(text), &form, &field_errors), OK);
	assert_string_equal(form.login_id, "aada");
	assert_string_equal(form.password, "\xEF\xBB\xBF\nx ");
	assert_string_equal(form.note, "");
}

/* What a member must be told: how long the text may be. */
static void
errors_bring_the_length_of_their_rule(void **state)
{
	static const char text[] =
	    "{\"login_id\":\"\",\"password\":\"x\",\"note\":\"12345\",\"x\":1}";
	struct form form;
	struct field_errors field_errors;

	(void)state;
	assert_int_equal(read_form(text, strlen(text), &form, &field_errors), BAD_FIELD);
	assert_int_equal(field_errors.count, 3);
	assert_int_equal(field_errors.list[0].length.min, 1);
	assert_int_equal(field_errors.list[0].length.max, 9);
	assert_int_equal(field_errors.list[1].length.max, 4);
	assert_int_equal(field_errors.list[2].length.max, 0);
}

static void
right_fields_are_kept_beside_wrong_ones(void **state)
{
	static const char text[] =
	    "{\"login_id\":\"ADA\",\"password\":\"kept\",\"nickname\":\"too long\",\"x\":1}";
	struct form form;
	struct field_errors field_errors;

	(void)state;
	assert_int_equal(read_form(text, strlen(text), &form, &field_errors), BAD_FIELD);
	assert_string_equal(form.login_id, "");
	assert_string_equal(form.password, "kept");
	assert_string_equal(form.nickname, "");
}

static void
members_are_counted(void **state)
{
	char text[JSON_MEMBERS_MAX * 16];
	struct form form;
	struct field_errors field_errors;

	(void)state;
	for (size_t count = JSON_MEMBERS_MAX; count <= JSON_MEMBERS_MAX + 1; count++) {
		size_t length = 0;

		for (size_t i = 0; i < count; i++)
			length += (size_t)snprintf(text + length, sizeof text - length,
			    "%c\"m%zu\":0", i == 0 ? '{' : ',', i);
		length += (size_t)snprintf(text + length, sizeof text - length, "}");
		assert_int_equal(read_form(text, length, &form, &field_errors),
		    count == JSON_MEMBERS_MAX ? BAD_FIELD : MALFORMED);
	}
}

/* What the scan passes and cJSON does not would be told as a failure of ours. */
/* asvs 1.5.3 */
static void
cjson_takes_whatever_the_scan_passes(void **state)
{
	char text[] =
	    "{\"login_id\":\"a\\u00e9\\ud83c\\udf63\xE3\x81\x82\\n\",\"password\":[-0.1e+2,"
	    "{\"a\":true},false,null],\"x\":10}";
	const size_t size = strlen(text);
	struct form form;
	struct field_errors field_errors;

	(void)state;
	for (size_t at = 0; at < size; at++) {
		const char was = text[at];

		for (int byte = 0; byte < 256; byte++) {
			text[at] = (char)byte;
			const enum result result = read_form(text, size, &form, &field_errors);
			if (result != BAD_FIELD && result != MALFORMED)
				fail_msg("%s: byte %d, %02X", result_code(result), (int)at,
				    (unsigned)byte);
		}
		text[at] = was;
	}
}

static void
the_longest_number_is_no_failure(void **state)
{
	CLEANUP(cleanup_free) char *text = malloc(BODY_MAX + 1);
	struct form form;
	struct field_errors field_errors;

	(void)state;
	assert_non_null(text);
	memset(text, '9', BODY_MAX);
	memcpy(text, "{\"x\":", 5);
	text[BODY_MAX - 1] = '}';
	text[BODY_MAX] = '\0';
	assert_int_equal(read_form(text, BODY_MAX, &form, &field_errors), BAD_FIELD);
}

static const char secret_form[] = "{\"login_id\":\"ada\",\"password\":\"" MARKER
				  "\",\"x\":[{\"y\":\"" MARKER "\"}]}";

static void
no_value_of_a_body_stays_in_memory(void **state)
{
	struct form form;
	struct field_errors field_errors;

	(void)state;
	NEEDS_WATCHED_ALLOCATOR();
	watch_start(0);
	const enum result result = read_form(
	    secret_form, strlen(secret_form), &form, &field_errors);
	watch_stop();
	assert_int_equal(result, BAD_FIELD);
	assert_string_equal(form.password, MARKER);
	assert_int_equal(watch.left_behind, 0);
	assert_int_equal(watch.alive, 0);
}

static void
a_body_without_memory_is_unavailable(void **state)
{
	struct form form;
	struct field_errors field_errors;
	enum result result;
	unsigned nth;

	(void)state;
	NEEDS_WATCHED_ALLOCATOR();
	for (nth = 1;; nth++) {
		watch_start(nth);
		result = read_form(secret_form, strlen(secret_form), &form, &field_errors);
		if (!watch_stop())
			break;
		assert_int_equal(result, UNAVAILABLE);
		assert_int_equal(watch.alive, 0);
		assert_int_equal(field_errors.count, 0);
		assert_string_equal(form.password, "");
	}
	assert_int_equal(result, BAD_FIELD);
	assert_true(nth > 10);
}

static void
build_answer(struct json *json)
{
	json_text(json, "stage", "account \"\\\n\x01/健康🍣");
	json_number(json, "least", INT64_MIN);
	json_number(json, "most", INT64_MAX);
	json_number(json, "exact", 9007199254740993);
	json_bool(json, "yes", true);
	json_bool(json, "no", false);
	json_time(json, "expires_at", 1795309323);
	json_array(json, "keys");
	json_item(json);
	json_text(json, "kid", "1");
	json_up(json);
	json_item(json);
	json_object(json, "inner");
	json_text(json, "key", MARKER);
	json_up(json);
	json_up(json);
	json_up(json);
	json_object(json, "empty");
	json_up(json);
	json_array(json, "none");
	json_up(json);
	json_array(json, "texts");
	json_text_item(json, "ja");
	json_text_item(json, "\"🍣");
	json_text_item(json, "");
	json_up(json);
	json_text_or_null(json, "pending", "ada@example.jp");
	json_text_or_null(json, "no_pending", "");
	json_text(json, "last", "");
}

static const char answer[] = "{\"stage\":\"account \\\"\\\\\\n\\u0001/健康🍣\","
			     "\"least\":-9223372036854775808,\"most\":9223372036854775807,"
			     "\"exact\":9007199254740993,\"yes\":true,\"no\":false,"
			     "\"expires_at\":\"2026-11-22T01:02:03Z\","
			     "\"keys\":[{\"kid\":\"1\"},{\"inner\":{\"key\":\"" MARKER "\"}}],"
			     "\"empty\":{},\"none\":[],\"texts\":[\"ja\",\"\\\"🍣\",\"\"],"
			     "\"pending\":\"ada@example.jp\",\"no_pending\":null,\"last\":\"\"}";

static void
answers_are_compact_json(void **state)
{
	CLEANUP(json_free) struct json *json = json_new();
	char text[1024];
	size_t length;

	(void)state;
	build_answer(json);
	assert_int_equal(json_finish(json, text, sizeof text, &length), OK);
	assert_string_equal(text, answer);
	assert_int_equal(length, strlen(answer));
	assert_true(json_scan(text, length));
}

static void
an_answer_may_be_as_deep_as_a_body(void **state)
{
	CLEANUP(json_free) struct json *json = json_new();
	char text[256];
	size_t length;

	(void)state;
	for (int depth = 2; depth <= JSON_DEPTH_MAX; depth++)
		json_object(json, "a");
	assert_int_equal(json_finish(json, text, sizeof text, &length), OK);
	assert_string_equal(text, "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}");
}

/* cJSON's guess at what it needs depends on what comes last: every kind of it. */
#define LAST_KINDS 10

static void
build_answer_ending_in(struct json *json, int kind)
{
	switch (kind) {
	case 0:
		build_answer(json);
		break;
	case 1:
		json_text(json, "a", "x\x01\"");
		break;
	case 2:
		json_text(json, "a", "");
		break;
	case 3:
		json_number(json, "a", -12);
		break;
	case 4:
		json_bool(json, "a", false);
		break;
	case 5:
		json_object(json, "a");
		break;
	case 6:
		json_array(json, "a");
		break;
	case 7:
		json_text_or_null(json, "a", "");
		break;
	case 8:
		json_text_or_null(json, "a", "x\x01\"");
		break;
	default: /* nothing at all */
		break;
	}
}

/* At one size, in memory that ends there: whole and right, or nothing. */
static void
check_size(const struct json *json, const char *whole, size_t size)
{
	CLEANUP(cleanup_free) char *text = malloc(size);
	size_t length = 999999;

	assert_non_null(text);
	memset(text, 'G', size);
	if (json_finish(json, text, size, &length) == OK) {
		assert_string_equal(text, whole);
		assert_int_equal(length, strlen(whole));
		return;
	}
	assert_true(size < strlen(whole) + 1 + JSON_SPARE);
	assert_int_equal(length, 999999);
	for (size_t at = 0; at < size; at++)
		assert_int_equal(text[at], '\0');
}

static void
answers_fit_or_fail_at_every_size(void **state)
{
	char whole[1024];
	size_t length;

	(void)state;
	for (int kind = 0; kind < LAST_KINDS; kind++) {
		CLEANUP(json_free) struct json *json = json_new();

		build_answer_ending_in(json, kind);
		assert_int_equal(json_finish(json, whole, sizeof whole, &length), OK);
		for (size_t size = 1; size <= length + 1 + JSON_SPARE; size++)
			check_size(json, whole, size);
	}
}

static void
a_text_that_is_not_utf8_fails_the_answer(void **state)
{
	static const struct {
		const char *why, *text;
	} rows[] = {
		{ "a lone continuation byte", "\x80" },
		{ "cut in the middle", "a\xE5\x81" },
		{ "cut at the first", "\xF0" },
		{ "overlong", "\xC0\xAF" },
		{ "a surrogate", "\xED\xA0\x80" },
		{ "over U+10FFFF", "\xF4\x90\x80\x80" },
		{ "Latin-1", "caf\xE9" },
		{ "FF", "\xFF" },
	};
	char text[256];
	size_t length;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		CLEANUP(json_free) struct json *json = json_new();

		json_text(json, "before", "fine");
		json_text(json, "a", rows[i].text);
		/* Nothing that follows brings it back or breaks it. */
		json_array(json, "b");
		json_item(json);
		json_text(json, "c", "fine");
		json_up(json);
		json_up(json);
		json_number(json, "d", 1);
		if (json_finish(json, text, sizeof text, &length) != INTERNAL || text[0] != '\0')
			fail_msg("answered: %s", rows[i].why);

		CLEANUP(json_free) struct json *list = json_new();

		json_array(list, "a");
		json_text_item(list, "fine");
		json_text_item(list, rows[i].text);
		json_text_item(list, "fine");
		json_up(list);
		if (json_finish(list, text, sizeof text, &length) != INTERNAL || text[0] != '\0')
			fail_msg("answered a list: %s", rows[i].why);
	}
}

static void
only_the_empty_text_is_null(void **state)
{
	static const struct {
		const char *why, *text, *expected; /* NULL: it fails the answer */
	} rows[] = {
		{ "empty", "", "{\"a\":null}" },
		{ "a text", "x", "{\"a\":\"x\"}" },
		{ "a space", " ", "{\"a\":\" \"}" },
		{ "the word", "null", "{\"a\":\"null\"}" },
		{ "a nought", "0", "{\"a\":\"0\"}" },
		{ "what JSON escapes", "\"\\\n", "{\"a\":\"\\\"\\\\\\n\"}" },
		{ "kanji", "健康", "{\"a\":\"健康\"}" },
		{ "no UTF-8", "\xFF", NULL },
		{ "cut in the middle", "a\xE5\x81", NULL },
	};
	char text[256];
	size_t length;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		CLEANUP(json_free) struct json *json = json_new();

		json_text_or_null(json, "a", rows[i].text);
		const enum result result = json_finish(json, text, sizeof text, &length);
		if (result != (rows[i].expected != NULL ? OK : INTERNAL))
			fail_msg("%s: %s", rows[i].why, result_code(result));
		if (strcmp(text, result == OK ? rows[i].expected : "") != 0)
			fail_msg("%s: %s", rows[i].why, text);
	}
}

static void
no_value_of_an_answer_stays_in_memory(void **state)
{
	char text[1024];
	size_t length;

	(void)state;
	NEEDS_WATCHED_ALLOCATOR();
	watch_start(0);
	struct json *json = json_new();
	build_answer(json);
	const enum result result = json_finish(json, text, sizeof text, &length);
	json_free(&json);
	watch_stop();
	assert_int_equal(result, OK);
	assert_null(json);
	assert_int_equal(watch.left_behind, 0);
	assert_int_equal(watch.alive, 0);
}

static void
an_answer_without_memory_is_unavailable(void **state)
{
	char text[1024];
	size_t length;
	enum result result;
	unsigned nth;

	(void)state;
	NEEDS_WATCHED_ALLOCATOR();
	for (nth = 1;; nth++) {
		watch_start(nth);
		struct json *json = json_new();
		build_answer(json);
		result = json_finish(json, text, sizeof text, &length);
		json_free(&json);
		if (!watch_stop())
			break;
		assert_int_equal(result, UNAVAILABLE);
		assert_string_equal(text, "");
		assert_int_equal(watch.alive, 0);
		assert_int_equal(watch.left_behind, 0);
	}
	assert_int_equal(result, OK);
	assert_true(nth > 20);
}

static void
freeing_nothing_is_fine(void **state)
{
	struct json *json = NULL;

	(void)state;
	json_free(&json);
	assert_null(json);
}

static void
whole_numbers_come_as_their_digits(void **state)
{
	struct counted {
		char number[16 + 1];
	};
	static const struct text_rule number_rule = { NULL, 16, { 0 }, true };
	static const struct field counted_fields[] = {
		WHOLE_FIELD(counted, number, number_rule),
		END_OF_FIELDS,
	};
	static const struct {
		const char *json;
		const char *digits; /* empty: of the wrong type */
	} rows[] = {
		{ "0", "0" },
		{ "777", "777" },
		{ "7.77e2", "777" },
		{ "1.0", "1" },
		{ "9007199254740991", "9007199254740991" },
		{ "9007199254740992", "" },
		{ "9007199254740993", "" },
		{ "1e999", "" },
		{ "-1", "" },
		{ "-1e999", "" },
		{ "0.5", "" },
		{ "\"777\"", "" },
		{ "true", "" },
		{ "null", "" },
		{ "[777]", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct counted counted;
		struct field_errors field_errors;
		char text[64];

		snprintf(text, sizeof text, "{\"number\":%s}", rows[i].json);
		const enum result read = json_read(text, strlen(text),
		    &(struct field_table){ counted_fields, sizeof counted }, &counted,
		    &field_errors);
		print_message("# %s\n", rows[i].json);
		assert_string_equal(counted.number, rows[i].digits);
		assert_int_equal(read, rows[i].digits[0] == '\0' ? BAD_FIELD : OK);
		if (read == BAD_FIELD)
			assert_int_equal(field_errors.list[0].field_error, FIELD_WRONG_TYPE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_bodies_are_refused_whole),
		cmocka_unit_test(every_fault_is_named_in_order),
		cmocka_unit_test(values_are_folded_into_the_struct),
		cmocka_unit_test(padding_is_dropped_where_the_rule_does_not_want_it),
		cmocka_unit_test(errors_bring_the_length_of_their_rule),
		cmocka_unit_test(right_fields_are_kept_beside_wrong_ones),
		cmocka_unit_test(members_are_counted),
		cmocka_unit_test(cjson_takes_whatever_the_scan_passes),
		cmocka_unit_test(the_longest_number_is_no_failure),
		cmocka_unit_test(no_value_of_a_body_stays_in_memory),
		cmocka_unit_test(a_body_without_memory_is_unavailable),
		cmocka_unit_test(answers_are_compact_json),
		cmocka_unit_test(an_answer_may_be_as_deep_as_a_body),
		cmocka_unit_test(answers_fit_or_fail_at_every_size),
		cmocka_unit_test(a_text_that_is_not_utf8_fails_the_answer),
		cmocka_unit_test(only_the_empty_text_is_null),
		cmocka_unit_test(no_value_of_an_answer_stays_in_memory),
		cmocka_unit_test(an_answer_without_memory_is_unavailable),
		cmocka_unit_test(freeing_nothing_is_fine),
		cmocka_unit_test(whole_numbers_come_as_their_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
