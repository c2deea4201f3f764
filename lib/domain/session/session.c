/* session.c - a login begins.
 *
 * The try is counted by login ID, or by a source that it is known from (login_limits.h), and committed
 * before anything is compared. Every path then hashes once and writes once, so that the time does not
 * tell them apart. Failures of a source, of all login IDs, are counted when they are known: whoever
 * succeeds writes nothing about theirs. So many at once as there are requests in flight may pass its
 * limit; what is guessed is protected by the other. */

#include "session.h"

#include "access_token.h"
#include "limit_db.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "device.h"
#include "hash_pool.h"
#include "session_tokens.h"
#include "login_limits.h"
#include "mailer.h"
#include "notification.h"
#include "outbox.h"

#include <string.h>

/* So many failures before a success are worth a letter (ASVS 6.3.5). */
#define FAILURES_TO_TELL 5

/* One try to log in. */
struct login_ctx {
	const char *login_id;
	int64_t now;
	char today[CLOCK_DATE_MAX + 1];
	struct limit_try by_source;
	struct limit_try by_prefix;
	struct login_limits tries;
	const struct limit_try *counted; /* one of them */
	int left;                        /* of it; -1: locked */
	int64_t wait_s;                  /* of who has too many failures */
	struct account_status status;
	char fresh_hash[PASSWORD_HASH_MAX + 1]; /* "": the stored one stays */
	struct session session;
	struct audit_event event;
	struct outbox_mail notification; /* MAIL_NONE: nothing to tell */
	bool tells_login_id; /* the notice is about failures of the login ID, which stay */
};

static void
login_ctx_wipe(struct login_ctx *login_ctx)
{
	secret_wipe_bytes(login_ctx, sizeof *login_ctx);
}

void
session_tokens_wipe(struct session_tokens *tokens)
{
	secret_wipe_bytes(tokens, sizeof *tokens);
}

/* Looks for the account, and counts the try unless the source or its prefix has none left. */
static enum result
find_and_count_tx(struct db_tx *tx, void *context)
{
	struct login_ctx *login_ctx = context;
	struct account_status *status = &login_ctx->status;
	int left = 0;

	TRY(account_by_login_id(tx, login_ctx->login_id, login_ctx->today, &login_ctx->by_source,
	    &login_ctx->tries, status));
	login_ctx->wait_s = status->asker_ends_at - login_ctx->now;
	if (status->asker_tries >= login_ctx->by_source.count)
		return TOO_MANY;
	TRY(limit_db_peek(tx, &login_ctx->by_prefix, &left, &login_ctx->wait_s));
	if (left <= 0)
		return TOO_MANY;
	login_tries_set_known(&login_ctx->tries, status->known);
	login_ctx->counted = status->source_known ? &login_ctx->tries.by_known_source
						  : &login_ctx->tries.by_login_id;
	return limit_db_count(tx, login_ctx->counted, &login_ctx->left, NULL);
}

/* Is it the account's password? Always the work of one hash. LOGIN_FAILED. */
static enum result
judge(const struct app *p, struct login_ctx *login_ctx, const struct secret *password)
{
	const bool open = login_ctx->status.known && login_ctx->left >= 0;
	bool equal = false;
	const enum result verified = hash_pool_verify(
	    p->hash_pool, password, open ? login_ctx->status.account.password_hash : NULL, &equal);

	if (verified != OK)
		return login_ctx->left < 0
			   ? verified
			   : limit_db_give_back_committed(p->db, login_ctx->counted, verified);
	return equal && login_ctx->status.usable ? OK : LOGIN_FAILED;
}

static enum result
write_failure_tx(struct db_tx *tx, void *context)
{
	const struct login_ctx *login_ctx = context;
	int left = 0;

	TRY(limit_db_count(tx, &login_ctx->by_source, &left, NULL));
	TRY(limit_db_count(tx, &login_ctx->by_prefix, &left, NULL));
	return audit_insert(tx, &login_ctx->event);
}

static enum result
fail(const struct app *p, const struct client *client, struct login_ctx *login_ctx)
{
	const struct account *account = &login_ctx->status.account; /* zeros where there is none */

	login_ctx->event = audit_event_of(
	    client, AUDIT_LOGIN_FAILED, login_ctx->now, account->id, account->person_id);
	TRY(db_transaction(p->db, write_failure_tx, login_ctx));
	return LOGIN_FAILED;
}

