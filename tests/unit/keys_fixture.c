/* keys_fixture.c - a folder of keys for each test. */

#include "keys_fixture.h"

#include "cleanup.h"
#include "key_rotation.h"
#include "text.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

void
keys_fixture_fill(const struct keys_fixture *fixture)
{
	keys_folder_empty(fixture->folder);
	assert_int_equal(chmod(fixture->folder, 0700), 0);
	key_file_put(fixture->folder, STAGE(KID), RISING "\n", 0400);
	key_file_put(fixture->folder, DERIVE, RISING_ON "\n", 0400);
}

int
keys_fixture_set_up(void **state)
{
	static struct keys_fixture fixture;

	fixture = (struct keys_fixture){ 0 };
	if (!keys_folder_make(fixture.folder))
		return -1;
	keys_fixture_fill(&fixture);
	*state = &fixture;
	return 0;
}

int
keys_fixture_tear_down(void **state)
{
	const struct keys_fixture *const fixture = *state;

	return keys_folder_remove(fixture->folder);
}

size_t
keys_fixture_count(const struct keys_fixture *fixture, const char *prefix)
{
	DIR *const dir = opendir(fixture->folder);
	size_t count = 0;

	assert_non_null(dir);
	for (const struct dirent *file; (file = readdir(dir)) != NULL;)
		count += text_starts_with(file->d_name, prefix);
	closedir(dir);
	return count;
}

void
keys_fixture_kids(struct keys_fixture *fixture, enum key_kind kind, struct key_kids *ret)
{
	CLEANUP(key_folder_close)
	struct key_folder folder = { .path = fixture->folder, .errbuf = fixture->why };

	assert_true(key_folder_open(&folder) && key_folder_kids(&folder, kind, ret));
}

void
keys_fixture_rotate(struct keys_fixture *fixture, int64_t now, char ret_kid[static KID_MAX + 1])
{
	if (!key_rotation_run(fixture->folder, now, KEY_ROTATION_FORCED, ret_kid, fixture->why))
		fail_msg("%s", fixture->why);
}

void
keys_fixture_give_to(const struct keys_fixture *fixture, uid_t owner)
{
	DIR *const dir = opendir(fixture->folder);

	assert_non_null(dir);
	for (const struct dirent *file; (file = readdir(dir)) != NULL;)
		if (strcmp(file->d_name, "..") != 0)
			assert_int_equal(fchownat(dirfd(dir), file->d_name, owner, owner, 0), 0);
	closedir(dir);
}

bool
keys_are_read_by_a_service(const char *folder)
{
	char why[ERRBUF_MAX + 1];
	int status = 0;
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (setgid(SERVICE) != 0 || setuid(SERVICE) != 0)
			_exit(2);
		_exit(keyring_open(folder, why) != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 2);
	return WEXITSTATUS(status) == 0;
}

void
cleanup_keyring(struct keyring *const *ring)
{
	keyring_close(*ring);
}
