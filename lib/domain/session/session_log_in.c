/* session_log_in.c - a log-in begins a session.
 *
 * session_log_in() stands at the end and tells it in three steps:
 *
 *   1. count     The account is read, and the try is counted on the login ID, or on a source that
 *                is known for it (login_limits.h), in one trip (log_in_rows.h). It is committed
 *                before anything is compared.
 *   2. compare   One password hash is verified in every case.
 *   3. write     A session begins, or a failure is written: one transaction and trip in every case.
 *
 * So the time does not tell why a log-in failed.
 *
 * Failures of a source, on whatever login IDs, are counted when they are known to be failures: who
 * succeeds writes nothing about their source. As many tries at once as there are requests in flight
 * may therefore pass that limit. It is not what protects a password; the counter of the login ID
 * is. */

#include "session.h"

#include "account.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "device.h"
#include "hash_pool.h"
#include "limit_db.h"
#include "log_in_rows.h"
#include "login_limits.h"
#include "mailer.h"
#include "notification.h"
#include "outbox.h"

/* After so many failures a log-in that succeeds is worth a notification (ASVS 6.3.5). */
#define FAILURES_TO_TELL 5

struct log_in_ctx {
	const struct app *app;
	const struct log_in_request *request;
	int64_t now;
	struct access_day day;
	struct limit_try by_source; /* failures of the client's address, on whatever login IDs */
	struct limit_try by_prefix; /* the same of the /48 around it */
	struct login_limits limits; /* failures on this login ID */
	const struct limit_try *counted; /* that of `limits` on which this try is counted */
	struct log_in_status status;
	char fresh_hash[PASSWORD_HASH_MAX + 1]; /* "": the stored one stays */
	struct session session;
	struct audit_event event;
	struct outbox_mail notification; /* of kind MAIL_NONE: nothing to tell */
	bool marks_failures_told;        /* the notification tells of the login ID's, which stay */
};

static void
log_in_ctx_wipe(struct log_in_ctx *ctx)
{
	secret_wipe_bytes(ctx, sizeof *ctx);
}

/* Count ---------------------------------------------------------------------------------------- */

static struct log_in_query
log_in_query_of(const struct log_in_ctx *ctx)
{
	return (struct log_in_query){
		.login_id = ctx->request->login_id,
		.day = &ctx->day,
		.by_source = &ctx->by_source,
		.by_prefix = &ctx->by_prefix,
		.limits = &ctx->limits,
	};
}

/* How long the source, or its prefix, has to wait that failed too often. */
static enum result
read_wait(const struct log_in_ctx *ctx, int64_t *ret_wait_s)
{
	struct db_tx alone = db_alone(ctx->app->db);
	int left = 0;

	TRY(limit_db_peek(&alone, &ctx->by_source, &left, ret_wait_s));
	return left > 0 ? limit_db_peek(&alone, &ctx->by_prefix, &left, ret_wait_s) : OK;
}

/* Reads the account, and counts the try. TOO_MANY: the source or its prefix failed too often; the
 * try is not counted. */
static enum result
count_log_in(struct log_in_ctx *ctx, int64_t *ret_wait_s)
{
	struct db_tx alone = db_alone(ctx->app->db);
	const struct log_in_query query = log_in_query_of(ctx);
	const enum result counted = log_in_rows_count(&alone, &query, &ctx->status);

	ctx->counted = ctx->status.source_known ? &ctx->limits.by_known_source
						: &ctx->limits.by_login_id;
	if (counted != NO_ROW)
		return counted;
	TRY(read_wait(ctx, ret_wait_s));
	return TOO_MANY;
}

/* Compare -------------------------------------------------------------------------------------- */

/* Compares the password. Where there is no account, or no try is left, another hash of the same
 * cost is verified. LOGIN_FAILED. */
static enum result
check_password(const struct log_in_ctx *ctx)
{
	const struct log_in_status *status = &ctx->status;
	struct db_tx alone = db_alone(ctx->app->db);
	const bool is_granted = status->tries_left >= 0;
	const char *hash = status->known && is_granted ? status->account.password_hash : NULL;
	bool equal = false;
	const enum result verified = hash_pool_verify(
	    ctx->app->hash_pool, ctx->request->password, hash, &equal);

	if (verified != OK)
		return is_granted ? limit_db_give_back_after(&alone, ctx->counted, verified)
				  : verified;
	return equal && status->usable ? OK : LOGIN_FAILED;
}

/* Write ---------------------------------------------------------------------------------------- */

static enum result
write_failure(struct log_in_ctx *ctx)
{
	struct db_tx alone = db_alone(ctx->app->db);
	const struct log_in_query query = log_in_query_of(ctx);
	const struct account *account = &ctx->status.account; /* zeros where there is none */

	ctx->event = audit_event_of(
	    ctx->request->client, AUDIT_LOGIN_FAILED, ctx->now, account->id, account->person_id);
	TRY(log_in_rows_fail(&alone, &query, &ctx->event));
	return LOGIN_FAILED;
}

