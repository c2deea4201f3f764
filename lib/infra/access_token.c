/* access_token.c - access tokens and their keys through OpenSSL: the only file that speaks to it.
 * */

#include "access_token.h"

#include "cleanup.h"
#include "secret.h"
#include "text.h"
#include "token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECURE_HEAP_SIZE  65536 /* many times what the keys of a folder take */
#define SECURE_HEAP_LEAST 16

#define HEADER_FORM "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}"
#define HEADER_MAX  (sizeof HEADER_FORM - sizeof "%s" + KID_MAX)

#define PAYLOAD_BEFORE "{\"iss\":\"myportal\",\"aud\":\"myportal/access\",\"sub\":\""
#define PAYLOAD_WRITE                                                           \
	PAYLOAD_BEFORE "%s\",\"sid\":\"%s\",\"jti\":\"%s\",\"auth_time\":%lld," \
		       "\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld}"
#define ID_READ   "%22[A-Za-z0-9_-]"
#define TIME_READ "%18[0-9]"
#define PAYLOAD_READ                                                               \
	PAYLOAD_BEFORE ID_READ "\",\"sid\":\"" ID_READ "\",\"jti\":\"" ID_READ     \
			       "\",\"auth_time\":" TIME_READ ",\"iat\":" TIME_READ \
			       ",\"nbf\":" TIME_READ ",\"exp\":" TIME_READ
#define ID_TEXT     22 /* base64url of 16 bytes */
#define TIME_TEXT   18
#define TIME_MAX    999999999999999999 /* of so many digits */
#define PAYLOAD_MAX (sizeof PAYLOAD_WRITE + 3 * (size_t)ID_TEXT + 4 * (size_t)TIME_TEXT)

#define COORDINATE_SIZE    32
#define SIGNATURE_SIZE     64 /* r, then s */
#define SIGNATURE_TEXT_MAX SECRET_BASE64_MAX((size_t)SIGNATURE_SIZE)
#define DER_MAX            72 /* of two integers of 33 bytes */

#define CACHE_SETS  4096 /* a token's hash names the set, in which it may have any place */
#define CACHE_WAYS  4
#define CACHE_LOCKS 64

_Static_assert(ID_SIZE == 16 && JTI_SIZE == ID_SIZE, "one form of ids");
_Static_assert(
    SECRET_BASE64_MAX(HEADER_MAX) + 1 + SECRET_BASE64_MAX(PAYLOAD_MAX) + 1 + SIGNATURE_TEXT_MAX <=
	TOKEN_MAX,
    "every token fits");

/* Never changed once it is loaded. Freed by the last who holds it: the table, or a thread that
 * signs or verifies while a refresh takes the key out of the table. */
struct access_key {
	atomic_uint holders;
	struct jwk jwk;
	char header[SECRET_BASE64_MAX(HEADER_MAX) + 1]; /* as it stands in a token */
	size_t header_length;
	EVP_PKEY *pkey;
};

struct keys {
	uint8_t stamp[KEY_STAMP_SIZE]; /* of the folder, before it was read */
	size_t count;
	struct access_key *keys[KEYS_MAX]; /* newest first */
};

/* A token that was opened. The generation is that of the keys: of others, nothing is left. */
struct cached {
	uint8_t hash[SECRET_SHA256_SIZE];
	unsigned generation;
	struct access_claims claims;
};

struct access_keys {
	char *path;
	pthread_rwlock_t lock; /* for keys */
	struct keys keys;
	atomic_uint generation; /* from 1: an empty place is of generation 0 */
	pthread_mutex_t cache_locks[CACHE_LOCKS];
	struct cached (*cache)[CACHE_WAYS];
};

/* A key in use by one thread, and the generation it is of. */
struct held {
	struct access_key *key;
	unsigned generation;
};

/* A token's payload as it is written. */
struct writing {
	char sub[SECRET_BASE64_MAX(ID_SIZE) + 1];
	char sid[SECRET_BASE64_MAX(ID_SIZE) + 1];
	char jti[SECRET_BASE64_MAX(JTI_SIZE) + 1];
	int64_t auth_time;
	int64_t issued_at;
	int64_t expires_at;
};

/* Releases, for CLEANUP; OpenSSL's take NULL. What it complains of lies in a queue of the thread.
 * */

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
	ERR_clear_error();
}

static void
free_pkey_ctx(EVP_PKEY_CTX *const *ctx)
{
	EVP_PKEY_CTX_free(*ctx);
	ERR_clear_error();
}

