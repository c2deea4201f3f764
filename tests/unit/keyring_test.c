/* keyring_test.c - which folders of keys are taken, that new keys appear whole and once, and that a
 * rotation refuses nobody. */

#include "key_rotation.h"
#include "keyring.h"

#include "access_token.h"
#include "cleanup.h"
#include "clock.h"
#include "keys_folder.h"
#include "text.h"
#include "token.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RISING_63  "00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RISING     "0" RISING_63
#define RISING_ON  "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define SAME       "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
#define KID        "20261122T010203Z-1a2b3c4d"
#define STAGE(kid) "stage-" kid ".key"
#define DERIVE     "derive.key"

/* A folder of one stage key and the derive key, made for each test and removed behind it. */
struct fixture {
	char folder[KEYS_FOLDER_SIZE];
	char why[ERRBUF_MAX + 1];
};

static void
folder_fill(const struct fixture *fixture)
{
	keys_folder_empty(fixture->folder);
	assert_int_equal(chmod(fixture->folder, 0700), 0);
	key_file_put(fixture->folder, STAGE(KID), RISING "\n", 0400);
	key_file_put(fixture->folder, DERIVE, RISING_ON "\n", 0400);
}

static size_t
files_count(const struct fixture *fixture, const char *prefix)
{
	DIR *const dir = opendir(fixture->folder);
	size_t count = 0;

	assert_non_null(dir);
	for (const struct dirent *file; (file = readdir(dir)) != NULL;)
		count += text_starts_with(file->d_name, prefix);
	closedir(dir);
	return count;
}

static int
set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	if (!keys_folder_make(fixture.folder))
		return -1;
	folder_fill(&fixture);
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	const struct fixture *const fixture = *state;

	return keys_folder_remove(fixture->folder);
}

static void
close_ring(struct keyring *const *ring)
{
	keyring_close(*ring);
}

static void
kids_of(struct fixture *fixture, enum key_kind kind, struct key_kids *ret)
{
	CLEANUP(key_folder_close)
	struct key_folder folder = { .path = fixture->folder, .errbuf = fixture->why };

	assert_true(key_folder_open(&folder) && key_folder_kids(&folder, kind, ret));
}

static void
assert_kids(struct fixture *fixture, enum key_kind kind, const char *only)
{
	struct key_kids kids;

	kids_of(fixture, kind, &kids);
	assert_int_equal(kids.count, 1);
	assert_string_equal(kids.kids[0], only);
}

static void
assert_hex(const uint8_t *bytes, const char *expected)
{
	char hex[2 * KEYED_HASH_SIZE + 1];

	text_hex(bytes, KEYED_HASH_SIZE, hex);
	assert_string_equal(hex, expected);
}

/* Expected: Python's hmac.new(root, label + b"\0" + message, "sha256"). These are for ever: a
 * release that derived otherwise would void every token, key and count at once. */
static void
keys_are_derived_as_they_always_were(void **state)
{
	struct fixture *const fixture = *state;
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	uint8_t hash[KEYED_HASH_SIZE];

	assert_non_null(ring);
	struct stage_key key;
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, KID);
	assert_hex(key.sign, "2784a7bc555a7ba3d74dadb6f8fa2c21429c6fcfd577765195e905567cf09864");
	assert_hex(key.seal, "7c43d04572ca5cf4c59175cdd1bf893ea57d2b573e9200d78b87b5caeaf8d1f7");
	keyring_hash(ring, KEYRING_AUTHENTICATION_KEY, "message", 7, hash);
	assert_hex(hash, "8ba9af9bf8dddbe598a98639e293f51be2823af4080df7133e3f2c822b09782b");
	keyring_hash(ring, KEYRING_FINGERPRINT, "message", 7, hash);
	assert_hex(hash, "53c1cee0562481c787985db179218624352fb1bbddbf661b6e910dafbbec8ab0");
	keyring_hash(ring, KEYRING_LIMIT, "message", 7, hash);
	assert_hex(hash, "ed5b93ea4b8411a543c683fcc19710bb252c6b5e3beba4b93239fef64ba0a39c");
}

