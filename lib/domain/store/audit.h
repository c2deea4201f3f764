/* audit.h - the audit trail: one row for each thing that happened to an account (ASVS 16.2.1,
 * 16.3.1), and for each source that reached its limit of right insured numbers, which belongs to no
 * account.
 *
 * A row has the time, the event, the account and its person, the client's network and the request's
 * id: no secret, no address and no insured number. It outlives the account and is purged by age. */

#ifndef AUDIT_H
#define AUDIT_H

#include "bounds.h"
#include "client.h"
#include "db.h"
#include "ids.h"
#include "result.h"
#include "stored_enums.h"

#include <stdint.h>

/* The word of an event ("login_failed"); "unknown" for a number that is none. */
const char *audit_word(int64_t kind);

struct audit_event {
	enum audit_event_kind kind;
	int64_t happened_at;
	struct account_id account_id; /* zeros: no such account */
	struct person_id person_id;   /* zeros: not known */
	struct request_id request_id;
	char network[SOURCE_MAX + 1]; /* of the client */
};

/* The event of a request. It is made before the transaction that writes it, so that each run of the
 * transaction writes the same. */
struct audit_event audit_event_of(const struct client *, enum audit_event_kind, int64_t now,
    struct account_id account_id, struct person_id person_id);

/* Adds the parameters of SQL_AUDIT_INSERT (statements.c): :happened_at, :event, :event_...;
 * borrowed from the event. */
void audit_params(const struct audit_event *, struct db_values *);

/* Writes the event in the transaction of what happened. A request writes each kind at most once.
 * OK, or what db_insert_new() returns. */
enum result audit_insert(struct db_tx *, const struct audit_event *) MUST_USE;

/* The same for the account that has the login ID now; without one the row is of no account, so that
 * the time does not tell. */
enum result audit_insert_for(
    struct db_tx *, const struct audit_event *, const char *login_id) MUST_USE;

/* audit_insert() as a statement that stands alone. */
enum result audit_insert_committed(struct db *, const struct audit_event *) MUST_USE;

#endif
