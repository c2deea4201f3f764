/* stage_test.c - what a token says comes back whole, from its own kind of token and no other. */

#include "stage.h"

#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "keys_folder.h"
#include "spent_token.h"
#include "text.h"
#include "token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW   INT64_C(1795309323)
#define LIFE  INT64_C(1800)
#define FIXED (1 + LANGUAGE_MAX + sizeof(struct stage_subject)) /* before the address */

struct fixture {
	struct keyring *keyring;
	struct keyring *other;
};

static struct fixture fixture;

static int
set_up(void **state)
{
	(void)state;
	fixture.keyring = keyring_of_new_keys();
	fixture.other = keyring_of_new_keys();
	return fixture.keyring != NULL && fixture.other != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	keyring_close(fixture.keyring);
	keyring_close(fixture.other);
	return 0;
}

static struct stage_claims
some_stage_claims(enum stage stage, const char *email)
{
	struct stage_claims stage_claims = {
		.stage = stage,
		.issued_at = NOW,
		.expires_at = NOW + LIFE,
		.language = "ja",
	};

	secret_random(stage_claims.jti.bytes, sizeof stage_claims.jti.bytes);
	secret_random(&stage_claims.subject, sizeof stage_claims.subject);
	assert_true(text_copy(stage_claims.email, sizeof stage_claims.email, email));
	return stage_claims;
}

static struct captcha
some_captcha(void)
{
	struct captcha captcha = {
		.answer = "7K9QMX",
		.issued_at = NOW,
		.expires_at = NOW + LIFE,
	};

	secret_random(captcha.jti.bytes, sizeof captcha.jti.bytes);
	secret_random(captcha.invitation_jti.bytes, sizeof captcha.invitation_jti.bytes);
	return captcha;
}

static void
assert_same_claims(const char *why, const struct stage_claims *a, const struct stage_claims *b)
{
	if (a->stage != b->stage || a->issued_at != b->issued_at || a->expires_at != b->expires_at)
		fail_msg("%s: stage or times", why);
	if (strcmp(a->email, b->email) != 0)
		fail_msg("%s: address \"%s\"", why, b->email);
	if (strcmp(a->language, b->language) != 0)
		fail_msg("%s: language \"%s\"", why, b->language);
	if (memcmp(a->jti.bytes, b->jti.bytes, ID_SIZE) != 0 ||
	    memcmp(&a->subject, &b->subject, sizeof a->subject) != 0)
		fail_msg("%s: ids", why);
}

/* Is nothing of an earlier content left, and nothing written? */
static const struct stage_claims untouched = { .stage = STAGE_ACCOUNT, .email = "untouched" };

static void
assert_rejected(const char *why, const char *token, int64_t now, enum result expected)
{
	struct stage_claims stage_claims = untouched;

	if (stage_open(fixture.keyring, token, now, &stage_claims) != expected)
		fail_msg("%s: verdict", why);
	if (memcmp(&stage_claims, &untouched, sizeof stage_claims) != 0)
		fail_msg("%s: something was written", why);
}

static void
claims_go_there_and_back(void **state)
{
	char longest[EMAIL_MAX + 1];

	(void)state;
	memset(longest, 'a', EMAIL_MAX);
	longest[EMAIL_MAX] = '\0';
	/* clang-format off */
	const struct {
		const char *why;
		const char *email;
	} rows[] = {
		{ "an address",                   "hanako@example.jp" },
		{ "the longest address",          longest },
		{ "one byte less",                longest + 1 },
		{ "no address",                   "" },
		{ "one letter",                   "a" },
		{ "what a carrier once gave out", "a..b.@docomo.ne.jp" },
		{ "bytes beyond ASCII",           "\xff\xe3\x81\x82@x" },
	};
	/* clang-format on */
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (enum stage stage = STAGE_IDENTITY; stage < STAGE_CAPTCHA; stage++) {
			const struct stage_claims stage_claims = some_stage_claims(
			    stage, rows[i].email);
			struct stage_claims back = untouched;
			char token[TOKEN_MAX + 1];

			assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), OK);
			assert_int_equal(stage_open(fixture.keyring, token, NOW, &back), OK);
			assert_same_claims(rows[i].why, &stage_claims, &back);
		}
}

