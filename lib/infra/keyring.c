/* keyring.c - the folder of keys: load, check, make. */

#include "keyring.h"

#include "cleanup.h"
#include "clock.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DERIVE_NAME  "derive.key"
#define STAGE_PREFIX "stage-"
#define STAGE_SUFFIX ".key"
#define KID_FORM     "ddddddddTddddddZ-hhhhhhhh" /* d: a digit, h: a lower-case hex digit */
#define KID_LENGTH   (sizeof KID_FORM - 1)
#define KEY_TEXT     (2 * SECRET_KEY_SIZE + 1) /* hex digits and a newline */
#define NAME_SIZE    (sizeof STAGE_PREFIX + KID_MAX + sizeof STAGE_SUFFIX)

_Static_assert(KID_LENGTH <= KID_MAX, "a key id fits");

struct keyring {
	size_t count;
	struct stage_key stages[KEYRING_STAGE_MAX]; /* newest first */
	uint8_t derive[SECRET_KEY_SIZE];
};

/* The opened folder, and where complaints about it go. */
struct folder {
	const char *path;
	DIR *dir;
	char *why;
};

static void
folder_close(const struct folder *folder)
{
	if (folder->dir != NULL)
		closedir(folder->dir);
}

/* One line about one file; widths keep the expectation from being cut off behind a long path. */
static bool
refuse(const struct folder *folder, const char *name, const char *expected)
{
	(void)snprintf(folder->why, WHY_MAX + 1, "%.200s/%.60s: %s", folder->path, name, expected);
	return false;
}

static bool
refuse_errno(const struct folder *folder, const char *name, const char *deed)
{
	char expected[100];

	(void)snprintf(
	    expected, sizeof expected, "%s: %m", deed); /* not strerror: it is not thread-safe */
	return refuse(folder, name, expected);
}

