/* keyring_test.c - which folders of keys are taken, and that new keys appear whole and once. */

#include "keyring.h"

#include "cleanup.h"
#include "text.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATH_SIZE  128
#define RISING_63  "00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RISING     "0" RISING_63
#define RISING_ON  "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define SAME       "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
#define KID        "20261122T010203Z-1a2b3c4d"
#define STAGE(kid) "stage-" kid ".key"
#define DERIVE     "derive.key"

/* A folder of one stage key and the derive key, made for each test and removed behind it. */
struct fixture {
	char folder[PATH_SIZE];
	char why[WHY_MAX + 1];
};

static const char *
path_of(const struct fixture *fixture, const char *name)
{
	static char path[2 * PATH_SIZE];

	assert_true(text_format(path, sizeof path, "%s/%s", fixture->folder, name));
	return path;
}

static void
file_put(const struct fixture *fixture, const char *name, const char *text, mode_t mode)
{
	const char *const path = path_of(fixture, name);

	unlink(path);
	FILE *const file = fopen(path, "wxe");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
folder_empty(const struct fixture *fixture)
{
	DIR *const dir = opendir(fixture->folder);

	assert_non_null(dir);
	for (const struct dirent *file; (file = readdir(dir)) != NULL;)
		if (unlinkat(dirfd(dir), file->d_name, 0) != 0)
			unlinkat(dirfd(dir), file->d_name, AT_REMOVEDIR);
	closedir(dir);
}

static void
folder_fill(const struct fixture *fixture)
{
	folder_empty(fixture);
	assert_int_equal(chmod(fixture->folder, 0700), 0);
	file_put(fixture, STAGE(KID), RISING "\n", 0400);
	file_put(fixture, DERIVE, RISING_ON "\n", 0400);
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

	fixture = (struct fixture){ .folder = "/tmp/keyring_test.XXXXXX" };
	if (!secret_start() || mkdtemp(fixture.folder) == NULL)
		return -1;
	folder_fill(&fixture);
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	const struct fixture *const fixture = *state;

	folder_empty(fixture);
	return rmdir(fixture->folder);
}

static void
close_ring(struct keyring *const *ring)
{
	keyring_close(*ring);
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
	const struct stage_key *const key = keyring_signing(ring);
	assert_string_equal(key->kid, KID);
	assert_hex(key->sign, "2784a7bc555a7ba3d74dadb6f8fa2c21429c6fcfd577765195e905567cf09864");
	assert_hex(key->seal, "7c43d04572ca5cf4c59175cdd1bf893ea57d2b573e9200d78b87b5caeaf8d1f7");
	keyring_hash(ring, KEYRING_AUTHENTICATION_KEY, "message", 7, hash);
	assert_hex(hash, "8ba9af9bf8dddbe598a98639e293f51be2823af4080df7133e3f2c822b09782b");
	keyring_hash(ring, KEYRING_FINGERPRINT, "message", 7, hash);
	assert_hex(hash, "53c1cee0562481c787985db179218624352fb1bbddbf661b6e910dafbbec8ab0");
	keyring_hash(ring, KEYRING_ATTEMPT, "message", 7, hash);
	assert_hex(hash, "ed5b93ea4b8411a543c683fcc19710bb252c6b5e3beba4b93239fef64ba0a39c");
}

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
		file_put(fixture, rows[i].name, rows[i].text, rows[i].mode);
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
	file_put(fixture, "elsewhere", RISING "\n", 0400);
	unlink(path_of(fixture, STAGE(KID)));
	assert_int_equal(symlink("elsewhere", path_of(fixture, STAGE(KID))), 0);
}

static void
put_a_pipe(const struct fixture *fixture)
{
	unlink(path_of(fixture, STAGE(KID)));
	assert_int_equal(mkfifo(path_of(fixture, STAGE(KID)), 0400), 0);
}

static void
put_a_folder(const struct fixture *fixture)
{
	unlink(path_of(fixture, DERIVE));
	assert_int_equal(mkdir(path_of(fixture, DERIVE), 0700), 0);
}

static void
lose_the_derive_key(const struct fixture *fixture)
{
	unlink(path_of(fixture, DERIVE));
}

static void
lose_the_stage_key(const struct fixture *fixture)
{
	unlink(path_of(fixture, STAGE(KID)));
}

