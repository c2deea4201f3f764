/* problem_test.c - results, faults and Accept-Language headers as members meet them. */

#include "problem.h"

#include "bounds.h"
#include "cleanup.h"
#include "json_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	enum result result;
	int status;
	const char *code;
} rows[] = {
	{ MALFORMED,          400, "malformed_request" },
	{ BAD_FIELD,          400, "invalid_fields" },
	{ TOKEN_MISSING,      401, "token_missing" },
	{ TOKEN_INVALID,      401, "token_invalid" },
	{ TOKEN_EXPIRED,      401, "token_expired" },
	{ TOKEN_SPENT,        401, "token_spent" },
	{ LOGIN_REQUIRED,     401, "login_required" },
	{ ACCESS_EXPIRED,     401, "access_token_expired" },
	{ LOGIN_FAILED,       401, "login_failed" },
	{ PASSWORD_WRONG,     403, "current_password_wrong" },
	{ ORIGIN_REJECTED,     403, "origin_refused" },
	{ EMAIL_DOMAIN_REFUSED, 403, "email_domain_refused" },
	{ TOO_MANY,           429, "too_many_tries" },
	{ NOT_FOUND,          404, "not_found" },
	{ METHOD_NOT_ALLOWED, 405, "method_not_allowed" },
	{ TIMED_OUT,          408, "request_timeout" },
	{ TAKEN,              409, "login_id_taken" },
	{ LINK_EXHAUSTED,     410, "registration_over" },
	{ ACCOUNT_EXISTS,     410, "registration_over" },
	{ PERSON_NOT_ELIGIBLE, 410, "registration_over" },
	{ LENGTH_REQUIRED,    411, "length_required" },
	{ TOO_LARGE,          413, "body_too_large" },
	{ BAD_MEDIA_TYPE,     415, "unsupported_media_type" },
	{ IDENTITY_MISMATCH,  422, "identity_mismatch" },
	{ CAPTCHA_WRONG,      422, "captcha_wrong" },
	{ CAPTCHA_EXPIRED,    422, "captcha_expired" },
	{ KEY_WRONG,          422, "authentication_key_wrong" },
	{ HEADERS_TOO_LARGE,  431, "headers_too_large" },
	{ BAD_HTTP_VERSION,   505, "http_version_not_supported" },
	{ UNAVAILABLE,        503, "unavailable" },
	{ OVERLOADED,         503, "overloaded" },
	{ STOPPING,           502, "stopping" },
	{ INTERNAL,           500, "internal_error" },
	{ OK,                 500, "internal_error" },
	{ NO_ROW,             500, "internal_error" },
	{ DUPLICATE,          500, "internal_error" },
	{ RESULT__MAX,        500, "internal_error" },
};
/* clang-format on */

_Static_assert(LENGTH(rows) == RESULT__MAX + 1, "a row for every result");

static void
every_result_has_its_status_and_code(void **state)
{
	char text[5120], expected[80];
	size_t length;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct problem_facts facts = {
			.result = rows[i].result, .request_id = "r", .attempts_left = -1
		};

		if (problem_of(rows[i].result)->status != rows[i].status)
			fail_msg("%s: status", rows[i].code);
		assert_int_equal(problem_write(&facts, text, sizeof text, &length), OK);
		snprintf(expected, sizeof expected, "\"status\":%d,", rows[i].status);
		if (strstr(text, expected) == NULL)
			fail_msg("%s: status in %s", rows[i].code, text);
		snprintf(expected, sizeof expected, "\"code\":\"%s\",", rows[i].code);
		if (strstr(text, expected) == NULL)
			fail_msg("%s: code in %s", rows[i].code, text);
	}
}

/* Why a registration is over is not told: who has an account, or is insured no more (ASVS
 * 6.3.8). */
static void
results_of_one_code_are_one_problem(void **state)
{
	(void)state;
	for (enum result result = 0; result < RESULT__MAX; result++)
		if (problem_of(result) != problem_of(result_first_of_code(result)))
			fail_msg("%s: more than one problem", result_code(result));
	assert_int_equal(result_first_of_code(ACCOUNT_EXISTS), LINK_EXHAUSTED);
	assert_int_equal(result_first_of_code(PERSON_NOT_ELIGIBLE), LINK_EXHAUSTED);
}