static void
free_signature(ECDSA_SIG *const *signature)
{
	ECDSA_SIG_free(*signature);
}

static void
key_release(struct access_key *key)
{
	if (key == NULL || atomic_fetch_sub(&key->holders, 1) != 1)
		return;
	free_pkey(&key->pkey);
	free(key);
}

static void
held_release(const struct held *held)
{
	key_release(held->key);
}

static void
keys_release(struct keys *keys)
{
	for (size_t i = 0; i < LENGTH(keys->keys); i++)
		key_release(keys->keys[i]);
}

/* Keys: reading and making. */

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
pem_read(const char *pem)
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
key_fill(struct access_key *key, const char *kid)
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
key_load(const struct key_folder *folder, const char *kid, struct access_key *ret)
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
	ret->pkey = pem_read(pem);
	if (ret->pkey == NULL || !key_fill(ret, kid))
		return key_folder_reject(folder, name, form.expected);
	return true;
}

/* What was added is released with the others, loaded or not. */
static bool
key_add(const struct key_folder *folder, const char *kid, struct keys *keys)
{
	struct access_key *const key = calloc(1, sizeof *key);

	if (key == NULL)
		return key_folder_reject(folder, "", "no memory for keys");
	atomic_init(&key->holders, 1);
	keys->keys[keys->count++] = key;
	return key_load(folder, kid, key);
}

static bool
keys_load(const struct key_folder *folder, struct keys *ret)
{
	struct key_kids kids;

	key_folder_stamp(folder, ret->stamp);
	if (!key_folder_kids(folder, KEY_ACCESS, &kids))
		return false;
	for (size_t i = 0; i < kids.count; i++)
		if (!key_add(folder, kids.kids[i], ret))
			return false;
	if (kids.count == 0)
		return key_folder_reject(folder, "access-KID.pem", "there is no access key");
	return true;
}

static bool
pem_write(EVP_PKEY *pkey, char ret[static KEY_FILE_MAX + 1])
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

	return pkey != NULL && pem_write(pkey, ret);
}

/* Opening, refreshing, closing. */

static bool
access_keys_load(struct access_keys *keys, const char *path, char *errbuf)
{
	CLEANUP(key_folder_close) struct key_folder folder = { .path = path, .errbuf = errbuf };

	(void)snprintf(errbuf, ERRBUF_MAX + 1, "no memory for keys");
	keys->path = strdup(path);
	keys->cache = calloc(CACHE_SETS, sizeof *keys->cache);
	if (keys->path == NULL || keys->cache == NULL)
		return false;
	return key_folder_open(&folder) && keys_load(&folder, &keys->keys);
}

struct access_keys *
access_keys_open(const char *folder, char errbuf[static ERRBUF_MAX + 1])
{
	/* Locked memory for private keys; a second time changes nothing. Without it they are read
	 * into ordinary memory, which is no reason not to serve. */
	(void)CRYPTO_secure_malloc_init(SECURE_HEAP_SIZE, SECURE_HEAP_LEAST);
	struct access_keys *const keys = calloc(1, sizeof *keys);

	if (keys == NULL) {
		(void)snprintf(errbuf, ERRBUF_MAX + 1, "no memory for keys");
		return NULL;
	}
	pthread_rwlock_init(&keys->lock, NULL); /* neither fails in glibc */
	for (size_t i = 0; i < CACHE_LOCKS; i++)
		pthread_mutex_init(&keys->cache_locks[i], NULL);
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
	keys_release(&keys->keys);
	for (size_t i = 0; i < CACHE_LOCKS; i++)
		pthread_mutex_destroy(&keys->cache_locks[i]);
	pthread_rwlock_destroy(&keys->lock);
	free(keys->cache);
	free(keys->path);
	free(keys);
}

static bool
is_unchanged(struct access_keys *keys, const struct key_folder *folder)
{
	uint8_t stamp[KEY_STAMP_SIZE];

	key_folder_stamp(folder, stamp);
	pthread_rwlock_rdlock(&keys->lock);
	const bool same = memcmp(stamp, keys->keys.stamp, sizeof stamp) == 0;
	pthread_rwlock_unlock(&keys->lock);
	return same;
}

/* Exchanges the keys; what was remembered goes with them. */
static void
keys_swap(struct access_keys *keys, struct keys *others)
{
	pthread_rwlock_wrlock(&keys->lock);
	const struct keys old = keys->keys;
	keys->keys = *others;
	atomic_fetch_add(&keys->generation, 1);
	pthread_rwlock_unlock(&keys->lock);
	*others = old;
}

