/* secret_test.c - the promises of secret.h, against other implementations' answers. */

#include "secret.h"

#include "hash_memory.h"
#include "start_secret.h"
#include "text.h"

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* clang-format off */
#define MIB          (1024 * 1024)
#define CHEAP        { .passes = 3, .memory_bytes = 12 * MIB }
#define SALT         "$c2FsdHNhbHRzYWx0c2FsdA$"
#define HASH         "T95q7S205tf9WI4HhYOZDIQmMMAbntacGXTIku0gXT8"
#define HASH_1       "U95q7S205tf9WI4HhYOZDIQmMMAbntacGXTIku0gXT8"
#define TWO_PASSES   "$argon2id$v=19$m=19456,t=2,p=1" SALT
#define MORE_PASSES  "$argon2id$v=19$m=19456,t=3,p=1" SALT
#define OTHER_SALT   "$argon2id$v=19$m=19456,t=2,p=1$d2FsdHNhbHRzYWx0c2FsdA$"
#define THREE_PASSES "$argon2id$v=19$m=12288,t=3,p=1" SALT
#define ONE_PASS     "$argon2id$v=19$m=47104,t=1,p=1" SALT
#define MIXED_SALT   "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRkaWZmc2FsdA$"
#define HEX_SALT     "$MDEyMzQ1Njc4OWFiY2RlZg$"
#define THREE_HASH   "g3HSW/Oa6/cFVyP6hPC5ZfXC+rCJpgDANCZ/7CfKokc"
/* clang-format on */

static const uint8_t key[SECRET_KEY_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };

static struct secret
secret_of(const char *text)
{
	struct secret secret;

	assert_true(secret_set(&secret, text));
	return secret;
}

static void
a_secret_takes_its_bound_and_no_byte_more(void **state)
{
	char text[PASSWORD_INPUT_MAX + 2];
	struct secret secret;

	(void)state;
	memset(text, 'x', sizeof text);
	text[PASSWORD_INPUT_MAX] = '\0';
	assert_true(secret_set(&secret, text));
	assert_int_equal(secret.length, PASSWORD_INPUT_MAX);
	assert_string_equal(secret.text, text);

	text[PASSWORD_INPUT_MAX] = 'x';
	text[PASSWORD_INPUT_MAX + 1] = '\0';
	assert_false(secret_set(&secret, text));
	assert_int_equal(secret.length, 0);
	assert_string_equal(secret.text, "");
}

static void
wiping_leaves_nothing(void **state)
{
	static const struct secret empty;
	struct secret secret = secret_of("K7QM4TXD9P");

	(void)state;
	secret_wipe(&secret);
	assert_memory_equal(&secret, &empty, sizeof secret);
}

static void
secrets_are_equal_by_length_and_every_byte(void **state)
{
	static const struct {
		const char *why;
		const char *a;
		const char *b;
		bool equal;
	} rows[] = {
		/* clang-format off */
		{ "the same",                   "K7QM4TXD9P", "K7QM4TXD9P", true  },
		{ "both empty",                 "",           "",           true  },
		{ "the last byte differs",      "K7QM4TXD9P", "K7QM4TXD9Q", false },
		{ "the first byte differs",     "K7QM4TXD9P", "L7QM4TXD9P", false },
		{ "the case differs",           "K7QM4TXD9P", "k7QM4TXD9P", false },
		{ "one is a start of the other", "K7QM4TXD9P", "K7QM4TXD9", false },
		{ "one is empty",               "",           "K",          false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct secret a = secret_of(rows[i].a);
		const struct secret b = secret_of(rows[i].b);

		if (secret_equal(&a, &b) != rows[i].equal || secret_equal(&b, &a) != rows[i].equal)
			fail_msg("%s", rows[i].why);
	}
}

#define COMPARED_SIZE 256 /* more than the C library's memcmp() looks at in one go */

/* Two values, and how they are compared. */
struct comparison {
	bool (*compare)(const struct comparison *);
	struct secret a, b;
};

static bool
compare_texts(const struct comparison *c)
{
	return secret_equal(&c->a, &c->b);
}

static bool
compare_bytes(const struct comparison *c)
{
	return secret_equal_bytes(c->a.text, c->b.text, COMPARED_SIZE);
}

/* Values that differ in the byte `at`; -1: in none. */
static struct comparison
comparison_of(bool (*compare)(const struct comparison *), int at)
{
	struct comparison c = { .compare = compare };

	memset(c.a.text, 'x', COMPARED_SIZE);
	c.a.length = COMPARED_SIZE;
	c.b = c.a;
	if (at >= 0)
		c.b.text[at] = 'y';
	return c;
}

/* Compares between two stops, for a parent that steps through what is between them. */
static void
compare_for_parent(const struct comparison *c)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	const volatile bool equal = c->compare(c);
	raise(SIGSTOP);
	(void)equal;
	_exit(1);
}

