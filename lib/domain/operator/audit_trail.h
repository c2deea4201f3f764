/* audit_trail.h - reads the audit trail, for the operator, a page at a time.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(): the
 * service's own user can not read the trail (ASVS 16.4.2). audit.h writes it, and operator_act.h
 * what an operator does. Events outlive their accounts, and are found by the person, too. */

#ifndef AUDIT_TRAIL_H
#define AUDIT_TRAIL_H

#include "audit.h"
#include "db.h"
#include "ids.h"
#include "operator_act.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a page ended: its last event. As a text, hexadecimal digits. */
struct trail_cursor {
	int64_t happened_at;
	struct request_id request_id;
	int64_t event;
};

enum { TRAIL_CURSOR_TEXT = 2 * (8 + REQUEST_ID_SIZE + 1) };
void trail_cursor_text(const struct trail_cursor *, char ret[static TRAIL_CURSOR_TEXT + 1]);
bool trail_cursor_read(const char *text, struct trail_cursor *ret);

struct trail_filter {
	/* One of these at most; the others are NULL. */
	const struct account_id *account_id;
	const struct person_id *person_id;
	const char *operator;
	int64_t since;                    /* seconds: events of this time, or later */
	int64_t until;                    /* events before this time */
	const struct trail_cursor *after; /* events behind this one; NULL: from the newest on */
	size_t limit;                     /* how many at most */
};

struct trail_event {
	struct trail_cursor at;
	struct account_id account_id;
	struct person_id person_id;
	char network[SOURCE_MAX + 1];
	char operator[OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1]; /* "": none */
	char reason[OPERATOR_UTF8_MAX * OPERATOR_REASON_MAX + 1];
};

/* Calls `each` for each event, the newest first; those of one second come in a fixed order of no
 * meaning. Anything but OK from it ends the reading and is returned. *ret_more: there are events
 * behind the last one that it was called for. OK, or what db_rows() returns. */
enum result audit_trail_read(struct db *, const struct trail_filter *,
    enum result (*each)(void *context, const struct trail_event *), void *context,
    bool *ret_more) MUST_USE;

#endif
