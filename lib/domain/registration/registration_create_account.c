/* registration_create_account.c - the account step: one token makes one account.
 *
 * Whether the login ID is free, and whether the person has no account yet, the database decides: by
 * unique keys, in the transaction that spends the token. */

#include "registration.h"

#include "account.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "email_confirmation.h"
#include "hash_pool.h"
#include "limit_db.h"
#include "login_limits.h"
#include "mailer.h"
#include "outbox.h"
#include "posted_code.h"
#include "spent_token.h"
#include "text.h"
#include "token_state.h"
#include "unproven_login_id.h"

#include <string.h>

struct create_account_ctx {
	const struct app *app;
	const struct stage_claims *claims; /* of the account step */
	const struct account_request *request;
	struct token_state token;
	struct account *account;    /* the caller's */
	struct spent_token spent;   /* the row that spends the token */
	struct login_limits limits; /* of the login ID, counted while nobody had it */
	struct audit_event event;
	struct outbox_mail completion;
	struct unproven_login_id unproven;
	struct limit_try unproven_by_person;
	struct email_confirmation confirmation; /* where the address is not the proven one */
	struct error_info *error_info;          /* the caller's */
};

static void
create_account_ctx_wipe(struct create_account_ctx *ctx)
{
	outbox_mail_wipe(&ctx->completion);
	unproven_login_id_wipe(&ctx->unproven);
	email_confirmation_wipe(&ctx->confirmation);
}

/* Repeat --------------------------------------------------------------------------------------- */

/* Is the account that the token made the one that is asked for? Facts are compared before the
 * password, which costs a hash. TOKEN_SPENT: it is another. */
static enum result
compare_account(const struct create_account_ctx *ctx, const struct account *account)
{
	const struct account_request *request = ctx->request;
	const bool is_pending = account->pending_email[0] != '\0';
	const char *email = is_pending ? account->pending_email : account->email;
	bool is_equal = false;

	if (strcmp(account->login_id, request->login_id) != 0 ||
	    strcmp(email, request->email) != 0 || strcmp(account->nickname, request->nickname) != 0)
		return TOKEN_SPENT;
	TRY(hash_pool_verify(
	    ctx->app->hash_pool, request->password, account->password_hash, &is_equal));
	return is_equal ? OK : TOKEN_SPENT;
}

static enum result
find_created_account(struct create_account_ctx *ctx, const struct spent_token *spent)
{
	struct db_tx alone = db_alone(ctx->app->db);
	struct account_id id;

	memcpy(id.bytes, spent->next_id, sizeof id.bytes);
	const enum result read = account_read(&alone, id, ctx->account);
	if (read == NO_ROW) /* it was deleted since */
		return TOKEN_SPENT;
	TRY(read);
	return compare_account(ctx, ctx->account);
}

/* The token is used. Another body than the one that it was used with is a guess at it, and
 * counts. */
static enum result
repeat_account(struct create_account_ctx *ctx, struct token_state *token)
{
	TRY(token_state_count_repeat(ctx->app, token));
	return token_state_end_repeat(ctx->app, token, find_created_account(ctx, &token->spent));
}

/* Create --------------------------------------------------------------------------------------- */

/* The account that is asked for, but for its hash. */
static void
fill_account(struct create_account_ctx *ctx)
{
	const struct stage_claims *claims = ctx->claims;
	const struct account_request *request = ctx->request;
	const bool is_proven = strcmp(request->email, claims->email) == 0;
	const char *pending_email = is_proven ? "" : request->email;
	struct account *account = ctx->account;

	*account = (struct account){ .generation = ACCOUNT_FIRST_GENERATION,
		.created_at = clock_now() };
	secret_random(account->id.bytes, sizeof account->id.bytes);
	account->person_id = claims->subject.person_id;
	text_copy_cut(account->login_id, sizeof account->login_id, request->login_id);
	text_copy_cut(account->email, sizeof account->email, claims->email);
	text_copy_cut(account->pending_email, sizeof account->pending_email, pending_email);
	text_copy_cut(account->nickname, sizeof account->nickname, request->nickname);
	text_copy_cut(account->language, sizeof account->language, claims->language);
}

/* The completion mail, and those to addresses that are not the proven one. */
static void
fill_account_mails(struct create_account_ctx *ctx)
{
	const struct app *app = ctx->app;
	const struct account *account = ctx->account;
	const int64_t now = account->created_at;
	struct outbox_mail *completion = &ctx->completion;

	*completion = outbox_mail_to(MAIL_COMPLETION, account->email, account->language, now, 0);
	text_copy_cut(completion->nickname, sizeof completion->nickname, account->nickname);
	completion->subject.account_id = account->id;
	completion->subject.person_id = account->person_id;
	ctx->unproven = unproven_login_id_of(app, account, account->login_id, now);
	ctx->unproven_by_person = limit_try_of(app->keyring,
	    limit_subject_of(LIMIT_LOGIN_ID_TRIES, account->person_id.bytes, ID_SIZE), now);
	ctx->unproven_by_person.uncounted = ctx->unproven.mail.kind == MAIL_NONE;
	ctx->confirmation = email_confirmation_of(app, account, account->pending_email, now);
	/* No account fails because others ask for too many mails. */
	ctx->confirmation.mail_interval.limit_local = NULL;
}

