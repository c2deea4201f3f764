/* refresh_token_test.c - refresh tokens as text and back, each one's successor, and what is kept of
 * them. */

#include "refresh_token.h"

#include "keys_folder.h"
#include "key_rotation.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW      INT64_C(1795309323)
#define BITS     (8 * sizeof(struct refresh_token))
#define UNMARKED (SECRET_KEY_SIZE - REFRESH_MARK_SIZE)

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const struct session_id session_id = { "session-0123456" };

static char folder[KEYS_FOLDER_SIZE];
static struct keyring *keyring;
static struct keyring *other; /* of another service */

static int
set_up(void **state)
{
	char kid[KID_MAX + 1], why[ERRBUF_MAX + 1];

	(void)state;
	if (!keys_folder_make(folder) || !key_rotation_fill(folder, kid, why))
		return -1;
	keyring = keyring_open(folder, why);
	other = keyring_of_new_keys();
	return keyring != NULL && other != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	keyring_close(keyring);
	keyring_close(other);
	return keys_folder_remove(folder);
}

/* The i-th byte is first + i * step. */
static struct refresh_token
token_of(unsigned first, unsigned step)
{
	uint8_t bytes[sizeof(struct refresh_token)];
	struct refresh_token token;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(first + i * step);
	memcpy(&token, bytes, sizeof token);
	return token;
}

/* Expected: Python's base64.urlsafe_b64encode(). */
static void
a_token_is_text_and_back(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		unsigned first, step;
		const char *text;
	} rows[] = {
		{ "zeros",
		  0,   0, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
		{ "ones",
		  255, 0, "________________________________________________________________" },
		{ "0, 1, 2, ...",
		  0,   1, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v" },
		{ "a hyphen",
		  251, 5, "-wAFCg8UGR4jKC0yNzxBRktQVVpfZGluc3h9goeMkZaboKWqr7S5vsPIzdLX3OHm" },
	};
	/* clang-format on */
	(void)state;
	assert_int_equal(REFRESH_TOKEN_LENGTH, 64);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct refresh_token token = token_of(rows[i].first, rows[i].step);
		struct refresh_token read = token_of(77, 3);
		char text[REFRESH_TOKEN_LENGTH + 1];

		refresh_token_text(&token, text);
		if (strcmp(text, rows[i].text) != 0)
			fail_msg("%s: %s", rows[i].why, text);
		if (!refresh_token_read(text, &read) || memcmp(&read, &token, sizeof token) != 0)
			fail_msg("%s: read as another", rows[i].why);
	}
}

static void
only_one_length_is_right(void **state)
{
	char text[4 * REFRESH_TOKEN_LENGTH + 1];
	struct refresh_token token;

	(void)state;
	for (size_t length = 0; length < sizeof text; length++) {
		memset(text, 'A', length);
		text[length] = '\0';
		if (refresh_token_read(text, &token) != (length == REFRESH_TOKEN_LENGTH))
			fail_msg("%zu characters", length);
	}
}

/* Every byte in every place: no letter of base64url is no token, and each is another one. */
static void
each_character_counts(void **state)
{
	const struct refresh_token token = token_of(0, 1);
	char text[REFRESH_TOKEN_LENGTH + 1];

	(void)state;
	refresh_token_text(&token, text);
	for (size_t at = 0; at < REFRESH_TOKEN_LENGTH; at++) {
		const char was = text[at];

		for (int byte = 0; byte < 256; byte++) {
			struct refresh_token read = token;
			const bool fits = byte != 0 && strchr(alphabet, byte) != NULL;

			text[at] = (char)byte;
			if (refresh_token_read(text, &read) != fits)
				fail_msg("place %zu, byte %02X", at, (unsigned)byte);
			if (fits && (memcmp(&read, &token, sizeof read) == 0) != (byte == was))
				fail_msg("place %zu, byte %02X: another's", at, (unsigned)byte);
		}
		text[at] = was;
	}
}

