/* keyring.h - the keys of stage tokens and of keyed hashes: load, refresh, hand out.
 *
 * The folder holds small files of mode 0400, owned by the user that reads them:
 *   stage-KID.key    signs and seals stage tokens
 *   access-KID.pem   signs access tokens (access_keys.h)
 *   epoch            tokens and sessions that are not younger are over (key_epoch.h)
 *   derive.key       keyed hashes that must outlive a rotation: authentication keys, fingerprints,
 *                    the subjects of limits. It is never rotated, and must not change while the
 *                    service runs
 * The .key files are 64 hex digits and a newline: 256 random bits. The newest key of a kind is
 * `next`, the one after it `current`, older ones `previous` (key_folder.h). key_rotation.h makes
 * and rotates them. */

#ifndef KEYRING_H
#define KEYRING_H

#include "bounds.h"
#include "key_folder.h"
#include "result.h"
#include "secret.h"

#include <stddef.h>
#include <stdint.h>

#define KEYRING_STAGE_MAX   KEYS_MAX /* with a rotation a day and links of a day, four are in use */
#define KEYRING_DERIVE_NAME "derive.key"
#define KEYRING_TEXT_LENGTH (2 * SECRET_KEY_SIZE + 1) /* of a .key file: hex digits, a newline */

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
	KEYRING_LIMIT,
	KEYRING_REFRESH_TOKEN,
	KEYRING_REFRESH_MARK,
	KEYRING_CLIENT,
	KEYRING_POSTED_CODE,
	KEYRING_USE__MAX
};

struct keyring;

/* Loads every stage key of the folder and the derive key into locked memory. NULL, and errbuf says
 * in one line which file and what was expected (never what was in it): a folder that is missing or
 * writable by group or others, no stage key, no derive key, more than KEYRING_STAGE_MAX, a file
 * that is not regular (a symbolic link, too), open to group or others, of the wrong size, not hex,
 * or weak (all bytes the same). Close: keyring_close(). */
struct keyring *keyring_open(const char *folder, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Wipes and frees; NULL is fine. Nobody else uses it any more. */
void keyring_close(struct keyring *);

/* Looks at the folder and, if anything in it was changed, loads the stage keys anew; others go on
 * using the ring meanwhile, with the old keys or the new ones. *ret_changed says whether they were
 * loaded. False, and errbuf: the folder is faulty now, its derive key is another, or its epoch is
 * gone or earlier; the ring keeps what it had - also keys whose files are gone - and the next call
 * tries again. Costs some 20 us when nothing changed. */
bool keyring_refresh(
    struct keyring *, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Copies the key that signs. The caller wipes it: CLEANUP(stage_key_wipe). */
void keyring_signing(const struct keyring *, struct stage_key *ret);

/* Copies the key of this id, whatever its state. False: there is none. */
bool keyring_find(const struct keyring *, const char *kid, struct stage_key *ret) MUST_USE;

/* The ids of all stage keys at this moment, newest first; at least one. */
void keyring_kids(const struct keyring *, struct key_kids *ret);

void stage_key_wipe(struct stage_key *);

/* The epoch of the folder, seconds since 1970: no token and no session that began then or before is
 * good. 0: there is none. */
int64_t keyring_epoch(const struct keyring *);

/* Keyed hash of a message for one use. */
void keyring_hash(const struct keyring *, enum keyring_use, const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE]);

#endif