/* How many instructions a child executes that compares. They are counted, because no clock is ever
 * sure of what it shows. */
static unsigned
instructions_of(const struct comparison *c)
{
	unsigned count = 0;
	int status;
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		compare_for_parent(c);
	assert_int_equal(waitpid(child, &status, 0), child);
	do {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSTOPPED(status));
		count++;
	} while (WSTOPSIG(status) == SIGTRAP);
	assert_int_equal(WSTOPSIG(status), SIGSTOP);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return count;
}

/* asvs 11.2.4 */
static void
comparing_takes_as_many_instructions_wherever_the_difference_is(void **state)
{
	static bool (*const compares[])(
	    const struct comparison *) = { compare_texts, compare_bytes };
	static const int differ_at[] = { -1, 0, 1, COMPARED_SIZE / 2, COMPARED_SIZE - 1 };

	(void)state;
	for (size_t i = 0; i < LENGTH(compares); i++) {
		const struct comparison equal = comparison_of(compares[i], -1);
		const unsigned expected = instructions_of(&equal);

		assert_true(expected > 2 * COMPARED_SIZE); /* it looked at every byte */
		for (size_t j = 0; j < LENGTH(differ_at); j++) {
			const struct comparison c = comparison_of(compares[i], differ_at[j]);
			const unsigned count = instructions_of(&c);

			if (count != expected)
				fail_msg("difference at %d: %u instructions, not %u", differ_at[j],
				    count, expected);
		}
	}
}

static void
chance_stays_below_its_bound_and_reaches_all_of_it(void **state)
{
	unsigned seen[6] = { 0 };
	uint8_t once[32], again[32];

	(void)state;
	for (int i = 0; i < 6000; i++) {
		const uint32_t number = secret_random_below(LENGTH(seen));

		assert_true(number < LENGTH(seen));
		seen[number]++;
	}
	for (size_t i = 0; i < LENGTH(seen); i++)
		assert_in_range(seen[i], 800, 1200); /* seven standard deviations */

	secret_random(once, sizeof once);
	secret_random(again, sizeof again);
	assert_memory_not_equal(once, again, sizeof once);
}

/* asvs 11.4.3 */
static void
keyed_hashes_are_hmac_of_label_zero_message(void **state)
{
	static const uint8_t zeros[200];
	/* Expected: Python's hmac.new(key, label + b"\0" + message, "sha256"). */
	static const struct {
		const char *why;
		const char *label;
		const void *message;
		size_t size;
		const char *expected;
	} rows[] = {
		{ "label and message", "a", "bc", 2,
		    "2f578f806406264b7b79066b520dc81e187b581ed12b0082dcd60f4e83aee598" },
		{ "a byte moved from message to label is another hash", "ab", "c", 1,
		    "6382fdbdc3b88f1739bd03a08868002d6357bd9781396952d40e6b7900c026ec" },
		{ "nothing at all", "", "", 0,
		    "e711546e3faad4c7c4aa756bc26cad6abea8241984a0f6b0839c70ca61c4ef88" },
		{ "a message of zero bytes, longer than a block", "use", zeros, sizeof zeros,
		    "fb68d6fd16a6bb2d22f9507e3825cc3fcfc970da92c930d04223c8408da22fa2" },
	};
	uint8_t hash[KEYED_HASH_SIZE];
	char hex[2 * KEYED_HASH_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		secret_keyed_hash(key, rows[i].label, rows[i].message, rows[i].size, hash);
		text_hex(hash, sizeof hash, hex);
		if (strcmp(hex, rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].why, hex);
	}
}

