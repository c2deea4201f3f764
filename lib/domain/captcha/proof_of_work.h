/* proof_of_work.h - the CAPTCHA that the client's machine solves: the first protocol of ALTCHA,
 * which its widgets (1.x to 3.x) and libraries (altcha-lib/v1 and its like) speak.
 *
 *   challenge = hex(SHA-256(salt + number)), salt = 24 hex digits + "?expires=UNIX&"
 *   signature = hex(HMAC-SHA-256(challenge, key))
 *   payload   = base64(JSON of algorithm, challenge, number, salt, signature; others are ignored)
 *
 * The client finds the number, from 0 to maxnumber, by trying. The second protocol of ALTCHA
 * (derived keys) would cost the service as much memory and time as the client, or two more keys. */

#ifndef PROOF_OF_WORK_H
#define PROOF_OF_WORK_H

#include "bounds.h"
#include "field_errors.h"
#include "secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROOF_OF_WORK_PROTOCOL  "altcha-v1"
#define PROOF_OF_WORK_ALGORITHM "SHA-256"
#define PROOF_OF_WORK_HEX       64 /* characters of a challenge, and of a signature */
#define PROOF_OF_WORK_SALT_SIZE 12 /* random bytes of a salt */
#define PROOF_OF_WORK_SALT_MAX  54 /* 24 digits, "?expires=", at most 20, "&" */

/* What the token of a challenge seals. */
struct proof_of_work {
	uint8_t key[SECRET_KEY_SIZE]; /* of this challenge alone */
	uint8_t salt[PROOF_OF_WORK_SALT_SIZE];
	int64_t expires_at;
};

/* What the client gets. Texts of hex digits, and the salt as above. */
struct proof_of_work_challenge {
	char challenge[PROOF_OF_WORK_HEX + 1];
	char salt[PROOF_OF_WORK_SALT_MAX + 1];
	char signature[PROOF_OF_WORK_HEX + 1];
};

/* Makes a random key and salt. */
void proof_of_work_new(struct proof_of_work *, int64_t expires_at);

/* Makes the challenge that `number` solves. The caller draws the number and need not keep it: from
 * the number in a payload the challenge and the signature are made again. */
void proof_of_work_set(
    const struct proof_of_work *, int64_t number, struct proof_of_work_challenge *ret);

/* Does the base64 payload solve the challenge? False also for a text that is no payload. Compares
 * in constant time. Whether it has expired is told by the token around it. */
bool proof_of_work_is_done(const struct proof_of_work *, const char *payload) MUST_USE;

#endif
