/* access_keys.c - the keys of access tokens through OpenSSL: the only file that has it compute. */

#include "access_keys.h"

#include "access_cache.h"
#include "cleanup.h"
#include "openssl_errors.h"
#include "secret.h"
#include "text.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECURE_HEAP_OF_KEYS   65536 /* many times what the keys of a folder take */
#define SECURE_HEAP_OF_THREAD 512   /* two generators of random numbers (OpenSSL 3.0) */
#define SECURE_HEAP_LEAST     16
#define SECURE_HEAP_UNLOCKED  2 /* what OpenSSL answers then */

#define HEADER_FORM "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}"
#define HEADER_MAX  (sizeof HEADER_FORM - sizeof "%s" + KID_MAX)

#define COORDINATE_SIZE 32
#define SIGNATURE_SIZE  64 /* r, then s */
#define DER_MAX         72 /* of two integers of 33 bytes */

_Static_assert(SECRET_BASE64_MAX(HEADER_MAX) <= ACCESS_HEADER_MAX, "every header fits");
_Static_assert(
    (SIGNATURE_SIZE * 8 + 5) / 6 == ACCESS_SIGNATURE_MAX, "base64url has six bits a character");

/* Never changed once it is loaded. Freed by its last holder: the table, or a thread that signs or
 * verifies while a refresh takes the key out of the table. */
struct access_key {
	atomic_uint holders;
	struct jwk jwk;
	char header[ACCESS_HEADER_MAX + 1]; /* as it stands in a token */
	size_t header_length;
	EVP_PKEY *pkey;
};

/* The keys of one reading of the folder. */
struct access_key_table {
	uint8_t stamp[KEY_STAMP_SIZE]; /* of the folder, before it was read */
	size_t count;
	struct access_key *keys[KEYS_MAX]; /* newest first */
};

struct access_keys {
	char *path;
	pthread_rwlock_t lock; /* for table */
	struct access_key_table table;
	atomic_uint generation; /* of the table; from 1, an empty place of the cache is of 0 */
	struct access_cache *cache;
};

/* Releases, for CLEANUP ------------------------------------------------------------------------ */

/* OpenSSL's functions take NULL. Its error messages lie in a queue of the thread. */

static void
free_bio(BIO *const *bio)
{
	BIO_free(*bio);
}

static void
free_bignum(BIGNUM *const *bignum)
{
	BN_free(*bignum);
}

static void
free_pkey(EVP_PKEY *const *pkey)
{
	EVP_PKEY_free(*pkey);
	openssl_errors_forget();
}

static void
free_pkey_ctx(EVP_PKEY_CTX *const *ctx)
{
	EVP_PKEY_CTX_free(*ctx);
	openssl_errors_forget();
}

static void
free_signature(ECDSA_SIG *const *signature)
{
	ECDSA_SIG_free(*signature);
}

static void
drop_access_key(struct access_key *key)
{
	if (key == NULL || atomic_fetch_sub(&key->holders, 1) != 1)
		return;
	free_pkey(&key->pkey);
	free(key);
}

void
access_key_release(const struct access_key_held *held)
{
	drop_access_key(held->key);
}

static void
table_release(struct access_key_table *table)
{
	for (size_t i = 0; i < LENGTH(table->keys); i++)
		drop_access_key(table->keys[i]);
}

/* Memory --------------------------------------------------------------------------------------- */

/* OpenSSL takes a key file apart in ordinary memory and gives the pieces back as they are. So all
 * that it gives back is wiped. */

static void *
take_memory(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return malloc(size);
}

static void
give_back_memory(void *memory, const char *file, int line)
{
	(void)file, (void)line;
	if (memory != NULL)
		secret_wipe_bytes(memory, malloc_usable_size(memory));
	free(memory);
}

static void *
resize_memory(void *memory, size_t size, const char *file, int line)
{
	const size_t had = malloc_usable_size(memory); /* 0 of NULL */

	if (memory != NULL && size <= had)
		return memory;
	void *const larger = malloc(size);
	if (larger == NULL)
		return NULL;
	if (memory != NULL)
		memcpy(larger, memory, had);
	give_back_memory(memory, file, line);
	return larger;
}

bool
access_keys_start(void)
{
	return CRYPTO_set_mem_functions(take_memory, resize_memory, give_back_memory) == 1;
}

/* Reading and making keys ---------------------------------------------------------------------- */

