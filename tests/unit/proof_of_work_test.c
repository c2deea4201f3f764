/* proof_of_work_test.c - challenges and payloads as altcha-lib 2.8.0 (altcha-lib/v1) makes them,
 * and everything that is no answer to them. */

#include "proof_of_work.h"

#include "start_secret.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SALT      "000102030405060708090a0b?expires=1763773992&"
#define CHALLENGE "bfb477aaa00dffaee2a5404f4f94109abb56de57aeb9783ec9e99efa844effc0"
#define SIGNATURE "3089a3957ff5b0d2d867bd8c04ec068b5fb82b3faa6951b660c8b1b09f2a18d0"

/* createChallenge({ hmacKey: '0123456789abcdef0123456789abcdef', salt: '000102030405060708090a0b',
 * expires: new Date(1763773992000), number }) */
static const struct proof_of_work work = {
	.key = "0123456789abcdef0123456789abcdef",
	.salt = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
	.expires_at = 1763773992,
};

static void
challenges_are_those_of_the_library(void **state)
{
	static const struct {
		int64_t number;
		const char *challenge, *signature;
	} rows[] = {
		{ 0, "f34aad193630a133a29e99831322e146a23f625cf7e7917e5bf81eb1c18479bb",
		    "491f25a44561df7e9ea1d34f54e3343890992ec1f641c2e1bdf00b8baddb7ff5" },
		{ 1, "e28d2e8c20b50294d7c31d7122bc33cbdbfa9d1c97067e56cfd612f9236bf124",
		    "d20088f48428ac193fed257833894cad3111a88999051b03bcbb04f2e36a4c2d" },
		{ 777, CHALLENGE, SIGNATURE },
		{ 10000000, "1a59d125fde0b1a775bcf5fe4f352b39575619f1a89461761cb0bd8022a35b77",
		    "669347a63e4901847c38d023d9f94f0d1b6ccb661afe5e1ef0477a9969dc7402" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct proof_of_work_challenge set = { 0 };

		proof_of_work_set(&work, rows[i].number, &set);
		assert_string_equal(set.salt, SALT);
		assert_string_equal(set.challenge, rows[i].challenge);
		assert_string_equal(set.signature, rows[i].signature);
	}
}

/* btoa(JSON.stringify({ algorithm, challenge, number, salt, signature, took })), as it came. */
static void
the_payload_of_the_library_solves_it(void **state)
{
	(void)state;
	assert_true(proof_of_work_is_done(&work,
	    "eyJhbGdvcml0aG0iOiJTSEEtMjU2IiwiY2hhbGxlbmdlIjoiYmZiNDc3YWFhMDBkZmZhZWUyYTU0MDRmNGY5ND"
	    "EwOWFiYjU2ZGU1N2FlYjk3ODNlYzllOTllZmE4NDRlZmZjMCIsIm51bWJlciI6Nzc3LCJzYWx0IjoiMDAwMTAy"
	    "MDMwNDA1MDYwNzA4MDkwYTBiP2V4cGlyZXM9MTc2Mzc3Mzk5MiYiLCJzaWduYXR1cmUiOiIzMDg5YTM5NTdmZj"
	    "ViMGQyZDg2N2JkOGMwNGVjMDY4YjVmYjgyYjNmYWE2OTUxYjY2MGM4YjFiMDlmMmExOGQwIiwidG9vayI6MTJ"
	    "9"));
}

#define A               "\"algorithm\":\"SHA-256\""
#define C               "\"challenge\":\"" CHALLENGE "\""
#define N               "\"number\":777"
#define S               "\"salt\":\"" SALT "\""
#define G               "\"signature\":\"" SIGNATURE "\""
#define ALL             A "," C "," N "," S "," G
#define SALT_OF_ANOTHER "000102030405060708090a0c?expires=1763773992&"

static const struct {
	const char *why;
	const char *json;
	bool done;
} payloads[] = {
	{ "just the members that count", "{" ALL "}", true },
	{ "in another order", "{" G "," S "," N "," C "," A "}", true },
	{ "with white space", " {\n\t" A " , " C "\r\n," N "," S "," G " } ", true },
	{ "a time, a word, a text beside them",
	    "{\"took\":12.5,\"test\":false,\"x\":\"y\"," ALL "}", true },
	{ "the number written another way", "{" A "," C ",\"number\":7.77e2," S "," G "}", true },
	{ "the number as a text", "{" A "," C ",\"number\":\"777\"," S "," G "}", false },
	{ "what some writers escape",
	    "{\"algorithm\":\"SHA\\u002d256\"," C "," N
	    ",\"salt\":\"000102030405060708090a0b?expires=1763773992\\u0026\"," G "}",
	    true },
	{ "another number", "{" A "," C ",\"number\":778," S "," G "}", false },
	{ "the number one too long", "{" A "," C ",\"number\":7770," S "," G "}", false },
	{ "a number that is none", "{" A "," C ",\"number\":7e2," S "," G "}", false },
	{ "a number below zero", "{" A "," C ",\"number\":-777," S "," G "}", false },
	{ "a number beyond all", "{" A "," C ",\"number\":2147483648," S "," G "}", false },
	{ "a number longer than all", "{" A "," C ",\"number\":77777777777," S "," G "}", false },
	{ "no number", "{" A "," C "," S "," G "}", false },
	{ "an empty number", "{" A "," C ",\"number\":\"\"," S "," G "}", false },
	{ "the salt of another token", "{" A "," C "," N ",\"salt\":\"" SALT_OF_ANOTHER "\"," G "}",
	    false },
	{ "a later end",
	    "{" A "," C "," N ",\"salt\":\"000102030405060708090a0b?expires=1763773993&\"," G "}",
	    false },
	{ "digits moved from number to salt",
	    "{" A "," C
	    ",\"number\":77,\"salt\":\"000102030405060708090a0b?expires=1763773992&7\"," G "}",
	    false },
	{ "no salt", "{" A "," C "," N "," G "}", false },
	{ "another signature",
	    "{" A "," C "," N "," S ",\"signature\":\"4"
	    "089a3957ff5b0d2d867bd8c04ec068b5fb82b3faa6951b660c8b1b09f2a18d0\"}",
	    false },
	{ "the signature in capitals",
	    "{" A "," C "," N "," S
	    ",\"signature\":\"3089A3957FF5B0D2D867BD8C04EC068B5FB82B3FAA6951B660C8B1B09F2A18D0\"}",
	    false },
	{ "a cut signature", "{" A "," C "," N "," S ",\"signature\":\"3089\"}", false },
	{ "no signature", "{" A "," C "," N "," S "}", false },
	{ "another challenge", "{" A ",\"challenge\":\"" SIGNATURE "\"," N "," S "," G "}", false },
	{ "another algorithm", "{\"algorithm\":\"SHA-1\"," C "," N "," S "," G "}", false },
	{ "no algorithm", "{" C "," N "," S "," G "}", false },
	{ "a member twice", "{" ALL "," N "}", false },
	{ "a member twice, the first empty", "{\"number\":\"\"," ALL "}", false },
	{ "a container that does not count", "{\"x\":[1]," ALL "}", true },
	{ "a container that does", "{" A "," C ",\"number\":[777]," S "," G "}", false },
	{ "an object around it", "{\"payload\":{" ALL "}}", false },
	{ "a list", "[" ALL "]", false },
	{ "something behind", "{" ALL "}x", false },
	{ "no end", "{" ALL, false },
	{ "a comma too many", "{" ALL ",}", false },
	{ "no comma", "{" A C "," N "," S "," G "}", false },
	{ "no colon", "{\"algorithm\"\"SHA-256\"," C "," N "," S "," G "}", false },
	{ "a name without quotes", "{algorithm:\"SHA-256\"," C "," N "," S "," G "}", false },
	{ "a name longer than any", "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1," ALL "}", true },
	{ "an escape beyond ASCII", "{\"x\":\"\\u00e9\"," ALL "}", true },
	{ "an escaped NUL", "{\"x\":\"\\u0000\"," ALL "}", false },
	{ "an escape that is none", "{\"x\":\"\\q\"," ALL "}", false },
	{ "a cut escape", "{\"x\":\"\\u00", false },
	{ "a backslash at the end", "{\"x\":\"\\", false },
	{ "a text without end", "{\"x\":\"y", false },
	{ "nothing in it", "{}", false },
	{ "nothing", "", false },
	{ "a bare word", "null", false },
};

static void
payloads_are_read_strictly(void **state)
{
	char base64[PROOF_OF_WORK_INPUT_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(payloads); i++) {
		assert_true(SECRET_BASE64_MAX(strlen(payloads[i].json)) < sizeof base64);
		secret_base64(payloads[i].json, strlen(payloads[i].json), base64);
		if (proof_of_work_is_done(&work, base64) != payloads[i].done)
			fail_msg("%s: %s", payloads[i].why, payloads[i].json);
	}
}

static void
what_is_no_base64_of_a_text_is_refused(void **state)
{
	static const char json[] = "{" ALL "}\0";
	char base64[PROOF_OF_WORK_INPUT_MAX + 1];

	(void)state;
	secret_base64(json, sizeof json - 2, base64);
	assert_true(proof_of_work_is_done(&work, base64));
	secret_base64(json, sizeof json - 1, base64);
	assert_false(proof_of_work_is_done(&work, base64)); /* a NUL behind it */
	secret_base64(json, sizeof json - 2, base64);
	base64[strcspn(base64, "=")] = '\0';
	assert_int_not_equal(strlen(base64) % 4, 0);
	assert_false(proof_of_work_is_done(&work, base64)); /* its padding cut off */
	assert_false(proof_of_work_is_done(&work, ""));
	assert_false(proof_of_work_is_done(&work, "K7QM4T"));
	assert_false(proof_of_work_is_done(&work, "{" ALL "}"));
	memset(base64, 'A', PROOF_OF_WORK_INPUT_MAX);
	base64[PROOF_OF_WORK_INPUT_MAX] = '\0';
	assert_false(proof_of_work_is_done(&work, base64));
}

/* Every byte of what is sealed counts. */
static void
another_key_or_salt_or_time_is_another_work(void **state)
{
	struct proof_of_work other;
	char base64[PROOF_OF_WORK_INPUT_MAX + 1];

	(void)state;
	secret_base64("{" ALL "}", strlen("{" ALL "}"), base64);
	for (size_t i = 0; i < sizeof other.key; i++) {
		other = work;
		other.key[i] ^= 1;
		assert_false(proof_of_work_is_done(&other, base64));
	}
	for (size_t i = 0; i < sizeof other.salt; i++) {
		other = work;
		other.salt[i] ^= 1;
		assert_false(proof_of_work_is_done(&other, base64));
	}
	other = work;
	other.expires_at++;
	assert_false(proof_of_work_is_done(&other, base64));
}

static void
no_two_are_alike(void **state)
{
	struct proof_of_work one, other;

	(void)state;
	proof_of_work_new(&one, 5);
	proof_of_work_new(&other, 5);
	assert_int_equal(one.expires_at, 5);
	assert_memory_not_equal(one.key, other.key, sizeof one.key);
	assert_memory_not_equal(one.salt, other.salt, sizeof one.salt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(challenges_are_those_of_the_library),
		cmocka_unit_test(the_payload_of_the_library_solves_it),
		cmocka_unit_test(payloads_are_read_strictly),
		cmocka_unit_test(what_is_no_base64_of_a_text_is_refused),
		cmocka_unit_test(another_key_or_salt_or_time_is_another_work),
		cmocka_unit_test(no_two_are_alike),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
