/* login_limits.c - on which counter a login's try is counted. */

#include "login_limits.h"

#include "bounds.h"
#include "clock.h"
#include "secret.h"
#include "statements.h"

#include <string.h>

#define HALF     (KEYED_HASH_SIZE / 2)
#define NOBODY_S ((int64_t)86400)

/* The login ID's half, then half of the hash of login ID, NUL and source. A try makes nothing known:
 * the row it may make, where a new password has just deleted it, is over at once, on every replica. */
static struct limit_try
of_known_source(const struct keyring *keyring, const struct limit_try *by_login_id,
    const char *login_id, const struct client *client)
{
	char text[EMAIL_MAX + 1 + SOURCE_MAX];
	const size_t id_size = strnlen(login_id, EMAIL_MAX) + 1;
	const size_t source_length = strnlen(client->source, SOURCE_MAX);

	memcpy(text, login_id, id_size - 1);
	text[id_size - 1] = '\0';
	memcpy(text + id_size, client->source, source_length);
	struct limit_try limit_try = limit_try_of(keyring, LIMIT_KNOWN_SOURCE_FAILURES, text,
	    id_size + source_length, by_login_id->now, 0);
	limit_try.window_s = -CLOCK_SKEW_S;
	memmove(limit_try.subject + HALF, limit_try.subject, HALF);
	memcpy(limit_try.subject, by_login_id->subject, HALF);
	secret_wipe_bytes(text, sizeof text);
	return limit_try;
}

struct login_limits
login_limits_of(
    const struct keyring *keyring, const char *login_id, const struct client *client, int64_t now)
{
	struct login_limits tries = {
		.by_login_id = limit_try_of(
		    keyring, LIMIT_LOGIN_FAILURES, login_id, strlen(login_id), now, 0),
	};

	tries.by_known_source = of_known_source(keyring, &tries.by_login_id, login_id, client);
	return tries;
}

void
login_tries_set_known(struct login_limits *tries, bool known)
{
	tries->by_login_id.window_s = known ? limit_of(tries->by_login_id.limit_id)->window_s
					    : NOBODY_S;
}

int64_t
login_limits_source_known_until(const struct login_limits *tries)
{
	const struct limit_try *known = &tries->by_known_source;

	return known->now + limit_of(known->limit_id)->window_s;
}

struct login_limits_range
login_limits_range(const struct login_limits *tries)
{
	struct login_limits_range rows;

	memset(rows.first, 0x00, sizeof rows.first);
	memset(rows.last, 0xFF, sizeof rows.last);
	memcpy(rows.first, tries->by_login_id.subject, HALF);
	memcpy(rows.last, tries->by_login_id.subject, HALF);
	return rows;
}

enum result
login_limits_reset(struct db_tx *tx, const struct login_limits *tries)
{
	const struct login_limits_range rows = login_limits_range(tries);
	const struct db_value in[] = { db_number_at(tries->by_known_source.limit_id),
		db_bytes_at(rows.first, sizeof rows.first),
		db_bytes_at(rows.last, sizeof rows.last), { 0 } };

	TRY(limit_db_reset(tx, &tries->by_login_id));
	return db_change(tx, KNOWN_SOURCES_FORGET, in, NULL);
}

enum result
login_limits_restart(struct db_tx *tx, const struct login_limits *tries)
{
	const struct limit_try *known = &tries->by_known_source;
	const struct db_value in[] = { db_number_at(known->limit_id),
		db_bytes_at(known->subject, sizeof known->subject),
		db_number_at(login_limits_source_known_until(tries)), { 0 } };

	TRY(login_limits_reset(tx, tries));
	return db_change(tx, KNOWN_SOURCE_WRITE, in, NULL);
}
