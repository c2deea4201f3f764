/* keyring.c - the keys of stage tokens and of keyed hashes: load, refresh, hand out. */

#include "keyring.h"

#include "cleanup.h"
#include "clock.h"
#include "key_epoch.h"
#include "text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(KEYRING_TEXT_LENGTH <= KEY_FILE_MAX, "a key's text fits");

/* What a refresh changes. */
struct stages {
	uint8_t stamp[KEY_STAMP_SIZE]; /* of the folder, before it was read */
	int64_t epoch;
	size_t count;
	struct stage_key keys[KEYRING_STAGE_MAX]; /* newest first */
};

struct keys {
	struct stages stages;
	uint8_t derive[SECRET_KEY_SIZE];
};

/* The lock is for keys.stages; keys.derive is never written to again. */
struct shared {
	pthread_rwlock_t lock;
	struct keys keys;
};

struct keyring {
	char *path;
	struct shared *shared; /* locked memory */
};

/* Loading. */

static bool
is_weak(const uint8_t key[static SECRET_KEY_SIZE])
{
	for (size_t i = 1; i < SECRET_KEY_SIZE; i++)
		if (key[i] != key[0])
			return false;
	return true;
}

static void
wipe_key(uint8_t (*key)[SECRET_KEY_SIZE])
{
	secret_wipe_bytes(*key, sizeof *key);
}

static void
free_keys(struct keys *const *keys)
{
	secret_free(*keys);
}

void
stage_key_wipe(struct stage_key *key)
{
	secret_wipe_bytes(key, sizeof *key);
}

static bool
key_read(const struct key_folder *folder, const char *name, uint8_t ret[static SECRET_KEY_SIZE])
{
	static const struct key_form form = {
		.size_min = KEYRING_TEXT_LENGTH,
		.size_max = KEYRING_TEXT_LENGTH,
		.expected = "must be 64 hex digits and a newline",
	};
	CLEANUP(key_text_wipe) char text[KEY_FILE_MAX + 1] = "";

	if (!key_folder_read(folder, name, &form, text))
		return false;
	if (text[KEYRING_TEXT_LENGTH - 1] != '\n')
		return key_folder_reject(folder, name, form.expected);
	text[KEYRING_TEXT_LENGTH - 1] = '\0';
	if (!text_unhex(text, ret, SECRET_KEY_SIZE))
		return key_folder_reject(folder, name, form.expected);
	if (is_weak(ret))
		return key_folder_reject(
		    folder, name, "is no random key: all its bytes are the same");
	return true;
}

static bool
stage_load(const struct key_folder *folder, const char *kid, struct stage_key *ret)
{
	CLEANUP(wipe_key) uint8_t root[SECRET_KEY_SIZE] = { 0 };
	char name[KEY_NAME_MAX + 1];

	key_name(KEY_STAGE, kid, name);
	if (!key_read(folder, name, root))
		return false;
	memcpy(ret->kid, kid, sizeof ret->kid);
	secret_keyed_hash(root, "stage token, sign", "", 0, ret->sign);
	secret_keyed_hash(root, "stage token, seal", "", 0, ret->seal);
	return true;
}

static bool
keys_load(const struct key_folder *folder, struct keys *ret)
{
	struct key_kids kids;

	key_folder_stamp(folder, ret->stages.stamp);
	if (!key_epoch_read(folder, &ret->stages.epoch) ||
	    !key_read(folder, KEYRING_DERIVE_NAME, ret->derive) ||
	    !key_folder_kids(folder, KEY_STAGE, &kids))
		return false;
	for (size_t i = 0; i < kids.count; i++)
		if (!stage_load(folder, kids.kids[i], &ret->stages.keys[i]))
			return false;
	ret->stages.count = kids.count;
	if (kids.count == 0)
		return key_folder_reject(folder, "stage-KID.key", "there is no stage key");
	return true;
}

static bool
keyring_load(struct keyring *ring, const char *path, char *errbuf)
{
	CLEANUP(key_folder_close) struct key_folder folder = { .path = path, .errbuf = errbuf };

	(void)snprintf(errbuf, ERRBUF_MAX + 1, "no memory for keys");
	ring->path = strdup(path);
	ring->shared = secret_alloc(sizeof *ring->shared);
	if (ring->path == NULL || ring->shared == NULL)
		return false;
	pthread_rwlock_init(&ring->shared->lock, NULL); /* never fails in glibc */
	return key_folder_open(&folder) && keys_load(&folder, &ring->shared->keys);
}

struct keyring *
keyring_open(const char *folder, char errbuf[static ERRBUF_MAX + 1])
{
	struct keyring *const ring = calloc(1, sizeof *ring);

	if (ring == NULL) {
		(void)snprintf(errbuf, ERRBUF_MAX + 1, "no memory for keys");
		return NULL;
	}
	if (keyring_load(ring, folder, errbuf))
		return ring;
	keyring_close(ring);
	return NULL;
}

void
keyring_close(struct keyring *ring)
{
	if (ring == NULL)
		return;
	if (ring->shared != NULL)
		pthread_rwlock_destroy(&ring->shared->lock);
	secret_free(ring->shared);
	free(ring->path);
	free(ring);
}