static void
zeros_and_a_lack_of_language_come_back(void **state)
{
	struct stage_claims stage_claims = some_stage_claims(STAGE_IDENTITY, "a@example.jp"),
			    back = untouched;
	char token[TOKEN_MAX + 1];

	(void)state;
	stage_claims.subject = (struct stage_subject){ .generation = 0 };
	memset(stage_claims.language, 0, sizeof stage_claims.language);
	assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), OK);
	assert_int_equal(stage_open(fixture.keyring, token, NOW, &back), OK);
	assert_same_claims("zeros", &stage_claims, &back);
}

/* Anyone may read a token; what is personal is sealed. */
/* asvs 14.2.4 */
static void
nothing_personal_is_to_be_seen(void **state)
{
	const struct stage_claims stage_claims = some_stage_claims(
	    STAGE_IDENTITY, "hanako.kenpo@example.jp");
	char token[TOKEN_MAX + 1];
	char payload[TOKEN_MAX + 1] = "";
	size_t size;

	(void)state;
	assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), OK);
	const char *const start = strchr(token, '.') + 1;
	assert_true(secret_unbase64url(
	    start, (size_t)(strchr(start, '.') - start), payload, TOKEN_MAX, &size));
	assert_non_null(strstr(payload, "\"use\":\"identity\""));
	assert_null(strstr(payload, "hanako"));
	assert_null(strstr(payload, "example"));
	assert_null(strstr(payload, "\"ja\""));
}

static void
a_token_has_its_time_and_its_keys(void **state)
{
	const struct stage_claims stage_claims = some_stage_claims(STAGE_ACCOUNT, "a@example.jp");
	struct stage_claims back;
	char token[TOKEN_MAX + 1], spoilt[TOKEN_MAX + 1];

	(void)state;
	assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), OK);
	assert_int_equal(stage_open(fixture.keyring, token, NOW + LIFE - 1, &back), OK);
	assert_int_equal(
	    stage_open(fixture.keyring, token, NOW + LIFE + CLOCK_SKEW_S - 1, &back), OK);
	assert_rejected("the second it expires on every clock", token, NOW + LIFE + CLOCK_SKEW_S,
	    TOKEN_EXPIRED);
	assert_rejected("long after", token, NOW + 10 * LIFE, TOKEN_EXPIRED);
	assert_rejected("long before", token, NOW - 10 * LIFE, TOKEN_INVALID);
	assert_rejected("nothing", "", NOW, TOKEN_INVALID);
	assert_rejected("no token", "hello", NOW, TOKEN_INVALID);

	strcpy(spoilt, token);
	char *const last = spoilt + strlen(spoilt) - 10;
	*last = *last == 'A' ? 'B' : 'A';
	assert_rejected("another signature", spoilt, NOW, TOKEN_INVALID);

	assert_int_equal(stage_seal(fixture.other, &stage_claims, token), OK);
	assert_rejected("keys of another", token, NOW, TOKEN_INVALID);
}

static void
a_stage_without_a_token_seals_none(void **state)
{
	static const enum stage stages[] = { STAGE_NONE, STAGE_CAPTCHA };
	char token[TOKEN_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(stages); i++) {
		const struct stage_claims stage_claims = some_stage_claims(
		    stages[i], "a@example.jp");

		assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), INTERNAL);
	}
}

static void
times_without_sense_seal_no_token(void **state)
{
	struct stage_claims stage_claims = some_stage_claims(STAGE_IDENTITY, "a@example.jp");
	char token[TOKEN_MAX + 1];

	(void)state;
	stage_claims.expires_at = stage_claims.issued_at;
	assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), INTERNAL);
	stage_claims.expires_at = stage_claims.issued_at + TOKEN_LIFE_MAX_S + 1;
	assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), INTERNAL);
	stage_claims.expires_at = stage_claims.issued_at + TOKEN_LIFE_MAX_S;
	assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), OK);
}

