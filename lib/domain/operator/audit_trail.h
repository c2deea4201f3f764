/* audit_trail.h - reads the audit trail, for the operator.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(): the
 * service's own user can not read the trail (ASVS 16.4.2). audit.h writes it. */

#ifndef AUDIT_TRAIL_H
#define AUDIT_TRAIL_H

#include "audit.h"
#include "db.h"
#include "ids.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

struct trail_filter {
	const struct account_id *account_id; /* NULL: events of all accounts, and of none */
	int64_t since;                       /* seconds: events of this time, or later */
	size_t limit;                        /* how many at most, and room in `ret_events` */
};

/* Reads events, the newest first. Those of one second come in no particular order. OK, or what
 * db_rows() returns. */
enum result audit_trail_read(struct db *, const struct trail_filter *,
    struct audit_event *ret_events, size_t *ret_count) MUST_USE;

#endif