/* asvs 11.2.3 13.3.2 */
static void
a_key_file_is_taken_or_refused_by_name(void **state)
{
	static const struct {
		const char *why;
		const char *name;
		const char *text;
		mode_t mode;
		const char *complaint; /* NULL: taken */
	} rows[] = {
		/* clang-format off */
		{ "mode 0600",                STAGE(KID), RISING "\n",    0600, NULL },
		{ "capital hex digits",       STAGE(KID), "A" RISING_63 "\n", 0400, NULL },
		{ "readable by the group",    STAGE(KID), RISING "\n",    0440, "0400" },
		{ "readable by others",       STAGE(KID), RISING "\n",    0404, "0400" },
		{ "writable by others",       STAGE(KID), RISING "\n",    0402, "0400" },
		{ "runnable by the group",    STAGE(KID), RISING "\n",    0410, "0400" },
		{ "derive key for all",       DERIVE,     RISING "\n",    0444, "0400" },
		{ "empty",                    STAGE(KID), "",             0400, "64 hex" },
		{ "no newline",               STAGE(KID), RISING,         0400, "64 hex" },
		{ "a digit in its place",     STAGE(KID), RISING "0",     0400, "64 hex" },
		{ "one digit too many",       STAGE(KID), RISING "0\n",   0400, "64 hex" },
		{ "the line end of Windows",  STAGE(KID), RISING "\r\n",  0400, "64 hex" },
		{ "a second line",            STAGE(KID), RISING "\n\n",  0400, "64 hex" },
		{ "a letter beyond f",        STAGE(KID), "g" RISING_63 "\n", 0400, "64 hex" },
		{ "a space before",           DERIVE,     " " RISING_63 "\n", 0400, "64 hex" },
		{ "all bytes the same",       STAGE(KID), SAME "\n",      0400, "same" },
		{ "a derive key all the same", DERIVE,    SAME "\n",      0400, "same" },
		/* clang-format on */
	};
	struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		folder_fill(fixture);
		key_file_put(fixture->folder, rows[i].name, rows[i].text, rows[i].mode);
		CLEANUP(close_ring)
		struct keyring *const ring = keyring_open(fixture->folder, fixture->why);

		if ((ring != NULL) != (rows[i].complaint == NULL))
			fail_msg("%s", rows[i].why);
		if (ring != NULL)
			continue;
		if (strstr(fixture->why, rows[i].name) == NULL ||
		    strstr(fixture->why, rows[i].complaint) == NULL)
			fail_msg("%s: the complaint is \"%s\"", rows[i].why, fixture->why);
		assert_null(strstr(fixture->why, "0c0d0e"));
		assert_null(strstr(fixture->why, "5a5a5a"));
	}
}

static void
link_away(const struct fixture *fixture)
{
	key_file_put(fixture->folder, "elsewhere", RISING "\n", 0400);
	unlink(key_file_path(fixture->folder, STAGE(KID)));
	assert_int_equal(symlink("elsewhere", key_file_path(fixture->folder, STAGE(KID))), 0);
}

static void
put_a_pipe(const struct fixture *fixture)
{
	unlink(key_file_path(fixture->folder, STAGE(KID)));
	assert_int_equal(mkfifo(key_file_path(fixture->folder, STAGE(KID)), 0400), 0);
}

static void
put_a_folder(const struct fixture *fixture)
{
	unlink(key_file_path(fixture->folder, DERIVE));
	assert_int_equal(mkdir(key_file_path(fixture->folder, DERIVE), 0700), 0);
}

static void
lose_the_derive_key(const struct fixture *fixture)
{
	unlink(key_file_path(fixture->folder, DERIVE));
}

static void
lose_the_stage_key(const struct fixture *fixture)
{
	unlink(key_file_path(fixture->folder, STAGE(KID)));
}

static void
put_nine_stage_keys(const struct fixture *fixture)
{
	char name[] = STAGE("20261122T010203Z-00000000");

	for (char digit = '1'; digit <= '8'; digit++) {
		name[strlen("stage-20261122T010203Z-")] = digit;
		key_file_put(fixture->folder, name, RISING "\n", 0400);
	}
}

static void
open_to_the_group(const struct fixture *fixture)
{
	assert_int_equal(chmod(fixture->folder, 0720), 0);
}

static void
open_to_others(const struct fixture *fixture)
{
	assert_int_equal(chmod(fixture->folder, 0702), 0);
}

static void
a_folder_in_disorder_is_refused(void **state)
{
	static const struct {
		const char *why;
		void (*disorder)(const struct fixture *);
		const char *complaint;
	} rows[] = {
		/* clang-format off */
		{ "a symbolic link for a key",     link_away,           "symbolic link" },
		{ "a pipe for a key",              put_a_pipe,          "regular file" },
		{ "a folder for a key",            put_a_folder,        "regular file" },
		{ "no derive key",                 lose_the_derive_key, "derive.key: cannot open" },
		{ "no stage key",                  lose_the_stage_key,  "no stage key" },
		{ "one stage key too many",        put_nine_stage_keys, "too many" },
		{ "a folder the group may change", open_to_the_group,   "0700" },
		{ "a folder others may change",    open_to_others,      "0700" },
		/* clang-format on */
	};
	struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		folder_fill(fixture);
		rows[i].disorder(fixture);
		if (keyring_open(fixture->folder, fixture->why) != NULL)
			fail_msg("taken in spite of %s", rows[i].why);
		if (strstr(fixture->why, rows[i].complaint) == NULL)
			fail_msg("%s: the complaint is \"%s\"", rows[i].why, fixture->why);
	}
}

