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
	int64_t *wait_s = &asking->refusal->wait_s;
	int left = 0;

	TRY(attempt_left(tx, &asking->guard->by_source, &left, wait_s));
	if (left <= 0)
		return TOO_MANY;
	TRY(attempt_left(tx, &asking->guard->by_prefix, &left, wait_s));
	if (left <= 0)
		return TOO_MANY;
	TRY(attempt_left(tx, &asking->guard->by_service, &left, wait_s));
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
