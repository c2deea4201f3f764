/* key_epoch.h - the epoch of a folder of keys: tokens and sessions that are not younger are over.
 *
 * A database that is put back to an earlier state forgets which links were spent and which sessions
 * have ended. Keys are not put back with it; so the time after which everything must have begun is
 * kept beside them, in the file `epoch` ("2026-11-22T01:02:03Z" and a newline, mode 0400). No file:
 * nothing is too old. It is read with the keys (keyring.h), and never goes back while the service
 * runs: a folder without the file, or with an earlier one, is faulty then. */

#ifndef KEY_EPOCH_H
#define KEY_EPOCH_H

#include "bounds.h"
#include "key_folder.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define KEY_EPOCH_NAME "epoch"

/* Reads it: seconds since 1970; 0 where there is none. False, and errbuf: the file cannot be read,
 * is not as a key file must be (key_folder_read()), or not of this form. */
bool key_epoch_read(const struct key_folder *, int64_t *ret) MUST_USE;

/* Sets it, unless it is later already; *ret is what it is then. It belongs to the folder's owner.
 * False, and errbuf. */
bool key_epoch_set(
    const char *folder, int64_t epoch, int64_t *ret, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
