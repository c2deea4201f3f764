/* attempts.h - how often something was tried: counted before it is judged, in the database.
 *
 * What is counted (an address, a token's jti) is kept only as a keyed hash. */

#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include "bounds.h"
#include "db.h"
#include "keyring.h"
#include "policy.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

/* One counter. Made by attempt_of(), outside a body. */
struct attempt {
	enum policy_scope scope;
	uint8_t thing[KEYED_HASH_SIZE];
	int64_t now;
	int64_t window_s;
};

/* The counter of a thing. `cooldown_s` stands in where the policy's window is the setting. */
struct attempt attempt_of(const struct keyring *, enum policy_scope, const void *thing, size_t size,
    int64_t now, int64_t cooldown_s);

/* Takes one try. *ret_left: how many are left behind it; -1: none was left, this one must not be
 * made. Run it in a transaction that commits before the try is judged. */
enum result attempt_take(struct db_tx *, const struct attempt *, int *ret_left) MUST_USE;

/* How many tries are left. */
enum result attempt_left(struct db_tx *, const struct attempt *, int *ret_left) MUST_USE;

#endif
