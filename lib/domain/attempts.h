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
#include "visitor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATTEMPT_TAKER_SIZE 8 /* random bytes */

/* One try of one thing. Made by attempt_of(), outside a body. */
struct attempt {
	enum policy_scope scope;
	uint8_t thing[KEYED_HASH_SIZE];
	uint8_t taker[ATTEMPT_TAKER_SIZE];
	int64_t now;
	int64_t window_s;
	int64_t lock_s; /* policy.h */
	int count;      /* how many are granted */
	bool uncounted; /* every one is granted, and nothing is written */
};

/* A try of a thing. `cooldown_s` is the setting MAIL_COOLDOWN_S, for letters. */
struct attempt attempt_of(const struct keyring *, enum policy_scope, const void *thing, size_t size,
    int64_t now, int64_t cooldown_s);

/* A try of who asks. Of a network that many share (SHARED_NETWORKS) it may be more. */
struct attempt attempt_of_source(
    const struct keyring *, enum policy_scope, const struct visitor *, int64_t now);

/* A try of the /48 around who asks, PREFIX_SOURCES times as often. Of one without (IPv4) nothing is
 * counted. To be taken, asked or given back behind the source's own. */
struct attempt attempt_of_prefix(
    const struct keyring *, enum policy_scope, const struct visitor *, int64_t now);

/* A try of the whole service. */
struct attempt attempt_of_service(const struct keyring *, enum policy_scope, int64_t now);

/* Takes the try. *ret_left: how many are left behind it; -1: none was left, or they are locked, and
 * this one must not be made. *ret_wait_s (may be NULL): of what was not granted, until the window is
 * over; otherwise 0. Run it in a transaction that commits before the try is judged. Run again, after
 * an answer that was lost, the same try is granted again and counts once, unless another was granted
 * between. */
enum result attempt_take(
    struct db_tx *, const struct attempt *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* How many tries are left; *ret_wait_s as above: 0 while some are. */
enum result attempt_left(
    struct db_tx *, const struct attempt *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* The try that was taken did not fail, or was not judged: it does not count. Run again it is not given
 * back twice. Of an uncounted one nothing is written. */
enum result attempt_give_back(struct db_tx *, const struct attempt *) MUST_USE;

/* No try of the thing counts any more. */
enum result attempt_forget(struct db_tx *, const struct attempt *) MUST_USE;

/* The same outside a body, committed for themselves. */
enum result attempt_take_committed(
    struct db *, const struct attempt *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* The try that was taken did not fail, or could not be judged: gives it back, if it can, and returns
 * `why`. */
enum result attempt_unjudged(struct db *, const struct attempt *, enum result why) MUST_USE;

#endif
