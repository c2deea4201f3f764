/* keyring.h - the keys of stage tokens and of keyed hashes: load, refresh; and the making and
 * rotating of every key in the folder.
 *
 * The folder holds small files of mode 0400, owned by the one who reads them:
 *   stage-KID.key    signs and seals stage tokens
 *   access-KID.pem   signs access tokens (access_token.h)
 *   derive.key       keyed hashes that must outlive a rotation: authentication keys, fingerprints,
 *                    the things whose attempts are counted. Never rotated, and never another while
 *                    the service runs
 * The .key files are 64 hex digits and a newline: 256 random bits. The newest key of a kind is
 * `next`, the one after it `current`, older ones `previous` (key_folder.h).
 *
 * Rotation: every replica looks at its folder once a second (keyring_refresh). A rotation only adds
 * a `next` that nobody signs with yet, so all that is asked of the operator is that every replica
 * has the folder's change before the next rotation. With copied folders: copy the new files to
 * every replica after each rotation, and then remove there what the rotation removed.
 *
 * Emergency: to revoke a key that was seen by others, remove its file from the folder of every
 * replica. Within a second nothing that it signed is taken any more. If it was `current`, the
 * `previous` one signs again; so rotate first (twice if `next` was seen, too), then remove. The
 * last key of a kind cannot be revoked by removing it: a folder without keys is faulty, and the
 * service keeps what it has. */

#ifndef KEYRING_H
#define KEYRING_H

#include "bounds.h"
#include "key_folder.h"
#include "result.h"
#include "secret.h"

#include <stddef.h>
#include <stdint.h>

#define KEYRING_STAGE_MAX  KEYS_MAX /* with a rotation a day and links of a day, four are in use */
#define KEYRING_ROTATION_S 60       /* two rotations are at least so far apart */
#define KEYRING_PAST_USE_S 3600     /* how long after its tokens' end a key is kept: slow copies */

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
	KEYRING_USE__MAX
};

struct keyring;

/* Loads every stage key of the folder and the derive key into locked memory. NULL, and `why` says
 * in one line which file and what was expected (never what was in it): a folder that is missing or
 * writable by group or others, no stage key, no derive key, more than KEYRING_STAGE_MAX, a file
 * that is not regular (a symbolic link, too), open to group or others, of the wrong size, not hex,
 * or weak (all bytes the same). Close: keyring_close(). */
struct keyring *keyring_open(const char *folder, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Wipes and frees; NULL is fine. Nobody else uses it any more. */
void keyring_close(struct keyring *);

/* Looks at the folder and, if anything in it was changed, loads the stage keys anew; others go on
 * using the ring meanwhile, with the old keys or the new ones. *ret_changed says whether they were
 * loaded. False, and `why`: the folder is faulty now, or its derive key is another; the ring keeps
 * what it had - also keys whose files are gone - and the next call tries again. Costs some 20 us
 * when nothing changed. */
bool keyring_refresh(
    struct keyring *, bool *ret_changed, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Copies the key that signs. The caller wipes it: CLEANUP(stage_key_wipe). */
void keyring_signing(const struct keyring *, struct stage_key *ret);

/* Copies the key of this id, whatever its state. False: there is none. */
bool keyring_find(const struct keyring *, const char *kid, struct stage_key *ret) MUST_USE;

void stage_key_wipe(struct stage_key *);

/* Keyed hash of a message for one use. */
void keyring_hash(const struct keyring *, enum keyring_use, const void *message, size_t size,
    uint8_t ret[static KEYED_HASH_SIZE]);

/* Makes what a folder lacks, and the folder itself (mode 0700): the derive key, and `current` and
 * `next` of both kinds. Where nothing is lacking it changes nothing, so it may be called again.
 * Files appear whole or not at all; of several callers at once, one makes them. `ret_kid`: the
 * newest stage key. False, and `why`, on any failure. */
bool keyring_new(const char *folder, char ret_kid[static KID_MAX + 1],
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

enum keyring_haste {
	KEYRING_PATIENT, /* at least KEYRING_ROTATION_S after the last: replicas need to see `next` */
	KEYRING_FORCED   /* at once: the operator has seen to it, or would rather lose sessions */
};

/* Rotates both kinds, `now` in seconds since 1970: a new `next`, so `next` becomes current and
 * current previous. Keys past their use are removed: those that stopped signing, which was when the
 * key two places newer was made, longer ago than their tokens live (TOKEN_LIFE_MAX_S,
 * ACCESS_TOKEN_LIVES_S) and KEYRING_PAST_USE_S. One previous key is always kept. A new key always
 * sorts last, also where the clock stands behind the newest. What keyring_new would make is made
 * along the way. `ret_kid`: the new stage key.
 *
 * False, and `why`: too soon after the last (or by a clock that is behind it); as many keys as are
 * allowed, and tokens of the oldest may still be out; a folder that cannot be read, written or
 * locked. Then no key was made, but for the kind before the one that failed. */
bool keyring_rotate(const char *folder, int64_t now, enum keyring_haste,
    char ret_kid[static KID_MAX + 1], char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
