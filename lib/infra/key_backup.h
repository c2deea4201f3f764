/* key_backup.h - a folder of keys in one encrypted file, and back.
 *
 * The file is text, so that it survives mail, paste and print:
 *
 *   myportal-keys 1 passes=3 memory_kib=262144 salt=SALT      SALT: base64url of 16 bytes
 *   SEALED                                                    base64url, in one line
 *
 * SEALED is opened with XChaCha20-Poly1305 by a key that Argon2id makes of a passphrase with this
 * cost and salt; the first line is bound to it. Inside stands each file of keyring.h's list as
 * "NAME SIZE\n" and its bytes. Without the passphrase the file tells how many keys there are, by
 * its length, and nothing more. */

#ifndef KEY_BACKUP_H
#define KEY_BACKUP_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <stdbool.h>

#define KEY_BACKUP_PASSPHRASE_MIN 16 /* characters */

/* libsodium's MODERATE: what a good passphrase of a file is worth that may be tried for years. */
extern const struct secret_cost key_backup_cost;

/* What closes a backup. */
struct key_backup_lock {
	const struct secret *passphrase;
	const struct secret_cost *cost; /* to make a key of it */
};

/* What was written or read. */
struct key_backup_told {
	unsigned keys;            /* derive.key is one */
	unsigned made;            /* of them, those that a restore made; the others were there */
	char newest[KID_MAX + 1]; /* the newest stage key */
};

/* Writes the folder's keys and epoch to a file that is open and empty, and syncs it. False, and
 * errbuf: a folder that cannot be read or has no keys, a passphrase that is too short, no memory, a
 * file that cannot be written. */
bool key_backup_write(const char *folder, const struct key_backup_lock *, int fd,
    struct key_backup_told *ret, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Reads an open file and makes the folder's files of it; the folder too, if it is missing. Keys
 * that are there already stay as they are. An epoch that is later than the file's stays.
 *
 * False, and errbuf; nothing was made: not such a file, or one of another version; another
 * passphrase, or a file that was changed (nobody can tell which); a folder that has a key which is
 * not in the file, or another of the same name, for it may be newer; no memory. After a failure to
 * write, the restore may be started again. */
bool key_backup_restore(const char *folder, const struct secret *passphrase, int fd,
    struct key_backup_told *ret, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
