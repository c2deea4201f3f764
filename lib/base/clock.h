/* clock.h - the one source of time.
 *
 * Wall time is whole seconds UTC since 1970, for tokens and rows. Durations and deadlines use the
 * monotonic clock, which no operator can set back. */

#ifndef CLOCK_H
#define CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_TEXT_MAX 20 /* 2026-11-22T01:02:03Z */
#define CLOCK_DATE_MAX 10 /* 2026-11-22 */

/* How far the clocks of two replicas may differ (SECURITY.md, Logs), and so how far a time that one
 * wrote may be off by the clock of another. */
#define CLOCK_SKEW_S 60

/* Seconds since 1970-01-01T00:00:00Z. */
int64_t clock_now(void);

/* Milliseconds and microseconds since some moment; they never go back. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

/* Has the time `ends_at`, which any replica wrote, passed by the clock of every replica? So nothing
 * ends before its time; it may end up to twice CLOCK_SKEW_S after it. */
bool clock_is_over(int64_t ends_at, int64_t now) __attribute__((warn_unused_result));

/* RFC 3339 in UTC with whole seconds: "2026-11-22T01:02:03Z"; empty for a year beyond 9999. */
void clock_text(int64_t time_s, char ret[CLOCK_TEXT_MAX + 1]);

/* Reads what clock_text() writes. False: it is not of this form, or no time. */
bool clock_text_read(const char *text, int64_t *ret) __attribute__((warn_unused_result));

/* The calendar and clock in Japan (UTC+9, no summer time), where the members are. False before 1970
 * and for a year beyond 9999 there. */
bool clock_japan(int64_t time_s, struct tm *ret) __attribute__((warn_unused_result));

/* Today's date in Japan (UTC+9, no summer time), as "2026-11-22": eligibility is a matter of days
 * there. */
void clock_date_japan(int64_t time_s, char ret[CLOCK_DATE_MAX + 1]);

/* Is this a real calendar day written 2026-11-22, in 1850-2199? */
bool clock_date_is_valid(const char *text);

/* A monotonic moment `ms` from now, for pthread_cond_timedwait on a condition of
 * clock_condition_init(). */
struct timespec clock_monotonic_in(int64_t ms);

/* Makes a condition that is waited for by the monotonic clock. */
void clock_condition_init(pthread_cond_t *);

#endif