/* A text ends its sentence, is not empty, and is in its own language. */
static bool
is_sentence_in(const char *text, enum problem_language language)
{
	const size_t length = strlen(text);
	bool ascii = true;

	for (const char *at = text; *at != '\0'; at++)
		ascii = ascii && (unsigned char)*at < 0x80;
	if (language == PROBLEM_EN)
		return ascii && length > 1 && text[length - 1] == '.';
	return !ascii && length > 3 && strcmp(text + length - 3, "。") == 0;
}

static void
every_problem_speaks_both_languages(void **state)
{
	(void)state;
	for (enum result result = 0; result < RESULT__MAX; result++) {
		const struct problem *problem = problem_of(result);

		if (*problem->title[PROBLEM_JA] == '\0' || *problem->title[PROBLEM_EN] == '\0')
			fail_msg("%s: no title", result_code(result));
		if (!is_sentence_in(problem->detail[PROBLEM_JA], PROBLEM_JA))
			fail_msg("%s: Japanese", result_code(result));
		if (!is_sentence_in(problem->detail[PROBLEM_EN], PROBLEM_EN))
			fail_msg("%s: English", result_code(result));
	}
}

static size_t
count_sentences(const char *text, const char *end)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, end)) != NULL; at += strlen(end))
		count++;
	return count;
}

/* What was met is not told (ASVS 6.3.8); what helps at the first typing error, and at a lock, is
 * told in both languages, and no more. */
static void
a_failed_login_tells_shortly_what_helps(void **state)
{
	static const char *const helps[PROBLEM_LANGUAGE__MAX][5] = {
		[PROBLEM_JA] = { "半角", "大文字", "15分", "「パスワードを忘れた方」",
		    "「ログインIDを忘れた方」" },
		[PROBLEM_EN] = { "half-width", "capital", "15 minutes", "\"Forgot password\"",
		    "\"Forgot login ID\"" },
	};
	static const char *const ends[PROBLEM_LANGUAGE__MAX] = { "。", "." };

	(void)state;
	for (size_t language = 0; language < PROBLEM_LANGUAGE__MAX; language++) {
		const char *const detail = problem_of(LOGIN_FAILED)->detail[language];

		for (size_t i = 0; i < LENGTH(helps[language]); i++)
			if (strstr(detail, helps[language][i]) == NULL)
				fail_msg("not told: %s", helps[language][i]);
		assert_in_range(count_sentences(detail, ends[language]), 1, 3);
	}
}

/* The member had a picture, a sound or neither; the text is one. */
static void
a_captcha_that_fails_is_of_no_kind(void **state)
{
	static const enum result of_captchas[] = { CAPTCHA_WRONG, CAPTCHA_EXPIRED };

	(void)state;
	for (size_t i = 0; i < LENGTH(of_captchas); i++) {
		const struct problem *problem = problem_of(of_captchas[i]);

		assert_null(strstr(problem->title[PROBLEM_JA], "画像"));
		assert_null(strstr(problem->title[PROBLEM_JA], "文字"));
		assert_non_null(strstr(problem->detail[PROBLEM_JA], "新しい画像や音声"));
		assert_non_null(strstr(problem->detail[PROBLEM_EN], "new picture or sound"));
	}
}

/* The token of a mailed link may be of a registration, an address or a new password. */
static void
a_link_that_does_not_do_says_how_to_begin_again(void **state)
{
	static const enum result of_links[] = { TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED,
		TOKEN_SPENT, LINK_EXHAUSTED };

	(void)state;
	for (size_t i = 0; i < LENGTH(of_links); i++) {
		const struct problem *problem = problem_of(of_links[i]);

		if (strstr(problem->detail[PROBLEM_JA], "はじめから") == NULL ||
		    strstr(problem->detail[PROBLEM_JA], "メールアドレス") == NULL)
			fail_msg("%s: Japanese", result_code(of_links[i]));
		if (strstr(problem->detail[PROBLEM_EN], "from the beginning") == NULL ||
		    strstr(problem->detail[PROBLEM_EN], "e-mail address") == NULL)
			fail_msg("%s: English", result_code(of_links[i]));
	}
}

