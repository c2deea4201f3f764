/* member_support.c - what the operator does to accounts, and reads of them. */

#include "member_support.h"

#include "audit.h"
#include "batch.h"
#include "client.h"
#include "clock.h"
#include "insured_number.h"
#include "limit_db.h"
#include "login_limits.h"
#include "recovery.h"
#include "secret.h"
#include "stored_enums.h"

#include <string.h>

/* The client that the trail and the counters see: no address of the network. */
static struct client
operator_client(void)
{
	struct client client = { .source = "operator", .network = "operator" };

	secret_random(client.request_id.bytes, sizeof client.request_id.bytes);
	return client;
}

/* An account by its login ID, locked. */
struct locked_account {
	struct account_id id;
	struct person_id person_id;
	int64_t state;
};

/* Locks the account until the transaction ends. NO_ROW: no account has this login ID. */
static enum result
lock_account(struct db_tx *tx, const char *login_id, struct locked_account *ret)
{
	const struct db_value in[] = { db_text("login_id", login_id), { 0 } };
	const struct db_slot out[] = { db_to_bytes(ret->id.bytes, sizeof ret->id.bytes),
		db_to_bytes(ret->person_id.bytes, sizeof ret->person_id.bytes),
		db_to_number(&ret->state), { 0 } };

	return db_row(tx, OPERATOR_ACCOUNT_LOCK, in, out);
}

enum result
operator_account_id(const struct app *p, const char *login_id, struct account_id *ret)
{
	struct db_tx alone = db_alone(p->db);
	struct locked_account account = { .state = 0 };

	TRY(lock_account(&alone, login_id, &account));
	*ret = account.id;
	return OK;
}

/* Showing ------------------------------------------------------------------------------------- */

static enum result
read_shown_account(
    const struct app *p, const char *login_id, int64_t now, struct operator_account *ret)
{
	struct db_tx alone = db_alone(p->db);
	char number[SESSION_NUMBER_MAX + 1];
	int64_t state = 0, eligible = 0;
	const struct session_cutoff sessions = session_cutoff_of(p, now);
	const struct db_value in[] = {
		db_text("today", sessions.today),
		db_number("ends_after", sessions.ends_after),
		db_number("used_after", sessions.used_after),
		db_text("login_id", login_id),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(ret->id.bytes, sizeof ret->id.bytes),
		db_to_number(&state),
		db_to_number(&eligible),
		db_to_text(number, sizeof number),
		db_to_number(&ret->created_at),
		db_to_number(&ret->last_login_at),
		db_to_number(&ret->sessions),
		{ 0 },
	};

	const enum result read = db_row(&alone, OPERATOR_ACCOUNT_SHOW, in, out);
	ret->active = state == ACCOUNT_ACTIVE;
	ret->eligible = eligible != 0;
	if (read == OK)
		insured_number_mask(number, ret->number);
	secret_wipe_bytes(number, sizeof number);
	return read;
}

static enum result
read_failures(const struct app *p, const struct limit_try *limit_try, struct operator_account *ret)
{
	struct db_tx alone = db_alone(p->db);
	int64_t locked_until = 0;
	const struct db_value in[] = {
		db_bytes("subject_hash", limit_try->subject_hash, sizeof limit_try->subject_hash),
		db_number("now", limit_try->now),
		{ 0 },
	};
	const struct db_slot out[] = { db_to_number(&ret->failures), db_to_number(&locked_until),
		{ 0 } };
	const enum result read = db_row(&alone, OPERATOR_LOGIN_FAILURES_READ, in, out);

	if (read != OK)
		return read == NO_ROW ? OK : read;
	if (ret->failures >= limit_try->max)
		ret->locked_until = OPERATOR_LOCKED;
	else if (locked_until > limit_try->now)
		ret->locked_until = locked_until;
	return OK;
}