/* FIPS 180-2, B.1 and B.2. */
static void
a_digest_by_pieces_is_that_of_the_whole(void **state)
{
	static const char text[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	uint8_t whole[SECRET_SHA256_SIZE], pieces[SECRET_SHA256_SIZE];
	char hex[2 * SECRET_SHA256_SIZE + 1];
	struct secret_sha256 sha256;

	(void)state;
	secret_sha256("abc", 3, whole);
	text_hex(whole, sizeof whole, hex);
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	secret_sha256(text, strlen(text), whole);
	text_hex(whole, sizeof whole, hex);
	assert_string_equal(
	    hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");

	secret_sha256_begin(&sha256);
	for (size_t i = 0; i < strlen(text); i++)
		secret_sha256_add(&sha256, &text[i], 1);
	secret_sha256_end(&sha256, pieces);
	assert_memory_equal(pieces, whole, sizeof whole);
}

/* asvs 11.3.4 */
static void
what_was_sealed_opens_and_no_two_seals_are_alike(void **state)
{
	static const char plain[] = "56789100";
	uint8_t sealed[2][sizeof plain + SECRET_SEAL_OVERHEAD];
	char opened[sizeof plain];
	uint8_t nothing[SECRET_SEAL_OVERHEAD];

	(void)state;
	secret_seal(key, "jti|identity", plain, sizeof plain, sealed[0]);
	secret_seal(key, "jti|identity", plain, sizeof plain, sealed[1]);
	assert_memory_not_equal(sealed[0], sealed[1], sizeof sealed[0]);
	for (int i = 0; i < 2; i++) {
		assert_true(
		    secret_unseal(key, "jti|identity", sealed[i], sizeof sealed[i], opened));
		assert_string_equal(opened, plain);
	}
	secret_seal(key, "jti|identity", "", 0, nothing);
	assert_true(secret_unseal(key, "jti|identity", nothing, sizeof nothing, opened));
}

/* asvs 11.3.3 */
static void
a_seal_opens_only_whole_with_its_key_and_bound(void **state)
{
	static const char plain[] = "56789100";
	static const uint8_t other_key[SECRET_KEY_SIZE] = { 1 };
	uint8_t sealed[sizeof plain + SECRET_SEAL_OVERHEAD];
	char opened[sizeof plain];

	(void)state;
	secret_seal(key, "jti|identity", plain, sizeof plain, sealed);
	assert_false(secret_unseal(other_key, "jti|identity", sealed, sizeof sealed, opened));
	assert_false(secret_unseal(key, "jti|account", sealed, sizeof sealed, opened));
	assert_false(secret_unseal(key, "", sealed, sizeof sealed, opened));
	for (size_t size = 0; size < sizeof sealed; size++)
		assert_false(secret_unseal(key, "jti|identity", sealed, size, opened));
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		memset(opened, 'x', sizeof opened);
		assert_false(secret_unseal(key, "jti|identity", sealed, sizeof sealed, opened));
		assert_null(memchr(opened, plain[0], sizeof opened));
		sealed[i] ^= 1;
	}
}

static void
base64_is_that_of_rfc_4648(void **state)
{
	/* RFC 4648 10, and two bytes that show the alphabets apart (5). */
	static const struct {
		const char *bytes;
		const char *padded;
		const char *url;
	} rows[] = {
		/* clang-format off */
		{ "",       "",         ""         },
		{ "f",      "Zg==",     "Zg"       },
		{ "fo",     "Zm8=",     "Zm8"      },
		{ "foo",    "Zm9v",     "Zm9v"     },
		{ "foob",   "Zm9vYg==", "Zm9vYg"   },
		{ "fooba",  "Zm9vYmE=", "Zm9vYmE"  },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xFB\xFF", "+/8=",   "-_8"      },
		/* clang-format on */
	};
	char text[SECRET_BASE64_MAX(6) + 1];
	uint8_t bytes[6];
	size_t size;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const size_t length = strlen(rows[i].bytes);

		secret_base64(rows[i].bytes, length, text);
		assert_string_equal(text, rows[i].padded);
		secret_base64url(rows[i].bytes, length, text);
		assert_string_equal(text, rows[i].url);
		assert_true(secret_unbase64url(text, strlen(text), bytes, sizeof bytes, &size));
		assert_int_equal(size, length);
		assert_memory_equal(bytes, rows[i].bytes, length);
	}
}

/* Expected: Python's hmac.new(key, message, "sha256"). */
static void
hmac_is_of_the_message_alone(void **state)
{
	static const uint8_t some_key[SECRET_KEY_SIZE] = "0123456789abcdef0123456789abcdef";
	static const char expected[] =
	    "137e6557c3c13a1ca5dc7e52a389a0f86be8cb4db4ae61c62396058b00acacd0";
	uint8_t hash[KEYED_HASH_SIZE];
	char hex[2 * KEYED_HASH_SIZE + 1];

	(void)state;
	secret_hmac(some_key, "what do ya want for nothing?", 28, hash);
	text_hex(hash, sizeof hash, hex);
	assert_string_equal(hex, expected);
}

