/* log_in_rows.h - the rows that a log-in reads and counts, each step in one trip to the database:
 * before the password is compared, and where it fails. What a log-in that succeeds writes is in
 * session_rows.h.
 *
 * Both functions run alone (db_alone()). */

#ifndef LOG_IN_ROWS_H
#define LOG_IN_ROWS_H

#include "access_day.h"
#include "account.h"
#include "audit.h"
#include "db.h"
#include "limit_db.h"
#include "login_limits.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

/* Who wants to log in. All of it is borrowed. */
struct log_in_query {
	const char *login_id;              /* folded */
	const struct access_day *day;      /* on which the person must have access */
	const struct limit_try *by_source; /* LIMIT_SOURCE_FAILURES, of the client */
	const struct limit_try *by_prefix; /* and of the /48 around it */
	const struct login_limits *limits; /* of the login ID, and of the client with it */
};

struct log_in_status {
	bool source_known; /* the try is counted by the known source (login_limits.h) */
	int tries_left;    /* behind this try; -1: it was not granted */
	int64_t
	    failures_untold; /* of the login ID, before this try; 0 when a mail told of the last */
	bool known;          /* an account has the login ID */
	bool usable;         /* it is active, and its person has access */
	struct account account; /* without login ID, pending address and times */
};

/* Reads the status of a login ID, and counts the try by it, or by a source that is known for it;
 * that is committed when this returns. It takes the same time whether an account has the login ID
 * or not. NO_ROW: the source or its prefix failed too often, and the try is not counted. Otherwise
 * OK, or what db_row() returns: then the try does not count, or is given back later. */
enum result log_in_rows_count(
    struct db_tx *, const struct log_in_query *, struct log_in_status *ret) MUST_USE;

/* Counts a failure of the source and its prefix, and records it. */
enum result log_in_rows_fail(
    struct db_tx *, const struct log_in_query *, const struct audit_event *) MUST_USE;

#endif