/* Adds the logins that failed from known sources. */
static enum result
read_known_sources(
    const struct app *p, const struct login_limits *limits, struct operator_account *ret)
{
	struct db_tx alone = db_alone(p->db);
	const struct limit_try *limit_try = &limits->by_known_source;
	const struct login_limits_range range = login_limits_range(limits);
	int64_t failures = 0;
	const struct db_value in[] = {
		db_bytes("first", range.first, sizeof range.first),
		db_bytes("last", range.last, sizeof range.last),
		db_number("max", limit_try->max),
		db_number("now", limit_try->now),
		{ 0 },
	};
	const struct db_slot out[] = { db_to_number(&ret->known_sources), db_to_number(&failures),
		db_to_number(&ret->locked_known), { 0 } };

	TRY(db_row(&alone, OPERATOR_KNOWN_SOURCES_READ, in, out));
	ret->failures += failures;
	return OK;
}

enum result
operator_account_show(const struct app *p, const char *login_id, struct operator_account *ret)
{
	const struct client client = operator_client();
	const int64_t now = clock_now();
	const struct login_limits limits = login_limits_of(p->keyring, login_id, &client, now);
	struct operator_account account = { .active = false };

	TRY(read_shown_account(p, login_id, now, &account));
	TRY(read_failures(p, &limits.by_login_id, &account));
	TRY(read_known_sources(p, &limits, &account));
	*ret = account;
	return OK;
}

/* Changes ------------------------------------------------------------------------------------- */

#define NO_STATE 0 /* no account has it */

struct action {
	enum operator_statement statement;
	enum audit_event_kind event;
	int64_t done_in; /* an account in this state is as the action makes it */
	bool ends_sessions;
};

static const struct action actions[OPERATOR_ACTION__MAX] = {
	[OPERATOR_DISABLE] = { OPERATOR_ACCOUNT_DISABLE, AUDIT_ACCOUNT_DISABLED, ACCOUNT_DISABLED,
	    true },
	[OPERATOR_ENABLE] = { OPERATOR_ACCOUNT_ENABLE, AUDIT_ACCOUNT_ENABLED, ACCOUNT_ACTIVE,
	    false },
	[OPERATOR_LOG_OUT] = { OPERATOR_SESSIONS_END, AUDIT_SESSIONS_ENDED_BY_OPERATOR, NO_STATE,
	    true },
};

struct action_ctx {
	const struct action *action;
	const char *login_id;
	struct audit_event event;
	bool changed;
};

/* Writes the event of a change, before the change. DUPLICATE: an earlier run has done both. */
static enum result
insert_event_of(struct db_tx *tx, struct audit_event *event, const struct locked_account *account)
{
	event->account_id = account->id;
	event->person_id = account->person_id;
	return audit_insert_first(tx, event);
}

static enum result
change_account_tx(struct db_tx *tx, void *context)
{
	struct action_ctx *ctx = context;
	const struct action *action = ctx->action;
	struct locked_account account = { .state = NO_STATE };
	const struct db_value in[] = {
		db_bytes("account_id", account.id.bytes, sizeof account.id.bytes), { 0 }
	};

	TRY(lock_account(tx, ctx->login_id, &account));
	/* In a second run the state may be what the first one made of it. */
	ctx->changed = account.state != action->done_in || db_may_be_committed(tx);
	if (!ctx->changed)
		return OK;
	const enum result inserted = insert_event_of(tx, &ctx->event, &account);
	if (inserted != OK)
		return inserted == DUPLICATE ? OK : inserted;
	TRY(db_change(tx, action->statement, in, NULL));
	return action->ends_sessions ? session_rows_end_others(tx, account.id, no_session) : OK;
}

enum result
operator_account_change(
    const struct app *p, enum operator_action name, const char *login_id, bool *ret_changed)
{
	const struct client client = operator_client();
	const struct action *action = &actions[name];
	struct action_ctx ctx = {
		.action = action,
		.login_id = login_id,
		.event = audit_event_of(&client, action->event, clock_now(), no_account, no_person),
	};

	TRY(db_transaction(p->db, change_account_tx, &ctx));
	*ret_changed = ctx.changed;
	return OK;
}

