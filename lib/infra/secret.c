/* secret.c - libsodium: randomness, keyed hashes, sealing, password hashes, comparing, wiping. */

#include "secret.h"

#include "text.h"

#include <sodium.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

_Static_assert(crypto_auth_hmacsha256_KEYBYTES == SECRET_KEY_SIZE, "one key size everywhere");
_Static_assert(crypto_auth_hmacsha256_BYTES == KEYED_HASH_SIZE, "HMAC-SHA-256 is not cut");
_Static_assert(randombytes_SEEDBYTES == SECRET_KEY_SIZE, "a seed is as long as a key");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SECRET_KEY_SIZE, "one key size");
_Static_assert(
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES ==
	SECRET_SEAL_OVERHEAD,
    "nonce and tag");
_Static_assert(crypto_pwhash_STRBYTES == PASSWORD_HASH_MAX + 1, "the column holds every hash");

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define MIB        ((size_t)1024 * 1024)

/* What an encoded hash holds; crypto_pwhash_str_alg makes them of these sizes. */
struct encoded {
	struct secret_cost cost;
	uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t hash[32];
};

bool
secret_start(void)
{
	return sodium_init() >= 0;
}

/* Set when memory for keys could not be locked. */
static atomic_bool unlocked;

void
secret_note_unlocked(void)
{
	atomic_store(&unlocked, true);
}

bool
secret_memory_is_locked(void)
{
	return !atomic_load(&unlocked);
}

/* sodium_malloc() locks what it gives, and does not say whether it could; to lock it once more
 * costs nothing and says. */
void *
secret_alloc(size_t size)
{
	void *memory = sodium_malloc(size);

	if (memory == NULL)
		return NULL;
	if (sodium_mlock(memory, size) != 0)
		secret_note_unlocked();
	memset(memory, 0, size);
	return memory;
}

void
secret_free(void *memory)
{
	sodium_free(memory);
}

void
secret_wipe(struct secret *secret)
{
	sodium_memzero(secret, sizeof *secret);
}

void
secret_wipe_bytes(void *bytes, size_t size)
{
	sodium_memzero(bytes, size);
}

bool
secret_set(struct secret *secret, const char *text)
{
	const size_t length = strnlen(text, sizeof secret->text);

	secret_wipe(secret);
	if (length == sizeof secret->text)
		return false;
	memcpy(secret->text, text, length);
	secret->length = length;
	return true;
}

bool
secret_equal_bytes(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	return a->length == b->length && secret_equal_bytes(a->text, b->text, a->length);
}

void
secret_random(void *ret, size_t size)
{
	randombytes_buf(ret, size);
}

uint32_t
secret_random_below(uint32_t bound)
{
	return randombytes_uniform(bound);
}

void
secret_random_from(const uint8_t seed[static SECRET_KEY_SIZE], void *ret, size_t size)
{
	randombytes_buf_deterministic(ret, size, seed);
}

void
secret_keyed_hash(const uint8_t key[static SECRET_KEY_SIZE], const char *label, const void *message,
    size_t size, uint8_t ret[static KEYED_HASH_SIZE])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, SECRET_KEY_SIZE);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)label, strlen(label) + 1);
	crypto_auth_hmacsha256_update(&state, message, size);
	crypto_auth_hmacsha256_final(&state, ret);
	sodium_memzero(&state, sizeof state);
}

uint64_t
secret_short_hash(const uint8_t key[static SECRET_SHORT_KEY_SIZE], const void *bytes, size_t size)
{
	uint64_t hash;

	_Static_assert(crypto_shorthash_KEYBYTES == SECRET_SHORT_KEY_SIZE, "secret.h says as many");
	_Static_assert(crypto_shorthash_BYTES == sizeof hash, "it fits");
	crypto_shorthash((uint8_t *)&hash, bytes, size, key);
	return hash;
}