static void
every_fault_speaks_both_languages(void **state)
{
	(void)state;
	for (enum field_error field_error = FIELD_OK + 1; field_error < FIELD_ERROR__MAX;
	     field_error++) {
		if (!is_sentence_in(problem_field_text(field_error, PROBLEM_JA), PROBLEM_JA))
			fail_msg("%s: Japanese", field_error_code(field_error));
		if (!is_sentence_in(problem_field_text(field_error, PROBLEM_EN), PROBLEM_EN))
			fail_msg("%s: English", field_error_code(field_error));
	}
	assert_string_equal(problem_field_text(FIELD_OK, PROBLEM_JA), "");
	assert_string_equal(problem_field_text(FIELD_ERROR__MAX, PROBLEM_JA), "");
}

static void
a_document_tells_all_its_facts(void **state)
{
	struct field_errors field_errors = { .count = 0 };
	char text[1024];
	size_t length;

	(void)state;
	field_errors_add(&field_errors, "password", FIELD_TOO_SHORT);
	field_errors_add(&field_errors, "nick", FIELD_UNKNOWN_FIELD);
	const struct problem_facts facts = {
		.result = BAD_FIELD,
		.language = PROBLEM_EN,
		.request_id = "00112233aabbccdd",
		.field_errors = &field_errors,
		.attempts_left = 0,
	};
	assert_int_equal(problem_write(&facts, text, sizeof text, &length), OK);
	assert_string_equal(text,
	    "{\"type\":\"https://myportal.example/problems/invalid-fields\","
	    "\"title\":\"Please check your input\",\"status\":400,"
	    "\"detail\":\"Some of the input is not right. Please correct it as explained for "
	    "each field.\","
	    "\"code\":\"invalid_fields\",\"request_id\":\"00112233aabbccdd\",\"attempts_left\":0,"
	    "\"errors\":["
	    "{\"field\":\"password\",\"code\":\"too_short\","
	    "\"detail\":\"This is too short. Please check it and enter it again.\"},"
	    "{\"field\":\"nick\",\"code\":\"unknown_field\","
	    "\"detail\":\"There is no such field.\"}]}");
	assert_int_equal(length, strlen(text));
}

static void
errors_of_length_tell_their_bound(void **state)
{
	static const struct {
		enum field_error field_error;
		struct length_bounds length;
		const char *told; /* NULL: no bound */
	} errors[] = {
		{ FIELD_TOO_SHORT, { 8, 128 }, "\"min\":8}" },
		{ FIELD_TOO_LONG, { 8, 128 }, "\"max\":128}" },
		{ FIELD_TOO_SHORT, { 0, 128 }, NULL },
		{ FIELD_TOO_LONG, { 8, 0 }, NULL },
		{ FIELD_REQUIRED, { 8, 128 }, NULL },
		{ FIELD_COMMON_PASSWORD, { 8, 128 }, NULL },
	};
	char text[1024];
	size_t length;

	(void)state;
	for (size_t i = 0; i < LENGTH(errors); i++) {
		struct field_errors field_errors = { .count = 0 };
		const struct problem_facts facts = { .result = BAD_FIELD,
			.request_id = "r",
			.field_errors = &field_errors,
			.attempts_left = -1 };

		field_errors_add_length(
		    &field_errors, "f", errors[i].field_error, errors[i].length);
		assert_int_equal(problem_write(&facts, text, sizeof text, &length), OK);
		if (errors[i].told != NULL)
			assert_non_null(strstr(text, errors[i].told));
		if (errors[i].told == NULL || strstr(errors[i].told, "min") == NULL)
			assert_null(strstr(text, "\"min\""));
		if (errors[i].told == NULL || strstr(errors[i].told, "max") == NULL)
			assert_null(strstr(text, "\"max\""));
	}
}

