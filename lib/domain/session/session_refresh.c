/* session_refresh.c - a refresh token brings the next pair, or ends its session.
 *
 *   it is the good one                 the next pair; the token is then a used one
 *   it was used a moment ago           the same next pair again (SESSION_REPEAT_S)
 *   it was used before                 its session ends: one of two holders is a thief
 *   it was never one of ours           nothing changes
 *
 * Which of two refreshes at once is first, the database decides: one conditional UPDATE. */

#include "session.h"

#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"

#include <string.h>

struct refresh_ctx {
	const struct app *app;
	const struct client *client;
	int64_t now;
	struct session_cutoff cutoff;
	struct refresh_token token;       /* that the client sent */
	bool is_ours;                     /* it has our mark (refresh_token.h) */
	uint8_t hash[SECRET_SHA256_SIZE]; /* of it */
	uint8_t client_hash[KEYED_HASH_SIZE];
	struct session session; /* as it was found */
};

static void
refresh_ctx_wipe(struct refresh_ctx *ctx)
{
	secret_wipe_bytes(ctx, sizeof *ctx);
}

/* False: the text is no refresh token. */
static bool
fill_refresh_ctx(struct refresh_ctx *ctx, const char *refresh_token)
{
	const struct keyring *keyring = ctx->app->keyring;

	if (!refresh_token_read(refresh_token, &ctx->token))
		return false;
	ctx->is_ours = refresh_token_is_ours(keyring, &ctx->token);
	refresh_token_hash(&ctx->token, ctx->hash);
	session_client_hash(keyring, ctx->client, ctx->client_hash);
	ctx->now = clock_now();
	ctx->cutoff = session_cutoff_of(ctx->app, ctx->now);
	return true;
}

/* What is the token to its session? ------------------------------------------------------------ */

static bool
token_is_good(const struct refresh_ctx *ctx)
{
	return secret_equal_bytes(ctx->hash, ctx->session.refresh_hash, sizeof ctx->hash);
}

static bool
token_is_previous(const struct refresh_ctx *ctx)
{
	return secret_equal_bytes(ctx->hash, ctx->session.previous_hash, sizeof ctx->hash);
}

/* Was it used a moment ago, by the client that sends it again? */
static bool
token_is_repeated(const struct refresh_ctx *ctx)
{
	const struct session *session = &ctx->session;

	return token_is_previous(ctx) &&
	       ctx->now - session->rotated_at <= SESSION_REPEAT_S + CLOCK_SKEW_S &&
	       secret_equal_bytes(ctx->client_hash, session->client_hash, sizeof ctx->client_hash);
}

/* Was it ever the good one? The previous one is known also where derive.key was replaced since. */
static bool
token_was_good(const struct refresh_ctx *ctx)
{
	return token_is_previous(ctx) || ctx->is_ours;
}

/* End ------------------------------------------------------------------------------------------ */

/* Ends the session that was found. OK also where it has ended meanwhile. */
static enum result
end_found_session(struct db_tx *tx, const struct refresh_ctx *ctx, enum audit_event_kind kind)
{
	const struct session *session = &ctx->session;
	const struct audit_event event = audit_event_of(
	    ctx->client, kind, ctx->now, session->account_id, no_person);
	const enum result ended = session_rows_end(tx, session->id, session->account_id);

	if (ended == NO_ROW)
		return OK;
	TRY(ended);
	return audit_insert(tx, &event);
}

static enum result
end_reused_tx(struct db_tx *tx, void *context)
{
	return end_found_session(tx, context, AUDIT_REFRESH_REUSED);
}

static enum result
end_by_token_tx(struct db_tx *tx, void *context)
{
	struct refresh_ctx *ctx = context;
	const enum result found = session_rows_read(
	    tx, ctx->token.session_id, &ctx->cutoff, &ctx->session);

	if (found == NO_ROW)
		return OK;
	TRY(found);
	if (!token_is_good(ctx) && !token_was_good(ctx))
		return OK;
	return end_found_session(tx, ctx, AUDIT_LOGGED_OUT);
}

enum result
session_end_by_token(const struct app *app, const struct client *client, const char *refresh_token)
{
	CLEANUP(refresh_ctx_wipe) struct refresh_ctx ctx = { .app = app, .client = client };

	if (!fill_refresh_ctx(&ctx, refresh_token))
		return OK;
	return db_transaction(app->db, end_by_token_tx, &ctx);
}

/* Refresh -------------------------------------------------------------------------------------- */

/* LOGIN_REQUIRED: the session has ended. */
static enum result
find_session(struct refresh_ctx *ctx)
{
	struct db_tx alone = db_alone(ctx->app->db);
	const enum result found = session_rows_read(
	    &alone, ctx->token.session_id, &ctx->cutoff, &ctx->session);

	return found == NO_ROW ? LOGIN_REQUIRED : found;
}

/* Makes the next pair, and then lets `next` take the token's place, so that no token is used up
 * whose answer can not be made. NO_ROW: another refresh was faster. */
static enum result
rotate_session(
    const struct refresh_ctx *ctx, const struct refresh_token *next, struct session_tokens *ret)
{
	struct db_tx alone = db_alone(ctx->app->db);
	struct session fresh = { .id = ctx->session.id, .rotated_at = ctx->now };

	TRY(session_tokens_make(ctx->app, &ctx->session, next, ctx->now, ret));
	refresh_token_hash(next, fresh.refresh_hash);
	memcpy(fresh.client_hash, ctx->client_hash, sizeof fresh.client_hash);
	return session_rows_rotate(&alone, &fresh, ctx->hash);
}

enum result
session_refresh(const struct app *app, const struct client *client, const char *refresh_token,
    struct session_tokens *ret)
{
	CLEANUP(refresh_ctx_wipe) struct refresh_ctx ctx = { .app = app, .client = client };
	CLEANUP(refresh_token_wipe) struct refresh_token next = { 0 };

	if (!fill_refresh_ctx(&ctx, refresh_token))
		return LOGIN_REQUIRED;
	next = refresh_token_next(app->keyring, &ctx.token);
	TRY(find_session(&ctx));
	if (token_is_good(&ctx)) {
		const enum result rotated = rotate_session(&ctx, &next, ret);

		if (rotated != NO_ROW)
			return rotated;
		TRY(find_session(&ctx));
	}
	if (token_is_repeated(&ctx))
		return session_tokens_make(app, &ctx.session, &next, ctx.now, ret);
	if (!token_was_good(&ctx))
		return LOGIN_REQUIRED;
	TRY(db_transaction(app->db, end_reused_tx, &ctx));
	return LOGIN_REQUIRED;
}
