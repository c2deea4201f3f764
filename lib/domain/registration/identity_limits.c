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

	struct identity_limits limits = {
		.tries = {
			[PERSONS_OF_SOURCE] = limit_try_of(keyring,
			    limit_subject_of_source(LIMIT_SOURCE_PERSONS, client), now),
			[PERSONS_OF_PREFIX] = limit_try_of(keyring,
			    limit_subject_of_prefix(LIMIT_SOURCE_PERSONS, client), now),
			[WRONG_OF_SOURCE] = limit_try_of(keyring,
			    limit_subject_of_source(LIMIT_SOURCE_IDENTITIES, client), now),
			[WRONG_OF_PREFIX] = limit_try_of(keyring,
			    limit_subject_of_prefix(LIMIT_SOURCE_IDENTITIES, client), now),
			[WRONG_OF_SERVICE] = limit_try_of(keyring,
			    limit_subject_of_service(LIMIT_SERVICE_IDENTITIES), now),
		},
		.wrong_of_number = limit_try_of(
		    keyring, limit_subject_of(LIMIT_NUMBER_FAILURES, number, strlen(number)), now),
		.limit_reached = audit_event_of(
		    client, AUDIT_IDENTITY_LIMIT_REACHED, now, no_account, no_person),
	};

	limits.wrong_of_number.uncounted = request->birth_date[0] == '\0' &&
					   request->posted_code[0] == '\0';
	return limits;
}

static void
tell_if_reached(enum limit_id limit_id, int left)
{
	if (left == 0)
		limit_reached(limit_id);
}

void
identity_limits_read_params(const struct identity_limits *limits, struct db_values *values)
{
	const struct limit_names names[IDENTITY_ASKED] = {
		[PERSONS_OF_SOURCE] = LIMIT_NAMES("source"),
		[PERSONS_OF_PREFIX] = LIMIT_NAMES("prefix"),
		[WRONG_OF_SOURCE] = LIMIT_NAMES("wrong_of_source"),
		[WRONG_OF_PREFIX] = LIMIT_NAMES("wrong_of_prefix"),
		[WRONG_OF_SERVICE] = LIMIT_NAMES("wrong_of_service"),
	};

	for (size_t i = 0; i < IDENTITY_ASKED; i++)
		limit_db_params(&limits->tries[i], &names[i], LIMIT_KEY_PARAMS, values);
}

void
identity_limits_read_slots(
    struct identity_limits *limits, struct db_slot ret[static IDENTITY_READ_SLOTS])
{
	for (size_t i = 0; i < IDENTITY_ASKED; i++)
		limit_db_level_slots(&limits->levels[i], ret + i * LIMIT_LEVEL_SLOTS);
}

enum result
identity_limits_check(const struct identity_limits *limits, struct error_info *error_info)
{
	for (size_t i = 0; i < IDENTITY_ASKED; i++)
		if (limit_db_left(&limits->tries[i], &limits->levels[i], &error_info->wait_s) <= 0)
			return i == WRONG_OF_SERVICE ? OVERLOADED : TOO_MANY;
	return OK;
}

void
identity_limits_try_params(const struct identity_limits *limits, struct db_values *values)
{
	limit_db_params(
	    &limits->tries[PERSONS_OF_SOURCE], &LIMIT_NAMES("source"), LIMIT_COUNT_PARAMS, values);
	limit_db_params(
	    &limits->tries[PERSONS_OF_PREFIX], &LIMIT_NAMES("prefix"), LIMIT_COUNT_PARAMS, values);
	limit_db_params(
	    &limits->wrong_of_number, &LIMIT_NAMES("number"), LIMIT_COUNT_PARAMS, values);
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

	TRY(limit_db_count(tx, &limits->tries[WRONG_OF_SOURCE], &ctx->source_left, NULL));
	TRY(limit_db_count(tx, &limits->tries[WRONG_OF_PREFIX], &ctx->prefix_left, NULL));
	return limit_db_count(tx, &limits->tries[WRONG_OF_SERVICE], &ctx->service_left, NULL);
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

bool
identity_limits_is_last(const struct identity_limits *limits)
{
	return limits->person_reserved && limits->persons_left == 0;
}

static enum result
give_back_person_tx(struct db_tx *tx, void *context)
{
	const struct identity_limits *limits = context;
	enum result (*give_back)(struct db_tx *,
	    const struct limit_try *) = limits->person_reserved ? limit_db_give_back
								: limit_db_give_back_held;

	TRY(give_back(tx, &limits->tries[PERSONS_OF_SOURCE]));
	return give_back(tx, &limits->tries[PERSONS_OF_PREFIX]);
}

void
identity_limits_finish_person(
    const struct app *app, const struct identity_limits *limits, bool kept)
{
	struct identity_limits given_back = *limits;

	if (!limits->person_reserved && !limits->person_may_be_reserved)
		return;
	if (kept) {
		tell_if_reached(LIMIT_SOURCE_PERSONS, limits->persons_left);
		return;
	}
	const bool tidies = deadline_tidy(true);
	if (db_transaction(app->db, give_back_person_tx, &given_back) != OK) {
		limit_db_give_back_later(&limits->tries[PERSONS_OF_SOURCE]);
		limit_db_give_back_later(&limits->tries[PERSONS_OF_PREFIX]);
	}
	deadline_tidy(tidies);
}
