/* limit_table.h - every limit of the service in one table: what is counted, how often, how long,
 * and what happens then (ASVS 2.1.3, 6.1.1).
 *
 * A row says where it is counted. What protects a secret or a mailbox is counted in the database
 * (limit_db.h): for all replicas together, before anybody is told what came of the try. What only
 * sheds load is counted in the process (limit_local.h).
 *
 * A window begins with the first try that is granted. Some limits also lock: from the try
 * `lock_from` on each one that is granted is followed by a time without tries.
 *
 * A failed log-in counts for its login ID (login_failures), so that its lock keeps everybody out,
 * except a source from which this login ID has logged in or got a new password within 30 days:
 * such a source has a count and a lock of its own (known_source_failures; login_limits.h).
 *
 * Mails of a kind to one address lock from the first on, for the setting MAIL_INTERVAL_S, and
 * longer from the sixth of a day on: a stranger can have a mailbox written to a few times, and
 * then once an hour.
 *
 * docs/limits.md has the table as `myportalctl limits` prints it. The setting
 * LIMITS changes max and window, within the bounds of each row. */

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
	const char *per;          /* what is counted */
	int max;                  /* how many are granted in a window */
	int64_t window_s;         /* from the first try */
	int max_allowed;          /* the most that LIMITS may set; 0: it may set nothing */
	int64_t window_allowed_s; /* the longest window that LIMITS may set; 0: none */
	enum limit_place counted_in;
	const char *what_happens;
	int lock_from;      /* the first try of a window that locks; 0: none does */
	int64_t lock_s;     /* for how long it locks */
	int doubles_from;   /* from the try after this one on, twice as long as the one before */
	int64_t lock_max_s; /* but no longer than this */
};

#define LIMITS_SETTING_MAX 1024 /* bytes of LIMITS */

/* The row of a limit. */
const struct limit *limit_of(enum limit_id);

/* Takes over the settings LIMITS and MAIL_INTERVAL_S. `limits` is `name=max` or
 * `name=max/seconds`, with commas, spaces or lines between. All or nothing; false: `errbuf` says
 * which word is wrong, and how. Called once, before there are threads; until then mails are an
 * hour apart. */
bool limit_table_set(const char *limits, int64_t mail_interval_s,
    char errbuf[static ERRBUF_MAX + 1]) __attribute__((warn_unused_result));

/* Prints the table in Markdown, a row for each limit. */
void limit_table_print(FILE *);

#endif