static bool
refresh(struct access_keys *keys, bool *ret_changed, char *errbuf)
{
	CLEANUP(key_folder_close)
	struct key_folder folder = { .path = keys->path, .errbuf = errbuf };
	CLEANUP(keys_release) struct keys loaded = { 0 };

	if (!key_folder_open(&folder))
		return false;
	if (is_unchanged(keys, &folder))
		return true;
	if (!keys_load(&folder, &loaded))
		return false;
	keys_swap(keys, &loaded);
	*ret_changed = true;
	return true;
}

bool
access_keys_refresh(struct access_keys *keys, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1])
{
	*ret_changed = false;
	/* A file may be removed between listing and reading; the second look no longer lists it. */
	if (refresh(keys, ret_changed, errbuf))
		return true;
	return refresh(keys, ret_changed, errbuf);
}

bool
access_keys_jwk(struct access_keys *keys, size_t i, struct jwk *ret)
{
	pthread_rwlock_rdlock(&keys->lock);
	const bool there = i < keys->keys.count;
	if (there)
		*ret = keys->keys.keys[i]->jwk;
	pthread_rwlock_unlock(&keys->lock);
	return there;
}

/* Holding a key. */

/* Under the lock, which is the reason why nobody frees it meanwhile. */
static void
held_take(struct held *held, const struct access_keys *keys, struct access_key *key)
{
	atomic_fetch_add(&key->holders, 1);
	held->key = key;
	held->generation = atomic_load(&keys->generation);
}

static void
hold_signing(struct access_keys *keys, struct held *ret)
{
	pthread_rwlock_rdlock(&keys->lock);
	held_take(ret, keys, keys->keys.keys[key_signing_at(keys->keys.count)]);
	pthread_rwlock_unlock(&keys->lock);
}

static struct access_key *
key_of_header(const struct keys *keys, const char *header, size_t length)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i]->header_length == length &&
		    memcmp(keys->keys[i]->header, header, length) == 0)
			return keys->keys[i];
	return NULL;
}

/* The key whose header this is. The token has no other say in what opens it. */
static bool
hold_of_header(struct access_keys *keys, const char *header, size_t length, struct held *ret)
{
	pthread_rwlock_rdlock(&keys->lock);
	struct access_key *const key = key_of_header(&keys->keys, header, length);
	if (key != NULL)
		held_take(ret, keys, key);
	pthread_rwlock_unlock(&keys->lock);
	return key != NULL;
}

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

static enum result
sign(EVP_PKEY *pkey, const char *text, size_t length, uint8_t ret[static SIGNATURE_SIZE])
{
	CLEANUP(free_pkey_ctx)
	EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	uint8_t hash[SECRET_SHA256_SIZE], der[DER_MAX];
	size_t size = sizeof der;

	secret_sha256(text, length, hash);
	if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_sign(ctx, der, &size, hash, sizeof hash) != 1 ||
	    !signature_from_der(der, size, ret))
		return UNAVAILABLE;
	return OK;
}

static enum result
verify(EVP_PKEY *pkey, const char *text, size_t length, const char *signature)
{
	CLEANUP(free_pkey_ctx) EVP_PKEY_CTX *ctx = NULL;
	uint8_t hash[SECRET_SHA256_SIZE], bytes[SIGNATURE_SIZE], der[DER_MAX];
	size_t size;

	if (!secret_unbase64url(signature, strlen(signature), bytes, sizeof bytes, &size) ||
	    size != sizeof bytes)
		return TOKEN_INVALID;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	const int der_size = signature_to_der(bytes, der);
	if (ctx == NULL || der_size <= 0 || EVP_PKEY_verify_init(ctx) != 1)
		return UNAVAILABLE;
	secret_sha256(text, length, hash);
	return EVP_PKEY_verify(ctx, der, (size_t)der_size, hash, sizeof hash) == 1 ? OK
										   : TOKEN_INVALID;
}

enum result
access_signature_check(struct access_keys *keys, const char *kid, const char *text, size_t length,
    const char *signature)
{
	CLEANUP(held_release) struct held held = { 0 };
	char header[HEADER_MAX + 1], encoded[SECRET_BASE64_MAX(HEADER_MAX) + 1];

	if (!text_format(header, sizeof header, HEADER_FORM, kid))
		return TOKEN_INVALID;
	secret_base64url(header, strlen(header), encoded);
	if (!hold_of_header(keys, encoded, strlen(encoded), &held))
		return TOKEN_INVALID;
	return verify(held.key->pkey, text, length, signature);
}

