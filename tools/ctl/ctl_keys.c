/* ctl_keys.c - myportalctl keys: make and list the keys of the ring. Never shows a key. */

#include "ctl.h"

#include "keyring.h"

#include <stdio.h>
#include <string.h>

static int
new_key(const char *folder)
{
	char kid[KID_MAX + 1];
	char why[WHY_MAX + 1];

	if (!keyring_new(folder, kid, why)) {
		fprintf(stderr, "myportalctl: %s\n", why);
		return CTL_ERROR;
	}
	printf("%s\n", kid);
	return CTL_DONE;
}

static int
list_keys(const char *folder)
{
	char why[WHY_MAX + 1];
	struct keyring *keyring = keyring_open(folder, why);

	if (keyring == NULL) {
		fprintf(stderr, "myportalctl: %s\n", why);
		return CTL_ERROR;
	}
	for (size_t i = 0; keyring_stage(keyring, i) != NULL; i++)
		printf("%s  %s\n", keyring_stage(keyring, i)->kid, i == 0 ? "signs" : "opens");
	keyring_close(keyring);
	return CTL_DONE;
}

int
ctl_keys(const struct config *config, int argc, char **argv)
{
	if (argc == 1 && strcmp(argv[0], "new") == 0)
		return new_key(config->keys_folder);
	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return list_keys(config->keys_folder);
	return CTL_USAGE;
}
