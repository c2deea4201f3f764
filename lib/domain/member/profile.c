/* profile.c - a member's settings: nickname, language, password, login ID, the account itself. */

#include "profile.h"

#include "cleanup.h"
#include "hash_pool.h"
#include "limit_db.h"
#include "login_limits.h"
#include "password.h"
#include "profile_change.h"
#include "session_rows.h"
#include "text.h"
#include "unproven_login_id.h"

#include <string.h>

/* Nickname, language --------------------------------------------------------------------------- */

struct settings_ctx {
	struct profile_change *change;
	const char *nickname;
	const char *language;
};

static enum result
set_settings_tx(struct db_tx *tx, void *context)
{
	const struct settings_ctx *ctx = context;
	struct profile_change *change = ctx->change;

	TRY(profile_change_lock(tx, change));
	TRY(account_set_settings(tx, change->account.id, ctx->nickname, ctx->language));
	return audit_insert(tx, &change->event);
}

enum result
profile_set(const struct app *app, const struct client *client, struct member *member,
    const char *nickname, const char *language)
{
	struct account *account = &member->account;
	const struct member_request request = { .client = client, .member = member };
	CLEANUP(profile_change_wipe)
	struct profile_change change = profile_change_of(
	    app, &request, AUDIT_SETTINGS_CHANGED, MAIL_NONE);
	struct settings_ctx ctx = { &change, nickname, language };

	if (nickname[0] == '\0' && language[0] == '\0')
		return OK;
	TRY(db_transaction(app->db, set_settings_tx, &ctx));
	text_copy_cut(account->nickname, sizeof account->nickname,
	    nickname[0] != '\0' ? nickname : change.account.nickname);
	text_copy_cut(account->language, sizeof account->language,
	    language[0] != '\0' ? language : change.account.language);
	return OK;
}

/* Password ------------------------------------------------------------------------------------- */

struct password_ctx {
	struct profile_change *change;
	char hash[PASSWORD_HASH_MAX + 1];
};

static enum result
change_password_tx(struct db_tx *tx, void *context)
{
	const struct password_ctx *ctx = context;
	struct profile_change *change = ctx->change;
	const struct account *account = &change->account;
	const struct session_id session_id = change->request->member->session_id;

	TRY(profile_change_lock_proven(tx, change));
	const struct login_limits limits = profile_change_limits(change, account->login_id);
	TRY(account_set_password(tx, account->id, account->generation, ctx->hash, change->now));
	TRY(session_rows_end_others(tx, account->id, session_id));
	TRY(session_rows_set_generation(tx, session_id, account->generation + 1));
	TRY(login_limits_restart(tx, &limits));
	return profile_change_record(tx, change);
}

/* Another request of the session has set a password meanwhile. OK: the same one, as a double click
 * does. */
static enum result
compare_with_set(const struct app *app, const struct profile_change *change,
    const struct secret *password, struct error_info *ret_info)
{
	bool same = false;

	TRY(hash_pool_verify(app->hash_pool, password, change->account.password_hash, &same));
	return same ? OK : profile_change_result(app, change, NO_ROW, ret_info);
}

enum result
profile_change_password(const struct app *app, const struct member_request *request,
    const struct secret *password, struct error_info *ret_info)
{
	const struct account *account = &request->member->account;
	const char *const personal[] = { account->login_id, account->email, account->nickname,
		NULL };
	CLEANUP(profile_change_wipe)
	struct profile_change change = profile_change_of(
	    app, request, AUDIT_PASSWORD_CHANGED, MAIL_PASSWORD_CHANGED);
	struct password_ctx ctx = { .change = &change };

	ret_info->field_error = password_validate(&app->password_rules, password->text, personal);
	if (ret_info->field_error != FIELD_OK)
		return BAD_FIELD;
	const enum result checked = current_password_check_set(
	    app, request, &change.account, ret_info);
	if (checked != OK)
		return checked == NO_ROW ? compare_with_set(app, &change, password, ret_info)
					 : checked;
	TRY(hash_pool_hash(app->hash_pool, password, ctx.hash));
	const enum result changed = profile_change_run(app, change_password_tx, &ctx);
	return changed == NO_ROW ? compare_with_set(app, &change, password, ret_info) : changed;
}