static void
a_missing_folder_is_named_however_long_its_path(void **state)
{
	const struct fixture *const fixture = *state;
	char path[2 * ERRBUF_MAX], why[ERRBUF_MAX + 1];

	assert_null(keyring_open("/nonexistent/keys", why));
	assert_string_equal(
	    why, "/nonexistent/keys/: cannot open the folder of keys: No such file or directory");

	memset(path, '/', sizeof path);
	memcpy(path + sizeof path - 5, "none", 5);
	assert_null(keyring_open(path, why));
	assert_non_null(strstr(why, "No such file"));

	assert_null(keyring_open(key_file_path(fixture->folder, DERIVE), why));
	assert_non_null(strstr(why, "Not a directory"));
}

static void
files_with_other_names_are_not_looked_at(void **state)
{
	static const char *const names[] = {
		"README",
		".new-0011223344556677",
		"derive.key~",
		"stage-.key",
		"stage-" KID,
		"stage-" KID ".key~",
		"stage-" KID ".key.bak",
		"stage-20261122T010203Z-1A2B3C4D.key",
		"stage-20261122T010203Z-1a2b3c4.key",
		"stage-20261122T010203Z-1a2b3c4d5.key",
		"stage-20261122010203Z-1a2b3c4d00.key",
		"stage-2026112dT010203Z-1a2b3c4d.key",
		"stage-ddddddddTddddddZ-hhhhhhhh.key",
		"Stage-20261122T010203Z-1a2b3c4d.key",
	};
	struct fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(names); i++)
		key_file_put(fixture->folder, names[i], "no key", 0666);
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	if (ring == NULL)
		fail_msg("%s", fixture->why);
	assert_kids(fixture, KEY_STAGE, KID);
}

/* The newest of several is not signed with yet: replicas may not have it. */
static void
the_second_newest_key_signs_and_all_are_found(void **state)
{
	static const char *const made[] = { "20251231T235959Z-ffffffff",
		"20270101T000000Z-00000000", "20261122T010203Z-1a2b3c4e",
		"20260101T000000Z-00000000" };
	static const char *const in_order[] = { "20270101T000000Z-00000000",
		"20261122T010203Z-1a2b3c4e", KID, "20260101T000000Z-00000000",
		"20251231T235959Z-ffffffff" };
	struct fixture *const fixture = *state;
	char name[KEY_NAME_MAX + 1];

	for (size_t i = 0; i < LENGTH(made); i++) {
		assert_true(text_format(name, sizeof name, "stage-%s.key", made[i]));
		key_file_put(fixture->folder, name, RISING_ON "\n", 0400);
	}
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	struct stage_key key;

	assert_non_null(ring);
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, in_order[1]);
	for (size_t i = 0; i < LENGTH(in_order); i++) {
		assert_true(keyring_find(ring, in_order[i], &key));
		assert_string_equal(key.kid, in_order[i]);
	}
	assert_false(keyring_find(ring, "20260101T000000Z-00000001", &key));
	assert_false(keyring_find(ring, "", &key));
}

static void
assert_key_file(const struct fixture *fixture, const char *name, off_t size)
{
	struct stat file;

	assert_int_equal(lstat(key_file_path(fixture->folder, name), &file), 0);
	assert_int_equal(file.st_mode, S_IFREG | 0400);
	assert_int_equal(file.st_size, size);
	assert_int_equal(file.st_nlink, 1);
}

static void
all_that_is_lacking_is_made_and_then_nothing(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1], again[KID_MAX + 1], name[KEY_NAME_MAX + 1];
	struct key_kids kids;
	struct stat folder;

	assert_int_equal(keys_folder_remove(fixture->folder), 0);
	const mode_t before = umask(0); /* takes nothing away from too wide a mode */
	const bool made = key_rotation_fill(fixture->folder, kid, fixture->why);
	umask(before);

	if (!made)
		fail_msg("%s", fixture->why);
	assert_int_equal(stat(fixture->folder, &folder), 0);
	assert_int_equal(folder.st_mode, S_IFDIR | 0700);
	assert_int_equal(
	    files_count(fixture, ""), 2 + 1 + 2 + 2); /* two dots, derive, two of each */
	assert_key_file(fixture, DERIVE, 65);
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++) {
		kids_of(fixture, kind, &kids);
		assert_int_equal(kids.count, 2);
		for (size_t i = 0; i < kids.count; i++) {
			key_name(kind, kids.kids[i], name);
			assert_key_file(fixture, name, kind == KEY_STAGE ? 65 : 241);
		}
	}
	kids_of(fixture, KEY_STAGE, &kids);
	assert_string_equal(kids.kids[0], kid);

	assert_true(key_rotation_fill(fixture->folder, again, fixture->why));
	assert_string_equal(again, kid);
	assert_int_equal(files_count(fixture, ""), 2 + 1 + 2 + 2);
}