/* An encrypted file would have OpenSSL ask on the terminal. */
static int
no_password(char *buffer, int size, int writing, void *context)
{
	(void)buffer, (void)size, (void)writing, (void)context;
	return -1;
}

/* Of P-256, both halves there and of one another (the point on the curve, the number in range). */
static bool
pkey_is_right(EVP_PKEY *pkey)
{
	CLEANUP(free_pkey_ctx)
	EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	char group[32];
	size_t length;

	return ctx != NULL && EVP_PKEY_is_a(pkey, "EC") == 1 &&
	       EVP_PKEY_get_group_name(pkey, group, sizeof group, &length) == 1 &&
	       strcmp(group, "prime256v1") == 0 && EVP_PKEY_check(ctx) == 1;
}

static EVP_PKEY *
pkey_read(const char *pem)
{
	CLEANUP(free_bio) BIO *const bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = NULL;

	if (bio == NULL || !text_starts_with(pem, "-----BEGIN PRIVATE KEY-----\n"))
		return NULL;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	if (pkey != NULL && BIO_ctrl_pending(bio) == 0 && pkey_is_right(pkey))
		return pkey;
	free_pkey(&pkey);
	return NULL;
}

static bool
coordinate_read(const EVP_PKEY *pkey, const char *which, char ret[static ACCESS_COORDINATE_MAX + 1])
{
	CLEANUP(free_bignum) BIGNUM *number = NULL;
	uint8_t bytes[COORDINATE_SIZE];

	if (EVP_PKEY_get_bn_param(pkey, which, &number) != 1 ||
	    BN_bn2binpad(number, bytes, sizeof bytes) != (int)sizeof bytes)
		return false;
	secret_base64url(bytes, sizeof bytes, ret);
	return true;
}

static bool
access_key_fill(struct access_key *key, const char *kid)
{
	char header[HEADER_MAX + 1];

	if (!text_copy(key->jwk.kid, sizeof key->jwk.kid, kid) ||
	    !text_format(header, sizeof header, HEADER_FORM, kid))
		return false;
	secret_base64url(header, strlen(header), key->header);
	key->header_length = strlen(key->header);
	return coordinate_read(key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, key->jwk.x) &&
	       coordinate_read(key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, key->jwk.y);
}

static bool
access_key_load(const struct key_folder *folder, const char *kid, struct access_key *ret)
{
	static const struct key_form form = {
		.size_min = 100,
		.size_max = KEY_FILE_MAX,
		.expected = "must be a private key of P-256 in unencrypted PKCS#8 PEM",
	};
	CLEANUP(key_text_wipe) char pem[KEY_FILE_MAX + 1] = "";
	char name[KEY_NAME_MAX + 1];

	key_name(KEY_ACCESS, kid, name);
	if (!key_folder_read(folder, name, &form, pem))
		return false;
	ret->pkey = pkey_read(pem);
	if (ret->pkey == NULL || !access_key_fill(ret, kid))
		return key_folder_reject(folder, name, form.expected);
	return true;
}

/* What was added is released with the others, loaded or not. */
static bool
table_add(const struct key_folder *folder, const char *kid, struct access_key_table *table)
{
	struct access_key *const key = calloc(1, sizeof *key);

	if (key == NULL)
		return key_folder_reject(folder, "", "no memory for keys");
	atomic_init(&key->holders, 1);
	table->keys[table->count++] = key;
	return access_key_load(folder, kid, key);
}

static bool
table_load(const struct key_folder *folder, struct access_key_table *ret)
{
	struct key_kids kids;

	key_folder_stamp(folder, ret->stamp);
	if (!key_folder_kids(folder, KEY_ACCESS, &kids))
		return false;
	for (size_t i = 0; i < kids.count; i++)
		if (!table_add(folder, kids.kids[i], ret))
			return false;
	if (kids.count == 0)
		return key_folder_reject(folder, "access-KID.pem", "there is no access key");
	return true;
}

static bool
pkey_write(EVP_PKEY *pkey, char ret[static KEY_FILE_MAX + 1])
{
	CLEANUP(free_bio) BIO *const bio = BIO_new(BIO_s_secmem()); /* is wiped when freed */

	if (bio == NULL || PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) != 1)
		return false;
	const int size = BIO_read(bio, ret, KEY_FILE_MAX);
	if (size <= 0 || BIO_ctrl_pending(bio) != 0)
		return false;
	ret[size] = '\0';
	return true;
}