static void
what_only_looks_like_a_token_is_rejected(void **state)
{
	/* clang-format off */
	static const struct { const char *why, *text; } rows[] = {
		{ "padding",
		  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4=" },
		{ "padding behind it",
		  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v==" },
		{ "47 bytes",
		  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4" },
		{ "a space before it",
		  " AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v" },
		{ "a space for one",
		  " AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v" },
		{ "a line end",
		  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\n" },
		{ "base64's own signs",
		  "++++////++++////++++////++++////++++////++++////++++////++++////" },
		{ "hex",                "000102030405060708090a0b0c0d0e0f101112131415161718191a1"
		"b1c1d1e1f"
		                        "202122232425262728292a2b2c2d2e2f" },
		{ "an access token",
		  "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.AAECAwQFBgcICQoLDA0ODxAREhM" },
	};
	/* clang-format on */
	struct refresh_token token;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (refresh_token_read(rows[i].text, &token))
			fail_msg("%s: taken", rows[i].why);
}

/* asvs 7.2.3 11.5.1 */
static void
two_new_ones_of_a_session_differ(void **state)
{
	const struct refresh_token one = refresh_token_new(keyring, session_id);
	const struct refresh_token two = refresh_token_new(keyring, session_id);

	(void)state;
	assert_memory_equal(one.session_id.bytes, session_id.bytes, sizeof session_id.bytes);
	assert_memory_equal(two.session_id.bytes, session_id.bytes, sizeof session_id.bytes);
	/* The halves, too: 128 bits do not meet by chance. */
	assert_memory_not_equal(one.secret, two.secret, SECRET_KEY_SIZE / 2);
	assert_memory_not_equal(one.secret + SECRET_KEY_SIZE / 2, two.secret + SECRET_KEY_SIZE / 2,
	    SECRET_KEY_SIZE / 2);
	assert_memory_not_equal(one.secret, one.secret + SECRET_KEY_SIZE / 2, SECRET_KEY_SIZE / 2);
}

static void
the_next_one_is_always_the_same(void **state)
{
	const struct refresh_token token = refresh_token_new(keyring, session_id);
	const struct refresh_token next = refresh_token_next(keyring, &token);
	const struct refresh_token again = refresh_token_next(keyring, &token);

	(void)state;
	assert_memory_equal(&again, &next, sizeof next);
	assert_memory_equal(next.session_id.bytes, session_id.bytes, sizeof session_id.bytes);
	assert_memory_not_equal(next.secret, token.secret, sizeof next.secret);
}

/* Also after a rotation, in another replica. */
static void
the_next_one_outlives_the_other_keys(void **state)
{
	const struct refresh_token token = token_of(0, 1);
	const struct refresh_token next = refresh_token_next(keyring, &token);
	char kid[KID_MAX + 1], why[ERRBUF_MAX + 1];

	(void)state;
	assert_true(key_rotation_run(folder, NOW, KEY_ROTATION_FORCED, kid, why));
	struct keyring *const replica = keyring_open(folder, why);
	assert_non_null(replica);
	const struct refresh_token again = refresh_token_next(replica, &token);
	keyring_close(replica);
	assert_memory_equal(&again, &next, sizeof next);
}

static void
without_the_key_ring_the_next_one_cannot_be_made(void **state)
{
	const struct refresh_token token = token_of(0, 1);
	const struct refresh_token next = refresh_token_next(keyring, &token);
	const struct refresh_token guess = refresh_token_next(other, &token);
	uint8_t hash[SECRET_SHA256_SIZE];

	(void)state;
	assert_memory_not_equal(guess.secret, next.secret, sizeof next.secret);
	secret_sha256(&token, sizeof token, hash);
	assert_memory_not_equal(hash, next.secret, sizeof next.secret);
	refresh_token_hash(&token, hash);
	assert_memory_not_equal(hash, next.secret, sizeof next.secret);
	/* Nor is it what the ring makes of the same bytes for anything else. */
	for (enum keyring_use use = 0; use < KEYRING_USE__MAX; use++) {
		keyring_hash(keyring, use, &token, sizeof token, hash);
		if ((memcmp(hash, next.secret, UNMARKED) == 0) != (use == KEYRING_REFRESH_TOKEN))
			fail_msg("use %d", (int)use);
	}
}

/* Expected: what the ring makes of all before the mark. */
static void
each_token_has_our_mark(void **state)
{
	struct refresh_token token = refresh_token_new(keyring, session_id);
	uint8_t hash[KEYED_HASH_SIZE];

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		keyring_hash(keyring, KEYRING_REFRESH_MARK, &token, ID_SIZE + UNMARKED, hash);
		assert_memory_equal(token.secret + UNMARKED, hash, REFRESH_MARK_SIZE);
		assert_true(refresh_token_is_ours(keyring, &token));
		assert_false(refresh_token_is_ours(other, &token));
		token = refresh_token_next(keyring, &token);
	}
}

static void
what_was_made_up_has_no_mark_of_ours(void **state)
{
	const struct refresh_token token = refresh_token_new(keyring, session_id);
	struct refresh_token random = token;

	(void)state;
	for (size_t bit = 0; bit < BITS; bit++) {
		struct refresh_token flipped = token;

		((uint8_t *)&flipped)[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (refresh_token_is_ours(keyring, &flipped))
			fail_msg("bit %zu", bit);
	}
	for (unsigned i = 0; i < 1000; i++) { /* the id is known */
		secret_random(random.secret, sizeof random.secret);
		assert_false(refresh_token_is_ours(keyring, &random));
	}
}

static void
every_bit_tells_in_the_next_one(void **state)
{
	const struct refresh_token token = token_of(0, 1);
	const struct refresh_token next = refresh_token_next(keyring, &token);

	(void)state;
	for (size_t bit = 0; bit < BITS; bit++) {
		struct refresh_token flipped = token;

		((uint8_t *)&flipped)[bit / 8] ^= (uint8_t)(1U << bit % 8);
		const struct refresh_token its_next = refresh_token_next(keyring, &flipped);
		assert_memory_equal(its_next.session_id.bytes, flipped.session_id.bytes,
		    sizeof flipped.session_id.bytes);
		if (memcmp(its_next.secret, next.secret, sizeof next.secret) == 0)
			fail_msg("bit %zu", bit);
	}
}

static void
a_long_line_of_them_never_comes_back(void **state)
{
	struct refresh_token line[100];

	(void)state;
	line[0] = token_of(0, 0);
	for (size_t i = 1; i < LENGTH(line); i++) {
		line[i] = refresh_token_next(keyring, &line[i - 1]);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&line[i], &line[j], sizeof line[i]);
	}
}

/* asvs 11.4.3 */
static void
the_hash_is_sha256_of_the_secret_alone(void **state)
{
	/* clang-format off */
	static const struct { const char *why, *secret, *expected; } rows[] = {
		{ "NIST CAVP SHA256ShortMsg, Len = 256",
		  "09fc1accc230a205e4a208e64a8f204291f581a12756392da4b8c0cf5ef02b95",
		  "4f44c1c7fbebb6f9601829f3897bfd650c56fa07844be76489076356ac1886a4" },
		{ "zeros", /* Python's hashlib.sha256(bytes(32)) */
		  "0000000000000000000000000000000000000000000000000000000000000000",
		  "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925" },
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		for (unsigned id = 0; id < 2; id++) { /* of two logins */
			struct refresh_token token = token_of(id, id);
			uint8_t hash[SECRET_SHA256_SIZE];
			char hex[2 * SECRET_SHA256_SIZE + 1];

			assert_true(text_unhex(rows[i].secret, token.secret, sizeof token.secret));
			refresh_token_hash(&token, hash);
			text_hex(hash, sizeof hash, hex);
			if (strcmp(hex, rows[i].expected) != 0)
				fail_msg("%s: %s", rows[i].why, hex);
			secret_sha256(token.secret, sizeof token.secret, hash);
			text_hex(hash, sizeof hash, hex);
			assert_string_equal(hex, rows[i].expected);
		}
	}
}

static void
nothing_is_left_after_wiping(void **state)
{
	static const uint8_t zeros[sizeof(struct refresh_token)];
	struct refresh_token tokens[] = { token_of(255, 0), token_of(255, 0), token_of(255, 0) };
	const struct refresh_token beside = tokens[0];

	(void)state;
	refresh_token_wipe(&tokens[1]);
	assert_memory_equal(&tokens[1], zeros, sizeof zeros);
	assert_memory_equal(&tokens[0], &beside, sizeof beside);
	assert_memory_equal(&tokens[2], &beside, sizeof beside);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_text_and_back),
		cmocka_unit_test(only_one_length_is_right),
		cmocka_unit_test(each_character_counts),
		cmocka_unit_test(what_only_looks_like_a_token_is_rejected),
		cmocka_unit_test(two_new_ones_of_a_session_differ),
		cmocka_unit_test(the_next_one_is_always_the_same),
		cmocka_unit_test(the_next_one_outlives_the_other_keys),
		cmocka_unit_test(without_the_key_ring_the_next_one_cannot_be_made),
		cmocka_unit_test(each_token_has_our_mark),
		cmocka_unit_test(what_was_made_up_has_no_mark_of_ours),
		cmocka_unit_test(every_bit_tells_in_the_next_one),
		cmocka_unit_test(a_long_line_of_them_never_comes_back),
		cmocka_unit_test(the_hash_is_sha256_of_the_secret_alone),
		cmocka_unit_test(nothing_is_left_after_wiping),
	};

	return cmocka_run_group_tests_name("refresh_token", tests, set_up, tear_down);
}