/* Login ID ------------------------------------------------------------------------------------- */

struct login_id_ctx {
	struct profile_change *change;
	const char *login_id;
	struct unproven_login_id unproven;
};

static void
login_id_ctx_wipe(struct login_id_ctx *ctx)
{
	unproven_login_id_wipe(&ctx->unproven);
}

/* No account had the new login ID, and none has the old one afterwards. */
static enum result
change_login_id_tx(struct db_tx *tx, void *context)
{
	struct login_id_ctx *ctx = context;
	struct profile_change *change = ctx->change;

	TRY(profile_change_lock_proven(tx, change));
	const char *const old_login_id = change->account.login_id;
	if (strcmp(ctx->login_id, old_login_id) == 0) /* set meanwhile, or before */
		return OK;
	const struct login_limits new_limits = profile_change_limits(change, ctx->login_id);
	const struct login_limits old_limits = profile_change_limits(change, old_login_id);
	TRY(account_set_login_id(tx, change->account.id, ctx->login_id));
	TRY(login_limits_reset(tx, &new_limits));
	TRY(login_limits_reset(tx, &old_limits));
	TRY(unproven_login_id_enqueue(tx, &ctx->unproven));
	return profile_change_record(tx, change);
}

/* That a login ID is taken is told to members only, and recorded. What cannot be told does not
 * count. */
static enum result
record_taken(
    const struct app *app, const struct profile_change *change, const struct limit_try *tries)
{
	struct db_tx alone = db_alone(app->db);
	struct audit_event event = change->event;

	event.kind = AUDIT_LOGIN_ID_TAKEN;
	const enum result recorded = audit_insert_committed(app->db, &event);
	return recorded == OK ? TAKEN : limit_db_give_back_after(&alone, tries, recorded);
}

enum result
profile_change_login_id(const struct app *app, const struct member_request *request,
    const char *login_id, struct error_info *ret_info)
{
	const struct account *account = &request->member->account;
	CLEANUP(profile_change_wipe)
	struct profile_change change = profile_change_of(
	    app, request, AUDIT_LOGIN_ID_CHANGED, MAIL_LOGIN_ID_CHANGED);
	CLEANUP(login_id_ctx_wipe)
	struct login_id_ctx ctx = {
		.change = &change,
		.login_id = login_id,
		.unproven = unproven_login_id_of(app, account, login_id, change.now),
	};
	const struct limit_try tries = limit_try_of(app->keyring,
	    limit_subject_of(LIMIT_LOGIN_ID_TRIES, account->person_id.bytes, ID_SIZE), change.now);
	struct db_tx alone = db_alone(app->db);
	int left = 0;

	TRY(current_password_check(app, request, ret_info));
	if (strcmp(login_id, account->login_id) == 0)
		return OK;
	TRY(limit_db_count(&alone, &tries, &left, &ret_info->wait_s));
	if (left < 0)
		return TOO_MANY;
	const enum result changed = profile_change_run(app, change_login_id_tx, &ctx);
	if (changed == OK)
		return OK;
	if (changed != TAKEN)
		return limit_db_give_back_after(
		    &alone, &tries, profile_change_result(app, &change, changed, ret_info));
	ret_info->attempts_left = left;
	return record_taken(app, &change, &tries);
}

/* Deleting the account ------------------------------------------------------------------------- */

/* No account has the login ID afterwards. */
static enum result
delete_account_tx(struct db_tx *tx, void *context)
{
	struct profile_change *change = context;
	const struct account *account = &change->account;

	TRY(profile_change_lock_proven(tx, change));
	const struct login_limits limits = profile_change_limits(change, account->login_id);
	TRY(account_delete(tx, account->id, account->person_id));
	TRY(login_limits_reset(tx, &limits));
	return profile_change_record(tx, change);
}

enum result
profile_delete_account(
    const struct app *app, const struct member_request *request, struct error_info *ret_info)
{
	CLEANUP(profile_change_wipe)
	struct profile_change change = profile_change_of(
	    app, request, AUDIT_ACCOUNT_LEFT, MAIL_LEFT);

	TRY(current_password_check(app, request, ret_info));
	return profile_change_result(
	    app, &change, profile_change_run(app, delete_account_tx, &change), ret_info);
}