bool
access_key_write(char ret[static KEY_FILE_MAX + 1])
{
	CLEANUP(free_pkey) EVP_PKEY *const pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	return pkey != NULL && pkey_write(pkey, ret);
}

/* Opening, refreshing, closing ----------------------------------------------------------------- */

void
access_keys_make_room(unsigned threads)
{
	const size_t needed = SECURE_HEAP_OF_KEYS + (size_t)threads * SECURE_HEAP_OF_THREAD;
	size_t size = SECURE_HEAP_OF_KEYS;

	while (size < needed) /* OpenSSL wants a power of two */
		size *= 2;
	if (CRYPTO_secure_malloc_init(size, SECURE_HEAP_LEAST) == SECURE_HEAP_UNLOCKED)
		secret_note_unlocked();
}

static bool
access_keys_load(struct access_keys *keys, const char *path, char *errbuf)
{
	CLEANUP(key_folder_close) struct key_folder folder = { .path = path, .errbuf = errbuf };

	(void)snprintf(errbuf, ERRBUF_MAX + 1, "no memory for keys");
	keys->path = strdup(path);
	keys->cache = access_cache_open();
	if (keys->path == NULL || keys->cache == NULL)
		return false;
	return key_folder_open(&folder) && table_load(&folder, &keys->table);
}

struct access_keys *
access_keys_open(const char *folder, char errbuf[static ERRBUF_MAX + 1])
{
	struct access_keys *const keys = calloc(1, sizeof *keys);

	access_keys_make_room(0); /* in a program of few threads */
	if (keys == NULL) {
		(void)snprintf(errbuf, ERRBUF_MAX + 1, "no memory for keys");
		return NULL;
	}
	pthread_rwlock_init(&keys->lock, NULL); /* never fails in glibc */
	atomic_store(&keys->generation, 1);
	if (access_keys_load(keys, folder, errbuf))
		return keys;
	access_keys_close(keys);
	return NULL;
}

void
access_keys_close(struct access_keys *keys)
{
	if (keys == NULL)
		return;
	table_release(&keys->table);
	pthread_rwlock_destroy(&keys->lock);
	access_cache_close(keys->cache);
	free(keys->path);
	free(keys);
}

static bool
table_is_current(struct access_keys *keys, const struct key_folder *folder)
{
	uint8_t stamp[KEY_STAMP_SIZE];

	key_folder_stamp(folder, stamp);
	pthread_rwlock_rdlock(&keys->lock);
	const bool same = memcmp(stamp, keys->table.stamp, sizeof stamp) == 0;
	pthread_rwlock_unlock(&keys->lock);
	return same;
}

/* The old table gets the new one's place. The cache forgets what the old keys opened: it is of
 * another generation. */
static void
table_swap(struct access_keys *keys, struct access_key_table *others)
{
	pthread_rwlock_wrlock(&keys->lock);
	const struct access_key_table old = keys->table;
	keys->table = *others;
	atomic_fetch_add(&keys->generation, 1);
	pthread_rwlock_unlock(&keys->lock);
	*others = old;
}

static bool
refresh_table(struct access_keys *keys, bool *ret_changed, char *errbuf)
{
	CLEANUP(key_folder_close)
	struct key_folder folder = { .path = keys->path, .errbuf = errbuf };
	CLEANUP(table_release) struct access_key_table loaded = { 0 };

	if (!key_folder_open(&folder))
		return false;
	if (table_is_current(keys, &folder))
		return true;
	if (!table_load(&folder, &loaded))
		return false;
	table_swap(keys, &loaded);
	*ret_changed = true;
	return true;
}

bool
access_keys_refresh(struct access_keys *keys, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1])
{
	*ret_changed = false;
	/* A file may be removed between listing and reading; the second look no longer lists it. */
	if (refresh_table(keys, ret_changed, errbuf))
		return true;
	return refresh_table(keys, ret_changed, errbuf);
}

size_t
access_keys_jwks(struct access_keys *keys, struct jwk ret[static KEYS_MAX])
{
	pthread_rwlock_rdlock(&keys->lock);
	const size_t count = keys->table.count;
	for (size_t i = 0; i < count; i++)
		ret[i] = keys->table.keys[i]->jwk;
	pthread_rwlock_unlock(&keys->lock);
	return count;
}

/* Holding a key -------------------------------------------------------------------------------- */

/* Called with the lock held, so that no refresh frees the key meanwhile. */
static void
hold_key(struct access_key_held *held, const struct access_keys *keys, struct access_key *key)
{
	atomic_fetch_add(&key->holders, 1);
	held->key = key;
	held->generation = atomic_load(&keys->generation);
}

