/* current_password.c - verifies that it is the member who asks for a change. */

#include "current_password.h"

#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "limit_db.h"
#include "session_rows.h"

/* A try of the current password, and how many are left after it. */
struct password_tries {
	struct limit_try by_account;
	struct limit_try by_session;
	int left_to_account;
	int left_to_session;
};

static struct password_tries
password_tries_of(const struct app *app, const struct member *member, int64_t now)
{
	return (struct password_tries){
		.by_account = limit_try_of(app->keyring,
		    limit_subject_of(LIMIT_CURRENT_PASSWORD, member->account.id.bytes, ID_SIZE),
		    now),
		.by_session = limit_try_of(app->keyring,
		    limit_subject_of(LIMIT_PASSWORD_GUESSES, member->session_id.bytes, ID_SIZE),
		    now),
	};
}

static int
tries_left(const struct password_tries *tries)
{
	return tries->left_to_account < tries->left_to_session ? tries->left_to_account
							       : tries->left_to_session;
}

static enum result
count_password_try(struct db_tx *tx, struct password_tries *tries, int64_t *ret_wait_s)
{
	TRY(limit_db_count(tx, &tries->by_account, &tries->left_to_account, ret_wait_s));
	if (tries->left_to_account < 0)
		return TOO_MANY;
	const enum result counted = limit_db_count(
	    tx, &tries->by_session, &tries->left_to_session, NULL);
	return counted == OK ? OK : limit_db_give_back_after(tx, &tries->by_account, counted);
}

/* A session that has no try left ends --------------------------------------------------------- */

struct end_session_ctx {
	const struct member *member;
	struct audit_event event;
};

static enum result
end_guessing_session_tx(struct db_tx *tx, void *context)
{
	const struct end_session_ctx *ctx = context;
	const struct member *member = ctx->member;
	const enum result ended = session_rows_end(tx, member->session_id, member->account.id);

	if (ended != OK)
		return ended == NO_ROW ? OK : ended;
	return audit_insert(tx, &ctx->event);
}

static enum result
end_guessing_session(const struct app *app, const struct member_request *request, int64_t now)
{
	const struct account *account = &request->member->account;
	struct end_session_ctx ctx = {
		.member = request->member,
		.event = audit_event_of(request->client, AUDIT_GUESSER_LOGGED_OUT, now, account->id,
		    account->person_id),
	};

	TRY(db_transaction(app->db, end_guessing_session_tx, &ctx));
	return LOGIN_REQUIRED;
}

/* Comparing ----------------------------------------------------------------------------------- */

static enum result
record_wrong_password(const struct app *app, const struct member_request *request, int64_t now)
{
	const struct account *account = &request->member->account;
	const struct audit_event event = audit_event_of(
	    request->client, AUDIT_CURRENT_PASSWORD_WRONG, now, account->id, account->person_id);

	TRY(audit_insert_committed(app->db, &event));
	return PASSWORD_WRONG;
}

static enum result
give_back_tries(const struct app *app, const struct password_tries *tries, enum result result)
{
	struct db_tx alone = db_alone(app->db);

	result = limit_db_give_back_after(&alone, &tries->by_account, result);
	if (tries->left_to_session < 0) /* it was not granted */
		return result;
	return limit_db_give_back_after(&alone, &tries->by_session, result);
}

/* OK, PASSWORD_WRONG, or NO_ROW: it is wrong because a password was set since the session was
 * read. */
static enum result
compare_password(const struct app *app, const struct member_request *request,
    const struct password_tries *tries, const struct account *account)
{
	struct db_tx alone = db_alone(app->db);
	bool equal = false;
	const enum result verified = hash_pool_verify(
	    app->hash_pool, request->current, account->password_hash, &equal);

	if (verified != OK)
		return give_back_tries(app, tries, verified);
	if (!equal && account->generation != request->member->account.generation)
		return give_back_tries(app, tries, NO_ROW);
	if (!equal)
		return record_wrong_password(app, request, tries->by_account.now);
	enum result forgotten = limit_db_reset(&alone, &tries->by_account);
	if (forgotten == OK)
		forgotten = limit_db_reset(&alone, &tries->by_session);
	return forgotten == OK ? OK : give_back_tries(app, tries, forgotten);
}

enum result
current_password_check_set(const struct app *app, const struct member_request *request,
    struct account *ret_account, struct error_info *ret_info)
{
	const int64_t now = clock_now();
	struct db_tx alone = db_alone(app->db);
	struct password_tries tries = password_tries_of(app, request->member, now);

	TRY(count_password_try(&alone, &tries, &ret_info->wait_s));
	const enum result read = account_read(&alone, request->member->account.id, ret_account);
	if (read != OK)
		return read == NO_ROW ? LOGIN_REQUIRED : give_back_tries(app, &tries, read);
	if (tries.left_to_session < 0) {
		const enum result ended = end_guessing_session(app, request, now);
		return result_is_ours(ended) ? give_back_tries(app, &tries, ended) : ended;
	}
	const enum result compared = compare_password(app, request, &tries, ret_account);
	if (compared == PASSWORD_WRONG)
		ret_info->attempts_left = tries_left(&tries);
	return compared;
}

enum result
current_password_check(
    const struct app *app, const struct member_request *request, struct error_info *ret_info)
{
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result checked = current_password_check_set(app, request, &account, ret_info);

	if (checked != NO_ROW)
		return checked;
	return current_password_check_again(app, request, account.password_hash, ret_info);
}

enum result
current_password_check_again(const struct app *app, const struct member_request *request,
    const char *hash, struct error_info *ret_info)
{
	struct db_tx alone = db_alone(app->db);
	struct password_tries tries = password_tries_of(app, request->member, clock_now());
	bool equal = false;

	TRY(hash_pool_verify(app->hash_pool, request->current, hash, &equal));
	if (equal)
		return UNAVAILABLE;
	TRY(limit_db_peek(&alone, &tries.by_account, &tries.left_to_account, NULL));
	TRY(limit_db_peek(&alone, &tries.by_session, &tries.left_to_session, NULL));
	ret_info->attempts_left = tries_left(&tries);
	return PASSWORD_WRONG;
}