static void
one_seed_has_one_sequel(void **state)
{
	static const uint8_t one[SECRET_KEY_SIZE] = { 1 }, other[SECRET_KEY_SIZE] = { 2 };
	uint8_t first[100], again[100], another[100], longer[200];

	(void)state;
	secret_random_from(one, first, sizeof first);
	secret_random_from(one, again, sizeof again);
	secret_random_from(one, longer, sizeof longer);
	secret_random_from(other, another, sizeof another);
	assert_memory_equal(first, again, sizeof first);
	assert_memory_equal(first, longer, sizeof first);
	assert_memory_not_equal(first, another, sizeof first);
}

static void
base64_is_read_with_its_padding_only(void **state)
{
	static const struct {
		const char *why, *text, *plain; /* NULL: refused */
	} rows[] = {
		{ "nothing", "", "" },
		{ "one byte", "Zg==", "f" },
		{ "two bytes", "Zm8=", "fo" },
		{ "three bytes", "Zm9v", "foo" },
		{ "no padding", "Zg", NULL },
		{ "too little padding", "Zg=", NULL },
		{ "too much padding", "Zm9v=", NULL },
		{ "something behind it", "Zg==Zg==", NULL },
		{ "spare bits", "Zh==", NULL },
		{ "base64url's own", "__--", NULL },
		{ "white space", "Zm9v\n", NULL },
		{ "a byte beyond ASCII", "Zm9\xff", NULL },
		{ "more than there is room", "Zm9vYmFy", NULL },
	};
	char plain[4];
	size_t size = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const bool read = secret_unbase64(
		    rows[i].text, strlen(rows[i].text), plain, 3, &size);

		if (read != (rows[i].plain != NULL))
			fail_msg("%s", rows[i].why);
		if (read)
			assert_memory_equal(plain, rows[i].plain, size);
	}
}

static void
only_one_spelling_of_base64url_is_read(void **state)
{
	static const struct {
		const char *why;
		const char *text;
	} rows[] = {
		/* clang-format off */
		{ "spare bits of two characters",   "Zh"       },
		{ "spare bits of three characters", "Zm9"      },
		{ "padding",                        "Zg=="     },
		{ "padding of three characters",    "Zm8="     },
		{ "one character alone",            "Z"        },
		{ "five characters",                "Zm9vY"    },
		{ "the other alphabet's plus",      "+_8"      },
		{ "the other alphabet's slash",     "-/8"      },
		{ "white space before",             " Zm9v"    },
		{ "a line end behind",              "Zm9v\n"   },
		{ "a dot",                          "Zm9v.Zg"  },
		{ "a byte that is no ASCII",        "Zm9\xC3"  },
		{ "the least byte that is no ASCII", "Zm9\x80" },
		{ "the greatest byte",              "\xFFm9v"  },
		{ "more than there is room for",    "Zm9vYmFyYQ" },
		/* clang-format on */
	};
	uint8_t bytes[6];
	size_t size;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (secret_unbase64url(
			rows[i].text, strlen(rows[i].text), bytes, sizeof bytes, &size))
			fail_msg("read in spite of %s", rows[i].why);
	assert_false(secret_unbase64url("Zm9v\0", 5, bytes, sizeof bytes, &size));
}

/* asvs 11.4.2 */
static void
costs_below_every_floor_of_asvs_are_not_allowed(void **state)
{
	static const struct {
		const char *why;
		struct secret_cost cost;
		bool allowed;
	} rows[] = {
		/* clang-format off */
		{ "one pass at its floor",      { 1, 46 * MIB },     true  },
		{ "two passes at their floor",  { 2, 19 * MIB },     true  },
		{ "three passes at theirs",     { 3, 12 * MIB },     true  },
		{ "more passes, more memory",   { 4, 64 * MIB },     true  },
		{ "no pass",                    { 0, 1024ul * MIB }, false },
		{ "one pass below its floor",   { 1, 46 * MIB - 1 }, false },
		{ "two passes below theirs",    { 2, 19 * MIB - 1 }, false },
		{ "three passes below theirs",  { 3, 12 * MIB - 1 }, false },
		{ "many passes, little memory", { 9, 7 * MIB },      false },
		/* clang-format on */
	};
	char hash[PASSWORD_HASH_MAX + 1];
	const struct secret password = secret_of("password1");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (secret_cost_is_allowed(&rows[i].cost) != rows[i].allowed)
			fail_msg("%s", rows[i].why);
	assert_int_equal(secret_password_hash(&password, &rows[7].cost, hash), INTERNAL);
	assert_string_equal(hash, "");
}