/* A folder of an earlier release: one stage key, which goes on signing. */
static void
what_is_there_stays_when_more_is_made(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1];
	uint8_t hash[KEYED_HASH_SIZE];
	struct stage_key key, next;

	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, KID);
	assert_true(strcmp(kid, KID) > 0 && keyring_find(ring, kid, &next));
	assert_memory_not_equal(key.sign, next.sign, sizeof key.sign);
	keyring_hash(ring, KEYRING_LIMIT, "message", 7, hash);
	assert_hex(hash, "ed5b93ea4b8411a543c683fcc19710bb252c6b5e3beba4b93239fef64ba0a39c");
	assert_int_equal(files_count(fixture, "access-"), 2);
}

/* Rotating. */

/* 2026-11-22T01:02:03Z, that of KID. */
#define NOW  ((int64_t)1795309323)
#define DAY  ((int64_t)86400)
#define HOUR ((int64_t)3600)

static void
kids_are_of_the_time_they_say(void **state)
{
	char kid[KID_MAX + 1];

	(void)state;
	assert_int_equal(kid_time(KID), NOW);
	kid_make(NOW, kid);
	assert_memory_equal(kid, KID, strlen("20261122T010203Z-"));
	assert_int_equal(strlen(kid), strlen(KID));
	for (int64_t time = 1; time < INT64_C(7258118400); time += 86399) { /* to 2200 */
		kid_make(time, kid);
		assert_int_equal(kid_time(kid), time);
	}
}

static void
a_place_is_a_state(void **state)
{
	static const char *const states[][4] = {
		{ "current" },
		{ "next", "current" },
		{ "next", "current", "previous" },
		{ "next", "current", "previous", "previous" },
	};

	(void)state;
	for (size_t count = 1; count <= LENGTH(states); count++) {
		for (size_t i = 0; i < count; i++)
			assert_string_equal(
			    key_state_name(key_state_at(count, i)), states[count - 1][i]);
		assert_string_equal(states[count - 1][key_signing_at(count)], "current");
	}
}

static void
rotate_at(struct fixture *fixture, int64_t now, char ret_kid[static KID_MAX + 1])
{
	if (!key_rotation_run(fixture->folder, now, KEY_ROTATION_FORCED, ret_kid, fixture->why))
		fail_msg("%s", fixture->why);
}

static void
a_key_is_known_before_it_signs_and_after(void **state)
{
	struct fixture *const fixture = *state;
	char kids[4][KID_MAX + 1];
	struct stage_key key;

	keys_folder_empty(fixture->folder);
	assert_true(key_rotation_fill(fixture->folder, kids[0], fixture->why));
	for (size_t i = 1; i < LENGTH(kids); i++) {
		rotate_at(fixture, clock_now(), kids[i]);
		CLEANUP(close_ring)
		struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
		assert_non_null(ring);
		keyring_signing(ring, &key);
		assert_string_equal(key.kid, kids[i - 1]);
		assert_true(keyring_find(ring, kids[0], &key));
		assert_true(keyring_find(ring, kids[i], &key));
		assert_int_equal(files_count(fixture, "access-"), 2 + i);
	}
}

static void
rotations_leave_the_replicas_time(void **state)
{
	static const struct {
		const char *why;
		int64_t after;
		enum key_rotation_haste haste;
		bool rotated;
	} rows[] = {
		/* clang-format off */
		{ "at once",                         0,      KEY_ROTATION_PATIENT, false },
		{ "a second too early",              59,     KEY_ROTATION_PATIENT, false },
		{ "in time",                         60,     KEY_ROTATION_PATIENT, true  },
		{ "by a clock a second behind",      -1,     KEY_ROTATION_PATIENT, false },
		{ "by a clock a year behind",        -365 * DAY, KEY_ROTATION_PATIENT, false },
		{ "at once, forced",                 0,      KEY_ROTATION_FORCED,  true  },
		{ "forced by a clock a year behind", -365 * DAY, KEY_ROTATION_FORCED, true },
		/* clang-format on */
	};
	struct fixture *const fixture = *state;
	char newest[KID_MAX + 1], kid[KID_MAX + 1];

	for (size_t i = 0; i < LENGTH(rows); i++) {
		folder_fill(fixture);
		rotate_at(fixture, NOW, newest); /* the first access keys are of NOW, NOW + 1 */
		const size_t before = files_count(fixture, "stage-");
		const bool rotated = key_rotation_run(
		    fixture->folder, NOW + 1 + rows[i].after, rows[i].haste, kid, fixture->why);
		if (rotated != rows[i].rotated)
			fail_msg("%s: %s", rows[i].why, fixture->why);
		if (files_count(fixture, "stage-") != before + rotated)
			fail_msg("%s: another number of keys", rows[i].why);
		if (rotated && strcmp(kid, newest) <= 0)
			fail_msg("%s: the new key is not the newest", rows[i].why);
		if (!rotated &&
		    (kid[0] != '\0' || strstr(fixture->why, "less than 60 s ago") == NULL))
			fail_msg("%s: the complaint is \"%s\"", rows[i].why, fixture->why);
	}
}