/* Writing. */

static bool
times_are_valid(int64_t auth_time, int64_t issued_at, int64_t expires_at)
{
	return auth_time > 0 && auth_time <= issued_at && expires_at > issued_at &&
	       expires_at <= TIME_MAX && expires_at - issued_at <= ACCESS_TOKEN_LIVES_S;
}

static bool
payload_write(const struct writing *writing, char ret[static PAYLOAD_MAX + 1])
{
	return text_format(ret, PAYLOAD_MAX + 1, PAYLOAD_WRITE, writing->sub, writing->sid,
	    writing->jti, (long long)writing->auth_time, (long long)writing->issued_at,
	    (long long)writing->issued_at, (long long)writing->expires_at);
}

static void
writing_of_claims(const struct access_claims *claims, struct writing *ret)
{
	uint8_t jti[JTI_SIZE];

	secret_random(jti, sizeof jti);
	secret_base64url(jti, sizeof jti, ret->jti);
	secret_base64url(claims->sub, ID_SIZE, ret->sub);
	secret_base64url(claims->sid, ID_SIZE, ret->sid);
	ret->auth_time = claims->auth_time;
	ret->issued_at = claims->issued_at;
	ret->expires_at = claims->expires_at;
}

static enum result
token_write(const struct access_key *key, const char *payload, char ret[static TOKEN_MAX + 1])
{
	char encoded[SECRET_BASE64_MAX(PAYLOAD_MAX) + 1];
	char token[TOKEN_MAX + 1];
	uint8_t signature[SIGNATURE_SIZE];

	secret_base64url(payload, strlen(payload), encoded);
	if (!text_format(token, sizeof token, "%s.%s", key->header, encoded))
		return INTERNAL;
	TRY(sign(key->pkey, token, strlen(token), signature));
	secret_base64url(signature, sizeof signature, encoded);
	return text_format(ret, TOKEN_MAX + 1, "%s.%s", token, encoded) ? OK : INTERNAL;
}

enum result
access_token_seal(
    struct access_keys *keys, const struct access_claims *claims, char ret[static TOKEN_MAX + 1])
{
	CLEANUP(held_release) struct held held = { 0 };
	struct writing writing;
	char payload[PAYLOAD_MAX + 1];

	ret[0] = '\0';
	if (!times_are_valid(claims->auth_time, claims->issued_at, claims->expires_at))
		return INTERNAL;
	writing_of_claims(claims, &writing);
	if (!payload_write(&writing, payload))
		return INTERNAL;
	hold_signing(keys, &held);
	return token_write(held.key, payload, ret);
}

/* Opening. */

/* Reads laxly: what is wrong here comes out different when written again. nbf is written as iat. */
static bool
payload_read(const char *payload, struct writing *ret)
{
	char auth_time[TIME_TEXT + 1], iat[TIME_TEXT + 1], nbf[TIME_TEXT + 1], exp[TIME_TEXT + 1];

	return sscanf(payload, PAYLOAD_READ, ret->sub, ret->sid, ret->jti, auth_time, iat, nbf,
		   exp) == 7 &&
	       text_number(auth_time, 1, TIME_MAX, &ret->auth_time) &&
	       text_number(iat, 1, TIME_MAX, &ret->issued_at) &&
	       text_number(exp, 1, TIME_MAX, &ret->expires_at);
}

/* 16 bytes in their one spelling. */
static bool
id_read(const char *text, uint8_t ret[static ID_SIZE])
{
	size_t size;

	return secret_unbase64url(text, strlen(text), ret, ID_SIZE, &size) && size == ID_SIZE;
}

static bool
claims_read(const struct writing *writing, struct access_claims *ret)
{
	uint8_t jti[JTI_SIZE];

	ret->auth_time = writing->auth_time;
	ret->issued_at = writing->issued_at;
	ret->expires_at = writing->expires_at;
	return times_are_valid(ret->auth_time, ret->issued_at, ret->expires_at) &&
	       id_read(writing->sub, ret->sub) && id_read(writing->sid, ret->sid) &&
	       id_read(writing->jti, jti);
}

