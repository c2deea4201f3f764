/* identity_limits.h - who guesses at numbers is stopped: by number, by source, and in all.
 *
 * A link has five tries, but links cost only mailboxes. Beside them are counted (limit_table.h):
 *   right numbers of a source and of the /48 around it: numbers follow one another, so whoever has a
 *     card need not be wrong to find its neighbours. A place is taken before the number is looked up,
 *     and kept when the number was right, also where its link was spent on another at that moment.
 *     Every other end of the step gives it back: a wrong number, a failure, the same step again. So no
 *     more than the limit get through, however many come at once; close to it, one may be refused
 *     while others hold places that they give back. Beyond it right and wrong numbers are refused
 *     alike, before anything is spent.
 *   the number, where a birth date was given: with the number known it is what is left to guess.
 *     Beyond the limit even the right one is a mismatch, and nobody is told. Counted before it is
 *     judged, as what protects a secret; whoever is right gives the try back.
 *   wrong numbers of a source, of the /48 around it and of the whole service, when they are known to
 *     be wrong: whoever is right writes nothing. So many at once as there are requests in flight
 *     may pass the limit. */

#ifndef IDENTITY_LIMITS_H
#define IDENTITY_LIMITS_H

#include "limit_db.h"
#include "audit.h"
#include "app.h"
#include "error_info.h"
#include "registration.h"
#include "result.h"
#include "client.h"

#include <stdbool.h>

struct identity_limits {
	struct limit_try by_number;
	struct limit_try by_source;
	struct limit_try by_prefix;
	struct limit_try by_service;
	struct limit_try persons_of_source;
	struct limit_try persons_of_prefix;
	struct audit_event limit_reached;
	bool counts_number; /* a birth date was given */
	bool person_taken;  /* a place that is to be kept or given back; set by the caller */
	int persons_left;   /* behind it, of the source or of its prefix, where fewer are */
	bool number_locked; /* after identity_limits_count() or identity_limits_peek() */
};

struct identity_limits identity_limits_of(
    const struct app *, const struct client *, const struct identity *, int64_t now);

/* May this source still be right or wrong, and may anybody still be wrong? TOO_MANY: not this source;
 * OVERLOADED: nobody; refusal->wait_s then says for how long. */
enum result identity_limits_check(
    const struct app *, const struct identity_limits *, struct error_info *) MUST_USE;

/* Takes a try of the number, in a transaction that commits before it is judged. */
enum result identity_limits_count(struct db_tx *, struct identity_limits *) MUST_USE;

/* The same try again: it was counted then. */
enum result identity_limits_peek(struct db_tx *, struct identity_limits *) MUST_USE;

/* Takes a place for a right number, in the same transaction. TOO_MANY, and refusal->wait_s: there is
 * none; the transaction must then roll back, so that nothing was spent. */
enum result identity_guard_take_person(
    struct db_tx *, struct identity_limits *, struct error_info *) MUST_USE;

/* In the transaction that finds the number right: the place is kept. Writes into the trail when it
 * was the last one. */
enum result identity_guard_keep_person(struct db_tx *, const struct identity_limits *) MUST_USE;

/* After the step: the place that was taken was kept, which the log is told when it was the last one,
 * or is given back, if the database can. */
void identity_guard_end_person(const struct app *, struct identity_limits *, bool kept);

/* The verdict of a try that was taken. The last wrong one that a source, its prefix or the service
 * may have is told in the log. */
enum result identity_limits_count_wrong(const struct app *, struct identity_limits *) MUST_USE;
enum result identity_limits_give_back(const struct app *, struct identity_limits *) MUST_USE;

#endif
