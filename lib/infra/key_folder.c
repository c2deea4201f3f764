/* key_folder.c - the folder of key files: open, list, read, make and remove, alike for every kind.
 * */

#include "key_folder.h"

#include "cleanup.h"
#include "clock.h"
#include "secret.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KID_FORM   "ddddddddTddddddZ-hhhhhhhh" /* d: a digit, h: a lower-case hex digit */
#define KID_LENGTH (sizeof KID_FORM - 1)

#define DRAFT_PREFIX ".new-" /* then chance: a file that has not got its name yet */

_Static_assert(KID_LENGTH <= KID_MAX, "a key id fits");

static const struct {
	const char *name;
	const char *prefix;
	const char *suffix;
} kinds[KEY_KIND__MAX] = {
	[KEY_STAGE] = { "stage", "stage-", ".key" },
	[KEY_ACCESS] = { "access", "access-", ".pem" },
};

bool
key_folder_reject(const struct key_folder *folder, const char *name, const char *expected)
{
	/* Widths keep the expectation from being cut off behind a long path. */
	(void)snprintf(
	    folder->errbuf, ERRBUF_MAX + 1, "%.200s/%.60s: %s", folder->path, name, expected);
	return false;
}

bool
key_folder_reject_errno(const struct key_folder *folder, const char *name, const char *deed)
{
	char expected[100];

	(void)snprintf(
	    expected, sizeof expected, "%s: %m", deed); /* not strerror: it is not thread-safe */
	return key_folder_reject(folder, name, expected);
}

/* May an owner be trusted with keys? Root reads what is the service's, so where root reads, it may
 * all be the folder's owner's. */
static bool
owner_is_trusted(uid_t owner, uid_t folder_owner)
{
	const uid_t reader = geteuid();

	return owner == reader || owner == 0 || (reader == 0 && owner == folder_owner);
}

