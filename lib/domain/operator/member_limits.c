/* member_limits.c - what is counted about one member. */

#include "member_limits.h"

#include "limit_db.h"
#include "limit_subject.h"
#include "login_limits.h"
#include "mail_interval.h"
#include "source_address.h"
#include "statements.h"

#include <string.h>

enum subject { BY_LOGIN_ID, BY_EMAIL, BY_NUMBER, BY_ACCOUNT, BY_PERSON, BY_SOURCE, BY_PREFIX };

static const struct limit_row {
	enum limit_id limit_id;
	enum subject subject;
	bool is_forgotten; /* by member_limits_forget() */
} limit_rows[] = {
	{ LIMIT_LOGIN_FAILURES, BY_LOGIN_ID, true },
	{ LIMIT_CURRENT_PASSWORD, BY_ACCOUNT, true },
	{ LIMIT_NUMBER_FAILURES, BY_NUMBER, true },
	{ LIMIT_TAKEN_LOGIN_IDS, BY_PERSON, true },
	{ LIMIT_LOGIN_ID_TRIES, BY_PERSON, true },
	{ LIMIT_ADDRESS_CHANGES, BY_PERSON, true },
	{ LIMIT_INVITATION_MAIL, BY_EMAIL, false },
	{ LIMIT_LOGIN_IDS_MAIL, BY_EMAIL, false },
	{ LIMIT_RESET_MAIL, BY_LOGIN_ID, false },
	{ LIMIT_ACCOUNT_DELETION_MAIL, BY_EMAIL, false },
	{ LIMIT_SOURCE_FAILURES, BY_SOURCE, true },
	{ LIMIT_SOURCE_FAILURES, BY_PREFIX, true },
	{ LIMIT_SOURCE_PERSONS, BY_SOURCE, true },
	{ LIMIT_SOURCE_PERSONS, BY_PREFIX, true },
	{ LIMIT_SOURCE_IDENTITIES, BY_SOURCE, true },
	{ LIMIT_SOURCE_IDENTITIES, BY_PREFIX, true },
};

_Static_assert(LENGTH(limit_rows) <= MEMBER_LIMITS_MAX, "each has a place");

static struct limit_subject
nobody(enum limit_id limit_id)
{
	return (struct limit_subject){ .limit_id = limit_id, .bytes = "", .uncounted = true };
}

static struct limit_subject
subject_of_text(enum limit_id limit_id, const char *text)
{
	return text[0] != '\0' ? limit_subject_of(limit_id, text, strlen(text)) : nobody(limit_id);
}

static struct limit_subject
subject_of_id(enum limit_id limit_id, const uint8_t id[static ID_SIZE])
{
	return id_is_none(id) ? nobody(limit_id) : limit_subject_of(limit_id, id, ID_SIZE);
}

static struct limit_subject
subject_of_row(const struct limit_row *row, const struct member_subjects *subjects)
{
	const struct client *source = subjects->source;

	switch (row->subject) {
	case BY_LOGIN_ID:
		return subject_of_text(row->limit_id, subjects->login_id);
	case BY_EMAIL: /* counted by its key: try_of_row() */
		return nobody(row->limit_id);
	case BY_NUMBER:
		return subject_of_text(row->limit_id, subjects->number);
	case BY_ACCOUNT:
		return subject_of_id(row->limit_id, subjects->account_id.bytes);
	case BY_PERSON:
		return subject_of_id(row->limit_id, subjects->person_id.bytes);
	case BY_SOURCE:
		return source != NULL ? limit_subject_of_source(row->limit_id, source)
				      : nobody(row->limit_id);
	case BY_PREFIX:
		return source != NULL ? limit_subject_of_prefix(row->limit_id, source)
				      : nobody(row->limit_id);
	}
	return nobody(row->limit_id);
}

static struct limit_try
try_of_row(const struct app *app, const struct limit_row *row,
    const struct member_subjects *subjects, int64_t now)
{
	if (row->subject == BY_EMAIL && subjects->email[0] != '\0')
		return mail_interval_of(app, row->limit_id, subjects->email, now).limit_try;
	return limit_try_of(app->keyring, subject_of_row(row, subjects), now);
}

/* Reading -------------------------------------------------------------------------------------- */

