/* fuzz_keys.c - keys that are always the same, in a folder that is soon gone. */

#include "fuzz_keys.h"

#include "bounds.h"
#include "secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *name;
	const char *text;
} files[] = {
	{ "stage-" FUZZ_KID ".key",
	    "f22dec3c692949126b662d50a85e87797c5ae1337b16168a0e3c5b3ce1196c1a\n" },
	{ "derive.key", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n" },
	{ "access-" FUZZ_KID ".pem", FUZZ_ACCESS_PEM },
};

static bool
write_file(int folder, const char *name, const char *text)
{
	const int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	const ssize_t size = (ssize_t)strlen(text);

	return fd >= 0 && write(fd, text, (size_t)size) == size && close(fd) == 0;
}

struct folder {
	char path[32];
	int fd;
};

static void
folder_make(struct folder *folder)
{
	(void)snprintf(folder->path, sizeof folder->path, "/tmp/fuzz_keys.XXXXXX");
	if (!secret_start() || mkdtemp(folder->path) == NULL)
		abort();
	folder->fd = open(folder->path, O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < LENGTH(files); i++)
		if (folder->fd < 0 || !write_file(folder->fd, files[i].name, files[i].text))
			abort();
}

static void
folder_remove(const struct folder *folder, bool good, const char *why)
{
	for (size_t i = 0; i < LENGTH(files); i++)
		unlinkat(folder->fd, files[i].name, 0);
	close(folder->fd);
	rmdir(folder->path);
	if (good)
		return;
	(void)fprintf(stderr, "fuzz_keys: %s\n", why);
	abort();
}

struct keyring *
fuzz_keyring_open(void)
{
	char why[ERRBUF_MAX + 1] = "";
	struct folder folder;

	folder_make(&folder);
	struct keyring *const ring = keyring_open(folder.path, why);
	folder_remove(&folder, ring != NULL, why);
	return ring;
}

struct access_keys *
fuzz_access_keys_open(void)
{
	char why[ERRBUF_MAX + 1] = "";
	struct folder folder;

	folder_make(&folder);
	struct access_keys *const keys = access_keys_open(folder.path, why);
	folder_remove(&folder, keys != NULL, why);
	return keys;
}
