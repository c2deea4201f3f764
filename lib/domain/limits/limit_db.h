/* limit_db.h - the limits that are counted in the database (limit_table.h): for all replicas
 * together, and each try before anybody is told whether what it guesses at is right.
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

/* What a statement that counts or reads several tries needs (SQL_LIMIT_... of statement_parts.h).
 * There a try has a name, and so have its parameters: of LIMIT_NAMES("tries") :tries_limit and
 * :tries_hash, with LIMIT_HELD_PARAMS :tries_holder, too, and so on. */
struct limit_names {
	const char *limit, *hash, *holder, *window_ends_at, *max;
	const char *first_locked_until, *lock_from, *lock_max_s, *lock_s, *doubles_from;
};

#define LIMIT_NAMES(p)                                                                        \
	((const struct limit_names){ p "_limit", p "_hash", p "_holder", p "_window_ends_at", \
	    p "_max", p "_first_locked_until", p "_lock_from", p "_lock_max_s", p "_lock_s",  \
	    p "_doubles_from" })

enum limit_params {
	LIMIT_KEY_PARAMS = 2,   /* _limit, _hash: to read */
	LIMIT_HELD_PARAMS = 3,  /* _holder, too: to give back */
	LIMIT_COUNT_PARAMS = 5, /* _window_ends_at, _max, too: to count where nothing locks */
	LIMIT_LOCK_PARAMS = 10, /* all: to count */
};

/* Adds so many parameters, borrowed from the try. The statement has :now besides. */
void limit_db_params(
    const struct limit_try *, const struct limit_names *, enum limit_params, struct db_values *);

/* A counter as SQL_LIMIT_LEVEL() reads it; zeros: no window is open. */
struct limit_level {
	int64_t count, window_ends_at;
};

#define LIMIT_LEVEL_SLOTS 2
void limit_db_level_slots(struct limit_level *, struct db_slot ret[static LIMIT_LEVEL_SLOTS]);

/* How many tries are left, none counted; 0 or less: none. *ret_wait_s (may be NULL): where none is
 * left, the seconds until the window ends; otherwise 0. */
int limit_db_left(const struct limit_try *, const struct limit_level *, int64_t *ret_wait_s);

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
