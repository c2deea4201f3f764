/* keyring_test.c - which folders of keys are taken, what is derived from them, and what a keyring
 * sees of a folder that changes. */

#include "keyring.h"

#include "cleanup.h"
#include "key_rotation.h"
#include "keys_fixture.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SAME "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"

static void
assert_kids(struct keys_fixture *fixture, enum key_kind kind, const char *only)
{
	struct key_kids kids;

	keys_fixture_kids(fixture, kind, &kids);
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
	struct keys_fixture *const fixture = *state;
	CLEANUP(cleanup_keyring)
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
	struct keys_fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		keys_fixture_fill(fixture);
		key_file_put(fixture->folder, rows[i].name, rows[i].text, rows[i].mode);
		CLEANUP(cleanup_keyring)
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
link_away(const struct keys_fixture *fixture)
{
	key_file_put(fixture->folder, "elsewhere", RISING "\n", 0400);
	unlink(key_file_path(fixture->folder, STAGE(KID)));
	assert_int_equal(symlink("elsewhere", key_file_path(fixture->folder, STAGE(KID))), 0);
}

static void
put_a_pipe(const struct keys_fixture *fixture)
{
	unlink(key_file_path(fixture->folder, STAGE(KID)));
	assert_int_equal(mkfifo(key_file_path(fixture->folder, STAGE(KID)), 0400), 0);
}

static void
put_a_folder(const struct keys_fixture *fixture)
{
	unlink(key_file_path(fixture->folder, DERIVE));
	assert_int_equal(mkdir(key_file_path(fixture->folder, DERIVE), 0700), 0);
}

static void
lose_the_derive_key(const struct keys_fixture *fixture)
{
	unlink(key_file_path(fixture->folder, DERIVE));
}

static void
lose_the_stage_key(const struct keys_fixture *fixture)
{
	unlink(key_file_path(fixture->folder, STAGE(KID)));
}

static void
put_nine_stage_keys(const struct keys_fixture *fixture)
{
	char name[] = STAGE("20261122T010203Z-00000000");

	for (char digit = '1'; digit <= '8'; digit++) {
		name[strlen("stage-20261122T010203Z-")] = digit;
		key_file_put(fixture->folder, name, RISING "\n", 0400);
	}
}

static void
open_to_the_group(const struct keys_fixture *fixture)
{
	assert_int_equal(chmod(fixture->folder, 0720), 0);
}

static void
open_to_others(const struct keys_fixture *fixture)
{
	assert_int_equal(chmod(fixture->folder, 0702), 0);
}

static void
a_folder_in_disorder_is_refused(void **state)
{
	static const struct {
		const char *why;
		void (*disorder)(const struct keys_fixture *);
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
	struct keys_fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		keys_fixture_fill(fixture);
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
	const struct keys_fixture *const fixture = *state;
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
	struct keys_fixture *const fixture = *state;

	for (size_t i = 0; i < LENGTH(names); i++)
		key_file_put(fixture->folder, names[i], "no key", 0666);
	CLEANUP(cleanup_keyring)
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
	struct keys_fixture *const fixture = *state;
	char name[KEY_NAME_MAX + 1];

	for (size_t i = 0; i < LENGTH(made); i++) {
		assert_true(text_format(name, sizeof name, "stage-%s.key", made[i]));
		key_file_put(fixture->folder, name, RISING_ON "\n", 0400);
	}
	CLEANUP(cleanup_keyring)
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

/* Owners. */

#define STRANGER 65533

static void
keys_of_a_stranger_are_refused(void **state)
{
	struct keys_fixture *const fixture = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(key_file_path(fixture->folder, STAGE(KID)), STRANGER, STRANGER), 0);
	assert_null(keyring_open(fixture->folder, fixture->why));
	assert_non_null(strstr(fixture->why, "must belong to the user that reads it, or to root"));
	assert_non_null(strstr(fixture->why, STAGE(KID)));

	/* Its owner may exchange what is in a folder. */
	keys_fixture_give_to(fixture, SERVICE);
	assert_true(keys_are_read_by_a_service(fixture->folder));
	assert_int_equal(chown(fixture->folder, STRANGER, STRANGER), 0);
	assert_int_equal(chmod(fixture->folder, 0755), 0);
	assert_false(keys_are_read_by_a_service(fixture->folder));
	assert_int_equal(chown(fixture->folder, 0, 0), 0);
	assert_true(keys_are_read_by_a_service(fixture->folder));
}

/* Refreshing. */

static void
a_refresh_sees_what_was_added_and_removed(void **state)
{
	struct keys_fixture *const fixture = *state;
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	char first[KID_MAX + 1], second[KID_MAX + 1], name[KEY_NAME_MAX + 1];
	struct stage_key key;
	bool changed = true;

	assert_non_null(ring);
	assert_true(keyring_refresh(ring, &changed, fixture->why));
	assert_false(changed);

	keys_fixture_rotate(fixture, NOW + 1, first);
	keys_fixture_rotate(fixture, NOW + 2, second);
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
another_derive_key(const struct keys_fixture *fixture)
{
	key_file_put(fixture->folder, DERIVE, RISING "\n", 0400);
}

static void
a_key_half_copied(const struct keys_fixture *fixture)
{
	key_file_put(fixture->folder, STAGE("20271122T010203Z-1a2b3c4d"), "00010203", 0400);
}

static void
lose_the_folder(const struct keys_fixture *fixture)
{
	assert_int_equal(keys_folder_remove(fixture->folder), 0);
}

static void
a_faulty_folder_changes_nothing_until_it_is_right(void **state)
{
	static const struct {
		const char *why;
		void (*disorder)(const struct keys_fixture *);
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
	struct keys_fixture *const fixture = *state;
	struct stage_key key;
	char kid[KID_MAX + 1];

	for (size_t i = 0; i < LENGTH(rows); i++) {
		keys_fixture_fill(fixture);
		CLEANUP(cleanup_keyring)
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
		keys_fixture_fill(fixture);
		keys_fixture_rotate(fixture, NOW + 1, kid);
		keys_fixture_rotate(fixture, NOW + 2, kid);
		bool changed = false;
		assert_true(keyring_refresh(ring, &changed, fixture->why) && changed);
		keyring_signing(ring, &key);
		assert_string_not_equal(key.kid, KID);
	}
}

int
main(void)
{
#define EACH(test) \
	cmocka_unit_test_setup_teardown(test, keys_fixture_set_up, keys_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		EACH(keys_are_derived_as_they_always_were),
		EACH(a_key_file_is_taken_or_refused_by_name),
		EACH(a_folder_in_disorder_is_refused),
		EACH(a_missing_folder_is_named_however_long_its_path),
		EACH(files_with_other_names_are_not_looked_at),
		EACH(the_second_newest_key_signs_and_all_are_found),
		EACH(kids_are_of_the_time_they_say),
		EACH(a_place_is_a_state),
		EACH(keys_of_a_stranger_are_refused),
		EACH(a_refresh_sees_what_was_added_and_removed),
		EACH(a_faulty_folder_changes_nothing_until_it_is_right),
	};
#undef EACH

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
