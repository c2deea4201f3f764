/* limit_db.h - the limits that are counted in the database (limit_table.h): for all replicas
 * together, and each try before it is compared with what it guesses at.
 *
 * A try is one row's worth of a limit: count it, and give it back where it failed at nothing.
 * Rows keep a keyed hash of the subject, never the subject (an address, a token).
 *
 * Every function runs its statement in what it is given: in the transaction of other statements,
 * or alone (db_alone()). A count that must outlive what follows runs alone, or in a transaction
 * that commits first.
 *
 * What cannot be given back while the database is away, and what may have been counted by a
 * statement whose answer was lost, is kept in the process, LIMIT_LATER_MAX tries at most, and given
 * back later. */

#ifndef LIMIT_DB_H
#define LIMIT_DB_H

#include "bounds.h"
#include "db.h"
#include "keyring.h"
#include "limit_subject.h"
#include "limit_table.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_HOLDER_SIZE 8 /* random bytes */
#define LIMIT_LATER_MAX   1024

/* One try of one subject. */
struct limit_try {
	enum limit_id limit_id;
	uint8_t subject_hash[KEYED_HASH_SIZE];
	uint8_t holder[LIMIT_HOLDER_SIZE]; /* of this try alone: it knows its own count again */
	int64_t now;                       /* seconds of the service's clock */
	int64_t window_s;                  /* of the window that begins with it, if none is open */
	int max;                           /* how many are granted in a window */
	bool uncounted;                    /* always granted, and nothing is written */
};

/* A try, made before the transaction that may run again. The limit must be one of the database. */
struct limit_try limit_try_of(const struct keyring *, struct limit_subject, int64_t now);

/* Counts the try, if it is granted. *ret_left: how many are left after it; -1: it is not granted,
 * because none was left or a lock is on, and must not be made. *ret_wait_s (may be NULL): of a
 * try that is not granted, the seconds until its window ends; otherwise 0. Run again after a lost
 * answer, the same try is granted again and counts once, unless another was granted in between.
 * OK, or what db_row() returns: then the try does not count, or is given back later, unless it is
 * part of a transaction. */
enum result limit_db_count(
    struct db_tx *, const struct limit_try *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* Reads how many tries are left, and counts none; 0 or less: none. *ret_wait_s as above. */
enum result limit_db_peek(
    struct db_tx *, const struct limit_try *, int *ret_left, int64_t *ret_wait_s) MUST_USE;

/* Takes a counted try back: it failed at nothing, or was not compared. Ends the lock that it
 * began. Run again after a lost answer, it is taken back once. */
enum result limit_db_give_back(struct db_tx *, const struct limit_try *) MUST_USE;

/* Takes a try back of which it is not known whether it counts: it is, where it counts and no other
 * was granted after it. */
enum result limit_db_give_back_held(struct db_tx *, const struct limit_try *) MUST_USE;

/* Takes a counted try back after a call that ended with `ended`, now or later; returns that. */
enum result limit_db_give_back_after(
    struct db_tx *, const struct limit_try *, enum result ended) MUST_USE;

/* Keeps the try for limit_db_run_later(), which does limit_db_give_back_held(). Of more than
 * LIMIT_LATER_MAX the oldest are forgotten. Thread-safe. */
void limit_db_give_back_later(const struct limit_try *);

/* Gives back what is kept, as far as the database answers. From one thread, once a second. */
void limit_db_run_later(struct db *);

/* Forgets every try of the subject, and its lock. */
enum result limit_db_reset(struct db_tx *, const struct limit_try *) MUST_USE;

#endif