/* Makes a new hash where the cost has been raised since the stored one was made. If none can be had
 * now, the next log-in makes it. */
static void
fill_fresh_hash(struct log_in_ctx *ctx)
{
	struct hash_pool *pool = ctx->app->hash_pool;

	if (hash_pool_needs_rehash(pool, ctx->status.account.password_hash) &&
	    hash_pool_hash(pool, ctx->request->password, ctx->fresh_hash) != OK)
		ctx->fresh_hash[0] = '\0';
}

static void
fill_session(struct log_in_ctx *ctx)
{
	struct session *session = &ctx->session;
	const struct account *account = &ctx->status.account;
	const struct client *client = ctx->request->client;

	secret_random(session->id.bytes, sizeof session->id.bytes);
	session->account_id = account->id;
	session->generation = account->generation;
	session_client_hash(ctx->app->keyring, client, session->client_hash);
	device_of(client->user_agent, session->device);
	session->created_at = ctx->now;
	session->expires_at = ctx->now + ctx->app->session_lives_s;
	ctx->event = audit_event_of(client, AUDIT_LOGIN, ctx->now, account->id, account->person_id);
}

/* The failures of a known source are forgotten by this log-in. Those of the login ID stay when the
 * source is a known one: they are told again only after one more. */
static void
fill_notification(struct log_in_ctx *ctx)
{
	const struct log_in_status *status = &ctx->status;
	const int of_source = status->source_known ? ctx->counted->max - status->tries_left - 1 : 0;
	const bool of_login_id = status->failures_untold >= FAILURES_TO_TELL;

	ctx->marks_failures_told = of_login_id && status->source_known;
	if (of_login_id || of_source >= FAILURES_TO_TELL)
		ctx->notification = notification_to(
		    MAIL_LOGIN_AFTER_FAILURES, &status->account, ctx->now);
}

/* Makes the tokens, and then writes the session, so that none is written whose tokens can not be
 * made. */
static enum result
write_session(struct log_in_ctx *ctx, struct session_tokens *ret)
{
	struct db_tx alone = db_alone(ctx->app->db);
	CLEANUP(refresh_token_wipe)
	struct refresh_token refresh = refresh_token_new(ctx->app->keyring, ctx->session.id);
	const struct session_begin begin = {
		.session = &ctx->session,
		.login_id = ctx->request->login_id,
		.limits = &ctx->limits,
		.forgets_failures = !ctx->status.source_known,
		.marks_failures_told = ctx->marks_failures_told,
		.old_hash = ctx->status.account.password_hash,
		.fresh_hash = ctx->fresh_hash,
		.event = &ctx->event,
		.notification = &ctx->notification,
	};

	refresh_token_hash(&refresh, ctx->session.refresh_hash);
	TRY(session_tokens_make(ctx->app, &ctx->session, &refresh, ctx->now, ret));
	return session_rows_begin(&alone, &begin);
}

static enum result
begin_session(struct log_in_ctx *ctx, struct session_tokens *ret)
{
	struct db_tx alone = db_alone(ctx->app->db);

	fill_fresh_hash(ctx);
	fill_session(ctx);
	fill_notification(ctx);
	const enum result begun = write_session(ctx, ret);
	if (begun == NO_ROW) /* password or login ID were replaced since they were compared */
		return write_failure(ctx);
	if (begun != OK)
		return limit_db_give_back_after(&alone, ctx->counted, begun);
	if (ctx->notification.kind != MAIL_NONE)
		mailer_wake(ctx->app->mailer);
	return OK;
}

enum result
session_log_in(const struct app *app, const struct log_in_request *request,
    struct session_tokens *ret, struct error_info *ret_info)
{
	const struct client *client = request->client;
	const struct keyring *keyring = app->keyring;
	const int64_t now = clock_now();
	int64_t wait_s = 0;
	CLEANUP(log_in_ctx_wipe)
	struct log_in_ctx ctx = {
		.app = app,
		.request = request,
		.now = now,
		.day = access_day_of(now, app->access_after_loss_days),
		.by_source = limit_try_of(
		    keyring, limit_subject_of_source(LIMIT_SOURCE_FAILURES, client), now),
		.by_prefix = limit_try_of(
		    keyring, limit_subject_of_prefix(LIMIT_SOURCE_FAILURES, client), now),
		.limits = login_limits_of(keyring, request->login_id, client, now),
	};

	const enum result counted = count_log_in(&ctx, &wait_s);
	ret_info->wait_s = counted == TOO_MANY ? wait_s : 0;
	TRY(counted);

	const enum result checked = check_password(&ctx);
	if (checked == LOGIN_FAILED)
		return write_failure(&ctx);
	TRY(checked);
	return begin_session(&ctx, ret);
}