/* A token of our keys whose sealed part is not of this form: of an older or a newer release. */
static void
only_this_form_is_opened(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *use;
		uint8_t version;
		size_t size;
		enum result expected;
	} rows[] = {
		{ "this form, no address", "identity", 1, FIXED, OK },
		{ "this form, one letter", "identity", 1, FIXED + 1, OK },
		{ "this form, the longest address", "identity", 1, FIXED + EMAIL_MAX, OK },
		{ "another stage of this form", "email-confirmation", 1, FIXED, OK },
		{ "an address a byte too long",
		  "identity", 1, FIXED + EMAIL_MAX + 1, TOKEN_INVALID },
		{ "as long as a token can hold", "identity", 1, TOKEN_CONTEXT_MAX, TOKEN_INVALID },
		{ "a byte short of the fixed part", "identity", 1, FIXED - 1, TOKEN_INVALID },
		{ "nothing but the version", "identity", 1, 1, TOKEN_INVALID },
		{ "nothing at all", "identity", 0, 0, TOKEN_INVALID },
		{ "version 0", "identity", 0, FIXED + 1, TOKEN_INVALID },
		{ "version 2", "identity", 2, FIXED + 1, TOKEN_INVALID },
		{ "version 255", "identity", 255, FIXED + 1, TOKEN_INVALID },
		{ "a use that is no stage", "none", 1, FIXED + 1, TOKEN_INVALID },
		{ "the CAPTCHA's use in this form", "captcha", 1, FIXED + 1, TOKEN_INVALID },
		{ "the beginning of a stage", "ident", 1, FIXED + 1, TOKEN_INVALID },
		{ "a stage and more", "identity-x", 1, FIXED + 1, TOKEN_INVALID },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct claims claims = {
			.issued_at = NOW,
			.expires_at = NOW + LIFE,
			.context_size = rows[i].size,
		};
		struct stage_claims stage_claims;
		char token[TOKEN_MAX + 1];

		assert_true(text_copy(claims.use, sizeof claims.use, rows[i].use));
		memset(claims.context, 'a', sizeof claims.context);
		claims.context[0] = rows[i].version;
		assert_int_equal(token_seal(fixture.keyring, &claims, token), OK);
		if (rows[i].expected != OK)
			assert_rejected(rows[i].why, token, NOW, rows[i].expected);
		else if (stage_open(fixture.keyring, token, NOW, &stage_claims) != OK)
			fail_msg("%s: rejected", rows[i].why);
		else if (strlen(stage_claims.email) != rows[i].size - FIXED)
			fail_msg("%s: address \"%s\"", rows[i].why, stage_claims.email);
	}
}

static void
a_captcha_goes_there_and_back(void **state)
{
	const struct captcha captcha = some_captcha();
	struct captcha back = { .answer = "AAAAAA" };
	char token[TOKEN_MAX + 1];

	(void)state;
	assert_int_equal(captcha_seal(fixture.keyring, &captcha, token), OK);
	assert_int_equal(captcha_open(fixture.keyring, token, NOW, &back), OK);
	assert_memory_equal(&back, &captcha, sizeof back);
	assert_int_equal(
	    captcha_open(fixture.keyring, token, NOW + LIFE + CLOCK_SKEW_S - 1, &back), OK);
	assert_int_equal(
	    captcha_open(fixture.keyring, token, NOW + LIFE + CLOCK_SKEW_S, &back), TOKEN_EXPIRED);
	assert_int_equal(captcha_open(fixture.other, token, NOW, &back), TOKEN_INVALID);
	assert_int_equal(captcha_open(fixture.keyring, "", NOW, &back), TOKEN_INVALID);
}

static void
a_captcha_of_another_size_is_none(void **state)
{
	static const size_t sizes[] = { 0, 1, JTI_SIZE, JTI_SIZE + CAPTCHA_LENGTH - 1,
		JTI_SIZE + CAPTCHA_LENGTH + 1, TOKEN_CONTEXT_MAX };
	struct claims claims = { .use = "captcha", .issued_at = NOW, .expires_at = NOW + LIFE };
	struct captcha captcha;
	char token[TOKEN_MAX + 1];

	(void)state;
	memset(claims.context, 'A', sizeof claims.context);
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		claims.context_size = sizes[i];
		assert_int_equal(token_seal(fixture.keyring, &claims, token), OK);
		if (captcha_open(fixture.keyring, token, NOW, &captcha) != TOKEN_INVALID)
			fail_msg("%zu bytes", sizes[i]);
	}
}

