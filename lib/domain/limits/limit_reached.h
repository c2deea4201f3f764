/* limit_reached.h - that a limit of the service, a source or a link was reached: a line of the log
 * (ASVS 16.3.3), and a count for the metrics.
 *
 * Told are the limits of limit_reached_told: those that are counted in the process, and those of
 * right and wrong numbers. What is counted of one member, account or mailbox is the audit
 * trail's. */

#ifndef LIMIT_REACHED_H
#define LIMIT_REACHED_H

#include "limit_id.h"

#include <stdint.h>

#define LIMITS_TOLD 9

extern const enum limit_id limit_reached_told[LIMITS_TOLD];

/* The last try that this limit grants was made; it must be one of those told. Logs `limit_reached`,
 * and counts. Thread-safe. */
void limit_reached(enum limit_id);

/* How often since the process began, by the place in limit_reached_told. */
int64_t limit_reached_count(unsigned told);

#endif
