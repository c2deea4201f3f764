/* fuzz_keys.h - keys that are always the same, so that a token in a corpus stays a token.
 *
 * They are public by being here, and good for nothing else. */

#ifndef FUZZ_KEYS_H
#define FUZZ_KEYS_H

#include "access_token.h"
#include "keyring.h"

#define FUZZ_KID "20260101T000000Z-00000001" /* of the stage key and of the access key */
#define FUZZ_ACCESS_PEM                                                      \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCxluWP052ur2Yhpa\n" \
	"mGLT4iqmk9igIdHG+dY1wG/7J5uhRANCAAT+cd+16SGhEwUoPmsgLp4oGmH91mp0\n" \
	"Fh8k72PV7YyOpqotm6x2mLp8Ohxl+ljserSPGtaOauCQAXLp2o7Z0c5o\n"         \
	"-----END PRIVATE KEY-----\n"

/* Start libsodium and load the keys from a folder that is gone again afterwards. For a whole run:
 * nobody closes them. They end the process if they fail. */
struct keyring *fuzz_keyring_open(void);
struct access_keys *fuzz_access_keys_open(void);

#endif
