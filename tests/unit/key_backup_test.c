/* key_backup_test.c - that a folder of keys comes back out of its file as it was, that nothing else
 * does, and that a restore never leaves older keys beside others. */

#include "key_backup.h"

#include "access_keys.h"
#include "cleanup.h"
#include "key_epoch.h"
#include "key_rotation.h"
#include "keyring.h"
#include "keys_fixture.h"
#include "keys_folder.h"
#include "text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSPHRASE "hachinoji ni magaru kawa"
#define TEXT_MAX   32768

/* Only the header's bounds: what it costs is the product's own choice. */
static const struct secret_cost cheap = { .passes = 1, .memory_bytes = (size_t)8 << 20 };

static struct secret
secret_of(const char *text)
{
	struct secret secret = { 0 };

	assert_true(secret_set(&secret, text));
	return secret;
}

/* The backup of a folder as text. */
static void
back_up(struct keys_fixture *fixture, char ret[static TEXT_MAX])
{
	const struct secret passphrase = secret_of(PASSPHRASE);
	struct key_backup_told told;
	CLEANUP(cleanup_fclose) FILE *const file = tmpfile();

	assert_non_null(file);
	if (!key_backup_write(fixture->folder, &(struct key_backup_lock){ &passphrase, &cheap },
		fileno(file), &told, fixture->why))
		fail_msg("%s", fixture->why);
	assert_true(told.keys >= 3 && told.newest[0] != '\0');
	rewind(file);
	ret[fread(ret, 1, TEXT_MAX - 1, file)] = '\0';
}

static bool
restore_as(struct keys_fixture *fixture, const char *text, size_t size, const char *passphrase,
    struct key_backup_told *ret)
{
	const struct secret secret = secret_of(passphrase);
	CLEANUP(cleanup_fclose) FILE *const file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	return key_backup_restore(fixture->folder, &secret, fileno(file), ret, fixture->why);
}

static bool
restore(struct keys_fixture *fixture, const char *text, struct key_backup_told *ret)
{
	return restore_as(fixture, text, strlen(text), PASSPHRASE, ret);
}

static void
assert_rejected(struct keys_fixture *fixture, const char *text, const char *why)
{
	struct key_backup_told told;

	assert_false(restore(fixture, text, &told));
	if (strstr(fixture->why, why) == NULL)
		fail_msg("wanted %s: %s", why, fixture->why);
	assert_int_equal(told.made, 0);
}

/* Five keys of before two rotations, and an epoch. */
static void
fill(struct keys_fixture *fixture)
{
	char kid[KID_MAX + 1];
	int64_t epoch;

	keys_folder_empty(fixture->folder);
	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	assert_true(key_epoch_set(fixture->folder, NOW, &epoch, fixture->why));
}

/* What the keys of the folder make: another folder, other texts. */
static void
probe(struct keys_fixture *fixture, char ret[static TEXT_MAX])
{
	char text[KEY_FILE_MAX + 1];
	struct key_folder folder = { .path = fixture->folder, .errbuf = fixture->why };
	const struct key_form any = { 1, KEY_FILE_MAX, "" };
	struct key_kids kids;
	char name[KEY_NAME_MAX + 1];
	size_t size = 0;

	assert_true(key_folder_open(&folder));
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++) {
		assert_true(key_folder_kids(&folder, kind, &kids));
		for (size_t i = 0; i < kids.count; i++) {
			key_name(kind, kids.kids[i], name);
			assert_true(key_folder_read(&folder, name, &any, text));
			size += (size_t)snprintf(ret + size, TEXT_MAX - size, "%s %s", name, text);
		}
	}
	assert_true(key_folder_read(&folder, DERIVE, &any, text));
	(void)snprintf(ret + size, TEXT_MAX - size, "%s", text);
	key_folder_close(&folder);
}

