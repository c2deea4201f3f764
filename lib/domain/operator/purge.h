/* purge.h - what is deleted by age, so that nothing about a person is kept longer than it is of use
 * (ASVS 14.2.4).
 *
 * Every rule is a condition on the time, deletes in batches that are committed one by one, and takes
 * nothing that the service still looks at: it may run daily while the service runs, twice at once,
 * and again after it broke off. */

#ifndef PURGE_H
#define PURGE_H

#include "db.h"
#include "result.h"

#include <stdint.h>

#define PURGE_DAY_S ((int64_t)86400)
#define PURGE_SPENT_TOKEN_S \
	(2 * PURGE_DAY_S) /* no link lives longer than a day, nor do repeats of it */
/* What is over by this clock, which may be minutes off, is over by that of every replica. */
#define PURGE_MARGIN_S 600
#define PURGE_LIMIT_COUNTER_S \
	PURGE_MARGIN_S /* a counter whose window is over counts from the start anyway */
#define PURGE_OUTBOX_S (30 * PURGE_DAY_S)  /* since it was settled; its address went then */
#define PURGE_AUDIT_S  (400 * PURGE_DAY_S) /* a year, and time to look back on it */
/* What was tried on login IDs that nobody has: about no person, and as much as strangers like. */
#define PURGE_AUDIT_OF_NOBODY_S (30 * PURGE_DAY_S)

/* X(name, table): in the order of the purge. */
#define PURGE_LIST(X)                                     \
	X(PURGE_SPENT_TOKEN, "spent_token")               \
	X(PURGE_LIMIT_COUNTER, "limit_counter")           \
	X(PURGE_OUTBOX, "outbox")                         \
	X(PURGE_SESSION, "session")                       \
	X(PURGE_AUDIT_OF_NOBODY, "audit_event of nobody") \
	X(PURGE_AUDIT_EVENT, "audit_event")

#define PURGE_ENUM_(name, table) name,
enum purge_rule { PURGE_LIST(PURGE_ENUM_) PURGE__MAX };
#undef PURGE_ENUM_

struct purge_clock {
	int64_t now;
	int64_t session_idle_s; /* logins that were not used for so long are over */
};

/* The table a rule deletes from, and of whom. */
const char *purge_table(enum purge_rule);

/* How many rows the rule would delete now. */
enum result purge_count(
    struct db *, enum purge_rule, const struct purge_clock *, uint64_t *ret_rows) MUST_USE;

/* Deletes them. *ret_rows: how many, also when it broke off. */
enum result purge_delete(
    struct db *, enum purge_rule, const struct purge_clock *, uint64_t *ret_rows) MUST_USE;

/* By how many seconds `now` is ahead of the database's clock: with a wrong one everything would be
 * old. */
enum result purge_skew(struct db *, int64_t now, int64_t *ret_skew_s) MUST_USE;

#endif
