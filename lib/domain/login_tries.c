/* login_tries.c - on which counter a login's try is counted. */

#include "login_tries.h"

#include "bounds.h"
#include "clock.h"
#include "secret.h"
#include "statements.h"

#include <string.h>

#define HALF     (KEYED_HASH_SIZE / 2)
#define NOBODY_S ((int64_t)86400)

/* The login ID's half, then half of the hash of login ID, NUL and source. A try makes nothing known:
 * the row it may make, where a new password has just deleted it, is over at once, on every replica. */
static struct attempt
of_known_source(const struct keyring *keyring, const struct attempt *by_login_id,
    const char *login_id, const struct visitor *visitor)
{
	char text[EMAIL_MAX + 1 + SOURCE_MAX];
	const size_t id_size = strnlen(login_id, EMAIL_MAX) + 1;
	const size_t source_length = strnlen(visitor->source, SOURCE_MAX);

	memcpy(text, login_id, id_size - 1);
	text[id_size - 1] = '\0';
	memcpy(text + id_size, visitor->source, source_length);
	struct attempt attempt = attempt_of(keyring, POLICY_KNOWN_SOURCE_FAILURES, text,
	    id_size + source_length, by_login_id->now, 0);
	attempt.window_s = -CLOCK_SKEW_S;
	memmove(attempt.thing + HALF, attempt.thing, HALF);
	memcpy(attempt.thing, by_login_id->thing, HALF);
	secret_wipe_bytes(text, sizeof text);
	return attempt;
}

struct login_tries
login_tries_of(
    const struct keyring *keyring, const char *login_id, const struct visitor *visitor, int64_t now)
{
	struct login_tries tries = {
		.by_login_id = attempt_of(
		    keyring, POLICY_LOGIN_FAILURES, login_id, strlen(login_id), now, 0),
	};

	tries.by_known_source = of_known_source(keyring, &tries.by_login_id, login_id, visitor);
	return tries;
}

void
login_tries_set_known(struct login_tries *tries, bool known)
{
	tries->by_login_id.window_s = known ? policy_of(tries->by_login_id.scope)->window_s
					    : NOBODY_S;
}

int64_t
login_tries_known_until(const struct login_tries *tries)
{
	const struct attempt *known = &tries->by_known_source;

	return known->now + policy_of(known->scope)->window_s;
}

struct login_tries_rows
login_tries_rows(const struct login_tries *tries)
{
	struct login_tries_rows rows;

	memset(rows.first, 0x00, sizeof rows.first);
	memset(rows.last, 0xFF, sizeof rows.last);
	memcpy(rows.first, tries->by_login_id.thing, HALF);
	memcpy(rows.last, tries->by_login_id.thing, HALF);
	return rows;
}

enum result
login_tries_forget(struct db_tx *tx, const struct login_tries *tries)
{
	const struct login_tries_rows rows = login_tries_rows(tries);
	const struct db_value in[] = { db_number_at(tries->by_known_source.scope),
		db_bytes_at(rows.first, sizeof rows.first),
		db_bytes_at(rows.last, sizeof rows.last), { 0 } };

	TRY(attempt_forget(tx, &tries->by_login_id));
	return db_change(tx, KNOWN_SOURCES_FORGET, in, NULL);
}

enum result
login_tries_begin_anew(struct db_tx *tx, const struct login_tries *tries)
{
	const struct attempt *known = &tries->by_known_source;
	const struct db_value in[] = { db_number_at(known->scope),
		db_bytes_at(known->thing, sizeof known->thing),
		db_number_at(login_tries_known_until(tries)), { 0 } };

	TRY(login_tries_forget(tx, tries));
	return db_change(tx, KNOWN_SOURCE_WRITE, in, NULL);
}