/* Every use that a token of ours may have against both who open tokens. */
/* asvs 9.2.2 */
static void
a_token_is_good_for_its_use_only(void **state)
{
	(void)state;
	for (enum stage stage = STAGE_IDENTITY; stage < STAGE_CAPTCHA; stage++) {
		const struct stage_claims stage_claims = some_stage_claims(stage, "a@example.jp");
		struct captcha captcha;
		struct stage_claims back;
		char token[TOKEN_MAX + 1];

		assert_int_equal(stage_seal(fixture.keyring, &stage_claims, token), OK);
		if (captcha_open(fixture.keyring, token, NOW, &captcha) != TOKEN_INVALID)
			fail_msg("%s: taken as a CAPTCHA", stage_rule(stage)->name);
		assert_int_equal(stage_open(fixture.keyring, token, NOW, &back), OK);
		if (back.stage != stage)
			fail_msg("%s: taken as %d", stage_rule(stage)->name, (int)back.stage);
	}

	const struct captcha captcha = some_captcha();
	char token[TOKEN_MAX + 1];

	assert_int_equal(captcha_seal(fixture.keyring, &captcha, token), OK);
	assert_rejected("a CAPTCHA's", token, NOW, TOKEN_INVALID);
}

/* The worst case: personal parts of one size, so that only the use tells them apart. */
static void
a_use_is_told_by_its_name_alone(void **state)
{
	struct claims claims = {
		.use = "account",
		.issued_at = NOW,
		.expires_at = NOW + LIFE,
		.context_size = JTI_SIZE + CAPTCHA_LENGTH,
	};
	struct captcha captcha;
	char token[TOKEN_MAX + 1];

	(void)state;
	assert_int_equal(token_seal(fixture.keyring, &claims, token), OK);
	assert_int_equal(captcha_open(fixture.keyring, token, NOW, &captcha), TOKEN_INVALID);
}

static void
an_answer_is_right_or_wrong(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		const char *answer;
		bool right;
	} rows[] = {
		{ "the answer",               "7K9QMX",  true },
		{ "nothing",                  "",        false },
		{ "its beginning",            "7K9QM",   false },
		{ "a character more",         "7K9QMXX", false },
		{ "another first",            "8K9QMX",  false },
		{ "another last",             "7K9QMY",  false },
		{ "not folded",               "7k9qmx",  false },
		{ "a space behind",           "7K9QMX ", false },
	};
	/* clang-format on */
	const struct captcha captcha = some_captcha();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (captcha_answer_is(&captcha, rows[i].answer) != rows[i].right)
			fail_msg("%s: \"%s\"", rows[i].why, rows[i].answer);
}

static void
wiping_leaves_nothing(void **state)
{
	static const struct stage_claims no_claims;
	static const struct captcha no_captcha;
	struct stage_claims stage_claims = some_stage_claims(STAGE_ACCOUNT, "a@example.jp");
	struct captcha captcha = some_captcha();

	(void)state;
	stage_claims_wipe(&stage_claims);
	captcha_wipe(&captcha);
	assert_memory_equal(&stage_claims, &no_claims, sizeof stage_claims);
	assert_memory_equal(&captcha, &no_captcha, sizeof captcha);
}

/* clang-format off */
static const struct {
	enum stage stage;
	const char *name;
	enum stage then;
	bool mailed;
} story[] = {
	{ STAGE_IDENTITY,
	  "identity", STAGE_AUTHENTICATION_KEY, true },
	{ STAGE_AUTHENTICATION_KEY,
	  "authentication-key", STAGE_ACCOUNT, true },
	{ STAGE_ACCOUNT,
	  "account", STAGE_NONE, false },
	{ STAGE_EMAIL_CONFIRMATION,
	  "email-confirmation", STAGE_NONE, true },
};
/* clang-format on */

static void
the_flow_goes_on_as_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(story); i++) {
		const struct stage_rule *const rule = stage_rule(story[i].stage);

		assert_string_equal(rule->name, story[i].name);
		assert_int_equal(rule->then, story[i].then);
		assert_int_equal(rule->portal_path != NULL, story[i].mailed);
		assert_true(strlen(rule->name) <= TOKEN_USE_MAX);
	}
	/* Stored in rows and in tokens under way: never another number. */
	assert_int_equal(STAGE_IDENTITY, 1);
	assert_int_equal(STAGE_AUTHENTICATION_KEY, 2);
	assert_int_equal(STAGE_ACCOUNT, 3);
	assert_int_equal(STAGE_EMAIL_CONFIRMATION, 4);
	assert_int_equal(STAGE_CAPTCHA, 5);
}

