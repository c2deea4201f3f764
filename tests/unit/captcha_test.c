/* captcha_test.c - what a CAPTCHA's token seals comes back whole, is answered by what is its own
 * answer, and by nothing else. (stage_test.c has what tokens of all kinds have in common.) */

#include "captcha.h"

#include "fold_rows.h"
#include "keys_folder.h"
#include "token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW  INT64_C(1795309323)
#define LIFE INT64_C(600)

static struct keyring *keyring;

static int
set_up(void **state)
{
	(void)state;
	keyring = keyring_of_new_keys();
	return keyring != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	keyring_close(keyring);
	return 0;
}

/* What was sealed, as its token gives it back. */
static struct captcha
sealed_and_opened(const struct captcha *captcha)
{
	char token[TOKEN_MAX + 1];
	struct captcha back;

	memset(&back, 0xAA, sizeof back);
	assert_int_equal(captcha_seal(keyring, captcha, token), OK);
	assert_int_equal(captcha_open(keyring, token, NOW, &back), OK);
	return back;
}

static struct captcha
some_captcha(const char *answer)
{
	struct captcha captcha = { .issued_at = NOW, .expires_at = NOW + LIFE };

	secret_random(captcha.jti.bytes, sizeof captcha.jti.bytes);
	secret_random(captcha.invitation_jti.bytes, sizeof captcha.invitation_jti.bytes);
	if (answer != NULL)
		memcpy(captcha.answer, answer, sizeof captcha.answer);
	else
		proof_of_work_new(&captcha.work, captcha.expires_at);
	return captcha;
}

static void
characters_go_there_and_back(void **state)
{
	const struct captcha captcha = some_captcha("K7QM4T");
	const struct captcha back = sealed_and_opened(&captcha);

	(void)state;
	assert_memory_equal(back.jti.bytes, captcha.jti.bytes, sizeof back.jti.bytes);
	assert_memory_equal(back.invitation_jti.bytes, captcha.invitation_jti.bytes,
	    sizeof captcha.invitation_jti.bytes);
	assert_string_equal(back.answer, "K7QM4T");
	assert_true(captcha_answer_is(&back, "K7QM4T"));
	assert_false(captcha_answer_is(&back, "K7QM4S"));
	assert_false(captcha_answer_is(&back, "K7QM4"));
	assert_false(captcha_answer_is(&back, "K7QM4TT"));
	assert_false(captcha_answer_is(&back, ""));
}

/* A payload as a client makes it, base64 of JSON. */
static void
solve(
    const struct proof_of_work *work, int64_t number, char ret[static PROOF_OF_WORK_INPUT_MAX + 1])
{
	char json[PROOF_OF_WORK_INPUT_MAX / 4 * 3];
	struct proof_of_work_challenge set = { 0 };

	proof_of_work_set(work, number, &set);
	const int length = snprintf(json, sizeof json,
	    "{\"algorithm\":\"SHA-256\",\"challenge\":\"%s\",\"number\":%d,\"salt\":\"%s\","
	    "\"signature\":\"%s\"}",
	    set.challenge, (int)number, set.salt, set.signature);
	assert_in_range(length, 1, sizeof json - 1);
	secret_base64(json, (size_t)length, ret);
}

static void
work_goes_there_and_back(void **state)
{
	const struct captcha captcha = some_captcha(NULL), another = some_captcha(NULL);
	const struct captcha back = sealed_and_opened(&captcha);
	char payload[PROOF_OF_WORK_INPUT_MAX + 1];

	(void)state;
	assert_string_equal(back.answer, "");
	assert_memory_equal(&back.work, &captcha.work, sizeof back.work);
	solve(&captcha.work, 12345, payload);
	assert_true(captcha_answer_is(&back, payload));
	solve(&another.work, 12345, payload);
	assert_false(captcha_answer_is(&back, payload));
	assert_false(captcha_answer_is(&back, ""));
	assert_false(captcha_answer_is(&back, "K7QM4T"));
}

static void
one_kind_is_no_answer_to_the_other(void **state)
{
	const struct captcha work = some_captcha(NULL), characters = some_captcha("AAAAAA");
	const struct captcha back = sealed_and_opened(&characters);
	char payload[PROOF_OF_WORK_INPUT_MAX + 1];

	(void)state;
	solve(&work.work, 1, payload);
	assert_false(captcha_answer_is(&back, payload));
}

#define TEN     "AAAAAAAAAA"
#define SIXTY   TEN TEN TEN TEN TEN TEN
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct fold_row typed[] = {
	{ "characters", "k7qm 4t", FIELD_OK, "K7QM4T" },
	{ "full width", "Ｋ７ＱＭ４Ｔ", FIELD_OK, "K7QM4T" },
	{ "too few", "K7QM4", FIELD_TOO_SHORT, "" },
	{ "none of them", "K7QM4!", FIELD_BAD_CHARACTER, "" },
	{ "the longest that may be characters", SIXTY "AAAA", FIELD_TOO_LONG, "" },
	{ "one more: a payload", SIXTY "AAAAA", FIELD_OK, SIXTY "AAAAA" },
	{ "a payload with all base64 has", SIXTY "a/b+c9==", FIELD_OK, SIXTY "a/b+c9==" },
	{ "as long, and no base64", SIXTY "AAAA!", FIELD_TOO_LONG, "" },
	{ "base64url is none", SIXTY "AAAA_", FIELD_TOO_LONG, "" },
	{ "the longest payload",
	    HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN TEN
	    "AAAA",
	    FIELD_OK,
	    HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN TEN
	    "AAAA" },
	{ "one more",
	    HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN TEN
	    "AAAAA",
	    FIELD_TOO_LONG, "" },
};

static void
what_was_typed_is_characters_or_a_payload(void **state)
{
	static const struct folding folding = { captcha_typed_fold, PROOF_OF_WORK_INPUT_MAX + 1 };

	(void)state;
	assert_folds(&folding, typed, LENGTH(typed));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_go_there_and_back),
		cmocka_unit_test(work_goes_there_and_back),
		cmocka_unit_test(one_kind_is_no_answer_to_the_other),
		cmocka_unit_test(what_was_typed_is_characters_or_a_payload),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
