/* keys_folder.c - a folder of a test's own for files of keys, and keyrings that need no folder. */

#include "keys_folder.h"

#include "key_rotation.h"
#include "text.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

bool
keys_folder_make(char ret[static KEYS_FOLDER_SIZE])
{
	return secret_start() && text_copy(ret, KEYS_FOLDER_SIZE, "/tmp/keys_folder.XXXXXX") &&
	       mkdtemp(ret) != NULL;
}

void
keys_folder_empty(const char *folder)
{
	DIR *const dir = opendir(folder);

	assert_non_null(dir);
	for (const struct dirent *file; (file = readdir(dir)) != NULL;)
		if (unlinkat(dirfd(dir), file->d_name, 0) != 0)
			unlinkat(dirfd(dir), file->d_name, AT_REMOVEDIR);
	closedir(dir);
}

int
keys_folder_remove(const char *folder)
{
	keys_folder_empty(folder);
	return rmdir(folder);
}

const char *
key_file_path(const char *folder, const char *name)
{
	static char path[256];

	assert_true(text_format(path, sizeof path, "%s/%s", folder, name));
	return path;
}

void
key_file_put(const char *folder, const char *name, const char *text, mode_t mode)
{
	const char *const path = key_file_path(folder, name);

	unlink(path);
	FILE *const file = fopen(path, "wxe");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

struct keyring *
keyring_of_new_keys(void)
{
	char folder[KEYS_FOLDER_SIZE], kid[KID_MAX + 1], why[ERRBUF_MAX + 1];
	struct keyring *ring = NULL;

	if (!keys_folder_make(folder))
		return NULL;
	if (key_rotation_fill(folder, kid, why))
		ring = keyring_open(folder, why);
	keys_folder_remove(folder);
	return ring;
}