/* With one key there is nobody to wait for: it signs before and after. */
static void
a_lone_key_may_be_joined_at_once(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1];

	assert_true(
	    key_rotation_run(fixture->folder, NOW, KEY_ROTATION_PATIENT, kid, fixture->why));
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	struct stage_key key;
	assert_non_null(ring);
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, KID);
}

/* Days of the keys of a kind, then the day of the rotation; those that are left, its new key first.
 * */
static void
keys_go_when_their_last_token_has_expired(void **state)
{
	static const struct {
		const char *why;
		enum key_kind kind;
		int64_t made[KEYS_MAX]; /* from the newest, seconds before NOW; ends with 0 */
		size_t left;
	} rows[] = {
		/* clang-format off */
		{ "one key",
		  KEY_STAGE,  { 9 * DAY },                                     2 },
		{ "current becomes previous, however old",
		  KEY_STAGE,  { 8 * DAY, 9 * DAY },                            3 },
		{ "a day and an hour since it was third",
		  KEY_STAGE,  { DAY + HOUR, 8 * DAY, 9 * DAY },                3 },
		{ "a second less",
		  KEY_STAGE,  { DAY + HOUR - 1, 8 * DAY, 9 * DAY },            4 },
		{ "it is not its own age that counts",
		  KEY_STAGE,  { HOUR, 2 * HOUR, 3 * HOUR, 400 * DAY },         5 },
		{ "all that are past use go at once",
		  KEY_STAGE,  { 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY, 6 * DAY }, 3 },
		{ "and only they",
		  KEY_STAGE,  { HOUR, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY },    4 },
		{ "access keys go sooner",
		  KEY_ACCESS, { HOUR + 660, 8 * DAY, 9 * DAY },                3 },
		{ "but not before that",
		  KEY_ACCESS, { HOUR + 659, 8 * DAY, 9 * DAY },                4 },
		/* clang-format on */
	};
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1], name[KEY_NAME_MAX + 1], pem[KEY_FILE_MAX + 1];
	struct key_kids kids;

	assert_true(access_key_write(pem));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		keys_folder_empty(fixture->folder);
		for (size_t k = 0; rows[i].made[k] != 0; k++) {
			kid_make(NOW - rows[i].made[k], kid);
			key_name(rows[i].kind, kid, name);
			key_file_put(fixture->folder, name,
			    rows[i].kind == KEY_STAGE ? RISING "\n" : pem, 0400);
		}
		rotate_at(fixture, NOW, kid);
		kids_of(fixture, rows[i].kind, &kids);
		if (kids.count != rows[i].left)
			fail_msg("%s: %zu are left", rows[i].why, kids.count);
		for (size_t k = 0; k < kids.count; k++)
			assert_int_equal(
			    kid_time(kids.kids[k]), NOW - (k == 0 ? 0 : rows[i].made[k - 1]));
	}
}

static void
a_key_that_would_be_too_many_is_not_made(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1] = "x";

	for (int i = 1; i < KEYRING_STAGE_MAX; i++)
		rotate_at(fixture, NOW + i, kid);
	assert_false(
	    key_rotation_run(fixture->folder, NOW + DAY, KEY_ROTATION_FORCED, kid, fixture->why));
	assert_string_equal(kid, "");
	assert_non_null(strstr(fixture->why, STAGE(KID)));
	assert_non_null(strstr(fixture->why, "rotate later"));
	assert_int_equal(files_count(fixture, "stage-"), KEYRING_STAGE_MAX);
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	rotate_at(fixture, NOW + 3 * DAY, kid);
	assert_int_equal(files_count(fixture, "stage-"), 3);
	assert_int_equal(files_count(fixture, "access-"), 3);
}

/* Refreshing. */