static void
what_is_not_so_is_not_told(void **state)
{
	const struct field_errors none = { .count = 0 };
	struct problem_facts facts = {
		.result = TOKEN_EXPIRED, .request_id = "r", .attempts_left = -1
	};
	char text[1024];
	size_t length;

	(void)state;
	for (int round = 0; round < 2; round++) {
		facts.field_errors = round == 0 ? NULL : &none;
		assert_int_equal(problem_write(&facts, text, sizeof text, &length), OK);
		assert_null(strstr(text, "errors"));
		assert_null(strstr(text, "attempts_left"));
		assert_non_null(strstr(text, "/problems/token-expired\""));
		assert_non_null(strstr(text, "\"detail\":\"リンクの有効期限が切れています。"
					     "お手数ですが、お手続きをはじめからやり直してください"
					     "（登録の場合は、メールアドレスの入力からです）。\""));
	}
}

/* asvs 1.2.3 */
static void
hostile_field_names_stay_inside_their_string(void **state)
{
	static const struct {
		const char *why, *name, *written;
	} names[] = {
		{ "quotes", "\",\"role\":\"admin", "\"field\":\"\\\",\\\"role\\\":\\\"admin\"" },
		{ "a backslash at the end", "a\\", "\"field\":\"a\\\\\"" },
		{ "a newline", "a\r\nb", "\"field\":\"a\\r\\nb\"" },
		{ "controls", "\x01\x1F", "\"field\":\"\\u0001\\u001f\"" },
		{ "empty", "", "\"field\":\"\"" },
		{ "markup", "</script>", "\"field\":\"</script>\"" },
		{ "Japanese, longer than a name may be", "健康保険健康保険健康保険健康保険",
		    "\"field\":\"健康保険健康保険健康保険健\"" },
		{ "the widest, all escaped", "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
		    "\\u0001\\u0001\"" },
	};
	char text[2048];
	size_t length;

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct field_errors field_errors = { .count = 0 };
		const struct problem_facts facts = { .result = BAD_FIELD,
			.request_id = "r",
			.field_errors = &field_errors,
			.attempts_left = -1 };

		field_errors_add(&field_errors, names[i].name, FIELD_UNKNOWN_FIELD);
		assert_int_equal(problem_write(&facts, text, sizeof text, &length), OK);
		if (!json_scan(text, length))
			fail_msg("no JSON: %s", names[i].why);
		if (strstr(text, names[i].written) == NULL)
			fail_msg("%s: %s", names[i].why, text);
	}
}

static void
the_longest_document_fits_an_answer(void **state)
{
	CLEANUP(cleanup_free) char *text = malloc(REPLY_MAX + 1);
	struct field_errors field_errors = { .count = FIELD_ERRORS_MAX };
	const struct problem_facts facts = { .result = BAD_FIELD,
		.request_id = "r",
		.field_errors = &field_errors,
		.attempts_left = 9 };
	size_t length;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < FIELD_ERRORS_MAX; i++) {
		memset(field_errors.list[i].field, 0x01, FIELD_ERROR_NAME_MAX);
		field_errors.list[i].field_error = FIELD_CONTEXT_PASSWORD;
	}
	assert_int_equal(problem_write(&facts, text, REPLY_MAX + 1, &length), OK);
	assert_true(json_scan(text, length));
}

static void
failing_leaves_nothing_but_the_last_resort(void **state)
{
	struct field_errors field_errors = { .count = 0 };
	struct problem_facts facts = { .result = BAD_FIELD,
		.request_id = "r",
		.field_errors = &field_errors,
		.attempts_left = -1 };
	char text[1024] = "before";
	size_t length = 7;

	(void)state;
	assert_int_equal(problem_write(&facts, text, 100, &length), INTERNAL);
	assert_string_equal(text, "");
	assert_int_equal(length, 7);

	field_errors_add(&field_errors, "\xFF", FIELD_UNKNOWN_FIELD);
	assert_int_equal(problem_write(&facts, text, sizeof text, &length), INTERNAL);
	assert_string_equal(text, "");
	assert_int_equal(length, 7);
}