static void
reference_hashes_verify(void)
{
	/* Made with the command of the reference implementation, phc-winner-argon2 20171227:
	 * printf password | argon2 saltsaltsaltsalt -id -v 13 -t 2 -k 19456 -p 1 -l 32 -e */
	static const struct {
		const char *why;
		const char *hash;
		const char *password;
		bool equal;
	} rows[] = {
		/* clang-format off */
		{ "19 MiB, two passes",
		  TWO_PASSES HASH, "password", true },
		{ "12 MiB, three passes",
		  THREE_PASSES THREE_HASH, "password", true },
		{ "46 MiB, one pass",
		  ONE_PASS "QeS/gXBCESjSAaBczoeGQfm2GwTqZvm9ux3yeQqlMsk", "password", true },
		{ "another password and salt",
		  MIXED_SALT "bUZw4wjzZbtm5ZBWBUD6utccYO1S/feY7rTSQMee7jE", "differentpassword",
		      true },
		{ "a password in UTF-8",
		  "$argon2id$v=19$m=19456,t=2,p=1"
		  HEX_SALT "DLfELLdvEeQLGiscKtGLZMmgBQCUruavOGYMFMAj3PA", "パスワード2026", true },
		{ "the least memory",
		  "$argon2id$v=19$m=8,t=1,p=1"
		  HEX_SALT "dxM42BlXPGcRaznheIro4EsOsM+d+7/i5tdGzz5GT8c", "password", true },
		{ "memory in no whole segments",
		  "$argon2id$v=19$m=12303,t=4,p=1"
		  HEX_SALT "rWYaDM/dz5uG83VTGOZfJwaIdWSb8DKWK//9dvGrdmM", "password", true },
		{ "7 MiB, five passes",
		  "$argon2id$v=19$m=7168,t=5,p=1"
		  HEX_SALT "dasDsAfPPgDZGMqnJKZCZGHF02bv9jBKvpGCgJgTqEY", "password", true },
		{ "64 MiB, two passes",
		  "$argon2id$v=19$m=65536,t=2,p=1"
		  HEX_SALT "7+/qEheh109gdg4M3e8OHdzFjQSPKlC6NgbVvwpor58", "password", true },
		{ "one letter differs",
		  TWO_PASSES HASH, "passwore", false },
		{ "the password is longer",
		  TWO_PASSES HASH, "password1", false },
		{ "the password is empty",
		  TWO_PASSES HASH, "", false },
		{ "the hash is another's",
		  TWO_PASSES HASH_1, "password", false },
		{ "the salt is another's",
		  OTHER_SALT HASH, "password", false },
		{ "it was made with more passes",
		  MORE_PASSES HASH, "password", false },
		/* clang-format on */
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct secret password = secret_of(rows[i].password);
		bool equal = !rows[i].equal;

		assert_int_equal(secret_password_verify(&password, rows[i].hash, &equal), OK);
		if (equal != rows[i].equal)
			fail_msg("%s", rows[i].why);
	}
}

/* Those of phc-winner-argon2's own src/test.c (Argon2id, version 19, one lane). Their salts have 8
 * bytes, which secret.c refuses: libsodium itself is asked, of the same archive. */
static void
published_vectors_verify(void)
{
	static const struct {
		const char *why;
		const char *hash;
		const char *password;
	} rows[] = {
		/* clang-format off */
		{ "64 MiB, two passes",
		  "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8Ar"
		  "ZWb2GRPPc", "password" },
		{ "256 KiB, two passes",
		  "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1b"
		  "MCHGi/4", "password" },
		{ "64 MiB, one pass",
		  "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zK"
		  "L+15XZypg", "password" },
		{ "64 MiB, four passes",
		  "$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGi"
		  "UghW9jFyw", "password" },
		{ "another password",
		  "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiR"
		  "uBfYxFj94", "differentpassword" },
		{ "another salt",
		  "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVE"
		  "MIVlqoFBw", "password" },
		/* clang-format on */
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		char hash[crypto_pwhash_STRBYTES] = { 0 };

		assert_true(text_copy(hash, sizeof hash, rows[i].hash));
		if (crypto_pwhash_str_verify(hash, rows[i].password, strlen(rows[i].password)) != 0)
			fail_msg("refused: %s", rows[i].why);
		if (crypto_pwhash_str_verify(hash, "passwore", strlen("passwore")) == 0)
			fail_msg("accepted: %s", rows[i].why);
	}
}

