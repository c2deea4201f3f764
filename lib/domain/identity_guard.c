/* identity_guard.c - who guesses at numbers is stopped. */

#include "identity_guard.h"

#include "db.h"
#include "log.h"

#include <string.h>

struct identity_guard
identity_guard_of(const struct portal *p, const struct visitor *visitor,
    const struct identity *identity, int64_t now)
{
	return (struct identity_guard){
		.by_number = attempt_of(p->keyring, POLICY_NUMBER_FAILURES,
		    identity->insured_number, strlen(identity->insured_number), now, 0),
		.by_source = attempt_of_source(p->keyring, POLICY_SOURCE_IDENTITIES, visitor, now),
		.by_prefix = attempt_of_prefix(p->keyring, POLICY_SOURCE_IDENTITIES, visitor, now),
		.by_service = attempt_of_service(p->keyring, POLICY_SERVICE_IDENTITIES, now),
		.persons_of_source = attempt_of_source(
		    p->keyring, POLICY_SOURCE_PERSONS, visitor, now),
		.persons_of_prefix = attempt_of_prefix(
		    p->keyring, POLICY_SOURCE_PERSONS, visitor, now),
		.limit_reached = audit_event_of(
		    visitor, AUDIT_IDENTITY_LIMIT_REACHED, now, NULL, NULL),
		.counts_number = identity->birth_date[0] != '\0',
	};
}

struct asking {
	const struct identity_guard *guard;
	struct refusal *refusal;
};

static enum result
ask_tx(struct db_tx *tx, void *context)
{
	const struct asking *asking = context;
	const struct identity_guard *guard = asking->guard;
	const struct attempt *const of_source[] = { &guard->persons_of_source,
		&guard->persons_of_prefix, &guard->by_source, &guard->by_prefix };
	int64_t *wait_s = &asking->refusal->wait_s;
	int left = 0;

	for (size_t i = 0; i < LENGTH(of_source); i++) {
		TRY(attempt_left(tx, of_source[i], &left, wait_s));
		if (left <= 0)
			return TOO_MANY;
	}
	TRY(attempt_left(tx, &guard->by_service, &left, wait_s));
	return left > 0 ? OK : OVERLOADED;
}

enum result
identity_guard_ask(
    const struct portal *p, const struct identity_guard *guard, struct refusal *refusal)
{
	struct asking asking = { .guard = guard, .refusal = refusal };

	return db_each_committed(p->db, ask_tx, &asking);
}

enum result
identity_guard_take(struct db_tx *tx, struct identity_guard *guard)
{
	int left = 0;

	if (!guard->counts_number)
		return OK;
	TRY(attempt_take(tx, &guard->by_number, &left, NULL));
	guard->number_locked = left < 0;
	return OK;
}

enum result
identity_guard_look(struct db_tx *tx, struct identity_guard *guard)
{
	int left = 0;

	if (!guard->counts_number)
		return OK;
	TRY(attempt_left(tx, &guard->by_number, &left, NULL));
	guard->number_locked = left <= 0;
	return OK;
}

enum result
identity_guard_take_person(struct db_tx *tx, struct identity_guard *guard, struct refusal *refusal)
{
	int of_source = 0, of_prefix = 0;

	TRY(attempt_take(tx, &guard->persons_of_source, &of_source, &refusal->wait_s));
	if (of_source < 0)
		return TOO_MANY;
	TRY(attempt_take(tx, &guard->persons_of_prefix, &of_prefix, &refusal->wait_s));
	if (of_prefix < 0)
		return TOO_MANY;
	guard->persons_left = of_source < of_prefix ? of_source : of_prefix;
	return OK;
}

enum result
identity_guard_keep_person(struct db_tx *tx, const struct identity_guard *guard)
{
	const bool last = guard->person_taken && guard->persons_left == 0;

	return last ? audit_insert(tx, &guard->limit_reached) : OK;
}

struct mistake {
	const struct identity_guard *guard;
	int source_left;
	int prefix_left;
	int service_left;
};

static enum result
wrong_tx(struct db_tx *tx, void *context)
{
	struct mistake *mistake = context;

	TRY(attempt_take(tx, &mistake->guard->by_source, &mistake->source_left, NULL));
	TRY(attempt_take(tx, &mistake->guard->by_prefix, &mistake->prefix_left, NULL));
	return attempt_take(tx, &mistake->guard->by_service, &mistake->service_left, NULL);
}

/* The moment a limit is reached is worth a line (ASVS 16.3.3). */
static void
tell_reached(enum policy_scope scope, int left)
{
	if (left == 0)
		log_event("limit_reached",
		    (const struct log_value[]){ log_text("limit", policy_of(scope)->name), { 0 } });
}

enum result
identity_guard_wrong(const struct portal *p, struct identity_guard *guard)
{
	struct mistake mistake = { .guard = guard };

	TRY(db_transaction(p->db, wrong_tx, &mistake));
	tell_reached(POLICY_SOURCE_IDENTITIES, mistake.source_left);
	tell_reached(POLICY_SOURCE_IDENTITIES, mistake.prefix_left);
	tell_reached(POLICY_SERVICE_IDENTITIES, mistake.service_left);
	return OK;
}

static enum result
right_tx(struct db_tx *tx, void *context)
{
	const struct identity_guard *guard = context;

	return attempt_give_back(tx, &guard->by_number);
}

enum result
identity_guard_right(const struct portal *p, struct identity_guard *guard)
{
	return guard->counts_number ? db_each_committed(p->db, right_tx, guard) : OK;
}

static enum result
give_person_back_tx(struct db_tx *tx, void *context)
{
	const struct identity_guard *guard = context;

	TRY(attempt_give_back(tx, &guard->persons_of_source));
	return attempt_give_back(tx, &guard->persons_of_prefix);
}

void
identity_guard_end_person(const struct portal *p, struct identity_guard *guard, bool kept)
{
	if (!guard->person_taken)
		return;
	if (kept) {
		tell_reached(POLICY_SOURCE_PERSONS, guard->persons_left);
		return;
	}
	const enum result given_back = db_transaction(p->db, give_person_back_tx, guard);
	(void)given_back; /* how the step ended is what is told */
}
