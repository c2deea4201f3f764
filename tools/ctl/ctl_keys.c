/* ctl_keys.c - myportalctl keys: makes, rotates and lists the keys of the folder. Never prints a
 * key. */

#include "ctl_commands.h"

#include "access_token.h"
#include "clock.h"
#include "ctl_app.h"
#include "key_rotation.h"
#include "keyring.h"

#include <stdio.h>
#include <string.h>

static bool
make_keys(const char *folder)
{
	char kid[KID_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];

	if (!key_rotation_fill(folder, kid, errbuf))
		return ctl_print_error(errbuf);
	printf("%s\n", kid);
	return true;
}

static bool
rotate_keys(const char *folder, enum key_rotation_haste haste)
{
	char kid[KID_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];

	if (!key_rotation_run(folder, clock_now(), haste, kid, errbuf))
		return ctl_print_error(errbuf);
	printf("%s\n", kid);
	return true;
}

/* Can the service start with this folder? */
static bool
folder_is_valid(const char *folder, char errbuf[static ERRBUF_MAX + 1])
{
	struct keyring *const keyring = keyring_open(folder, errbuf);
	struct access_keys *const access_keys = keyring != NULL ? access_keys_open(folder, errbuf)
								: NULL;

	access_keys_close(access_keys);
	keyring_close(keyring);
	return access_keys != NULL;
}

static bool
list_kind(const struct key_folder *folder, enum key_kind kind)
{
	struct key_kids kids;

	if (!key_folder_kids(folder, kind, &kids))
		return false;
	for (size_t i = 0; i < kids.count; i++)
		printf("%-6s  %s  %s\n", key_kind_name(kind), kids.kids[i],
		    key_state_name(key_state_at(kids.count, i)));
	return true;
}

static bool
list_keys(const char *path)
{
	char errbuf[ERRBUF_MAX + 1];
	struct key_folder folder = { .path = path, .errbuf = errbuf };

	if (!folder_is_valid(path, errbuf))
		return ctl_print_error(errbuf);
	const bool listed = key_folder_open(&folder) && list_kind(&folder, KEY_STAGE) &&
			    list_kind(&folder, KEY_ACCESS);
	key_folder_close(&folder);
	return listed || ctl_print_error(errbuf);
}

static bool
words_are(int argc, char **argv, const char *first, const char *second)
{
	return argc == 1 + (second != NULL) && strcmp(argv[0], first) == 0 &&
	       (second == NULL || strcmp(argv[1], second) == 0);
}

static int
exit_status(bool done)
{
	return done ? CTL_DONE : CTL_ERROR;
}

int
ctl_keys(const struct config *config, int argc, char **argv)
{
	if (words_are(argc, argv, "new", NULL))
		return exit_status(make_keys(config->keys_folder));
	if (words_are(argc, argv, "rotate", NULL))
		return exit_status(rotate_keys(config->keys_folder, KEY_ROTATION_PATIENT));
	if (words_are(argc, argv, "rotate", "--force"))
		return exit_status(rotate_keys(config->keys_folder, KEY_ROTATION_FORCED));
	if (words_are(argc, argv, "list", NULL))
		return exit_status(list_keys(config->keys_folder));
	return CTL_USAGE;
}
