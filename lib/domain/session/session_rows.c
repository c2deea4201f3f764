/* session_rows.c - the rows of the table `session`. */

#include "session_rows.h"

#include "keyring.h"
#include "statements.h"

#include <string.h>

struct session_cutoff
session_cutoff_of(const struct app *app, int64_t now)
{
	const int64_t epoch = app->keyring != NULL ? keyring_epoch(app->keyring) : 0;
	const struct session_cutoff cutoff = {
		.ends_after = now - CLOCK_SKEW_S,
		.used_after = now - CLOCK_SKEW_S - app->session_idle_s,
		.begun_after = epoch != 0 ? epoch : INT64_MIN,
		.day = access_day_of(now, app->access_after_loss_days),
	};

	return cutoff;
}

/* Values of the ids that most statements name. */
static struct db_value
session_id_value(const struct session_id *id)
{
	return db_bytes("session_id", id->bytes, sizeof id->bytes);
}

static struct db_value
account_id_value(const struct account_id *id)
{
	return db_bytes("account_id", id->bytes, sizeof id->bytes);
}

enum result
session_rows_begin(struct db_tx *tx, const struct session_begin *begin)
{
	const struct session *session = begin->session;
	const struct limit_try *failures = &begin->limits->by_login_id;
	struct db_values in = { {
	    account_id_value(&session->account_id),
	    db_number("generation", session->generation),
	    db_text("login_id", begin->login_id),
	    db_number("others_max", SESSIONS_MAX - 1),
	    session_id_value(&session->id),
	    db_bytes("refresh_hash", session->refresh_hash, sizeof session->refresh_hash),
	    db_bytes("client_hash", session->client_hash, sizeof session->client_hash),
	    db_number("now", session->created_at),
	    db_text("device", session->device),
	    db_number("expires_at", session->expires_at),
	    db_number("forgets_failures", begin->forgets_failures),
	    db_number("marks_failures_told", begin->marks_failures_told),
	    db_bytes("login_id_hash", failures->subject_hash, sizeof failures->subject_hash),
	    db_number("has_fresh_hash", begin->fresh_hash[0] != '\0'),
	    db_text("fresh_hash", begin->fresh_hash),
	    db_text("old_hash", begin->old_hash),
	} };

	login_limits_known_params(begin->limits, &in);
	audit_params(begin->event, &in);
	outbox_params(begin->notification, &in);
	return db_insert_new(tx, SESSION_BEGIN, in.list);
}

enum result
session_rows_member(struct db_tx *tx, struct session_id id, const struct session_cutoff *cutoff,
    struct account *ret, struct session_person *ret_person)
{
	const struct db_value in[] = {
		access_day_today(&cutoff->day),
		access_day_days(&cutoff->day),
		session_id_value(&id),
		db_number("ends_after", cutoff->ends_after),
		db_number("used_after", cutoff->used_after),
		db_number("begun_after", cutoff->begun_after),
		{ 0 },
	};
	struct db_slot out[ACCOUNT_SLOTS + 4] = { 0 };

	account_slots(ret, out);
	out[ACCOUNT_SLOTS] = db_to_text(ret_person->number, sizeof ret_person->number);
	out[ACCOUNT_SLOTS + 1] = db_to_text(
	    ret_person->eligible_until, sizeof ret_person->eligible_until);
	out[ACCOUNT_SLOTS + 2] = db_to_text(
	    ret_person->access_until, sizeof ret_person->access_until);
	return db_row(tx, SESSION_MEMBER, in, out);
}

enum result
session_rows_lock(
    struct db_tx *tx, struct session_id id, struct account_id account_id, struct account *ret)
{
	const struct db_value in[] = { account_id_value(&account_id), session_id_value(&id),
		{ 0 } };
	struct db_slot out[ACCOUNT_SLOTS + 2] = { 0 };

	account_slots(ret, out);
	out[ACCOUNT_SLOTS] = db_to_text(ret->password_hash, sizeof ret->password_hash);
	return db_row(tx, SESSION_LOCK, in, out);
}

