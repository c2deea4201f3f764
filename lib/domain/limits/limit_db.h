/* limit_db.h - how often something was tried: counted before it is judged, in the database.
 *
 * What is counted (an address, a token's jti) is kept only as a keyed hash. */

#ifndef LIMIT_DB_H
#define LIMIT_DB_H

#include "bounds.h"
#include "db.h"
#include "keyring.h"
#include "limit_table.h"
#include "result.h"
#include "client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMIT_HOLDER_SIZE 8 /* random bytes */

/* One try of one thing. Made by limit_try_of(), outside a body. */
struct limit_try {
	enum limit_id limit_id;
	uint8_t subject[KEYED_HASH_SIZE];
	uint8_t holder[LIMIT_HOLDER_SIZE];
	int64_t now;
	int64_t window_s;
	int64_t lock_s; /* limit_table.h */
	int count;      /* how many are granted */
	bool uncounted; /* every one is granted, and nothing is written */
};

/* A try of a thing. `mail_interval_s` is the setting MAIL_INTERVAL_S, for letters. */
struct limit_try limit_try_of(const struct keyring *, enum limit_id, const void *subject,
    size_t size, int64_t now, int64_t mail_interval_s);

/* A try of who asks. Of a network that many share (SHARED_NETWORKS) it may be more. */
struct limit_try limit_try_of_source(
    const struct keyring *, enum limit_id, const struct client *, int64_t now);

/* A try of the /48 around who asks, PREFIX_FACTOR times as often. Of one without (IPv4) nothing is
 * counted. To be taken, asked or given back behind the source's own. */
struct limit_try limit_try_of_prefix(
    const struct keyring *, enum limit_id, const struct client *, int64_t now);

/* A try of the whole service. */
struct limit_try limit_try_of_service(const struct keyring *, enum limit_id, int64_t now);

/* Takes the try. *ret_left: how many are left behind it; -1: none was left, or they are locked, and
 * this one must not be made. *ret_wait_s (may be NULL): of what was not granted, until the window is
 * over; otherwise 0. Run it in a transaction that commits before the try is judged. Run again, after
 * an answer that was lost, the same try is granted again and counts once, unless another was granted
 * between. */
enum result limit_db_count(
    struct db_tx *, const struct limit_try *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* How many tries are left; *ret_wait_s as above: 0 while some are. */
enum result limit_db_peek(
    struct db_tx *, const struct limit_try *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* The try that was taken did not fail, or was not judged: it does not count. Run again it is not given
 * back twice. Of an uncounted one nothing is written. */
enum result limit_db_give_back(struct db_tx *, const struct limit_try *) MUST_USE;

/* No try of the thing counts any more. */
enum result limit_db_reset(struct db_tx *, const struct limit_try *) MUST_USE;

/* The same outside a body, committed for themselves. */
enum result limit_db_count_committed(
    struct db *, const struct limit_try *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* The try that was taken did not fail, or could not be judged: gives it back, if it can, and returns
 * `why`. */
enum result limit_db_give_back_committed(
    struct db *, const struct limit_try *, enum result result) MUST_USE;

#endif
