/* limit_table.h - every limit of the service in one table: what is counted, how often, how long, and what
 * happens then (ASVS 2.1.3, 6.1.1).
 *
 * What protects a secret is counted in the database, by limit_db.h: for all replicas together, before
 * the try is judged. What only sheds load is counted in the process, by limit_local.h.
 *
 * A login's failure counts for its login ID (login_failures), so that a lock is everybody's - but for
 * a source from which this login ID has logged in or got a new password within 30 days: that one counts
 * and is locked for itself (known_source_failures), and nobody elsewhere keeps it out (login_limits.h).
 *
 * Letters to one address (window_s 0) are one within the setting MAIL_INTERVAL_S, which is their
 * lock_s: so a stranger can have a mailbox written to a few times, and then once an hour. Counted
 * over a day.
 *
 * The table is the README's, and what `myportalctl limits` prints. The setting LIMITS changes
 * counts and windows, within the bounds of each row. */

#ifndef LIMIT_TABLE_H
#define LIMIT_TABLE_H

#include "bounds.h"
#include "limit_id.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum limit_place { LIMIT_IN_DATABASE, LIMIT_IN_PROCESS };

struct limit {
	const char *name;
	const char *per; /* what is counted */
	int count;
	int64_t window_s; /* from the first try; 0: letters, see below */
	const char *what_happens;
	enum limit_place counted_in;
	int count_max;        /* the most that LIMITS may say; 0: it may say nothing */
	int64_t window_max_s; /* the longest window that it may say; 0: none */
	/* From the try lock_from on each is followed by a time without tries: lock_s; from the try
	 * doubles_from on twice as long as the one before, up to lock_max_s. 0: none. */
	int lock_from;
	int64_t lock_s;
	int64_t lock_max_s;
	int doubles_from;
};

#define LIMITS_SETTING_MAX 1024 /* bytes of LIMITS */

/* The row of a scope. */
const struct limit *limit_of(enum limit_id);

/* Takes over what the setting LIMITS says: `name=count` or `name=count/seconds`, commas or spaces
 * between. All or nothing; false, and `why` says what is wrong with which word. Once, before there
 * are threads. */
bool limit_table_set(const char *limits, char errbuf[static ERRBUF_MAX + 1])
    __attribute__((warn_unused_result));

/* Prints the table as README quotes it: a Markdown row a limit. */
void limit_table_print(FILE *);

#endif