/* Takes the claims out of a payload whose signature was found right. */
static bool
payload_open(const char *encoded, size_t length, struct access_claims *ret)
{
	char payload[PAYLOAD_MAX + 1], again[PAYLOAD_MAX + 1];
	struct writing writing;
	size_t size;

	if (!secret_unbase64url(encoded, length, payload, PAYLOAD_MAX, &size))
		return false;
	payload[size] = '\0';
	return payload_read(payload, &writing) && claims_read(&writing, ret) &&
	       payload_write(&writing, again) && strlen(again) == size &&
	       memcmp(again, payload, size) == 0;
}

/* The whole way: three parts, a header of ours, the signature, and then the payload. */
static enum result
token_open_anew(struct access_keys *keys, const char *token, unsigned *ret_generation,
    struct access_claims *ret)
{
	CLEANUP(held_release) struct held held = { 0 };
	const char *const payload = strchr(token, '.');
	const char *const signature = payload != NULL ? strchr(payload + 1, '.') : NULL;

	if (signature == NULL || !hold_of_header(keys, token, (size_t)(payload - token), &held))
		return TOKEN_INVALID;
	TRY(verify(held.key->pkey, token, (size_t)(signature - token), signature + 1));
	*ret_generation = held.generation;
	return payload_open(payload + 1, (size_t)(signature - payload) - 1, ret) ? OK
										 : TOKEN_INVALID;
}

static enum result
claims_judge(const struct access_claims *claims, int64_t now, struct access_claims *ret)
{
	if (claims->issued_at - TOKEN_SKEW_S > now)
		return TOKEN_INVALID;
	if (now >= claims->expires_at)
		return TOKEN_EXPIRED;
	*ret = *claims;
	return OK;
}

/* Remembering. Only what was opened is ever in a place, so nobody without tokens of ours chooses
 * places; and who finds a token there had to have it whole. */

static size_t
set_of(const uint8_t hash[static SECRET_SHA256_SIZE])
{
	return (hash[0] | (size_t)hash[1] << 8) % CACHE_SETS;
}

static pthread_mutex_t *
cache_lock(struct access_keys *keys, size_t set)
{
	return &keys->cache_locks[set % CACHE_LOCKS];
}

static bool
cache_find(struct access_keys *keys, const uint8_t hash[static SECRET_SHA256_SIZE],
    struct access_claims *ret)
{
	const unsigned generation = atomic_load(&keys->generation);
	const size_t set = set_of(hash);
	bool found = false;

	pthread_mutex_lock(cache_lock(keys, set));
	for (size_t i = 0; i < CACHE_WAYS && !found; i++) {
		const struct cached *const place = &keys->cache[set][i];

		found = place->generation == generation &&
			secret_equal_bytes(place->hash, hash, sizeof place->hash);
		if (found)
			*ret = place->claims;
	}
	pthread_mutex_unlock(cache_lock(keys, set));
	return found;
}

/* The place whose token is of least use: of other keys, or the first to expire. */
static struct cached *
place_to_take(struct cached places[static CACHE_WAYS], unsigned generation)
{
	struct cached *least = &places[0];

	for (size_t i = 0; i < CACHE_WAYS; i++) {
		if (places[i].generation != generation)
			return &places[i];
		if (places[i].claims.expires_at < least->claims.expires_at)
			least = &places[i];
	}
	return least;
}

static void
cache_put(struct access_keys *keys, const uint8_t hash[static SECRET_SHA256_SIZE],
    unsigned generation, const struct access_claims *claims)
{
	const size_t set = set_of(hash);

	pthread_mutex_lock(cache_lock(keys, set));
	struct cached *const place = place_to_take(keys->cache[set], generation);
	place->generation = generation;
	place->claims = *claims;
	memcpy(place->hash, hash, sizeof place->hash);
	pthread_mutex_unlock(cache_lock(keys, set));
}

enum result
access_token_open(
    struct access_keys *keys, const char *token, int64_t now, struct access_claims *ret)
{
	const size_t length = strnlen(token, TOKEN_MAX + 1);
	uint8_t hash[SECRET_SHA256_SIZE];
	struct access_claims claims;
	unsigned generation = 0;

	if (length > TOKEN_MAX)
		return TOKEN_INVALID;
	secret_sha256(token, length, hash);
	if (cache_find(keys, hash, &claims))
		return claims_judge(&claims, now, ret);

	TRY(token_open_anew(keys, token, &generation, &claims));
	TRY(claims_judge(&claims, now, ret));
	cache_put(keys, hash, generation, &claims);
	return OK;
}