bool
key_folder_open(struct key_folder *folder)
{
	struct stat stat;

	folder->dir = opendir(folder->path);
	if (folder->dir == NULL || fstat(dirfd(folder->dir), &stat) != 0)
		return key_folder_reject_errno(folder, "", "cannot open the folder of keys");
	if ((stat.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return key_folder_reject(
		    folder, "", "the folder must be writable by its owner only (0700)");
	if (!owner_is_trusted(stat.st_uid, stat.st_uid))
		return key_folder_reject(
		    folder, "", "the folder must belong to the user that reads it, or to root");
	return true;
}

void
key_folder_close(const struct key_folder *folder)
{
	if (folder->dir != NULL)
		closedir(folder->dir);
}

bool
key_folder_lock(const struct key_folder *folder)
{
	if (flock(dirfd(folder->dir), LOCK_EX) == 0)
		return true;
	return key_folder_reject_errno(folder, "", "cannot lock the folder of keys");
}

/* Adds one file to a stamp: in any order of files the sum is the same. */
static void
stamp_add(uint8_t stamp[static KEY_STAMP_SIZE], const char *name, const struct stat *stat)
{
	const int64_t numbers[] = { (int64_t)stat->st_ino, stat->st_mode, stat->st_size,
		stat->st_mtim.tv_sec, stat->st_mtim.tv_nsec, stat->st_ctim.tv_sec,
		stat->st_ctim.tv_nsec };
	struct secret_sha256 sha256;
	uint8_t hash[SECRET_SHA256_SIZE];

	secret_sha256_begin(&sha256);
	secret_sha256_add(&sha256, numbers, sizeof numbers);
	secret_sha256_add(&sha256, name, strlen(name));
	secret_sha256_end(&sha256, hash);
	for (size_t i = 0; i < sizeof hash; i++)
		stamp[i] ^= hash[i];
}

void
key_folder_stamp(const struct key_folder *folder, uint8_t ret[static KEY_STAMP_SIZE])
{
	struct stat stat;

	memset(ret, 0, KEY_STAMP_SIZE);
	rewinddir(folder->dir);
	for (const struct dirent *file; (file = readdir(folder->dir)) != NULL;)
		if (file->d_name[0] != '.' && strcmp(file->d_name, KEY_FOLDER_ACTS) != 0 &&
		    fstatat(dirfd(folder->dir), file->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0)
			stamp_add(ret, file->d_name, &stat);
}

/* Names. */

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

/* Does `text` begin with a key id, as kid_make makes them? */
static bool
is_kid(const char *text)
{
	for (size_t i = 0; i < KID_LENGTH; i++)
		if (!is_of_form(KID_FORM[i], text[i]))
			return false;
	return true;
}

/* The key id in a name of this kind; NULL: another name. */
static const char *
name_kid(enum key_kind kind, const char *name)
{
	const char *const kid = name + strlen(kinds[kind].prefix);

	if (!text_starts_with(name, kinds[kind].prefix) || !is_kid(kid) ||
	    strcmp(kid + KID_LENGTH, kinds[kind].suffix) != 0)
		return NULL;
	return kid;
}

bool
key_name_is_one(const char *name)
{
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (name_kid(kind, name) != NULL)
			return true;
	return false;
}

void
key_name(enum key_kind kind, const char *kid, char ret[static KEY_NAME_MAX + 1])
{
	(void)snprintf(
	    ret, KEY_NAME_MAX + 1, "%s%s%s", kinds[kind].prefix, kid, kinds[kind].suffix);
}

const char *
key_kind_name(enum key_kind kind)
{
	return kinds[kind].name;
}

const char *
key_state_name(enum key_state state)
{
	static const char *const names[KEY_STATE__MAX] = {
		[KEY_NEXT] = "next",
		[KEY_CURRENT] = "current",
		[KEY_PREVIOUS] = "previous",
	};

	return names[state];
}

size_t
key_signing_at(size_t count)
{
	return count > 1 ? 1 : 0;
}

enum key_state
key_state_at(size_t count, size_t i)
{
	const size_t signing = key_signing_at(count);

	if (i == signing)
		return KEY_CURRENT;
	return i < signing ? KEY_NEXT : KEY_PREVIOUS;
}

/* 2026-11-22T01:02:03Z and chance become 20261122T010203Z-1a2b3c4d. */
void
kid_make(int64_t time_s, char ret[static KID_MAX + 1])
{
	char time[CLOCK_TEXT_MAX + 1];
	uint8_t chance[4];

	clock_text(time_s, time);
	for (const char *from = time; *from != '\0'; from++)
		if (*from != '-' && *from != ':')
			*ret++ = *from;
	*ret++ = '-';
	secret_random(chance, sizeof chance);
	text_hex(chance, sizeof chance, ret);
}

/* Two digits of a key id. */
static int
two_digits(const char *text)
{
	return (text[0] - '0') * 10 + (text[1] - '0');
}

int64_t
kid_time(const char *kid)
{
	struct tm tm = {
		.tm_year = two_digits(kid) * 100 + two_digits(kid + 2) - 1900,
		.tm_mon = two_digits(kid + 4) - 1,
		.tm_mday = two_digits(kid + 6),
		.tm_hour = two_digits(kid + strlen("ddddddddT")),
		.tm_min = two_digits(kid + strlen("ddddddddTdd")),
		.tm_sec = two_digits(kid + strlen("ddddddddTdddd")),
	};

	return timegm(&tm);
}

/* Listing. */

/* Puts a key id where it keeps the newest first. */
static void
kid_add(struct key_kids *kids, const char *kid)
{
	size_t at = 0;

	while (at < kids->count && strncmp(kids->kids[at], kid, KID_LENGTH) > 0)
		at++;
	memmove(&kids->kids[at + 1], &kids->kids[at], (kids->count - at) * sizeof kids->kids[0]);
	memcpy(kids->kids[at], kid, KID_LENGTH);
	kids->kids[at][KID_LENGTH] = '\0';
	kids->count++;
}

bool
key_folder_kids(const struct key_folder *folder, enum key_kind kind, struct key_kids *ret)
{
	ret->count = 0;
	rewinddir(folder->dir);
	for (const struct dirent *file; (file = readdir(folder->dir)) != NULL;) {
		const char *const kid = name_kid(kind, file->d_name);

		if (kid == NULL)
			continue;
		if (ret->count == KEYS_MAX)
			return key_folder_reject(folder, file->d_name,
			    "is one key of its kind too many: remove the oldest");
		kid_add(ret, kid);
	}
	return true;
}

bool
key_folder_has(const struct key_folder *folder, const char *name)
{
	return faccessat(dirfd(folder->dir), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	       errno != ENOENT;
}

/* Reading. */

bool
key_folder_is_closed(const struct key_folder *folder, const char *name, int fd)
{
	struct stat stat, around;

	if (fstat(fd, &stat) != 0 || fstat(dirfd(folder->dir), &around) != 0)
		return key_folder_reject_errno(folder, name, "cannot examine");
	if (!S_ISREG(stat.st_mode))
		return key_folder_reject(folder, name, "must be a regular file");
	if ((stat.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return key_folder_reject(folder, name, "must be open to its owner only (0400)");
	return owner_is_trusted(stat.st_uid, around.st_uid) ||
	       key_folder_reject(folder, name, "must belong to the user that reads it, or to root");
}

static bool
file_check(const struct key_folder *folder, const char *name, const struct key_form *form, int fd,
    size_t *ret_size)
{
	struct stat stat;

	if (!key_folder_is_closed(folder, name, fd))
		return false;
	if (fstat(fd, &stat) != 0)
		return key_folder_reject_errno(folder, name, "cannot examine");
	if (stat.st_size < (off_t)form->size_min || stat.st_size > (off_t)form->size_max)
		return key_folder_reject(folder, name, form->expected);
	*ret_size = (size_t)stat.st_size;
	return true;
}

bool
key_folder_read(const struct key_folder *folder, const char *name, const struct key_form *form,
    char ret[static KEY_FILE_MAX + 1])
{
	size_t size = 0;
	/* O_NONBLOCK: a pipe laid in the place of a key must not hold up the start. */
	CLEANUP(cleanup_close)
	const int fd = openat(
	    dirfd(folder->dir), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && errno == ELOOP)
		return key_folder_reject(
		    folder, name, "must be a regular file, not a symbolic link");
	if (fd < 0)
		return key_folder_reject_errno(folder, name, "cannot open");
	if (!file_check(folder, name, form, fd, &size))
		return false;
	if (read(fd, ret, size) != (ssize_t)size)
		return key_folder_reject(folder, name, "cannot be read whole");
	ret[size] = '\0';
	return true;
}

void
key_text_wipe(char (*text)[KEY_FILE_MAX + 1])
{
	secret_wipe_bytes(*text, sizeof *text);
}

/* Making and removing. */

/* What root made for the service belongs to the owner of `around`, who could not read it
 * otherwise. */
static bool
give_to_owner_of(const struct stat *around, int fd)
{
	return geteuid() != 0 || fchown(fd, around->st_uid, around->st_gid) == 0;
}

bool
key_folder_give(const struct key_folder *folder, int fd)
{
	struct stat around;

	return fstat(dirfd(folder->dir), &around) == 0 && give_to_owner_of(&around, fd);
}

/* By its descriptor: whoever owns the folder around it may have put another thing in its place. */
bool
key_folder_create(const struct key_folder *folder)
{
	struct stat around;

	if (mkdir(folder->path, S_IRWXU) != 0)
		return errno == EEXIST ||
		       key_folder_reject_errno(folder, "", "cannot make the folder of keys");
	CLEANUP(cleanup_close)
	const int fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fstatat(fd, "..", &around, 0) == 0 && give_to_owner_of(&around, fd))
		return true;
	return key_folder_reject_errno(folder, "", "cannot give the folder of keys to its owner");
}

static bool
file_make(int dir, const char *name, const char *text, size_t size)
{
	struct stat folder;
	CLEANUP(cleanup_close)
	const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR);

	return fd >= 0 && fstat(dir, &folder) == 0 && give_to_owner_of(&folder, fd) &&
	       write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
}

/* Written under another name, then put into place. */
static bool
file_put(const struct key_folder *folder, const char *name, const char *text, size_t size,
    int (*place)(int dir, const char *draft, const char *name))
{
	const int dir = dirfd(folder->dir);
	uint8_t chance[8];
	char draft[sizeof DRAFT_PREFIX + 2 * sizeof chance] = DRAFT_PREFIX;

	secret_random(chance, sizeof chance);
	text_hex(chance, sizeof chance, draft + strlen(draft));
	const bool made = file_make(dir, draft, text, size) && place(dir, draft, name) == 0;
	const int error = errno;
	unlinkat(dir, draft, 0);
	errno = error;
	if (made && fsync(dir) == 0)
		return true;
	return key_folder_reject_errno(folder, name, "cannot make");
}

static int
place_beside(int dir, const char *draft, const char *name)
{
	return linkat(dir, draft, dir, name, 0);
}

static int
place_over(int dir, const char *draft, const char *name)
{
	return renameat(dir, draft, dir, name);
}

bool
key_folder_make(const struct key_folder *folder, const char *name, const char *text, size_t size)
{
	return file_put(folder, name, text, size, place_beside);
}

bool
key_folder_replace(const struct key_folder *folder, const char *name, const char *text, size_t size)
{
	return file_put(folder, name, text, size, place_over);
}

bool
key_folder_drafts(
    const struct key_folder *folder, bool (*each)(const struct key_folder *, const char *name))
{
	rewinddir(folder->dir);
	for (const struct dirent *file; (file = readdir(folder->dir)) != NULL;)
		if (text_starts_with(file->d_name, DRAFT_PREFIX) && !each(folder, file->d_name))
			return false;
	return true;
}

bool
key_folder_remove(const struct key_folder *folder, const char *name)
{
	if (unlinkat(dirfd(folder->dir), name, 0) == 0 || errno == ENOENT)
		return true;
	return key_folder_reject_errno(folder, name, "cannot remove");
}

size_t
key_folder_count(
    const struct key_folder *folder, enum key_kind kind, char ret_oldest[static KID_MAX + 1])
{
	size_t count = 0;

	ret_oldest[0] = '\0';
	rewinddir(folder->dir);
	for (const struct dirent *file; (file = readdir(folder->dir)) != NULL;) {
		const char *const kid = name_kid(kind, file->d_name);

		if (kid == NULL)
			continue;
		if (count++ == 0 || strncmp(kid, ret_oldest, KID_LENGTH) < 0)
			(void)snprintf(ret_oldest, KID_MAX + 1, "%.*s", (int)KID_LENGTH, kid);
	}
	return count;
}

bool
key_folder_keep(const struct key_folder *folder, enum key_kind kind, size_t keep)
{
	char kid[KID_MAX + 1] = "", name[KEY_NAME_MAX + 1];

	while (key_folder_count(folder, kind, kid) > keep) {
		key_name(kind, kid, name);
		if (!key_folder_remove(folder, name))
			return false;
	}
	return true;
}