static void
the_reference_implementations_hashes_verify(void **state)
{
	(void)state;
	reference_hashes_verify();
#ifndef __SANITIZE_ADDRESS__ /* which watches nothing of libsodium */
	published_vectors_verify();
#endif
	assert_int_equal(hash_memory_kept(), 0);
}

/* What the hash before left in the work area changes nothing. */
static void
they_verify_in_memory_that_is_kept(void **state)
{
	(void)state;
	hash_memory_keep();
	reference_hashes_verify();
	assert_int_equal(hash_memory_kept(), 19 * MIB);
	published_vectors_verify();
	assert_int_equal(hash_memory_kept(), 64 * MIB);
	hash_memory_release();
}

static void
a_broken_hash_is_no_wrong_password(void **state)
{
	static const struct {
		const char *why;
		const char *hash;
	} rows[] = {
		/* clang-format off */
		{ "empty",                         "" },
		{ "a word",                        "password" },
		{ "bcrypt", "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXY" },
		{ "Argon2i",                       "$argon2i$v=19$m=19456,t=2,p=1" SALT HASH },
		{ "an older version",              "$argon2id$v=16$m=19456,t=2,p=1" SALT HASH },
		{ "two lanes",                     "$argon2id$v=19$m=19456,t=2,p=2" SALT HASH },
		{ "no passes",                     "$argon2id$v=19$m=19456,t=0,p=1" SALT HASH },
		{ "more passes than there can be",
		  "$argon2id$v=19$m=19456,t=4294967296,p=1" SALT HASH },
		{ "less memory than there can be", "$argon2id$v=19$m=7,t=2,p=1" SALT HASH },
		{ "more memory than there can be",
		  "$argon2id$v=19$m=4294967296,t=2,p=1" SALT HASH },
		{ "a sign before a number",        "$argon2id$v=19$m=+19456,t=2,p=1" SALT HASH },
		{ "a space before a number",       "$argon2id$v=19$m= 19456,t=2,p=1" SALT HASH },
		{ "the numbers in another order",  "$argon2id$v=19$t=2,m=19456,p=1" SALT HASH },
		{ "cut after the salt",            "$argon2id$v=19$m=19456,t=2,p=1" SALT },
		{ "nothing in the hash's place",   TWO_PASSES },
		{ "one character of hash missing",
		  TWO_PASSES "T95q7S205tf9WI4HhYOZDIQmMMAbntacGXTIku0gXT" },
		{ "spare bits in the hash",
		  TWO_PASSES "T95q7S205tf9WI4HhYOZDIQmMMAbntacGXTIku0gXT9" },
		{ "no base64 in the hash",
		  TWO_PASSES "T95q7S205tf9WI4HhYOZDIQmMMAbntacGXTIku0gXT!" },
		{ "a short salt", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$" HASH },
		{ "a space behind",                TWO_PASSES HASH " " },
		{ "a second hash behind",          TWO_PASSES HASH "$" HASH },
		/* clang-format on */
	};
	const struct secret password = secret_of("password");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		bool equal = true;

		if (secret_password_verify(&password, rows[i].hash, &equal) != INTERNAL)
			fail_msg("taken for a hash: %s", rows[i].why);
		assert_true(equal); /* untouched */
	}
}

static void
a_hash_made_here_says_its_cost_and_verifies(void **state)
{
	static const struct secret_cost cost = CHEAP;
	const struct secret password = secret_of("hoken2026kenko");
	char hash[PASSWORD_HASH_MAX + 1], other[PASSWORD_HASH_MAX + 1];
	bool equal = false;

	(void)state;
	assert_int_equal(secret_password_hash(&password, &cost, hash), OK);
	assert_true(text_starts_with(hash, "$argon2id$v=19$m=12288,t=3,p=1$"));
	assert_int_equal(secret_password_verify(&password, hash, &equal), OK);
	assert_true(equal);
	assert_int_equal(secret_password_hash(&password, &cost, other), OK);
	assert_string_not_equal(hash, other);
}