/* Tells the owner of a login ID that is not the proven address. Whoever leaves and registers again
 * does not tell one stranger after the other. */
static enum result
tell_owner_of_login_id(struct db_tx *tx, struct create_account_ctx *ctx)
{
	int left = 0;

	TRY(limit_db_count(tx, &ctx->unproven_by_person, &left, &ctx->error_info->wait_s));
	return left < 0 ? TOO_MANY : unproven_login_id_enqueue(tx, &ctx->unproven);
}

/* Spends the posted code with which the registration began, or that of a person who began without
 * one, so that it is not good again when the account is deleted. ACCOUNT_EXISTS: it made one that
 * was deleted since, or another code has replaced it. */
static enum result
use_posted_code(struct db_tx *tx, const struct create_account_ctx *ctx)
{
	const struct stage_subject *subject = &ctx->claims->subject;
	const enum result used = posted_code_use(
	    tx, subject->person_id, subject->generation, ctx->account->created_at);

	if (used != NO_ROW)
		return used;
	return subject->generation == 0 ? OK : ACCOUNT_EXISTS;
}

static enum result
create_account_tx(struct db_tx *tx, void *context)
{
	struct create_account_ctx *ctx = context;

	TRY(spent_token_insert(tx, &ctx->spent));
	TRY(account_insert(tx, ctx->account));
	TRY(use_posted_code(tx, ctx));
	TRY(login_limits_reset(tx, &ctx->limits));
	TRY(audit_insert(tx, &ctx->event));
	TRY(outbox_enqueue(tx, &ctx->completion));
	TRY(tell_owner_of_login_id(tx, ctx));
	if (ctx->account->pending_email[0] == '\0')
		return OK;
	return email_confirmation_enqueue(tx, &ctx->confirmation, ctx->error_info);
}

static enum result
insert_account(struct create_account_ctx *ctx)
{
	const struct app *app = ctx->app;
	const struct client *client = ctx->request->client;
	const struct account *account = ctx->account;

	fill_account_mails(ctx);
	ctx->spent = (struct spent_token){
		.jti = ctx->claims->jti,
		.kind = STAGE_ACCOUNT,
		.outcome = OUTCOME_DONE,
		.created_at = account->created_at,
	};
	memcpy(ctx->spent.next_id, account->id.bytes, sizeof ctx->spent.next_id);
	ctx->event = audit_event_of(
	    client, AUDIT_ACCOUNT_CREATED, account->created_at, account->id, account->person_id);
	ctx->limits = login_limits_of(app->keyring, account->login_id, client, account->created_at);
	const enum result created = db_transaction(app->db, create_account_tx, ctx);
	if (created != DUPLICATE)
		return created;

	/* A request that came at the same moment has spent the token. */
	struct token_state token;
	TRY(token_state_read(app, ctx->claims, &token));
	return token.used ? repeat_account(ctx, &token) : INTERNAL;
}

/* Only the holder of this token is told that a login ID is taken, and it is written down. */
static enum result
write_login_id_taken(const struct create_account_ctx *ctx)
{
	const struct account *account = ctx->account;
	struct audit_event event = audit_event_of(ctx->request->client, AUDIT_LOGIN_ID_TAKEN,
	    account->created_at, no_account, account->person_id);

	TRY(audit_insert_committed(ctx->app->db, &event));
	return TAKEN;
}

/* One of the tries of the token. */
static enum result
try_to_create_account(struct create_account_ctx *ctx)
{
	TRY(token_state_count_try(ctx->app, &ctx->token));
	enum result created = insert_account(ctx);
	if (created == TAKEN)
		created = write_login_id_taken(ctx);
	return token_state_end_try(ctx->app, &ctx->token, created);
}

enum result
registration_create_account(const struct app *app, const struct stage_claims *claims,
    const struct account_request *request, struct account *ret, struct error_info *ret_info)
{
	CLEANUP(create_account_ctx_wipe)
	struct create_account_ctx ctx = {
		.app = app,
		.claims = claims,
		.request = request,
		.account = ret,
		.error_info = ret_info,
	};
	int left = 0;

	TRY(token_state_read(app, claims, &ctx.token));
	if (ctx.token.used)
		return repeat_account(&ctx, &ctx.token);
	if (app->demands_posted_code && claims->subject.generation == 0)
		return PERSON_NOT_ELIGIBLE;
	fill_account(&ctx);
	TRY(hash_pool_hash(app->hash_pool, request->password, ret->password_hash));

	/* Counted after the hash, so that a busy hash pool costs the member no try; and by the
	 * person, who can begin again with another link. */
	struct db_tx alone = db_alone(app->db);
	const struct limit_try by_person = limit_try_of(app->keyring,
	    limit_subject_of(LIMIT_TAKEN_LOGIN_IDS, claims->subject.person_id.bytes, ID_SIZE),
	    ret->created_at);
	TRY(limit_db_count(&alone, &by_person, &left, &ret_info->wait_s));
	if (left < 0)
		return TOO_MANY;

	const enum result created = try_to_create_account(&ctx);
	const int tries_left = ctx.token.tries_left;
	ret_info->attempts_left = tries_left < left ? tries_left : left;
	if (created == TAKEN)
		return TAKEN;
	TRY(limit_db_give_back_after(&alone, &by_person, created));
	mailer_wake(app->mailer);
	return OK;
}
