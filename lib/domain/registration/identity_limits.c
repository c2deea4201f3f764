/* identity_limits.c - stops who guesses insured numbers. */

#include "identity_limits.h"

#include "db.h"
#include "deadline.h"
#include "limit_reached.h"

#include <string.h>

struct identity_limits
identity_limits_of(const struct app *app, const struct identity_request *request, int64_t now)
{
	const struct keyring *keyring = app->keyring;
	const struct client *client = request->client;
	const char *number = request->insured_number;

	return (struct identity_limits){
		.persons_of_source = limit_try_of(
		    keyring, limit_subject_of_source(LIMIT_SOURCE_PERSONS, client), now),
		.persons_of_prefix = limit_try_of(
		    keyring, limit_subject_of_prefix(LIMIT_SOURCE_PERSONS, client), now),
		.wrong_of_number = limit_try_of(
		    keyring, limit_subject_of(LIMIT_NUMBER_FAILURES, number, strlen(number)), now),
		.wrong_of_source = limit_try_of(
		    keyring, limit_subject_of_source(LIMIT_SOURCE_IDENTITIES, client), now),
		.wrong_of_prefix = limit_try_of(
		    keyring, limit_subject_of_prefix(LIMIT_SOURCE_IDENTITIES, client), now),
		.wrong_of_service = limit_try_of(
		    keyring, limit_subject_of_service(LIMIT_SERVICE_IDENTITIES), now),
		.limit_reached = audit_event_of(
		    client, AUDIT_IDENTITY_LIMIT_REACHED, now, no_account, no_person),
		.counts_number = request->birth_date[0] != '\0' || request->posted_code[0] != '\0',
	};
}

static void
tell_if_reached(enum limit_id limit_id, int left)
{
	if (left == 0)
		limit_reached(limit_id);
}

enum result
identity_limits_check(
    const struct app *app, const struct identity_limits *limits, struct error_info *error_info)
{
	const struct limit_try *const of_source[] = { &limits->persons_of_source,
		&limits->persons_of_prefix, &limits->wrong_of_source, &limits->wrong_of_prefix };
	struct db_tx alone = db_alone(app->db);
	int64_t *wait_s = &error_info->wait_s;
	int left = 0;

	for (size_t i = 0; i < LENGTH(of_source); i++) {
		TRY(limit_db_peek(&alone, of_source[i], &left, wait_s));
		if (left <= 0)
			return TOO_MANY;
	}
	TRY(limit_db_peek(&alone, &limits->wrong_of_service, &left, wait_s));
	return left > 0 ? OK : OVERLOADED;
}

/* The number ----------------------------------------------------------------------------------- */

enum result
identity_limits_count_number(struct db_tx *tx, struct identity_limits *limits)
{
	int left = 0;

	if (!limits->counts_number)
		return OK;
	TRY(limit_db_count(tx, &limits->wrong_of_number, &left, NULL));
	limits->number_locked = left < 0;
	return OK;
}

enum result
identity_limits_peek_number(struct db_tx *tx, struct identity_limits *limits)
{
	int left = 0;

	if (!limits->counts_number)
		return OK;
	TRY(limit_db_peek(tx, &limits->wrong_of_number, &left, NULL));
	limits->number_locked = left <= 0;
	return OK;
}

enum result
identity_limits_give_back_number(
    const struct app *app, const struct identity_limits *limits, bool is_repeat)
{
	struct db_tx alone = db_alone(app->db);

	if (!limits->counts_number)
		return OK;
	return is_repeat ? limit_db_give_back_held(&alone, &limits->wrong_of_number)
			 : limit_db_give_back(&alone, &limits->wrong_of_number);
}

/* Wrong numbers -------------------------------------------------------------------------------- */

struct count_wrong_ctx {
	const struct identity_limits *limits;
	int source_left;
	int prefix_left;
	int service_left;
};

static enum result
count_wrong_tx(struct db_tx *tx, void *context)
{
	struct count_wrong_ctx *ctx = context;
	const struct identity_limits *limits = ctx->limits;

	TRY(limit_db_count(tx, &limits->wrong_of_source, &ctx->source_left, NULL));
	TRY(limit_db_count(tx, &limits->wrong_of_prefix, &ctx->prefix_left, NULL));
	return limit_db_count(tx, &limits->wrong_of_service, &ctx->service_left, NULL);
}

enum result
identity_limits_count_wrong(const struct app *app, const struct identity_limits *limits)
{
	struct count_wrong_ctx ctx = { .limits = limits };

	TRY(db_transaction(app->db, count_wrong_tx, &ctx));
	tell_if_reached(LIMIT_SOURCE_IDENTITIES, ctx.source_left);
	tell_if_reached(LIMIT_SOURCE_IDENTITIES, ctx.prefix_left);
	tell_if_reached(LIMIT_SERVICE_IDENTITIES, ctx.service_left);
	return OK;
}

/* Right numbers -------------------------------------------------------------------------------- */

enum result
identity_limits_reserve_person(
    struct db_tx *tx, struct identity_limits *limits, struct error_info *error_info)
{
	int of_source = 0, of_prefix = 0;

	TRY(limit_db_count(tx, &limits->persons_of_source, &of_source, &error_info->wait_s));
	if (of_source < 0)
		return TOO_MANY;
	TRY(limit_db_count(tx, &limits->persons_of_prefix, &of_prefix, &error_info->wait_s));
	if (of_prefix < 0)
		return TOO_MANY;
	limits->persons_left = of_source < of_prefix ? of_source : of_prefix;
	return OK;
}

enum result
identity_limits_keep_person(struct db_tx *tx, const struct identity_limits *limits)
{
	const bool is_last = limits->person_reserved && limits->persons_left == 0;

	return is_last ? audit_insert(tx, &limits->limit_reached) : OK;
}

static enum result
give_back_person_tx(struct db_tx *tx, void *context)
{
	const struct identity_limits *limits = context;

	TRY(limit_db_give_back(tx, &limits->persons_of_source));
	return limit_db_give_back(tx, &limits->persons_of_prefix);
}

void
identity_limits_give_back_person_later(const struct identity_limits *limits)
{
	limit_db_give_back_later(&limits->persons_of_source);
	limit_db_give_back_later(&limits->persons_of_prefix);
}

void
identity_limits_finish_person(
    const struct app *app, const struct identity_limits *limits, bool kept)
{
	struct identity_limits given_back = *limits;

	if (!limits->person_reserved)
		return;
	if (kept) {
		tell_if_reached(LIMIT_SOURCE_PERSONS, limits->persons_left);
		return;
	}
	const bool tidies = deadline_tidy(true);
	if (db_transaction(app->db, give_back_person_tx, &given_back) != OK)
		identity_limits_give_back_person_later(limits);
	deadline_tidy(tidies);
}