/* The constant is what problem_write() writes for a request without an id. */
/* asvs 16.5.4 */
static void
the_last_resort_is_the_document_of_unavailable(void **state)
{
	const struct problem_facts facts = {
		.result = UNAVAILABLE, .request_id = "", .attempts_left = -1
	};
	char text[1024];
	size_t length;

	(void)state;
	assert_int_equal(problem_write(&facts, text, sizeof text, &length), OK);
	char *id = strstr(text, ",\"request_id\":\"\"");
	assert_non_null(id);
	strcpy(id, "}");
	assert_string_equal(problem_last_resort(), text);
	assert_true(json_scan(problem_last_resort(), strlen(problem_last_resort())));
}

/* clang-format off */
static const struct {
	const char *why, *header;
	enum problem_language language;
} languages[] = {
	{ "English",                             "en",                        PROBLEM_EN },
	{ "upper case",                          "EN",                        PROBLEM_EN },
	{ "of Britain",                          "en-GB",                     PROBLEM_EN },
	{ "of America, upper case",              "EN-us",                     PROBLEM_EN },
	{ "a browser set to English",            "en-US,en;q=0.9",            PROBLEM_EN },
	{ "English first, then Japanese",        "en-US,en;q=0.9,ja;q=0.8",   PROBLEM_EN },
	{ "Japanese first in place, not weight", "ja;q=0.5, en;q=0.6",        PROBLEM_EN },
	{ "in thousandths",                      "ja;q=0.998,en;q=0.999",     PROBLEM_EN },
	{ "blanks where the grammar has them",   " ja \t; q=0.1 ,\ten ; q=0.2 ", PROBLEM_EN },
	{ "capital Q",                           "ja;Q=0.1,en;Q=0.2",         PROBLEM_EN },
	{ "everything but Japanese",             "ja;q=0, *",                 PROBLEM_EN },
	{ "everything, but Japanese little",     "*;q=0.5, ja;q=0.1",         PROBLEM_EN },
	{ "a little English, and no other",      "en;q=0.001",                PROBLEM_EN },
	{ "other languages before",              "fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", PROBLEM_EN },
	{ "the better of two of a kind",         "en;q=0.1, en-GB;q=0.7, ja;q=0.5", PROBLEM_EN },
	{ "the better of two, when it is first", "en;q=0.7, en-GB;q=0.1, ja;q=0.5", PROBLEM_EN },
	{ "empty elements",                      ",, ,en,,",                  PROBLEM_EN },
	{ "nonsense before",                     "x_y;z, ja;q=2, en",         PROBLEM_EN },
	{ "q=1.000",                             "en;q=1.000, ja;q=0.999",    PROBLEM_EN },
	{ "q=0. and q=1. have no digits",        "ja;q=0., en;q=1.",          PROBLEM_EN },

	{ "no header",                           NULL,                        PROBLEM_JA },
	{ "an empty one",                        "",                          PROBLEM_JA },
	{ "Japanese",                            "ja",                        PROBLEM_JA },
	{ "of Japan",                            "ja-JP",                     PROBLEM_JA },
	{ "a browser set to Japanese",           "ja,en-US;q=0.9,en;q=0.8",   PROBLEM_JA },
	{ "anything",                            "*",                         PROBLEM_JA },
	{ "a tie",                               "en, ja",                    PROBLEM_JA },
	{ "a tie in weight",                     "en;q=0.5, ja;q=0.5",        PROBLEM_JA },
	{ "a tie by *",                          "en, *",                     PROBLEM_JA },
	{ "neither of ours",                     "fr, de;q=0.5",              PROBLEM_JA },
	{ "no English",                          "en;q=0",                    PROBLEM_JA },
	{ "no English, in full",                 "en;q=0.000",                PROBLEM_JA },
	{ "no English, anything else",           "en;q=0, *",                 PROBLEM_JA },
	{ "neither",                             "ja;q=0, en;q=0",            PROBLEM_JA },
	{ "nothing at all",                      "*;q=0",                     PROBLEM_JA },
	{ "only no Japanese",                    "ja;q=0",                    PROBLEM_JA },
	{ "a language that begins with en",      "eng",                       PROBLEM_JA },
	{ "a word that begins with en",          "english",                   PROBLEM_JA },
	{ "an underscore",                       "en_US",                     PROBLEM_JA },
	{ "half of it",                          "e",                         PROBLEM_JA },
	{ "another star",                        "ja;q=0, **",                PROBLEM_JA },
	{ "weight over 1",                       "en;q=1.001",                PROBLEM_JA },
	{ "weight 2",                            "en;q=2",                    PROBLEM_JA },
	{ "weight 10",                           "en;q=10",                   PROBLEM_JA },
	{ "four digits",                         "en;q=0.9999",               PROBLEM_JA },
	{ "negative weight",                     "en;q=-1",                   PROBLEM_JA },
	{ "no weight behind q=",                 "en;q=",                     PROBLEM_JA },
	{ "nothing behind ;",                    "en;",                       PROBLEM_JA },
	{ "blanks around =",                     "en;q = 1",                  PROBLEM_JA },
	{ "a weight in letters",                 "en;q=high",                 PROBLEM_JA },
	{ "another parameter",                   "en;level=1",                PROBLEM_JA },
	{ "two weights",                         "en;q=1;q=1",                PROBLEM_JA },
	{ "two languages without a comma",       "en ja",                     PROBLEM_JA },
	{ "a weight that runs into the next",    "en;q=,1",                   PROBLEM_JA },
	{ "bytes that are no text",              "\xFF\xFE\x01",              PROBLEM_JA },
};
/* clang-format on */