static void
a_refresh_sees_what_was_added_and_removed(void **state)
{
	struct fixture *const fixture = *state;
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	char first[KID_MAX + 1], second[KID_MAX + 1], name[KEY_NAME_MAX + 1];
	struct stage_key key;
	bool changed = true;

	assert_non_null(ring);
	assert_true(keyring_refresh(ring, &changed, fixture->why));
	assert_false(changed);

	rotate_at(fixture, NOW + 1, first);
	rotate_at(fixture, NOW + 2, second);
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, KID); /* not before */
	assert_true(keyring_refresh(ring, &changed, fixture->why));
	assert_true(changed);
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, first);
	assert_true(keyring_refresh(ring, &changed, fixture->why));
	assert_false(changed);

	/* The emergency: a key that is taken away opens nothing any more. */
	key_name(KEY_STAGE, first, name);
	unlink(key_file_path(fixture->folder, name));
	assert_true(keyring_refresh(ring, &changed, fixture->why));
	assert_true(changed);
	assert_false(keyring_find(ring, first, &key));
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, KID);
}

static void
another_derive_key(const struct fixture *fixture)
{
	key_file_put(fixture->folder, DERIVE, RISING "\n", 0400);
}

static void
a_key_half_copied(const struct fixture *fixture)
{
	key_file_put(fixture->folder, STAGE("20271122T010203Z-1a2b3c4d"), "00010203", 0400);
}

static void
lose_the_folder(const struct fixture *fixture)
{
	assert_int_equal(keys_folder_remove(fixture->folder), 0);
}

static void
a_faulty_folder_changes_nothing_until_it_is_right(void **state)
{
	static const struct {
		const char *why;
		void (*disorder)(const struct fixture *);
		const char *complaint;
	} rows[] = {
		/* clang-format off */
		{ "a symbolic link for a key",     link_away,           "symbolic link" },
		{ "a key half copied",             a_key_half_copied,   "64 hex" },
		{ "another derive key",            another_derive_key,  "must never change" },
		{ "no derive key",                 lose_the_derive_key, "derive.key: cannot open" },
		{ "no stage key",                  lose_the_stage_key,  "no stage key" },
		{ "one stage key too many",        put_nine_stage_keys, "too many" },
		{ "a folder the group may change", open_to_the_group,   "0700" },
		{ "no folder",                     lose_the_folder,     "cannot open the folder" },
		/* clang-format on */
	};
	struct fixture *const fixture = *state;
	struct stage_key key;
	char kid[KID_MAX + 1];

	for (size_t i = 0; i < LENGTH(rows); i++) {
		folder_fill(fixture);
		CLEANUP(close_ring)
		struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
		assert_non_null(ring);
		rows[i].disorder(fixture);
		for (int again = 0; again < 2; again++) { /* it is not forgotten either */
			bool changed = true;

			if (keyring_refresh(ring, &changed, fixture->why) || changed)
				fail_msg("taken in spite of %s", rows[i].why);
			if (strstr(fixture->why, rows[i].complaint) == NULL)
				fail_msg("%s: the complaint is \"%s\"", rows[i].why, fixture->why);
			keyring_signing(ring, &key);
			assert_string_equal(key.kid, KID);
		}

		mkdir(fixture->folder, 0700);
		folder_fill(fixture);
		rotate_at(fixture, NOW + 1, kid);
		rotate_at(fixture, NOW + 2, kid);
		bool changed = false;
		assert_true(keyring_refresh(ring, &changed, fixture->why) && changed);
		keyring_signing(ring, &key);
		assert_string_not_equal(key.kid, KID);
	}
}

static void
no_key_is_made_where_none_would_be_taken(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1] = "x", why[ERRBUF_MAX + 1];

	open_to_others(fixture);
	assert_false(key_rotation_fill(fixture->folder, kid, why));
	assert_non_null(strstr(why, "0700"));
	assert_string_equal(kid, "");
	assert_false(key_rotation_fill("/nonexistent/keys", kid, why));
	assert_non_null(strstr(why, "cannot make the folder"));
	assert_false(key_rotation_fill(key_file_path(fixture->folder, DERIVE), kid, why));
	assert_false(key_rotation_run(fixture->folder, NOW + DAY, KEY_ROTATION_FORCED, kid, why));
	assert_non_null(strstr(why, "0700"));
	assert_int_equal(files_count(fixture, "stage-"), 1);
}

/* One of those who make keys at once: which derive key did it see when they were made? */
struct maker {
	pthread_t thread;
	pthread_barrier_t *together;
	const char *folder;
	bool made;
	uint8_t hash[KEYED_HASH_SIZE];
	char why[ERRBUF_MAX + 1];
};

