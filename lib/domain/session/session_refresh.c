/* session_refresh.c - a login is refreshed: the token that is good gives the next one, a used one ends
 * it, and one that was never ours changes nothing.
 *
 * Which of two who come at once was first is the database's word: one conditional update. */

#include "session.h"

#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "session_tokens.h"

#include <string.h>

/* One refreshing. */
struct renewal {
	const struct client *client;
	int64_t now;
	char today[CLOCK_DATE_MAX + 1];
	struct session_clock clock;
	const struct refresh_token *token;
	bool ours;                             /* it has our mark */
	uint8_t hash[SECRET_SHA256_SIZE];      /* of the token that came */
	uint8_t next_hash[SECRET_SHA256_SIZE]; /* of the one that takes its place */
	uint8_t client_hash[KEYED_HASH_SIZE];
	struct session session; /* as it was found */
	struct audit_event event;
};

static enum result
read_tx(struct db_tx *tx, void *context)
{
	struct renewal *renewal = context;

	return session_rows_read(
	    tx, renewal->token->session_id, &renewal->clock, &renewal->session);
}

static enum result
rotate_tx(struct db_tx *tx, void *context)
{
	const struct renewal *renewal = context;
	struct session fresh = { .rotated_at = renewal->now };

	fresh.id = renewal->session.id;
	memcpy(fresh.refresh_hash, renewal->next_hash, sizeof fresh.refresh_hash);
	memcpy(fresh.client_hash, renewal->client_hash, sizeof fresh.client_hash);
	return session_rows_rotate(tx, &fresh, renewal->hash);
}

static enum result
end_reused_tx(struct db_tx *tx, void *context)
{
	const struct renewal *renewal = context;
	const struct session *session = &renewal->session;
	const enum result ended = session_rows_end(tx, session->id, session->account_id);

	if (ended != OK)
		return ended == NO_ROW ? OK : ended;
	return audit_insert(tx, &renewal->event);
}

static bool
is_good(const struct renewal *renewal)
{
	return secret_equal_bytes(
	    renewal->hash, renewal->session.refresh_hash, sizeof renewal->hash);
}

static bool
is_the_one_before(const struct renewal *renewal)
{
	return secret_equal_bytes(
	    renewal->hash, renewal->session.previous_hash, sizeof renewal->hash);
}

/* Was it used just now, by the client that asks again? */
static bool
is_repeat(const struct renewal *renewal)
{
	const struct session *session = &renewal->session;

	return is_the_one_before(renewal) &&
	       renewal->now - session->rotated_at <= SESSION_REPEAT_S + CLOCK_SKEW_S &&
	       secret_equal_bytes(
		   renewal->client_hash, session->client_hash, sizeof renewal->client_hash);
}

/* Was it ever good? The one before is known also where derive.key is another now. */
static bool
is_used(const struct renewal *renewal)
{
	return is_the_one_before(renewal) || renewal->ours;
}

static enum result
end_reused(const struct app *p, struct renewal *renewal)
{
	renewal->event = audit_event_of(renewal->client, AUDIT_REFRESH_REUSED, renewal->now,
	    renewal->session.account_id, no_person);
	TRY(db_transaction(p->db, end_reused_tx, renewal));
	return LOGIN_REQUIRED;
}

/* LOGIN_REQUIRED: it lives no longer. */
static enum result
find(const struct app *p, struct renewal *renewal)
{
	const enum result found = db_each_committed(p->db, read_tx, renewal);

	return found == NO_ROW ? LOGIN_REQUIRED : found;
}

/* The pair is made before anything is committed: a token that can not be answered is not used. */
static enum result
renew(const struct app *p, struct renewal *renewal, const struct refresh_token *next,
    struct session_tokens *ret)
{
	TRY(find(p, renewal));
	if (is_good(renewal)) {
		TRY(session_tokens_make(p, &renewal->session, next, renewal->now, ret));
		const enum result rotated = db_each_committed(p->db, rotate_tx, renewal);

		if (rotated != NO_ROW)
			return rotated;
		TRY(find(p, renewal)); /* another was faster */
	}
	if (is_repeat(renewal))
		return session_tokens_make(p, &renewal->session, next, renewal->now, ret);
	return is_used(renewal) ? end_reused(p, renewal) : LOGIN_REQUIRED;
}

enum result
session_refresh(const struct app *p, const struct client *client, const char *refresh_token,
    struct session_tokens *ret)
{
	CLEANUP(refresh_token_wipe) struct refresh_token token = { 0 };
	CLEANUP(refresh_token_wipe) struct refresh_token next = { 0 };
	struct renewal renewal = { .client = client, .now = clock_now(), .token = &token };

	if (!refresh_token_read(refresh_token, &token))
		return LOGIN_REQUIRED;
	next = refresh_token_next(p->keyring, &token);
	renewal.ours = refresh_token_is_ours(p->keyring, &token);
	refresh_token_hash(&token, renewal.hash);
	refresh_token_hash(&next, renewal.next_hash);
	session_client_hash(p->keyring, client, renewal.client_hash);
	renewal.clock = session_clock_of(p, renewal.now, renewal.today);
	return renew(p, &renewal, &next, ret);
}

/* Ends the login that a token belongs to: to hold it, good or used, is enough. */
static enum result
end_tx(struct db_tx *tx, void *context)
{
	struct renewal *renewal = context;
	const enum result found = read_tx(tx, renewal);

	if (found == NO_ROW)
		return OK;
	TRY(found);
	if (!is_good(renewal) && !is_used(renewal))
		return OK;
	renewal->event = audit_event_of(renewal->client, AUDIT_LOGGED_OUT, renewal->now,
	    renewal->session.account_id, no_person);
	return end_reused_tx(tx, renewal);
}

enum result
session_end_by_token(const struct app *p, const struct client *client, const char *refresh_token)
{
	CLEANUP(refresh_token_wipe) struct refresh_token token = { 0 };
	struct renewal renewal = { .client = client, .now = clock_now(), .token = &token };

	if (!refresh_token_read(refresh_token, &token))
		return OK;
	renewal.ours = refresh_token_is_ours(p->keyring, &token);
	refresh_token_hash(&token, renewal.hash);
	renewal.clock = session_clock_of(p, renewal.now, renewal.today);
	return db_transaction(p->db, end_tx, &renewal);
}