#define TEXT_255                                                           \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

/* No two of these lists may have one fingerprint. */
static const char *const bodies[][5] = {
	{ NULL },
	{ "", NULL },
	{ "", "", NULL },
	{ "ab", NULL },
	{ "a", "b", NULL },
	{ "b", "a", NULL },
	{ "ab", "", NULL },
	{ "", "ab", NULL },
	{ "a", "", "b", NULL },
	{ "AB", NULL },
	{ "ab ", NULL },
	{ "\001a", NULL },
	{ "\001b\001a", NULL },
	{ TEXT_255, NULL },
	{ TEXT_255, TEXT_255, TEXT_255, TEXT_255, NULL },
	{ TEXT_255, TEXT_255, TEXT_255, "", NULL },
};

static void
a_fingerprint_tells_bodies_apart(void **state)
{
	uint8_t prints[LENGTH(bodies)][KEYED_HASH_SIZE], again[KEYED_HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		spent_token_fingerprint(fixture.keyring, bodies[i], prints[i]);
		spent_token_fingerprint(fixture.keyring, bodies[i], again);
		assert_memory_equal(prints[i], again, sizeof again);
		spent_token_fingerprint(fixture.other, bodies[i], again);
		assert_memory_not_equal(prints[i], again, sizeof again);
		for (size_t j = 0; j < i; j++)
			if (memcmp(prints[i], prints[j], sizeof again) == 0)
				fail_msg("bodies %zu and %zu have one fingerprint", j, i);
	}
}

/* Rows of releases before must still be recognised. */
static void
a_fingerprint_is_made_as_it_always_was(void **state)
{
	static const char *const body[] = { "56789100", "", "7K9QMX", NULL };
	static const char message[] = "\010"
				      "56789100"
				      "\0"
				      "\006"
				      "7K9QMX";
	uint8_t print[KEYED_HASH_SIZE], expected[KEYED_HASH_SIZE];

	(void)state;
	spent_token_fingerprint(fixture.keyring, body, print);
	keyring_hash(fixture.keyring, KEYRING_FINGERPRINT, message, sizeof message - 1, expected);
	assert_memory_equal(print, expected, sizeof print);
}

static void
spendings_are_the_same_in_kind_and_print(void **state)
{
	const struct spent_token op = { .kind = STAGE_IDENTITY, .fingerprint = { 1, 2, 3 } };
	struct spent_token other = op;

	(void)state;
	other.outcome = OUTCOME_DONE;
	other.created_at = NOW;
	other.jti.bytes[0] = 9;
	assert_true(spent_token_same(&op, &other));
	other.kind = STAGE_ACCOUNT;
	assert_false(spent_token_same(&op, &other));
	other = op;
	other.fingerprint[KEYED_HASH_SIZE - 1] = 1;
	assert_false(spent_token_same(&op, &other));
	other = op;
	other.fingerprint[0] = 0;
	assert_false(spent_token_same(&op, &other));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_go_there_and_back),
		cmocka_unit_test(zeros_and_a_lack_of_language_come_back),
		cmocka_unit_test(nothing_personal_is_to_be_seen),
		cmocka_unit_test(a_token_has_its_time_and_its_keys),
		cmocka_unit_test(a_stage_without_a_token_seals_none),
		cmocka_unit_test(times_without_sense_seal_no_token),
		cmocka_unit_test(only_this_form_is_opened),
		cmocka_unit_test(a_captcha_goes_there_and_back),
		cmocka_unit_test(a_captcha_of_another_size_is_none),
		cmocka_unit_test(a_token_is_good_for_its_use_only),
		cmocka_unit_test(a_use_is_told_by_its_name_alone),
		cmocka_unit_test(an_answer_is_right_or_wrong),
		cmocka_unit_test(wiping_leaves_nothing),
		cmocka_unit_test(the_flow_goes_on_as_told),
		cmocka_unit_test(a_fingerprint_tells_bodies_apart),
		cmocka_unit_test(a_fingerprint_is_made_as_it_always_was),
		cmocka_unit_test(spendings_are_the_same_in_kind_and_print),
	};

	return cmocka_run_group_tests_name("stage", tests, set_up, tear_down);
}
