/* session_rows.c - the rows of logins. */

#include "session_rows.h"

#include "statements.h"

#include <string.h>

/* The values of SESSION_BEGIN, line by line. */
#define SESSION_BEGIN_FIXED  28
#define SESSION_BEGIN_VALUES (SESSION_BEGIN_FIXED + AUDIT_VALUES + 1 + OUTBOX_VALUES)

static void
begin_values(const struct session_beginning *b, struct db_value ret[static SESSION_BEGIN_VALUES])
{
	const struct session *session = b->session;
	const struct limit_try *failures = &b->tries->by_login_id;
	const struct limit_try *source = &b->tries->by_known_source;
	const struct db_value account_id = db_bytes_at(
	    session->account_id.bytes, sizeof session->account_id.bytes);
	const struct db_value fixed[SESSION_BEGIN_FIXED] = {
		account_id,
		db_number_at(session->generation),
		account_id,
		db_number_at(SESSIONS_MAX - 1),
		account_id,
		db_bytes_at(session->id.bytes, sizeof session->id.bytes),
		account_id,
		db_number_at(session->generation),
		db_bytes_at(session->refresh_hash, sizeof session->refresh_hash),
		db_bytes_at(session->client_hash, sizeof session->client_hash),
		db_number_at(session->created_at),
		db_text_at(session->device),
		db_number_at(session->created_at),
		db_number_at(session->created_at),
		db_number_at(session->expires_at),
		db_number_at(b->forgets),
		db_number_at(failures->limit_id),
		db_bytes_at(failures->subject, sizeof failures->subject),
		db_number_at(b->tells),
		db_number_at(failures->limit_id),
		db_bytes_at(failures->subject, sizeof failures->subject),
		db_number_at(source->limit_id),
		db_bytes_at(source->subject, sizeof source->subject),
		db_number_at(login_limits_source_known_until(b->tries)),
		db_number_at(b->fresh_hash[0] != '\0'),
		db_text_at(b->fresh_hash),
		account_id,
		db_text_at(b->old_hash),
	};

	memcpy(ret, fixed, sizeof fixed);
	audit_values(b->event, ret + SESSION_BEGIN_FIXED);
	ret[SESSION_BEGIN_FIXED + AUDIT_VALUES] = db_number_at(b->notification->kind != MAIL_NONE);
	outbox_values(b->notification, ret + SESSION_BEGIN_FIXED + AUDIT_VALUES + 1);
}

enum result
session_rows_begin(struct db_tx *tx, const struct session_beginning *beginning)
{
	struct db_value in[SESSION_BEGIN_VALUES + 1] = { 0 };

	begin_values(beginning, in);
	return db_insert_new(tx, SESSION_BEGIN, in);
}

enum result
session_rows_member(struct db_tx *tx, struct session_id id, const struct session_clock *clock,
    struct account *ret, char ret_number[static SESSION_NUMBER_MAX + 1])
{
	const struct db_value in[] = { db_text_at(clock->today), db_text_at(clock->today),
		db_bytes_at(id.bytes, sizeof id.bytes), db_number_at(clock->ends_after),
		db_number_at(clock->used_after), { 0 } };
	struct db_slot out[ACCOUNT_SLOTS + 2] = { 0 };

	account_slots(ret, out);
	out[ACCOUNT_SLOTS] = db_to_text(ret_number, SESSION_NUMBER_MAX + 1);
	return db_row(tx, SESSION_MEMBER, in, out);
}

enum result
session_lock(
    struct db_tx *tx, struct session_id id, struct account_id account_id, struct account *ret)
{
	const struct db_value in[] = { db_bytes_at(account_id.bytes, sizeof account_id.bytes),
		db_bytes_at(id.bytes, sizeof id.bytes), { 0 } };
	struct db_slot out[ACCOUNT_SLOTS + 2] = { 0 };

	account_slots(ret, out);
	out[ACCOUNT_SLOTS] = db_to_text(ret->password_hash, sizeof ret->password_hash);
	return db_row(tx, SESSION_LOCK, in, out);
}

enum result
session_rows_read(
    struct db_tx *tx, struct session_id id, const struct session_clock *clock, struct session *ret)
{
	const struct db_value in[] = { db_text_at(clock->today), db_text_at(clock->today),
		db_bytes_at(id.bytes, sizeof id.bytes), db_number_at(clock->ends_after),
		db_number_at(clock->used_after), { 0 } };
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
		db_bytes_at(fresh->refresh_hash, sizeof fresh->refresh_hash),
		db_bytes_at(fresh->client_hash, sizeof fresh->client_hash),
		db_number_at(fresh->rotated_at),
		db_number_at(fresh->rotated_at),
		db_bytes_at(fresh->id.bytes, sizeof fresh->id.bytes),
		db_bytes_at(old_hash, SECRET_SHA256_SIZE),
		{ 0 },
	};

	TRY(db_change(tx, SESSION_ROTATE, in, &rows));
	return rows == 1 ? OK : NO_ROW;
}

/* The row now read, and the list it goes to. */
struct listing {
	struct session session;
	struct session_list *list;
};

static enum result
list_one(void *context)
{
	struct listing *listing = context;
	struct session_list *list = listing->list;

	if (list->count < SESSIONS_MAX)
		list->sessions[list->count++] = listing->session;
	return OK;
}

enum result
session_list(struct db_tx *tx, struct account_id account_id, const struct session_clock *clock,
    struct session_list *ret)
{
	struct listing listing = { .list = ret };
	struct session *session = &listing.session;
	const struct db_value in[] = { db_bytes_at(account_id.bytes, sizeof account_id.bytes),
		db_number_at(clock->ends_after), db_number_at(clock->used_after), { 0 } };
	const struct db_slot out[] = {
		db_to_bytes(session->id.bytes, sizeof session->id.bytes),
		db_to_text(session->device, sizeof session->device),
		db_to_number(&session->created_at),
		db_to_number(&session->used_at),
		db_to_number(&session->expires_at),
		{ 0 },
	};

	ret->count = 0;
	return db_rows(tx, SESSION_LIST, in, out, list_one, &listing);
}

enum result
session_rows_end(struct db_tx *tx, struct session_id id, struct account_id account_id)
{
	const struct db_value in[] = { db_bytes_at(id.bytes, sizeof id.bytes),
		db_bytes_at(account_id.bytes, sizeof account_id.bytes), { 0 } };

	return db_change_one(tx, SESSION_END, in);
}

enum result
session_rows_end_others(struct db_tx *tx, struct account_id account_id, struct session_id but)
{
	const struct db_value in[] = { db_bytes_at(account_id.bytes, sizeof account_id.bytes),
		db_bytes_at(but.bytes, sizeof but.bytes), { 0 } };

	return db_change(tx, SESSION_END_OTHERS, in, NULL);
}

enum result
session_rows_set_generation(struct db_tx *tx, struct session_id id, int64_t generation)
{
	const struct db_value in[] = { db_number_at(generation),
		db_bytes_at(id.bytes, sizeof id.bytes), { 0 } };

	return db_change(tx, SESSION_SET_GENERATION, in, NULL);
}