/* Refreshing. */

static bool
is_unchanged(const struct keyring *ring, const struct key_folder *folder)
{
	uint8_t stamp[KEY_STAMP_SIZE];

	key_folder_stamp(folder, stamp);
	pthread_rwlock_rdlock(&ring->shared->lock);
	const bool same = memcmp(stamp, ring->shared->keys.stages.stamp, sizeof stamp) == 0;
	pthread_rwlock_unlock(&ring->shared->lock);
	return same;
}

static void
stages_take(struct keyring *ring, const struct stages *stages)
{
	pthread_rwlock_wrlock(&ring->shared->lock);
	ring->shared->keys.stages = *stages;
	pthread_rwlock_unlock(&ring->shared->lock);
}

/* What an earlier epoch had ended would be good again. */
static bool
epoch_is_kept(const struct key_folder *folder, int64_t epoch, int64_t in_use)
{
	char time[CLOCK_TEXT_MAX + 1], expected[100];

	if (epoch >= in_use)
		return true;
	clock_text(in_use, time);
	(void)snprintf(
	    expected, sizeof expected, "is gone or earlier than the one in use: put %s back", time);
	return key_folder_reject(folder, KEY_EPOCH_NAME, expected);
}

static bool
refresh_stages(struct keyring *ring, bool *ret_changed, char *errbuf)
{
	CLEANUP(key_folder_close)
	struct key_folder folder = { .path = ring->path, .errbuf = errbuf };
	CLEANUP(free_keys) struct keys *keys = NULL;

	if (!key_folder_open(&folder))
		return false;
	if (is_unchanged(ring, &folder))
		return true;

	keys = secret_alloc(sizeof *keys);
	if (keys == NULL)
		return key_folder_reject(&folder, "", "no memory for keys");
	if (!keys_load(&folder, keys))
		return false;
	if (!secret_equal_bytes(keys->derive, ring->shared->keys.derive, sizeof keys->derive))
		return key_folder_reject(&folder, KEYRING_DERIVE_NAME,
		    "is another than at the start: it must never change");
	if (!epoch_is_kept(&folder, keys->stages.epoch, keyring_epoch(ring)))
		return false;
	stages_take(ring, &keys->stages);
	*ret_changed = true;
	return true;
}

bool
keyring_refresh(struct keyring *ring, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1])
{
	*ret_changed = false;
	/* A file may be removed between listing and reading; the second look no longer lists it. */
	if (refresh_stages(ring, ret_changed, errbuf))
		return true;
	return refresh_stages(ring, ret_changed, errbuf);
}

/* Handing out. */

void
keyring_signing(const struct keyring *ring, struct stage_key *ret)
{
	const struct stages *const stages = &ring->shared->keys.stages;

	pthread_rwlock_rdlock(&ring->shared->lock);
	*ret = stages->keys[key_signing_at(stages->count)];
	pthread_rwlock_unlock(&ring->shared->lock);
}

static const struct stage_key *
stages_find(const struct stages *stages, const char *kid)
{
	for (size_t i = 0; i < stages->count; i++)
		if (strcmp(stages->keys[i].kid, kid) == 0)
			return &stages->keys[i];
	return NULL;
}

bool
keyring_find(const struct keyring *ring, const char *kid, struct stage_key *ret)
{
	pthread_rwlock_rdlock(&ring->shared->lock);
	const struct stage_key *const key = stages_find(&ring->shared->keys.stages, kid);
	if (key != NULL)
		*ret = *key;
	pthread_rwlock_unlock(&ring->shared->lock);
	return key != NULL;
}

int64_t
keyring_epoch(const struct keyring *ring)
{
	pthread_rwlock_rdlock(&ring->shared->lock);
	const int64_t epoch = ring->shared->keys.stages.epoch;
	pthread_rwlock_unlock(&ring->shared->lock);
	return epoch;
}

void
keyring_kids(const struct keyring *ring, struct key_kids *ret)
{
	const struct stages *const stages = &ring->shared->keys.stages;

	pthread_rwlock_rdlock(&ring->shared->lock);
	ret->count = stages->count;
	for (size_t i = 0; i < stages->count; i++)
		memcpy(ret->kids[i], stages->keys[i].kid, sizeof ret->kids[i]);
	pthread_rwlock_unlock(&ring->shared->lock);
}

void
keyring_hash(const struct keyring *ring, enum keyring_use use, const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE])
{
	/* A label is never changed: what was derived with it is stored. */
	static const char *const labels[KEYRING_USE__MAX] = {
		[KEYRING_AUTHENTICATION_KEY] = "authentication key",
		[KEYRING_FINGERPRINT] = "fingerprint",
		[KEYRING_LIMIT] = "attempt",
		[KEYRING_REFRESH_TOKEN] = "refresh token",
		[KEYRING_REFRESH_MARK] = "refresh mark",
		[KEYRING_CLIENT] = "client",
		[KEYRING_POSTED_CODE] = "posted code",
	};

	secret_keyed_hash(ring->shared->keys.derive, labels[use], message, size, ret);
}