static void
a_folder_comes_back_as_it_was(void **state)
{
	struct keys_fixture *const fixture = *state;
	static char text[TEXT_MAX], before[TEXT_MAX], after[TEXT_MAX];
	struct key_backup_told told;
	struct stat file;

	fill(fixture);
	probe(fixture, before);
	back_up(fixture, text);
	assert_true(text_starts_with(text, "myportal-keys 1 passes=1 memory_kib=8192 salt="));
	assert_null(strstr(text, "stage-"));
	assert_int_equal(keys_folder_remove(fixture->folder), 0);

	if (!restore(fixture, text, &told))
		fail_msg("%s", fixture->why);
	assert_int_equal(told.keys, 5);
	assert_int_equal(told.made, 5);
	probe(fixture, after);
	assert_string_equal(after, before);
	assert_int_equal(stat(key_file_path(fixture->folder, DERIVE), &file), 0);
	assert_int_equal(file.st_mode, S_IFREG | 0400);
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	struct access_keys *const access_keys = access_keys_open(fixture->folder, fixture->why);
	assert_true(ring != NULL && keyring_epoch(ring) == NOW && access_keys != NULL);
	access_keys_close(access_keys);

	/* A second time, and one that broke off, make what is missing. */
	assert_int_equal(unlink(key_file_path(fixture->folder, DERIVE)), 0);
	assert_true(restore(fixture, text, &told));
	assert_int_equal(told.made, 1);
	assert_true(restore(fixture, text, &told));
	assert_int_equal(told.made, 0);
}

static void
newer_keys_are_never_joined_by_older_ones(void **state)
{
	struct keys_fixture *const fixture = *state;
	static char text[TEXT_MAX], before[TEXT_MAX], after[TEXT_MAX];
	struct key_backup_told told;
	char kid[KID_MAX + 1];
	int64_t epoch;

	fill(fixture);
	back_up(fixture, text);
	keys_fixture_rotate(fixture, NOW + 400 * DAY, kid);
	probe(fixture, before);
	assert_rejected(fixture, text, "is not in the backup");
	probe(fixture, after);
	assert_string_equal(after, before);

	keys_folder_empty(fixture->folder);
	key_file_put(fixture->folder, DERIVE, RISING "\n", 0400);
	assert_rejected(fixture, text, "derive.key: is not in the backup, or is another there");
	assert_int_equal(keys_fixture_count(fixture, "stage-"), 0);

	/* The later epoch stays. */
	keys_folder_empty(fixture->folder);
	assert_true(key_epoch_set(fixture->folder, NOW + DAY, &epoch, fixture->why));
	assert_true(restore(fixture, text, &told));
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_true(ring != NULL && keyring_epoch(ring) == NOW + DAY);
}