static enum result
begin_tx(struct db_tx *tx, void *context)
{
	const struct login_ctx *login_ctx = context;
	const struct session_beginning beginning = {
		.session = &login_ctx->session,
		.tries = &login_ctx->tries,
		.forgets = !login_ctx->status.source_known,
		.tells = login_ctx->tells_login_id,
		.old_hash = login_ctx->status.account.password_hash,
		.fresh_hash = login_ctx->fresh_hash,
		.event = &login_ctx->event,
		.notification = &login_ctx->notification,
	};

	return session_rows_begin(tx, &beginning);
}

/* The cost of a hash has been raised since this one was made; one that can not be had now is made
 * at the next login. */
static void
rehash(const struct app *p, struct login_ctx *login_ctx, const struct secret *password)
{
	if (hash_pool_needs_rehash(p->hash_pool, login_ctx->status.account.password_hash) &&
	    hash_pool_hash(p->hash_pool, password, login_ctx->fresh_hash) != OK)
		login_ctx->fresh_hash[0] = '\0';
}

static void
fill_session(const struct app *p, const struct client *client, struct login_ctx *login_ctx)
{
	struct session *session = &login_ctx->session;
	const struct account *account = &login_ctx->status.account;

	secret_random(session->id.bytes, sizeof session->id.bytes);
	session->account_id = account->id;
	session->generation = account->generation;
	session_client_hash(p->keyring, client, session->client_hash);
	device_of(client->user_agent, session->device);
	session->created_at = login_ctx->now;
	session->expires_at = login_ctx->now + p->session_lives_s;
	login_ctx->event = audit_event_of(
	    client, AUDIT_LOGIN, login_ctx->now, account->id, account->person_id);
}

/* A source's own failures are forgotten now. Those of the login ID stay when the source is known: they
 * are told again only after one more. */
static void
fill_notification(struct login_ctx *login_ctx)
{
	const struct account_status *status = &login_ctx->status;
	const int of_source = status->source_known ? login_ctx->counted->count - login_ctx->left - 1
						   : 0;
	const bool of_login_id = status->failures >= FAILURES_TO_TELL && status->failures_untold;

	login_ctx->tells_login_id = of_login_id && status->source_known;
	if (of_login_id || of_source >= FAILURES_TO_TELL)
		login_ctx->notification = notification_to(
		    MAIL_LOGIN_AFTER_FAILURES, &status->account, login_ctx->now);
}

static enum result
begin(const struct app *p, const struct client *client, struct login_ctx *login_ctx,
    struct session_tokens *ret)
{
	CLEANUP(refresh_token_wipe) struct refresh_token refresh = { 0 };

	fill_session(p, client, login_ctx);
	fill_notification(login_ctx);
	refresh = refresh_token_new(p->keyring, login_ctx->session.id);
	refresh_token_hash(&refresh, login_ctx->session.refresh_hash);
	TRY(session_tokens_make(p, &login_ctx->session, &refresh, login_ctx->now, ret));
	const enum result begun = db_each_committed(p->db, begin_tx, login_ctx);
	if (begun == NO_ROW) /* it was the password until just now */
		return fail(p, client, login_ctx);
	if (begun != OK)
		return limit_db_give_back_committed(p->db, login_ctx->counted, begun);
	if (login_ctx->notification.kind != MAIL_NONE)
		mailer_wake(p->mailer);
	return OK;
}

enum result
session_log_in(const struct app *p, const struct client *client, const char *login_id,
    const struct secret *password, struct session_tokens *ret, struct error_info *ret_info)
{
	const int64_t now = clock_now();
	CLEANUP(login_ctx_wipe)
	struct login_ctx login_ctx = {
		.login_id = login_id,
		.now = now,
		.by_source = limit_try_of_source(p->keyring, LIMIT_SOURCE_FAILURES, client, now),
		.by_prefix = limit_try_of_prefix(p->keyring, LIMIT_SOURCE_FAILURES, client, now),
		.tries = login_limits_of(p->keyring, login_id, client, now),
	};

	clock_date_japan(now, login_ctx.today);
	const enum result counted = db_each_committed(p->db, find_and_count_tx, &login_ctx);
	ret_info->wait_s = counted == TOO_MANY ? login_ctx.wait_s : 0;
	TRY(counted);
	const enum result judged = judge(p, &login_ctx, password);
	if (judged == LOGIN_FAILED)
		return fail(p, client, &login_ctx);
	TRY(judged);
	rehash(p, &login_ctx, password);
	return begin(p, client, &login_ctx, ret);
}