/* Every account ------------------------------------------------------------------------------- */

/* The new generation ends sessions and mailed links, also of a login that begins meanwhile. The
 * rows of sessions of an earlier generation are then of no use and go. */
static enum result
end_sessions_of_range(struct db *db, const struct batch_range *range, uint64_t *accounts)
{
	struct db_tx alone = db_alone(db);
	const struct db_value after = db_bytes("after", range->after, sizeof range->after);
	const struct db_value last = db_bytes("last", range->last, sizeof range->last);
	const struct db_value raise[] = { after, last, { 0 } };
	const struct db_value delete[] = { after, last, db_number("rows_max", BATCH_ROWS), { 0 } };
	uint64_t changed = 0, sessions = 0;

	TRY(db_change(&alone, OPERATOR_SESSIONS_END_RANGE, raise, &changed));
	*accounts += changed;
	return batch_repeat(db, OPERATOR_SESSIONS_DELETE_RANGE, delete, &sessions);
}

enum result
operator_log_out_all(const struct app *p, uint64_t *ret_accounts)
{
	const struct client client = operator_client();
	struct audit_event event = audit_event_of(
	    &client, AUDIT_SESSIONS_ENDED_BY_OPERATOR, clock_now(), no_account, no_person);
	struct batch_range range = { 0 };
	enum result result;

	*ret_accounts = 0;
	TRY(audit_insert_committed(p->db, &event));
	while ((result = batch_next(p->db, OPERATOR_ACCOUNTS_NEXT, &range)) == OK)
		TRY(end_sessions_of_range(p->db, &range, ret_accounts));
	return result == NO_ROW ? OK : result;
}

/* Counters and mail --------------------------------------------------------------------------- */

struct unlock_ctx {
	const char *login_id;
	struct login_limits limits;
	struct audit_event event;
};

static enum result
unlock_account_tx(struct db_tx *tx, void *context)
{
	struct unlock_ctx *ctx = context;
	const struct login_limits_range range = login_limits_range(&ctx->limits);
	struct locked_account account = { .state = NO_STATE };
	const struct db_value in[] = { db_bytes("first", range.first, sizeof range.first),
		db_bytes("last", range.last, sizeof range.last), { 0 } };

	TRY(lock_account(tx, ctx->login_id, &account));
	const enum result inserted = insert_event_of(tx, &ctx->event, &account);
	if (inserted != OK)
		return inserted == DUPLICATE ? OK : inserted;
	TRY(limit_db_reset(tx, &ctx->limits.by_login_id));
	return db_change(tx, OPERATOR_KNOWN_SOURCES_UNLOCK, in, NULL);
}

enum result
operator_account_unlock(const struct app *p, const char *login_id)
{
	const struct client client = operator_client();
	const int64_t now = clock_now();
	struct unlock_ctx ctx = {
		.login_id = login_id,
		.limits = login_limits_of(p->keyring, login_id, &client, now),
		.event = audit_event_of(
		    &client, AUDIT_ACCOUNT_UNLOCKED, now, no_account, no_person),
	};

	return db_transaction(p->db, unlock_account_tx, &ctx);
}

enum result
operator_send_reset(const struct app *p, const char *login_id)
{
	const struct client client = operator_client();
	const struct limit_try interval = limit_try_of(p->keyring,
	    limit_subject_of(LIMIT_RESET_MAIL, login_id, strlen(login_id)), clock_now());
	struct db_tx alone = db_alone(p->db);
	struct operator_account account;

	TRY(operator_account_show(p, login_id, &account));
	if (!account.active || !account.eligible)
		return LOGIN_FAILED;
	TRY(limit_db_reset(&alone, &interval));
	return recovery_ask_reset(p, &client, login_id, &(struct error_info){ 0 });
}