static void *
make(void *argument)
{
	struct maker *const maker = argument;
	char kid[KID_MAX + 1];

	pthread_barrier_wait(maker->together);
	if (!key_rotation_fill(maker->folder, kid, maker->why))
		return NULL;
	CLEANUP(close_ring) struct keyring *const ring = keyring_open(maker->folder, maker->why);
	if (ring == NULL)
		return NULL;
	keyring_hash(ring, KEYRING_LIMIT, "message", 7, maker->hash);
	maker->made = true;
	return NULL;
}

static void
of_several_at_once_one_makes_the_keys(void **state)
{
	struct fixture *const fixture = *state;
	struct maker makers[KEYRING_STAGE_MAX];
	pthread_barrier_t together;

	for (int round = 0; round < 10; round++) {
		assert_int_equal(keys_folder_remove(fixture->folder), 0);
		pthread_barrier_init(&together, NULL, LENGTH(makers));
		for (size_t i = 0; i < LENGTH(makers); i++) {
			makers[i] = (struct maker){ .together = &together,
				.folder = fixture->folder };
			assert_int_equal(
			    pthread_create(&makers[i].thread, NULL, make, &makers[i]), 0);
		}
		for (size_t i = 0; i < LENGTH(makers); i++)
			assert_int_equal(pthread_join(makers[i].thread, NULL), 0);
		pthread_barrier_destroy(&together);

		for (size_t i = 0; i < LENGTH(makers); i++) {
			if (!makers[i].made)
				fail_msg("%s", makers[i].why);
			assert_memory_equal(makers[i].hash, makers[0].hash, KEYED_HASH_SIZE);
		}
		assert_int_equal(files_count(fixture, "stage-"), 2);
		assert_int_equal(files_count(fixture, "access-"), 2);
		assert_int_equal(files_count(fixture, DERIVE), 1);
		assert_int_equal(files_count(fixture, ".new-"), 0);
	}
}

/* Two replicas. Each sees the folder every 50 ms, at another time than the other; members go from
 * one to the other with tokens of both kinds, while the operator rotates. */

#define REPLICAS     2
#define MEMBERS      2 /* threads a replica */
#define REFRESH_MS   50
#define ROTATE_MS    80 /* the operator waits until both have seen it, and so long */
#define ROTATIONS    9
#define ROTATIONS_AT ((int64_t)3 * 86400) /* apart, so that old keys go, too */

struct replica {
	struct keyring *ring;
	struct access_keys *access_keys;
};

struct world {
	struct replica replicas[REPLICAS];
	atomic_bool over;
	atomic_uint joined;
	atomic_uint carried[MEMBERS * REPLICAS]; /* tokens, by each member */
	atomic_uint opened;
	atomic_uint refused;
	atomic_uint refreshed;
	atomic_uint faulty;
};