static bool
folder_open(struct folder *folder)
{
	struct stat stat;

	folder->dir = opendir(folder->path);
	if (folder->dir == NULL || fstat(dirfd(folder->dir), &stat) != 0)
		return refuse_errno(folder, "", "cannot open the folder of keys");
	if ((stat.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(folder, "", "the folder must be writable by its owner only (0700)");
	return true;
}

static bool
is_of_form(char form, char character)
{
	const bool digit = character >= '0' && character <= '9';

	if (form == 'd')
		return digit;
	if (form == 'h')
		return digit || (character >= 'a' && character <= 'f');
	return character == form;
}

/* Does `text` begin with a key id, as keyring_new makes them? */
static bool
is_kid(const char *text)
{
	for (size_t i = 0; i < KID_LENGTH; i++)
		if (!is_of_form(KID_FORM[i], text[i]))
			return false;
	return true;
}

/* Reads the key id out of "stage-KID.key". False: another name. */
static bool
stage_name_read(const char *name, char ret_kid[static KID_MAX + 1])
{
	const char *kid = name + strlen(STAGE_PREFIX);

	if (!text_starts_with(name, STAGE_PREFIX) || !is_kid(kid) ||
	    strcmp(kid + KID_LENGTH, STAGE_SUFFIX) != 0)
		return false;
	memcpy(ret_kid, kid, KID_LENGTH);
	ret_kid[KID_LENGTH] = '\0';
	return true;
}

/* Loading. */

static bool
file_check(const struct folder *folder, const char *name, int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return refuse_errno(folder, name, "cannot examine");
	if (!S_ISREG(stat.st_mode))
		return refuse(folder, name, "must be a regular file");
	if ((stat.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return refuse(folder, name, "must be open to its owner only (0400)");
	if (stat.st_size != KEY_TEXT)
		return refuse(folder, name, "must be 64 hex digits and a newline");
	return true;
}

static bool
is_weak(const uint8_t key[static SECRET_KEY_SIZE])
{
	for (size_t i = 1; i < SECRET_KEY_SIZE; i++)
		if (key[i] != key[0])
			return false;
	return true;
}

static void
wipe_key_text(char (*text)[KEY_TEXT + 1])
{
	secret_wipe_bytes(*text, sizeof *text);
}

static void
wipe_key(uint8_t (*key)[SECRET_KEY_SIZE])
{
	secret_wipe_bytes(*key, sizeof *key);
}

static bool
key_read(const struct folder *folder, const char *name, uint8_t ret[static SECRET_KEY_SIZE])
{
	CLEANUP(wipe_key_text) char text[KEY_TEXT + 1] = "";
	/* O_NONBLOCK: a pipe laid in the place of a key must not hold up the start. */
	CLEANUP(cleanup_close)
	const int fd = openat(
	    dirfd(folder->dir), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && errno == ELOOP)
		return refuse(folder, name, "must be a regular file, not a symbolic link");
	if (fd < 0)
		return refuse_errno(folder, name, "cannot open");
	if (!file_check(folder, name, fd))
		return false;
	if (read(fd, text, KEY_TEXT) != KEY_TEXT)
		return refuse(folder, name, "cannot be read whole");
	if (text[KEY_TEXT - 1] != '\n')
		return refuse(folder, name, "must be 64 hex digits and a newline");
	text[KEY_TEXT - 1] = '\0';
	if (!text_unhex(text, ret, SECRET_KEY_SIZE))
		return refuse(folder, name, "must be 64 hex digits and a newline");
	if (is_weak(ret))
		return refuse(folder, name, "is no random key: all its bytes are the same");
	return true;
}

/* Makes room for a key id, so that the newest stays first. */
static struct stage_key *
stage_place(struct keyring *ring, const char *kid)
{
	size_t at = 0;

	while (at < ring->count && strcmp(ring->stages[at].kid, kid) > 0)
		at++;
	memmove(
	    &ring->stages[at + 1], &ring->stages[at], (ring->count - at) * sizeof ring->stages[0]);
	ring->count++;
	return &ring->stages[at];
}

static bool
stage_load(struct keyring *ring, const struct folder *folder, const char *name, const char *kid)
{
	CLEANUP(wipe_key) uint8_t root[SECRET_KEY_SIZE] = { 0 };

	if (ring->count == KEYRING_STAGE_MAX)
		return refuse(folder, name, "is one stage key too many: remove the oldest");
	if (!key_read(folder, name, root))
		return false;

	struct stage_key *const stage = stage_place(ring, kid);
	memcpy(stage->kid, kid, KID_LENGTH + 1);
	secret_keyed_hash(root, "stage token, sign", "", 0, stage->sign);
	secret_keyed_hash(root, "stage token, seal", "", 0, stage->seal);
	return true;
}

static bool
keyring_load(struct keyring *ring, const char *path, char *why)
{
	CLEANUP(folder_close) struct folder folder = { .path = path, .why = why };
	char kid[KID_MAX + 1];

	if (!folder_open(&folder) || !key_read(&folder, DERIVE_NAME, ring->derive))
		return false;

	for (const struct dirent *file; (file = readdir(folder.dir)) != NULL;)
		if (stage_name_read(file->d_name, kid) &&
		    !stage_load(ring, &folder, file->d_name, kid))
			return false;
	if (ring->count == 0)
		return refuse(&folder, STAGE_PREFIX "KID" STAGE_SUFFIX, "there is no stage key");
	return true;
}

struct keyring *
keyring_open(const char *folder, char why[static WHY_MAX + 1])
{
	struct keyring *const ring = secret_alloc(sizeof *ring);

	if (ring == NULL) {
		(void)snprintf(why, WHY_MAX + 1, "no memory for keys");
		return NULL;
	}
	if (keyring_load(ring, folder, why))
		return ring;
	keyring_close(ring);
	return NULL;
}

void
keyring_close(struct keyring *ring)
{
	secret_free(ring);
}

const struct stage_key *
keyring_signing(const struct keyring *ring)
{
	return &ring->stages[0];
}

const struct stage_key *
keyring_stage(const struct keyring *ring, size_t i)
{
	return i < ring->count ? &ring->stages[i] : NULL;
}

void
keyring_hash(const struct keyring *ring, enum keyring_use use, const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE])
{
	static const char *const labels[KEYRING_USE__MAX] = {
		[KEYRING_AUTHENTICATION_KEY] = "authentication key",
		[KEYRING_FINGERPRINT] = "fingerprint",
		[KEYRING_ATTEMPT] = "attempt",
	};

	secret_keyed_hash(ring->derive, labels[use], message, size, ret);
}

/* Making. */

static bool
file_fill(int fd)
{
	CLEANUP(wipe_key_text) char text[KEY_TEXT + 1];
	CLEANUP(wipe_key) uint8_t key[SECRET_KEY_SIZE];

	secret_random(key, sizeof key);
	text_hex(key, sizeof key, text);
	text[KEY_TEXT - 1] = '\n';
	return write(fd, text, KEY_TEXT) == KEY_TEXT && fsync(fd) == 0;
}

static bool
file_make(int dir, const char *name)
{
	CLEANUP(cleanup_close)
	const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR);

	return fd >= 0 && file_fill(fd);
}

/* Writes a new key under another name, then links it into place: whole or not at all, and, since a
 * link never replaces, by one of those who try at once. errno is EEXIST for the others. */
static bool
key_make(int dir, const char *name)
{
	uint8_t chance[8];
	char draft[sizeof ".new-" + 2 * sizeof chance] = ".new-";

	secret_random(chance, sizeof chance);
	text_hex(chance, sizeof chance, draft + strlen(draft));
	const bool made = file_make(dir, draft) && linkat(dir, draft, dir, name, 0) == 0;
	const int error = errno;
	unlinkat(dir, draft, 0);
	errno = error;
	return made && fsync(dir) == 0;
}

static bool
derive_make(const struct folder *folder)
{
	const int dir = dirfd(folder->dir);

	if (faccessat(dir, DERIVE_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	if (key_make(dir, DERIVE_NAME) || errno == EEXIST)
		return true;
	return refuse_errno(folder, DERIVE_NAME, "cannot make");
}

/* A folder that keyring_open would refuse must not come of making one key more. */
static bool
has_room(const struct folder *folder)
{
	char kid[KID_MAX + 1];
	size_t count = 0;

	for (const struct dirent *file; (file = readdir(folder->dir)) != NULL;)
		count += stage_name_read(file->d_name, kid);
	if (count >= KEYRING_STAGE_MAX)
		return refuse(folder, STAGE_PREFIX "KID" STAGE_SUFFIX,
		    "there are as many stage keys as are allowed: remove the oldest");
	return true;
}

/* 2026-11-22T01:02:03Z and chance become 20261122T010203Z-1a2b3c4d, which sorts by time. */
static void
kid_make(char ret[static KID_MAX + 1])
{
	char now[CLOCK_TEXT_MAX + 1];
	uint8_t chance[4];

	clock_text(clock_now(), now);
	for (const char *from = now; *from != '\0'; from++)
		if (*from != '-' && *from != ':')
			*ret++ = *from;
	*ret++ = '-';
	secret_random(chance, sizeof chance);
	text_hex(chance, sizeof chance, ret);
}

bool
keyring_new(const char *path, char ret_kid[static KID_MAX + 1], char why[static WHY_MAX + 1])
{
	CLEANUP(folder_close) struct folder folder = { .path = path, .why = why };
	char kid[KID_MAX + 1];
	char name[NAME_SIZE];

	ret_kid[0] = '\0';
	if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST)
		return refuse_errno(&folder, "", "cannot make the folder of keys");
	if (!folder_open(&folder) || !has_room(&folder) || !derive_make(&folder))
		return false;

	kid_make(kid);
	if (!text_format(name, sizeof name, STAGE_PREFIX "%s" STAGE_SUFFIX, kid) ||
	    !key_make(dirfd(folder.dir), name))
		return refuse_errno(&folder, name, "cannot make");
	memcpy(ret_kid, kid, sizeof kid);
	return true;
}