void
secret_hmac(const uint8_t key[static SECRET_KEY_SIZE], const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE])
{
	crypto_auth_hmacsha256(ret, message, size, key);
}

void
secret_seal(const uint8_t key[static SECRET_KEY_SIZE], const char *bound, const void *plain,
    size_t size, uint8_t *ret)
{
	/* 192 random bits of nonce: no counter to keep between replicas (draft-irtf-cfrg-xchacha).
	 */
	randombytes_buf(ret, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(ret + NONCE_SIZE, NULL, plain, size,
	    (const uint8_t *)bound, strlen(bound), NULL, ret, key);
}

bool
secret_unseal(const uint8_t key[static SECRET_KEY_SIZE], const char *bound, const uint8_t *sealed,
    size_t size, void *ret)
{
	if (size < SECRET_SEAL_OVERHEAD)
		return false;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(ret, NULL, NULL, sealed + NONCE_SIZE,
		   size - NONCE_SIZE, (const uint8_t *)bound, strlen(bound), sealed, key) == 0;
}

void
secret_base64(const void *bytes, size_t size, char *ret)
{
	const int form = sodium_base64_VARIANT_ORIGINAL;

	sodium_bin2base64(ret, sodium_base64_encoded_len(size, form), bytes, size, form);
}

void
secret_base64url(const void *bytes, size_t size, char *ret)
{
	const int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

	sodium_bin2base64(ret, sodium_base64_encoded_len(size, form), bytes, size, form);
}

/* libsodium refuses nonzero spare bits itself, and what is left over when no end is asked; but
 * where char is signed, 1.0.18 takes every byte from 0x80 on for an 'A'. */
static bool
bytes_are_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

bool
secret_unbase64url(const char *text, size_t length, void *ret, size_t ret_max, size_t *ret_size)
{
	return bytes_are_ascii(text, length) &&
	       sodium_base642bin(ret, ret_max, text, length, NULL, ret_size, NULL,
		   sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

bool
secret_unbase64(const char *text, size_t length, void *ret, size_t ret_max, size_t *ret_size)
{
	return bytes_are_ascii(text, length) &&
	       sodium_base642bin(ret, ret_max, text, length, NULL, ret_size, NULL,
		   sodium_base64_VARIANT_ORIGINAL) == 0;
}

bool
secret_cost_is_allowed(const struct secret_cost *cost)
{
	static const struct secret_cost floors[] = {
		{ .passes = 1, .memory_bytes = 46 * MIB },
		{ .passes = 2, .memory_bytes = 19 * MIB },
		{ .passes = 3, .memory_bytes = 12 * MIB },
	};

	for (size_t i = 0; i < LENGTH(floors); i++)
		if (cost->passes >= floors[i].passes &&
		    cost->memory_bytes >= floors[i].memory_bytes)
			return true;
	return false;
}

enum result
secret_password_hash(const struct secret *password, const struct secret_cost *cost,
    char ret[static PASSWORD_HASH_MAX + 1])
{
	ret[0] = '\0';
	if (!secret_cost_is_allowed(cost))
		return INTERNAL;
	if (crypto_pwhash_str_alg(ret, password->text, password->length, cost->passes,
		cost->memory_bytes, crypto_pwhash_ALG_ARGON2ID13) == 0)
		return OK;
	ret[0] = '\0';
	return UNAVAILABLE;
}

static bool
unbase64_exactly(const char *text, uint8_t *ret, size_t size)
{
	size_t length;

	return sodium_base642bin(ret, size, text, strlen(text), NULL, &length, NULL,
		   sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       length == size;
}

/* Takes "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" apart. */
static bool
encoded_read(const char *text, struct encoded *ret)
{
	char memory[10 + 1], passes[10 + 1];
	char salt[22 + 1], hash[43 + 1];
	int64_t memory_kib, passes_read;
	int end = 0;

	if (sscanf(text,
		"$argon2id$v=19$m=%10[0-9],t=%10[0-9],p=1$%22[A-Za-z0-9+/]$%43[A-Za-z0-9+/]%n",
		memory, passes, salt, hash, &end) != 4 ||
	    text[end] != '\0')
		return false;
	if (!text_number(memory, crypto_pwhash_MEMLIMIT_MIN / 1024, UINT32_MAX, &memory_kib) ||
	    !text_number(passes, crypto_pwhash_OPSLIMIT_MIN, UINT32_MAX, &passes_read) ||
	    !unbase64_exactly(salt, ret->salt, sizeof ret->salt) ||
	    !unbase64_exactly(hash, ret->hash, sizeof ret->hash))
		return false;
	ret->cost.memory_bytes = (size_t)memory_kib * 1024;
	ret->cost.passes = (uint64_t)passes_read;
	return true;
}

/* Not by crypto_pwhash_str_verify: in 1.0.18 it says the same of a lack of memory as of a wrong
 * password, errno EINVAL included. crypto_pwhash on parts that were checked fails for memory only.
 */
enum result
secret_password_verify(const struct secret *password, const char *hash, bool *ret_equal)
{
	struct encoded known;
	uint8_t found[sizeof known.hash];

	if (!encoded_read(hash, &known))
		return INTERNAL;
	if (crypto_pwhash(found, sizeof found, password->text, password->length, known.salt,
		known.cost.passes, known.cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return UNAVAILABLE;
	*ret_equal = secret_equal_bytes(found, known.hash, sizeof found);
	secret_wipe_bytes(found, sizeof found);
	return OK;
}

bool
secret_password_costs(const char *hash, const struct secret_cost *cost)
{
	struct encoded known;

	return encoded_read(hash, &known) && known.cost.passes == cost->passes &&
	       known.cost.memory_bytes / 1024 == cost->memory_bytes / 1024;
}

_Static_assert(SECRET_SALT_SIZE == crypto_pwhash_SALTBYTES, "libsodium's salt");

bool
secret_derive_key(const struct secret *passphrase, const uint8_t salt[static SECRET_SALT_SIZE],
    const struct secret_cost *cost, uint8_t ret[static SECRET_KEY_SIZE])
{
	return crypto_pwhash(ret, SECRET_KEY_SIZE, passphrase->text, passphrase->length, salt,
		   cost->passes, cost->memory_bytes, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

void
secret_password_nobody(const struct secret_cost *cost, char ret[static PASSWORD_HASH_MAX + 1])
{
	const int form = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	struct encoded nobody;
	char salt[22 + 1], hash[43 + 1];

	randombytes_buf(nobody.salt, sizeof nobody.salt);
	randombytes_buf(nobody.hash, sizeof nobody.hash);
	sodium_bin2base64(salt, sizeof salt, nobody.salt, sizeof nobody.salt, form);
	sodium_bin2base64(hash, sizeof hash, nobody.hash, sizeof nobody.hash, form);
	(void)snprintf(ret, PASSWORD_HASH_MAX + 1, "$argon2id$v=19$m=%zu,t=%" PRIu64 ",p=1$%s$%s",
	    cost->memory_bytes / 1024, cost->passes, salt, hash);
}

/* Ours is a little larger than the library's state, so that callers need no sodium.h. */
_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct secret_sha256), "the state fits");

void
secret_sha256(const void *bytes, size_t size, uint8_t ret[static SECRET_SHA256_SIZE])
{
	crypto_hash_sha256(ret, bytes, size);
}

void
secret_sha256_begin(struct secret_sha256 *sha256)
{
	crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)sha256->state);
}

void
secret_sha256_add(struct secret_sha256 *sha256, const void *bytes, size_t size)
{
	crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)sha256->state, bytes, size);
}

void
secret_sha256_end(struct secret_sha256 *sha256, uint8_t ret[static SECRET_SHA256_SIZE])
{
	crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)sha256->state, ret);
}