static void
the_language_is_the_one_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(languages); i++)
		if (problem_language(languages[i].header) != languages[i].language)
			fail_msg("%s", languages[i].why);
	assert_string_equal(problem_language_code(PROBLEM_JA), "ja");
	assert_string_equal(problem_language_code(PROBLEM_EN), "en");
}

/* Were the work quadratic, this test would take minutes. */
static void
a_huge_header_is_heard_in_one_pass(void **state)
{
	static const char *const units[] = { ",", "en;q=0.5,", ";", " ", "e", "en-", "*;q=0,",
		"q=" };
	static const char tail[] = ",ja;q=0,en";
	const size_t size = 4 << 20;
	CLEANUP(cleanup_free) char *header = malloc(size + 1);

	(void)state;
	assert_non_null(header);
	for (size_t i = 0; i < LENGTH(units); i++) {
		const size_t unit = strlen(units[i]);

		for (size_t at = 0; at < size; at++)
			header[at] = units[i][at % unit];
		memcpy(header + size + 1 - sizeof tail, tail, sizeof tail);
		assert_int_equal(problem_language(header), PROBLEM_EN);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_result_has_its_status_and_code),
		cmocka_unit_test(results_of_one_code_are_one_problem),
		cmocka_unit_test(every_problem_speaks_both_languages),
		cmocka_unit_test(a_failed_login_tells_shortly_what_helps),
		cmocka_unit_test(a_captcha_that_fails_is_of_no_kind),
		cmocka_unit_test(a_link_that_does_not_do_says_how_to_begin_again),
		cmocka_unit_test(every_fault_speaks_both_languages),
		cmocka_unit_test(a_document_tells_all_its_facts),
		cmocka_unit_test(errors_of_length_tell_their_bound),
		cmocka_unit_test(what_is_not_so_is_not_told),
		cmocka_unit_test(hostile_field_names_stay_inside_their_string),
		cmocka_unit_test(the_longest_document_fits_an_answer),
		cmocka_unit_test(failing_leaves_nothing_but_the_last_resort),
		cmocka_unit_test(the_last_resort_is_the_document_of_unavailable),
		cmocka_unit_test(the_language_is_the_one_asked_for),
		cmocka_unit_test(a_huge_header_is_heard_in_one_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