/* NO_ROW: nothing is counted. */
static enum result
read_limit(struct db_tx *tx, const struct limit_try *limit_try, struct member_limit *ret)
{
	int64_t window_ends_at = 0, locked_until = 0;
	const struct db_value in[] = {
		db_number("limit_id", limit_try->limit_id),
		db_bytes("subject_hash", limit_try->subject_hash, sizeof limit_try->subject_hash),
		db_number("now", limit_try->now),
		{ 0 },
	};
	const struct db_slot out[] = { db_to_number(&ret->count), db_to_number(&window_ends_at),
		db_to_number(&locked_until), { 0 } };

	TRY(db_row(tx, OPERATOR_LIMIT_READ, in, out));
	if (ret->count == 0)
		return NO_ROW;
	ret->limit_id = limit_try->limit_id;
	ret->max = limit_try->max;
	const bool is_full = ret->count >= limit_try->max;
	ret->locked = is_full || locked_until > limit_try->now;
	if (is_full && ret->limit_id == LIMIT_LOGIN_FAILURES)
		ret->locked_until = MEMBER_LOCKED;
	else if (ret->locked)
		ret->locked_until = is_full ? window_ends_at : locked_until;
	return OK;
}

static enum result
read_known_sources(struct db_tx *tx, const struct app *app, const char *login_id, int64_t now,
    struct member_limits *ret)
{
	const struct client nowhere = { .source = "" };
	const struct login_limits limits = login_limits_of(app->keyring, login_id, &nowhere, now);
	const struct db_value in[] = {
		db_bytes("first", limits.first_source, sizeof limits.first_source),
		db_bytes("last", limits.last_source, sizeof limits.last_source),
		db_number("max", limits.by_known_source.max),
		db_number("now", now),
		{ 0 },
	};
	const struct db_slot out[] = { db_to_number(&ret->known_sources),
		db_to_number(&ret->known_failures), db_to_number(&ret->locked_known), { 0 } };

	return db_row(tx, OPERATOR_KNOWN_SOURCES_READ, in, out);
}

enum result
member_limits_read(const struct app *app, const struct member_subjects *subjects, int64_t now,
    struct member_limits *ret)
{
	struct db_tx alone = db_alone(app->db);

	*ret = (struct member_limits){ .count = 0 };
	for (size_t i = 0; i < LENGTH(limit_rows); i++) {
		const struct limit_try limit_try = try_of_row(app, &limit_rows[i], subjects, now);
		struct member_limit limit = { .locked = false };

		if (limit_try.uncounted)
			continue;
		const enum result read = read_limit(&alone, &limit_try, &limit);
		if (read == OK)
			ret->limits[ret->count++] = limit;
		else if (read != NO_ROW)
			return read;
	}
	if (subjects->login_id[0] == '\0')
		return OK;
	return read_known_sources(&alone, app, subjects->login_id, now, ret);
}

enum result
member_number_read(
    struct db_tx *tx, struct person_id id, char ret[static 2 * INSURED_NUMBER_SIZE_MAX + 1])
{
	const struct db_value in[] = { db_bytes("person_id", id.bytes, sizeof id.bytes), { 0 } };
	const struct db_slot out[] = { db_to_text(ret, 2 * INSURED_NUMBER_SIZE_MAX + 1), { 0 } };

	return db_row(tx, OPERATOR_NUMBER_READ, in, out);
}

bool
member_source_read(const char *address, struct client *ret)
{
	static const struct source_networks none;
	struct client client = { .shared_network_factor = 1 };

	source_of(&none, address, NULL, client.source);
	source_prefix(client.source, client.prefix);
	source_truncate(client.source, client.network);
	source_key(client.source, client.source);
	*ret = client;
	return client.source[0] != '\0';
}

/* Forgetting ----------------------------------------------------------------------------------- */

static enum result
unlock_known_sources(struct db_tx *tx, const struct app *app, const char *login_id, int64_t now)
{
	const struct client nowhere = { .source = "" };
	const struct login_limits limits = login_limits_of(app->keyring, login_id, &nowhere, now);
	const struct db_value in[] = { db_bytes("first", limits.first_source,
					   sizeof limits.first_source),
		db_bytes("last", limits.last_source, sizeof limits.last_source), { 0 } };

	return db_change(tx, OPERATOR_KNOWN_SOURCES_UNLOCK, in, NULL);
}

enum result
member_limits_forget(
    struct db_tx *tx, const struct app *app, const struct member_subjects *subjects, int64_t now)
{
	for (size_t i = 0; i < LENGTH(limit_rows); i++) {
		const struct limit_try limit_try = try_of_row(app, &limit_rows[i], subjects, now);

		if (limit_rows[i].is_forgotten && !limit_try.uncounted)
			TRY(limit_db_reset(tx, &limit_try));
	}
	if (subjects->login_id[0] == '\0')
		return OK;
	return unlock_known_sources(tx, app, subjects->login_id, now);
}

enum result
member_limits_count_mail(struct db_tx *tx, const struct limit_try *limit_try)
{
	int left = 0;
	const struct db_value in[] = {
		db_number("limit_id", limit_try->limit_id),
		db_bytes("subject_hash", limit_try->subject_hash, sizeof limit_try->subject_hash),
		{ 0 },
	};

	TRY(db_change(tx, OPERATOR_LIMIT_UNLOCK, in, NULL));
	return limit_db_count(tx, limit_try, &left, NULL);
}
