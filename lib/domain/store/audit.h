/* audit.h - one row for each thing that happened to an account (ASVS 16.2.1, 16.3.1), and for each
 * source that reached the limit of right numbers, which is of no account.
 *
 * A row has time, what, account, person, the client's network and the request's id: no secret, no
 * address, no number. It outlives the account and is purged by age. */

#ifndef AUDIT_H
#define AUDIT_H

#include "bounds.h"
#include "db.h"
#include "result.h"
#include "client.h"
#include "stored_enums.h"

#include <stdint.h>

/* The word of an event ("login_failed"); "unknown" for a number that is none. */
const char *audit_word(int64_t what);

/* What happened, made outside a body. */
struct audit_event {
	enum audit_event_kind what;
	int64_t happened_at;
	struct account_id account_id; /* zeros: there is no such account */
	struct person_id person_id;   /* zeros: not known */
	struct request_id request_id;
	char network[SOURCE_MAX + 1];
};

/* Zeros where there is no account, or the person is not known. */
struct audit_event audit_event_of(const struct client *, enum audit_event_kind, int64_t now,
    struct account_id account_id, struct person_id person_id);

/* The parameters of AUDIT_INSERT_ (statements.c): :happened_at, :event, :event_...; borrowed from the
 * event. */
#define AUDIT_PARAMS 6
void audit_params(const struct audit_event *, struct db_value ret[static AUDIT_PARAMS]);

/* Writes it, in the transaction of what it tells about. A request writes a kind of event once. */
enum result audit_insert(struct db_tx *, const struct audit_event *) MUST_USE;

/* The same as the first change of a transaction that must not be done twice. DUPLICATE: an earlier run
 * of it was committed, so all of it is done. */
enum result audit_insert_first(struct db_tx *, const struct audit_event *) MUST_USE;

/* The same outside a body, committed for itself. */
enum result audit_insert_committed(struct db *, struct audit_event *) MUST_USE;

/* The same for the account that has this login ID now, if there is one: the same work for both. */
enum result audit_insert_for(
    struct db_tx *, const struct audit_event *, const char *login_id) MUST_USE;

#endif