static void
pause_ms(int64_t ms)
{
	nanosleep(&(const struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static bool
stage_token_passes(const struct replica *from, const struct replica *to)
{
	const struct claims claims = { .use = "identity", .issued_at = NOW, .expires_at = NOW + 9 };
	struct claims opened;
	char token[TOKEN_MAX + 1];

	return token_seal(from->ring, &claims, token) == OK &&
	       token_open(to->ring, token, NOW, &opened) == OK &&
	       token_open(from->ring, token, NOW, &opened) == OK;
}

static bool
access_token_passes(const struct replica *from, const struct replica *to)
{
	const struct access_claims claims = {
		.auth_time = NOW, .issued_at = NOW, .expires_at = NOW + 9
	};
	struct access_claims opened;
	char token[TOKEN_MAX + 1];

	return access_token_seal(from->access_keys, &claims, token) == OK &&
	       access_token_open(to->access_keys, token, NOW, &opened) == OK &&
	       access_token_open(to->access_keys, token, NOW, &opened) == OK && /* remembered */
	       access_token_open(from->access_keys, token, NOW, &opened) == OK;
}

static void *
be_a_member(void *argument)
{
	struct world *const world = argument;
	const unsigned me = atomic_fetch_add(&world->joined, 1);

	for (unsigned i = 0; !atomic_load(&world->over); i++) {
		const struct replica *const from = &world->replicas[i % REPLICAS];
		const struct replica *const to = &world->replicas[(i + 1) % REPLICAS];
		const bool passed = i / REPLICAS % 2 == 0 ? stage_token_passes(from, to)
							  : access_token_passes(from, to);

		atomic_fetch_add(passed ? &world->opened : &world->refused, 1);
		atomic_fetch_add(&world->carried[me], 1);
	}
	return NULL;
}

static void
replica_refresh(struct world *world, struct replica *replica)
{
	char why[ERRBUF_MAX + 1];
	bool ring_changed, keys_changed;

	if (!keyring_refresh(replica->ring, &ring_changed, why) ||
	    !access_keys_refresh(replica->access_keys, &keys_changed, why))
		atomic_fetch_add(&world->faulty, 1);
	atomic_fetch_add(&world->refreshed, (unsigned)(ring_changed + keys_changed));
}

static void *
keep_refreshing(void *argument)
{
	struct world *const world = argument;

	while (!atomic_load(&world->over)) {
		for (size_t i = 0; i < REPLICAS; i++) {
			replica_refresh(world, &world->replicas[i]);
			pause_ms(REFRESH_MS / REPLICAS);
		}
	}
	return NULL;
}

static bool
all_know(const struct world *world, const char *stage_kid, const char *access_kid)
{
	struct stage_key key;
	struct jwk jwk;

	for (size_t i = 0; i < REPLICAS; i++)
		if (!keyring_find(world->replicas[i].ring, stage_kid, &key) ||
		    !access_keys_jwk(world->replicas[i].access_keys, 0, &jwk) ||
		    strcmp(jwk.kid, access_kid) != 0)
			return false;
	return true;
}

/* On a busy machine one may take longer than days of this test, and tokens live for hours. */
static void
wait_for_tokens_under_way(const struct world *world)
{
	for (size_t i = 0; i < LENGTH(world->carried); i++) {
		const unsigned carried = atomic_load(&world->carried[i]);

		while (atomic_load(&world->carried[i]) == carried)
			pause_ms(1);
	}
}

static void
rotate_and_wait(struct fixture *fixture, const struct world *world, int64_t now)
{
	char kid[KID_MAX + 1];
	struct key_kids kids;

	rotate_at(fixture, now, kid);
	kids_of(fixture, KEY_ACCESS, &kids);
	for (int i = 0; i < 1000 && !all_know(world, kid, kids.kids[0]); i++)
		pause_ms(10);
	assert_true(all_know(world, kid, kids.kids[0]));
	pause_ms(ROTATE_MS);
	wait_for_tokens_under_way(world);
}

/* asvs 11.1.1 13.3.4 */
static void
a_rotation_refuses_nobody(void **state)
{
	struct fixture *const fixture = *state;
	pthread_t threads[1 + MEMBERS * REPLICAS];
	char kid[KID_MAX + 1];
	struct world world = { 0 };

	keys_folder_empty(fixture->folder);
	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	for (size_t i = 0; i < REPLICAS; i++) {
		world.replicas[i].ring = keyring_open(fixture->folder, fixture->why);
		world.replicas[i].access_keys = access_keys_open(fixture->folder, fixture->why);
		assert_true(world.replicas[i].ring && world.replicas[i].access_keys);
	}
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     i == 0 ? keep_refreshing : be_a_member, &world),
		    0);

	for (int i = 1; i <= ROTATIONS; i++)
		rotate_and_wait(fixture, &world, clock_now() + i * ROTATIONS_AT);
	atomic_store(&world.over, true);
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);

	assert_int_equal(atomic_load(&world.refused), 0);
	assert_int_equal(atomic_load(&world.faulty), 0);
	assert_true(atomic_load(&world.opened) > 100);
	assert_true(atomic_load(&world.refreshed) >= 2 * REPLICAS * ROTATIONS);
	assert_int_equal(files_count(fixture, "stage-"), 3);
	for (size_t i = 0; i < REPLICAS; i++) {
		keyring_close(world.replicas[i].ring);
		access_keys_close(world.replicas[i].access_keys);
	}
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		EACH(keys_are_derived_as_they_always_were),
		EACH(a_key_file_is_taken_or_refused_by_name),
		EACH(a_folder_in_disorder_is_refused),
		EACH(a_missing_folder_is_named_however_long_its_path),
		EACH(files_with_other_names_are_not_looked_at),
		EACH(the_second_newest_key_signs_and_all_are_found),
		EACH(all_that_is_lacking_is_made_and_then_nothing),
		EACH(what_is_there_stays_when_more_is_made),
		EACH(kids_are_of_the_time_they_say),
		EACH(a_place_is_a_state),
		EACH(a_key_is_known_before_it_signs_and_after),
		EACH(rotations_leave_the_replicas_time),
		EACH(a_lone_key_may_be_joined_at_once),
		EACH(keys_go_when_their_last_token_has_expired),
		EACH(a_key_that_would_be_too_many_is_not_made),
		EACH(a_refresh_sees_what_was_added_and_removed),
		EACH(a_faulty_folder_changes_nothing_until_it_is_right),
		EACH(no_key_is_made_where_none_would_be_taken),
		EACH(of_several_at_once_one_makes_the_keys),
		EACH(a_rotation_refuses_nobody),
	};
#undef EACH

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
