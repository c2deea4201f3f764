/* login_limits.c - by what a failed log-in is counted. */

#include "login_limits.h"

#include "bounds.h"
#include "clock.h"
#include "secret.h"
#include "statements.h"

#include <string.h>

#define HALF            (KEYED_HASH_SIZE / 2)
#define NOBODY_WINDOW_S ((int64_t)86400)

/* The login ID's half, then half of the hash of login ID, NUL and source. Its window is over at
 * once, on every replica, so that a try makes no source known: it may write the row anew where a
 * new password has just deleted it. */
static struct limit_try
try_of_known_source(const struct keyring *keyring, const struct limit_try *by_login_id,
    const char *login_id, const struct client *client)
{
	char text[EMAIL_MAX + 1 + SOURCE_MAX];
	const size_t id_size = strnlen(login_id, EMAIL_MAX) + 1;
	const size_t source_length = strnlen(client->source, SOURCE_MAX);

	memcpy(text, login_id, id_size - 1);
	text[id_size - 1] = '\0';
	memcpy(text + id_size, client->source, source_length);
	struct limit_try limit_try = limit_try_of(keyring,
	    limit_subject_of(LIMIT_KNOWN_SOURCE_FAILURES, text, id_size + source_length),
	    by_login_id->now);
	limit_try.window_s = -CLOCK_SKEW_S;
	memmove(limit_try.subject_hash + HALF, limit_try.subject_hash, HALF);
	memcpy(limit_try.subject_hash, by_login_id->subject_hash, HALF);
	secret_wipe_bytes(text, sizeof text);
	return limit_try;
}

struct login_limits
login_limits_of(
    const struct keyring *keyring, const char *login_id, const struct client *client, int64_t now)
{
	struct login_limits limits = {
		.by_login_id = limit_try_of(keyring,
		    limit_subject_of(LIMIT_LOGIN_FAILURES, login_id, strlen(login_id)), now),
	};

	limits.by_known_source = try_of_known_source(
	    keyring, &limits.by_login_id, login_id, client);
	memset(limits.last_source, 0xFF, sizeof limits.last_source);
	memcpy(limits.first_source, limits.by_login_id.subject_hash, HALF);
	memcpy(limits.last_source, limits.by_login_id.subject_hash, HALF);
	return limits;
}

int64_t
login_limits_nobody_window_ends_at(const struct login_limits *limits)
{
	return limits->by_login_id.now + NOBODY_WINDOW_S;
}

int64_t
login_limits_source_known_until(const struct login_limits *limits)
{
	return limits->by_known_source.now + limit_of(LIMIT_KNOWN_SOURCE_FAILURES)->window_s;
}

void
login_limits_reset_params(const struct login_limits *limits, struct db_values *values)
{
	const struct limit_try *failures = &limits->by_login_id;
	const struct db_value params[] = {
		db_bytes("login_id_hash", failures->subject_hash, sizeof failures->subject_hash),
		db_bytes("first_source", limits->first_source, KEYED_HASH_SIZE),
		db_bytes("last_source", limits->last_source, KEYED_HASH_SIZE),
		{ 0 },
	};

	db_values_add(values, params);
}

void
login_limits_known_params(const struct login_limits *limits, struct db_values *values)
{
	const struct limit_try *source = &limits->by_known_source;
	const struct db_value params[] = {
		db_bytes("known_source_hash", source->subject_hash, sizeof source->subject_hash),
		db_number("known_until", login_limits_source_known_until(limits)),
		{ 0 },
	};

	db_values_add(values, params);
}

enum result
login_limits_reset(struct db_tx *tx, const struct login_limits *limits)
{
	const struct db_value in[] = {
		db_bytes("first_source", limits->first_source, KEYED_HASH_SIZE),
		db_bytes("last_source", limits->last_source, KEYED_HASH_SIZE),
		{ 0 },
	};

	TRY(limit_db_reset(tx, &limits->by_login_id));
	return db_change(tx, KNOWN_SOURCES_FORGET, in, NULL);
}

enum result
login_limits_restart(struct db_tx *tx, const struct login_limits *limits)
{
	struct db_values in = { 0 };

	login_limits_known_params(limits, &in);
	TRY(login_limits_reset(tx, limits));
	return db_change(tx, KNOWN_SOURCE_WRITE, in.list, NULL);
}