/* Lowers the bound of address space to what is in use and 8 MiB, for one call. */
static struct rlimit
memory_take_away(void)
{
	struct rlimit before, less;
	unsigned long pages = 0;
	FILE *const statm = fopen("/proc/self/statm", "re");

	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%lu", &pages), 1);
	fclose(statm);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	less = before;
	less.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + 8ul * MIB;
	assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
	return before;
}

static void
no_memory_is_no_wrong_password(void **state)
{
	static const struct secret_cost cost = CHEAP;
	const struct secret password = secret_of("hoken2026kenko");
	char hash[PASSWORD_HASH_MAX + 1], none[PASSWORD_HASH_MAX + 1] = "x";
	bool equal = true;

	(void)state;
	assert_int_equal(secret_password_hash(&password, &cost, hash), OK);
	const struct rlimit before = memory_take_away();
	const enum result verified = secret_password_verify(&password, hash, &equal);
	const enum result hashed = secret_password_hash(&password, &cost, none);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_int_equal(verified, UNAVAILABLE);
	assert_true(equal); /* untouched */
	assert_int_equal(hashed, UNAVAILABLE);
	assert_string_equal(none, "");
}

/* The work area that is kept serves its own size; for another one there is no memory. */
static void
no_memory_beside_what_is_kept_is_no_wrong_password(void **state)
{
	static const struct secret_cost cost = CHEAP;
	const struct secret password = secret_of("password");
	char hash[PASSWORD_HASH_MAX + 1], none[PASSWORD_HASH_MAX + 1] = "x";
	bool equal = false, untouched = true;

	(void)state;
	hash_memory_keep();
	assert_int_equal(secret_password_hash(&password, &cost, hash), OK);
	const struct rlimit before = memory_take_away();
	const enum result of_this_size = secret_password_verify(&password, hash, &equal);
	const enum result of_another = secret_password_verify(
	    &password, "$argon2id$v=19$m=65536,t=2,p=1" SALT HASH, &untouched);
	const size_t kept = hash_memory_kept();
	const enum result hashed = secret_password_hash(
	    &password, &(struct secret_cost){ 3, 64 * MIB }, none);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_int_equal(of_this_size, OK);
	assert_true(equal);
	assert_int_equal(of_another, UNAVAILABLE);
	assert_true(untouched);
	assert_int_equal(kept, 0);
	assert_int_equal(hashed, UNAVAILABLE);
	assert_string_equal(none, "");

	assert_int_equal(secret_password_verify(&password, hash, &equal), OK);
	assert_true(equal);
	hash_memory_release();
}

static void
a_hash_says_what_it_cost(void **state)
{
	static const struct secret_cost cost = { .passes = 2, .memory_bytes = 19 * MIB };
	static const struct {
		const char *why;
		const char *hash;
		bool equal;
	} rows[] = {
		/* clang-format off */
		{ "the same cost",      TWO_PASSES HASH,         true  },
		{ "another salt",       OTHER_SALT HASH,         true  },
		{ "one pass more",      MORE_PASSES HASH,        false },
		{ "less memory",        THREE_PASSES THREE_HASH, false },
		{ "one KiB more",       "$argon2id$v=19$m=19457,t=2,p=1" SALT HASH, false },
		{ "one KiB less",       "$argon2id$v=19$m=19455,t=2,p=1" SALT HASH, false },
		{ "no hash behind it",  TWO_PASSES,              false },
		{ "another algorithm",  "$argon2i$v=19$m=19456,t=2,p=1" SALT HASH,  false },
		{ "nothing",            "",                      false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (secret_password_costs(rows[i].hash, &cost) != rows[i].equal)
			fail_msg("%s", rows[i].why);
}

static void
nobodys_hash_is_a_hash_of_that_cost_and_always_another(void **state)
{
	static const struct secret_cost cost = CHEAP;
	const struct secret password = secret_of("");
	char hash[PASSWORD_HASH_MAX + 1], other[PASSWORD_HASH_MAX + 1];
	bool equal = true;

	(void)state;
	secret_password_nobody(&cost, hash);
	secret_password_nobody(&cost, other);
	assert_true(secret_password_costs(hash, &cost));
	assert_int_equal(secret_password_verify(&password, hash, &equal), OK);
	assert_false(equal);
	/* "$argon2id$v=19$m=12288,t=3,p=1$" and 22 characters of salt, then '$' and the hash */
	assert_memory_equal(hash, other, strlen("$argon2id$v=19$m=12288,t=3,p=1$"));
	assert_memory_not_equal(hash + 31, other + 31, 22);
	assert_string_not_equal(hash + 31 + 22, other + 31 + 22);
}

#define DRAW_SIZE ((size_t)ID_SIZE)

enum { DRAWERS = 64, DRAWS = 4096 };

static uint8_t drawn[DRAWERS * DRAWS + 1][ID_SIZE];

static void *
draw(void *context)
{
	uint8_t(*const mine)[ID_SIZE] = context;

	for (size_t i = 0; i < DRAWS; i++)
		secret_random(mine[i], DRAW_SIZE);
	return NULL;
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, DRAW_SIZE);
}

/* What a child draws that has all of our memory. */
static void
draw_in_a_child(uint8_t ret[static ID_SIZE])
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		secret_random(ret, DRAW_SIZE);
		_exit(write(ends[1], ret, DRAW_SIZE) == (ssize_t)DRAW_SIZE ? 0 : 1);
	}
	assert_int_equal(read(ends[0], ret, DRAW_SIZE), DRAW_SIZE);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ends[0]);
	close(ends[1]);
}

