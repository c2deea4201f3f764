/* registration_create_account.c - the account step: one token makes one account.
 *
 * What is written, and what of it stays, is in account_creation.c. */

#include "registration.h"

#include "account.h"
#include "account_creation.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "mailer.h"
#include "text.h"
#include "token_state.h"

#include <string.h>

struct create_account_ctx {
	const struct app *app;
	const struct stage_claims *claims; /* of the account step */
	const struct account_request *request;
	struct token_state token;
	struct account *account; /* the caller's */
};

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
repeat_account(struct create_account_ctx *ctx)
{
	struct token_state *token = &ctx->token;

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

/* TOKEN_SPENT: another request that came at the same moment has spent the token. */
static enum result
create_account(const struct create_account_ctx *ctx, struct error_info *ret_info)
{
	CLEANUP(account_creation_wipe)
	struct account_creation creation = account_creation_of(
	    ctx->app, ctx->claims, ctx->request->client, &ctx->token.tries, ctx->account);

	TRY(account_creation_write(ctx->app->db, &creation, ret_info));
	mailer_wake(ctx->app->mailer);
	return OK;
}

enum result
registration_create_account(const struct app *app, const struct stage_claims *claims,
    const struct account_request *request, struct account *ret, struct error_info *ret_info)
{
	struct create_account_ctx ctx = {
		.app = app, .claims = claims, .request = request, .account = ret
	};

	TRY(token_state_read(app, claims, &ctx.token));
	if (ctx.token.used)
		return repeat_account(&ctx);
	if (app->demands_posted_code && claims->subject.generation == 0)
		return PERSON_NOT_ELIGIBLE;
	fill_account(&ctx);
	/* Before the try is counted, so that a busy hash pool costs the member none. */
	TRY(hash_pool_hash(app->hash_pool, request->password, ret->password_hash));
	const enum result created = create_account(&ctx, ret_info);
	if (created != TOKEN_SPENT)
		return created;
	TRY(token_state_read(app, claims, &ctx.token));
	return ctx.token.used ? repeat_account(&ctx) : INTERNAL;
}
