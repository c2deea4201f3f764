/* proof_of_work.h - the CAPTCHA that a client's machine solves: ALTCHA's first protocol, which its
 * widgets (1.x to 3.x) and libraries (altcha-lib/v1 and its like) speak.
 *
 *   challenge = hex(SHA-256(salt + number)), salt = 24 hex digits + "?expires=UNIX&"
 *   signature = hex(HMAC-SHA-256(challenge, key))
 *   answer    = base64(JSON of algorithm, challenge, number, salt, signature; others are passed over)
 *
 * The client finds the number, of 0 to maxnumber, by trying. Its second protocol (derived keys)
 * would cost us as much memory and time as it is to cost the client, or two keys more. Pure but for
 * proof_of_work_new() and the number. */

#ifndef PROOF_OF_WORK_H
#define PROOF_OF_WORK_H

#include "bounds.h"
#include "field_errors.h"
#include "secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROOF_OF_WORK_ALGORITHM "SHA-256"
#define PROOF_OF_WORK_HEX       64 /* characters of a challenge, and of a signature */
#define PROOF_OF_WORK_SALT_SIZE 12 /* random bytes of it */
#define PROOF_OF_WORK_SALT_MAX  54 /* 24 digits, "?expires=", at most 20, "&" */

/* What is kept of a challenge, sealed in its token. */
struct proof_of_work {
	uint8_t key[SECRET_KEY_SIZE]; /* of this challenge alone */
	uint8_t salt[PROOF_OF_WORK_SALT_SIZE];
	int64_t expires_at;
};

/* What the client is told of it. */
struct proof_of_work_challenge {
	char challenge[PROOF_OF_WORK_HEX + 1];
	char salt[PROOF_OF_WORK_SALT_MAX + 1];
	char signature[PROOF_OF_WORK_HEX + 1];
};

/* A fresh key and salt. */
void proof_of_work_new(struct proof_of_work *, int64_t expires_at);

/* The challenge that `number` solves. Whoever sets it draws the number and forgets it: the signature
 * knows it again. */
void proof_of_work_set(
    const struct proof_of_work *, int64_t number, struct proof_of_work_challenge *ret);

/* Does this base64 payload solve it? Compares in constant time. False, too, for anything that is no
 * payload. Whether it is too late is told by the token around it. */
bool proof_of_work_is_done(const struct proof_of_work *, const char *payload) MUST_USE;

#endif