enum result
session_rows_read(struct db_tx *tx, struct session_id id, const struct session_cutoff *cutoff,
    struct session *ret)
{
	const struct db_value in[] = {
		access_day_today(&cutoff->day),
		access_day_days(&cutoff->day),
		session_id_value(&id),
		db_number("ends_after", cutoff->ends_after),
		db_number("used_after", cutoff->used_after),
		db_number("begun_after", cutoff->begun_after),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(ret->account_id.bytes, sizeof ret->account_id.bytes),
		db_to_bytes(ret->refresh_hash, sizeof ret->refresh_hash),
		db_to_bytes(ret->previous_hash, sizeof ret->previous_hash),
		db_to_bytes(ret->client_hash, sizeof ret->client_hash),
		db_to_number(&ret->rotated_at),
		db_to_number(&ret->created_at),
		db_to_number(&ret->expires_at),
		{ 0 },
	};

	ret->id = id;
	return db_row(tx, SESSION_READ, in, out);
}

enum result
session_rows_rotate(struct db_tx *tx, const struct session *fresh,
    const uint8_t old_hash[static SECRET_SHA256_SIZE])
{
	uint64_t rows = 0;
	const struct db_value in[] = {
		db_bytes("refresh_hash", fresh->refresh_hash, sizeof fresh->refresh_hash),
		db_bytes("client_hash", fresh->client_hash, sizeof fresh->client_hash),
		db_number("now", fresh->rotated_at),
		session_id_value(&fresh->id),
		db_bytes("old_hash", old_hash, SECRET_SHA256_SIZE),
		{ 0 },
	};

	/* Not db_change_one(): where an earlier run may have been committed, the row tells the
	 * caller. */
	TRY(db_change(tx, SESSION_ROTATE, in, &rows));
	return rows == 1 ? OK : NO_ROW;
}

/* The row that was read last, and the list that it goes to. */
struct session_list_ctx {
	struct session session;
	struct session_list *list;
};

static enum result
add_session_to_list(void *context)
{
	const struct session_list_ctx *ctx = context;
	struct session_list *list = ctx->list;

	if (list->count < SESSIONS_MAX)
		list->sessions[list->count++] = ctx->session;
	return OK;
}

enum result
session_rows_list(struct db_tx *tx, struct account_id account_id,
    const struct session_cutoff *cutoff, struct session_list *ret)
{
	struct session_list_ctx ctx = { .list = ret };
	struct session *session = &ctx.session;
	const struct db_value in[] = {
		account_id_value(&account_id),
		db_number("ends_after", cutoff->ends_after),
		db_number("used_after", cutoff->used_after),
		db_number("begun_after", cutoff->begun_after),
		db_number("sessions_max", SESSIONS_MAX),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_bytes(session->id.bytes, sizeof session->id.bytes),
		db_to_text(session->device, sizeof session->device),
		db_to_number(&session->created_at),
		db_to_number(&session->used_at),
		db_to_number(&session->expires_at),
		{ 0 },
	};

	ret->count = 0;
	return db_rows(tx, SESSION_LIST, in, out, add_session_to_list, &ctx);
}

enum result
session_rows_end(struct db_tx *tx, struct session_id id, struct account_id account_id)
{
	const struct db_value in[] = { session_id_value(&id), account_id_value(&account_id),
		{ 0 } };

	return db_change_one(tx, SESSION_END, in);
}

enum result
session_rows_end_others(struct db_tx *tx, struct account_id account_id, struct session_id kept)
{
	const struct db_value in[] = { account_id_value(&account_id),
		db_bytes("kept_id", kept.bytes, sizeof kept.bytes), { 0 } };

	return db_change(tx, SESSION_END_OTHERS, in, NULL);
}

enum result
session_rows_set_generation(struct db_tx *tx, struct session_id id, int64_t generation)
{
	const struct db_value in[] = { db_number("generation", generation), session_id_value(&id),
		{ 0 } };

	return db_change(tx, SESSION_SET_GENERATION, in, NULL);
}
