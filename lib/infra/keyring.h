/* keyring.h - the folder of keys: load, check, make.
 *
 * The folder holds small files of mode 0400, owned by the one who reads them:
 *   stage-KID.key   signs and seals stage tokens; KIDs sort by time: the newest signs, all open
 *   derive.key      keyed hashes that must outlive a rotation: authentication keys, fingerprints,
 *                   the things whose attempts are counted
 * Each file is 64 hex digits and a newline: 256 random bits. */

#ifndef KEYRING_H
#define KEYRING_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define KEYRING_STAGE_MAX 8 /* with a rotation a week and links of hours, two are in use */

/* One rotating key, expanded: HMAC key and sealing key are derived from the file's 256 bits. */
struct stage_key {
	char kid[KID_MAX + 1];
	uint8_t sign[SECRET_KEY_SIZE];
	uint8_t seal[SECRET_KEY_SIZE];
};

/* What a derived value is for; each is independent of the others. */
enum keyring_use {
	KEYRING_AUTHENTICATION_KEY,
	KEYRING_FINGERPRINT,
	KEYRING_ATTEMPT,
	KEYRING_USE__MAX
};

struct keyring;

/* Loads every key of the folder into locked memory; files with other names are not looked at. NULL,
 * and `why` says in one line which file and what was expected (never what was in it): a folder that
 * is missing or writable by group or others, no stage key, no derive key, more stage keys than
 * KEYRING_STAGE_MAX, a file that is not regular (a symbolic link, too), open to group or others, of
 * the wrong size, not hex, or weak (all bytes the same). Close: keyring_close(). */
struct keyring *keyring_open(const char *folder, char why[static WHY_MAX + 1]) MUST_USE;

/* Wipes and frees; NULL is fine. */
void keyring_close(struct keyring *);

/* The key that signs. */
const struct stage_key *keyring_signing(const struct keyring *);

/* The i-th key, i from 0, newest first; NULL past the last. */
const struct stage_key *keyring_stage(const struct keyring *, size_t i);

/* Keyed hash of a message for one use. */
void keyring_hash(const struct keyring *, enum keyring_use, const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE]);

/* Adds a stage key to the folder (made with mode 0700 if missing) and, if there is none, the derive
 * key. Files appear whole or not at all; of several at once, one makes the derive key. False, and
 * `why`, on any failure, and when there are KEYRING_STAGE_MAX already. */
bool keyring_new(
    const char *folder, char ret_kid[static KID_MAX + 1], char why[static WHY_MAX + 1]) MUST_USE;

#endif
