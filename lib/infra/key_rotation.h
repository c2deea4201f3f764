/* key_rotation.h - makes and rotates the keys of a folder, of both kinds (keyring.h lists its
 * files).
 *
 * Rotation: every replica looks at its folder once a second (keyring_refresh). A rotation only adds
 * a `next` that no replica signs with yet, so all that is asked of the operator is that every
 * replica has the folder's change before the next rotation. With copied folders: copy the new files
 * to every replica after each rotation, and then remove there what the rotation removed.
 *
 * Emergency: to revoke a key that was seen by others, remove its file from the folder of every
 * replica. Within a second nothing that it signed is taken any more. If it was `current`, the
 * `previous` one signs again; so rotate first (twice if `next` was seen, too), then remove. The
 * last key of a kind cannot be revoked by removing it: a folder without keys is faulty, and the
 * service keeps what it has. */

#ifndef KEY_ROTATION_H
#define KEY_ROTATION_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define KEY_ROTATION_S 60   /* two rotations are at least so far apart */
#define KEY_PAST_USE_S 3600 /* how long after its tokens' end a key is kept: slow copies */

/* Makes what a folder lacks, and the folder itself (mode 0700): the derive key, and `current` and
 * `next` of both kinds. Where nothing is lacking it changes nothing, so it may be called again.
 * Files appear whole or not at all; of several callers at once, one makes them. `ret_kid`: the
 * newest stage key. False, and errbuf, on any failure. */
bool key_rotation_fill(const char *folder, char ret_kid[static KID_MAX + 1],
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

enum key_rotation_haste {
	/* At least KEY_ROTATION_S after the last, so that every replica has seen `next`. */
	KEY_ROTATION_PATIENT,
	/* At once: the operator has copied the keys, or accepts that sessions are lost. */
	KEY_ROTATION_FORCED
};

/* Rotates both kinds, `now` in seconds since 1970: a new `next`, so `next` becomes current and
 * current previous. Keys past their use are removed: those that stopped signing, which was when the
 * key two places newer was made, longer ago than their tokens live (TOKEN_LIFE_MAX_S,
 * ACCESS_TOKEN_LIVES_S) and KEY_PAST_USE_S. One previous key is always kept. A new key always sorts
 * last, also where the clock stands behind the newest. What key_rotation_fill would make is made
 * along the way. `ret_kid`: the new stage key.
 *
 * False, and errbuf: too soon after the last (or by a clock that is behind it); as many keys as are
 * allowed, and tokens of the oldest may still be out; a folder that cannot be read, written or
 * locked. Then no key was made, but for the kind before the one that failed. */
bool key_rotation_run(const char *folder, int64_t now, enum key_rotation_haste,
    char ret_kid[static KID_MAX + 1], char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
