/* key_rotation.h - makes and rotates the keys of a folder, of both kinds (keyring.h lists its
 * files).
 *
 * Rotation: every replica looks at its folder once a second (keyring_refresh). A rotation only adds
 * a `next` that no replica signs with yet, so all that is asked of the operator is that every
 * replica has the folder's change before the next rotation. With copied folders: copy the new files
 * to every replica after each rotation, and then remove there what the rotation removed.
 *
 * Emergency: when keys were seen by others, key_rotation_replace() makes new ones and removes all
 * others. Within a second nothing that they signed is taken any more. One key that does not sign
 * any more is removed alone by key_rotation_retire(). The last key of a kind cannot be revoked by
 * removing it: a folder without keys is faulty, and the service keeps what it has. */

#ifndef KEY_ROTATION_H
#define KEY_ROTATION_H

#include "bounds.h"
#include "key_folder.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define KEY_ROTATION_S 60   /* two rotations are at least so far apart */
#define KEY_PAST_USE_S 3600 /* how long after its tokens' end a key is kept: slow copies */

/* Makes what a folder lacks, and the folder itself (mode 0700): the derive key, and `current` and
 * `next` of both kinds. Where nothing is lacking it changes nothing, so it may be called again.
 * Files appear whole or not at all; of several callers at once, one makes them. Where root makes
 * them, they belong to the folder's owner. What a killed caller left half-made is removed first.
 * `ret_kid`: the newest stage key. False, and errbuf, on any failure. */
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
 * ACCESS_TOKEN_LIFE_MAX_S, and what clocks may differ) and KEY_PAST_USE_S. One previous key is
 * always kept. A new key always sorts last, also where the clock stands behind the newest. What
 * key_rotation_fill would make or remove is made or removed along the way. `ret_kid`: the new stage
 * key.
 *
 * False, and errbuf: too soon after the last (or by a clock that is behind it); as many keys as are
 * allowed, and tokens of the oldest may still be out; a folder that cannot be read, written or
 * locked. Then no key was made, but for the kind before the one that failed. */
bool key_rotation_run(const char *folder, int64_t now, enum key_rotation_haste,
    char ret_kid[static KID_MAX + 1], char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Replaces all keys of both kinds at once, however many there are and whenever the last rotation
 * was: a new current and a new next, and none of before. The derive key stays. Every token that a
 * key of before signed is of no use from then on. *ret_removed: how many keys went. Broken off, it
 * leaves a folder that signs, and may be run again. False, and errbuf: a folder that cannot be
 * read, written or locked. */
bool key_rotation_replace(const char *folder, int64_t now, char ret_kid[static KID_MAX + 1],
    unsigned *ret_removed, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* What a key is good for. */
struct key_use {
	enum key_state state;
	int64_t made_at;
	int64_t signed_until; /* of a previous one: when it stopped signing; else 0 */
	int64_t tokens_until; /* when the last token that it signed has expired; 0: it signs */
};
void key_rotation_use(enum key_kind, const struct key_kids *, size_t i, struct key_use *ret);

/* Removes one previous key, of whichever kind. `force`: also while tokens that it signed may live,
 * which are then of no use. False, and errbuf: no key has this id, it signs or is the next to, its
 * tokens may live, or the folder cannot be read, written or locked. */
bool key_rotation_retire(const char *folder, const char *kid, int64_t now, bool force,
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
