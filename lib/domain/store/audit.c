/* audit.c - the audit trail. */

#include "audit.h"

#include "statements.h"
#include "text.h"

const char *
audit_word(int64_t kind)
{
#define AUDIT_CASE_(name, number, word) \
	case number:                    \
		return word;
	switch (kind) {
		AUDIT_LIST(AUDIT_CASE_)
	default:
		return "unknown";
	}
#undef AUDIT_CASE_
}

struct audit_event
audit_event_of(const struct client *client, enum audit_event_kind kind, int64_t now,
    struct account_id account_id, struct person_id person_id)
{
	struct audit_event event = {
		.kind = kind,
		.happened_at = now,
		.account_id = account_id,
		.person_id = person_id,
		.request_id = client->request_id,
	};

	text_copy_cut(event.network, sizeof event.network, client->network);
	return event;
}

void
audit_params(const struct audit_event *event, struct db_values *values)
{
	const struct db_value params[] = {
		db_number("happened_at", event->happened_at),
		db_bytes(
		    "event_request_id", event->request_id.bytes, sizeof event->request_id.bytes),
		db_number("event", event->kind),
		db_bytes(
		    "event_account_id", event->account_id.bytes, sizeof event->account_id.bytes),
		db_bytes("event_person_id", event->person_id.bytes, sizeof event->person_id.bytes),
		db_text("event_source", event->network),
		{ 0 },
	};

	db_values_add(values, params);
}

enum result
audit_insert(struct db_tx *tx, const struct audit_event *event)
{
	struct db_values in = { 0 };

	audit_params(event, &in);
	return db_insert_new(tx, AUDIT_INSERT, in.list);
}

enum result
audit_insert_for(struct db_tx *tx, const struct audit_event *event, const char *login_id)
{
	struct db_values in = { { db_text("login_id", login_id) } };

	audit_params(event, &in);
	return db_insert_new(tx, AUDIT_INSERT_FOR, in.list);
}

enum result
audit_insert_committed(struct db *db, const struct audit_event *event)
{
	struct db_tx alone = db_alone(db);

	return audit_insert(&alone, event);
}
