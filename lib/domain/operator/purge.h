/* purge.h - deletes rows by age, so that nothing about a person is kept longer than it is of use
 * (ASVS 14.2.4).
 *
 * Every rule is a condition on the time, deletes in batches that are committed one by one
 * (batch.h), and takes nothing that the service still looks at: a purge may run daily while the
 * service runs, twice at once, and again after it broke off. Works with a pool whose table is
 * operator_table(). */

#ifndef PURGE_H
#define PURGE_H

#include "clock.h"
#include "db.h"
#include "operator_act.h"
#include "result.h"

#include <stdint.h>

#define PURGE_DAY_S ((int64_t)86400)

/* A time that is so long past by this clock is past by that of every replica. */
#define PURGE_MARGIN_S 600

/* How old a row is when its rule deletes it. */
#define PURGE_SPENT_TOKEN_S   (3 * PURGE_DAY_S)  /* a link that is mailed again lives for two */
#define PURGE_LIMIT_COUNTER_S PURGE_MARGIN_S     /* since the end of its window: it counts anew */
#define PURGE_OUTBOX_S        (30 * PURGE_DAY_S) /* since it was finished and lost its address */
#define PURGE_POSTED_CODE_S \
	(30 * PURGE_DAY_S) /* since it was used or over: `member show` tells it */
#define PURGE_AUDIT_S      (400 * PURGE_DAY_S) /* a year, and time to look back on it */
#define PURGE_STEP_COUNT_S (800 * PURGE_DAY_S) /* a month can be held against that a year ago */
/* Logins and resets that were tried with a login ID that no account has: about no person, and as
 * many as strangers care to try. */
#define PURGE_AUDIT_NO_ACCOUNT_S (30 * PURGE_DAY_S)

/* X(name, rows): in the order of the purge; `rows` names what is deleted. */
#define PURGE_LIST(X)                                          \
	X(PURGE_SPENT_TOKEN, "spent_token")                    \
	X(PURGE_LIMIT_COUNTER, "limit_counter")                \
	X(PURGE_OUTBOX, "outbox")                              \
	X(PURGE_SESSION, "session")                            \
	X(PURGE_POSTED_CODE, "posted_code")                    \
	X(PURGE_AUDIT_NO_ACCOUNT, "audit_event of no account") \
	X(PURGE_AUDIT_EVENT, "audit_event")                    \
	X(PURGE_STEP_COUNT, "step_count")                      \
	X(PURGE_FORMER_MEMBER, "insured_person of former members")

#define PURGE_ENUM_(name, rows) name,
enum purge_rule { PURGE_LIST(PURGE_ENUM_) PURGE__MAX };
#undef PURGE_ENUM_

struct purge_clock {
	int64_t now;
	int64_t session_idle_s; /* a session that was not refreshed for so long is over */
	int64_t retention_days; /* of persons, after the end of their eligibility; 0: for ever */
	const struct operator_act *act; /* who purges: of each person an event is written */
};

/* The day since which persons must have ended to be kept: of those who ended earlier neither the
 * person nor the account is (member_erase.h), and a roster that lists them still does not add them.
 * "": everybody is kept. */
void purge_kept_since(int64_t now, int64_t retention_days, char ret[static CLOCK_DATE_MAX + 1]);

/* What a rule deletes, in the words of PURGE_LIST. */
const char *purge_rows(enum purge_rule);

/* How many rows the rule would delete now. */
enum result purge_count(
    struct db *, enum purge_rule, const struct purge_clock *, uint64_t *ret_rows) MUST_USE;

/* Deletes them. *ret_rows: how many, also when it failed on the way. */
enum result purge_delete(
    struct db *, enum purge_rule, const struct purge_clock *, uint64_t *ret_rows) MUST_USE;

/* By how many seconds `now` is ahead of the database's clock. A clock that is wrong makes
 * everything look old: ask this first. */
enum result purge_skew(struct db *, int64_t now, int64_t *ret_skew_s) MUST_USE;

#endif