/* asvs 11.5.1 11.5.2 */
static void
chance_never_repeats_whoever_draws(void **state)
{
	pthread_t threads[DRAWERS];

	(void)state;
	for (size_t i = 0; i < DRAWERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, draw, drawn[i * DRAWS]), 0);
	for (size_t i = 0; i < DRAWERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	draw_in_a_child(drawn[DRAWERS * DRAWS]);
	qsort(drawn, LENGTH(drawn), DRAW_SIZE, by_bytes);
	for (size_t i = 1; i < LENGTH(drawn); i++)
		assert_memory_not_equal(drawn[i - 1], drawn[i], DRAW_SIZE);
}

static void
memory_for_keys_is_zeroed(void **state)
{
	static const uint8_t zeros[100];
	uint8_t *const memory = secret_alloc(sizeof zeros);

	(void)state;
	assert_non_null(memory);
	assert_memory_equal(memory, zeros, sizeof zeros);
	secret_free(memory);
	secret_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_takes_its_bound_and_no_byte_more),
		cmocka_unit_test(wiping_leaves_nothing),
		cmocka_unit_test(secrets_are_equal_by_length_and_every_byte),
		cmocka_unit_test(comparing_takes_as_many_instructions_wherever_the_difference_is),
		cmocka_unit_test(chance_stays_below_its_bound_and_reaches_all_of_it),
		cmocka_unit_test(keyed_hashes_are_hmac_of_label_zero_message),
		cmocka_unit_test(a_digest_by_pieces_is_that_of_the_whole),
		cmocka_unit_test(what_was_sealed_opens_and_no_two_seals_are_alike),
		cmocka_unit_test(a_seal_opens_only_whole_with_its_key_and_bound),
		cmocka_unit_test(base64_is_that_of_rfc_4648),
		cmocka_unit_test(hmac_is_of_the_message_alone),
		cmocka_unit_test(one_seed_has_one_sequel),
		cmocka_unit_test(base64_is_read_with_its_padding_only),
		cmocka_unit_test(only_one_spelling_of_base64url_is_read),
		cmocka_unit_test(costs_below_every_floor_of_asvs_are_not_allowed),
		cmocka_unit_test(the_reference_implementations_hashes_verify),
		cmocka_unit_test(they_verify_in_memory_that_is_kept),
		cmocka_unit_test(a_broken_hash_is_no_wrong_password),
		cmocka_unit_test(a_hash_made_here_says_its_cost_and_verifies),
		cmocka_unit_test(no_memory_is_no_wrong_password),
		cmocka_unit_test(no_memory_beside_what_is_kept_is_no_wrong_password),
		cmocka_unit_test(a_hash_says_what_it_cost),
		cmocka_unit_test(nobodys_hash_is_a_hash_of_that_cost_and_always_another),
		cmocka_unit_test(chance_never_repeats_whoever_draws),
		cmocka_unit_test(memory_for_keys_is_zeroed),
	};

	return cmocka_run_group_tests_name("secret", tests, start_secret, NULL);
}
