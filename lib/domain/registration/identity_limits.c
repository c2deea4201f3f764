/* identity_limits.c - who guesses at numbers is stopped. */

#include "identity_limits.h"

#include "db.h"
#include "log.h"

#include <string.h>

struct identity_limits
identity_limits_of(
    const struct app *p, const struct client *client, const struct identity *identity, int64_t now)
{
	return (struct identity_limits){
		.by_number = limit_try_of(p->keyring, LIMIT_NUMBER_FAILURES,
		    identity->insured_number, strlen(identity->insured_number), now, 0),
		.by_source = limit_try_of_source(p->keyring, LIMIT_SOURCE_IDENTITIES, client, now),
		.by_prefix = limit_try_of_prefix(p->keyring, LIMIT_SOURCE_IDENTITIES, client, now),
		.by_service = limit_try_of_service(p->keyring, LIMIT_SERVICE_IDENTITIES, now),
		.persons_of_source = limit_try_of_source(
		    p->keyring, LIMIT_SOURCE_PERSONS, client, now),
		.persons_of_prefix = limit_try_of_prefix(
		    p->keyring, LIMIT_SOURCE_PERSONS, client, now),
		.limit_reached = audit_event_of(
		    client, AUDIT_IDENTITY_LIMIT_REACHED, now, no_account, no_person),
		.counts_number = identity->birth_date[0] != '\0',
	};
}

struct asking {
	const struct identity_limits *guard;
	struct error_info *error_info;
};

static enum result
ask_tx(struct db_tx *tx, void *context)
{
	const struct asking *asking = context;
	const struct identity_limits *guard = asking->guard;
	const struct limit_try *const of_source[] = { &guard->persons_of_source,
		&guard->persons_of_prefix, &guard->by_source, &guard->by_prefix };
	int64_t *wait_s = &asking->error_info->wait_s;
	int left = 0;

	for (size_t i = 0; i < LENGTH(of_source); i++) {
		TRY(limit_db_peek(tx, of_source[i], &left, wait_s));
		if (left <= 0)
			return TOO_MANY;
	}
	TRY(limit_db_peek(tx, &guard->by_service, &left, wait_s));
	return left > 0 ? OK : OVERLOADED;
}

enum result
identity_limits_check(
    const struct app *p, const struct identity_limits *guard, struct error_info *error_info)
{
	struct asking asking = { .guard = guard, .error_info = error_info };

	return db_each_committed(p->db, ask_tx, &asking);
}

enum result
identity_limits_count(struct db_tx *tx, struct identity_limits *guard)
{
	int left = 0;

	if (!guard->counts_number)
		return OK;
	TRY(limit_db_count(tx, &guard->by_number, &left, NULL));
	guard->number_locked = left < 0;
	return OK;
}

enum result
identity_limits_peek(struct db_tx *tx, struct identity_limits *guard)
{
	int left = 0;

	if (!guard->counts_number)
		return OK;
	TRY(limit_db_peek(tx, &guard->by_number, &left, NULL));
	guard->number_locked = left <= 0;
	return OK;
}

enum result
identity_guard_take_person(
    struct db_tx *tx, struct identity_limits *guard, struct error_info *error_info)
{
	int of_source = 0, of_prefix = 0;

	TRY(limit_db_count(tx, &guard->persons_of_source, &of_source, &error_info->wait_s));
	if (of_source < 0)
		return TOO_MANY;
	TRY(limit_db_count(tx, &guard->persons_of_prefix, &of_prefix, &error_info->wait_s));
	if (of_prefix < 0)
		return TOO_MANY;
	guard->persons_left = of_source < of_prefix ? of_source : of_prefix;
	return OK;
}

enum result
identity_guard_keep_person(struct db_tx *tx, const struct identity_limits *guard)
{
	const bool last = guard->person_taken && guard->persons_left == 0;

	return last ? audit_insert(tx, &guard->limit_reached) : OK;
}

struct wrong_ctx {
	const struct identity_limits *guard;
	int source_left;
	int prefix_left;
	int service_left;
};

static enum result
wrong_tx(struct db_tx *tx, void *context)
{
	struct wrong_ctx *wrong_ctx = context;

	TRY(limit_db_count(tx, &wrong_ctx->guard->by_source, &wrong_ctx->source_left, NULL));
	TRY(limit_db_count(tx, &wrong_ctx->guard->by_prefix, &wrong_ctx->prefix_left, NULL));
	return limit_db_count(tx, &wrong_ctx->guard->by_service, &wrong_ctx->service_left, NULL);
}

/* The moment a limit is reached is worth a line (ASVS 16.3.3). */
static void
tell_reached(enum limit_id limit_id, int left)
{
	if (left == 0)
		log_event(
		    "limit_reached", (const struct log_value[]){
					 log_text("limit", limit_of(limit_id)->name), { 0 } });
}

enum result
identity_limits_count_wrong(const struct app *p, struct identity_limits *guard)
{
	struct wrong_ctx wrong_ctx = { .guard = guard };

	TRY(db_transaction(p->db, wrong_tx, &wrong_ctx));
	tell_reached(LIMIT_SOURCE_IDENTITIES, wrong_ctx.source_left);
	tell_reached(LIMIT_SOURCE_IDENTITIES, wrong_ctx.prefix_left);
	tell_reached(LIMIT_SERVICE_IDENTITIES, wrong_ctx.service_left);
	return OK;
}

static enum result
right_tx(struct db_tx *tx, void *context)
{
	const struct identity_limits *guard = context;

	return limit_db_give_back(tx, &guard->by_number);
}

enum result
identity_limits_give_back(const struct app *p, struct identity_limits *guard)
{
	return guard->counts_number ? db_each_committed(p->db, right_tx, guard) : OK;
}

static enum result
give_person_back_tx(struct db_tx *tx, void *context)
{
	const struct identity_limits *guard = context;

	TRY(limit_db_give_back(tx, &guard->persons_of_source));
	return limit_db_give_back(tx, &guard->persons_of_prefix);
}

void
identity_guard_end_person(const struct app *p, struct identity_limits *guard, bool kept)
{
	if (!guard->person_taken)
		return;
	if (kept) {
		tell_reached(LIMIT_SOURCE_PERSONS, guard->persons_left);
		return;
	}
	const enum result given_back = db_transaction(p->db, give_person_back_tx, guard);
	(void)given_back; /* how the step ended is what is told */
}
