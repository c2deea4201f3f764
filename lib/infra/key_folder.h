/* key_folder.h - the folder of key files: open, list, read, make and remove, alike for every kind.
 *
 * Kept by keyring.c, access_keys.c and key_rotation.c; keyring.h says what is in it. A file is
 * "KIND-KID.SUFFIX", or has a name of its own; files with other names are not looked at. A KID is a
 * UTC time and chance, "20261122T010203Z-1a2b3c4d", and sorts by time.
 *
 * The place of a key among those of its kind, newest first, is its state. There is no list to keep:
 *   next      the newest: every replica knows it, nothing is signed with it yet
 *   current   the one after it signs; alone, a key is current
 *   previous  all older ones: what they signed is taken until it expires
 * So of two replicas of which one has not seen the newest key yet, each takes what the other
 * signs. */

#ifndef KEY_FOLDER_H
#define KEY_FOLDER_H

#include "bounds.h"
#include "result.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_MAX       8   /* of a kind */
#define KEY_FILE_MAX   512 /* bytes of a key file; a P-256 key in PEM has 241 */
#define KEY_NAME_MAX   (sizeof "access-.pem" - 1 + KID_MAX)
#define KEY_STAMP_SIZE 32

#define KEY_FOLDER_ACTS "acts" /* beside the keys, and none: the stamp leaves it out */

enum key_kind { KEY_STAGE, KEY_ACCESS, KEY_KIND__MAX };

enum key_state { KEY_NEXT, KEY_CURRENT, KEY_PREVIOUS, KEY_STATE__MAX };

/* The opened folder, and the errbuf of ERRBUF_MAX + 1 bytes for errors about it. Both texts
 * are the caller's. */
struct key_folder {
	const char *path;
	char *errbuf;
	DIR *dir;
};

/* The key ids of one kind, newest first. */
struct key_kids {
	size_t count;
	char kids[KEYS_MAX][KID_MAX + 1];
};

/* What a file must be like, and how to say so. */
struct key_form {
	size_t size_min;
	size_t size_max; /* at most KEY_FILE_MAX */
	const char *expected;
};

/* Opens folder->path. False, and errbuf: missing, writable by group or others, or of another owner
 * than the reader and root. (Root reads everybody's folder.) For CLEANUP(key_folder_close), which
 * takes the unopened, too. */
bool key_folder_open(struct key_folder *) MUST_USE;
void key_folder_close(const struct key_folder *);

/* Waits until no other process makes or removes keys here, and keeps others out until it is closed.
 * False, and errbuf, where the file system cannot (a folder on NFS). */
bool key_folder_lock(const struct key_folder *) MUST_USE;

/* Write one line about one file to errbuf; false, always. The second adds what errno says. */
bool key_folder_reject(const struct key_folder *, const char *name, const char *expected);
bool key_folder_reject_errno(const struct key_folder *, const char *name, const char *deed);

/* What the folder looks like: another stamp after any file was added, removed or written to. */
void key_folder_stamp(const struct key_folder *, uint8_t ret[static KEY_STAMP_SIZE]);

/* The kids of a kind. False, and errbuf: more than KEYS_MAX. */
bool key_folder_kids(const struct key_folder *, enum key_kind, struct key_kids *ret) MUST_USE;

/* Is there a file of this name, of whatever kind? Where that cannot be told (EIO, ESTALE), yes:
 * reading it fails then, and says why. */
bool key_folder_has(const struct key_folder *, const char *name);

/* Reads a file whole and adds a NUL. False, and errbuf (never what was in it): missing, not a
 * regular file (a symbolic link, too), open to group or others, of another owner than the reader,
 * root and, where root reads, the folder's owner; a size that is not of the form. */
bool key_folder_read(const struct key_folder *, const char *name, const struct key_form *,
    char ret[static KEY_FILE_MAX + 1]) MUST_USE;

/* Makes the folder, mode 0700, if it is missing. Where root makes it, it belongs to the owner of
 * the folder around it. False, and errbuf. */
bool key_folder_create(const struct key_folder *) MUST_USE;

/* Makes a file of mode 0400 that appears whole or not at all and replaces nothing: of several who
 * make it at once, one does. Where root makes it, it belongs to the folder's owner, who is to read
 * it. False, and errbuf. */
bool key_folder_make(
    const struct key_folder *, const char *name, const char *text, size_t size) MUST_USE;

/* The same, but it takes the place of what has that name. */
bool key_folder_replace(
    const struct key_folder *, const char *name, const char *text, size_t size) MUST_USE;

/* How many keys of a kind there are, also where there are more than KEYS_MAX, and the oldest. */
size_t key_folder_count(
    const struct key_folder *, enum key_kind, char ret_oldest[static KID_MAX + 1]);

/* Removes the oldest keys of a kind until there are at most `keep`, also where there are more than
 * KEYS_MAX. False, and errbuf. */
bool key_folder_keep(const struct key_folder *, enum key_kind, size_t keep) MUST_USE;

/* Calls `each` with the name of each draft: a file that key_folder_make() was writing or linking
 * when it was killed, and so perhaps another name of a key. `each` may remove it. With the folder's
 * lock held nobody else has one. False: `each` was, and the rest is left. */
bool key_folder_drafts(
    const struct key_folder *, bool (*each)(const struct key_folder *, const char *name)) MUST_USE;

/* Gives an open file of the folder to the folder's owner, where root has made it. */
bool key_folder_give(const struct key_folder *, int fd) MUST_USE;

/* Is an open file of the folder a regular one, closed to group and others, and of an owner as
 * key_folder_read() wants it? False, and errbuf. */
bool key_folder_is_closed(const struct key_folder *, const char *name, int fd) MUST_USE;

/* Removes a file; one that is gone already is fine. False, and errbuf. */
bool key_folder_remove(const struct key_folder *, const char *name) MUST_USE;

/* "stage-KID.key", "access-KID.pem". */
void key_name(enum key_kind, const char *kid, char ret[static KEY_NAME_MAX + 1]);

/* Is this the name of a rotating key, of whatever kind? */
bool key_name_is_one(const char *name);

/* "stage", "access"; "next", "current", "previous". */
const char *key_kind_name(enum key_kind);
const char *key_state_name(enum key_state);

/* The state of the i-th of `count` keys, and which one signs (count > 0). */
enum key_state key_state_at(size_t count, size_t i);
size_t key_signing_at(size_t count);

/* A key id of a time, and the time of a key id, in seconds since 1970. */
void kid_make(int64_t time_s, char ret[static KID_MAX + 1]);
int64_t kid_time(const char *kid);

/* Wipes a file's text, for CLEANUP. */
void key_text_wipe(char (*text)[KEY_FILE_MAX + 1]);

#endif
