/* keys_fixture.h - a folder of one stage key and the derive key, for the tests of keyring.c and of
 * key_rotation.c: made for each test and removed behind it. */

#ifndef KEYS_FIXTURE_H
#define KEYS_FIXTURE_H

#include "key_folder.h"
#include "keyring.h"
#include "keys_folder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define KID        "20261122T010203Z-1a2b3c4d"
#define STAGE(kid) "stage-" kid ".key"
#define DERIVE     "derive.key"

/* 2026-11-22T01:02:03Z, that of KID. */
#define NOW ((int64_t)1795309323)
#define DAY ((int64_t)86400)

/* Roots of keys. */
#define RISING_63 "00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RISING    "0" RISING_63
#define RISING_ON "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

#define SERVICE 65534 /* a user without rights */

struct keys_fixture {
	char folder[KEYS_FOLDER_SIZE];
	char why[ERRBUF_MAX + 1];
};

/* Of each test; *state is a struct keys_fixture. */
int keys_fixture_set_up(void **state);
int keys_fixture_tear_down(void **state);

/* Empties the folder, and puts its two keys in again. */
void keys_fixture_fill(const struct keys_fixture *);

/* How many files there are whose names begin so. */
size_t keys_fixture_count(const struct keys_fixture *, const char *prefix);

/* The ids of its keys of a kind. */
void keys_fixture_kids(struct keys_fixture *, enum key_kind, struct key_kids *ret);

/* Rotates at once. `ret_kid`: the new stage key. */
void keys_fixture_rotate(struct keys_fixture *, int64_t now, char ret_kid[static KID_MAX + 1]);

/* Makes somebody the owner of the folder and of all its files. */
void keys_fixture_give_to(const struct keys_fixture *, uid_t owner);

/* Does the service start with the keys of a folder, as a user of its own (SERVICE)? For root. */
bool keys_are_read_by_a_service(const char *folder) MUST_USE;

/* For CLEANUP(). */
void cleanup_keyring(struct keyring *const *);

#endif