static void
put_nine_stage_keys(const struct fixture *fixture)
{
	char name[] = STAGE("20261122T010203Z-00000000");

	for (char digit = '1'; digit <= '8'; digit++) {
		name[strlen("stage-20261122T010203Z-")] = digit;
		file_put(fixture, name, RISING "\n", 0400);
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
	struct fixture *const fixture = *state;
	char path[2 * WHY_MAX];

	assert_null(keyring_open("/nonexistent/keys", fixture->why));
	assert_string_equal(fixture->why,
	    "/nonexistent/keys/: cannot open the folder of keys: No such file or directory");

	memset(path, '/', sizeof path);
	memcpy(path + sizeof path - 5, "none", 5);
	assert_null(keyring_open(path, fixture->why));
	assert_non_null(strstr(fixture->why, "No such file"));

	assert_null(keyring_open(path_of(fixture, DERIVE), fixture->why));
	assert_non_null(strstr(fixture->why, "Not a directory"));
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
		file_put(fixture, names[i], "no key", 0666);
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	if (ring == NULL)
		fail_msg("%s", fixture->why);
	assert_null(keyring_stage(ring, 1));
}

static void
the_newest_key_signs_and_all_are_there_in_order(void **state)
{
	static const char *const made[] = { "20251231T235959Z-ffffffff",
		"20270101T000000Z-00000000", "20261122T010203Z-1a2b3c4e",
		"20260101T000000Z-00000000" };
	static const char *const in_order[] = { "20270101T000000Z-00000000",
		"20261122T010203Z-1a2b3c4e", KID, "20260101T000000Z-00000000",
		"20251231T235959Z-ffffffff" };
	struct fixture *const fixture = *state;
	char name[PATH_SIZE];

	for (size_t i = 0; i < LENGTH(made); i++) {
		assert_true(text_format(name, sizeof name, "stage-%s.key", made[i]));
		file_put(fixture, name, RISING_ON "\n", 0400);
	}
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	for (size_t i = 0; i < LENGTH(in_order); i++)
		assert_string_equal(keyring_stage(ring, i)->kid, in_order[i]);
	assert_null(keyring_stage(ring, LENGTH(in_order)));
	assert_ptr_equal(keyring_signing(ring), keyring_stage(ring, 0));
}

static void
assert_key_file(const struct fixture *fixture, const char *name)
{
	struct stat file;

	assert_int_equal(lstat(path_of(fixture, name), &file), 0);
	assert_int_equal(file.st_mode, S_IFREG | 0400);
	assert_int_equal(file.st_size, 65);
	assert_int_equal(file.st_nlink, 1);
}

static void
a_first_key_makes_the_folder_too(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1], name[PATH_SIZE];
	struct stat folder;

	folder_empty(fixture);
	assert_int_equal(rmdir(fixture->folder), 0);
	const mode_t before = umask(0); /* takes nothing away from too wide a mode */
	const bool made = keyring_new(fixture->folder, kid, fixture->why);
	umask(before);

	if (!made)
		fail_msg("%s", fixture->why);
	assert_true(text_format(name, sizeof name, "stage-%s.key", kid));
	assert_key_file(fixture, name);
	assert_key_file(fixture, DERIVE);
	assert_int_equal(stat(fixture->folder, &folder), 0);
	assert_int_equal(folder.st_mode, S_IFDIR | 0700);
	assert_int_equal(files_count(fixture, ""), 4); /* and the two dots */

	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	assert_string_equal(keyring_signing(ring)->kid, kid);
}

static void
a_later_key_leaves_the_others_as_they_are(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1];
	uint8_t hash[KEYED_HASH_SIZE];

	assert_true(keyring_new(fixture->folder, kid, fixture->why));
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	assert_non_null(keyring_stage(ring, 1));
	assert_null(keyring_stage(ring, 2));
	assert_memory_not_equal(keyring_stage(ring, 0)->sign, keyring_stage(ring, 1)->sign, 32);
	keyring_hash(ring, KEYRING_ATTEMPT, "message", 7, hash);
	assert_hex(hash, "ed5b93ea4b8411a543c683fcc19710bb252c6b5e3beba4b93239fef64ba0a39c");
}

static void
a_key_that_would_be_too_many_is_not_made(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1] = "x";

	for (int i = 1; i < KEYRING_STAGE_MAX; i++)
		assert_true(keyring_new(fixture->folder, kid, fixture->why));
	assert_false(keyring_new(fixture->folder, kid, fixture->why));
	assert_string_equal(kid, "");
	assert_non_null(strstr(fixture->why, "remove the oldest"));
	CLEANUP(close_ring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
}

static void
no_key_is_made_where_none_would_be_taken(void **state)
{
	struct fixture *const fixture = *state;
	char kid[KID_MAX + 1] = "x", why[WHY_MAX + 1];

	open_to_others(fixture);
	assert_false(keyring_new(fixture->folder, kid, why));
	assert_non_null(strstr(why, "0700"));
	assert_string_equal(kid, "");
	assert_false(keyring_new("/nonexistent/keys", kid, why));
	assert_non_null(strstr(why, "cannot make the folder"));
	assert_false(keyring_new(path_of(fixture, DERIVE), kid, why));
	assert_int_equal(files_count(fixture, "stage-"), 1);
}

/* One of those who make keys at once: which derive key did it see when its own was made? */
struct maker {
	pthread_t thread;
	pthread_barrier_t *together;
	const char *folder;
	bool made;
	uint8_t hash[KEYED_HASH_SIZE];
	char why[WHY_MAX + 1];
};

static void *
make(void *argument)
{
	struct maker *const maker = argument;
	char kid[KID_MAX + 1];

	pthread_barrier_wait(maker->together);
	if (!keyring_new(maker->folder, kid, maker->why))
		return NULL;
	CLEANUP(close_ring) struct keyring *const ring = keyring_open(maker->folder, maker->why);
	if (ring == NULL)
		return NULL;
	keyring_hash(ring, KEYRING_ATTEMPT, "message", 7, maker->hash);
	maker->made = true;
	return NULL;
}

static void
of_several_at_once_one_makes_the_derive_key(void **state)
{
	struct fixture *const fixture = *state;
	struct maker makers[KEYRING_STAGE_MAX];
	pthread_barrier_t together;

	for (int round = 0; round < 20; round++) {
		folder_empty(fixture);
		assert_int_equal(rmdir(fixture->folder), 0);
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
		assert_int_equal(files_count(fixture, "stage-"), LENGTH(makers));
		assert_int_equal(files_count(fixture, DERIVE), 1);
		assert_int_equal(files_count(fixture, ".new-"), 0);
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
		EACH(the_newest_key_signs_and_all_are_there_in_order),
		EACH(a_first_key_makes_the_folder_too),
		EACH(a_later_key_leaves_the_others_as_they_are),
		EACH(a_key_that_would_be_too_many_is_not_made),
		EACH(no_key_is_made_where_none_would_be_taken),
		EACH(of_several_at_once_one_makes_the_derive_key),
	};
#undef EACH

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
