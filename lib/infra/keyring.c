/* keyring.c - the keys of stage tokens and of keyed hashes: load, refresh; and the making and
 * rotating of every key in the folder. */

#include "keyring.h"

#include "access_token.h"
#include "cleanup.h"
#include "clock.h"
#include "text.h"
#include "token.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DERIVE_NAME "derive.key"
#define KEY_TEXT    (2 * SECRET_KEY_SIZE + 1) /* hex digits and a newline */

_Static_assert(KEY_TEXT <= KEY_FILE_MAX, "a key's text fits");

/* What a refresh changes. */
struct stages {
	uint8_t stamp[KEY_STAMP_SIZE]; /* of the folder, before it was read */
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
		.size_min = KEY_TEXT,
		.size_max = KEY_TEXT,
		.expected = "must be 64 hex digits and a newline",
	};
	CLEANUP(key_text_wipe) char text[KEY_FILE_MAX + 1] = "";

	if (!key_folder_read(folder, name, &form, text))
		return false;
	if (text[KEY_TEXT - 1] != '\n')
		return key_folder_reject(folder, name, form.expected);
	text[KEY_TEXT - 1] = '\0';
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
	if (!key_read(folder, DERIVE_NAME, ret->derive) ||
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

static bool
refresh(struct keyring *ring, bool *ret_changed, char *errbuf)
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
		return key_folder_reject(
		    &folder, DERIVE_NAME, "is another than at the start: it must never change");
	stages_take(ring, &keys->stages);
	*ret_changed = true;
	return true;
}

bool
keyring_refresh(struct keyring *ring, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1])
{
	*ret_changed = false;
	/* A file may be removed between listing and reading; the second look no longer lists it. */
	if (refresh(ring, ret_changed, errbuf))
		return true;
	return refresh(ring, ret_changed, errbuf);
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

void
keyring_hash(const struct keyring *ring, enum keyring_use use, const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE])
{
	static const char *const labels[KEYRING_USE__MAX] = {
		[KEYRING_AUTHENTICATION_KEY] = "authentication key",
		[KEYRING_FINGERPRINT] = "fingerprint",
		[KEYRING_LIMIT] = "attempt",
		[KEYRING_REFRESH_TOKEN] = "refresh token",
		[KEYRING_REFRESH_MARK] = "refresh mark",
		[KEYRING_CLIENT] = "client",
	};

	secret_keyed_hash(ring->shared->keys.derive, labels[use], message, size, ret);
}

/* Making. */

static bool
random_key_write(char ret[static KEY_FILE_MAX + 1])
{
	CLEANUP(wipe_key) uint8_t key[SECRET_KEY_SIZE];

	secret_random(key, sizeof key);
	text_hex(key, sizeof key, ret);
	ret[KEY_TEXT - 1] = '\n';
	ret[KEY_TEXT] = '\0';
	return true;
}

static const struct {
	bool (*write)(char ret[static KEY_FILE_MAX + 1]);
	int64_t tokens_live_s;
} kinds[KEY_KIND__MAX] = {
	[KEY_STAGE] = { random_key_write, TOKEN_LIFE_MAX_S },
	[KEY_ACCESS] = { access_key_write, ACCESS_TOKEN_LIVES_S + TOKEN_SKEW_S },
};

/* The folder, held by one at a time, and what is in it. */
struct making {
	struct key_folder folder;
	int64_t now;
	struct key_kids kids[KEY_KIND__MAX];
};

static void
making_end(const struct making *making)
{
	key_folder_close(&making->folder);
}

static bool
key_make(const struct key_folder *folder, const char *name,
    bool (*write_key)(char ret[static KEY_FILE_MAX + 1]))
{
	CLEANUP(key_text_wipe) char text[KEY_FILE_MAX + 1] = "";

	if (!write_key(text))
		return key_folder_reject(folder, name, "cannot make a key");
	return key_folder_make(folder, name, text, strlen(text));
}

static bool
derive_make(const struct key_folder *folder)
{
	return key_folder_has(folder, DERIVE_NAME) ||
	       key_make(folder, DERIVE_NAME, random_key_write);
}

