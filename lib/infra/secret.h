/* secret.h - libsodium: randomness, keyed hashes, sealing, password hashes, comparing, wiping.
 *
 * secret_start() comes before everything else here, once, in main. All functions are thread-safe
 * after it. Nothing here blocks but the password hash, which belongs in the hash pool. */

#ifndef SECRET_H
#define SECRET_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_KEY_SIZE      32                  /* 256-bit keys everywhere (ASVS 11.2.3) */
#define SECRET_SEAL_OVERHEAD 40                  /* XChaCha20-Poly1305: nonce of 24, tag of 16 */
#define SECRET_BASE64_MAX(n) (((n) + 2) / 3 * 4) /* base64 or base64url length, without the NUL */

/* A short secret text: a password, an authentication key, a CAPTCHA answer. Held by its owner by
 * value, wiped by CLEANUP(secret_wipe), never printed, never compared but with secret_equal. */
struct secret {
	size_t length; /* bytes before the NUL */
	char text[PASSWORD_INPUT_MAX + 1];
};

/* What one Argon2id hash costs (RFC 9106, p = 1). */
struct secret_cost {
	uint64_t passes;
	size_t memory_bytes;
};

/* Does it reach one of the floors of ASVS 11.4.2: 46 MiB in one pass, 19 in two, 12 in three? */
bool secret_cost_is_allowed(const struct secret_cost *) MUST_USE;

/* Starts libsodium. False: the process must not go on. */
bool secret_start(void) MUST_USE;

/* Memory for keys, zeroed: locked, left out of core dumps, between guard pages; each takes several.
 * NULL: none to be had. secret_free() wipes it; NULL is fine. */
void *secret_alloc(size_t size) MUST_USE;
void secret_free(void *memory);

/* Says that memory for keys was not locked, of whomever it is; asks whether all was. */
void secret_note_unlocked(void);
bool secret_memory_is_locked(void) MUST_USE;

/* Wipes all of it, also what the compiler thinks is dead. */
void secret_wipe(struct secret *);
void secret_wipe_bytes(void *bytes, size_t size);

/* False, and the secret empty, if the text is longer than it holds. */
bool secret_set(struct secret *, const char *text) MUST_USE;

/* Constant time over `size` bytes. */
bool secret_equal_bytes(const void *a, const void *b, size_t size) MUST_USE;

/* Equal texts, in constant time when the lengths are equal. */
bool secret_equal(const struct secret *, const struct secret *) MUST_USE;

/* Fills from the kernel's generator; never fails (libsodium aborts the process instead). */
void secret_random(void *ret, size_t size);

/* A uniform number below `bound`, without modulo bias. */
uint32_t secret_random_below(uint32_t bound);

/* What follows from a random seed, always the same (ChaCha20). At most 256 GiB. */
void secret_random_from(const uint8_t seed[static SECRET_KEY_SIZE], void *ret, size_t size);

/* HMAC-SHA-256 of `label`, a zero byte, and the message: a key has as many independent uses as
 * there are labels. */
void secret_keyed_hash(const uint8_t key[static SECRET_KEY_SIZE], const char *label,
    const void *message, size_t size, uint8_t ret[static KEYED_HASH_SIZE]);

/* SipHash-2-4: for tables in memory, where strangers choose what is put in. Never stored. */
#define SECRET_SHORT_KEY_SIZE 16
uint64_t secret_short_hash(
    const uint8_t key[static SECRET_SHORT_KEY_SIZE], const void *bytes, size_t size);

/* HMAC-SHA-256 as others compute it, too: the message alone, without a label. */
void secret_hmac(const uint8_t key[static SECRET_KEY_SIZE], const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE]);

/* Seals with XChaCha20-Poly1305 under a random nonce; `bound` is authenticated, not hidden.
 * `ret` gets size + SECRET_SEAL_OVERHEAD bytes: nonce, ciphertext, tag. */
void secret_seal(const uint8_t key[static SECRET_KEY_SIZE], const char *bound, const void *plain,
    size_t size, uint8_t *ret);

/* Opens what secret_seal made; `ret` gets size - SECRET_SEAL_OVERHEAD bytes. False: changed, cut,
 * or another key or `bound`; `ret` then holds nothing of it. */
bool secret_unseal(const uint8_t key[static SECRET_KEY_SIZE], const char *bound,
    const uint8_t *sealed, size_t size, void *ret) MUST_USE;

/* Base64 with padding (for data in JSON), base64url without (RFC 4648 5, for tokens).
 * `ret` has room for SECRET_BASE64_MAX(size) + 1. */
void secret_base64(const void *bytes, size_t size, char *ret);
void secret_base64url(const void *bytes, size_t size, char *ret);

/* Decodes canonical base64url: no padding, no white space, spare bits zero. False otherwise, or if
 * more than `ret_max` bytes come out. */
bool secret_unbase64url(
    const char *text, size_t length, void *ret, size_t ret_max, size_t *ret_size) MUST_USE;

/* The same for canonical base64 with its padding. */
bool secret_unbase64(
    const char *text, size_t length, void *ret, size_t ret_max, size_t *ret_size) MUST_USE;

/* Argon2id, "$argon2id$v=19$m=19456,t=2,p=1$...". UNAVAILABLE: no memory. INTERNAL: a cost that is
 * not allowed. Slow: hash pool only. */
enum result secret_password_hash(const struct secret *password, const struct secret_cost *,
    char ret[static PASSWORD_HASH_MAX + 1]) MUST_USE;

/* OK and *ret_equal; UNAVAILABLE: no memory, which says nothing about the password. INTERNAL:
 * `hash` is none that secret_password_hash makes. It may cost less than is allowed now. */
enum result secret_password_verify(
    const struct secret *password, const char *hash, bool *ret_equal) MUST_USE;

/* Was `hash` made at exactly this cost? False too for what is no hash of secret_password_hash. */
bool secret_password_costs(const char *hash, const struct secret_cost *) MUST_USE;

/* A key out of a passphrase, by Argon2id. False: no memory, or a cost that libsodium does not
 * know. Slow. */
#define SECRET_SALT_SIZE 16
bool secret_derive_key(const struct secret *passphrase, const uint8_t salt[static SECRET_SALT_SIZE],
    const struct secret_cost *, uint8_t ret[static SECRET_KEY_SIZE]) MUST_USE;

/* A dummy hash of this cost: 256 random bits where the hash of a password would be, so
 * that no password is known for it. To verify against it takes what a real one takes; to make it
 * takes nothing. */
void secret_password_nobody(const struct secret_cost *, char ret[static PASSWORD_HASH_MAX + 1]);

/* SHA-256 of what is no secret: a file, so that a changed one is noticed. Whole, or by pieces. */
#define SECRET_SHA256_SIZE 32

struct secret_sha256 {
	_Alignas(16) uint8_t state[128];
};

void secret_sha256(const void *bytes, size_t size, uint8_t ret[static SECRET_SHA256_SIZE]);
void secret_sha256_begin(struct secret_sha256 *);
void secret_sha256_add(struct secret_sha256 *, const void *bytes, size_t size);
void secret_sha256_end(struct secret_sha256 *, uint8_t ret[static SECRET_SHA256_SIZE]);

#endif