static void
only_a_whole_backup_and_its_passphrase_open(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{ "", "this is no backup of keys" },
		{ "-----BEGIN PRIVATE KEY-----\n", "this is no backup of keys" },
		{ "myportal-keys 2 anything\n", "of another version" },
		{ "myportal-keys 1 \n", "its first line" },
		{ "myportal-keys 1 passes=1 memory_kib=8191 salt=AAAAAAAAAAAAAAAAAAAAAA\nAAAA\n",
		    "its first line" },
		{ "myportal-keys 1 passes=17 memory_kib=8192 salt=AAAAAAAAAAAAAAAAAAAAAA\nAAAA\n",
		    "its first line" },
		{ "myportal-keys 1 passes=01 memory_kib=8192 salt=AAAAAAAAAAAAAAAAAAAAAA\nAAAA\n",
		    "its first line" },
		{ "myportal-keys 1 passes=1 memory_kib=9999999 salt=AAAAAAAAAAAAAAAAAAAAAA\nA\n",
		    "its first line" },
		{ "myportal-keys 1 passes=1 memory_kib=8192 salt=AAAAAAAAAAAAAAAAAAAAAA\n",
		    "damaged, or was cut off" },
		{ "myportal-keys 1 passes=1 memory_kib=8192 salt=AAAAAAAAAAAAAAAAAAAAAA\nA?A\n",
		    "damaged, or was cut off" },
	};
	struct keys_fixture *const fixture = *state;
	static char text[TEXT_MAX], bad[TEXT_MAX];
	struct key_backup_told told;

	fill(fixture);
	back_up(fixture, text);
	keys_folder_empty(fixture->folder);
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_rejected(fixture, rows[i].text, rows[i].why);

	assert_false(restore_as(fixture, text, strlen(text), "hachinoji ni magaru Kawa", &told));
	assert_non_null(strstr(fixture->why, "another passphrase, or the backup was changed"));
	memcpy(bad, text, TEXT_MAX);
	bad[strlen(bad) - 200] ^= 1; /* in the sealed part */
	assert_rejected(fixture, bad, "");
	memcpy(bad, text, TEXT_MAX);
	bad[strlen(bad) - 30] = '\0'; /* cut off */
	assert_rejected(fixture, bad, "");
	memcpy(bad, text, TEXT_MAX); /* more behind it */
	assert_true(strlen(bad) + 5 < TEXT_MAX);
	memcpy(bad + strlen(bad), "AAAA", 5);
	assert_rejected(fixture, bad, "damaged");
	memset(bad, 'A', sizeof bad - 1);
	assert_rejected(fixture, bad, "too large");
	assert_int_equal(keys_fixture_count(fixture, ""), 2); /* only dots */

	/* As it went through a system with other line ends. */
	char *const line_end = strchr(memcpy(bad, text, TEXT_MAX), '\n');
	memmove(line_end + 1, line_end, strlen(line_end) + 1);
	*line_end = '\r';
	assert_true(restore(fixture, bad, &told));
}

static void
a_folder_that_is_not_whole_or_a_short_passphrase_makes_no_backup(void **state)
{
	struct keys_fixture *const fixture = *state;
	const struct secret good = secret_of(PASSPHRASE), weak = secret_of("fifteen letters");
	struct key_backup_told told;
	CLEANUP(cleanup_fclose) FILE *const file = tmpfile();
	struct stat written;

	assert_non_null(file);
	fill(fixture);
	assert_false(key_backup_write(fixture->folder, &(struct key_backup_lock){ &weak, &cheap },
	    fileno(file), &told, fixture->why));
	assert_non_null(strstr(fixture->why, "16 characters"));
	assert_int_equal(unlink(key_file_path(fixture->folder, DERIVE)), 0);
	assert_false(key_backup_write(fixture->folder, &(struct key_backup_lock){ &good, &cheap },
	    fileno(file), &told, fixture->why));
	assert_non_null(strstr(fixture->why, "has not all its keys"));
	assert_int_equal(fstat(fileno(file), &written), 0);
	assert_int_equal(written.st_size, 0);
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	fill(fixture);
	assert_false(key_backup_write(fixture->folder, &(struct key_backup_lock){ &good, &cheap },
	    full, &told, fixture->why));
	assert_non_null(strstr(fixture->why, "cannot be written"));
	close(full);
}

static void
what_root_restores_the_service_reads(void **state)
{
	struct keys_fixture *const fixture = *state;
	static char text[TEXT_MAX];
	struct key_backup_told told;

	if (geteuid() != 0)
		skip();
	fill(fixture);
	back_up(fixture, text);
	keys_folder_empty(fixture->folder);
	keys_fixture_give_to(fixture, SERVICE);
	assert_true(restore(fixture, text, &told));
	assert_true(keys_are_read_by_a_service(fixture->folder));
}

int
main(void)
{
#define EACH(test) \
	cmocka_unit_test_setup_teardown(test, keys_fixture_set_up, keys_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		EACH(a_folder_comes_back_as_it_was),
		EACH(newer_keys_are_never_joined_by_older_ones),
		EACH(only_a_whole_backup_and_its_passphrase_open),
		EACH(a_folder_that_is_not_whole_or_a_short_passphrase_makes_no_backup),
		EACH(what_root_restores_the_service_reads),
	};
#undef EACH

	return cmocka_run_group_tests_name("key_backup", tests, NULL, NULL);
}