static bool
kids_read(struct making *making)
{
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!key_folder_kids(&making->folder, kind, &making->kids[kind]))
			return false;
	return true;
}

static bool
making_begin(struct making *making)
{
	if (mkdir(making->folder.path, S_IRWXU) != 0 && errno != EEXIST)
		return key_folder_reject_errno(
		    &making->folder, "", "cannot make the folder of keys");
	return key_folder_open(&making->folder) && key_folder_lock(&making->folder) &&
	       kids_read(making);
}

/* Adds a key that sorts last, whatever the clock says. */
static bool
key_add(struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	const int64_t newest = kids->count > 0 ? kid_time(kids->kids[0]) : 0;
	char kid[KID_MAX + 1], name[KEY_NAME_MAX + 1];

	kid_make(making->now > newest ? making->now : newest + 1, kid);
	key_name(kind, kid, name);
	return key_make(&making->folder, name, kinds[kind].write) && kids_read(making);
}

/* Adds keys until there are `count`: the first of an empty folder is the one that signs. */
static bool
keys_add_until(struct making *making, enum key_kind kind, size_t count)
{
	while (making->kids[kind].count < count)
		if (!key_add(making, kind))
			return false;
	return true;
}

bool
keyring_new(const char *path, char ret_kid[static KID_MAX + 1], char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(making_end)
	struct making making = { .folder = { .path = path, .errbuf = errbuf }, .now = clock_now() };

	ret_kid[0] = '\0';
	if (!making_begin(&making) || !derive_make(&making.folder))
		return false;
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!keys_add_until(&making, kind, 2))
			return false;
	memcpy(ret_kid, making.kids[KEY_STAGE].kids[0], KID_MAX + 1);
	return true;
}

/* Rotating. */

/* Not before all replicas know what will sign then. A kind of less than two keys goes on signing
 * with what it has. */
static bool
is_time(const struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	char name[KEY_NAME_MAX + 1];

	if (kids->count < 2 || making->now - kid_time(kids->kids[0]) >= KEYRING_ROTATION_S)
		return true;
	key_name(kind, kids->kids[0], name);
	return key_folder_reject(&making->folder, name,
	    "was made less than 60 s ago: the replicas must see it before it signs");
}

/* The last token of the i-th key has expired: it stopped signing when it came third. */
static bool
is_past_use(const struct making *making, enum key_kind kind, size_t i)
{
	return i >= 2 && making->now - kid_time(making->kids[kind].kids[i - 2]) >=
			     kinds[kind].tokens_live_s + KEYRING_PAST_USE_S;
}

/* From the oldest on. Today's current is kept, and will be the previous key. */
static bool
past_use_remove(struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	char name[KEY_NAME_MAX + 1];

	for (size_t i = kids->count; i > 0 && is_past_use(making, kind, i - 1); i--) {
		key_name(kind, kids->kids[i - 1], name);
		if (!key_folder_remove(&making->folder, name))
			return false;
	}
	return kids_read(making);
}

static bool
has_room(const struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	char name[KEY_NAME_MAX + 1];

	if (kids->count < KEYS_MAX)
		return true;
	key_name(kind, kids->kids[KEYS_MAX - 1], name);
	return key_folder_reject(&making->folder, name,
	    "tokens of the oldest of as many keys as are allowed may still be out: rotate later");
}

static bool
may_rotate(struct making *making, enum keyring_haste haste)
{
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (haste == KEYRING_PATIENT && !is_time(making, kind))
			return false;
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!past_use_remove(making, kind) || !has_room(making, kind))
			return false;
	return true;
}

bool
keyring_rotate(const char *path, int64_t now, enum keyring_haste haste,
    char ret_kid[static KID_MAX + 1], char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(making_end)
	struct making making = { .folder = { .path = path, .errbuf = errbuf }, .now = now };

	ret_kid[0] = '\0';
	if (!making_begin(&making) || !derive_make(&making.folder) || !may_rotate(&making, haste))
		return false;
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!key_add(&making, kind) || !keys_add_until(&making, kind, 2))
			return false;
	memcpy(ret_kid, making.kids[KEY_STAGE].kids[0], KID_MAX + 1);
	return true;
}
