/* keys_folder.h - a folder of a test's own for files of keys, and keyrings that need no folder. */

#ifndef KEYS_FOLDER_H
#define KEYS_FOLDER_H

#include "keyring.h"

#include <stdbool.h>
#include <sys/types.h>

#define KEYS_FOLDER_SIZE 24 /* of its path, with NUL */

/* Starts chance, and makes an empty folder below /tmp. False: it can not. */
bool keys_folder_make(char ret[static KEYS_FOLDER_SIZE]) MUST_USE;

/* Takes all files out of it, and all empty folders. */
void keys_folder_empty(const char *folder);

/* The same, and the folder itself. 0, or -1 as of rmdir(). */
int keys_folder_remove(const char *folder);

/* Writes a file in it, in the place of what had that name. */
void key_file_put(const char *folder, const char *name, const char *text, mode_t mode);

/* The path of a file in it; good until the next call. */
const char *key_file_path(const char *folder, const char *name);

/* A keyring of new keys, whose folder is gone already. NULL: there is none. */
struct keyring *keyring_of_new_keys(void) MUST_USE;

#endif