void
access_keys_hold_signing(struct access_keys *keys, struct access_key_held *ret)
{
	pthread_rwlock_rdlock(&keys->lock);
	hold_key(ret, keys, keys->table.keys[key_signing_at(keys->table.count)]);
	pthread_rwlock_unlock(&keys->lock);
}

static struct access_key *
key_of_header(const struct access_key_table *table, const char *header, size_t length)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->keys[i]->header_length == length &&
		    memcmp(table->keys[i]->header, header, length) == 0)
			return table->keys[i];
	return NULL;
}

/* The key whose header this is. The token has no other say in what opens it. */
bool
access_keys_hold_of_header(
    struct access_keys *keys, const char *header, size_t length, struct access_key_held *ret)
{
	pthread_rwlock_rdlock(&keys->lock);
	struct access_key *const key = key_of_header(&keys->table, header, length);
	if (key != NULL)
		hold_key(ret, keys, key);
	pthread_rwlock_unlock(&keys->lock);
	return key != NULL;
}

const char *
access_key_header(const struct access_key *key)
{
	return key->header;
}

struct access_cache *
access_keys_cache(const struct access_keys *keys)
{
	return keys->cache;
}

unsigned
access_keys_generation(const struct access_keys *keys)
{
	return atomic_load(&keys->generation);
}

/* Signatures ----------------------------------------------------------------------------------- */

/* ECDSA over SHA-256 (RFC 7518 3.4): r and s as 32 bytes each, big end first; OpenSSL wants DER. */

static bool
signature_from_der(const uint8_t *der, size_t size, uint8_t ret[static SIGNATURE_SIZE])
{
	const uint8_t *at = der;
	CLEANUP(free_signature)
	ECDSA_SIG *const signature = d2i_ECDSA_SIG(NULL, &at, (long)size);

	return signature != NULL &&
	       BN_bn2binpad(ECDSA_SIG_get0_r(signature), ret, COORDINATE_SIZE) == COORDINATE_SIZE &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(signature), ret + COORDINATE_SIZE, COORDINATE_SIZE) ==
		   COORDINATE_SIZE;
}

static int
signature_to_der(const uint8_t bytes[static SIGNATURE_SIZE], uint8_t ret[static DER_MAX])
{
	CLEANUP(free_signature) ECDSA_SIG *const signature = ECDSA_SIG_new();
	BIGNUM *const r = BN_bin2bn(bytes, COORDINATE_SIZE, NULL);
	BIGNUM *const s = BN_bin2bn(bytes + COORDINATE_SIZE, COORDINATE_SIZE, NULL);

	if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		return 0;
	}
	return i2d_ECDSA_SIG(signature, &ret);
}

enum result
access_key_sign(const struct access_key *key, const char *text, size_t length,
    char ret[static ACCESS_SIGNATURE_MAX + 1])
{
	CLEANUP(free_pkey_ctx)
	EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	uint8_t hash[SECRET_SHA256_SIZE], der[DER_MAX], signature[SIGNATURE_SIZE];
	size_t size = sizeof der;

	secret_sha256(text, length, hash);
	if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_sign(ctx, der, &size, hash, sizeof hash) != 1 ||
	    !signature_from_der(der, size, signature))
		return UNAVAILABLE;
	secret_base64url(signature, sizeof signature, ret);
	return OK;
}

enum result
access_key_verify(
    const struct access_key *key, const char *text, size_t length, const char *signature)
{
	CLEANUP(free_pkey_ctx) EVP_PKEY_CTX *ctx = NULL;
	uint8_t hash[SECRET_SHA256_SIZE], bytes[SIGNATURE_SIZE], der[DER_MAX];
	size_t size;

	if (!secret_unbase64url(signature, strlen(signature), bytes, sizeof bytes, &size) ||
	    size != sizeof bytes)
		return TOKEN_INVALID;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	const int der_size = signature_to_der(bytes, der);
	if (ctx == NULL || der_size <= 0 || EVP_PKEY_verify_init(ctx) != 1)
		return UNAVAILABLE;
	secret_sha256(text, length, hash);
	const int verified = EVP_PKEY_verify(ctx, der, (size_t)der_size, hash, sizeof hash);
	if (verified < 0) /* of a form that is right, for memory alone */
		return UNAVAILABLE;
	return verified == 1 ? OK : TOKEN_INVALID;
}
